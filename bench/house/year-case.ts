import { statfs } from 'node:fs/promises';
import { copyRowsBetween, takeSnapshot } from './copied-tables.ts';
import { makeCity } from './city.ts';
import type { DatabaseServer, House } from './house.ts';
import { cpuWatch } from './process-cpu.ts';
import { median, rounded, type Result } from './report.ts';
import { prepareLetters, type LetterMaker } from './signed-letters.ts';
import { carry } from './traffic.ts';
import { startWorkers } from './worker-processes.ts';

export type YearSize = { bench: string; documents: number; /** So many go their whole way before the next are signed. */ part: number };

const WARM_UP = 400;
/** Average bytes of a file, of its rows with their indexes, and of the log that PostgreSQL writes for them before a checkpoint. */
const DISK_BYTES_PER_DOCUMENT = 111_000 + 30_000;
const LOG_BYTES = 3e9;
const cryptoRounds = 3;
/** A client is slow, and as fast from the first to the last. */
const documentsByClient = 1000;

type Part = { seconds: number; cpuSeconds: number | undefined };
type Raw = { crypto: number; /** In one transaction a document; in two. */ rowsInOne: number; rowsInTwo: number; /** In two, by a client. */ rowsByClient: number; rowsPerDocument: number; counts: Map<string, number> };

/**
 * Carries so many documents of the city's year. Signing and storing the files belongs to the steps before and is not measured: each
 * part's files are made first, then the clock runs from the first sending until the last answer is back and the last entry sealed.
 */
export async function measureYear(server: DatabaseServer, size: YearSize): Promise<Result[]> {
  const house = await server.open('year');
  await assertRoom(house, size.documents);
  const city = await makeCity(house);
  const letters = await prepareLetters(house);
  const workers = await startWorkers(house, 1);
  try {
    await carry(house, city.next(WARM_UP), await letters.make(WARM_UP));
    // PostgreSQL gathers statistics by itself in the first minutes of a database; a year's is older.
    await house.sql('analyze');
    const [stored] = await house.sql<{ bytes: number }>('select pg_database_size(current_database()) as bytes');
    const cpu = await cpuWatch(house);
    const parts: Part[] = [];
    const raws: Raw[] = [];
    let fileBytes = 0;
    for (let done = 0; done < size.documents; done += countOf(size, parts.length - 1)) {
      const count = countOf(size, parts.length);
      const files = await letters.make(count);
      fileBytes += files.reduce((sum, file) => sum + file.sizeBytes, 0);
      const before = await takeSnapshot(house);
      const [began, cpuBegan] = [performance.now(), cpu()];
      await carry(house, city.next(count), files);
      const [ended, cpuEnded] = [performance.now(), cpu()];
      const after = await takeSnapshot(house);
      parts.push({ seconds: (ended - began) / 1000 / count, cpuSeconds: cpuBegan === undefined || cpuEnded === undefined ? undefined : (cpuEnded - cpuBegan) / count });
      console.log(`${String(done + count).padStart(8)} documents, this part ${(1 / (parts.at(-1)?.seconds ?? 1)).toFixed(0)} documents/s, ${((parts.at(-1)?.cpuSeconds ?? 0) * 1000).toFixed(2)} ms of CPU each`);
      const isLast = done + count === size.documents;
      if (isLast) await workers.stop();
      // A shared machine is faster at one time than at another: the limit is of both ends of the run.
      if (isLast || raws.length === 0) raws.push(await rawCosts(house, { letters, before, after, documents: count }));
    }
    const [now] = await house.sql<{ bytes: number }>('select pg_database_size(current_database()) as bytes');
    await assertWhole(house, size.documents + WARM_UP);
    const raw = meanOf(raws);
    tell(size, { parts, raw, fileBytes, rowBytes: (now?.bytes ?? 0) - (stored?.bytes ?? 0) });
    return resultsOf(size, parts, raw);
  } finally {
    await workers.stop();
  }
}

async function assertRoom(house: House, documents: number): Promise<void> {
  const { bavail, bsize } = await statfs(house.dataDir);
  const needed = documents * DISK_BYTES_PER_DOCUMENT + LOG_BYTES;
  if (bavail * bsize < needed) throw new Error(`${house.dataDir} has ${(bavail * bsize / 1e9).toFixed(0)} GB free; ${documents} documents need ${(needed / 1e9).toFixed(0)} GB. Set TMPDIR to a larger disk.`);
}

/** Every document arrived once, with a valid signature, a receipt on both sides for arrival and registration, and everything is sealed. */
async function assertWhole(house: House, documents: number): Promise<void> {
  const [row] = await house.sql<Record<string, number>>(
    `select (select count(*) from exchange.envelope) as envelopes,
            (select count(*) from exchange.delivery where state = 'registered') as deliveries,
            (select count(*) from exchange.message where state = 'registered' and verdict ->> 'indication' = 'TOTAL-PASSED') as messages,
            (select count(distinct (agency_id, sender_agency_id, envelope_id)) from exchange.message) as different,
            (select count(*) / 2 from exchange.delivery_answer) as "receiptsHere", (select count(*) / 2 from exchange.message_answer) as "receiptsThere",
            (select count(*) from incoming_documents.document) as inbox, (select count(*) from signatures.validation where indication = 'TOTAL-PASSED') as validations`,
  );
  for (const [what, count] of Object.entries(row ?? {})) if (count !== documents) throw new Error(`${what}: ${count}, not ${documents}`);
  const [sealed] = await house.sql<{ unsealed: number }>(
    `select count(*) as unsealed from audit.entry e where not exists (select from audit.sealed s where s.agency_id = e.agency_id and s.entry_id = e.id)`,
  );
  if (sealed?.unsealed !== 0) throw new Error(`${String(sealed?.unsealed)} entries are not sealed`);
}

function meanOf(raws: readonly Raw[]): Raw {
  const last = raws.at(-1);
  if (last === undefined) throw new Error('nothing was carried');
  const mean = (what: (raw: Raw) => number): number => raws.reduce((sum, raw) => sum + what(raw), 0) / raws.length;
  return { ...last, crypto: mean((raw) => raw.crypto), rowsInOne: mean((raw) => raw.rowsInOne), rowsInTwo: mean((raw) => raw.rowsInTwo), rowsByClient: mean((raw) => raw.rowsByClient) };
}

/** What a part's documents cost with nothing around it, in the same run. */
async function rawCosts(house: House, { letters, before, after, documents }: { letters: LetterMaker; before: string; after: string; documents: number }): Promise<Raw> {
  const crypto: number[] = [];
  for (let i = 0; i < cryptoRounds; i += 1) crypto.push(await letters.rawSeconds());
  // Each part ends with everything sealed, so that the rows of the sealer are its documents' too.
  const copied = await copyRowsBetween(house, { from: before, to: after, without: [] });
  const inOne = await copied.insertInShares(documents);
  const inTwo = await copied.insertInShares(documents * 2);
  const some = Math.min(documentsByClient, documents);
  const byClient = await copied.insertByClient(some * 2);
  const { counts, rowCount } = copied;
  await copied.drop();
  const seconds = (ms: number, of = documents): number => ms / 1000 / of;
  return { crypto: median(crypto), rowsInOne: seconds(inOne), rowsInTwo: seconds(inTwo), rowsByClient: seconds(byClient, some), rowsPerDocument: rowCount / documents, counts };
}

function tell(size: YearSize, { parts, raw, fileBytes, rowBytes }: { parts: readonly Part[]; raw: Raw; fileBytes: number; rowBytes: number }): void {
  const { documents } = size;
  const seconds = parts.reduce((sum, part, index) => sum + part.seconds * countOf(size, index), 0);
  const ms = (value: number): string => (value * 1000).toFixed(3);
  console.log(`${documents} documents in ${seconds.toFixed(0)} s; ${documents} different files of ${(fileBytes / documents / 1000).toFixed(0)} kB, each validated once (a verdict is kept by hash, and no hash comes twice)`);
  console.log(`stored: ${(fileBytes / 1e9).toFixed(2)} GB of files, ${(rowBytes / 1e9).toFixed(2)} GB of rows and indexes (${(rowBytes / documents / 1000).toFixed(1)} kB a document)`);
  console.log(`rows of one document: ${raw.rowsPerDocument.toFixed(1)} (${[...raw.counts].sort((a, b) => b[1] - a[1]).map(([table, count]) => `${table} ${(count / countOf(size, parts.length - 1)).toFixed(2)}`).join(', ')})`);
  console.log(`raw costs of one document in ms: RSA verification and SHA-256 ${ms(raw.crypto)}; its rows ${ms(raw.rowsInTwo)} in two transactions, ${ms(raw.rowsInOne)} in one, ${ms(raw.rowsByClient)} in two by a client`);
}

/** What is left over belongs to the last part: a short one would be measured by its end, when nothing is sent any more and the last answers come. */
function countOf({ documents, part }: YearSize, index: number): number {
  const last = Math.max(1, Math.floor(documents / part)) - 1;
  return index < last ? part : documents - last * part;
}

function resultsOf(size: YearSize, parts: readonly Part[], raw: Raw): Result[] {
  const { bench, documents } = size;
  const seconds = parts.reduce((sum, part, index) => sum + part.seconds * countOf(size, index), 0) / documents;
  const against = (rows: number): Pick<Result, 'limit' | 'ratio'> => ({ limit: 1 / (raw.crypto + rows), ratio: (raw.crypto + rows) / seconds });
  const rawSeconds = raw.crypto + raw.rowsInTwo;
  const cpu = parts.flatMap(({ cpuSeconds }) => cpuSeconds ?? []);
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined) throw new Error('nothing was carried');
  return [
    { bench, case: 'year', value: 1 / seconds, unit: 'documents/s', ...against(raw.rowsInTwo), demand: 'at least 0.5' },
    { bench, case: 'year-one-commit', value: 1 / seconds, unit: 'documents/s', ...against(raw.rowsInOne), demand: 'for information' },
    { bench, case: 'year-by-client', value: 1 / seconds, unit: 'documents/s', ...against(raw.rowsByClient), demand: 'for information' },
    ...(cpu.length === 0 ? [] : [{ bench, case: 'year-cpu', value: rounded(median(cpu) * 1000), unit: 'ms CPU a doc.', limit: rawSeconds * 1000, ratio: (median(cpu)) / rawSeconds, demand: 'for information' }]),
    { bench, case: 'year-flat', value: 1 / last.seconds, unit: 'documents/s', limit: 1 / first.seconds, ratio: first.seconds / last.seconds, demand: 'at least 0.9' },
  ];
}

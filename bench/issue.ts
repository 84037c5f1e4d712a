/**
 * From the request of the clerk's click on "Phát hành" until the letter stands in the inboxes of 577 agencies and the sender sees each
 * delivery as arrived, against the time in which PostgreSQL inserts the very same rows in one transaction. Web and worker run in one process,
 * as `start` runs them.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '#kernel/actor.ts';
import { run as runCommand } from '#kernel/command.ts';
import { createLiveHub, type LiveHub } from '#kernel/live.ts';
import { parseCalendarDay } from '#kernel/time.ts';
import { startWorker } from '#kernel/worker.ts';
import { createAgency } from '#engines/identity/index.ts';
import { signIn, type DemoClient } from '#app/demo/client.ts';
import { startWeb } from '#app/server.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { seedCredentials } from '#seeds/credentials.ts';
import { seedPlan } from '#seeds/seed-plan.ts';
import { seedTraVinh } from '#seeds/tra-vinh.ts';
import { copyRowsBetween, SEALED, takeSnapshot } from './house/copied-tables.ts';
import { openServer, type House } from './house/house.ts';
import { sealedLetter } from './house/letter.ts';
import { median, report } from './house/report.ts';

const warmUpRounds = 3;
const rounds = 9;
const recipientCount = 577;
const insertsPerRound = 3;
const patienceMs = 30_000;
/** The 22nd agency of the list is a department; any agency would do. */
const sender = { leader: 'tv022.01', clerk: 'tv022.02' };

type Office = { house: House; hub: LiveHub; clerk: DemoClient; leader: DemoClient; recipients: string[] };
type Round = { issuedMs: number; insertedMs: number; rowCount: number; counts: Map<string, number> };

/** Prints the case as a table and as a JSON line. */
export async function run(): Promise<void> {
  const server = await openServer();
  try {
    const house = await server.open('issue');
    const measured = await inOffice(house, async (office) => {
      for (let i = 0; i < warmUpRounds; i += 1) await round(office);
      const all: Round[] = [];
      for (let i = 0; i < rounds; i += 1) all.push(await round(office));
      return all;
    });
    print(measured, server.version);
  } finally {
    await server.close();
  }
}

async function inOffice<Result>(house: House, work: (office: Office) => Promise<Result>): Promise<Result> {
  const recipients = await makeProvince(house);
  const worker = await startWorker(house.kernel);
  const web = await startWeb(house.kernel);
  const hub = createLiveHub(house.kernel);
  await hub.start();
  try {
    const open = (login: string): Promise<DemoClient> => signIn(web.address, { login, password: DEMO_PASSWORD });
    return await work({ house, hub, recipients, clerk: await open(sender.clerk), leader: await open(sender.leader) });
  } finally {
    await hub.stop();
    await web.stop();
    await worker.stop();
  }
}

/** 577 agencies besides the sender, which has keys to sign and to seal with. */
async function makeProvince({ kernel, sql }: House): Promise<string[]> {
  await seedTraVinh(kernel, { seed: 1 });
  const [from] = await sql<{ agency_id: string }>('select p.agency_id from identity.account a join identity.post p on p.person_id = a.person_id where a.login = $1', [sender.clerk]);
  const establishedOn = parseCalendarDay('2024-01-01');
  if (from === undefined || establishedOn === undefined) throw new Error('the sender is not in the seeds');
  const plan = await seedPlan(kernel);
  await seedCredentials(kernel, {
    people: plan.people.filter((person) => person.agencyId === from.agency_id),
    agencies: plan.agencies.filter((agency) => agency.agencyId === from.agency_id),
  });
  await runCommand(
    kernel,
    createAgency,
    { kind: 'department', level: 'province', parentId: null, hosting: 'local', name: 'Ban Chỉ đạo chuyển đổi số tỉnh Trà Vinh', abbreviation: 'BCĐCĐS', establishedOn },
    { actor: systemActor('bench') },
  );
  const agencies = await sql<{ id: string }>('select id from identity.agency where id <> $1', [from.agency_id]);
  if (agencies.length !== recipientCount) throw new Error(`there are ${agencies.length} recipients, not ${recipientCount}`);
  return agencies.map((agency) => agency.id);
}

/** Issues a new letter, then lets PostgreSQL insert the rows that this made. */
async function round(office: Office): Promise<Round> {
  const { house, clerk, recipients } = office;
  const letter = await sealedLetter(office, recipients);
  await untilQuiet(house);
  const filesBefore = storedFiles(house);
  const before = await takeSnapshot(house);
  const told = inboxesTold(office);
  const began = performance.now();
  await clerk.post(`/api/v1/outgoing-documents/${letter.documentId}/issue`);
  await told;
  const issuedMs = performance.now() - began;
  const after = await takeSnapshot(house);
  await assertArrived(house, letter.documentId);
  await assertStoredOnce(house, letter.sha256, filesBefore);
  const copied = await copyRowsBetween(house, { from: before, to: after, without: SEALED });
  const inserts: number[] = [];
  for (let i = 0; i < insertsPerRound; i += 1) inserts.push(await copied.insertAgain());
  await copied.drop();
  return { issuedMs, insertedMs: median(inserts), rowCount: copied.rowCount, counts: copied.counts };
}

/** Nothing of the letter's earlier life is due in the queue (its lasting copy is made a minute later), and the disk has the upload behind it. */
async function untilQuiet({ sql }: House): Promise<void> {
  await sql('checkpoint');
  for (;;) {
    const [row] = await sql<{ count: number }>('select count(*) as count from kernel.job where run_at <= now()');
    if (row?.count === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Each inbox tells its clerks with the commit that put the letter into it: who listens knows without asking the database. */
function inboxesTold({ hub, recipients }: Office): Promise<void> {
  const waiting = new Set(recipients);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${waiting.size} inboxes have not told of the letter after ${patienceMs} ms`));
    }, patienceMs);
    const stop = hub.subscribe((hint) => {
      if (hint.topic !== 'incoming-documents') return;
      for (const agencyId of hint.agencyIds) waiting.delete(agencyId);
      if (waiting.size > 0) return;
      clearTimeout(timer);
      stop();
      resolve();
    });
  });
}

async function assertArrived({ sql }: House, documentId: string): Promise<void> {
  const [row] = await sql<{ deliveries: number; documents: number }>(
    `select (select count(*) from exchange.delivery d where d.agency_id = e.agency_id and d.envelope_id = e.id and d.state = 'arrived') as deliveries,
            (select count(*) from exchange.message m join incoming_documents.document i on i.agency_id = m.agency_id and i.message_id = m.id where m.envelope_id = e.id) as documents
       from exchange.envelope e where e.subject_type = 'outgoing-document' and e.subject_id = $1`,
    [documentId],
  );
  if (row?.deliveries !== recipientCount || row.documents !== recipientCount) throw new Error(`arrived: ${JSON.stringify(row)}`);
}

/** Each agency has a file of its own, and all of them are the one blob that the sender's seal made. */
async function assertStoredOnce(house: House, sha256: string, filesBefore: number): Promise<void> {
  const [row] = await house.sql<{ files: number; agencies: number; blobs: number }>(
    `select count(*) as files, count(distinct agency_id) as agencies, (select count(*) from files.blob where sha256 = decode($1, 'hex')) as blobs
       from files.file where sha256 = decode($1, 'hex')`,
    [sha256],
  );
  const filesNow = storedFiles(house);
  if (row?.blobs !== 1 || row.agencies < recipientCount) throw new Error(`${row?.agencies ?? 0} agencies share ${row?.blobs ?? 0} blobs`);
  if (filesNow !== filesBefore) throw new Error(`the store went from ${filesBefore} to ${filesNow} files`);
}

function storedFiles(house: House): number {
  return readdirSync(join(house.dataDir, 'files'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
}

function print(measured: readonly Round[], databaseVersion: string): void {
  const [first] = measured;
  console.log(`One letter to ${recipientCount} agencies, PostgreSQL ${databaseVersion}; its rows in one transaction of PostgreSQL are the limit; the bytes are stored once`);
  for (const [table, count] of [...(first?.counts ?? [])].sort((a, b) => b[1] - a[1])) console.log(`${String(count).padStart(8)}  ${table}`);
  console.log(`rounds (ms issued / ms inserted): ${measured.map((each) => `${each.issuedMs.toFixed(0)} / ${each.insertedMs.toFixed(0)}`).join(', ')}`);
  report('issue', [
    {
      bench: 'issue',
      case: `fanout${recipientCount}`,
      value: median(measured.map((each) => each.issuedMs)),
      unit: 'ms',
      limit: median(measured.map((each) => each.insertedMs)),
      ratio: median(measured.map((each) => each.issuedMs / each.insertedMs)),
      demand: 'under 5',
    },
  ]);
}

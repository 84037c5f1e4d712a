import { createHash } from 'node:crypto';
import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Queryable } from '#kernel/database.ts';
import { readBytes } from '#engines/files/index.ts';
import { documentReader } from '../adapters/document-reader/reader.ts';
import type { BesideFile, TrustMaterial } from '../adapters/document-reader/protocol.ts';
import { keepMaterials, type Material } from '../adapters/revocation-network/index.ts';
import { readKnowing } from '../read-with-lookups.ts';
import type { CertificateReport } from '../domain/validation/report.ts';
import { isLoss, isOfLostFile, lostReport, storedReport, unreadableReport, type StoredReport } from '../report-words.ts';
import { folderLists, trustMaterial, trustSet, type FolderLists } from '../trust.ts';
import { rememberTrustSet } from './known-trust-sets.ts';

/** A verdict that only waits for an authority's word is looked at again after this time. */
const RETRY_MS = 3_600_000;

/**
 * The validation report of a stored file under the present trust set: made once, then kept, with the material from outside that it rests on.
 * One that could not learn about a revocation is made anew after an hour, and one of whose authorities a revocation list has come into the folder
 * since, at once. A file that cannot be read has a report too, with the
 * indication UNREADABLE and the reason; so has one of which it was not known what its signatures are worth and whose bytes are lost now. What was settled stays so.
 * @throws AppError `files.notStored`, `files.damaged` of a file whose verdict is settled or that was never judged
 */
export async function validateStored(kernel: Kernel, sha256: string): Promise<StoredReport> {
  const { reportOf, keep } = await validateTogether(kernel, [sha256]);
  const { report } = await reportOf(sha256, () => readBytes(kernel, sha256));
  await keep();
  return report;
}

export type Validating = {
  /**
   * The kept report, or one that is made now of what `read` gives; the bytes are read only when they are needed. A report of bytes with another hash, which its
   * `sha256` tells, is not kept.
   */
  reportOf: (sha256: string, read: () => Promise<Buffer>) => Promise<{ report: StoredReport; isNew: boolean }>;
  /** Keeps the reports that were made. */
  keep: () => Promise<void>;
};

/** `validateStored` for several files at one moment: what they are judged by is brought together once, and their reports are looked up and kept together. */
export async function validateTogether(kernel: Kernel, sha256s: readonly string[]): Promise<Validating> {
  const trust = await trustSet(kernel);
  const lists = await folderLists(kernel);
  const now = kernel.clock.now();
  const kept = await findReports(kernel.database.pool, sha256s, trust.version);
  const made = new Map<string, Kept>();
  let material: Promise<TrustMaterial> | undefined;
  return {
    reportOf: async (sha256, read) => {
      const earlier = kept.get(sha256);
      if (earlier !== undefined && isInForce(earlier, lists, now)) return { report: earlier.report, isNew: false };
      material ??= trustMaterial(kernel, trust);
      const examined = await examineOrLost(kernel, { sha256, read, material: await material });
      if (examined.report.sha256 === sha256) made.set(sha256, { ...examined, sha256, trustVersion: trust.version, lists: listsOf(examined.report, lists) });
      return { report: examined.report, isNew: true };
    },
    keep: async () => {
      await keepEarlier(kernel.database.pool, [...made.values()].filter((each) => saysMore(each, kept.get(each.sha256))));
      if (made.size > 0) await rememberTrustSet(kernel, trust);
      await keepReports(kernel, [...made.values()]);
    },
  };
}

/**
 * The report of bytes that are not kept, such as a file that somebody from the public asks about: PDF, XML, ASiC, a detached CMS or a JWS,
 * told by its content. `beside` are the files that a detached signature is about.
 */
export async function validateBytes(kernel: Kernel, bytes: Buffer, beside?: readonly BesideFile[]): Promise<StoredReport> {
  return (await validateOpening(kernel, bytes, beside)).report;
}

/** As `validateBytes`, with what an intact signature holds inside (CMS that is not detached), for whoever wants to take it out. */
export async function validateOpening(kernel: Kernel, bytes: Buffer, beside?: readonly BesideFile[]): Promise<{ report: StoredReport; enclosed: Buffer | undefined }> {
  const { report, enclosed } = await examine(kernel, { bytes, beside }, await trustMaterial(kernel, await trustSet(kernel)));
  return { report, enclosed };
}

/** The newest report that was made of a file, under whatever trust set; undefined when none was. */
export async function validationOf(q: Queryable, sha256: string): Promise<StoredReport | undefined> {
  const { rows } = await q.query('select report from signatures.validation where sha256 = $1 order by validated_at desc limit 1', [sha256]);
  // safe because only keepReports writes this column
  return rows[0]?.['report'] as StoredReport | undefined;
}

/** The kept report for a screen, and whether `validateStored` would make it anew: by what is trusted now, by a list that came since, or because it only waited. */
export async function keptReport(kernel: Kernel, sha256: string): Promise<{ report: StoredReport; isOutdated: boolean } | undefined> {
  const { version } = await trustSet(kernel);
  const lists = await folderLists(kernel);
  const { rows } = await kernel.database.pool.query(
    `select report, folder_lists as lists, trust_version = $2 as "isOfThisTrust" from signatures.validation where sha256 = $1
      order by trust_version = $2 desc, validated_at desc limit 1`,
    [sha256, version],
  );
  // safe because only keepReports writes these columns
  const [kept] = rows as (Earlier & { isOfThisTrust: boolean })[];
  return kept && { report: kept.report, isOutdated: !kept.isOfThisTrust || !isInForce(kept, lists, kernel.clock.now()) };
}

function isInForce(kept: Earlier, lists: FolderLists, now: Date): boolean {
  return !isDueAgain(kept.report, now) && !hasNewList(kept, lists);
}

/** Whether the verdict on one of the signatures waits for an authority's word, such as a revocation list, or for the file to be put back. */
export function isWaiting(report: StoredReport): boolean {
  return isOfLostFile(report) || report.signatures.some(({ subIndication }) => subIndication === 'TRY_LATER');
}

function isDueAgain(report: StoredReport, now: Date): boolean {
  return isWaiting(report) && now.getTime() - new Date(report.validatedAt).getTime() >= RETRY_MS;
}

/** A list that was not there when the report was made; one that is gone since unsays nothing. */
function hasNewList({ report, lists: known }: Earlier, lists: FolderLists): boolean {
  return listsOf(report, lists).some((hash) => !known.includes(hash));
}

/** The lists of the folder that speak of a certificate in the report: those of its issuers. */
function listsOf(report: StoredReport, lists: FolderLists): string[] {
  if (lists.size === 0) return [];
  const issuers = new Set(certificatesOf(report).map(({ issuer }) => issuer));
  return [...issuers].flatMap((issuer) => lists.get(issuer) ?? []).map(({ hash }) => hash).sort();
}

/** The certificates on which the verdicts of a report rest. */
function certificatesOf({ certificates = [], signatures }: StoredReport): CertificateReport[] {
  return [...certificates, ...signatures.flatMap(({ certificate }) => certificate ?? [])];
}

/** Whether lists that came since a report was made can change it: it waited for such a word, or they revoke what it takes for good. Most lists only say again what the last one said. */
export function isChangedByLists({ report, lists: known }: Earlier, lists: FolderLists): boolean {
  const knownRevoked = new Set(report.signatures.flatMap(({ certificate, revocation }) => (revocation.status === 'revoked' && certificate !== null ? [certificate.fingerprint] : [])));
  return certificatesOf(report).some(({ issuer, serialNumber, fingerprint }) => {
    const came = (lists.get(issuer) ?? []).filter(({ hash }) => !known.includes(hash));
    return came.length > 0 && (isWaiting(report) || (!knownRevoked.has(fingerprint) && came.some(({ revokes }) => revokes(serialNumber))));
  });
}

type Examined = { report: StoredReport; material: Material[]; enclosed?: Buffer | undefined };

/** A verdict that only waits would be asked for again and again of a file that is lost: the loss is its report, until the file is back. */
async function examineOrLost(kernel: Kernel, { sha256, read, material }: { sha256: string; read: () => Promise<Buffer>; material: TrustMaterial }): Promise<Examined> {
  let bytes: Buffer;
  try {
    bytes = await read();
  } catch (error) {
    const before = isLoss(error) ? await validationOf(kernel.database.pool, sha256) : undefined;
    if (before === undefined || !isLoss(error) || (before.indication !== 'INDETERMINATE' && !isOfLostFile(before))) throw error;
    return { report: lostReport(error, { sha256, sizeBytes: before.sizeBytes, now: kernel.clock.now() }), material: [] };
  }
  return examine(kernel, { bytes, beside: undefined }, material);
}

/** Reads the file where nothing can happen, looks up outside what it lacks, and reads again. */
async function examine(kernel: Kernel, { bytes, beside }: { bytes: Buffer; beside: readonly BesideFile[] | undefined }, known: TrustMaterial): Promise<Examined> {
  const now = kernel.clock.now();
  try {
    const { found, given } = await readKnowing(kernel, known, (material) => documentReader.examine(bytes, material, beside));
    return { report: storedReport(found.report), material: pickUsed(given, found.used), enclosed: found.enclosed && Buffer.from(found.enclosed.bytes) };
  } catch (error) {
    // What the server lacks is no word on the file: it is judged when the reader runs again.
    if (error instanceof AppError && error.code.startsWith('signatures.') && error.entry.status < 500) return { report: unreadableReport(error, { bytes, now }), material: [] };
    throw error;
  }
}

function pickUsed({ crls, ocsps = [], certificates = [] }: TrustMaterial, used: readonly string[]): Material[] {
  const wanted = new Set(used);
  const all: Material[] = [
    ...crls.map((each) => ({ kind: 'crl' as const, content: Buffer.from(each) })),
    ...ocsps.map((each) => ({ kind: 'ocsp' as const, content: Buffer.from(each) })),
    ...certificates.map((each) => ({ kind: 'certificate' as const, content: Buffer.from(each) })),
  ];
  return all.filter(({ content }) => wanted.has(sha256Of(content)));
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

type Kept = Examined & { sha256: string; trustVersion: string; lists: readonly string[] };

/** Whether what stood before would be missed: one that only waited and was no wiser later would not. */
function saysMore({ report, lists }: Kept, earlier: Earlier | undefined): boolean {
  return earlier !== undefined && (earlier.report.indication !== report.indication || String(earlier.lists) !== String(lists));
}

/** Keeps what stands now, before another report of the same trust set takes its place. */
async function keepEarlier(q: Queryable, made: readonly Kept[]): Promise<void> {
  if (made.length === 0) return;
  await q.query(
    `insert into signatures.earlier_validation (sha256, validated_at, trust_version, report)
     select v.sha256, v.validated_at, v.trust_version, v.report
       from unnest($1::text[], $2::text[]) as made (sha256, trust_version) join signatures.validation v using (sha256, trust_version)
     on conflict do nothing`,
    [made.map(({ sha256 }) => sha256), made.map(({ trustVersion }) => trustVersion)],
  );
}

/** Two processes may validate one file at once: the later verdict stays, the evidence of both. All go in one order, so that they wait for each other and never in a circle. */
async function keepReports({ database: { pool }, clock }: Kernel, kept: readonly Kept[]): Promise<void> {
  if (kept.length === 0) return;
  const ordered = kept.toSorted((one, other) => (one.sha256 < other.sha256 ? -1 : 1));
  const { rows } = await pool.query<{ sha256: string }>(
    `insert into signatures.validation (sha256, trust_version, indication, report, validated_at, folder_lists)
     select t.* from rows from (unnest($1::text[], $2::text[], $3::text[]), jsonb_array_elements($4::jsonb), unnest($5::timestamptz[]), jsonb_array_elements($6::jsonb)) as t
     on conflict (sha256, trust_version) do update set indication = excluded.indication, report = excluded.report, validated_at = excluded.validated_at, folder_lists = excluded.folder_lists
      where excluded.validated_at > validation.validated_at
     returning sha256`,
    [
      ordered.map(({ sha256 }) => sha256),
      ordered.map(({ trustVersion }) => trustVersion),
      ordered.map(({ report }) => report.indication),
      JSON.stringify(ordered.map(({ report }) => report)),
      ordered.map(({ report }) => report.validatedAt),
      JSON.stringify(ordered.map(({ lists }) => lists)),
    ],
  );
  const isKept = new Set(rows.map(({ sha256 }) => sha256));
  const evidence = ordered.flatMap(({ sha256, report, material }) => (isKept.has(sha256) ? material.map((each) => ({ sha256, validatedAt: report.validatedAt, each })) : []));
  if (evidence.length === 0) return;
  const hashes = await keepMaterials(pool, evidence.map(({ each }) => each), clock.now());
  await pool.query(
    `insert into signatures.validation_evidence (sha256, validated_at, material_sha256)
     select * from unnest($1::text[], $2::timestamptz[], $3::text[]) on conflict do nothing`,
    [evidence.map(({ sha256 }) => sha256), evidence.map(({ validatedAt }) => validatedAt), hashes],
  );
}

/** A kept report, with the SHA-256 of the folder's lists that it was made by. */
export type Earlier = { report: StoredReport; lists: readonly string[] };

async function findReports(q: Queryable, sha256s: readonly string[], trustVersion: string): Promise<Map<string, Earlier>> {
  const { rows } = await q.query('select sha256, report, folder_lists as lists from signatures.validation where sha256 = any($1) and trust_version = $2', [sha256s, trustVersion]);
  // safe because only keepReports writes these columns
  return new Map(rows.map((row) => [String(row['sha256']), row as Earlier]));
}

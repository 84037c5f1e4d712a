import { createHash } from 'node:crypto';
import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Queryable } from '#kernel/database.ts';
import { readBytes } from '#engines/files/index.ts';
import { documentReader } from '../adapters/document-reader/reader.ts';
import type { TrustMaterial } from '../adapters/document-reader/protocol.ts';
import { keepMaterial, type Material } from '../adapters/revocation-network/index.ts';
import { readWithLookups } from '../read-with-lookups.ts';
import { storedReport, unreadableReport, type StoredReport } from '../report-words.ts';
import { trustSet, type TrustSet } from '../trust.ts';

/** A verdict that only waits for an authority's word is looked at again after this time. */
const RETRY_MS = 3_600_000;

/**
 * The validation report of a stored file under the present trust set: made once, then kept, with the material from outside that it rests on.
 * One that could not learn about a revocation is made anew after an hour. A file that cannot be read has a report too, with the
 * indication UNREADABLE and the reason.
 * @throws AppError `files.notStored`
 */
export async function validateStored(kernel: Kernel, sha256: string): Promise<StoredReport> {
  const trust = await trustSet(kernel);
  const kept = await findReport(kernel.database.pool, sha256, trust.version);
  const now = kernel.clock.now();
  if (kept !== undefined && !isDueAgain(kept, now)) return kept;
  const { report, material } = await examine(kernel, { bytes: await readBytes(kernel, sha256), content: undefined }, trust);
  await keepReport(kernel, { sha256, trustVersion: trust.version, report, material });
  return report;
}

/**
 * The report of bytes that are not kept, such as a file that somebody from the public asks about: PDF, XML, ASiC, a detached CMS or a JWS,
 * told by its content. `content` is the file beside a detached signature.
 */
export async function validateBytes(kernel: Kernel, bytes: Buffer, content?: Buffer): Promise<StoredReport> {
  return (await examine(kernel, { bytes, content }, await trustSet(kernel))).report;
}

/** The newest report that was made of a file, under whatever trust set; undefined when none was. */
export async function validationOf(q: Queryable, sha256: string): Promise<StoredReport | undefined> {
  const { rows } = await q.query('select report from signatures.validation where sha256 = $1 order by validated_at desc limit 1', [sha256]);
  // safe because only validateStored writes this column
  return rows[0]?.['report'] as StoredReport | undefined;
}

function isDueAgain({ signatures, validatedAt }: StoredReport, now: Date): boolean {
  const isWaiting = signatures.some(({ subIndication }) => subIndication === 'TRY_LATER');
  return isWaiting && now.getTime() - new Date(validatedAt).getTime() >= RETRY_MS;
}

type Examined = { report: StoredReport; material: Material[] };

/** Reads the file where nothing can happen, looks up outside what it lacks, and reads again. */
async function examine(kernel: Kernel, { bytes, content }: { bytes: Buffer; content: Buffer | undefined }, trust: TrustSet): Promise<Examined> {
  const now = kernel.clock.now();
  try {
    const { found, given } = await readWithLookups(kernel, trust, (material) => documentReader.examine(bytes, material, content));
    return { report: storedReport(found.report), material: pickUsed(given, found.used) };
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('signatures.')) return { report: unreadableReport(error, { bytes, now }), material: [] };
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

type Kept = Examined & { sha256: string; trustVersion: string };

/** Two processes may validate one file at once: the later verdict stays, the evidence of both. */
async function keepReport({ database, clock }: Kernel, { sha256, trustVersion, report, material }: Kept): Promise<void> {
  const { pool } = database;
  const { rowCount } = await pool.query(
    `insert into signatures.validation (sha256, trust_version, indication, report, validated_at) values ($1, $2, $3, $4, $5)
     on conflict (sha256, trust_version) do update set indication = excluded.indication, report = excluded.report, validated_at = excluded.validated_at
      where excluded.validated_at > validation.validated_at`,
    [sha256, trustVersion, report.indication, JSON.stringify(report), report.validatedAt],
  );
  if (rowCount === 0) return;
  for (const each of material) {
    const materialSha256 = await keepMaterial(pool, each, clock.now());
    await pool.query(`insert into signatures.validation_evidence (sha256, validated_at, material_sha256) values ($1, $2, $3) on conflict do nothing`, [sha256, report.validatedAt, materialSha256]);
  }
}

async function findReport(q: Queryable, sha256: string, trustVersion: string): Promise<StoredReport | undefined> {
  const { rows } = await q.query('select report from signatures.validation where sha256 = $1 and trust_version = $2', [sha256, trustVersion]);
  // safe because only validateStored writes this column
  return rows[0]?.['report'] as StoredReport | undefined;
}

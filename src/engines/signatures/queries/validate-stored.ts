import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Queryable } from '#kernel/database.ts';
import { readBytes } from '#engines/files/index.ts';
import { documentReader } from '../adapters/document-reader/reader.ts';
import { storedReport, unreadableReport, type StoredReport } from '../report-words.ts';
import { trustMaterial, trustSet } from '../trust.ts';

/**
 * The validation report of a stored file under the present trust set: made once, then kept. A file that cannot be read
 * has a report too, with the indication UNREADABLE and the reason.
 * @throws AppError `files.notStored`
 */
export async function validateStored(kernel: Kernel, sha256: string): Promise<StoredReport> {
  const trust = await trustSet(kernel);
  const kept = await findReport(kernel.database.pool, sha256, trust.version);
  if (kept !== undefined) return kept;
  const bytes = await readBytes(kernel, sha256);
  const report = await validateBytes(kernel, bytes);
  await kernel.database.pool.query(
    `insert into signatures.validation (sha256, trust_version, indication, report, validated_at) values ($1, $2, $3, $4, $5)
     on conflict (sha256, trust_version) do nothing`,
    [sha256, trust.version, report.indication, JSON.stringify(report), kernel.clock.now()],
  );
  return report;
}

/** The report of bytes that are not kept, such as a file that somebody from the public asks about. */
export async function validateBytes(kernel: Kernel, bytes: Buffer): Promise<StoredReport> {
  const trust = await trustSet(kernel);
  const now = kernel.clock.now();
  try {
    return storedReport(await documentReader.validate(bytes, await trustMaterial(kernel, trust)));
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('signatures.')) return unreadableReport(error, { bytes, now });
    throw error;
  }
}

/** The newest report that was made of a file, under whatever trust set; undefined when none was. */
export async function validationOf(q: Queryable, sha256: string): Promise<StoredReport | undefined> {
  const { rows } = await q.query('select report from signatures.validation where sha256 = $1 order by validated_at desc limit 1', [sha256]);
  // safe because only validateStored writes this column
  return rows[0]?.['report'] as StoredReport | undefined;
}

async function findReport(q: Queryable, sha256: string, trustVersion: string): Promise<StoredReport | undefined> {
  const { rows } = await q.query('select report from signatures.validation where sha256 = $1 and trust_version = $2', [sha256, trustVersion]);
  // safe because only validateStored writes this column
  return rows[0]?.['report'] as StoredReport | undefined;
}

import { AppError } from '#kernel/errors.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { readBytes } from '#engines/files/index.ts';
import type { StoredReport } from '../report-words.ts';
import { trustSet } from '../trust.ts';
import { trustChanges, type TrustChange } from './known-trust-sets.ts';
import { validateTogether, type Validating } from './validate-stored.ts';

export type VerdictsNow = { verdicts: ReadonlyMap<string, StoredReport['indication']>; judged: number };

/** The version of what is trusted now: another one may change verdicts. */
export async function trustVersion(kernel: Kernel): Promise<string> {
  return (await trustSet(kernel)).version;
}

/**
 * What the signatures of stored files are worth by what is trusted now, one file after another, and how many were judged for it. Only files that have a
 * report are looked at, and only those are judged again whose report what changed since can change; bytes that are gone keep their verdict.
 * @throws AppError while no file can be judged
 */
export async function verdictsNow(kernel: Kernel, sha256s: readonly string[]): Promise<VerdictsNow> {
  const now = await trustSet(kernel);
  const kept = await newestReports(kernel.database.pool, { sha256s, version: now.version });
  const changes = await trustChanges(kernel.database.pool, { versions: [...new Set(kept.map((each) => each.trustVersion))].filter((version) => version !== now.version), now });
  const revoked = await revokedSince(kernel.database.pool, kept);
  const due = kept.filter((each) => each.trustVersion !== now.version && mayChange(each, { change: changes.get(each.trustVersion), revoked }));
  const verdicts = new Map(kept.map(({ sha256, report }) => [sha256, report.indication]));
  const validating = await validateTogether(kernel, due.map(({ sha256 }) => sha256));
  let judged = 0;
  for (const { sha256 } of due) {
    const indication = await judge(kernel, validating, sha256);
    if (indication === undefined) continue;
    verdicts.set(sha256, indication);
    judged += 1;
  }
  await validating.keep();
  return { verdicts, judged };
}

async function judge(kernel: Kernel, validating: Validating, sha256: string): Promise<StoredReport['indication'] | undefined> {
  try {
    return (await validating.reportOf(sha256, () => readBytes(kernel, sha256))).report.indication;
  } catch (error) {
    if (error instanceof AppError && (error.code === 'files.notStored' || error.code === 'files.damaged')) return undefined;
    throw error;
  }
}

type Kept = { sha256: string; trustVersion: string; report: StoredReport };

async function newestReports(q: Queryable, { sha256s, version }: { sha256s: readonly string[]; version: string }): Promise<Kept[]> {
  const { rows } = await q.query(
    `select distinct on (sha256) sha256, trust_version as "trustVersion", report from signatures.validation where sha256 = any($1)
      order by sha256, trust_version = $2 desc, validated_at desc`,
    [sha256s, version],
  );
  // safe because only reports are written to this column
  return rows as Kept[];
}

/** A revocation may have begun before a report and been committed after it. */
const LONGEST_COMMIT_MS = 3_600_000;

type Revoked = { serials: ReadonlyMap<string, Date>; authorityAt: Date | undefined };

/** What the built-in authority revoked of the signers' certificates, and when last one of a service or an authority, which any report may rest on. */
async function revokedSince(q: Queryable, kept: readonly Kept[]): Promise<Revoked> {
  const { rows } = await q.query(
    `select serial, purpose, revoked_at as "revokedAt" from signatures.issued_certificate where state = 'revoked' and (serial = any($1) or purpose not in ('person', 'agency')) order by revoked_at`,
    [[...new Set(kept.flatMap(({ report }) => serialsOf(report)))]],
  );
  // safe because the statement selects exactly these columns
  const found = rows as { serial: string; purpose: string; revokedAt: Date }[];
  return { serials: new Map(found.map(({ serial, revokedAt }) => [serial, revokedAt])), authorityAt: found.findLast(({ purpose }) => purpose !== 'person' && purpose !== 'agency')?.revokedAt };
}

function serialsOf({ signatures }: StoredReport): string[] {
  return signatures.flatMap(({ certificate }) => certificate?.serialNumber ?? []);
}

function mayChange({ report }: Kept, { change, revoked }: { change: TrustChange | undefined; revoked: Revoked }): boolean {
  if (change === undefined || change.rulesChanged) return true;
  if (report.indication === 'UNSIGNED' || report.indication === 'UNREADABLE') return false;
  const since = new Date(report.validatedAt).getTime() - LONGEST_COMMIT_MS;
  const isRevoked = [revoked.authorityAt, ...serialsOf(report).map((serial) => revoked.serials.get(serial))].some((at) => at !== undefined && at.getTime() >= since);
  return change.isSweeping || isRevoked || (change.addsTrust && report.indication !== 'TOTAL-PASSED');
}

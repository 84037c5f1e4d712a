import { createHash } from 'node:crypto';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { readBytes } from '#engines/files/index.ts';
import { isLoss, type StoredReport } from '../report-words.ts';
import { folderLists, trustSet, type FolderLists } from '../trust.ts';
import { trustChanges, type TrustChange } from './known-trust-sets.ts';
import { isChangedByLists, validateTogether, type Earlier, type Validating } from './validate-stored.ts';

export type VerdictsNow = { verdicts: ReadonlyMap<string, StoredReport['indication']>; judged: number };

/**
 * The version of what is trusted now and, behind a blank, of the revocation lists in the folder: another one of either may change verdicts.
 * @throws TrustFolderError
 */
export async function trustVersion(kernel: Kernel): Promise<string> {
  const { version } = await trustSet(kernel);
  const hashes = [...(await folderLists(kernel)).values()].flat().map(({ hash }) => hash).sort();
  return hashes.length === 0 ? version : `${version} ${createHash('sha256').update(hashes.join()).digest('hex').slice(0, 32)}`;
}

/**
 * What the signatures of stored files are worth by what is trusted now, one file after another, and how many were judged for it. Only files that have a
 * report are looked at, and only those are judged again whose report what changed since, or a revocation list that came, can change; what was settled stays so
 * where the bytes are gone.
 * @throws AppError while no file can be judged
 */
export async function verdictsNow(kernel: Kernel, sha256s: readonly string[]): Promise<VerdictsNow> {
  const now = await trustSet(kernel);
  const lists = await folderLists(kernel);
  const kept = await newestReports(kernel.database.pool, { sha256s, version: now.version, lists });
  const concerned = kept.filter(hasReport);
  const older = concerned.filter((each) => each.trustVersion !== now.version);
  const changes = await trustChanges(kernel.database.pool, { versions: [...new Set(older.map((each) => each.trustVersion))], now });
  const revoked = await revokedSince(kernel.database.pool, older);
  const due = concerned.filter((each) => isChangedByLists(each, lists) || (each.trustVersion !== now.version && mayChange(each, { change: changes.get(each.trustVersion), revoked })));
  const verdicts = new Map(kept.map(({ sha256, indication }) => [sha256, indication]));
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
    if (isLoss(error)) return undefined;
    throw error;
  }
}

type Kept = { sha256: string; trustVersion: string; indication: StoredReport['indication']; lists: readonly string[]; /** Of an older trust set, or of an authority with a new list: reports are large. */ report: StoredReport | null };
type Concerned = Kept & Earlier;

function hasReport(kept: Kept): kept is Concerned {
  return kept.report !== null;
}

async function newestReports(q: Queryable, { sha256s, version, lists }: { sha256s: readonly string[]; version: string; lists: FolderLists }): Promise<Kept[]> {
  const hashes = Object.fromEntries([...lists].map(([issuer, all]) => [issuer, all.map(({ hash }) => hash)]));
  const { rows } = await q.query(
    `select distinct on (sha256) sha256, trust_version as "trustVersion", indication, folder_lists as lists,
            case when trust_version <> $2 or ($3::jsonb <> '{}' and exists (
              select from (select jsonb_path_query(report, '$.certificates[*].issuer') union select jsonb_path_query(report, '$.signatures[*].certificate.issuer')) as c (issuer)
               where not $3::jsonb -> (c.issuer #>> '{}') <@ folder_lists)) then report end as report
       from signatures.validation where sha256 = any($1)
      order by sha256, trust_version = $2 desc, validated_at desc`,
    [sha256s, version, JSON.stringify(hashes)],
  );
  // safe because only reports are written to this column, and hashes beside it
  return rows as Kept[];
}

/** A revocation may have begun before a report and been committed after it. */
const LONGEST_COMMIT_MS = 3_600_000;

type Revoked = { serials: ReadonlyMap<string, Date>; authorityAt: Date | undefined };

/** What the built-in authority revoked of the signers' certificates, and when last one of a service or an authority, which any report may rest on. */
async function revokedSince(q: Queryable, kept: readonly Concerned[]): Promise<Revoked> {
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

function mayChange({ report }: Concerned, { change, revoked }: { change: TrustChange | undefined; revoked: Revoked }): boolean {
  if (change === undefined || change.rulesChanged) return true;
  if (report.indication === 'UNSIGNED' || report.indication === 'UNREADABLE') return false;
  const since = new Date(report.validatedAt).getTime() - LONGEST_COMMIT_MS;
  const isRevoked = [revoked.authorityAt, ...serialsOf(report).map((serial) => revoked.serials.get(serial))].some((at) => at !== undefined && at.getTime() >= since);
  return change.isSweeping || isRevoked || (change.addsTrust && report.indication !== 'TOTAL-PASSED');
}

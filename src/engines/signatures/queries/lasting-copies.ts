import type { Selectable } from 'kysely';
import type { PersonActor } from '#kernel/actor.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { isoInVietnam, vietnamDay } from '#kernel/time.ts';
import { getFile, type StoredFile } from '#engines/files/index.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import type { FailedCopy, LastingCopy } from '../lasting-copies/contract.ts';
import { RENEW_BEFORE_MS } from '../archive-signatures.ts';
import type { Tables } from '../tables.gen.ts';

type Row = Selectable<Tables['signatures.archived_file']>;
type Failure = Pick<Row, 'failed_at' | 'failure_vi' | 'failure_en'>;

const PAGE = 50;
const instant = (at: Date | null): string | null => (at === null ? null : isoInVietnam(at));

/** What is known of the lasting copy of a file that the caller may have; null where none was asked for. */
export async function findLastingCopy(kernel: Kernel, file: Pick<StoredFile, 'sha256'>, agencyId: Id<'agency'>): Promise<LastingCopy | null> {
  const { rows } = await kernel.database.pool.query(
    `select state, file_id, protected_until, archived_at, failed_at, failure_vi, failure_en from signatures.archived_file where agency_id = $1 and sha256 = $2`,
    [agencyId, file.sha256],
  );
  // safe because the statement selects exactly these columns
  const [row] = rows as (Pick<Row, 'state' | 'file_id' | 'protected_until' | 'archived_at'> & Failure)[];
  if (row === undefined) return null;
  const copy = row.file_id === null ? null : await getFile(kernel.database.pool, agencyId, row.file_id);
  return {
    state: row.state === 'not_valid' ? 'notValid' : row.state,
    // A copy is kept only after its archive time stamp was found to protect it.
    level: copy === null ? null : 'B-LTA',
    archivedAt: instant(row.archived_at),
    protectedUntil: instant(row.protected_until),
    renewsFrom: row.protected_until === null ? null : isoInVietnam(new Date(row.protected_until.getTime() - RENEW_BEFORE_MS)),
    copy: copy === null ? null : { fileId: copy.id, name: copy.name, sizeBytes: copy.sizeBytes },
    failure: failureOf(row),
  };
}

function failureOf({ failed_at: at, failure_vi: vi, failure_en: en }: Failure): LastingCopy['failure'] {
  return at === null || vi === null || en === null ? null : { at: isoInVietnam(at), reason: { vi, en } };
}

/** A page of what failed, the newest failure first. Reads along (agency_id, failed_at desc, sha256) for one agency. */
export async function listFailedCopies(kernel: Kernel, actor: PersonActor, after: string | undefined): Promise<{ rows: FailedCopy[]; next: string | null }> {
  const { at, sha256 } = /^(?<at>[\dT:.Z-]{20,30})_(?<sha256>[0-9a-f]{64})$/.exec(after ?? '')?.groups ?? {};
  const from = at === undefined || Number.isNaN(Date.parse(at)) ? null : at;
  const { rows } = await kernel.database.pool.query(
    `select agency_id, sha256, name, state, protected_until, failed_at, failure_vi, failure_en from signatures.archived_file
      where failed_at is not null and ($1::uuid is null or agency_id = $1)
        and ($2::timestamptz is null or failed_at < $2 or (failed_at = $2 and sha256 > $3))
      order by failed_at desc, sha256 limit ${String(PAGE)}`,
    [actor.roles.includes('province_admin') ? null : actor.agencyId, from, sha256 ?? null],
  );
  // safe because the statement selects exactly these columns, and the ids are those of agencies
  const found = rows as (Pick<Row, 'sha256' | 'name' | 'state' | 'protected_until'> & Failure & { agency_id: Id<'agency'> })[];
  const agencies = await agenciesOn(kernel.database.pool, [...new Set(found.map((row) => row.agency_id))], vietnamDay(kernel.clock.now()));
  const last = found.length === PAGE ? found.at(-1) : undefined;
  return {
    rows: found.flatMap((row) => {
      const failure = failureOf(row);
      if (failure === null) return [];
      const common = { agencyId: row.agency_id, agencyName: agencies.get(row.agency_id)?.name ?? '', sha256: row.sha256, name: row.name };
      return [{ ...common, hasCopy: row.state === 'archived', protectedUntil: instant(row.protected_until), failedAt: failure.at, reason: failure.reason }];
    }),
    next: last === undefined || last.failed_at === null ? null : `${last.failed_at.toISOString()}_${last.sha256}`,
  };
}

import type { Queryable } from '#kernel/database.ts';
import { vietnamDay, type CalendarDay } from '#kernel/time.ts';
import type { Role } from '../domain/roles.ts';
import type { AgencyId } from './agencies.ts';
import type { PostId } from './posts.ts';

const MOST = 200;

/** The posts of all agencies that carry one of the roles today: for roles that a province gives to few. At most 200. */
export async function postsEverywhere(q: Queryable & { now: Date }, roles: readonly Role[]): Promise<{ postId: PostId; agencyId: AgencyId }[]> {
  const { rows } = await q.query(
    `select id as "postId", agency_id as "agencyId" from identity.post
      where roles && $1::text[] and starts_on <= $2::date and (ends_on is null or ends_on >= $2::date) order by agency_id, sort_order, id limit $3`,
    [[...roles], vietnamDay(q.now), MOST],
  );
  // safe because the statement selects exactly these columns
  return rows as { postId: PostId; agencyId: AgencyId }[];
}

/** Which of these agencies have somebody with the role today. */
export async function agenciesWithRole(q: Queryable, { agencyIds, role, day }: { agencyIds: readonly AgencyId[]; role: Role; day: CalendarDay }): Promise<Set<AgencyId>> {
  if (agencyIds.length === 0) return new Set();
  const { rows } = await q.query(
    'select distinct agency_id as "agencyId" from identity.post where agency_id = any($1::uuid[]) and $2 = any(roles) and starts_on <= $3::date and (ends_on is null or ends_on >= $3::date)',
    [agencyIds, role, day],
  );
  // safe because the column holds agency ids
  return new Set(rows.map((row) => row['agencyId'] as AgencyId));
}

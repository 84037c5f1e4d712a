import type { z } from 'zod';
import type { Queryable } from '#kernel/database.ts';
import type { CalendarDay } from '#kernel/time.ts';
import type { recipientGroup } from '../contract.ts';
import type { AgencyId } from './agencies.ts';

/** The groups that an agency named for itself, with their members that exist on the day. */
export async function recipientGroupsOf(q: Queryable, agencyId: AgencyId, day: CalendarDay): Promise<z.output<typeof recipientGroup>[]> {
  const { rows } = await q.query(
    `select g.id, g.name, coalesce(array_agg(a.id order by n.name, a.id) filter (where a.id is not null), '{}') as "agencyIds",
            coalesce(json_agg(json_build_object('id', a.id, 'name', n.name) order by n.name, a.id) filter (where a.id is not null), '[]'::json) as agencies
       from identity.recipient_group g
       left join identity.recipient_group_member m on m.agency_id = g.agency_id and m.group_id = g.id
       left join identity.agency a on a.id = m.member_id and (a.closed_on is null or a.closed_on >= $2::date)
       left join lateral (select name from identity.agency_name where agency_id = a.id and valid_from <= $2::date order by valid_from desc limit 1) n on true
      where g.agency_id = $1 group by g.id, g.name order by lower(g.name), g.id`,
    [agencyId, day],
  );
  // safe because the statement selects exactly these columns
  return rows as z.output<typeof recipientGroup>[];
}

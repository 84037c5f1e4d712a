import type { PersonActor } from '#kernel/actor.ts';
import type { PreparedStatement } from '#kernel/database.ts';
import { isId } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { workingCalendar } from '../calendar.ts';
import type { TaskFilter } from '../contract.ts';
import { deadlineLimits } from '../domain/deadline.ts';
import { casesErrors } from '../errors.ts';
import { assigneesOf } from '../policy.ts';

export type MyTasksPage = { after?: string | undefined; limit: number; filter?: TaskFilter };

const MOST = 200;

/**
 * What waits for this person in this post now, most urgent first, then by deadline, then by age: one page as the JSON
 * text of `taskPage`, built by PostgreSQL. `after` is the `next` of the page before.
 * @throws `cases.unknownCursor` when `after` is not one of ours.
 */
export async function myTasks(kernel: Kernel, actor: PersonActor, page: MyTasksPage): Promise<string> {
  const now = kernel.clock.now();
  const limits = deadlineLimits(now, await workingCalendar(kernel));
  const after = readCursor(page.after);
  const filter = page.filter ?? {};
  const { rows } = await kernel.database.prepared(listStatement, [
    actor.agencyId,
    assigneesOf(actor),
    after.urgencyOrder,
    after.sortAt,
    after.id,
    Math.min(Math.max(page.limit, 1), MOST),
    now,
    limits.todayEnds,
    limits.nearEnds,
    actor.postId,
    orNull(filter.kinds),
    orNull(filter.urgency),
    orNull(filter.deadline),
    filter.mineOnly ?? false,
  ]);
  // safe because the statement yields one row with one text
  return (rows[0] as { page: string }).page;
}

function orNull(values: readonly string[] | undefined): readonly string[] | null {
  return values === undefined || values.length === 0 ? null : values;
}

const BEFORE_ALL = { urgencyOrder: -1, sortAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

function readCursor(text: string | undefined): typeof BEFORE_ALL {
  if (text === undefined) return BEFORE_ALL;
  const [urgencyOrder = '', sortAt = '', id = '', ...rest] = text.split('~');
  const validTime = sortAt === 'infinity' || (/^\d{4}-\d\d-\d\d[T ][\d:.]+([+-][\d:]+|Z)$/.test(sortAt) && !Number.isNaN(Date.parse(sortAt.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'))));
  if (!/^[0-3]$/.test(urgencyOrder) || !validTime || !isId(id) || rest.length > 0) throw casesErrors.unknownCursor();
  return { urgencyOrder: Number(urgencyOrder), sortAt, id };
}

/** How a row's deadline stands; $7 now, $8 the end of today, $9 the end of "near". */
const DEADLINE = `case when t.due_at is null then 'none' when t.due_at < $7 then 'overdue' when t.due_at < $8 then 'today' when t.due_at < $9 then 'near' else 'ok' end`;

/** One short index scan for each assignee, merged: the work does not grow with the length of the list. */
const listStatement: PreparedStatement = {
  name: 'cases.my-tasks',
  text: `
with found as (
  select t.*, row_number() over (order by t.urgency_order, t.sort_at, t.id) as place
    from unnest($2::text[]) as mine (assignee)
   cross join lateral (
     select t.id, t.kind, t.title, t.urgency, t.urgency_order, t.due_at, t.sort_at, t.href, t.subject_type, t.subject_id, t.opened_at,
            t.assignee, t.taken_by_post_id, t.taken_by_name, t.taken_at, ${DEADLINE} as deadline
       from cases.task t
      where t.agency_id = $1 and t.assignee = mine.assignee and t.state = 'open'
        and (t.urgency_order, t.sort_at, t.id) > ($3::smallint, $4::timestamptz, $5::uuid)
        and ($11::text[] is null or t.kind = any($11))
        and ($12::text[] is null or t.urgency = any($12))
        and ($13::text[] is null or ${DEADLINE} = any($13))
        and (not $14::boolean or t.taken_by_post_id is null or t.taken_by_post_id = $10::uuid)
      order by t.urgency_order, t.sort_at, t.id
      limit $6::int + 1) t
   order by t.urgency_order, t.sort_at, t.id
   limit $6::int + 1)
select json_build_object(
  'items', coalesce(json_agg(json_build_object(
      'id', id, 'kind', kind, 'title', title, 'urgency', urgency, 'dueAt', due_at, 'deadline', deadline, 'href', href,
      'subject', json_build_object('type', subject_type, 'id', subject_id), 'openedAt', opened_at,
      'role', case when assignee like 'role:%' then substr(assignee, 6) end,
      'takenBy', case when taken_by_post_id is not null then
         json_build_object('postId', taken_by_post_id, 'name', taken_by_name, 'at', taken_at, 'isMe', taken_by_post_id = $10::uuid) end
    ) order by place) filter (where place <= $6::int), '[]'::json),
  'next', (select urgency_order || '~' || sort_at || '~' || id from found
            where place = $6::int and exists (select 1 from found where place > $6::int))
)::text as page
from found`,
};

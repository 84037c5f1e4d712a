import type { PersonActor } from '#kernel/actor.ts';
import type { PreparedStatement } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { workingCalendar } from '../calendar.ts';
import { deadlineLimits } from '../domain/deadline.ts';
import { assigneesOf } from '../policy.ts';

/** How much waits for this person in this post now, by deadline, kind and urgency: the JSON text of `taskCounts`. */
export async function myTaskCounts(kernel: Kernel, actor: PersonActor): Promise<string> {
  const now = kernel.clock.now();
  const limits = deadlineLimits(now, await workingCalendar(kernel));
  const { rows } = await kernel.database.prepared(countStatement, [actor.agencyId, assigneesOf(actor), now, limits.todayEnds, limits.nearEnds]);
  // safe because the statement yields one row with one text
  return (rows[0] as { counts: string }).counts;
}

const countStatement: PreparedStatement = {
  name: 'cases.my-task-counts',
  text: `
with mine as (
  select kind, urgency, due_at from cases.task
   where agency_id = $1 and assignee = any($2::text[]) and state = 'open'),
 kinds as (select kind, count(*) as n from mine group by kind),
 urgencies as (select urgency, count(*) as n from mine group by urgency)
select json_build_object(
  'open', count(*),
  'overdue', count(*) filter (where due_at < $3),
  'today', count(*) filter (where due_at >= $3 and due_at < $4),
  'near', count(*) filter (where due_at >= $4 and due_at < $5),
  'byKind', (select coalesce(json_object_agg(kind, n), '{}'::json) from kinds),
  'byUrgency', (select coalesce(json_object_agg(urgency, n), '{}'::json) from urgencies)
)::text as counts
from mine`,
};

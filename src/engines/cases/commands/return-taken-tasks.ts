import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { actingAs, type PostId } from '#engines/identity/index.ts';
import { mayDoTask } from '../policy.ts';

type Taken = { agencyId: Id<'agency'>; postId: PostId; assignee: string; name: string };
/** How many people's tasks of one kind of assignee are returned in one run. */
const BATCH = 500;

/**
 * Tasks that were taken by somebody who may no longer do them (the post or the delegation ended, the post lost the role, the account was disabled) wait
 * for everyone with the role again: colleagues leave alone what somebody has taken, so nobody would do them. A post's last day is still a day in the post.
 * @returns how many were returned, those of at most 500 takers a run.
 */
export async function returnTakenTasks(ctx: CommandContext): Promise<number> {
  const { rows } = await ctx.query(
    `select agency_id as "agencyId", taken_by_post_id as "postId", assignee, max(taken_by_name) as name from cases.task
      where state = 'open' and taken_by_post_id is not null group by agency_id, taken_by_post_id, assignee`,
  );
  // safe because the columns hold ids of agencies and posts
  const taken = rows as Taken[];
  const keyOf = ({ agencyId, postId }: Pick<Taken, 'agencyId' | 'postId'>): string => `${agencyId} ${postId}`;
  const acting = Map.groupBy(await actingAs(ctx, taken, vietnamDay(ctx.now)), keyOf);
  const mayDo = (each: Taken): boolean =>
    (acting.get(keyOf(each)) ?? []).some(({ onBehalfOf, ...own }) => mayDoTask({ ...own, ...(onBehalfOf === null ? {} : { onBehalfOf: { postId: onBehalfOf } }) }, each.assignee));
  let returned = 0;
  for (const each of taken.filter((one) => !mayDo(one)).slice(0, BATCH)) returned += await returnTasksOf(ctx, each);
  return returned;
}

/** Of two runs at once the later one finds nothing left: it waits for the rows and looks at them anew. */
async function returnTasksOf(ctx: CommandContext, { agencyId, postId, assignee, name }: Taken): Promise<number> {
  const { rows } = await ctx.query(
    `update cases.task set taken_by_post_id = null, taken_by_name = null, taken_at = null
      where agency_id = $1 and taken_by_post_id = $2 and assignee = $3 and state = 'open' returning id, title`,
    [agencyId, postId, assignee],
  );
  for (const row of rows) {
    const [id, title] = [String(row['id']), String(row['title'])];
    ctx.record({ type: 'cases.task-returned', agencyId, subject: { type: 'task', id }, data: { taskId: id, title, name } });
  }
  return rows.length;
}

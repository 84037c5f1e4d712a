import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { endedPosts, type PostId } from '#engines/identity/index.ts';

type Taker = { agencyId: Id<'agency'>; postId: PostId; name: string };
/** How many people's tasks are returned in one run. */
const BATCH = 500;

/**
 * Tasks of a role that were taken in a post which has ended wait for everyone with the role again: colleagues leave alone what somebody
 * has taken, so nobody would do them. A post's last day is still a day in the post.
 * @returns how many were returned, those of at most 500 posts a run.
 */
export async function returnTakenTasks(ctx: CommandContext): Promise<number> {
  const { rows } = await ctx.query(
    `select agency_id as "agencyId", taken_by_post_id as "postId", max(taken_by_name) as name from cases.task where state = 'open' and taken_by_post_id is not null group by agency_id, taken_by_post_id`,
  );
  // safe because the columns hold ids of agencies and posts
  const takers = rows as Taker[];
  const ended = new Set((await endedPosts(ctx, takers)).map(({ postId }) => postId));
  let returned = 0;
  for (const taker of takers.filter(({ postId }) => ended.has(postId)).slice(0, BATCH)) returned += await returnTasksOf(ctx, taker);
  return returned;
}

/** Of two runs at once the later one finds nothing left: it waits for the rows and looks at them anew. */
async function returnTasksOf(ctx: CommandContext, { agencyId, postId, name }: Taker): Promise<number> {
  const { rows } = await ctx.query(
    `update cases.task set taken_by_post_id = null, taken_by_name = null, taken_at = null where agency_id = $1 and taken_by_post_id = $2 and state = 'open' returning id, title`,
    [agencyId, postId],
  );
  for (const row of rows) {
    const [id, title] = [String(row['id']), String(row['title'])];
    ctx.record({ type: 'cases.task-returned', agencyId, subject: { type: 'task', id }, data: { taskId: id, title, name } });
  }
  return rows.length;
}

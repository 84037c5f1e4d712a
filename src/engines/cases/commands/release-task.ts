import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { casesErrors } from '../errors.ts';
import { openTaskOf, personOf } from './take-task.ts';

/**
 * A person gives back a task that they had taken, so that colleagues of the role may do it.
 * @throws `kernel.notFound` when it does not wait for this post; `cases.taskNotTaken` when this post did not take it.
 */
export async function releaseTask(ctx: CommandContext, input: { taskId: Id<'task'> }): Promise<void> {
  const actor = personOf(ctx);
  const task = await openTaskOf(ctx, actor, input.taskId);
  if (task.takenByPostId !== actor.postId) throw casesErrors.taskNotTaken();
  await ctx.query('update cases.task set taken_by_post_id = null, taken_by_name = null, taken_at = null where agency_id = $1 and id = $2', [actor.agencyId, task.id]);
  ctx.record({ type: 'cases.task-released', agencyId: actor.agencyId, subject: { type: 'task', id: task.id }, data: { taskId: task.id, title: task.title } });
}

import type { CommandContext } from '#kernel/command.ts';
import type { PersonActor } from '#kernel/actor.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { formatInstant } from '#kernel/time.ts';
import { casesErrors } from '../errors.ts';
import { mayDoTask } from '../policy.ts';

export type TaskRow = { id: Id<'task'>; title: string; assignee: string; takenByPostId: string | null; takenByName: string | null; takenAt: Date | null };

/**
 * A person says that they do a task which waits for everyone with their role; colleagues see it and leave it alone.
 * Taking one's own again changes nothing.
 * @throws `kernel.notFound` when it does not wait for this post; `cases.taskTaken` when a colleague was first.
 */
export async function takeTask(ctx: CommandContext, input: { taskId: Id<'task'> }): Promise<void> {
  const actor = personOf(ctx);
  const task = await openTaskOf(ctx, actor, input.taskId);
  if (task.takenByPostId !== null && task.takenByPostId !== actor.postId) {
    throw casesErrors.taskTaken({ values: { name: task.takenByName ?? '', at: task.takenAt === null ? '' : formatInstant(task.takenAt) } });
  }
  if (task.takenByPostId === null) {
    await ctx.query('update cases.task set taken_by_post_id = $3, taken_by_name = $4, taken_at = $5 where agency_id = $1 and id = $2', [
      actor.agencyId,
      task.id,
      actor.postId,
      actor.name,
      ctx.now,
    ]);
  }
  ctx.record({ type: 'cases.task-taken', agencyId: actor.agencyId, subject: { type: 'task', id: task.id }, data: { taskId: task.id, title: task.title } });
}

/** @throws `kernel.unauthenticated` for anyone but a person. */
export function personOf(ctx: CommandContext): PersonActor {
  if (ctx.actor.kind !== 'person') throw kernelErrors.unauthenticated();
  return ctx.actor;
}

/** The open task, locked, as somebody in this post may see it. Whoever may not see it is told that there is none. */
export async function openTaskOf(ctx: CommandContext, actor: PersonActor, taskId: Id<'task'>): Promise<TaskRow> {
  const { rows } = await ctx.query(
    `select id, title, assignee, taken_by_post_id as "takenByPostId", taken_by_name as "takenByName", taken_at as "takenAt"
       from cases.task where agency_id = $1 and id = $2 and state = 'open' for update`,
    [actor.agencyId, taskId],
  );
  // safe because the statement selects exactly these columns
  const row = rows[0] as TaskRow | undefined;
  if (row === undefined || !mayDoTask(actor, row.assignee)) throw kernelErrors.notFound();
  return row;
}

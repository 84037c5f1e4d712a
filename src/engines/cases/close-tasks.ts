import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { tellTaskLists } from './live.ts';
import { assigneeKey, type Assignee } from './open-tasks.ts';

/** All open tasks of a subject in an agency, or those of one kind, or those that wait for one assignee. */
export type TaskSelection = { agencyId: Id<'agency'>; subject: { type: string; id: string }; kind?: string; assignee?: Assignee };

/**
 * Closes tasks, set by set, in the caller's transaction: `done` when the work was done, `cancelled` when it fell away.
 * Closing what is already closed has no effect. Who closed it and when stays with the task.
 * @returns how many were open.
 */
export async function closeTasks(ctx: CommandContext, selections: readonly TaskSelection[], how: 'done' | 'cancelled'): Promise<number> {
  if (selections.length === 0) return 0;
  const person = ctx.actor.kind === 'person' ? ctx.actor : undefined;
  const closed = await ctx.query(
    `update cases.task t
        set state = $6, closed_at = $7, closed_by_post_id = $8, closed_by_name = $9
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) as s (agency_id, subject_type, subject_id, kind, assignee)
      where t.agency_id = s.agency_id and t.subject_type = s.subject_type and t.subject_id = s.subject_id
        and (s.kind is null or t.kind = s.kind) and (s.assignee is null or t.assignee = s.assignee) and t.state = 'open'`,
    [
      selections.map((selection) => selection.agencyId),
      selections.map((selection) => selection.subject.type),
      selections.map((selection) => selection.subject.id),
      selections.map((selection) => selection.kind ?? null),
      selections.map(({ assignee }) => (assignee === undefined ? null : assigneeKey(assignee))),
      how,
      ctx.now,
      person?.postId ?? null,
      person?.name ?? (ctx.actor.kind === 'system' ? ctx.actor.name : null),
    ],
  );
  const count = closed.rowCount ?? 0;
  if (count > 0) await tellTaskLists(ctx, selections.map((selection) => selection.agencyId));
  return count;
}

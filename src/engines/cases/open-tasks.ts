import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Urgency } from './contract.ts';
import { tellTaskLists } from './live.ts';

/** For whom a task waits: every post of the agency that holds the role, or one post. */
export type Assignee = { role: string } | { postId: string };

export type NewTask = {
  agencyId: Id<'agency'>;
  subject: { type: string; id: string };
  /** `<module>.<what-is-to-be-done>`, such as `incoming-documents.register`. */
  kind: string;
  assignee: Assignee;
  /** One line that a person recognises the thing by. */
  title: string;
  dueAt: Date | null;
  urgency: Urgency;
  /** The address inside the workplace where the task is done. */
  href: string;
};

/**
 * Opens tasks, set by set, in the caller's transaction. The same kind for the same subject and assignee stands open
 * once, so a subscriber may run twice. What happened to the subject is the caller's event; the lists are told live.
 */
export async function openTasks(ctx: CommandContext, tasks: readonly NewTask[]): Promise<void> {
  if (tasks.length === 0) return;
  await ctx.query(
    `insert into cases.task (agency_id, id, subject_type, subject_id, kind, assignee, title, urgency, due_at, href, state, opened_at)
     select t.agency_id, t.id, t.subject_type, t.subject_id, t.kind, t.assignee, t.title, t.urgency, t.due_at, t.href, 'open', $11::timestamptz
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::text[])
         as t (agency_id, id, subject_type, subject_id, kind, assignee, title, urgency, due_at, href)
     on conflict (agency_id, subject_type, subject_id, kind, assignee) where state = 'open' do nothing`,
    [
      tasks.map((task) => task.agencyId),
      tasks.map(() => newId<'task'>()),
      tasks.map((task) => task.subject.type),
      tasks.map((task) => task.subject.id),
      tasks.map((task) => task.kind),
      tasks.map((task) => assigneeKey(task.assignee)),
      tasks.map((task) => task.title),
      tasks.map((task) => task.urgency),
      tasks.map((task) => task.dueAt),
      tasks.map((task) => task.href),
      ctx.now,
    ],
  );
  await tellTaskLists(ctx, tasks.map((task) => task.agencyId));
}

/** The assignee as it stands in the table. */
export function assigneeKey(assignee: Assignee): string {
  return 'role' in assignee ? `role:${assignee.role}` : `post:${assignee.postId}`;
}

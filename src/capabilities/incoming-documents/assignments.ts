import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { formatDay, parseCalendarDay, vietnamDay } from '#kernel/time.ts';
import { closeTasks, endOfWork, openTasks, workingCalendar } from '#engines/cases/index.ts';
import type { Post } from '#engines/identity/index.ts';
import type { PersonActor } from '#kernel/actor.ts';
import type { Updateable } from 'kysely';
import { agencyOf, subjectOf, tellSender, updateDocument } from './document-store.ts';
import { errors } from './errors.ts';
import type { AssignmentRow as AssignmentColumns } from './tables.gen.ts';
import type { AssignmentRow, DocumentRow, Tables } from './tables.ts';

export type NewPart = { parentId: string | null; role: AssignmentRow['role']; post: Post; instruction: string; urgency: AssignmentRow['urgency']; dueAt: Date };

const taskKinds = { main: 'incoming-documents.handle', cooperating: 'incoming-documents.cooperate' } as const;

/** A part’s task has the part as its subject, so that one person’s ends without the others’. */
const partSubject = (part: { id: string }) => ({ type: 'incoming-assignment', id: part.id });

/** Gives parts of a document to people: each has it in their list of work at once. */
export async function givePart(ctx: CommandContext, { document, by, parts }: { document: DocumentRow; by: PersonActor; parts: readonly NewPart[] }): Promise<void> {
  const rows = parts.map((part) => ({
    agency_id: document.agency_id,
    document_id: document.id,
    id: newId<'assignment'>(),
    parent_id: part.parentId,
    role: part.role,
    state: 'open' as const,
    post_id: part.post.postId,
    name: part.post.name,
    title: part.post.title,
    unit_name: part.post.unitName,
    instruction: part.instruction,
    urgency: part.urgency,
    due_at: part.dueAt,
    assigned_at: ctx.now,
    assigned_by: by.name,
    assigned_by_title: by.onBehalfOf === undefined ? by.postTitle : `${by.postTitle}, thay mặt ${by.onBehalfOf.name} (${by.onBehalfOf.postTitle})`,
    assigned_by_post_id: by.onBehalfOf?.postId ?? by.postId,
  }));
  await ctx.tables<Tables>().insertInto('incoming_documents.assignment').values(rows).execute();
  await openTasks(ctx, rows.map((row) => taskOf(document, row)));
}

type TaskFacts = Pick<AssignmentRow, 'id' | 'role' | 'post_id' | 'due_at' | 'urgency'>;

function taskOf(document: DocumentRow, part: TaskFacts) {
  return {
    agencyId: agencyOf(document),
    subject: partSubject(part),
    kind: taskKinds[part.role],
    assignee: { postId: part.post_id },
    title: document.summary,
    dueAt: part.due_at,
    urgency: part.urgency,
    href: `/app/van-ban-den/${document.id}`,
  };
}

/** Opens the task of a part again: its deadline is another, or it came back. */
export async function renewTask(ctx: CommandContext, document: DocumentRow, part: TaskFacts): Promise<void> {
  await closeTasks(ctx, [{ agencyId: agencyOf(document), subject: partSubject(part) }], 'cancelled');
  await openTasks(ctx, [taskOf(document, part)]);
}

/** A part comes to its end, with what came of it; its task goes from the list. */
export async function endPart(ctx: CommandContext, part: AssignmentRow, { state, outcome }: { state: 'done' | 'released' | 'passed'; outcome: string | null }): Promise<void> {
  await changePart(ctx, part, { state, ...(state === 'passed' ? {} : { ended_at: ctx.now, outcome }) });
  // safe because the column holds agency ids only
  await closeTasks(ctx, [{ agencyId: part.agency_id as Id<'agency'>, subject: partSubject(part) }], state === 'released' ? 'cancelled' : 'done');
}

export async function changePart(ctx: CommandContext, part: AssignmentRow, changes: Updateable<AssignmentColumns>): Promise<void> {
  await ctx.tables<Tables>().updateTable('incoming_documents.assignment').set(changes).where('agency_id', '=', part.agency_id).where('document_id', '=', part.document_id).where('id', '=', part.id).execute();
}

/** Whatever parts still stand fall away, set by set: the document is done, given to others, cancelled or replaced. */
export async function endAllParts(ctx: CommandContext, documents: readonly { agencyId: Id<'agency'>; documentId: string }[], how: 'done' | 'cancelled'): Promise<void> {
  if (documents.length === 0) return;
  const { rows } = await ctx.query(
    `update incoming_documents.assignment a set state = $4, ended_at = $3
       from unnest($1::uuid[], $2::uuid[]) as d (agency_id, id)
      where a.agency_id = d.agency_id and a.document_id = d.id and a.state in ('open', 'passed') returning a.agency_id, a.id`,
    [documents.map(({ agencyId }) => agencyId), documents.map(({ documentId }) => documentId), ctx.now, how === 'done' ? 'done' : 'ended'],
  );
  // safe because the statement returns exactly these columns
  const parts = rows as { agency_id: Id<'agency'>; id: string }[];
  await closeTasks(ctx, parts.map((part) => ({ agencyId: part.agency_id, subject: partSubject(part) })), how);
}

export async function openPart(ctx: CommandContext, part: AssignmentRow): Promise<void> {
  await changePart(ctx, part, { opened_at: ctx.now });
}

/**
 * The work on a document has begun: the sender is told (05), once. Later signs of work change nothing.
 * @returns when it began.
 */
export async function startWork(ctx: CommandContext, document: DocumentRow, name: string): Promise<Date> {
  if (document.started_at !== null) return document.started_at;
  await updateDocument(ctx, document, { state: 'in-process', started_at: ctx.now });
  await tellSender(ctx, document, { status: '05' });
  ctx.record({ type: 'incoming-documents.assignment-started', agencyId: agencyOf(document), subject: subjectOf(document), data: { name } });
  return ctx.now;
}

/** The end of work on the day that was chosen. @throws incoming-documents.dueIsOver */
export async function dueAtOf(ctx: CommandContext, dueOn: string): Promise<{ dueAt: Date; inWords: string }> {
  const day = parseCalendarDay(dueOn);
  if (day === undefined || day < vietnamDay(ctx.now)) throw errors.dueIsOver({ fields: [{ path: 'dueOn', vi: 'Chọn từ hôm nay trở đi.', en: 'Choose today or later.' }] });
  return { dueAt: endOfWork(await workingCalendar(ctx.kernel), day), inWords: formatDay(day) };
}

/** The part that is the caller’s turn. @throws incoming-documents.notYourWork */
export function ownPart(parts: readonly AssignmentRow[], postId: string, role?: AssignmentRow['role']): AssignmentRow {
  const own = parts.find((part) => part.state === 'open' && part.post_id === postId && (role === undefined || part.role === role));
  if (own === undefined) throw errors.notYourWork();
  return own;
}

/** Asks the leader for the next word: an instruction, an approval, another assignment. */
export async function askLeader(ctx: CommandContext, document: DocumentRow, ask: { kind: 'instruct' | 'review' | 'reassign'; postId: string; dueAt: Date | null }): Promise<void> {
  await openTasks(ctx, [
    {
      agencyId: agencyOf(document),
      subject: subjectOf(document),
      kind: `incoming-documents.${ask.kind}`,
      assignee: { postId: ask.postId },
      title: document.summary,
      dueAt: ask.dueAt,
      urgency: document.urgency,
      href: `/app/van-ban-den/${document.id}`,
    },
  ]);
}

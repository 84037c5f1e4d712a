import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { parseCalendarDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { addWorkingDays, workingCalendar } from '#engines/cases/index.ts';
import { actingPostId, postsByRole } from '#engines/identity/index.ts';
import { HANDLING_ROLES } from '../commands/assign-document.ts';
import { INSTRUCTING_ROLES } from '../commands/submit-document.ts';
import type { AssignmentView, HandlersReply, HandlingView, ReplyView } from '../contract.ts';
import { defaultDue } from '../domain/default-due.ts';
import { mayReply } from '../policy.ts';
import type { AssignmentRow, DocumentRow } from '../tables.ts';

/** Who has the document, by whose word and by when, and what came of it. */
export async function handlingOf(kernel: Kernel, actor: PersonActor, document: DocumentRow & { parts: readonly AssignmentRow[] }): Promise<HandlingView> {
  const calendar = await workingCalendar(kernel);
  const today = vietnamDay(kernel.clock.now());
  const answerDue = document.answer_due === null ? null : (parseCalendarDay(document.answer_due) ?? null);
  const { leader_post_id: postId, leader_name: name, leader_title: title } = document;
  return {
    leader: postId === null || name === null || title === null ? null : { postId, name, title },
    submittedAt: iso(document.submitted_at),
    submittedBy: document.submitted_by,
    note: document.submission_note,
    returnReason: document.return_reason,
    assignedAt: iso(document.assigned_at),
    startedAt: iso(document.started_at),
    dueAt: iso(document.handling_due_at),
    proposedDue: defaultDue({ answerDue, urgency: document.urgency }, { today, after: (count) => addWorkingDays(calendar, today, count) }),
    isReviewed: document.is_reviewed,
    reportedAt: iso(document.reported_at),
    result: document.result === null ? null : { kind: document.result, text: document.result_text ?? '', by: document.result_by ?? '', replyId: document.result_reply_id },
    completedAt: iso(document.completed_at),
    completedBy: document.completed_by,
    assignments: document.parts.map((part) => partView(part, actor)),
    replies: await repliesOf(kernel.database.pool, document),
    mayReply: mayReply(actor, document),
  };
}

function partView(part: AssignmentRow, actor: PersonActor): AssignmentView {
  return {
    id: part.id,
    parentId: part.parent_id,
    role: part.role,
    state: part.state,
    assignee: { postId: part.post_id, name: part.name, title: part.title, unitName: part.unit_name },
    instruction: part.instruction,
    urgency: part.urgency,
    dueAt: part.due_at.toISOString(),
    assignedAt: part.assigned_at.toISOString(),
    assignedBy: { postId: part.assigned_by_post_id, name: part.assigned_by, title: part.assigned_by_title },
    openedAt: iso(part.opened_at),
    progress: part.progress === null || part.progress_at === null ? null : { text: part.progress, at: part.progress_at.toISOString() },
    extensionReason: part.extension_reason,
    endedAt: iso(part.ended_at),
    outcome: part.outcome,
    isMine: part.post_id === actingPostId(actor),
  };
}

async function repliesOf(q: Queryable, document: DocumentRow): Promise<ReplyView[]> {
  const { rows } = await q.query(
    `select reply_id as id, summary, drafted_by as "draftedBy", drafted_at as "draftedAt", number, issued_at as "issuedAt"
       from incoming_documents.reply where agency_id = $1 and document_id = $2 order by drafted_at, reply_id limit 100`,
    [document.agency_id, document.id],
  );
  // safe because the statement selects exactly these columns
  return (rows as (Omit<ReplyView, 'draftedAt' | 'issuedAt'> & { draftedAt: Date; issuedAt: Date | null })[]).map((row) => ({ ...row, draftedAt: row.draftedAt.toISOString(), issuedAt: iso(row.issuedAt) }));
}

/** Who may instruct on a day, and who may be given a document, in the order of the directory. */
export async function handlers(q: Queryable, actor: PersonActor, day: CalendarDay): Promise<HandlersReply> {
  const [leaders, assignees] = await Promise.all([postsByRole(q, actor.agencyId, INSTRUCTING_ROLES, day), postsByRole(q, actor.agencyId, HANDLING_ROLES, day)]);
  const named = (post: (typeof leaders)[number]) => ({ postId: post.postId, name: post.name, title: post.title, unitName: post.unitName });
  const own = assignees.find((post) => post.postId === actingPostId(actor));
  const unitId = own === undefined ? actor.unitId : own.unitId;
  return {
    leaders: leaders.map(named),
    assignees: assignees.map((post) => ({
      ...named(post),
      isHead: post.roles.includes('unit_head') || post.roles.includes('chief_of_office'),
      isOwnUnit: unitId !== null && post.unitId === unitId && post.postId !== actingPostId(actor),
    })),
  };
}

function iso(instant: Date | null): string | null {
  return instant === null ? null : instant.toISOString();
}

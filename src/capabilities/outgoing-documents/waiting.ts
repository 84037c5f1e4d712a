import type { CommandContext } from '#kernel/command.ts';
import { startOfVietnamDay, type CalendarDay } from '#kernel/time.ts';
import { closeTasks, openTasks } from '#engines/cases/index.ts';
import { sendDueAt } from '#engines/exchange/index.ts';
import { agencyOf, subjectOf } from './document-store.ts';
import { officeDays } from './sent-actions.ts';
import type { DocumentRow } from './tables.ts';

export type WaitingKind = 'initial' | 'sign' | 'revise' | 'number' | 'seal' | 'issue' | 'read-answer';

const IN_SIGNING_ROOM: ReadonlySet<WaitingKind> = new Set(['initial', 'sign']);

/** Ends whatever the document waited for. */
export async function endWaiting(ctx: CommandContext, document: DocumentRow, how: 'done' | 'cancelled'): Promise<void> {
  await closeTasks(ctx, [{ agencyId: agencyOf(document), subject: subjectOf(document) }], how);
}

/** Moves the document to its next station: the old wait ends, the new one appears in somebody's list. */
export async function waitFor(
  ctx: CommandContext,
  document: DocumentRow,
  next: { kind: WaitingKind; assignee: { role: string } | { postId: string }; dueAt?: Date | null },
): Promise<void> {
  await endWaiting(ctx, document, 'done');
  await openTasks(ctx, [
    {
      agencyId: agencyOf(document),
      subject: subjectOf(document),
      kind: `outgoing-documents.${next.kind}`,
      assignee: next.assignee,
      title: document.summary,
      dueAt: next.dueAt ?? (await dueOf(ctx, document, next.kind)),
      urgency: document.urgency,
      // What waits for a signature is opened where it is signed.
      href: `/app/${IN_SIGNING_ROOM.has(next.kind) ? 'phong-ky' : 'van-ban-di'}/${document.id}`,
    },
  ]);
}

const BEFORE_SENDING: ReadonlySet<WaitingKind> = new Set(['number', 'seal', 'issue']);

/** What is signed has to be sent in time (QĐ 28/2018 Art. 6.2), whatever day its answer is due. */
async function dueOf(ctx: CommandContext, document: DocumentRow, kind: WaitingKind): Promise<Date | null> {
  // The row may be the one from before the signature that is just written.
  if (BEFORE_SENDING.has(kind)) return sendDueAt({ signedAt: document.signed_at ?? ctx.now, urgency: document.urgency }, await officeDays(ctx));
  // safe because a date column reads as YYYY-MM-DD
  return document.answer_due === null ? null : startOfVietnamDay(document.answer_due as CalendarDay);
}

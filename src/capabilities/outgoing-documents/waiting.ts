import type { CommandContext } from '#kernel/command.ts';
import { startOfVietnamDay, type CalendarDay } from '#kernel/time.ts';
import { closeTasks, openTasks } from '#engines/cases/index.ts';
import { agencyOf, subjectOf } from './document-store.ts';
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
      // safe because a date column reads as YYYY-MM-DD
      dueAt: next.dueAt ?? (document.answer_due === null ? null : startOfVietnamDay(document.answer_due as CalendarDay)),
      urgency: document.urgency,
      // What waits for a signature is opened where it is signed.
      href: `/app/${IN_SIGNING_ROOM.has(next.kind) ? 'phong-ky' : 'van-ban-di'}/${document.id}`,
    },
  ]);
}

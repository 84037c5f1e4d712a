import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';

const FIRST_PAUSE_MS = 3_600_000;
/** The pauses double: the last time is six weeks after the first verdict. From then on it is asked again when somebody opens the document. */
const TIMES = 10;

/** Has the verdict on a document that could not be called valid or invalid looked at again, first after an hour. */
export function askAgain(ctx: CommandContext, { agencyId, documentId, asked = 0 }: { agencyId: Id<'agency'>; documentId: string; asked?: number }): void {
  if (asked === TIMES) return;
  const runAt = new Date(ctx.now.getTime() + FIRST_PAUSE_MS * 2 ** asked);
  ctx.enqueue({ kind: 'incoming-documents.ask-again', agencyId, payload: { documentId, asked: asked + 1 }, runAt, dedupeKey: `${documentId} ${String(asked)}` });
}

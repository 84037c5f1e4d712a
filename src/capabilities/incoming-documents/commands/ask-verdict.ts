import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';

/** Has the main file judged by what is trusted now, and the verdict written down. While that waits it is not begun a second time. */
export function askVerdict(ctx: CommandContext, { documentId, sha256 }: { documentId: string; sha256: string }): Promise<void> {
  if (ctx.actor.kind !== 'person') throw kernelErrors.unauthenticated();
  ctx.enqueue({ kind: 'incoming-documents.follow-verdict', agencyId: ctx.actor.agencyId, payload: { documentId, sha256, askedAt: ctx.now.toISOString() }, dedupeKey: documentId });
  return Promise.resolve();
}

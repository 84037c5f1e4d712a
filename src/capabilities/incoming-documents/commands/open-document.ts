import type { CommandContext } from '#kernel/command.ts';
import { actingPostId } from '#engines/identity/index.ts';
import { openMessage } from '#engines/exchange/index.ts';
import { openPart, startWork } from '../assignments.ts';
import { agencyOf, lockVisible, messageOf, updateDocument } from '../document-store.ts';
import { mayPassOn } from '../policy.ts';

/**
 * Notes who looked at a document first, and when: from then on its sender cannot simply take it back. When the officer who has the
 * main part opens it, the work has begun, and the sender is told so (05); a head who only looks whom to give it to has not begun
 * yet. A second look has no effect.
 */
export async function openDocument(ctx: CommandContext, input: { documentId: string }): Promise<void> {
  const { actor, document, parts } = await lockVisible(ctx, input.documentId);
  if (document.opened_at === null) {
    await updateDocument(ctx, document, { opened_at: ctx.now, opened_by: actor.name });
    if (document.medium === 'electronic') await openMessage(ctx, { agencyId: agencyOf(document), messageId: messageOf(document) });
  }
  const mine = parts.find((part) => part.state === 'open' && part.opened_at === null && part.post_id === actingPostId(actor));
  if (mine === undefined) return;
  await openPart(ctx, mine);
  if (mine.role === 'main' && !mayPassOn(actor)) await startWork(ctx, document, actor.name);
}

import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';

/**
 * Notes that somebody at the receiver looks at a document for the first time. From then on its sender cannot simply take it
 * back, and sees that it was opened. A second look has no effect.
 */
export async function openMessage(ctx: CommandContext, input: { agencyId: Id<'agency'>; messageId: Id<'message'> }): Promise<void> {
  const opened = await ctx.query(
    `update exchange.message set opened_at = $3 where agency_id = $1 and id = $2 and opened_at is null and state not in ('recalled', 'refused') returning id`,
    [input.agencyId, input.messageId, ctx.now],
  );
  if (opened.rowCount === 0) return;
  ctx.record({ type: 'exchange.message-opened', agencyId: input.agencyId, subject: { type: 'message', id: input.messageId }, data: { messageId: input.messageId } });
  ctx.enqueue({ kind: 'exchange.return-opening', agencyId: input.agencyId, payload: { messageId: input.messageId }, dedupeKey: input.messageId });
}

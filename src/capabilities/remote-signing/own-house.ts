import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { answerOfOwner, refusalOfOwner } from '#engines/signatures/index.ts';

/**
 * The workplace itself, where it asks an owner to release a key for documents that it prepared. It is no application: it has no secret, no tokens
 * and no row, and fetches nothing; each signature goes to its document when the owner approves.
 */
export const OWN_HOUSE = { id: '00000000-0000-4000-8000-000000000001', name: 'Phòng ký' } as const;

type Request = { agencyId: Id<'agency'>; id: string; clientId: string };

/** Hands what the owner's key signed to the documents. @returns whether the request was the house's own */
export async function answerHouse(ctx: CommandContext, { agencyId, id, clientId }: Request, signatures: readonly { hash: Buffer; signature: Buffer }[]): Promise<boolean> {
  if (clientId !== OWN_HOUSE.id) return false;
  await answerOfOwner(ctx, { agencyId, batchId: id, signatures: signatures.map(({ hash: digest, signature }) => ({ digest, signature })) });
  return true;
}

/** Tells the documents that no signature comes. Does nothing for what an application asked. */
export async function refuseHouse(ctx: CommandContext, { agencyId, id, clientId }: Request, reason: 'refused' | 'timedOut'): Promise<void> {
  if (clientId === OWN_HOUSE.id) await refusalOfOwner(ctx, { agencyId, batchId: id, reason });
}

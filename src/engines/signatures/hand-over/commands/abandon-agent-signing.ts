import type { CommandContext } from '#kernel/command.ts';
import { withdrawFromOwner, withdrawIfDeserted } from '../../ask-owner.ts';
import { lockSentTogether } from '../../commands/batch-requests.ts';
import { giveUpRequest } from '../../commands/holder-requests.ts';
import { leaveRelease, lockRelease, regroupRelease } from '../../commands/keep-release.ts';
import { getOpenedSigning, getSigning, type SigningKey, type SigningRow } from '../../commands/signing-states.ts';
import { findLatestHandOver } from './hand-over-states.ts';

/**
 * The signer gives up on the program on the own computer: its addresses and requests count no more, and the same signing may be
 * tried again at once, there or otherwise. A file or a signature that has arrived already goes its way.
 * @throws signatures.signingNotFound
 */
export async function abandonAgentSigning(ctx: CommandContext, key: SigningKey): Promise<void> {
  const { openedBy } = await getOpenedSigning(ctx, key, ctx.actor);
  await withdrawFromOwner(ctx, key);
  const release = await lockRelease(ctx, key);
  const together = await lockSentTogether(ctx, key);
  const signing = await getSigning(ctx, key, true);
  const latest = await findLatestHandOver(ctx, key);
  if (latest?.state === 'received' || signing.state !== 'pending' || signing.holderReference === null || hasAnswer(signing)) return;
  // safe because only HolderRequests are kept there since the first version of this file
  const { transactionId } = JSON.parse(signing.holderReference) as { transactionId: string };
  await ctx.query(`update signatures.hand_over set state = 'closed', ended_at = $3 where agency_id = $1 and signing_id = $2 and state = 'open'`, [key.agencyId, key.signingId, ctx.now]);
  // The other files of the same thing were to be confirmed with it: whoever stops, stops the act.
  for (const signingId of new Set([key.signingId, ...together])) await giveUpRequest(ctx, { agencyId: key.agencyId, signingId, transactionId, code: 'signatures.handOverClosed', again: true });
  if (release !== undefined) {
    await regroupRelease(ctx, release);
    await leaveRelease(ctx, { ...signing, personId: openedBy.personId });
  }
  await withdrawIfDeserted(ctx, { agencyId: key.agencyId, batchId: transactionId });
  if (latest?.state === 'open') ctx.record({ type: 'signatures.hand-over-closed', agencyId: key.agencyId, subject: signing.subject, data: { signingId: signing.id, handOverId: latest.id } });
}

function hasAnswer({ prepared }: SigningRow): boolean {
  // safe because only what `signParts` saves is kept there, with the holder's answer once it came
  return prepared !== null && 'answer' in (JSON.parse(prepared.toString('utf8')) as object);
}

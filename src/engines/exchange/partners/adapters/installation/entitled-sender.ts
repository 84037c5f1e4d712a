import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { PartnerId } from '../../adapter.ts';
import { findInbound } from '../../inbound.ts';
import { readDirectorySoon } from '../../jobs/poll-partner.ts';
import { findPartner, partnerAgencyByRef, type PartnerRow } from '../../partner-rows.ts';
import { recordPartnerEvent } from '../../record.ts';
import { notEntitled } from '../../relay-rule.ts';
import { PeerProblem } from './peer-problem.ts';
import type { ParcelReply, WireParcel } from './wire.ts';

const READING_PAUSE_MS = 30_000;
const actor = { actor: systemActor('exchange.peer') };

/**
 * Whether a partner may speak for the sender of a parcel that it passes on: it announced the agency in its directory, or an operator
 * here linked it. Asked before anything of the parcel is kept, so that the same parcel may come again once the directories are in order. The
 * agency may be connected there since a moment, so the directory is read again first.
 * @returns the refusal, which stands on record; nothing when it may.
 * @throws PeerProblem `senderNotAnnounced` (later) while the directory is being read.
 */
export async function relayRefusal(kernel: Kernel, of: { partnerId: PartnerId; parcel: WireParcel }): Promise<ParcelReply | undefined> {
  const { partnerId, parcel } = of;
  if (parcel.kind !== 'envelope' || parcel.relayed !== true) return undefined;
  const { pool } = kernel.database;
  const { sender } = parcel;
  if ((await partnerAgencyByRef(pool, { partnerId, ref: sender.ref, code: sender.code })) !== undefined) return undefined;
  if ((await findInbound(pool, { partnerId, partnerRef: parcel.id })) !== undefined) return undefined;
  const problem = notEntitled(`${sender.name} (${sender.code ?? sender.ref})`);
  const partner = await findPartner(pool, partnerId);
  if (partner === undefined) throw new Error('a parcel comes from a partner');
  // The directory of one that cannot be called is never read: operators link its agencies by hand.
  if (partner.address !== null && !(await run(kernel, isReadSince, { partnerId, partnerRef: parcel.id }, actor))) {
    throw new PeerProblem(503, { code: 'senderNotAnnounced', problem, retry: 'later', retryAfterMs: READING_PAUSE_MS });
  }
  await run(kernel, noteRefusal, { partner, partnerRef: parcel.id, senderName: sender.name }, actor);
  return { state: 'refused', code: 'senderNotAnnounced', problem };
}

type Offered = { partnerId: PartnerId; partnerRef: string };

/** Whether the directory was read since the parcel was offered first; it is read at once when not. */
async function isReadSince(ctx: CommandContext, { partnerId, partnerRef }: Offered): Promise<boolean> {
  await ctx.query('insert into exchange.relay_question (partner_id, partner_ref, asked_at) values ($1, $2, $3) on conflict do nothing', [partnerId, partnerRef, ctx.now]);
  const { rowCount } = await ctx.query(
    'select 1 from exchange.relay_question q join exchange.partner_line l on l.partner_id = q.partner_id and l.directory_read_at > q.asked_at where q.partner_id = $1 and q.partner_ref = $2',
    [partnerId, partnerRef],
  );
  if (rowCount === 0) await readDirectorySoon(ctx, partnerId);
  return rowCount !== 0;
}

/** Sent again later, it is asked about anew. */
async function noteRefusal(ctx: CommandContext, refused: { partner: PartnerRow; partnerRef: string; senderName: string }): Promise<void> {
  const { partner, partnerRef, senderName } = refused;
  await ctx.query('delete from exchange.relay_question where partner_id = $1 and partner_ref = $2', [partner.id, partnerRef]);
  recordPartnerEvent(ctx, 'envelope-refused', { partner, data: { senderName, code: 'senderNotAnnounced' } });
}

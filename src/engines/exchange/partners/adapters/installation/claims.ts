import { z } from 'zod';
import { actorRecord, systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { readBytes, storeBytes } from '#engines/files/index.ts';
import { agenciesOn } from '#engines/identity/index.ts';
import { readEnvelope } from '../../../envelope.ts';
import { mayRecoverClaim } from '../../../policy.ts';
import { lockOpen } from '../../commands/settle-arrival.ts';
import { partnerErrors } from '../../errors.ts';
import { findInbound, getInbound, ORIGINAL_LIMIT_BYTES, type InboundRow } from '../../inbound.ts';
import { findPartner, type PartnerRow } from '../../partner-rows.ts';
import { recordPartnerEvent } from '../../record.ts';
import { writeBack, type Unfit } from './recover-envelope.ts';
import { receivedRow } from './statement.ts';

/** What a partner says that it has from us, and that nothing proves to be ours. */
const claim = z.object({ row: receivedRow, original: z.string() });
type Claim = z.output<typeof claim>;

/**
 * A letter that was sent before parcels bore marks, or that was never ours: kept in quarantine once, with what the partner gave, until a person decides.
 * @returns whether it still waits for that
 */
export async function keepClaim(kernel: Kernel, given: { partner: PartnerRow; claim: Claim }): Promise<boolean> {
  const stored = await storeBytes(kernel, Buffer.from(JSON.stringify(given.claim), 'utf8'), { limitBytes: ORIGINAL_LIMIT_BYTES });
  return run(kernel, writeClaim, { ...given, ...stored }, { actor: systemActor('exchange.reconcile') });
}

async function writeClaim(ctx: CommandContext, kept: { partner: PartnerRow; claim: Claim; sha256: string; sizeBytes: number }): Promise<boolean> {
  const { partner, sha256, sizeBytes } = kept;
  const { row, original } = kept.claim;
  const read = readEnvelope(original);
  const { document, sender } = read.ok ? read.envelope : { document: undefined, sender: undefined };
  const [id, partnerRef] = [newId<'inbound'>(), `claim:${row.messageId}:${row.addressedRef ?? ''}`];
  const { rowCount } = await ctx.query(
    `insert into exchange.inbound (id, partner_id, partner_ref, original_hash, size_bytes, media_type, state, kind, sender_name, summary, claimed_agency_id, attempts, problem_code, problem, received_at, changed_at)
     values ($1, $2, $3, $4, $5, 'application/json', 'quarantined', 'claim', $6, $7, $8, 0, 'notProven', $9, $10, $10) on conflict (partner_id, partner_ref) do nothing`,
    [id, partner.id, partnerRef, Buffer.from(sha256, 'hex'), sizeBytes, sender?.name ?? null, document?.summary ?? null, await claimedAgencyOf(ctx, row.senderRef), document === undefined ? null : `${document.number}/${document.notation}`, ctx.now],
  );
  if (rowCount === 1) recordPartnerEvent(ctx, 'inbound-quarantined', { partner, data: { inboundId: id, code: 'notProven' } });
  const inbound = await findInbound(ctx, { partnerId: partner.id, partnerRef });
  return inbound?.state !== 'resolved' && inbound?.state !== 'discarded';
}

/** The agency whose clerks could say that it is theirs: it works here, today. */
async function claimedAgencyOf(ctx: CommandContext, senderRef: string): Promise<Id<'agency'> | null> {
  // safe because ids that no agency has are not found below
  const agency = (await agenciesOn(ctx, [senderRef as Id<'agency'>], vietnamDay(ctx.now))).get(senderRef as Id<'agency'>);
  return agency?.hosting === 'local' && agency.state === 'active' ? agency.id : null;
}

/** What was claimed, as it is kept; undefined for any other arrival. @throws exchange.inboundNotFound */
export async function keptClaim(kernel: Kernel, inboundId: string): Promise<Claim | undefined> {
  const inbound = await getInbound(kernel.database.pool, inboundId);
  if (inbound.kind !== 'claim') return undefined;
  return claim.parse(JSON.parse((await readBytes(kernel, inbound.originalHash)).toString('utf8')));
}

/**
 * A person says that a letter which a partner has in our name is ours: it is written back as the partner has it, with who decided and why.
 * An administrator may, or a clerk of the agency in whose name it is, to whom it was handed.
 * @throws exchange.inboundNotFound, exchange.inboundDone, exchange.arrivalNoClaim, exchange.claimUnfit when it does not fit what stands here
 */
export async function recoverClaim(ctx: CommandContext, input: { inboundId: string; claim: Claim | undefined; resolution: string }): Promise<void> {
  const inbound = await lockOpen(ctx, input.inboundId);
  if (input.claim === undefined) throw partnerErrors.arrivalNoClaim();
  const { claim: { row, original }, resolution } = input;
  if (!mayRecoverClaim(ctx.actor, inbound)) throw kernelErrors.forbidden();
  const partner = await findPartner(ctx, inbound.partnerId);
  if (partner === undefined) throw new Error('an arrival has a partner');
  const written = await writeBack(ctx, { partner, row, original });
  if (!written.ok) throw partnerErrors.claimUnfit({ values: { ...WHY[written.problem] } });
  await ctx.query(`update exchange.inbound set state = 'resolved', resolution = $2, resolved_by = $3, changed_at = $4 where id = $1`, [inbound.id, resolution, JSON.stringify(actorRecord(ctx.actor)), ctx.now]);
  recordPartnerEvent(ctx, 'inbound-settled', { partner: partnerOf(inbound), ...(inbound.agencyId === null ? {} : { agencyId: inbound.agencyId }), data: { inboundId: inbound.id, resolution } });
}

const partnerOf = ({ partnerId, partnerName }: InboundRow): { id: string; name: string } => ({ id: partnerId, name: partnerName });

const WHY: Record<Unfit, { vi: string; en: string }> = {
  envelopeUnreadable: { vi: 'không đọc được thông tin văn bản', en: 'its envelope cannot be read' },
  contentDiffers: { vi: 'nội dung khác bản đang có ở đây', en: 'its content differs from what stands here' },
  senderNotHere: { vi: 'cơ quan gửi không gửi qua hệ thống này', en: 'its sender does not send through this installation' },
  recipientUnknown: { vi: 'cơ quan nhận không thuộc hệ thống kết nối này', en: 'its recipient is not reached through this partner' },
  known: { vi: 'sổ văn bản đi đã có lần gửi này', en: 'this delivery stands in the register already' },
};

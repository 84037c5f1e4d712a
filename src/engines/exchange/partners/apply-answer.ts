import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { BusinessKind, DeliveryStatus } from '../contract.ts';
import { settleDeliveries } from '../commands/settle-deliveries.ts';
import { countedAt } from '../domain/told-time.ts';
import { noteAnswers, type Target } from '../jobs/return-answers.ts';
import { PartnerUnavailable, type InboundContent, type TransferId } from './adapter.ts';
import { isEarlierWaiting, settleInbound, type InboundRow } from './inbound.ts';
import type { TransferRow } from './parcels.ts';
import { receiptForOrigin, relayAnswers, relayOf } from './relay-answers.ts';
import { endTransfer } from './settle-transfer.ts';

type Answer = Extract<InboundContent, { kind: 'answer' }>;
type Outcome = Extract<InboundContent, { kind: 'outcome' }>;

type Delivery = Pick<Target, 'agencyId' | 'envelopeId' | 'recipientAgencyId' | 'recipientName' | 'type' | 'subjectId'> & {
  hash: string;
  transferId: TransferId;
  answers: number;
  kind: BusinessKind | 'new';
  sentAt: Date;
  deliveredTo: { agencyId: Id<'agency'>; name: string };
};

/**
 * Writes an answer that came from a partner into the sender's record. Only the partner through which a delivery travelled may
 * answer for it; what comes twice has no second effect, and what was overtaken changes no state.
 */
export async function applyAnswer(ctx: CommandContext, inbound: InboundRow, answer: Answer): Promise<void> {
  const seen = { kind: 'answer' as const };
  await lockDocument(ctx, answer);
  const delivery = await lockDelivery(ctx, inbound, answer);
  if (delivery === undefined) return settleInbound(ctx, inbound, { state: 'quarantined', code: 'answerUnknown', problem: `${answer.envelopeId} ${answer.addressed.code ?? ''}`, seen });
  if (answer.contentHash !== undefined && answer.contentHash !== delivery.hash) {
    return settleInbound(ctx, inbound, { state: 'quarantined', code: 'answerOfOtherContent', problem: answer.contentHash, seen });
  }
  if (!isFit(delivery.kind, answer.status)) return settleInbound(ctx, inbound, { state: 'quarantined', code: 'answerUnknown', problem: `${answer.status} không trả lời loại gói này (${delivery.kind})`, seen });
  if (!(await isOfRecipient(ctx, inbound, { answer, delivery }))) {
    return settleInbound(ctx, inbound, { state: 'quarantined', code: 'receiptDiffers', problem: `biên nhận của cơ quan khác, không phải ${delivery.recipientName}`, seen });
  }
  await assertEarlierFirst(ctx, inbound, { answer, delivery });
  // An arrival that is told after something later, read at the same moment as that, says nothing new.
  const ordinal = answer.ordinal ?? (answer.status === '01' && delivery.answers > 0 ? 1 : delivery.answers + 1);
  // What was signed stands as it was signed.
  const at = answer.receipt === undefined ? countedAt(answer.at, { sentAt: delivery.sentAt, heardAt: inbound.receivedAt }) : answer.at;
  const receipt = answer.receipt ?? (await receiptForOrigin(ctx, delivery, { ...answer, at })) ?? `inbound:${inbound.id}`;
  const { agencyId, envelopeId, recipientAgencyId, recipientName, type, subjectId, deliveredTo } = delivery;
  if (delivery.answers === 0 && ordinal === 1 && (answer.status === '01' || answer.status === '02')) {
    await reopen(ctx, delivery);
    const first = { status: answer.status, reason: answer.reason, receipt, at };
    await settleDeliveries(ctx, [{ agencyId, envelopeId, recipientAgencyId, recipientName, subject: { type, id: subjectId }, kind: delivery.kind, deliveredTo, state: answer.status === '01' ? 'arrived' : 'refused', answer: first }]);
  } else {
    const by = { byName: answer.by.name, byTitle: answer.by.title };
    await noteAnswers(ctx, [{ agencyId, envelopeId, recipientAgencyId, recipientName, type, subjectId, ordinal, status: answer.status, at, ...by, reason: answer.reason, receipt, kind: delivery.kind }]);
    await noteArrival(ctx, delivery);
  }
  if (at !== answer.at) await keepToldTime(ctx, delivery, { ordinal, receipt, at: answer.at });
  if (answer.isPassedOn === true) await ctx.query('update exchange.delivery set is_passed_on = true where agency_id = $1 and envelope_id = $2 and recipient_agency_id = $3 and not is_passed_on', [agencyId, envelopeId, recipientAgencyId]);
  const over = await followNotices(ctx, delivery, { speaksOfAll: answer.receipt !== undefined && answer.isPassedOn !== true });
  await relayAnswers(ctx, delivery);
  await settleInbound(ctx, inbound, { state: 'applied', seen });
  for (const transferId of new Set([delivery.transferId, ...over])) await endIfAnswered(ctx, inbound, { agencyId: delivery.agencyId, transferId });
}

/** What was told and cannot be is kept beside the answer that it came with. */
async function keepToldTime(ctx: CommandContext, of: Delivery, told: { ordinal: number; receipt: string; at: Date }): Promise<void> {
  await ctx.query(
    `insert into exchange.told_time (agency_id, envelope_id, recipient_agency_id, ordinal, told_at)
     select agency_id, envelope_id, recipient_agency_id, ordinal, $6 from exchange.delivery_answer
      where agency_id = $1 and envelope_id = $2 and recipient_agency_id = $3 and ordinal = $4 and receipt = $5`,
    [of.agencyId, of.envelopeId, of.recipientAgencyId, told.ordinal, told.receipt, told.at],
  );
}

/** A document is not agreed to, and a notice is not registered: whatever else comes back changes no state. */
function isFit(kind: Delivery['kind'], status: DeliveryStatus): boolean {
  if (status === '01' || status === '02') return true;
  const isAgreement = status === '15' || status === '16';
  return isAgreement === (kind !== 'new' && kind !== 'replace');
}

/**
 * A receipt is one recipient's word and nobody else's: it names the agency that we addressed by the partner's own id, or by the code that we
 * wrote. Whoever answers as its successor, here or there, names it too.
 */
async function isOfRecipient(ctx: CommandContext, inbound: InboundRow, { answer, delivery }: { answer: Answer; delivery: Delivery }): Promise<boolean> {
  const { signedFor } = answer;
  if (signedFor === undefined) return true;
  const { recipientAgencyId } = delivery;
  const { rowCount } = await ctx.query(
    `select 1 from exchange.partner_agency where partner_id = $1 and remote_id = $2 and agency_id = $3
     union all
     select 1 from exchange.delivery where agency_id = $4 and envelope_id = $5 and recipient_agency_id = $3 and recipient_code = $6`,
    [inbound.partnerId, signedFor.ref, recipientAgencyId, delivery.agencyId, delivery.envelopeId, signedFor.code],
  );
  return rowCount !== 0;
}

/**
 * An answer that goes on to a system outside does not overtake an earlier one that came before it and may still be read: the numbers are
 * lost on its way, and the last word there must be the last one here.
 */
async function assertEarlierFirst(ctx: CommandContext, inbound: InboundRow, of: { answer: Answer; delivery: Delivery }): Promise<void> {
  const { answer, delivery } = of;
  if ((answer.ordinal ?? 0) <= delivery.answers + 1 || !(await relayOf(ctx, delivery)).isRelayed) return;
  if (await isEarlierWaiting(ctx, inbound)) throw new PartnerUnavailable('answerPending', { problem: 'trả lời trước đó chưa đọc xong', retry: 'later' });
}

/**
 * The answers about a document, its notices and what replaces it come by ways of their own, in any order and at one moment; they
 * are written down one after another. What replaces a document may itself be replaced, so it counts to both. `lockSent` takes the
 * same rows in the same order.
 */
async function lockDocument(ctx: CommandContext, answer: Answer): Promise<void> {
  await ctx.query(
    `select 1 from exchange.envelope e
      where e.agency_id = $1 and e.kind in ('new', 'replace') and (e.subject_type, e.subject_id) in (
              select about.subject_type, about.subject_id
                from exchange.envelope own join exchange.envelope about on about.agency_id = own.agency_id and about.id in (own.id, own.of_envelope_id)
               where own.agency_id = $1 and own.id = $2)
      order by e.sent_at, e.id for no key update`,
    [answer.senderAgencyId, answer.envelopeId],
  );
}

/**
 * What a recipient says of a notice, or of what replaces a document, is news of the document too: who agreed to give it back has it no longer, who
 * declined or answered a change has it, and where the replacement arrived the old one is replaced, whatever became of the replacement later.
 * A refusal stands. Who signs a receipt for each document will still speak of one of which nothing was said: it may be on its way. Of others nothing
 * may ever come.
 * @returns the parcels of the documents that are over with it.
 */
async function followNotices(ctx: CommandContext, of: Delivery, { speaksOfAll }: { speaksOfAll: boolean }): Promise<TransferId[]> {
  const { rows } = await ctx.query(
    `with document as (
       select distinct sent.id, sent.subject_type, sent.subject_id
         from exchange.envelope own
         join exchange.envelope about on about.agency_id = own.agency_id and about.id in (own.id, own.of_envelope_id) and about.kind in ('new', 'replace')
         join exchange.envelope sent on sent.agency_id = own.agency_id and sent.subject_type = about.subject_type and sent.subject_id = about.subject_id and sent.kind in ('new', 'replace')
        where own.agency_id = $1 and own.id = $2),
     told as (
       select o.id, case when bool_or(e.cancels and a.status = '15') then 'recalled' when bool_or(e.kind = 'replace') then 'replaced' else 'arrived' end as state
         from document o
         join document named on named.subject_type = o.subject_type and named.subject_id = o.subject_id
         join exchange.envelope e on e.agency_id = $1 and e.of_envelope_id = named.id and (e.kind = 'replace' or named.id = o.id)
         join exchange.delivery_answer a on a.agency_id = e.agency_id and a.envelope_id = e.id and a.recipient_agency_id = $3
          and a.status = any (case when e.kind = 'replace' then array['01', '03', '04', '05', '06'] else array['15', '16'] end)
        group by o.id)
     update exchange.delivery d set state = t.state, arrived_at = case when t.state = 'arrived' then $4 else d.arrived_at end, changed_at = $4
       from told t
      where d.agency_id = $1 and d.envelope_id = t.id and d.recipient_agency_id = $3 and (d.state <> 'waiting' or not $5)
        and case t.state when 'arrived' then d.state = 'waiting'
                         when 'replaced' then d.state in ('waiting', 'returned', 'arrived', 'registered', 'assigned', 'in_process', 'completed')
                         else d.state in ('waiting', 'returned', 'arrived', 'registered', 'assigned', 'in_process', 'completed', 'replaced') end
     returning d.state, d.transfer_id as "transferId"`,
    [of.agencyId, of.envelopeId, of.recipientAgencyId, ctx.now, speaksOfAll],
  );
  // safe because the statement returns exactly these columns
  return (rows as { state: string; transferId: TransferId | null }[]).flatMap(({ state, transferId }) => (state === 'arrived' || transferId === null ? [] : [transferId]));
}

/** What was concluded before anything was said of a document itself gives way to its first answer; `followNotices` concludes again. */
async function reopen(ctx: CommandContext, of: Delivery): Promise<void> {
  await ctx.query(
    `update exchange.delivery set state = 'waiting' where agency_id = $1 and envelope_id = $2 and recipient_agency_id = $3 and answer_ordinal = 0 and state in ('arrived', 'recalled', 'replaced')`,
    [of.agencyId, of.envelopeId, of.recipientAgencyId],
  );
}

/** Some systems never say that a document arrived: whoever works on it has it. */
async function noteArrival(ctx: CommandContext, of: Delivery): Promise<void> {
  await ctx.query(
    `update exchange.delivery set arrived_at = $4 where agency_id = $1 and envelope_id = $2 and recipient_agency_id = $3 and arrived_at is null and status in ('03', '04', '05', '06')`,
    [of.agencyId, of.envelopeId, of.recipientAgencyId, ctx.now],
  );
}

async function lockDelivery(ctx: CommandContext, inbound: InboundRow, answer: Answer): Promise<Delivery | undefined> {
  const { rows } = await ctx.query(
    `select d.agency_id as "agencyId", d.envelope_id as "envelopeId", d.recipient_agency_id as "recipientAgencyId", d.recipient_name as "recipientName",
            e.subject_type as type, e.subject_id as "subjectId", encode(e.content_hash, 'hex') as hash, e.kind, e.sent_at as "sentAt", d.transfer_id as "transferId", d.answer_ordinal as answers,
            json_build_object('agencyId', d.delivered_to_agency_id, 'name', d.delivered_to_name) as "deliveredTo"
       from exchange.delivery d
       join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id
       join exchange.transfer t on t.agency_id = d.agency_id and t.id = d.transfer_id and t.partner_id = $3
      where d.agency_id = $1 and d.envelope_id = $2 and d.state <> 'cancelled' and (d.recipient_agency_id::text = $4 or ($4::text is null and d.recipient_code = $5))
        for update of d`,
    [answer.senderAgencyId, answer.envelopeId, inbound.partnerId, answer.addressed.ref, answer.addressed.code],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as Delivery | undefined;
}

/** When each recipient of a parcel has answered, or has it no longer, the parcel is done with and asked after no more. */
async function endIfAnswered(ctx: CommandContext, inbound: InboundRow, of: { agencyId: Id<'agency'>; transferId: TransferId }): Promise<void> {
  const { rowCount } = await ctx.query(
    `select 1 from exchange.delivery where agency_id = $1 and transfer_id = $2 and answer_ordinal = 0 and state not in ('recalled', 'replaced') limit 1`,
    [of.agencyId, of.transferId],
  );
  if (rowCount !== 0) return;
  const transfer = { agencyId: of.agencyId, id: of.transferId, kind: 'envelope' as const };
  await endTransfer(ctx, { transfer, partner: { id: inbound.partnerId, name: inbound.partnerName } }, { state: 'processed', code: null, problem: null, partnerRef: null });
}

/** Writes down what became of a parcel that the partner had accepted. */
export async function applyOutcome(ctx: CommandContext, inbound: InboundRow, outcome: Outcome): Promise<void> {
  const seen = { kind: 'outcome' as const };
  const { rows } = await ctx.query('select agency_id as "agencyId", id, kind from exchange.transfer where partner_id = $1 and id::text = $2', [inbound.partnerId, outcome.transferId]);
  // safe because the statement selects exactly these columns
  const transfer = rows[0] as Pick<TransferRow, 'agencyId' | 'id' | 'kind'> | undefined;
  if (transfer === undefined) return settleInbound(ctx, inbound, { state: 'quarantined', code: 'parcelUnknown', problem: outcome.transferId, seen });
  const partner = { id: inbound.partnerId, name: inbound.partnerName };
  await endTransfer(ctx, { transfer, partner }, { state: outcome.outcome, code: outcome.code, problem: outcome.problem, partnerRef: null });
  return settleInbound(ctx, inbound, { state: 'applied', seen });
}

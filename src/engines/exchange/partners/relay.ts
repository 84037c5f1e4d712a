import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { isNotice, type Envelope } from '../contract.ts';
import { decideArrival } from '../domain/arrival-steps.ts';
import { fileFacts, type FileInspection } from '../inspection.ts';
import { insertDeliveries } from '../insert-deliveries.ts';
import { envelopeHash } from '../envelope.ts';
import type { PartnerId, Protocol, TransferId } from './adapter.ts';
import type { InboundRow } from './inbound.ts';
import { recordPartnerEvent } from './record.ts';
import { handOver, routesToSenders, sendParcelJob } from './transfers.ts';

type AgencyId = Id<'agency'>;

/** Systems that speak in packets of an axis: between them this installation is the axis (QCVN 102:2016, the provincial axis). */
const AXIS_PROTOCOLS: ReadonlySet<Protocol> = new Set(['provincial_axis', 'national_axis']);

/**
 * Whether what came by one partner may go on by another. Installations exchange directories of their own agencies only, so
 * nothing is passed on from or to them; and what a distant axis gave us never goes back to it.
 */
export function mayRelay(from: { partnerId: PartnerId; protocol: Protocol }, to: { partnerId: PartnerId; protocol: Protocol }): boolean {
  return AXIS_PROTOCOLS.has(from.protocol) && AXIS_PROTOCOLS.has(to.protocol) && (from.partnerId !== to.partnerId || to.protocol === 'provincial_axis');
}

export type RelayRecipient = { addressed: { id: AgencyId; name: string; code: string | null }; to: { id: AgencyId; name: string; partnerId: PartnerId } };
export type RelayedEnvelope = {
  inbound: InboundRow;
  sender: { agencyId: AgencyId; ref: string; code: string | null };
  envelope: Envelope;
  original: string;
  contentHash: string;
  inspection: readonly FileInspection[];
  recipients: readonly RelayRecipient[];
};

/**
 * Passes an envelope of an agency outside on to agencies of other systems, by the same outbox as our own. It is kept in the
 * space of its sender: one envelope, one delivery a recipient. The same one again changes nothing, and further
 * recipients are added to it.
 * @returns why it does not go, when it is not what it claims to be.
 */
export async function relayEnvelope(ctx: CommandContext, given: RelayedEnvelope): Promise<string | undefined> {
  const { inbound, sender, envelope, recipients } = given;
  if (recipients.length === 0) return undefined;
  const known = await keepEnvelope(ctx, given);
  const refusal = refusalOf(given, known);
  if (refusal !== undefined) return refusal;
  const fresh = await withoutKnown(ctx, given);
  if (fresh.length === 0) return undefined;
  const { agencyId } = sender;
  const { envelopeId } = envelope;
  const { rows } = await ctx.query('select count(*)::int as n from exchange.delivery where agency_id = $1 and envelope_id = $2', [agencyId, envelopeId]);
  const behind = Number(rows[0]?.['n']);
  await insertDeliveries(ctx, { agencyId, envelopeId, recipients: fresh.map(({ addressed }) => ({ ...addressed, hosting: 'external' })), behind });
  await ctx.query('update exchange.envelope set recipient_count = $3 where agency_id = $1 and id = $2', [agencyId, envelopeId, behind + fresh.length]);
  await ctx.query(
    `insert into exchange.relay (agency_id, envelope_id, recipient_agency_id, partner_id, inbound_id, addressed_code, sender_ref, sender_code, relayed_at)
     select $1, $2, r.id, $3, $4, r.code, $5, $6, $7 from unnest($8::uuid[], $9::text[]) as r (id, code)`,
    [agencyId, envelopeId, inbound.partnerId, inbound.id, sender.ref, sender.code, ctx.now, fresh.map(({ addressed }) => addressed.id), fresh.map(({ addressed }) => addressed.code)],
  );
  const subject = subjectOf(envelope);
  await handOver(ctx, fresh.map(({ addressed, to }) => ({ agencyId, envelopeId, recipientAgencyId: addressed.id, subject, to: to.id, toName: to.name, partnerId: to.partnerId })));
  const partner = { id: inbound.partnerId, name: inbound.partnerName };
  recordPartnerEvent(ctx, 'envelope-relayed', { partner, agencyId, data: { envelopeId, number: `${envelope.document.number}/${envelope.document.notation}`, recipients: fresh.map(({ addressed }) => addressed.name).join(', ') } });
  return undefined;
}

/** Notices share the order of the document that they are about, so that none overtakes it. */
function subjectOf({ envelopeId, business }: Envelope): { type: string; id: string } {
  return { type: 'relay', id: isNotice(business) ? business.of.envelopeId : envelopeId };
}

/** @returns the hash of what is there under this id. */
async function keepEnvelope(ctx: CommandContext, { sender, envelope, original, inspection }: RelayedEnvelope): Promise<string> {
  const { business } = envelope;
  const subject = subjectOf(envelope);
  const cancels = business !== undefined && (business.kind === 'recall' || business.kind === 'take_back' || business.removedRecipients !== undefined);
  await ctx.query(
    `insert into exchange.envelope (agency_id, id, subject_type, subject_id, original, content_hash, urgency, recipient_count, sent_at, sent_by, inspection, inspected_at, kind, of_envelope_id, cancels, sequence, reason)
     values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, $8, $11, $12, $13, $14, $15) on conflict do nothing`,
    [
      sender.agencyId,
      envelope.envelopeId,
      subject.type,
      subject.id,
      original,
      Buffer.from(envelopeHash(original), 'hex'),
      envelope.document.urgency,
      ctx.now,
      JSON.stringify(actorRecord(ctx.actor)),
      JSON.stringify(inspection),
      business?.kind ?? 'new',
      business?.of.envelopeId ?? null,
      cancels,
      business?.sequence ?? 0,
      business?.reason ?? null,
    ],
  );
  const { rows } = await ctx.query(`select encode(content_hash, 'hex') as hash from exchange.envelope where agency_id = $1 and id = $2 for update`, [sender.agencyId, envelope.envelopeId]);
  return String(rows[0]?.['hash']);
}

/** By the same steps as an arrival here: what no agency of ours would be given is not passed on either. */
function refusalOf({ envelope, original, contentHash, inspection }: RelayedEnvelope, knownHash: string): string | undefined {
  const computedHash = envelopeHash(original);
  const decision = decideArrival({
    statedHash: contentHash,
    computedHash,
    known: knownHash === computedHash ? 'new' : 'different',
    wellFormed: { ok: true },
    files: fileFacts(envelope, inspection),
    needsFiles: !isNotice(envelope.business),
    secrecy: envelope.document.secrecy,
    recipientActive: true,
  });
  return decision.accepted ? undefined : (decision.reason ?? '');
}

async function withoutKnown(ctx: CommandContext, { sender, envelope, recipients }: RelayedEnvelope): Promise<RelayRecipient[]> {
  const { rows } = await ctx.query('select recipient_agency_id as id from exchange.delivery where agency_id = $1 and envelope_id = $2', [sender.agencyId, envelope.envelopeId]);
  const known = new Set(rows.map((row) => String(row['id'])));
  return [...new Map(recipients.map((each) => [each.addressed.id, each])).values()].filter(({ addressed }) => !known.has(addressed.id));
}

/** What an agency outside answered to a relayed document goes back to the system of its sender, each answer once. */
export async function relayAnswers(ctx: CommandContext, of: { agencyId: AgencyId; envelopeId: string; recipientAgencyId: AgencyId }): Promise<void> {
  const { agencyId, envelopeId, recipientAgencyId } = of;
  const { rows } = await ctx.query(
    `select a.ordinal, r.partner_id as "partnerId" from exchange.relay r
       join exchange.delivery_answer a on a.agency_id = r.agency_id and a.envelope_id = r.envelope_id and a.recipient_agency_id = r.recipient_agency_id
      where r.agency_id = $1 and r.envelope_id = $2 and r.recipient_agency_id = $3
        and not exists (select from exchange.transfer t where t.agency_id = $3 and t.relay_sender_id = $1 and t.relay_envelope_id = $2 and t.ordinal = a.ordinal)
      order by a.ordinal`,
    [agencyId, envelopeId, recipientAgencyId],
  );
  if (rows.length === 0) return;
  // safe because the statement selects exactly these columns
  const owed = rows as { ordinal: number; partnerId: PartnerId }[];
  // By the partner through which the sender is reached today; failing that by the one through which it came.
  const route = (await routesToSenders(ctx, [agencyId])).get(agencyId);
  const laid = await ctx.query(
    `insert into exchange.transfer (agency_id, id, partner_id, kind, ordinal, relay_sender_id, relay_envelope_id, order_key, state, attempts, checks, next_try_at, created_at, changed_at)
     select $1, t.id, t.partner_id, 'answer', t.ordinal, $2, $3::uuid, 'relay:' || $3::uuid::text, 'waiting', 0, 0, $4, $4, $4 from unnest($5::uuid[], $6::uuid[], $7::int[]) as t (id, partner_id, ordinal)
     on conflict do nothing returning id`,
    [recipientAgencyId, agencyId, envelopeId, ctx.now, owed.map(() => newId<'transfer'>()), owed.map((each) => route ?? each.partnerId), owed.map((each) => each.ordinal)],
  );
  // safe because the statement returns the ids of transfers
  for (const row of laid.rows) ctx.enqueue(sendParcelJob({ agencyId: recipientAgencyId, transferId: row['id'] as TransferId, at: ctx.now }));
}

export type RelayedAnswer = {
  status: string;
  at: Date;
  byName: string;
  byTitle: string | null;
  reason: string | null;
  receipt: string;
  envelopeId: string;
  hash: string;
  original: string;
  senderId: AgencyId;
  senderRef: string;
  senderCode: string | null;
  addressedRef: string | null;
  addressedCode: string | null;
};

/** The answer that such a parcel carries, with the codes by which the sender's system will recognise it. */
export async function relayedAnswer(q: Queryable, of: { agencyId: AgencyId; id: TransferId }): Promise<RelayedAnswer | undefined> {
  const { rows } = await q.query(
    `select a.status, a.at, a.by_name as "byName", a.by_title as "byTitle", a.reason, a.receipt, e.id as "envelopeId", encode(e.content_hash, 'hex') as hash, e.original,
            r.agency_id as "senderId", r.sender_ref as "senderRef", r.sender_code as "senderCode", null::text as "addressedRef", r.addressed_code as "addressedCode"
       from exchange.transfer t
       join exchange.relay r on r.agency_id = t.relay_sender_id and r.envelope_id = t.relay_envelope_id and r.recipient_agency_id = t.agency_id
       join exchange.envelope e on e.agency_id = r.agency_id and e.id = r.envelope_id
       join exchange.delivery_answer a on a.agency_id = r.agency_id and a.envelope_id = r.envelope_id and a.recipient_agency_id = r.recipient_agency_id and a.ordinal = t.ordinal
      where t.agency_id = $1 and t.id = $2`,
    [of.agencyId, of.id],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as RelayedAnswer | undefined;
}

/** Whether an envelope is another system's, which we only pass on: it goes on under the id that its sender gave it. */
export async function isRelayed(q: Queryable, of: { agencyId: AgencyId; envelopeId: string }): Promise<boolean> {
  const { rowCount } = await q.query('select 1 from exchange.relay where agency_id = $1 and envelope_id = $2 limit 1', [of.agencyId, of.envelopeId]);
  return rowCount !== 0;
}

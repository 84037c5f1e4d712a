import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { DeliveryState, EnvelopeDocument } from '../contract.ts';
import { OPEN_STATES } from '../domain/status.ts';
import { readEnvelope } from '../envelope.ts';
import { hears } from '../partners/hears.ts';

type AgencyId = Id<'agency'>;

/** An envelope that brought a document, as its sender has it. */
export type SentEnvelope = { envelopeId: string; contentHash: string; documentCode: string; original: string; document: EnvelopeDocument };

/** One recipient of it. */
export type SentDelivery = {
  envelopeId: string;
  recipientAgencyId: AgencyId;
  recipientName: string;
  recipientCode: string | null;
  state: DeliveryState;
  isOpened: boolean;
  /** Where it was delivered to; the recipient itself unless a successor took it. */
  deliveredTo: AgencyId | null;
  /** Whether a partner outside has it already: it cannot be called off any more. */
  isHandedOver: boolean;
  /** Whether a reminder can reach it: it lives here, or at a partner that understands reminders and did not pass the document on. */
  isRemindable: boolean;
  /** A notice to the recipient that has no answer yet. */
  isAsked: boolean;
};

export type Sent = { envelopes: SentEnvelope[]; deliveries: SentDelivery[] };

export type SentSubject = { agencyId: AgencyId; subject: { type: string; id: string } };

/** What was sent for a subject, the oldest first, with its deliveries locked: nothing about them changes until the commit. */
export async function lockSent(ctx: CommandContext, of: SentSubject): Promise<Sent> {
  const found = await ctx.query(
    `select id as "envelopeId", encode(content_hash, 'hex') as "contentHash", original from exchange.envelope
      where agency_id = $1 and subject_type = $2 and subject_id = $3 and kind in ('new', 'replace') order by sent_at, id for no key update`,
    [of.agencyId, of.subject.type, of.subject.id],
  );
  // safe because the statement selects exactly these columns
  const envelopes = (found.rows as { envelopeId: string; contentHash: string; original: string }[]).map((row): SentEnvelope => {
    const read = readEnvelope(row.original);
    if (!read.ok) throw new Error(`envelope ${row.envelopeId} cannot be read: ${read.problem}`);
    return { ...row, documentCode: read.envelope.document.code, document: read.envelope.document };
  });
  if (envelopes.length === 0) return { envelopes, deliveries: [] };
  const deliveries = await ctx.query(
    `select d.envelope_id as "envelopeId", d.recipient_agency_id as "recipientAgencyId", d.recipient_name as "recipientName", d.recipient_code as "recipientCode",
            d.state, d.opened_at is not null as "isOpened", d.delivered_to_agency_id as "deliveredTo", d.transfer_id is not null as "isHandedOver", ${hears('reminders')} as "isRemindable",
            exists (select 1 from exchange.envelope n join exchange.delivery a on a.agency_id = n.agency_id and a.envelope_id = n.id and a.recipient_agency_id = d.recipient_agency_id
                     where n.agency_id = d.agency_id and n.of_envelope_id = d.envelope_id and n.cancels and a.state in ('waiting', 'arrived')) as "isAsked"
       from exchange.delivery d where d.agency_id = $1 and d.envelope_id = any($2)
      order by d.envelope_id, d.position for update of d`,
    [of.agencyId, envelopes.map((each) => each.envelopeId)],
  );
  // safe because the statement selects exactly these columns
  return { envelopes, deliveries: deliveries.rows as SentDelivery[] };
}

/** The place of the next notice about an envelope; the caller holds the envelope’s lock. */
export async function nextSequence(ctx: CommandContext, agencyId: AgencyId, envelopeId: string): Promise<number> {
  const { rows } = await ctx.query('select coalesce(max(sequence), 0) + 1 as next from exchange.envelope where agency_id = $1 and of_envelope_id = $2', [agencyId, envelopeId]);
  return Number(rows[0]?.['next']);
}

/** Deliveries that have not left are called off: their recipients never hear of the document. */
export async function callOff(ctx: CommandContext, of: SentSubject, given: { deliveries: readonly SentDelivery[]; reason: string }): Promise<SentDelivery[]> {
  const waiting = given.deliveries.filter(({ state, isHandedOver }) => (state === 'waiting' && !isHandedOver) || state === 'no_route' || state === 'returned');
  if (waiting.length === 0) return [];
  await ctx.query(
    `update exchange.delivery d set state = 'cancelled', problem = $4, changed_at = $5
       from unnest($2::uuid[], $3::uuid[]) as w (envelope_id, recipient_agency_id)
      where d.agency_id = $1 and d.envelope_id = w.envelope_id and d.recipient_agency_id = w.recipient_agency_id`,
    [of.agencyId, waiting.map((each) => each.envelopeId), waiting.map((each) => each.recipientAgencyId), given.reason, ctx.now],
  );
  // Nor of what was changed about it.
  await ctx.query(
    `update exchange.delivery d set state = 'cancelled', problem = $4, changed_at = $5
       from unnest($2::uuid[], $3::uuid[]) as w (envelope_id, recipient_agency_id) join exchange.envelope n on n.agency_id = $1 and n.of_envelope_id = w.envelope_id
      where d.agency_id = $1 and d.envelope_id = n.id and d.recipient_agency_id = w.recipient_agency_id and d.state = any($6::text[]) and d.transfer_id is null`,
    [of.agencyId, waiting.map((each) => each.envelopeId), waiting.map((each) => each.recipientAgencyId), given.reason, ctx.now, OPEN_STATES],
  );
  const data = { count: waiting.length, recipients: waiting.map((each) => each.recipientAgencyId), reason: given.reason };
  ctx.record({ type: 'exchange.deliveries-cancelled', agencyId: of.agencyId, subject: of.subject, data });
  return waiting;
}

/** The id of an envelope that was read from the table. */
export function envelopeIdOf(text: string): Id<'envelope'> {
  // safe because only envelope ids are read into these fields
  return text as Id<'envelope'>;
}

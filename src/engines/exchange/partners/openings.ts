import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { countedAt } from '../domain/told-time.ts';
import type { InboundContent, OpeningParcel, PartnerId, TransferId } from './adapter.ts';
import { settleInbound, type InboundRow } from './inbound.ts';
import { routesToSenders, sendParcelJob } from './transfers.ts';

type AgencyId = Id<'agency'>;
type Opening = Extract<InboundContent, { kind: 'opening' }>;

/** A message that somebody at its receiver has looked at. */
export type OpenedMessage = { agencyId: AgencyId; messageId: string };
type Origin = OpenedMessage & { position: number; partnerId: PartnerId; senderAgencyId: AgencyId };

/**
 * Lays that messages were opened into the outbox for the installations that they came from, once each, behind the answers that were
 * given before. Who does not say that it understands it is told nothing: the law's standard has no such message.
 */
export async function sendOpeningsOut(ctx: CommandContext, opened: readonly OpenedMessage[]): Promise<void> {
  const origins = await originsOf(ctx, opened);
  if (origins.length === 0) return;
  const routes = await routesToSenders(ctx, [...new Set(origins.map((origin) => origin.senderAgencyId))]);
  const { rows } = await ctx.query(
    `insert into exchange.transfer (agency_id, id, partner_id, kind, message_id, position, order_key, state, attempts, checks, next_try_at, created_at, changed_at)
     select t.agency_id, t.id, t.partner_id, 'opening', t.message_id, t.position, 'message:' || t.message_id, 'waiting', 0, 0, $6, $6, $6
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[]) as t (agency_id, id, partner_id, message_id, position)
       join exchange.partner p on p.id = t.partner_id and 'openings' = any(p.features)
     on conflict do nothing returning agency_id as "agencyId", id`,
    [
      origins.map((each) => each.agencyId),
      origins.map(() => newId<'transfer'>()),
      origins.map((each) => routes.get(each.senderAgencyId) ?? each.partnerId),
      origins.map((each) => each.messageId),
      origins.map((each) => each.position),
      ctx.now,
    ],
  );
  // safe because the statement returns exactly these columns
  for (const row of rows as { agencyId: AgencyId; id: TransferId }[]) ctx.enqueue(sendParcelJob({ agencyId: row.agencyId, transferId: row.id, at: ctx.now }));
}

async function originsOf(ctx: CommandContext, opened: readonly OpenedMessage[]): Promise<Origin[]> {
  if (opened.length === 0) return [];
  const { rows } = await ctx.query(
    `select o.agency_id as "agencyId", o.message_id as "messageId", o.position, o.partner_id as "partnerId", m.sender_agency_id as "senderAgencyId"
       from unnest($1::uuid[], $2::uuid[]) as j (agency_id, message_id)
       join exchange.message_origin o on o.agency_id = j.agency_id and o.message_id = j.message_id
       join exchange.message m on m.agency_id = o.agency_id and m.id = o.message_id and m.opened_at is not null
      order by o.agency_id, o.message_id, o.position`,
    [opened.map((each) => each.agencyId), opened.map((each) => each.messageId)],
  );
  // safe because the statement selects exactly these columns
  return rows as Origin[];
}

/** What was opened before the partner could be told, and is not answered yet: where it counts as known from now on, nothing may look unopened. */
export async function sendEarlierOpenings(ctx: CommandContext, partnerId: PartnerId): Promise<void> {
  const { rows } = await ctx.query(
    `select distinct m.agency_id as "agencyId", m.id as "messageId" from exchange.message_origin o
       join exchange.message m on m.agency_id = o.agency_id and m.id = o.message_id
      where o.partner_id = $1 and m.opened_at is not null and m.state = 'arrived'`,
    [partnerId],
  );
  // safe because the statement selects exactly these columns
  await sendOpeningsOut(ctx, rows as OpenedMessage[]);
}

/** What such a parcel carries. @throws Error when its rows are not there: a defect. */
export async function openingParcel(q: Queryable, transfer: { agencyId: AgencyId; id: TransferId; messageId: string | null; position: number | null }): Promise<OpeningParcel> {
  const { rows } = await q.query(
    `select m.envelope_id as "envelopeId", encode(m.content_hash, 'hex') as "contentHash", m.opened_at as at,
            json_build_object('ref', o.sender_ref, 'code', o.sender_code) as sender, json_build_object('ref', o.addressed_ref, 'code', o.addressed_code) as addressed
       from exchange.message m join exchange.message_origin o on o.agency_id = m.agency_id and o.message_id = m.id and o.position = $3
      where m.agency_id = $1 and m.id = $2 and m.opened_at is not null`,
    [transfer.agencyId, transfer.messageId, transfer.position],
  );
  // safe because the statement selects exactly these columns
  const row = rows[0] as Omit<OpeningParcel, 'kind' | 'id'> | undefined;
  if (row === undefined) throw new Error(`the parcel ${transfer.id} has no opened message`);
  return { kind: 'opening', id: transfer.id, ...row };
}

type Told = { partnerId: PartnerId; opening: Omit<Opening, 'kind' | 'at'> };
type Delivery = { agencyId: AgencyId; envelopeId: string; recipientAgencyId: AgencyId; recipientName: string; type: string; subjectId: string; sentAt: Date };

/** The delivery of ours that an opening is about. Only the partner through which it went may speak of it, and only of what was sent. */
export async function openedDelivery(q: Queryable, { partnerId, opening }: Told): Promise<Delivery | undefined> {
  const { rows } = await q.query(
    `select d.agency_id as "agencyId", d.envelope_id as "envelopeId", d.recipient_agency_id as "recipientAgencyId", d.recipient_name as "recipientName", e.subject_type as type, e.subject_id as "subjectId", e.sent_at as "sentAt"
       from exchange.delivery d
       join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id and e.content_hash = decode($6, 'hex')
       join exchange.transfer t on t.agency_id = d.agency_id and t.id = d.transfer_id and t.partner_id = $3
      where d.agency_id = $1 and d.envelope_id = $2 and d.state <> 'cancelled' and (d.recipient_agency_id::text = $4 or ($4::text is null and d.recipient_code = $5))`,
    [opening.senderAgencyId, opening.envelopeId, partnerId, opening.addressed.ref, opening.addressed.code, opening.contentHash],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as Delivery | undefined;
}

/** Writes into the sender's record that a recipient at a partner has looked at its document. The first time counts. */
export async function applyOpening(ctx: CommandContext, inbound: InboundRow, opening: Opening): Promise<void> {
  const seen = { kind: 'opening' as const };
  const delivery = await openedDelivery(ctx, { partnerId: inbound.partnerId, opening });
  if (delivery === undefined) return settleInbound(ctx, inbound, { state: 'quarantined', code: 'openingUnknown', problem: `${opening.envelopeId} ${opening.addressed.code ?? ''}`, seen });
  const { agencyId, type, subjectId, sentAt, ...data } = delivery;
  const { rowCount } = await ctx.query('update exchange.delivery set opened_at = $4 where agency_id = $1 and envelope_id = $2 and recipient_agency_id = $3 and opened_at is null', [
    agencyId,
    data.envelopeId,
    data.recipientAgencyId,
    countedAt(opening.at, { sentAt, heardAt: inbound.receivedAt }),
  ]);
  if (rowCount === 1) ctx.record({ type: 'exchange.deliveries-opened', agencyId, subject: { type, id: subjectId }, data });
  return settleInbound(ctx, inbound, { state: 'applied', seen });
}

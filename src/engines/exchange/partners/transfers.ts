import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { NewJob } from '#kernel/jobs.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn, type AgencyOnDay } from '#engines/identity/index.ts';
import { boundReceipts } from '../bound-receipts.ts';
import { routeOf } from '../domain/route.ts';
import { OPEN_STATES } from '../domain/status.ts';
import type { PartnerId, TransferId } from './adapter.ts';
import { partnersOfAgencies } from './partner-rows.ts';

type AgencyId = Id<'agency'>;

/** A delivery that travels through a partner. */
export type HandedOver = { agencyId: AgencyId; envelopeId: string; recipientAgencyId: AgencyId; subject: { type: string; id: string }; to: AgencyId; toName: string; partnerId: PartnerId };

/**
 * Lays deliveries into the outbox, in the transaction that took them up: one parcel a partner and envelope. What another worker
 * laid there, or its sender called off meanwhile, is left out.
 */
export async function handOver(ctx: CommandContext, given: readonly HandedOver[]): Promise<void> {
  const deliveries = await stillWaiting(ctx, given);
  if (deliveries.length === 0) return;
  const parcels = [...Map.groupBy(deliveries, (each) => `${each.agencyId} ${each.envelopeId} ${each.partnerId}`).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, id: newId<'transfer'>(), orderKey: `${first.subject.type}:${first.subject.id}`, group }];
  });
  await ctx.query(
    `insert into exchange.transfer (agency_id, id, partner_id, kind, envelope_id, order_key, state, attempts, checks, next_try_at, created_at, changed_at, carries_mark)
     select t.*, 'waiting', 0, 0, $6::timestamptz, $6::timestamptz, $6::timestamptz, true
       from (select agency_id, id, partner_id, 'envelope', envelope_id, order_key
               from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) as u (agency_id, id, partner_id, envelope_id, order_key)) as t`,
    [parcels.map((each) => each.agencyId), parcels.map((each) => each.id), parcels.map((each) => each.partnerId), parcels.map((each) => each.envelopeId), parcels.map((each) => each.orderKey), ctx.now],
  );
  const carried = parcels.flatMap((parcel) => parcel.group.map((each) => ({ ...each, transferId: parcel.id })));
  await ctx.query(
    `update exchange.delivery d
        set state = 'waiting', problem = null, transfer_id = t.transfer_id, delivered_to_agency_id = t.to_id, delivered_to_name = t.to_name, changed_at = $7
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[]) as t (agency_id, envelope_id, recipient_agency_id, transfer_id, to_id, to_name)
      where d.agency_id = t.agency_id and d.envelope_id = t.envelope_id and d.recipient_agency_id = t.recipient_agency_id`,
    [
      carried.map((each) => each.agencyId),
      carried.map((each) => each.envelopeId),
      carried.map((each) => each.recipientAgencyId),
      carried.map((each) => each.transferId),
      carried.map((each) => each.to),
      carried.map((each) => each.toName),
      ctx.now,
    ],
  );
  for (const parcel of parcels) ctx.enqueue(sendParcelJob({ agencyId: parcel.agencyId, transferId: parcel.id, at: ctx.now }));
}

/** Locks the deliveries and keeps those that nobody has taken further since they were read. */
async function stillWaiting(ctx: CommandContext, deliveries: readonly HandedOver[]): Promise<HandedOver[]> {
  if (deliveries.length === 0) return [];
  const { rows } = await ctx.query(
    `select d.envelope_id as "envelopeId", d.recipient_agency_id as "recipientAgencyId" from exchange.delivery d
       join unnest($1::uuid[], $2::uuid[], $3::uuid[]) as t (agency_id, envelope_id, recipient_agency_id)
         on d.agency_id = t.agency_id and d.envelope_id = t.envelope_id and d.recipient_agency_id = t.recipient_agency_id
      where d.state = any($4::text[]) and d.transfer_id is null
      order by d.agency_id, d.envelope_id, d.position for update of d`,
    [deliveries.map((each) => each.agencyId), deliveries.map((each) => each.envelopeId), deliveries.map((each) => each.recipientAgencyId), OPEN_STATES],
  );
  const waiting = new Set(rows.map((row) => `${String(row['envelopeId'])} ${String(row['recipientAgencyId'])}`));
  return deliveries.filter((each) => waiting.has(`${each.envelopeId} ${each.recipientAgencyId}`));
}

/**
 * The job of one try. The same try stands in the queue once, whoever asks for it. A try because another parcel is done with is one of its
 * own: somebody who looked in the same moment, before that, has found nothing to do.
 */
export function sendParcelJob(of: { agencyId: AgencyId; transferId: TransferId; at: Date; after?: TransferId }): NewJob {
  const moment = `${of.transferId}:${String(of.at.getTime())}`;
  return { kind: 'exchange.send-parcel', agencyId: of.agencyId, payload: { transferId: of.transferId }, dedupeKey: of.after === undefined ? moment : `${moment}:${of.after}`, runAt: of.at };
}

/** An answer of an agency here. */
export type AnswerKey = { agencyId: AgencyId; messageId: string; ordinal: number };

type Origin = AnswerKey & { position: number; partnerId: PartnerId; senderAgencyId: AgencyId; receipt: string; addressedId: AgencyId | null; addressedCode: string | null };

/**
 * Lays answers to messages that came through partners into the outbox, once each. An answer goes through the partner by
 * which the sender, or the successor of a closed sender, is reached today; failing that by the one through which it came. Each carries a
 * receipt that names the agency which the sender addressed.
 */
export async function sendAnswersOut(ctx: CommandContext, answers: readonly AnswerKey[]): Promise<void> {
  if (answers.length === 0) return;
  const origins = await originsOf(ctx, answers);
  if (origins.length === 0) return;
  const routes = await routesToSenders(ctx, [...new Set(origins.map((origin) => origin.senderAgencyId))]);
  const receipts = await receiptsFor(ctx, origins);
  const parcels = origins.map((origin, index) => ({ ...origin, id: newId<'transfer'>(), ownReceipt: receipts[index] === origin.receipt ? null : receipts[index], partnerId: routes.get(origin.senderAgencyId) ?? origin.partnerId }));
  const { rows } = await ctx.query(
    `insert into exchange.transfer (agency_id, id, partner_id, kind, message_id, ordinal, position, order_key, state, attempts, checks, next_try_at, created_at, changed_at, receipt)
     select t.agency_id, t.id, t.partner_id, 'answer', t.message_id, t.ordinal, t.position, 'message:' || t.message_id, 'waiting', 0, 0, $7, $7, $7, t.receipt
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::smallint[], $8::text[]) as t (agency_id, id, partner_id, message_id, ordinal, position, receipt)
     on conflict do nothing returning agency_id as "agencyId", id`,
    [
      parcels.map((each) => each.agencyId),
      parcels.map((each) => each.id),
      parcels.map((each) => each.partnerId),
      parcels.map((each) => each.messageId),
      parcels.map((each) => each.ordinal),
      parcels.map((each) => each.position),
      ctx.now,
      parcels.map((each) => each.ownReceipt),
    ],
  );
  // safe because the statement returns exactly these columns
  for (const row of rows as { agencyId: AgencyId; id: TransferId }[]) ctx.enqueue(sendParcelJob({ agencyId: row.agencyId, transferId: row.id, at: ctx.now }));
}

async function originsOf(ctx: CommandContext, answers: readonly AnswerKey[]): Promise<Origin[]> {
  const { rows } = await ctx.query(
    `select o.agency_id as "agencyId", o.message_id as "messageId", j.ordinal, o.position, o.partner_id as "partnerId", m.sender_agency_id as "senderAgencyId",
            a.receipt, o.addressed_agency_id as "addressedId", o.addressed_code as "addressedCode"
       from unnest($1::uuid[], $2::uuid[], $3::int[]) as j (agency_id, message_id, ordinal)
       join exchange.message_origin o on o.agency_id = j.agency_id and o.message_id = j.message_id
       join exchange.message m on m.agency_id = o.agency_id and m.id = o.message_id
       join exchange.message_answer a on a.agency_id = j.agency_id and a.message_id = j.message_id and a.ordinal = j.ordinal
      order by j.ordinal, o.position`,
    [answers.map((each) => each.agencyId), answers.map((each) => each.messageId), answers.map((each) => each.ordinal)],
  );
  // safe because the statement selects exactly these columns
  return rows as Origin[];
}

/** The receipt of each answer under the name of the agency that was addressed. Nothing is looked up where agencies answer for themselves. */
async function receiptsFor(ctx: CommandContext, origins: readonly Origin[]): Promise<string[]> {
  const closed = origins.flatMap(({ agencyId, addressedId }) => (addressedId === null || addressedId === agencyId ? [] : [addressedId]));
  const agencies = closed.length === 0 ? undefined : await agenciesOn(ctx, [...new Set(closed)], vietnamDay(ctx.now));
  return boundReceipts(
    ctx.kernel,
    origins.map(({ receipt, addressedId, addressedCode }) => ({ receipt, addressed: addressedId === null ? undefined : { agencyId: addressedId, code: addressedCode, name: agencies?.get(addressedId)?.name ?? '' } })),
  );
}

/** Through which partner each sender, or the successor of a closed one, is reached today. */
export async function routesToSenders(ctx: CommandContext, senders: readonly AgencyId[]): Promise<Map<AgencyId, PartnerId>> {
  const today = vietnamDay(ctx.now);
  const present = new Map<AgencyId, AgencyId>();
  for (const id of senders) present.set(id, (await presentAgency(ctx, id)) ?? id);
  const partners = await partnersOfAgencies(ctx, [...new Set(present.values())], today);
  return new Map([...present].flatMap(([sender, now]) => {
    const found = partners.get(now);
    return found === undefined ? [] : [[sender, found.partnerId] as const];
  }));
}

/** The agency that speaks for one today: itself, or the only successor of a closed one, followed on. Undefined when there is none. */
export async function presentAgency(q: Queryable & { now: Date }, id: AgencyId): Promise<AgencyId | undefined> {
  const today = vietnamDay(q.now);
  const known = new Map<AgencyId, AgencyOnDay>();
  for (let wanted: AgencyId[] = [id]; wanted.length > 0; ) {
    const found = await agenciesOn(q, wanted, today);
    for (const [key, agency] of found) known.set(key, agency);
    wanted = [...found.values()].flatMap((agency) => (agency.state === 'closed' ? agency.successors.map((successor) => successor.id) : [])).filter((each) => !known.has(each));
  }
  const agency = known.get(id);
  if (agency === undefined) return undefined;
  // However long ago it was closed: an answer belongs to a document that was sent when it lived.
  const route = routeOf<AgencyId>(agency, { today, transitionDays: 36_500, find: (each) => known.get(each), partnerOf: () => undefined });
  return route.kind === 'returned' ? undefined : route.to;
}

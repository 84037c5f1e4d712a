import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { recordReminder } from '../jobs/remind.ts';
import type { InboundContent, PartnerId, ReminderParcel, TransferId } from './adapter.ts';
import { settleInbound, type InboundRow } from './inbound.ts';
import { sendParcelJob } from './transfers.ts';

type AgencyId = Id<'agency'>;
type Reminder = Extract<InboundContent, { kind: 'reminder' }>;

/** A recipient at another installation that is reminded; `by` is who reminds, as it is read there. */
export type RemindedDelivery = { agencyId: AgencyId; envelopeId: string; recipientAgencyId: AgencyId; by: string };

/** Lays reminders into the outbox, each to the partner through which its document went and behind everything else that goes there about it. */
export async function sendRemindersOut(ctx: CommandContext, reminded: readonly RemindedDelivery[]): Promise<void> {
  if (reminded.length === 0) return;
  const parcels = reminded.map((each) => ({ ...each, id: newId<'transfer'>() }));
  const keys = [parcels.map((each) => each.agencyId), parcels.map((each) => each.id), parcels.map((each) => each.envelopeId), parcels.map((each) => each.recipientAgencyId)];
  await ctx.query(
    `insert into exchange.transfer (agency_id, id, partner_id, kind, envelope_id, order_key, state, attempts, checks, next_try_at, created_at, changed_at)
     select r.agency_id, r.id, t.partner_id, 'reminder', r.envelope_id, t.order_key, 'waiting', 0, 0, $5, $5, $5
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) as r (agency_id, id, envelope_id, recipient_agency_id)
       join exchange.delivery d on d.agency_id = r.agency_id and d.envelope_id = r.envelope_id and d.recipient_agency_id = r.recipient_agency_id
       join exchange.transfer t on t.agency_id = d.agency_id and t.id = d.transfer_id`,
    [...keys, ctx.now],
  );
  await ctx.query(
    `insert into exchange.reminder (agency_id, transfer_id, envelope_id, recipient_agency_id, by_name, reminded_at)
     select r.*, $6 from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) as r (agency_id, transfer_id, envelope_id, recipient_agency_id, by_name)`,
    [...keys, parcels.map((each) => each.by), ctx.now],
  );
  for (const { agencyId, id } of parcels) ctx.enqueue(sendParcelJob({ agencyId, transferId: id, at: ctx.now }));
}

/** What such a parcel carries. @throws Error when its rows are not there: a defect. */
export async function reminderParcel(q: Queryable, transfer: { agencyId: AgencyId; id: TransferId }): Promise<ReminderParcel> {
  const { rows } = await q.query(
    `select d.transfer_id as "parcelId", e.id as "envelopeId", encode(e.content_hash, 'hex') as "contentHash", json_build_object('ref', d.recipient_agency_id, 'code', d.recipient_code) as addressed,
            r.by_name as by, r.reminded_at as at
       from exchange.reminder r
       join exchange.delivery d on d.agency_id = r.agency_id and d.envelope_id = r.envelope_id and d.recipient_agency_id = r.recipient_agency_id
       join exchange.envelope e on e.agency_id = r.agency_id and e.id = r.envelope_id
      where r.agency_id = $1 and r.transfer_id = $2`,
    [transfer.agencyId, transfer.id],
  );
  // safe because the statement selects exactly these columns
  const row = rows[0] as Omit<ReminderParcel, 'kind' | 'id'> | undefined;
  if (row === undefined) throw new Error(`the parcel ${transfer.id} has no reminder`);
  return { kind: 'reminder', id: transfer.id, ...row };
}

type Message = { agencyId: AgencyId; messageId: string; original: string; state: string };

/** The message here that a partner reminds of: one that it brought itself, for the agency that it names, with the content that it says. */
export async function remindedMessage(q: Queryable, { partnerId, reminder }: { partnerId: PartnerId; reminder: Omit<Reminder, 'kind' | 'by'> }): Promise<Message | undefined> {
  const { rows } = await q.query(
    `select m.agency_id as "agencyId", m.id as "messageId", m.original, m.state from exchange.inbound i
       join exchange.message_origin o on o.inbound_id = i.id and o.addressed_ref = $3
       join exchange.message m on m.agency_id = o.agency_id and m.id = o.message_id and m.envelope_id = $4 and m.content_hash = decode($5, 'hex')
      where i.partner_id = $1 and i.partner_ref = $2`,
    [partnerId, reminder.parcelId, reminder.addressed.ref, reminder.envelopeId, reminder.contentHash],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as Message | undefined;
}

/** Brings a reminder of a partner to its receiver, as one of this installation. Who has registered the document meanwhile hears nothing. */
export async function applyReminder(ctx: CommandContext, inbound: InboundRow, reminder: Reminder): Promise<void> {
  const seen = { kind: 'reminder' as const };
  const message = await remindedMessage(ctx, { partnerId: inbound.partnerId, reminder });
  if (message === undefined) return settleInbound(ctx, inbound, { state: 'quarantined', code: 'reminderUnknown', problem: `${reminder.envelopeId} ${reminder.addressed.code ?? ''}`, seen });
  if (message.state === 'arrived') recordReminder(ctx, { ...message, by: reminder.by });
  return settleInbound(ctx, inbound, { state: 'applied', seen });
}

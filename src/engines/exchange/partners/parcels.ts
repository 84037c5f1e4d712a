import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn, type AgencyOnDay } from '#engines/identity/index.ts';
import { deliveryStatus } from '../contract.ts';
import { readEnvelope } from '../envelope.ts';
import type { AnswerParcel, EnvelopeParcel, Parcel, PartnerId, Party, PeerParcel, TransferId } from './adapter.ts';
import { openingParcel } from './openings.ts';
import { partnersOfAgencies } from './partner-rows.ts';
import { relayedAnswer, relayOf, type CarriedAnswer } from './relay-answers.ts';
import { reminderParcel } from './reminders.ts';
import { presentAgency } from './transfers.ts';

type AgencyId = Id<'agency'>;

/** A row of the outbox, as far as its parcel needs it. */
export type TransferRow = {
  agencyId: AgencyId;
  id: TransferId;
  partnerId: PartnerId;
  kind: Parcel['kind'] | PeerParcel['kind'];
  envelopeId: string | null;
  messageId: string | null;
  ordinal: number | null;
  position: number | null;
  state: 'waiting' | 'sent' | 'processed' | 'refused' | 'failed';
  attempts: number;
  checks: number;
};

type Place = Queryable & { now: Date };

/** What a parcel carries, read anew at every try. @throws Error when its rows are not there: a defect. */
export function parcelOf(q: Place, transfer: TransferRow & { kind: Parcel['kind'] }): Promise<Parcel>;
export function parcelOf(q: Place, transfer: TransferRow): Promise<Parcel | PeerParcel>;
export function parcelOf(q: Place, transfer: TransferRow): Promise<Parcel | PeerParcel> {
  switch (transfer.kind) {
    case 'envelope':
      return envelopeParcel(q, transfer);
    case 'answer':
      return answerParcel(q, transfer);
    case 'opening':
      return openingParcel(q, transfer);
    case 'reminder':
      return reminderParcel(q, transfer);
  }
}

function partyOf(agency: AgencyOnDay | undefined, remote: Party | undefined, id: AgencyId): Party {
  return { agencyId: id, ref: remote?.ref ?? null, code: remote?.code ?? agency?.code ?? null, name: remote?.name ?? agency?.name ?? '' };
}

async function envelopeParcel(q: Place, transfer: TransferRow): Promise<EnvelopeParcel> {
  const { rows } = await q.query(
    `select e.original, encode(e.content_hash, 'hex') as hash, d.recipient_agency_id as "recipientId", d.recipient_name as name, d.recipient_code as code, coalesce(d.delivered_to_agency_id, d.recipient_agency_id) as "toId", t.carries_mark as "carriesMark"
       from exchange.delivery d join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id join exchange.transfer t on t.agency_id = d.agency_id and t.id = d.transfer_id
      where d.agency_id = $1 and d.transfer_id = $2 and d.state <> 'cancelled' order by d.position`,
    [transfer.agencyId, transfer.id],
  );
  // safe because the statement selects exactly these columns
  const read = rows as { original: string; hash: string; recipientId: AgencyId; name: string; code: string | null; toId: AgencyId; carriesMark: boolean }[];
  const [first] = read;
  const parsed = first === undefined ? undefined : readEnvelope(first.original);
  if (first === undefined || parsed?.ok !== true) throw new Error(`the parcel ${transfer.id} has no readable envelope`);
  const ids = [...new Set(read.flatMap((row) => [row.recipientId, row.toId]))];
  const today = vietnamDay(q.now);
  const [agencies, remotes] = [await agenciesOn(q, ids, today), await partnersOfAgencies(q, ids, today)];
  const { envelope } = parsed;
  return {
    kind: 'envelope',
    id: transfer.id,
    original: first.original,
    contentHash: first.hash,
    envelope,
    sender: { agencyId: transfer.agencyId, ref: transfer.agencyId, code: envelope.sender.code, name: envelope.sender.name },
    recipients: read.map((row) => ({
      party: partyOf(agencies.get(row.toId), remotes.get(row.toId)?.party, row.toId),
      addressed: { agencyId: row.recipientId, ref: row.recipientId, code: row.code, name: row.name },
    })),
    files: envelope.files,
    carriesMark: first.carriesMark,
    ...(await relayOf(q, { agencyId: transfer.agencyId, envelopeId: envelope.envelopeId })),
  };
}

async function answerParcel(q: Place, transfer: TransferRow): Promise<AnswerParcel> {
  const row = transfer.messageId === null ? await relayedAnswer(q, transfer) : await ownAnswer(q, transfer);
  if (row === undefined) throw new Error(`the parcel ${transfer.id} has no answer`);
  const today = vietnamDay(q.now);
  // A reply to a closed sender goes to its successor, and names the old one.
  const toId = (await presentAgency(q, row.senderId)) ?? row.senderId;
  const [agencies, remotes] = [await agenciesOn(q, [toId, transfer.agencyId], today), await partnersOfAgencies(q, [toId], today)];
  const parsed = readEnvelope(row.original);
  return {
    kind: 'answer',
    id: transfer.id,
    envelopeId: row.envelopeId,
    contentHash: row.hash,
    envelope: parsed.ok ? parsed.envelope : undefined,
    to: partyOf(agencies.get(toId), remotes.get(toId)?.party, toId),
    sender: { ref: row.senderRef, code: row.senderCode },
    from: partyOf(agencies.get(transfer.agencyId), undefined, transfer.agencyId),
    addressed: { ref: row.addressedRef, code: row.addressedCode },
    ordinal: transfer.ordinal ?? 1,
    status: deliveryStatus.parse(row.status),
    at: row.at,
    by: { name: row.byName, title: row.byTitle },
    reason: row.reason,
    receipt: row.receipt,
    isPassedOn: transfer.messageId === null,
  };
}

async function ownAnswer(q: Place, transfer: TransferRow): Promise<CarriedAnswer | undefined> {
  const { rows } = await q.query(
    `select a.status, a.at, a.by_name as "byName", a.by_title as "byTitle", a.reason, coalesce(t.receipt, a.receipt) as receipt, m.envelope_id as "envelopeId", encode(m.content_hash, 'hex') as hash, m.original,
            m.sender_agency_id as "senderId", o.sender_ref as "senderRef", o.sender_code as "senderCode", o.addressed_ref as "addressedRef", o.addressed_code as "addressedCode"
       from exchange.message_answer a
       join exchange.message m on m.agency_id = a.agency_id and m.id = a.message_id
       join exchange.message_origin o on o.agency_id = m.agency_id and o.message_id = m.id and o.position = $4
       join exchange.transfer t on t.agency_id = a.agency_id and t.id = $5
      where a.agency_id = $1 and a.message_id = $2 and a.ordinal = $3`,
    [transfer.agencyId, transfer.messageId, transfer.ordinal, transfer.position, transfer.id],
  );
  // safe because the statement selects exactly these columns
  return rows[0] as CarriedAnswer | undefined;
}

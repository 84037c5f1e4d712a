import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { exchangeErrors } from '../errors.ts';
import { envelopeTrace, messageTrace, type EnvelopeTrace, type MessageTrace } from '../trace/contract.ts';

type AgencyId = Id<'agency'>;

/** More are found by their names. */
const MOST = 200;

const PARCEL = (t: string, p: string): string => `
  case when ${t}.id is not null then json_build_object('partnerName', ${p}.name, 'state', ${t}.state, 'attempts', ${t}.attempts, 'checks', ${t}.checks, 'createdAt', ${t}.created_at,
    'sentAt', ${t}.sent_at, 'nextTryAt', ${t}.next_try_at, 'problemCode', ${t}.problem_code, 'problem', ${t}.problem, 'partnerRef', ${t}.partner_ref) end`;
const DOCUMENT = (json: string): string => ['number', 'notation', 'typeName', 'summary', 'senderName', 'urgency'].map((name) => `'${name}', coalesce(${json} #>> '{document,${name}}', '')`).join(', ');
const ANSWER = (told: string): string => `'ordinal', a.ordinal, 'status', a.status, 'at', a.at, 'toldAt', ${told}, 'by', a.by_name, 'title', a.by_title, 'reason', a.reason, 'receipt', a.receipt`;

// The job of a delivery is its own, or the look at the files before all of them, as in the list of troubles.
const DELIVERIES = `
select json_agg(json_build_object(
    'recipientAgencyId', d.recipient_agency_id, 'recipientName', d.recipient_name, 'recipientCode', d.recipient_code, 'state', d.state, 'createdAt', d.created_at, 'arrivedAt', d.arrived_at,
    'openedAt', d.opened_at, 'deliveredToName', case when d.delivered_to_agency_id <> d.recipient_agency_id then d.delivered_to_name end, 'problem', d.problem,
    'attempts', coalesce(j.attempts, 0), 'lastError', j.last_error, 'parcel', ${PARCEL('t', 'p')},
    'arrival', case when m.id is not null then json_build_object('agencyId', m.agency_id, 'messageId', m.id, 'arrivedAt', m.arrived_at, 'state', m.state, 'steps', m.steps,
        'indication', m.verdict ->> 'indication', 'signatureCount', (m.verdict ->> 'signatureCount')::int) end,
    'answers', coalesce((select json_agg(json_build_object(${ANSWER('w.told_at')}) order by a.ordinal) from exchange.delivery_answer a
        left join exchange.told_time w on w.agency_id = a.agency_id and w.envelope_id = a.envelope_id and w.recipient_agency_id = a.recipient_agency_id and w.ordinal = a.ordinal
        where a.agency_id = d.agency_id and a.envelope_id = d.envelope_id and a.recipient_agency_id = d.recipient_agency_id), '[]'::json)
  ) order by d.state not in ('waiting', 'no_route', 'returned', 'refused'), d.position)
  from (select * from exchange.delivery d
         where d.agency_id = e.agency_id and d.envelope_id = e.id and ($3::text is null or d.recipient_name ilike '%' || $3 || '%' or d.recipient_agency_id::text = $3)
         order by d.state not in ('waiting', 'no_route', 'returned', 'refused'), d.position limit ${String(MOST)}) d
  left join exchange.transfer t on t.agency_id = d.agency_id and t.id = d.transfer_id
  left join exchange.partner p on p.id = t.partner_id
  left join exchange.message m on m.agency_id = coalesce(d.delivered_to_agency_id, d.recipient_agency_id) and m.sender_agency_id = d.agency_id and m.envelope_id = d.envelope_id
  left join lateral (select j.attempts, j.last_error from kernel.job j
                      where j.agency_id = d.agency_id and ((j.kind = 'exchange.deliver' and j.dedupe_key = d.envelope_id || ':' || d.recipient_agency_id)
                         or (j.kind = 'exchange.inspect' and j.dedupe_key = d.envelope_id::text)) limit 1) j on true`;

const ENVELOPE = `
select json_build_object('agencyId', e.agency_id, 'envelopeId', e.id, 'kind', e.kind, ${DOCUMENT('e.original::json')}, 'subject', json_build_object('type', e.subject_type, 'id', e.subject_id),
    'contentHash', encode(e.content_hash, 'hex'), 'sentAt', e.sent_at, 'sentBy', coalesce(e.sent_by ->> 'name', ''), 'signedAt', e.signed_at, 'sendDueAt', e.send_due_at, 'inspectedAt', e.inspected_at,
    'files', coalesce((select json_agg(json_build_object('name', f.value ->> 'name', 'mediaType', f.value ->> 'mediaType', 'sizeBytes', (f.value ->> 'sizeBytes')::bigint, 'role', f.value ->> 'role', 'sha256', f.value ->> 'sha256',
        'inspection', (select i.value from jsonb_array_elements(e.inspection) i where i.value ->> 'sha256' = f.value ->> 'sha256' limit 1))) from json_array_elements(e.original::json -> 'files') f), '[]'::json),
    'recipientCount', (select count(*) from exchange.delivery d where d.agency_id = e.agency_id and d.envelope_id = e.id),
    'deliveries', coalesce((${DELIVERIES}), '[]'::json)) as trace
  from exchange.envelope e where e.agency_id = $1 and e.id = $2`;

/**
 * The whole way of an envelope: the look at its files, each delivery with its tries and its arrival, the answers with their receipts.
 * At most 200 recipients, those that need somebody first; `recipient` is a part of a name, or an id.
 * @throws exchange.deliveryNotFound
 */
export async function traceEnvelope(q: Queryable, of: { agencyId: AgencyId; envelopeId: string; recipient?: string | undefined }): Promise<EnvelopeTrace> {
  const { rows } = await q.query(ENVELOPE, [of.agencyId, of.envelopeId, of.recipient ?? null]);
  if (rows[0] === undefined) throw exchangeErrors.deliveryNotFound();
  return envelopeTrace.parse(rows[0]['trace']);
}

const MESSAGE = `
select json_build_object('agencyId', m.agency_id, 'messageId', m.id, 'envelopeId', m.envelope_id, 'senderAgencyId', m.sender_agency_id, 'kind', m.kind,
    ${DOCUMENT(`(case when m.steps @> '[{"step": "well-formed", "outcome": "passed"}]' then m.original::json end)`)}, 'contentHash', encode(m.content_hash, 'hex'),
    'state', m.state, 'arrivedAt', m.arrived_at, 'openedAt', m.opened_at, 'steps', m.steps, 'indication', m.verdict ->> 'indication', 'signatureCount', (m.verdict ->> 'signatureCount')::int,
    'partnerName', (select p.name from exchange.message_origin o join exchange.partner p on p.id = o.partner_id where o.agency_id = m.agency_id and o.message_id = m.id order by o.position limit 1),
    'answers', coalesce((select json_agg(json_build_object(${ANSWER('null')}, 'parcel', ${PARCEL('t', 'p')}) order by a.ordinal)
        from exchange.message_answer a
        left join lateral (select * from exchange.transfer t where t.agency_id = a.agency_id and t.kind = 'answer' and t.message_id = a.message_id and t.ordinal = a.ordinal order by t.position limit 1) t on true
        left join exchange.partner p on p.id = t.partner_id
       where a.agency_id = m.agency_id and a.message_id = m.id), '[]'::json)) as trace
  from exchange.message m where m.agency_id = $1 and m.id = $2`;

/** The whole way of a message at its receiver: its steps, its answers with their receipts and how they went out. @throws exchange.messageNotFound */
export async function traceMessage(q: Queryable, of: { agencyId: AgencyId; messageId: string }): Promise<MessageTrace> {
  const { rows } = await q.query(MESSAGE, [of.agencyId, of.messageId]);
  if (rows[0] === undefined) throw exchangeErrors.messageNotFound();
  return messageTrace.parse(rows[0]['trace']);
}

import { z } from 'zod';
import type { Queryable } from '#kernel/database.ts';
import { sameDay } from './figures.ts';
import type { Period } from './traffic.ts';

/** What a list of sent documents can be narrowed to. */
export const sentFilters = ['late', 'undelivered', 'unsigned'] as const;
export type SentFilter = (typeof sentFilters)[number];
/** And one of received documents: `late` told its sender late, `unanswered` has not told it yet. */
export const receivedFilters = ['late', 'unanswered', 'refused', 'unsigned'] as const;
export type ReceivedFilter = (typeof receivedFilters)[number];

type Page = Period & { /** The `key` of the last row seen. */ after?: string | undefined; limit?: number };

const facts = { number: z.string(), notation: z.string(), typeName: z.string(), summary: z.string(), senderName: z.string(), kind: z.string(), isSigned: z.boolean(), key: z.string() };
const sentRow = z.object({
  ...facts,
  envelopeId: z.uuid(),
  sentAt: z.string(),
  signedAt: z.string().nullable(),
  sendDueAt: z.string().nullable(),
  recipients: z.number().int(),
  arrived: z.number().int(),
  troubled: z.number().int(),
});
export type SentDocument = z.output<typeof sentRow>;
const receivedRow = z.object({ ...facts, messageId: z.uuid(), arrivedAt: z.string(), toldAt: z.string().nullable(), status: z.string().nullable(), state: z.string() });
export type ReceivedDocument = z.output<typeof receivedRow>;

const PAGE = 50;

/** The documents of an agency that were sent in a period, newest first, 50 a page. */
export async function sentDocuments(q: Queryable, { agencyId, from, to, after, limit, filter }: Page & { filter?: SentFilter | undefined }): Promise<SentDocument[]> {
  const { rows } = await q.query(
    `select json_build_object(
         'envelopeId', e.id, 'sentAt', e.sent_at, 'signedAt', e.signed_at, 'sendDueAt', e.send_due_at, 'kind', e.kind, ${factsOf('e')}, 'isSigned', ${IS_SIGNED},
         'key', to_char(e.sent_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '_' || e.id,
         'recipients', d.recipients, 'arrived', d.arrived, 'troubled', d.troubled) as document
       from exchange.envelope e
       cross join lateral (select count(*)::int as recipients, count(*) filter (where d.arrived_at is not null)::int as arrived,
                                  count(*) filter (where d.state in ('waiting', 'no_route', 'returned', 'refused'))::int as troubled
                             from exchange.delivery d where d.agency_id = e.agency_id and d.envelope_id = e.id) d
      where e.agency_id = $1 and e.sent_at >= $2 and e.sent_at < $3 and e.kind in ('new', 'replace')
        and ($4::timestamptz is null or (e.sent_at, e.id) < ($4, $5::uuid))
        and case $6::text when 'late' then e.sent_at > e.send_due_at when 'undelivered' then d.troubled > 0 when 'unsigned' then not ${IS_SIGNED} else true end
      order by e.sent_at desc, e.id desc limit $7`,
    [agencyId, from, to, ...keyOf(after), filter ?? null, limit ?? PAGE],
  );
  return rows.map((row) => sentRow.parse(row['document']));
}

const IS_SIGNED = `exists (select from jsonb_array_elements(e.inspection) i where (i.value ->> 'signatureCount')::int > 0)`;

/** The documents that arrived at an agency in a period, newest first, 50 a page. */
export async function receivedDocuments(q: Queryable, { agencyId, from, to, after, limit, filter }: Page & { filter?: ReceivedFilter | undefined }): Promise<ReceivedDocument[]> {
  const { rows } = await q.query(
    `select json_build_object(
         'messageId', m.id, 'arrivedAt', m.arrived_at, 'kind', m.kind, ${factsOf('m')}, 'isSigned', coalesce((m.verdict ->> 'signatureCount')::int, 0) > 0,
         'key', to_char(m.arrived_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '_' || m.id,
         'toldAt', told.at, 'status', told.status, 'state', m.state) as document
       from exchange.message m
       left join lateral (select a.at, a.status from exchange.message_answer a
                           where a.agency_id = m.agency_id and a.message_id = m.id and a.status in ('02', '03') order by a.at limit 1) told on true
      where m.agency_id = $1 and m.arrived_at >= $2 and m.arrived_at < $3 and m.kind in ('new', 'replace')
        and ($4::timestamptz is null or (m.arrived_at, m.id) < ($4, $5::uuid))
        and case $6::text when 'late' then not ${sameDay('told.at', 'm.arrived_at')} when 'unanswered' then told.at is null and m.state = 'arrived'
                          when 'refused' then told.status = '02' when 'unsigned' then coalesce((m.verdict ->> 'signatureCount')::int, 0) = 0 else true end
      order by m.arrived_at desc, m.id desc limit $7`,
    [agencyId, from, to, ...keyOf(after), filter ?? null, limit ?? PAGE],
  );
  return rows.map((row) => receivedRow.parse(row['document']));
}

/** An arrival that was refused as malformed names nothing: its original need not even be JSON. */
function factsOf(table: 'e' | 'm'): string {
  const json = table === 'e' ? 'e.original::json' : `(case when m.steps @> '[{"step": "well-formed", "outcome": "passed"}]' then m.original::json end)`;
  return ['number', 'notation', 'typeName', 'summary', 'senderName'].map((name) => `'${name}', coalesce(${json} #>> '{document,${name}}', '')`).join(', ');
}

function keyOf(after: string | undefined): [string | null, string | null] {
  const [, at, id] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)_([0-9a-f-]{36})$/.exec(after ?? '') ?? [];
  return at === undefined || id === undefined ? [null, null] : [at, id];
}


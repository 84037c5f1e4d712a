import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn, agenciesWithRole } from '#engines/identity/index.ts';
import { actsOnArrival, type ArrivalInHand } from '../../policy.ts';
import { inboundView, transferView } from '../contract.ts';
import type { InboundState } from '../inbound.ts';
import { troubleInWords } from '../trouble-words.ts';

const PAGE = 100;

export type TransferFilter = { partnerId?: string | undefined; state?: string | undefined; before?: string | undefined };

/** Parcels of the outbox, newest first, a page of 100; `before` is the id of the last one seen. */
export async function listTransfers(q: Queryable, filter: TransferFilter) {
  const { rows } = await q.query(
    `select json_build_object('agencyId', t.agency_id, 'id', t.id, 'partnerId', t.partner_id, 'partnerName', p.name, 'kind', t.kind, 'envelopeId', t.envelope_id, 'state', t.state,
              'about', json_build_object('senderName', coalesce(o.said #>> '{sender,name}', ''), 'number', concat_ws('/', o.said #>> '{document,number}', nullif(o.said #>> '{document,notation}', '')), 'business', coalesce(e.kind, m.kind, r.kind, 'new'), 'status', coalesce(a.status, ra.status)),
              'attempts', t.attempts, 'nextTryAt', t.next_try_at, 'problemCode', t.problem_code, 'problem', t.problem, 'partnerRef', t.partner_ref, 'createdAt', t.created_at, 'changedAt', t.changed_at) as transfer
       from exchange.transfer t join exchange.partner p on p.id = t.partner_id
       left join exchange.envelope e on e.agency_id = t.agency_id and e.id = t.envelope_id
       left join exchange.message m on m.agency_id = t.agency_id and m.id = t.message_id
       left join exchange.message_answer a on a.agency_id = t.agency_id and a.message_id = t.message_id and a.ordinal = t.ordinal
       left join exchange.envelope r on r.agency_id = t.relay_sender_id and r.id = t.relay_envelope_id
       left join exchange.delivery_answer ra on ra.agency_id = t.relay_sender_id and ra.envelope_id = t.relay_envelope_id and ra.recipient_agency_id = t.agency_id and ra.ordinal = t.ordinal
      cross join lateral (select coalesce(e.original, m.original, r.original)::jsonb as said) o
      where ($1::uuid is null or t.partner_id = $1) and ($2::text is null or t.state = $2) and ($3::uuid is null or t.id < $3)
      order by t.id desc limit $4`,
    [filter.partnerId ?? null, filter.state ?? null, filter.before ?? null, PAGE],
  );
  return rows.map((row) => {
    const view = transferView.parse(row['transfer']);
    return { ...view, trouble: troubleInWords({ code: view.problemCode, problem: view.problem }) ?? null };
  });
}

const WAITING: readonly InboundState[] = ['quarantined', 'with_person', 'refused'];
export type InboundFilter = { partnerId?: string | undefined; state?: string | undefined; before?: string | undefined; /** Only what was handed to this agency. */ agencyId?: string | undefined; /** Who asks, and when: what may be done is told with each. */ actor: PersonActor; now: Date };

/** Arrivals, newest first, a page of 100: unless a state is asked for, those that wait for a person. */
export async function listArrivals(q: Queryable, filter: InboundFilter) {
  const states = filter.state === undefined ? WAITING : [filter.state];
  const { rows } = await q.query(
    `select i.state, i.kind, i.agency_id as "agencyId", i.claimed_agency_id as "claimedAgencyId",
            json_build_object('id', i.id, 'partnerId', i.partner_id, 'partnerName', p.name, 'partnerRef', i.partner_ref, 'state', i.state, 'kind', i.kind, 'senderName', i.sender_name, 'summary', i.summary,
              'problemCode', i.problem_code, 'problem', i.problem, 'attempts', i.attempts, 'sizeBytes', i.size_bytes, 'agencyId', i.agency_id, 'resolution', i.resolution, 'receivedAt', i.received_at) as inbound
       from exchange.inbound i join exchange.partner p on p.id = i.partner_id
      where ($1::uuid is null or i.partner_id = $1) and i.state = any($2) and ($3::uuid is null or i.id < $3) and ($4::uuid is null or i.agency_id = $4)
      order by i.id desc limit $5`,
    [filter.partnerId ?? null, states, filter.before ?? null, filter.agencyId ?? null, PAGE],
  );
  // safe because the statement selects exactly these columns
  const found = rows as (ArrivalInHand & { state: InboundState; inbound: object })[];
  const claimedIds = found.flatMap(({ claimedAgencyId }) => (claimedAgencyId === null ? [] : [claimedAgencyId]));
  const day = vietnamDay(filter.now);
  const agencies = await agenciesOn(q, claimedIds, day);
  const withClerk = await agenciesWithRole(q, { agencyIds: claimedIds, role: 'clerk', day });
  return found.map(({ inbound, ...row }) => {
    const claimed = row.claimedAgencyId === null ? undefined : agencies.get(row.claimedAgencyId);
    const claimedAgency = claimed?.state === 'active' ? { id: claimed.id, name: claimed.name, hasClerk: withClerk.has(claimed.id) } : null;
    const abilities = WAITING.includes(row.state) ? actsOnArrival(filter.actor, { ...row, claimedAgencyId: claimedAgency?.id ?? null }) : [];
    // What has reached its agency is that agency's document.
    const hidden = row.state === 'applied' && row.agencyId !== filter.actor.agencyId ? { summary: null } : {};
    return inboundView.parse({ ...inbound, ...hidden, claimedAgency, abilities });
  });
}

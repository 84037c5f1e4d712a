import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { databaseJob, type ClaimedJob } from '#kernel/jobs.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn, type AgencyOnDay } from '#engines/identity/index.ts';
import { returnAnswerJobFor } from '../commands/answer-message.ts';
import { receive, type Arrival, type Arrived, type IncomingEnvelope } from '../commands/receive.ts';
import { settleDeliveries, type Settled } from '../commands/settle-deliveries.ts';
import type { BusinessKind } from '../contract.ts';
import { routeOf, type Route } from '../domain/route.ts';
import { OPEN_STATES } from '../domain/status.ts';
import { inspection } from '../inspection.ts';
import type { PartnerId } from '../partners/adapter.ts';
import { partnersOfAgencies } from '../partners/partner-rows.ts';
import { handOver } from '../partners/transfers.ts';

type AgencyId = Id<'agency'>;

const payload = z.object({
  // safe because only this engine writes these payloads
  envelopeId: z.uuid().transform((id) => id as Id<'envelope'>),
  recipientAgencyId: z.uuid().transform((id) => id as AgencyId),
});

/** A delivery that still waits, with its envelope. */
type Waiting = { agencyId: AgencyId; envelopeId: string; recipientAgencyId: AgencyId; recipientName: string; recipientCode: string | null };
type SentEnvelope = IncomingEnvelope & { subject: { type: string; id: string }; kind: BusinessKind | 'new' };
type Routed = Waiting & { envelope: SentEnvelope; route: Route<AgencyId, PartnerId> };

/** As many as a worker claims at once: a dozen statements are few for them, and the worker splits them over its connections. */
const BATCH = 1000;

/**
 * Brings deliveries to their receivers. Everything happens in the transaction that also ends the jobs, so a crash at any
 * point leaves either all of it or nothing, and what runs again finds its work done.
 */
export const deliverJob = databaseJob({
  kind: 'exchange.deliver',
  payload,
  batchSize: BATCH,
  handle: async (ctx, jobs) => {
    const waiting = await waitingDeliveries(ctx, jobs);
    if (waiting.length === 0) return;
    const envelopes = await envelopesOf(ctx, waiting);
    const agencies = await directoryOf(ctx, waiting.map((each) => each.recipientAgencyId));
    const routed = await route(ctx, { waiting, envelopes, agencies });
    const local = routed.flatMap((each) => (each.route.kind === 'local' ? { delivery: each, to: each.route } : []));
    const arrivals = local.map(({ delivery, to }) => arrivalOf(delivery, to, agencies.get(to.to)));
    const arrived = await receive(ctx, arrivals);
    const settled = [
      ...local.flatMap(({ delivery, to }, index) => settledBy(delivery, to, arrived[index])),
      ...routed.flatMap((each) => (each.route.kind === 'local' || each.route.kind === 'partner' ? [] : notDelivered(each, each.route))),
    ];
    await settleDeliveries(ctx, settled);
    await handOver(ctx, routed.flatMap((each) => (each.route.kind === 'partner' ? { ...keyOf(each), to: each.route.to, toName: each.route.name, partnerId: each.route.partnerId } : [])));
    catchUp(ctx, local.map(({ to }) => to.to), arrived);
  },
});

/** A successor that has the envelope already may have answered it: those answers go back for this delivery too. */
function catchUp(ctx: CommandContext, receivers: readonly AgencyId[], arrived: readonly Arrived[]): void {
  for (const [index, result] of arrived.entries()) {
    const receiver = receivers[index];
    if (receiver === undefined || result.kind !== 'kept' || result.isNew) continue;
    for (let ordinal = 2; ordinal <= result.answers; ordinal += 1) ctx.enqueue(returnAnswerJobFor(receiver, result.messageId, ordinal));
  }
}

/** In the order of their sending, in which those that arrive together then lie in the inbox. */
async function waitingDeliveries(ctx: CommandContext, jobs: readonly ClaimedJob<z.output<typeof payload>>[]): Promise<Waiting[]> {
  const { rows } = await ctx.query(
    `select d.agency_id as "agencyId", d.envelope_id as "envelopeId", d.recipient_agency_id as "recipientAgencyId",
            d.recipient_name as "recipientName", d.recipient_code as "recipientCode"
       from exchange.delivery d
       join unnest($1::uuid[], $2::uuid[], $3::uuid[]) as j (agency_id, envelope_id, recipient_agency_id)
         on d.agency_id = j.agency_id and d.envelope_id = j.envelope_id and d.recipient_agency_id = j.recipient_agency_id
      where d.state = any($4::text[]) and d.transfer_id is null
      order by d.envelope_id, d.position`,
    [jobs.map((job) => job.agencyId), jobs.map((job) => job.payload.envelopeId), jobs.map((job) => job.payload.recipientAgencyId), OPEN_STATES],
  );
  // safe because the statement selects exactly these columns
  return rows as Waiting[];
}

async function envelopesOf(ctx: CommandContext, waiting: readonly Waiting[]): Promise<Map<string, SentEnvelope>> {
  const { rows } = await ctx.query(
    `select agency_id as "senderAgencyId", id as "envelopeId", original, encode(content_hash, 'hex') as "contentHash", inspection, subject_type as "type", subject_id as "subjectId", kind
       from exchange.envelope where agency_id = any($1) and id = any($2) and inspected_at is not null`,
    [[...new Set(waiting.map((each) => each.agencyId))], [...new Set(waiting.map((each) => each.envelopeId))]],
  );
  // safe because the statement selects exactly these columns; the inspection is parsed
  const read = rows as { senderAgencyId: AgencyId; envelopeId: string; original: string; contentHash: string; inspection: unknown; type: string; subjectId: string; kind: BusinessKind | 'new' }[];
  return new Map(
    read.map(({ type, subjectId, ...row }) => [`${row.senderAgencyId} ${row.envelopeId}`, { ...row, inspection: inspection.parse(row.inspection), subject: { type, id: subjectId } }]),
  );
}

type Directory = Map<AgencyId, AgencyOnDay>;

async function route(ctx: CommandContext, known: { waiting: readonly Waiting[]; envelopes: Map<string, SentEnvelope>; agencies: Directory }): Promise<Routed[]> {
  const { waiting, envelopes, agencies } = known;
  const today = vietnamDay(ctx.now);
  const hasClosed = [...agencies.values()].some((agency) => agency.state === 'closed');
  const transitionDays = hasClosed ? await transitionDaysOn(ctx, today) : 0;
  const outside = [...agencies.values()].flatMap((agency) => (agency.hosting === 'external' ? agency.id : []));
  const partners = await partnersOfAgencies(ctx, outside, today);
  return waiting.map((each) => {
    const envelope = envelopes.get(`${each.agencyId} ${each.envelopeId}`);
    const recipient = agencies.get(each.recipientAgencyId);
    // The job runs only after the inspection, and a recipient is never deleted: anything else is a defect to be seen.
    if (envelope === undefined || recipient === undefined) throw new Error(`delivery ${each.envelopeId} to ${each.recipientAgencyId} has no inspected envelope or no recipient`);
    return { ...each, envelope, route: routeOf<AgencyId, PartnerId>(recipient, { today, transitionDays, find: (id) => agencies.get(id), partnerOf: (id) => partners.get(id)?.partnerId }) };
  });
}

/** The recipients as they are today, with the successors of those that are closed, and theirs. */
export async function directoryOf(ctx: CommandContext, recipients: readonly AgencyId[]): Promise<Directory> {
  const agencies: Directory = new Map();
  for (let wanted = [...recipients]; wanted.length > 0; ) {
    const found = await agenciesOn(ctx, [...new Set(wanted)], vietnamDay(ctx.now));
    for (const [id, agency] of found) agencies.set(id, agency);
    wanted = [...found.values()].flatMap((agency) => (agency.state === 'closed' ? agency.successors.map((successor) => successor.id) : [])).filter((id) => !agencies.has(id));
  }
  return agencies;
}

/** For how many days after its closing an agency’s mail still goes to its successor, by the rule of the day. */
export async function transitionDaysOn(ctx: CommandContext, today: string): Promise<number> {
  const { rows } = await ctx.query('select days from exchange.transition_period where valid_from <= $1 and (valid_to is null or valid_to >= $1) order by valid_from desc limit 1', [today]);
  return Number(rows[0]?.['days'] ?? 0);
}

function arrivalOf(delivery: Routed, to: { to: AgencyId; name: string }, agency: AgencyOnDay | undefined): Arrival {
  return {
    agencyId: to.to,
    name: to.name,
    code: agency?.code ?? null,
    isActive: agency?.state === 'active',
    addressed: { agencyId: delivery.recipientAgencyId, name: delivery.recipientName, code: delivery.recipientCode },
    envelope: delivery.envelope,
  };
}

function settledBy(delivery: Routed, to: { to: AgencyId; name: string }, arrived: Arrived | undefined): Settled[] {
  if (arrived === undefined) throw new Error('an arrival has no result');
  const base = { ...keyOf(delivery), deliveredTo: { agencyId: to.to, name: to.name } };
  if (arrived.kind === 'contradiction') return [{ ...base, state: 'returned', problem: arrived.reason, successors: [] }];
  return [{ ...base, state: arrived.status === '01' ? 'arrived' : 'refused', standing: arrived.standing, answer: arrived }];
}

function notDelivered(delivery: Routed, undelivered: Exclude<Route<AgencyId, PartnerId>, { kind: 'local' | 'partner' }>): Settled[] {
  const successors = undelivered.kind === 'returned' ? undelivered.successors : [];
  return [{ ...keyOf(delivery), state: undelivered.kind === 'none' ? 'no_route' : 'returned', problem: undelivered.problem, successors }];
}

function keyOf(delivery: Routed) {
  const { agencyId, envelopeId, recipientAgencyId, recipientName } = delivery;
  return { agencyId, envelopeId, recipientAgencyId, recipientName, subject: delivery.envelope.subject, kind: delivery.envelope.kind };
}

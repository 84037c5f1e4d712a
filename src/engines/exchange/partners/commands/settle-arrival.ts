import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesWithRole, getAgencyOn } from '#engines/identity/index.ts';
import { assertKeepsPartners, mayBeHandedTo, mayDealWithArrival, mayKeepPartners } from '../../policy.ts';
import { partnerErrors } from '../errors.ts';
import { getInbound, lockInbound, takeInboundJob, type InboundRow } from '../inbound.ts';
import { recordPartnerEvent } from '../record.ts';

const OPEN = ['quarantined', 'with_person', 'refused'];

/** An arrival that waits for a person, locked. @throws exchange.inboundNotFound also for clerks of another agency, exchange.inboundDone, kernel.forbidden */
export async function lockOpen(ctx: CommandContext, inboundId: string): Promise<InboundRow> {
  const inbound = await lockInbound(ctx, inboundId);
  // What was handed to an agency exists for its clerks, and for nobody else's.
  if (!mayKeepPartners(ctx.actor)) {
    if (ctx.actor.kind !== 'person' || inbound.agencyId !== ctx.actor.agencyId) throw partnerErrors.inboundNotFound();
    if (!mayDealWithArrival(ctx.actor, inbound)) throw kernelErrors.forbidden();
  }
  if (!OPEN.includes(inbound.state)) throw partnerErrors.inboundDone();
  return inbound;
}

const IN_HAND = [...OPEN, 'resolved', 'discarded'];

/**
 * Who opens the untouched original of an arrival: the agency that has it, and an operator while it waits, or after it was settled, by hand. What
 * has reached its agency is a document of that agency, which who runs the lines does not read. Each opening stands on record.
 * @throws exchange.inboundNotFound
 */
export async function openOriginal(ctx: CommandContext, input: { inboundId: string }): Promise<{ id: string; originalHash: string }> {
  const inbound = await getInbound(ctx, input.inboundId);
  const isOwn = ctx.actor.kind === 'person' && inbound.agencyId === ctx.actor.agencyId;
  if (!isOwn && !(mayKeepPartners(ctx.actor) && IN_HAND.includes(inbound.state))) throw partnerErrors.inboundNotFound();
  const { id, originalHash } = inbound;
  recordPartnerEvent(ctx, 'inbound-opened', { partner: partnerOf(inbound), ...handsOf(inbound), data: { inboundId: id, sha256: originalHash } });
  return { id, originalHash };
}

/** Whose clerks have it in hand, in whose record it then stands. */
const handsOf = ({ agencyId }: InboundRow): { agencyId?: Id<'agency'> } => (agencyId === null ? {} : { agencyId });

const partnerOf = (inbound: InboundRow) => ({ id: inbound.partnerId, name: inbound.partnerName });

/** Reads and applies an arrival again, after its cause was mended. @throws exchange.inboundNotFound, exchange.inboundDone, exchange.claimNeedsDecision */
export async function retryArrival(ctx: CommandContext, input: { inboundId: string }): Promise<void> {
  const inbound = await lockOpen(ctx, input.inboundId);
  assertKeepsPartners(ctx.actor);
  if (inbound.kind === 'claim') throw partnerErrors.claimNeedsDecision();
  await ctx.query(`update exchange.inbound set state = 'waiting', problem_code = null, problem = null, changed_at = $2 where id = $1`, [inbound.id, ctx.now]);
  ctx.enqueue(takeInboundJob(inbound.id, ctx.now));
  recordPartnerEvent(ctx, 'inbound-retried', { partner: partnerOf(inbound), ...handsOf(inbound), data: { inboundId: inbound.id } });
}

/**
 * Hands an arrival to the clerks of an agency here, who can then deal with it; a claim only to the agency in whose name it is.
 * @throws exchange.inboundNotFound, exchange.inboundDone, exchange.arrivalElsewhere, exchange.arrivalToClosed, exchange.arrivalToNoClerk, exchange.claimOfAnother, identity.agencyNotFound
 */
export async function handArrivalOver(ctx: CommandContext, input: { inboundId: string; agencyId: Id<'agency'> }): Promise<void> {
  const inbound = await lockOpen(ctx, input.inboundId);
  assertKeepsPartners(ctx.actor);
  const day = vietnamDay(ctx.now);
  const agency = await getAgencyOn(ctx, input.agencyId, day);
  // Elsewhere nobody would ever see it.
  if (agency.hosting !== 'local') throw partnerErrors.arrivalElsewhere({ values: { name: agency.name } });
  if (agency.state === 'closed') throw partnerErrors.arrivalToClosed({ values: { name: agency.name } });
  if (!mayBeHandedTo(inbound, agency.id)) throw partnerErrors.claimOfAnother({ values: { name: agency.name } });
  // A confirmed risk would still be a document that nobody sees: a clerk is named first, or the administrator deals with it.
  if (!(await agenciesWithRole(ctx, { agencyIds: [agency.id], role: 'clerk', day })).has(agency.id)) throw partnerErrors.arrivalToNoClerk({ values: { name: agency.name } });
  await ctx.query(`update exchange.inbound set state = 'with_person', agency_id = $2, changed_at = $3 where id = $1`, [inbound.id, agency.id, ctx.now]);
  recordPartnerEvent(ctx, 'inbound-assigned', { partner: partnerOf(inbound), agencyId: agency.id, data: { inboundId: inbound.id, agencyName: agency.name, formerAgencyId: inbound.agencyId } });
}

/**
 * Ends an arrival by hand: dealt with in another way, or discarded, with the reason in words. The original stays.
 * @throws exchange.inboundNotFound, exchange.inboundDone
 */
export async function settleArrival(ctx: CommandContext, input: { inboundId: string; outcome: 'resolved' | 'discarded'; resolution: string }): Promise<void> {
  const inbound = await lockOpen(ctx, input.inboundId);
  await ctx.query('update exchange.inbound set state = $2, resolution = $3, resolved_by = $4, changed_at = $5 where id = $1', [
    inbound.id,
    input.outcome,
    input.resolution,
    JSON.stringify(actorRecord(ctx.actor)),
    ctx.now,
  ]);
  recordPartnerEvent(ctx, 'inbound-settled', { partner: partnerOf(inbound), ...handsOf(inbound), data: { inboundId: inbound.id, resolution: input.resolution } });
}

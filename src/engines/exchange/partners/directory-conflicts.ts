import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn, createAgency, renameAgency, type AgencyId, type AgencyOnDay } from '#engines/identity/index.ts';
import { assertKeepsPartners } from '../policy.ts';
import type { PartnerId } from './adapter.ts';
import { writeLink } from './commands/link-agency.ts';
import { partnerErrors } from './errors.ts';
import { recordPartnerEvent } from './record.ts';

type Which = { partnerId: string; remoteId: string };
type Conflict = { partnerId: PartnerId; partnerName: string; remoteId: string; problem: string; code: string | null; name: string; agencyId: AgencyId | null };

/**
 * Our directory stays as it is: the difference comes back only when the partner's says something else. An agency of another name
 * that nobody reached yet is reached by the partner all the same, under our name. @throws exchange.conflictNotFound
 */
export async function settleConflict(ctx: CommandContext, input: Which): Promise<void> {
  const conflict = await endConflict(ctx, input);
  const { partnerId, partnerName, remoteId, code, name, problem, agencyId } = conflict;
  if (problem === 'name_differs' && agencyId !== null) await writeLink(ctx, { partnerId, agencyId, remoteId, code, name });
  recordPartnerEvent(ctx, 'partner-conflict-settled', { partner: { id: partnerId, name: partnerName }, data: { name } });
}

/**
 * Our directory follows the partner's from today: the agency takes its name, is reached by it, or is added. An agency that lives
 * here never does.
 * @throws exchange.conflictNotFound, exchange.conflictNotOurs; identity.validityOrder when the agency got another name today
 */
export async function acceptConflict(ctx: CommandContext, input: Which): Promise<void> {
  const conflict = await endConflict(ctx, input);
  const { partnerId, partnerName, remoteId, code, name, problem } = conflict;
  const agency = conflict.agencyId === null ? undefined : (await agenciesOn(ctx, [conflict.agencyId], vietnamDay(ctx.now))).get(conflict.agencyId);
  if (agency?.hosting === 'local') throw partnerErrors.conflictNotOurs({ values: { name: agency.name } });
  const agencyId = agency?.id ?? (await addAgency(ctx, conflict));
  if (agency !== undefined && agency.name !== name && problem !== 'code_moved') await takeName(ctx, agency, conflict);
  await writeLink(ctx, { partnerId, agencyId, remoteId, code: problem === 'code_malformed' ? null : code, name });
  recordPartnerEvent(ctx, 'partner-conflict-accepted', { partner: { id: partnerId, name: partnerName }, data: { name, ours: agency?.name ?? '–' } });
}

async function endConflict(ctx: CommandContext, input: Which): Promise<Conflict> {
  assertKeepsPartners(ctx.actor);
  const { rows } = await ctx.query(
    `update exchange.partner_conflict c set resolved_at = $3, resolved_by = $4 from exchange.partner p
      where p.id = c.partner_id and c.partner_id = $1 and c.remote_id = $2 and c.resolved_at is null
      returning p.id as "partnerId", p.name as "partnerName", c.remote_id as "remoteId", c.problem, c.code, c.name, c.agency_id as "agencyId"`,
    [input.partnerId, input.remoteId, ctx.now, JSON.stringify(actorRecord(ctx.actor))],
  );
  // safe because the statement returns exactly these columns
  const conflict = rows[0] as Conflict | undefined;
  if (conflict === undefined) throw partnerErrors.conflictNotFound();
  return conflict;
}

async function takeName(ctx: CommandContext, { id, abbreviation }: AgencyOnDay, { name, partnerName }: Conflict): Promise<void> {
  await renameAgency(ctx, { agencyId: id, from: vietnamDay(ctx.now), name, abbreviation, legalBasis: `Danh bạ của ${partnerName}` });
}

/** One whose code nobody can have is added without it. */
function addAgency(ctx: CommandContext, { name, partnerName }: Conflict): Promise<AgencyId> {
  const abbreviation = name.split(/\s+/).flatMap((word) => /^\p{L}/u.exec(word)?.[0]?.toUpperCase() ?? []).join('').slice(0, 20);
  return createAgency(ctx, {
    kind: 'other',
    level: 'none',
    parentId: null,
    hosting: 'external',
    establishedOn: vietnamDay(ctx.now),
    name,
    abbreviation: abbreviation === '' ? 'CQ' : abbreviation,
    note: `Danh bạ của ${partnerName}`,
    codes: [],
  });
}

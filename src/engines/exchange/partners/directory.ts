import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { parseCalendarDay, vietnamDay } from '#kernel/time.ts';
import { agenciesOn, closeAgency, createAgency, findAgencyByCode, isWellFormedCode, type AgencyKind, type AgencyLevel } from '#engines/identity/index.ts';
import { agencyKind, agencyLevel } from '#engines/identity/contract.ts';
import type { PartnerId, RemoteAgency } from './adapter.ts';
import { endLinks, writeLink } from './commands/link-agency.ts';
import { partnerAgencyByRef } from './partner-rows.ts';
import { recordPartnerEvent } from './record.ts';

type Partner = { id: PartnerId; name: string };
type Problem = 'hosted_here' | 'other_partner' | 'name_differs' | 'code_malformed' | 'code_moved';

/**
 * Takes a page of a partner's directory: agencies that nobody here knows are added and linked, known ones linked; the way to those that
 * the partner reaches no more ends. Whatever contradicts our own directory is reported to a person and changes nothing.
 */
export async function takeDirectoryPage(ctx: CommandContext, page: { partner: Partner; agencies: readonly RemoteAgency[] }): Promise<void> {
  for (const remote of page.agencies) await takeAgency(ctx, page.partner, remote);
}

/** Closes what is closed at a partner, with its successors: after the last page, since a successor mostly stands behind its predecessor. */
export async function closeWhatIsClosed(ctx: CommandContext, read: { partner: Partner; agencies: readonly RemoteAgency[] }): Promise<void> {
  for (const remote of read.agencies) if (remote.closedOn !== null) await closeRemote(ctx, read.partner, remote);
}

async function takeAgency(ctx: CommandContext, partner: Partner, remote: RemoteAgency): Promise<void> {
  const today = vietnamDay(ctx.now);
  const linked = await partnerAgencyByRef(ctx, { partnerId: partner.id, ref: remote.ref });
  if (remote.isReached === false) return linked === undefined ? undefined : unlink(ctx, { partner, agencyId: linked.agencyId, name: linked.name });
  const coded = remote.code === null ? undefined : await findAgencyByCode(ctx, remote.code);
  if (linked !== undefined) {
    if (coded !== undefined && coded !== linked.agencyId) return report(ctx, { partner, remote, problem: 'code_moved', agencyId: coded });
    if (linked.name !== remote.name) return report(ctx, { partner, remote, problem: 'name_differs', agencyId: linked.agencyId });
    if (await isWithdrawn(ctx, partner.id, linked.agencyId)) await link(ctx, { partner, remote, agencyId: linked.agencyId });
    return;
  }
  if (coded === undefined) return remote.closedOn === null ? addRemote(ctx, partner, remote) : undefined;
  const agency = (await agenciesOn(ctx, [coded], today)).get(coded);
  if (agency === undefined) return;
  const problem = agency.hosting === 'local' ? 'hosted_here' : (await isLinkedElsewhere(ctx, partner.id, coded)) ? 'other_partner' : agency.name === remote.name ? undefined : 'name_differs';
  if (problem !== undefined) return report(ctx, { partner, remote, problem, agencyId: coded });
  await link(ctx, { partner, remote, agencyId: coded });
}

async function addRemote(ctx: CommandContext, partner: Partner, remote: RemoteAgency): Promise<void> {
  if (remote.code !== null && !isWellFormedCode('qd20', remote.code)) return report(ctx, { partner, remote, problem: 'code_malformed' });
  const kind: AgencyKind = agencyKind.catch('other').parse(remote.kind);
  const level: AgencyLevel = agencyLevel.catch('none').parse(remote.level);
  const agencyId = await createAgency(ctx, {
    kind,
    level,
    parentId: null,
    hosting: 'external',
    establishedOn: parseCalendarDay(remote.establishedOn ?? '') ?? vietnamDay(ctx.now),
    name: remote.name,
    abbreviation: remote.abbreviation,
    note: `Danh bạ của ${partner.name}`,
    codes: remote.code === null ? [] : [{ scheme: 'qd20', code: remote.code }],
  });
  await link(ctx, { partner, remote, agencyId });
}

async function link(ctx: CommandContext, of: { partner: Partner; remote: RemoteAgency; agencyId: Id<'agency'> }): Promise<void> {
  const { partner, remote, agencyId } = of;
  await writeLink(ctx, { partnerId: partner.id, agencyId, remoteId: remote.ref, code: remote.code, name: remote.name });
  recordPartnerEvent(ctx, 'partner-agency-linked', { partner, data: { agencyId, agencyName: remote.name } });
}

async function unlink(ctx: CommandContext, of: { partner: Partner; agencyId: Id<'agency'>; name: string }): Promise<void> {
  const { partner, agencyId, name } = of;
  const { rowCount } = await ctx.query('select 1 from exchange.partner_agency where partner_id = $1 and agency_id = $2 and valid_to is null', [partner.id, agencyId]);
  // It may be reached another way by now.
  if (rowCount === 0) return;
  await ctx.query('update exchange.partner_agency set is_withdrawn = true where partner_id = $1 and agency_id = $2 and valid_to is null', [partner.id, agencyId]);
  await endLinks(ctx, { agencyId, partnerId: partner.id, remoteId: null });
  recordPartnerEvent(ctx, 'partner-agency-unlinked', { partner, data: { agencyId, agencyName: name } });
}

/** Whether the last way to the agency ended because the partner reached it no more, and no other has begun. */
async function isWithdrawn(ctx: CommandContext, partnerId: PartnerId, agencyId: Id<'agency'>): Promise<boolean> {
  const { rows } = await ctx.query(
    `select is_withdrawn and not exists (select from exchange.partner_agency o where o.agency_id = $2 and o.valid_to is null) as withdrawn
       from exchange.partner_agency where partner_id = $1 and agency_id = $2 order by valid_from desc limit 1`,
    [partnerId, agencyId],
  );
  return rows[0]?.['withdrawn'] === true;
}

async function isLinkedElsewhere(ctx: CommandContext, partnerId: PartnerId, agencyId: Id<'agency'>): Promise<boolean> {
  const { rowCount } = await ctx.query('select 1 from exchange.partner_agency where agency_id = $1 and partner_id <> $2 and valid_to is null', [agencyId, partnerId]);
  return rowCount !== 0;
}

/** Closing is a state, never a deletion: the agency stays with its codes, and its mail goes to its successor for a time. */
async function closeRemote(ctx: CommandContext, partner: Partner, remote: RemoteAgency): Promise<void> {
  const linked = await partnerAgencyByRef(ctx, { partnerId: partner.id, ref: remote.ref });
  const lastDay = parseCalendarDay(remote.closedOn ?? '');
  if (linked === undefined || lastDay === undefined || (await isLinkedElsewhere(ctx, partner.id, linked.agencyId))) return;
  const agency = (await agenciesOn(ctx, [linked.agencyId], vietnamDay(ctx.now))).get(linked.agencyId);
  if (agency === undefined || agency.closedOn !== null || agency.hosting === 'local') return;
  const successors = new Set<Id<'agency'>>();
  for (const ref of remote.successors) {
    const successor = await partnerAgencyByRef(ctx, { partnerId: partner.id, ref });
    if (successor !== undefined && successor.agencyId !== agency.id) successors.add(successor.agencyId);
  }
  await closeAgency(ctx, { agencyId: agency.id, lastDay, legalBasis: `Danh bạ của ${partner.name}`, successorIds: [...successors], isTold: true });
}

async function report(ctx: CommandContext, found: { partner: Partner; remote: RemoteAgency; problem: Problem; agencyId?: Id<'agency'> }): Promise<void> {
  const { partner, remote, problem } = found;
  const { rowCount } = await ctx.query(
    `insert into exchange.partner_conflict as c (partner_id, remote_id, problem, code, name, agency_id, found_at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (partner_id, remote_id) do update set problem = excluded.problem, code = excluded.code, name = excluded.name, agency_id = excluded.agency_id, found_at = excluded.found_at,
                 resolved_at = null, resolved_by = null
      where (c.problem, c.code, c.name) is distinct from (excluded.problem, excluded.code, excluded.name)`,
    [partner.id, remote.ref, problem, remote.code, remote.name, found.agencyId ?? null, ctx.now],
  );
  if (rowCount === 1) recordPartnerEvent(ctx, 'partner-conflict-found', { partner, data: { name: remote.name, problem } });
}

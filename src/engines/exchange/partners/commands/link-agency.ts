import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import { getAgencyOn } from '#engines/identity/index.ts';
import { deliverJobFor } from '../../commands/release-envelope.ts';
import { assertKeepsPartners } from '../../policy.ts';
import type { PartnerId } from '../adapter.ts';
import { partnerErrors } from '../errors.ts';
import { lockPartner } from '../partner-rows.ts';
import { recordPartnerEvent } from '../record.ts';

type AgencyId = Id<'agency'>;

export type LinkAgency = { partnerId: string; agencyId: AgencyId; remoteId: string; code?: string | null | undefined };

/**
 * From today an agency outside is reached through a partner, which knows it by `remoteId`; another partner's way to it ends
 * yesterday. What waited for a way to it goes out.
 * @throws exchange.partnerAgencyLocal, identity.agencyNotFound, exchange.partnerNotFound
 */
export async function linkAgency(ctx: CommandContext, input: LinkAgency): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  const agency = await getAgencyOn(ctx, input.agencyId, vietnamDay(ctx.now));
  if (agency.hosting === 'local') throw partnerErrors.partnerAgencyLocal();
  await writeLink(ctx, { partnerId: partner.id, agencyId: agency.id, remoteId: input.remoteId, code: input.code ?? agency.code, name: agency.name });
  recordPartnerEvent(ctx, 'partner-agency-linked', { partner, data: { agencyId: agency.id, agencyName: agency.name } });
}

export type Link = { partnerId: PartnerId; agencyId: AgencyId; remoteId: string; code: string | null; name: string };

/** Writes the way to an agency, ends the one before, and wakes what waited for one. */
export async function writeLink(ctx: CommandContext, link: Link): Promise<void> {
  const today = vietnamDay(ctx.now);
  await endLinks(ctx, { agencyId: link.agencyId, partnerId: link.partnerId, remoteId: link.remoteId });
  await ctx.query(
    `insert into exchange.partner_agency (partner_id, agency_id, valid_from, valid_to, remote_id, code, name) values ($1, $2, $3, null, $4, $5, $6)
     on conflict (partner_id, agency_id, valid_from) do update set valid_to = null, is_withdrawn = false, remote_id = excluded.remote_id, code = excluded.code, name = excluded.name`,
    [link.partnerId, link.agencyId, today, link.remoteId, link.code, link.name],
  );
  await tellAgain(ctx, link.agencyId);
  const { rows } = await ctx.query(`select agency_id, envelope_id from exchange.delivery where recipient_agency_id = $1 and state = 'no_route' and transfer_id is null`, [link.agencyId]);
  // safe because the statement selects an agency's id
  for (const row of rows) ctx.enqueue(deliverJobFor({ agencyId: row['agency_id'] as AgencyId, envelopeId: String(row['envelope_id']) }, link.agencyId, ctx.now));
}

/** A vendor's system that had the agency as its own was never told of it; the others read it once more. One at a time, as all versions are taken. */
async function tellAgain(ctx: CommandContext, agencyId: AgencyId): Promise<void> {
  const told = await ctx.query('select 1 from exchange.axis_agency where agency_id = $1', [agencyId]);
  if (told.rowCount === 0) return;
  await ctx.query(`select pg_advisory_xact_lock(hashtextextended('exchange.axis_agency', 0))`);
  await ctx.query('update exchange.axis_agency set version = (select max(version) + 1 from exchange.axis_agency), changed_at = $2 where agency_id = $1', [agencyId, ctx.now]);
}

/**
 * The ways to an agency, and what else the partner called by this id, end yesterday. One that began today was in force on no day, and stays as
 * such: neighbours that were told of it have to be told that it ended.
 */
export async function endLinks(ctx: CommandContext, of: { agencyId: AgencyId; partnerId: PartnerId; remoteId: string | null }): Promise<void> {
  const today = vietnamDay(ctx.now);
  const which = 'valid_to is null and (agency_id = $1 or (partner_id = $2 and remote_id = $3))';
  await ctx.query(`update exchange.partner_agency set valid_to = greatest($4::date, valid_from - 1) where ${which}`, [of.agencyId, of.partnerId, of.remoteId, addDays(today, -1)]);
}

/** From today an agency is not reached through the partner any more. @throws exchange.partnerNotFound also when it was not */
export async function unlinkAgency(ctx: CommandContext, input: { partnerId: string; agencyId: AgencyId }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  const agency = await getAgencyOn(ctx, input.agencyId, vietnamDay(ctx.now));
  const { rowCount } = await ctx.query('select 1 from exchange.partner_agency where partner_id = $1 and agency_id = $2 and valid_to is null', [partner.id, agency.id]);
  if (rowCount === 0) throw partnerErrors.partnerNotFound();
  await endLinks(ctx, { agencyId: agency.id, partnerId: partner.id, remoteId: null });
  recordPartnerEvent(ctx, 'partner-agency-unlinked', { partner, data: { agencyId: agency.id, agencyName: agency.name } });
}

import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';

// safe because the nil UUID names no real agency
const NO_AGENCY = '00000000-0000-0000-0000-000000000000' as Id<'agency'>;

/**
 * Writes what happened to a partner, a parcel or an arrival. It stands in the record of the agency that it concerns, of the
 * person's own for what an operator does, and of none where the system did it.
 */
export function recordPartnerEvent(ctx: CommandContext, type: string, about: { partner: { id: string; name: string }; agencyId?: Id<'agency'>; data?: Record<string, unknown> }): void {
  const { partner, agencyId, data } = about;
  ctx.record({
    type: `exchange.${type}`,
    agencyId: agencyId ?? (ctx.actor.kind === 'person' ? ctx.actor.agencyId : NO_AGENCY),
    subject: { type: 'partner', id: partner.id },
    data: { partnerId: partner.id, partnerName: partner.name, ...data },
  });
}

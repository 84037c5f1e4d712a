import type { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import { assertKeepsPartners } from '../../policy.ts';
import { adapterOf } from '../adapter.ts';
import type { limits } from '../contract.ts';
import { lockPartner } from '../partner-rows.ts';
import { recordPartnerEvent } from '../record.ts';
import { parseSettings } from './add-partner.ts';

/** How much is taken from a partner at once, from its next parcel on; its other settings stay. @throws exchange.partnerNotFound, exchange.partnerConfigWrong beyond what its protocol bears */
export async function setLimits(ctx: CommandContext, input: z.output<typeof limits> & { partnerId: string }): Promise<void> {
  const { partnerId, ...given } = input;
  const partner = await lockPartner(ctx, partnerId);
  assertKeepsPartners(ctx.actor);
  // safe because settings are an object in the shape of the adapter
  const config = parseSettings(adapterOf(ctx.kernel, partner.protocol).config, { ...(partner.config as object), ...given });
  await ctx.query('update exchange.partner set config = $2, changed_at = $3 where id = $1', [partner.id, JSON.stringify(config), ctx.now]);
  recordPartnerEvent(ctx, 'partner-limits-set', { partner, data: { megabytes: Object.values(given).join(', ') } });
}

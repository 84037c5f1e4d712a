import type { CommandContext } from '#kernel/command.ts';
import { assertKeepsPartners } from '../../policy.ts';
import { adapterOf } from '../adapter.ts';
import { partnerErrors } from '../errors.ts';
import { lockPartner } from '../partner-rows.ts';
import { recordPartnerEvent } from '../record.ts';
import type { PassedOn } from '../relay-rule.ts';
import { parseSettings } from './add-partner.ts';

const words: Record<PassedOn, { passedVi: string; passedEn: string }> = {
  nothing: { passedVi: 'không chuyển tiếp', passedEn: 'nothing' },
  systems: { passedVi: 'các hệ thống của nhà cung cấp nối với tỉnh', passedEn: 'the systems of vendors that are connected here' },
  systems_and_axis: { passedVi: 'các hệ thống nối với tỉnh và trục quốc gia', passedEn: 'the systems that are connected here, and the national axis' },
};

/**
 * What is passed on between another installation and the systems that are connected here, from now on; what waits goes out as it was laid.
 * @throws exchange.partnerNotFound also for a partner that is no installation
 */
export async function setPassing(ctx: CommandContext, input: { partnerId: string; passesOn: PassedOn }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  if (partner.protocol !== 'installation') throw partnerErrors.partnerNotFound();
  // safe because settings are an object in the shape of the adapter
  const config = parseSettings(adapterOf(ctx.kernel, partner.protocol).config, { ...(partner.config as object), passesOn: input.passesOn });
  await ctx.query('update exchange.partner set config = $2, changed_at = $3 where id = $1', [partner.id, JSON.stringify(config), ctx.now]);
  recordPartnerEvent(ctx, 'partner-passing-set', { partner, data: words[input.passesOn] });
}

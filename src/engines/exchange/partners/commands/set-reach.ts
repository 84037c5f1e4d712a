import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { z } from 'zod';
import { assertKeepsPartners } from '../../policy.ts';
import { adapterOf } from '../adapter.ts';
import type { reach } from '../contract.ts';
import { partnerErrors } from '../errors.ts';
import { lockPartner } from '../partner-rows.ts';
import { recordPartnerEvent } from '../record.ts';
import { parseSettings } from './add-partner.ts';

// safe because the nil UUID names no real agency
const NO_AGENCY = '00000000-0000-0000-0000-000000000000' as Id<'agency'>;

/**
 * How this and another installation reach each other, from now on: what waits goes out at once when there is an address, and stays
 * for the partner to fetch when there is none; what it has for us is fetched at once when we fetch.
 * @throws exchange.partnerNotFound for one of another protocol, exchange.partnerStateWrong before it is connected, exchange.partnerReachWrong
 */
export async function setReach(ctx: CommandContext, input: z.output<typeof reach> & { partnerId: string }): Promise<void> {
  const { address, isFetching } = input;
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  if (partner.protocol !== 'installation') throw partnerErrors.partnerNotFound();
  if (partner.state !== 'active' && partner.state !== 'suspended') throw partnerErrors.partnerStateWrong();
  if (isFetching && address === null) throw partnerErrors.partnerReachWrong({ fields: [{ path: 'address', vi: 'Nhập địa chỉ của bên kia.', en: 'Enter its address.' }] });
  // safe because settings are an object in the shape of the adapter
  const config = parseSettings(adapterOf(ctx.kernel, partner.protocol).config, { ...(partner.config as object), isFetching });
  await ctx.query('update exchange.partner set address = $2, config = $3, changed_at = $4 where id = $1', [partner.id, address, JSON.stringify(config), ctx.now]);
  // What was noted of the former way says nothing of the new one.
  await ctx.query(`update exchange.partner_line set circuit = 'closed', failures = 0, opened_at = null, probe_at = null, problem_code = null, problem = null where partner_id = $1`, [partner.id]);
  if (partner.state === 'active' && address !== null) await ctx.query(`update exchange.transfer set next_try_at = $2 where partner_id = $1 and state = 'waiting' and next_try_at > $2`, [partner.id, ctx.now]);
  if (partner.state === 'active' && isFetching) ctx.enqueue({ kind: 'exchange.collect', agencyId: NO_AGENCY, payload: { partnerId: partner.id }, dedupeKey: partner.id });
  recordPartnerEvent(ctx, 'partner-reach-changed', { partner, data: { address: address ?? '', isFetching } });
}

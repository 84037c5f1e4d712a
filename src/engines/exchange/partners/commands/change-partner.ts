import type { CommandContext } from '#kernel/command.ts';
import { assertKeepsPartners } from '../../policy.ts';
import { adapterOf, type PartnerId } from '../adapter.ts';
import { partnerErrors } from '../errors.ts';
import { lockPartner, openLine, sealSecrets, type PartnerState } from '../partner-rows.ts';
import { recordPartnerEvent } from '../record.ts';
import { failureInWords } from '../trouble-words.ts';
import { parseSettings } from './add-partner.ts';

export type ChangePartner = {
  partnerId: string;
  name?: string | undefined;
  address?: string | null | undefined;
  config?: unknown;
  validFrom?: string | undefined;
  validTo?: string | null | undefined;
};

/**
 * Changes how a partner is called and for how long it is one. Secrets have a command of their own.
 * @throws exchange.partnerNotFound, exchange.partnerConfigWrong, exchange.partnerNameTaken
 */
export async function changePartner(ctx: CommandContext, input: ChangePartner): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  const config = input.config === undefined ? partner.config : parseSettings(adapterOf(ctx.kernel, partner.protocol).config, input.config);
  const name = input.name ?? partner.name;
  const twin = await ctx.query('select 1 from exchange.partner where lower(name) = lower($1) and id <> $2', [name, partner.id]);
  if (twin.rowCount !== 0) throw partnerErrors.partnerNameTaken({ values: { name } });
  await ctx.query('update exchange.partner set name = $2, address = $3, config = $4, valid_from = $5, valid_to = $6, changed_at = $7 where id = $1', [
    partner.id,
    name,
    input.address === undefined ? partner.address : input.address,
    JSON.stringify(config),
    input.validFrom ?? partner.validFrom,
    input.validTo === undefined ? partner.validTo : input.validTo,
    ctx.now,
  ]);
  recordPartnerEvent(ctx, 'partner-changed', { partner: { id: partner.id, name }, data: { changed: changedInWords(input) } });
}

const FIELDS = {
  name: { vi: 'tên gọi', en: 'name' },
  address: { vi: 'địa chỉ', en: 'address' },
  config: { vi: 'thiết lập kết nối', en: 'settings of the connection' },
  validFrom: { vi: 'ngày bắt đầu', en: 'first day' },
  validTo: { vi: 'ngày kết thúc', en: 'last day' },
} as const;

/** What of a partner was set, as the record says it; nothing of it when a change came without any field. */
function changedInWords(input: ChangePartner): { vi: string; en: string } {
  const fields = (['name', 'address', 'config', 'validFrom', 'validTo'] as const).filter((field) => input[field] !== undefined).map((field) => FIELDS[field]);
  if (fields.length === 0) return { vi: 'không mục nào', en: 'nothing' };
  return { vi: fields.map(({ vi }) => vi).join(', '), en: fields.map(({ en }) => en).join(', ') };
}

/** Nothing goes to a suspended partner, and nothing is taken from it; what waits stays. @throws exchange.partnerStateWrong */
export async function suspendPartner(ctx: CommandContext, input: { partnerId: string; reason: string }): Promise<void> {
  const partner = await moveTo(ctx, input.partnerId, { from: 'active', to: 'suspended' });
  recordPartnerEvent(ctx, 'partner-suspended', { partner, data: { reason: input.reason } });
}

/** The partner takes part again; what waited for it goes out now. @throws exchange.partnerStateWrong */
export async function resumePartner(ctx: CommandContext, input: { partnerId: string }): Promise<void> {
  const partner = await moveTo(ctx, input.partnerId, { from: 'suspended', to: 'active' });
  await ctx.query(`update exchange.transfer set next_try_at = $2 where partner_id = $1 and state = 'waiting' and next_try_at > $2`, [partner.id, ctx.now]);
  recordPartnerEvent(ctx, 'partner-resumed', { partner });
}

async function moveTo(ctx: CommandContext, partnerId: string, step: { from: PartnerState; to: PartnerState }): Promise<{ id: PartnerId; name: string }> {
  const partner = await lockPartner(ctx, partnerId);
  assertKeepsPartners(ctx.actor);
  if (partner.state !== step.from) throw partnerErrors.partnerStateWrong();
  await ctx.query('update exchange.partner set state = $2, changed_at = $3 where id = $1', [partner.id, step.to, ctx.now]);
  return partner;
}

/** Puts new secrets in the place of the old ones, as the partner gave them. @throws exchange.partnerConfigWrong */
export async function replaceSecrets(ctx: CommandContext, input: { partnerId: string; secrets: unknown }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  const adapter = adapterOf(ctx.kernel, partner.protocol);
  const given = adapter.setByHand === undefined ? input.secrets : adapter.setByHand(openLine(ctx.kernel, partner, AbortSignal.timeout(0)).secrets, input.secrets);
  const secrets = parseSettings(adapter.secrets, given);
  await ctx.query(`update exchange.partner set sealed_secrets = $2, pinned = pinned || jsonb_build_object('secretSince', $3::text), changed_at = $4 where id = $1`, [partner.id, sealSecrets(ctx.kernel, secrets), ctx.now.toISOString(), ctx.now]);
  recordPartnerEvent(ctx, 'partner-rotated', { partner, data: { fingerprint: '' } });
}

/** Notes what a test of the connection came to. */
export async function notePartnerTest(ctx: CommandContext, input: { partnerId: string; failure: { code: string; problem: string } | undefined }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  recordPartnerEvent(ctx, 'partner-tested', { partner, data: { result: input.failure === undefined ? { vi: 'kết nối được', en: 'it works' } : failureInWords(input.failure) } });
}

import type { CommandContext } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { z } from 'zod';
import { assertKeepsPartners } from '../../policy.ts';
import { adapterOf, type PartnerAdapter, type PartnerId, type Protocol } from '../adapter.ts';
import { partnerErrors } from '../errors.ts';
import { sealSecrets, type PartnerState } from '../partner-rows.ts';
import { recordPartnerEvent } from '../record.ts';

export type AddPartner = { protocol: Protocol; name: string; address: string | null; config: unknown; secrets: unknown; validFrom?: string | undefined; validTo?: string | null | undefined };

/**
 * Adds a partner that an operator describes by hand, such as an axis; it is active at once.
 * @throws exchange.partnerInvitesByKeys for another installation, exchange.partnerConfigWrong, exchange.partnerNameTaken
 */
export async function addPartner(ctx: CommandContext, input: AddPartner): Promise<PartnerId> {
  assertKeepsPartners(ctx.actor);
  if (input.protocol === 'installation') throw partnerErrors.partnerInvitesByKeys();
  return insertPartner(ctx, { ...input, state: 'active', pinned: {} });
}

/** Writes a partner with its line, in whatever state. @throws exchange.partnerConfigWrong, exchange.partnerNameTaken */
export async function insertPartner(ctx: CommandContext, input: AddPartner & { state: PartnerState; pinned: unknown; id?: PartnerId }): Promise<PartnerId> {
  const adapter = adapterOf(ctx.kernel, input.protocol);
  const config = parseSettings(adapter.config, input.config);
  const secrets = parseSettings(adapter.secrets, input.secrets);
  const id = input.id ?? newId<'partner'>();
  const { rowCount } = await ctx.query(
    `insert into exchange.partner (id, protocol, name, address, state, config, sealed_secrets, pinned, valid_from, valid_to, created_at, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) on conflict do nothing`,
    [id, input.protocol, input.name, input.address, input.state, JSON.stringify(config), sealSecrets(ctx.kernel, secrets), JSON.stringify(input.pinned), input.validFrom ?? vietnamDay(ctx.now), input.validTo ?? null, ctx.now],
  );
  if (rowCount !== 1) throw partnerErrors.partnerNameTaken({ values: { name: input.name } });
  await ctx.query(`insert into exchange.partner_line (partner_id, circuit, failures) values ($1, 'closed', 0)`, [id]);
  recordPartnerEvent(ctx, 'partner-added', { partner: { id, name: input.name }, data: { protocol: input.protocol } });
  return id;
}

/** @throws exchange.partnerConfigWrong naming the fields, never their values */
export function parseSettings(schema: PartnerAdapter['config'], value: unknown): z.output<PartnerAdapter['config']> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw partnerErrors.partnerConfigWrong({ values: { problem: parsed.error.issues.map((issue) => issue.path.join('.') || issue.code).join(', ') } });
}

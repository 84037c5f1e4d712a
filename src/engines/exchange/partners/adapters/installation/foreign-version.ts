import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { PartnerRow } from '../../partner-rows.ts';
import { recordPartnerEvent } from '../../record.ts';
import { VERSION } from './http-signatures.ts';

type Called = { partner: PartnerRow; /** As it was signed; null for ours. */ version: string | null };

/** Notes in which version of the protocol a partner calls, where it is another one than before: none of what it has for us comes as long as it is none of ours. */
export async function noteVersion(kernel: Kernel, called: Called): Promise<void> {
  if (called.partner.foreignVersion !== called.version) await run(kernel, keepVersion, called, { actor: systemActor('exchange.peer') });
}

async function keepVersion(ctx: CommandContext, { partner, version }: Called): Promise<void> {
  const { rowCount } = await ctx.query(
    `update exchange.partner set foreign_version = $2, foreign_version_since = case when $2::text is not null then coalesce(foreign_version_since, $3) end where id = $1 and foreign_version is distinct from $2`,
    [partner.id, version, ctx.now],
  );
  if (rowCount !== 1) return;
  if (version === null) recordPartnerEvent(ctx, 'partner-version-accepted', { partner });
  else recordPartnerEvent(ctx, 'partner-version-refused', { partner, data: { version, own: VERSION } });
}

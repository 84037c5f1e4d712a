import type { CommandContext } from '#kernel/command.ts';
import { afterFailure } from '../domain/line.ts';
import type { PartnerId } from './adapter.ts';
import { recordPartnerEvent } from './record.ts';
import { lineState } from './take-transfer.ts';
import { failureInWords } from './trouble-words.ts';

type Partner = { id: PartnerId; name: string };

/** A good line says so at most so often, so that its row is no hot spot. */
const SAY_GOOD_EVERY_MS = 30_000;

/** The partner answered. A line that was open closes, and what waited for it goes out at once. */
export async function noteLineGood(ctx: CommandContext, partner: Partner): Promise<void> {
  const { rowCount } = await ctx.query(
    `update exchange.partner_line set circuit = 'closed', failures = 0, opened_at = null, probe_at = null, problem_code = null, problem = null, last_success_at = $2
      where partner_id = $1 and circuit <> 'closed'`,
    [partner.id, ctx.now],
  );
  if (rowCount === 1) {
    recordPartnerEvent(ctx, 'circuit-closed', { partner });
    await ctx.query(`update exchange.transfer set next_try_at = $2 where partner_id = $1 and state = 'waiting' and problem_code is not null and next_try_at > $2`, [partner.id, ctx.now]);
    return;
  }
  await ctx.query('update exchange.partner_line set failures = 0, problem_code = null, problem = null, last_success_at = $2 where partner_id = $1 and (failures > 0 or last_success_at is null or last_success_at < $3)', [
    partner.id,
    ctx.now,
    new Date(ctx.now.getTime() - SAY_GOOD_EVERY_MS),
  ]);
}

/** The partner could not be reached. After five times in a row its circuit opens. */
export async function noteLineBad(ctx: CommandContext, partner: Partner, failure: { code: string; problem: string }): Promise<void> {
  await ctx.query('select 1 from exchange.partner_line where partner_id = $1 for update', [partner.id]);
  const before = await lineState(ctx, partner.id);
  const line = afterFailure(before, ctx.now, Math.random());
  await ctx.query(
    `update exchange.partner_line set circuit = $2, failures = $3, opened_at = $4, probe_at = $5, last_failure_at = $6, problem_code = $7, problem = $8 where partner_id = $1`,
    [partner.id, line.circuit, line.failures, line.openedAt, line.probeAt, ctx.now, failure.code, failure.problem.slice(0, 1000)],
  );
  if (before.circuit === 'closed' && line.circuit === 'open') recordPartnerEvent(ctx, 'circuit-opened', { partner, data: { code: failureInWords(failure) } });
}

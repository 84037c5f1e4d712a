import type { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { describeActor, liftHold, placeHold, setRetentionRule } from '#engines/audit/index.ts';
import { actorRecord } from '#kernel/actor.ts';
import type { holdBody, ruleBody } from '../contract.ts';

type Keeper = { agencyId: Id<'agency'> };

/** Keeps part of the record for an inspection. @throws `audit.holdUnbounded` */
export async function placeTrailHold(ctx: CommandContext, { agencyId, hold }: Keeper & { hold: z.output<typeof holdBody> }): Promise<{ id: string }> {
  const { reason, from, to, agencyId: of, ...rest } = hold;
  // safe because a hold on an agency that is none keeps nothing
  const scope = { ...rest, agencyId: of as Id<'agency'> | undefined, from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : new Date(to) };
  const id = await placeHold(ctx, { scope, reason, by: nameOf(ctx) });
  ctx.record({ type: 'audit-trail.hold-placed', agencyId, subject: { type: 'legal-hold', id }, data: { reason } });
  return { id };
}

/** @throws `audit.holdNotFound` */
export async function liftTrailHold(ctx: CommandContext, { agencyId, id, reason }: Keeper & { id: string; reason: string }): Promise<void> {
  await liftHold(ctx, { id, reason, by: nameOf(ctx) });
  ctx.record({ type: 'audit-trail.hold-lifted', agencyId, subject: { type: 'legal-hold', id }, data: { reason } });
}

/** From today on, for how many years the entries of a module are kept. */
export async function setTrailRule(ctx: CommandContext, { agencyId, rule }: Keeper & { rule: z.output<typeof ruleBody> }): Promise<void> {
  await setRetentionRule(ctx, { typePrefix: `${rule.module}.`, keepYears: rule.keepYears, validFrom: vietnamDay(ctx.now), legalBasis: rule.legalBasis });
  ctx.record({ type: 'audit-trail.rule-set', agencyId, subject: { type: 'retention-rule', id: rule.module }, data: { module: rule.module, keepYears: rule.keepYears, legalBasis: rule.legalBasis } });
}

function nameOf(ctx: CommandContext): string {
  return describeActor(actorRecord(ctx.actor), 'vi');
}

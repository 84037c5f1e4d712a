import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { disableAccountsOf, enableAccount, getAgencyOn } from '#engines/identity/index.ts';
import { errors } from '../errors.ts';
import { lockOffice } from '../offices.ts';
import { mayDecide } from '../policy.ts';

type OfOffice = { agencyId: Id<'agency'> };

/**
 * Closes the accounts of a guest office for a time; all sessions end at once. What is sent to it waits there unread, and its
 * senders are told why. @throws guest-offices.notFound · alreadySuspended · kernel.forbidden
 */
export async function suspendOffice(ctx: CommandContext, input: OfOffice & { reason: string }): Promise<void> {
  if (ctx.actor.kind !== 'person' || !mayDecide(ctx.actor)) throw kernelErrors.forbidden();
  const office = await lockOffice(ctx, input.agencyId);
  if (office.state === 'suspended') throw errors.alreadySuspended();
  const people = await disableAccountsOf(ctx, input);
  await ctx.query(`update guest_offices.office set state = 'suspended', suspended_at = $2, suspended_by = $3, suspension_reason = $4, suspended_people = $5 where agency_id = $1`, [
    input.agencyId,
    ctx.now,
    ctx.actor.name,
    input.reason,
    people,
  ]);
  ctx.record({ type: 'guest-offices.office-suspended', agencyId: input.agencyId, subject: subjectOf(input), data: { name: await nameOf(ctx, input), reason: input.reason } });
}

/** Opens the accounts again that the suspension closed. @throws guest-offices.notFound · notSuspended · kernel.forbidden */
export async function liftSuspension(ctx: CommandContext, input: OfOffice): Promise<void> {
  if (!mayDecide(ctx.actor)) throw kernelErrors.forbidden();
  const office = await lockOffice(ctx, input.agencyId);
  if (office.state !== 'suspended') throw errors.notSuspended();
  for (const personId of office.suspendedPeople) await enableAccount(ctx, { personId });
  await ctx.query(`update guest_offices.office set state = 'active', suspended_at = null, suspended_by = null, suspension_reason = null, suspended_people = '{}' where agency_id = $1`, [input.agencyId]);
  ctx.record({ type: 'guest-offices.suspension-lifted', agencyId: input.agencyId, subject: subjectOf(input), data: { name: await nameOf(ctx, input) } });
}

const subjectOf = ({ agencyId }: OfOffice) => ({ type: 'guest-office', id: agencyId });

async function nameOf(ctx: CommandContext, { agencyId }: OfOffice): Promise<string> {
  return (await getAgencyOn(ctx, agencyId, vietnamDay(ctx.now))).name;
}

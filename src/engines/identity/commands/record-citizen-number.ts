import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { CitizenNumber } from '../citizen-number.ts';
import { mayAdministerPerson } from '../policy.ts';
import { presentAndComingPosts, type PersonId } from '../queries/posts.ts';
import type { Tables } from '../tables.ts';
import { agencyOfRecord, getPerson } from './load.ts';

/** Records a person's citizen number in place of the one before. The record says that it was, not which. @throws identity.personNotFound, kernel.forbidden */
export async function recordCitizenNumber(ctx: CommandContext, { personId, number }: { personId: PersonId; number: CitizenNumber }): Promise<void> {
  const personName = await administeredName(ctx, personId);
  await keepCitizenNumber(ctx, personId, number);
  ctx.record({ type: 'identity.citizen-number-recorded', agencyId: await agencyOfRecord(ctx, personId), subject: { type: 'person', id: personId }, data: { personId, personName } });
}

/** Forgets a person's citizen number; what is not there needs no forgetting. @throws identity.personNotFound, kernel.forbidden */
export async function removeCitizenNumber(ctx: CommandContext, { personId }: { personId: PersonId }): Promise<void> {
  const personName = await administeredName(ctx, personId);
  const gone = await ctx.tables<Tables>().deleteFrom('identity.citizen_number').where('person_id', '=', personId).executeTakeFirst();
  if (gone.numDeletedRows === 0n) return;
  ctx.record({ type: 'identity.citizen-number-removed', agencyId: await agencyOfRecord(ctx, personId), subject: { type: 'person', id: personId }, data: { personId, personName } });
}

/** Writes what is kept of a number. */
export async function keepCitizenNumber(ctx: CommandContext, personId: PersonId, { mark, ending }: CitizenNumber): Promise<void> {
  const kept = { mark, ending, recorded_at: ctx.now };
  await ctx
    .tables<Tables>()
    .insertInto('identity.citizen_number')
    .values({ person_id: personId, ...kept })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet(kept))
    .execute();
}

async function administeredName(ctx: CommandContext, personId: PersonId): Promise<string> {
  const person = await getPerson(ctx, personId);
  if (!mayAdministerPerson(ctx.actor, await presentAndComingPosts(ctx, personId, vietnamDay(ctx.now)))) throw kernelErrors.forbidden();
  return person.full_name;
}

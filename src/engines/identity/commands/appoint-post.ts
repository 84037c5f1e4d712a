import type { CommandContext } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import type { CalendarDay } from '#kernel/time.ts';
import type { Role, SigningPower } from '../domain/roles.ts';
import { assertAdministersAgency, assertGivesPostsTo, assertGivesRoles } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import type { PersonId, PostId, UnitId } from '../queries/posts.ts';
import { sessionCache } from '../session-cache.ts';
import type { Tables } from '../tables.ts';
import { assertOpenOn, assertUnitOf, getPerson, lockAgency } from './load.ts';

export type Appointment = {
  agencyId: AgencyId;
  personId: PersonId;
  unitId: UnitId | null;
  title: string;
  roles: Role[];
  signingPowers: SigningPower[];
  startsOn: CalendarDay;
  endsOn?: CalendarDay | undefined;
  /** Where the post stands in lists of the agency: leaders first. */
  sortOrder?: number;
};

/**
 * Puts a person into a post of an agency for a period.
 * @throws identity.agencyClosed, identity.personNotFound, identity.unitNotFound, identity.roleNotYours, identity.ownPost, identity.notYourAgency
 */
export async function appointPost(ctx: CommandContext, input: Appointment): Promise<PostId> {
  const agency = await lockAgency(ctx, input.agencyId);
  const person = await getPerson(ctx, input.personId);
  assertAdministersAgency(ctx.actor, input.agencyId);
  assertGivesPostsTo(ctx.actor, input.personId);
  assertGivesRoles(ctx.actor, input.roles);
  assertOpenOn(agency, input.startsOn);
  if (input.unitId !== null) await assertUnitOf(ctx, input.agencyId, input.unitId);
  const id = newId<'post'>();
  await ctx
    .tables<Tables>()
    .insertInto('identity.post')
    .values({
      id,
      agency_id: input.agencyId,
      unit_id: input.unitId,
      person_id: input.personId,
      title: input.title,
      roles: [...new Set(input.roles)],
      signing_powers: [...new Set(input.signingPowers)],
      starts_on: input.startsOn,
      ends_on: input.endsOn ?? agency.closed_on,
      end_reason: null,
      sort_order: input.sortOrder ?? 100,
      created_at: ctx.now,
    })
    .execute();
  sessionCache(ctx.kernel).forgetPeople([input.personId]);
  ctx.record({
    type: 'identity.post-appointed',
    agencyId: input.agencyId,
    subject: { type: 'post', id },
    data: { postId: id, personId: input.personId, personName: person.full_name, title: input.title, roles: input.roles, day: input.startsOn },
  });
  return id;
}

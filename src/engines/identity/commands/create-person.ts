import type { CommandContext } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import type { CitizenNumber } from '../citizen-number.ts';
import { searchTextOf } from '../search-text.ts';
import { assertAdministersAgency } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import type { PersonId } from '../queries/posts.ts';
import type { Tables } from '../tables.ts';
import { lockAgency } from './load.ts';
import { keepCitizenNumber } from './record-citizen-number.ts';

export type NewPerson = { agencyId: AgencyId; fullName: string; citizenNumber?: CitizenNumber | undefined; isInvented?: boolean };

/** Adds a person to the directory; the agency is the one that registers the person. A post and an account come separately. */
export async function createPerson(ctx: CommandContext, input: NewPerson): Promise<PersonId> {
  await lockAgency(ctx, input.agencyId);
  assertAdministersAgency(ctx.actor, input.agencyId);
  const id = newId<'person'>();
  await ctx
    .tables<Tables>()
    .insertInto('identity.person')
    .values({ id, full_name: input.fullName, search_text: searchTextOf(input.fullName), is_invented: input.isInvented ?? false, created_at: ctx.now })
    .execute();
  ctx.record({ type: 'identity.person-created', agencyId: input.agencyId, subject: { type: 'person', id }, data: { personId: id, personName: input.fullName } });
  if (input.citizenNumber !== undefined) {
    await keepCitizenNumber(ctx, id, input.citizenNumber);
    ctx.record({ type: 'identity.citizen-number-recorded', agencyId: input.agencyId, subject: { type: 'person', id }, data: { personId: id, personName: input.fullName } });
  }
  return id;
}

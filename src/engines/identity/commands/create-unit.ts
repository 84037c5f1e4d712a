import type { CommandContext } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import type { CalendarDay } from '#kernel/time.ts';
import { assertAdministersAgency } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import type { UnitId } from '../queries/posts.ts';
import type { Tables } from '../tables.ts';
import { assertOpenOn, assertUnitOf, lockAgency } from './load.ts';

/** Adds a unit to an agency. @throws identity.agencyNotFound, identity.agencyClosed, identity.unitNotFound (the parent) */
export async function createUnit(
  ctx: CommandContext,
  input: { agencyId: AgencyId; parentId?: UnitId; name: string; abbreviation: string; from: CalendarDay },
): Promise<UnitId> {
  const agency = await lockAgency(ctx, input.agencyId);
  assertAdministersAgency(ctx.actor, input.agencyId);
  assertOpenOn(agency, input.from);
  if (input.parentId !== undefined) await assertUnitOf(ctx, input.agencyId, input.parentId);
  const id = newId<'unit'>();
  await ctx
    .tables<Tables>()
    .insertInto('identity.unit')
    .values({
      id,
      agency_id: input.agencyId,
      parent_id: input.parentId ?? null,
      name: input.name,
      abbreviation: input.abbreviation,
      valid_from: input.from,
      valid_to: null,
      created_at: ctx.now,
    })
    .execute();
  ctx.record({ type: 'identity.unit-created', agencyId: input.agencyId, subject: { type: 'unit', id }, data: { unitId: id, name: input.name } });
  return id;
}

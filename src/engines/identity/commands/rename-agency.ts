import type { CommandContext } from '#kernel/command.ts';
import { formatDay, type CalendarDay } from '#kernel/time.ts';
import { searchTextOf } from '../search-text.ts';
import { identityErrors } from '../errors.ts';
import { agenciesChange } from '../known-agencies.ts';
import { assertKeepsDirectory } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import type { Tables } from '../tables.ts';
import { assertOpenOn, dayBefore, lockAgency } from './load.ts';

/**
 * Gives an agency another name from a day on. Documents of earlier days keep the name of their day (NĐ 30/2020 App. I.II.2).
 * @throws identity.agencyNotFound, identity.agencyClosed, identity.validityOrder
 */
export async function renameAgency(
  ctx: CommandContext,
  input: { agencyId: AgencyId; from: CalendarDay; name: string; abbreviation: string; legalBasis: string },
): Promise<void> {
  const agency = await lockAgency(ctx, input.agencyId);
  assertKeepsDirectory(ctx.actor);
  assertOpenOn(agency, input.from);
  if (agency.nameFrom >= input.from) throw identityErrors.validityOrder({ values: { day: formatDay(agency.nameFrom) } });
  agenciesChange(ctx.kernel);
  const db = ctx.tables<Tables>();
  await db
    .updateTable('identity.agency_name')
    .set({ valid_to: dayBefore(input.from) })
    .where('agency_id', '=', input.agencyId)
    .where('valid_to', 'is', null)
    .execute();
  await db
    .insertInto('identity.agency_name')
    .values({
      agency_id: input.agencyId,
      valid_from: input.from,
      valid_to: null,
      name: input.name,
      abbreviation: input.abbreviation,
      search_text: searchTextOf(input.name, input.abbreviation),
      legal_basis: input.legalBasis,
    })
    .execute();
  ctx.record({
    type: 'identity.agency-renamed',
    agencyId: input.agencyId,
    subject: { type: 'agency', id: input.agencyId },
    data: { agencyId: input.agencyId, name: input.name, day: input.from },
  });
}

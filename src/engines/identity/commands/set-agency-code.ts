import type { CommandContext } from '#kernel/command.ts';
import { formatDay, type CalendarDay } from '#kernel/time.ts';
import { isWellFormedCode, type CodeScheme } from '../domain/codes.ts';
import { identityErrors } from '../errors.ts';
import { agenciesChange } from '../known-agencies.ts';
import { assertKeepsDirectory } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import type { Tables } from '../tables.ts';
import { assertOpenOn, dayBefore, dayFromRow, lockAgency } from './load.ts';

export type CodeFrom = { agencyId: AgencyId; scheme: CodeScheme; code: string; from: CalendarDay; note: string | null };

/**
 * Gives an agency a code of a scheme from a day on; the code before it ends the day before and stays on record.
 * @throws identity.codeMalformed, identity.codeTaken, identity.validityOrder, identity.agencyClosed
 */
export async function setAgencyCode(ctx: CommandContext, input: CodeFrom): Promise<void> {
  const agency = await lockAgency(ctx, input.agencyId);
  assertKeepsDirectory(ctx.actor);
  assertOpenOn(agency, input.from);
  await writeCode(ctx, input);
  ctx.record({
    type: 'identity.agency-code-changed',
    agencyId: input.agencyId,
    subject: { type: 'agency', id: input.agencyId },
    data: { agencyId: input.agencyId, scheme: input.scheme, code: input.code, day: input.from },
  });
}

/** Ends the present code and writes the new one. The agency must be locked, or new. */
export async function writeCode(ctx: CommandContext, input: CodeFrom): Promise<void> {
  if (!isWellFormedCode(input.scheme, input.code)) throw identityErrors.codeMalformed({ values: { code: input.code } });
  agenciesChange(ctx.kernel);
  const db = ctx.tables<Tables>();
  const present = await db
    .selectFrom('identity.agency_code')
    .select(['valid_from'])
    .where('agency_id', '=', input.agencyId)
    .where('scheme', '=', input.scheme)
    .where('valid_to', 'is', null)
    .executeTakeFirst();
  if (present !== undefined) {
    if (present.valid_from >= input.from) throw identityErrors.validityOrder({ values: { day: formatDay(dayFromRow(present.valid_from)) } });
    await db
      .updateTable('identity.agency_code')
      .set({ valid_to: dayBefore(input.from) })
      .where('agency_id', '=', input.agencyId)
      .where('scheme', '=', input.scheme)
      .where('valid_to', 'is', null)
      .execute();
  }
  const written = await db
    .insertInto('identity.agency_code')
    .values({ agency_id: input.agencyId, scheme: input.scheme, valid_from: input.from, valid_to: null, code: input.code, note: input.note })
    .onConflict((conflict) => conflict.columns(['scheme', 'code']).where('valid_to', 'is', null).doNothing())
    .returning('code')
    .executeTakeFirst();
  if (written === undefined) throw identityErrors.codeTaken({ values: { code: input.code } });
}

import type { CommandContext } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import type { CalendarDay } from '#kernel/time.ts';
import type { AgencyKind, AgencyLevel } from '../contract.ts';
import type { CodeScheme } from '../domain/codes.ts';
import { searchTextOf } from '../search-text.ts';
import { assertKeepsDirectory } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import type { Tables } from '../tables.ts';
import { lockAgency } from './load.ts';
import { writeCode } from './set-agency-code.ts';

export type NewAgency = {
  kind: AgencyKind;
  level: AgencyLevel;
  parentId: AgencyId | null;
  /** Whether this installation serves it, or another one does. */
  hosting: 'local' | 'external';
  /** `national` for one that is taken over from the national list, `trial` for one that exists for trying connections only and that nobody finds; entered here unless told. */
  source?: 'own' | 'national' | 'trial';
  establishedOn: CalendarDay;
  name: string;
  /** As it stands in notations: `SNV`. */
  abbreviation: string;
  legalBasis?: string;
  note?: string;
  codes?: { scheme: CodeScheme; code: string; note?: string }[];
};

/**
 * Adds an agency to the directory with its first name and codes.
 * @throws identity.codeMalformed, identity.codeTaken, identity.agencyNotFound (the parent)
 */
export async function createAgency(ctx: CommandContext, input: NewAgency): Promise<AgencyId> {
  if (input.parentId !== null) await lockAgency(ctx, input.parentId);
  assertKeepsDirectory(ctx.actor);
  const id = newId<'agency'>();
  const db = ctx.tables<Tables>();
  await db
    .insertInto('identity.agency')
    .values({
      id,
      kind: input.kind,
      level: input.level,
      parent_id: input.parentId,
      hosting: input.hosting,
      source: input.source ?? 'own',
      established_on: input.establishedOn,
      closed_on: null,
      closing_basis: null,
      note: input.note ?? null,
      created_at: ctx.now,
    })
    .execute();
  await db
    .insertInto('identity.agency_name')
    .values({
      agency_id: id,
      valid_from: input.establishedOn,
      valid_to: null,
      name: input.name,
      abbreviation: input.abbreviation,
      search_text: searchTextOf(input.name, input.abbreviation),
      legal_basis: input.legalBasis ?? null,
    })
    .execute();
  for (const code of input.codes ?? []) {
    await writeCode(ctx, { agencyId: id, scheme: code.scheme, code: code.code, from: input.establishedOn, note: code.note ?? null });
  }
  ctx.record({ type: 'identity.agency-created', agencyId: id, subject: { type: 'agency', id }, data: { agencyId: id, name: input.name, day: input.establishedOn } });
  return id;
}

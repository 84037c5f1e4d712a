import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { addDays, formatDay, parseCalendarDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import type { PersonId, PostId, UnitId } from '../queries/posts.ts';
import { postsOfPerson } from '../queries/posts.ts';
import type { AgencyId } from '../queries/agencies.ts';
import { identityErrors } from '../errors.ts';
import type { Row, Tables } from '../tables.ts';

/** Under which agency things stand that belong to no agency, such as an attempt with a login that nobody has. */
// safe because the nil UUID names no real agency
export const NO_AGENCY = '00000000-0000-0000-0000-000000000000' as Id<'agency'>;

/** Locks an agency, so that two changes of its names, codes or posts follow one another. @throws identity.agencyNotFound */
export async function lockAgency(ctx: CommandContext, id: AgencyId): Promise<Row<'identity.agency'> & { name: string; nameFrom: CalendarDay; abbreviation: string }> {
  const db = ctx.tables<Tables>();
  const agency = await db.selectFrom('identity.agency').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (agency === undefined) throw identityErrors.agencyNotFound();
  // A statement of its own: what waited for the lock must see the name that the one before it wrote.
  const name = await db
    .selectFrom('identity.agency_name')
    .select(['name', 'valid_from', 'abbreviation'])
    .where('agency_id', '=', id)
    .orderBy('valid_from', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return { ...agency, name: name.name, nameFrom: dayFromRow(name.valid_from), abbreviation: name.abbreviation };
}

/** @throws identity.agencyClosed when the agency does not exist any more on the day. */
export function assertOpenOn(agency: { name: string; closed_on: string | null }, day: CalendarDay): void {
  if (agency.closed_on !== null && agency.closed_on < day) {
    throw identityErrors.agencyClosed({ values: { name: agency.name, day: formatDay(dayFromRow(agency.closed_on)) } });
  }
}

export function dayFromRow(text: string): CalendarDay {
  const day = parseCalendarDay(text);
  if (day === undefined) throw new Error(`the database gave the day ${text}`);
  return day;
}

export const dayBefore = (day: CalendarDay): CalendarDay => addDays(day, -1);

/** @throws identity.personNotFound */
export async function getPerson(ctx: CommandContext, id: PersonId): Promise<Row<'identity.person'>> {
  const person = await ctx.tables<Tables>().selectFrom('identity.person').selectAll().where('id', '=', id).executeTakeFirst();
  if (person === undefined) throw identityErrors.personNotFound();
  return person;
}

/** @throws identity.unitNotFound */
export async function assertUnitOf(ctx: CommandContext, agencyId: AgencyId, unitId: UnitId): Promise<void> {
  const unit = await ctx.tables<Tables>().selectFrom('identity.unit').select('id').where('id', '=', unitId).where('agency_id', '=', agencyId).executeTakeFirst();
  if (unit === undefined) throw identityErrors.unitNotFound();
}

/** Locks a post of an agency. @throws identity.postNotFound */
export async function lockPost(ctx: CommandContext, agencyId: AgencyId, postId: PostId): Promise<Row<'identity.post'> & { personName: string }> {
  const post = await ctx
    .tables<Tables>()
    .selectFrom('identity.post as p')
    .innerJoin('identity.person as h', 'h.id', 'p.person_id')
    .selectAll('p')
    .select('h.full_name as personName')
    .where('p.agency_id', '=', agencyId)
    .where('p.id', '=', postId)
    .forUpdate('p')
    .executeTakeFirst();
  if (post === undefined) throw identityErrors.postNotFound();
  return post;
}

/** The agency in whose record something about a person stands: that of the first post, else that of who acts. */
export async function agencyOfRecord(ctx: CommandContext, personId: PersonId): Promise<AgencyId> {
  const [first] = await postsOfPerson(ctx, personId, vietnamDay(ctx.now));
  if (first !== undefined) return first.agencyId;
  return ctx.actor.kind === 'person' ? ctx.actor.agencyId : NO_AGENCY;
}

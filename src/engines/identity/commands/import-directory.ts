import type { CommandContext } from '#kernel/command.ts';
import type { CalendarDay } from '#kernel/time.ts';
import type { AgencyKind, AgencyLevel } from '../contract.ts';
import { isWellFormedCode } from '../domain/codes.ts';
import type { Role, SigningPower } from '../domain/roles.ts';
import { searchTextOf } from '../search-text.ts';
import { identityErrors } from '../errors.ts';
import { assertKeepsDirectory } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import type { PersonId, PostId, UnitId } from '../queries/posts.ts';
import { NO_AGENCY } from './load.ts';

export type ImportedAgency = {
  id: AgencyId;
  parentId: AgencyId | null;
  kind: AgencyKind;
  level: AgencyLevel;
  name: string;
  abbreviation: string;
  code: string;
  establishedOn: CalendarDay;
};
/** A post with its holder; the holder of several posts stands in several, with the login in the first. */
export type ImportedPost = {
  postId: PostId;
  personId: PersonId;
  agencyId: AgencyId;
  unitId: UnitId | null;
  fullName: string;
  login: string | null;
  title: string;
  roles: readonly Role[];
  signingPowers: readonly SigningPower[];
  sortOrder: number;
};
export type DirectoryImport = { agencies: ImportedAgency[]; posts: ImportedPost[]; note: string; startsOn: CalendarDay; passwordHash: string; isDemo: boolean };

/**
 * Fills the directory with agencies, people, posts and accounts at once: a handful of statements, however many rows.
 * @throws identity.codeMalformed, kernel.forbidden
 */
export async function importDirectory(ctx: CommandContext, input: DirectoryImport): Promise<void> {
  assertKeepsDirectory(ctx.actor);
  const malformed = input.agencies.find((agency) => !isWellFormedCode('qd20', agency.code));
  if (malformed !== undefined) throw identityErrors.codeMalformed({ values: { code: malformed.code } });
  await insertAgencies(ctx, input);
  await insertPeople(ctx, input);
  const root = input.agencies[0]?.id ?? input.posts[0]?.agencyId ?? NO_AGENCY;
  const people = new Set(input.posts.map((post) => post.personId)).size;
  ctx.record({ type: 'identity.directory-imported', agencyId: root, subject: { type: 'directory', id: root }, data: { agencies: input.agencies.length, people } });
}

async function insertAgencies(ctx: CommandContext, { agencies, note }: DirectoryImport): Promise<void> {
  const of = <Value>(pick: (agency: ImportedAgency) => Value): Value[] => agencies.map(pick);
  const ids = of((agency) => agency.id);
  const days = of((agency) => agency.establishedOn);
  await ctx.query(
    `insert into identity.agency (id, kind, level, parent_id, hosting, established_on, note, created_at)
     select id, kind, level, parent_id, 'local', day, $6, $7 from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::date[]) as t (id, kind, level, parent_id, day)`,
    [ids, of((agency) => agency.kind), of((agency) => agency.level), of((agency) => agency.parentId), days, note, ctx.now],
  );
  await ctx.query(
    `insert into identity.agency_name (agency_id, valid_from, name, abbreviation, search_text)
     select * from unnest($1::uuid[], $2::date[], $3::text[], $4::text[], $5::text[])`,
    [ids, days, of((agency) => agency.name), of((agency) => agency.abbreviation), of((agency) => searchTextOf(agency.name, agency.abbreviation))],
  );
  await ctx.query(
    `insert into identity.agency_code (agency_id, scheme, valid_from, code, note)
     select id, 'qd20', day, code, $4 from unnest($1::uuid[], $2::date[], $3::text[]) as t (id, day, code)`,
    [ids, days, of((agency) => agency.code), note],
  );
}

async function insertPeople(ctx: CommandContext, { posts, startsOn, passwordHash, isDemo }: DirectoryImport): Promise<void> {
  const of = <Value>(pick: (post: ImportedPost) => Value): Value[] => posts.map(pick);
  const names = new Map(posts.map((post) => [post.personId, post.fullName]));
  await ctx.query(
    `insert into identity.person (id, full_name, search_text, is_invented, created_at)
     select id, name, search_text, $4, $5 from unnest($1::uuid[], $2::text[], $3::text[]) as t (id, name, search_text)`,
    [[...names.keys()], [...names.values()], [...names.values()].map((name) => searchTextOf(name)), isDemo, ctx.now],
  );
  await ctx.query(
    `insert into identity.post (id, agency_id, unit_id, person_id, title, roles, signing_powers, starts_on, sort_order, created_at)
     select id, agency_id, unit_id, person_id, title, string_to_array(roles, ','), string_to_array(powers, ','), $8, sort_order, $9
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::int[], $10::uuid[])
         as t (id, agency_id, person_id, title, roles, powers, sort_order, unit_id)`,
    [
      of((post) => post.postId),
      of((post) => post.agencyId),
      of((post) => post.personId),
      of((post) => post.title),
      of((post) => post.roles.join(',')),
      of((post) => post.signingPowers.join(',')),
      of((post) => post.sortOrder),
      startsOn,
      ctx.now,
      of((post) => post.unitId),
    ],
  );
  const accounts = posts.filter((post) => post.login !== null);
  await ctx.query(
    `insert into identity.account (person_id, login, password_hash, password_is_long, password_changed_at, must_change_password, is_demo, created_at)
     select person_id, login, $3, true, $4, $5, $6, $4 from unnest($1::uuid[], $2::text[]) as t (person_id, login)`,
    [accounts.map((post) => post.personId), accounts.map((post) => post.login), passwordHash, ctx.now, !isDemo, isDemo],
  );
}

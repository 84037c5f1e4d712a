import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { loginHash } from '../login-hash.ts';
import type { Role } from '../domain/roles.ts';
import { searchWords } from '../search-text.ts';
import { limitsOf } from '../settings.ts';
import type { AgencyId } from './agencies.ts';
import type { PersonId, PostId } from './posts.ts';

export type PersonRow = {
  personId: PersonId;
  name: string;
  isInvented: boolean;
  login: string | null;
  lastSignInAt: Date | null;
  disabledAt: Date | null;
  /** Nobody has signed in for so long that nobody can any more; tasks that the person took stay theirs. */
  isDormant: boolean;
  lockedUntil: Date | null;
  hasSecondFactor: boolean;
  /** The last three digits of the citizen number, where one is recorded. */
  citizenNumberEnding: string | null;
  posts: { postId: PostId; agencyId: AgencyId; agencyName: string; title: string; roles: Role[]; endsOn: string | null }[];
};

const PEOPLE = `
select h.id as "personId", h.full_name as name, h.is_invented as "isInvented", a.login, a.last_sign_in_at as "lastSignInAt", a.disabled_at as "disabledAt",
       coalesce(not a.is_demo and a.disabled_at is null and coalesce(a.last_sign_in_at, a.created_at) < $7, false) as "isDormant",
       coalesce(a.totp_secret is not null or exists (select from identity.passkey k where k.person_id = h.id), false) as "hasSecondFactor",
       (select c.ending from identity.citizen_number c where c.person_id = h.id) as "citizenNumberEnding",
       coalesce((select json_agg(json_build_object('postId', p.id, 'agencyId', p.agency_id, 'agencyName',
                   (select n.name from identity.agency_name n where n.agency_id = p.agency_id order by n.valid_from desc limit 1),
                   'title', p.title, 'roles', p.roles, 'endsOn', p.ends_on) order by p.sort_order, p.id)
                 from identity.post p where p.person_id = h.id and (p.ends_on is null or p.ends_on >= $2::date)), '[]'::json) as posts
  from identity.person h left join identity.account a on a.person_id = h.id
 where (cardinality($1::text[]) = 0 or h.search_text like all($1::text[]) or a.login like $6)
   and ($3::uuid is null or exists (select from identity.post p where p.person_id = h.id and p.agency_id = $3))
   and ($4::uuid is null or h.id > $4)
 order by h.id limit $5`;

/** People by name (with or without diacritics) or login, of one agency or of all, paged by id. For administrators. */
export async function searchPeople(
  kernel: Kernel,
  search: { text: string; agencyId: AgencyId | undefined; after: PersonId | undefined; limit: number },
): Promise<{ people: PersonRow[]; next: PersonId | null }> {
  const now = kernel.clock.now();
  const { dormantDays } = await limitsOf(kernel);
  const words = searchWords(search.text);
  const login = search.text.trim().toLowerCase();
  const { rows } = await kernel.database.pool.query<Omit<PersonRow, 'lockedUntil'>>(PEOPLE, [
    words.map((word) => `% ${word}%`),
    vietnamDay(now),
    search.agencyId ?? null,
    search.after ?? null,
    search.limit + 1,
    `${login.replace(/[%_\\]/g, '\\$&')}%`,
    new Date(now.getTime() - dormantDays * 86_400_000),
  ]);
  const locks = await locksOf(kernel, rows.flatMap((row) => row.login ?? []), now);
  const people = rows.slice(0, search.limit).map((row) => ({ ...row, lockedUntil: row.login === null ? null : (locks.get(row.login) ?? null) }));
  return { people, next: rows.length > search.limit ? (people.at(-1)?.personId ?? null) : null };
}

async function locksOf(kernel: Kernel, logins: string[], now: Date): Promise<Map<string, Date>> {
  const { rows } = await kernel.database.pool.query<{ login_hash: Buffer; locked_until: Date }>(
    'select login_hash, max(locked_until) as locked_until from identity.sign_in_guard where login_hash = any($1::bytea[]) and locked_until > $2 group by login_hash',
    [logins.map(loginHash), now],
  );
  const byHash = new Map(rows.map((row) => [row.login_hash.toString('hex'), row.locked_until]));
  return new Map(
    logins.flatMap((login) => {
      const until = byHash.get(loginHash(login).toString('hex'));
      return until === undefined ? [] : [[login, until] as const];
    }),
  );
}

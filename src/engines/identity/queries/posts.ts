import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { CalendarDay } from '#kernel/time.ts';
import type { Role, SigningPower } from '../domain/roles.ts';
import { identityErrors } from '../errors.ts';
import { NAME_ON, type AgencyId } from './agencies.ts';

export type PersonId = Id<'person'>;
export type PostId = Id<'post'>;
export type UnitId = Id<'unit'>;

/** A person in a post. */
export type Post = {
  postId: PostId;
  agencyId: AgencyId;
  personId: PersonId;
  /** The person's full name. */
  name: string;
  title: string;
  unitId: UnitId | null;
  unitName: string | null;
  roles: Role[];
  signingPowers: SigningPower[];
  startsOn: CalendarDay;
  endsOn: CalendarDay | null;
};

const POST_COLUMNS = `p.id as "postId", p.agency_id as "agencyId", p.person_id as "personId", h.full_name as name, p.title,
  p.unit_id as "unitId", u.name as "unitName", p.roles, p.signing_powers as "signingPowers", p.starts_on as "startsOn", p.ends_on as "endsOn"`;
const POST_TABLES = `identity.post p join identity.person h on h.id = p.person_id left join identity.unit u on u.id = p.unit_id`;

/** The posts of an agency that carry one of the roles and are in force on the day, leaders' order first. */
export async function postsByRole(q: Queryable, agencyId: AgencyId, roles: readonly Role[], day: CalendarDay): Promise<Post[]> {
  const { rows } = await q.query(
    `select ${POST_COLUMNS} from ${POST_TABLES}
      where p.agency_id = $1 and p.roles && $2::text[] and p.starts_on <= $3::date and (p.ends_on is null or p.ends_on >= $3::date)
      order by p.sort_order, h.full_name, p.id`,
    [agencyId, [...roles], day],
  );
  // safe because the statement builds exactly these columns
  return rows as unknown as Post[];
}

/** A post of an agency, also one that has ended. @throws identity.postNotFound */
export async function getPost(q: Queryable, agencyId: AgencyId, postId: PostId): Promise<Post> {
  const { rows } = await q.query(`select ${POST_COLUMNS} from ${POST_TABLES} where p.agency_id = $1 and p.id = $2`, [agencyId, postId]);
  const [row] = rows;
  if (row === undefined) throw identityErrors.postNotFound();
  // safe because the statement builds exactly these columns
  return row as unknown as Post;
}

/** As whom a post may act in an agency: in its own right, or on behalf of another post. */
export type Acting = { agencyId: AgencyId; postId: PostId; onBehalfOf: PostId | null; roles: Role[] };

/** As whom each of these posts may act in the agency named with it on the day: a post's last day is still a day in it. One that may not, or whose holder's account is disabled, is not in the answer. */
export async function actingAs(q: Queryable, posts: readonly { agencyId: AgencyId; postId: PostId }[], day: CalendarDay): Promise<Acting[]> {
  if (posts.length === 0) return [];
  const { rows } = await q.query(
    `with mine as (
       select distinct a.agency_id as asked, p.* from unnest($1::uuid[], $2::uuid[]) as a (agency_id, post_id)
         join identity.post p on p.id = a.post_id and p.starts_on <= $3::date and (p.ends_on is null or p.ends_on >= $3::date)
        where not exists (select from identity.account c where c.person_id = p.person_id and c.disabled_at is not null))
     select asked as "agencyId", id as "postId", null::uuid as "onBehalfOf", roles from mine where agency_id = asked
     union all
     select mine.asked, mine.id, p.id, array(select unnest(d.roles) intersect select unnest(p.roles)) from mine
       join identity.delegation d on d.delegate_post_id = mine.id and d.revoked_at is null and d.starts_on <= $3::date and d.ends_on >= $3::date
       join identity.post p on p.id = d.delegator_post_id and p.agency_id = mine.asked and p.starts_on <= $3::date and (p.ends_on is null or p.ends_on >= $3::date)`,
    [posts.map(({ agencyId }) => agencyId), posts.map(({ postId }) => postId), day],
  );
  // safe because the statement builds exactly these columns
  return rows as Acting[];
}

/** The posts that a person holds on a day, the first in order first. */
export async function postsOfPerson(q: Queryable, personId: PersonId, day: CalendarDay): Promise<(Post & { agencyName: string })[]> {
  const { rows } = await q.query(
    `select ${POST_COLUMNS}, n.name as "agencyName" from ${POST_TABLES}
       cross join lateral (${NAME_ON('p.agency_id')}) n
      where p.person_id = $1 and p.starts_on <= $2::date and (p.ends_on is null or p.ends_on >= $2::date)
      order by p.sort_order, p.starts_on, p.id`,
    [personId, day],
  );
  // safe because the statement builds exactly these columns
  return rows as unknown as (Post & { agencyName: string })[];
}

/**
 * The posts that a person holds on a day or will hold after it. Who looks after an account needs a word over all of them: a password that is
 * set today still opens the post of tomorrow.
 */
export async function presentAndComingPosts(q: Queryable, personId: PersonId, day: CalendarDay): Promise<Pick<Post, 'agencyId' | 'roles'>[]> {
  const { rows } = await q.query(`select agency_id as "agencyId", roles from identity.post where person_id = $1 and (ends_on is null or ends_on >= $2::date)`, [personId, day]);
  // safe because the statement builds exactly these columns
  return rows as unknown as Pick<Post, 'agencyId' | 'roles'>[];
}

export type Unit = { id: UnitId; name: string; abbreviation: string; parentId: UnitId | null };

/** The units of an agency on a day. */
export async function listUnits(q: Queryable, agencyId: AgencyId, day: CalendarDay): Promise<Unit[]> {
  const { rows } = await q.query(
    `select id, name, abbreviation, parent_id as "parentId" from identity.unit
      where agency_id = $1 and valid_from <= $2::date and (valid_to is null or valid_to >= $2::date) order by name, id`,
    [agencyId, day],
  );
  // safe because the statement builds exactly these columns
  return rows as unknown as Unit[];
}

/** A unit of an agency, also one that has ended. @throws identity.unitNotFound */
export async function getUnit(q: Queryable, agencyId: AgencyId, unitId: UnitId): Promise<Unit> {
  const { rows } = await q.query(`select id, name, abbreviation, parent_id as "parentId" from identity.unit where agency_id = $1 and id = $2`, [agencyId, unitId]);
  const [row] = rows;
  if (row === undefined) throw identityErrors.unitNotFound();
  // safe because the statement builds exactly these columns
  return row as unknown as Unit;
}

/** A delegation that the person may act under on the day. */
export type ActingRight = {
  delegationId: Id<'delegation'>;
  /** The post on whose behalf. */
  postId: PostId;
  postTitle: string;
  personId: PersonId;
  name: string;
  agencyId: AgencyId;
  agencyName: string;
  content: string;
  endsOn: CalendarDay;
  delegatePostId: PostId;
  roles: Role[];
};

/** The delegations that a person may act under on the day, by the delegator's agency. */
export async function actingRights(q: Queryable, personId: PersonId, day: CalendarDay): Promise<ActingRight[]> {
  const { rows } = await q.query(
    `select d.id as "delegationId", p.id as "postId", p.title as "postTitle", p.person_id as "personId", h.full_name as name,
            p.agency_id as "agencyId", n.name as "agencyName", d.content, d.ends_on as "endsOn", d.delegate_post_id as "delegatePostId", d.roles
       from identity.delegation d
       join identity.post mine on mine.id = d.delegate_post_id
       join identity.post p on p.id = d.delegator_post_id
       join identity.person h on h.id = p.person_id
       cross join lateral (${NAME_ON('p.agency_id')}) n
      where mine.person_id = $1 and d.revoked_at is null and d.starts_on <= $2::date and d.ends_on >= $2::date
        and mine.starts_on <= $2::date and (mine.ends_on is null or mine.ends_on >= $2::date)
        and p.starts_on <= $2::date and (p.ends_on is null or p.ends_on >= $2::date)
      order by n.name, p.title, d.id`,
    [personId, day],
  );
  // safe because the statement builds exactly these columns
  return rows as unknown as ActingRight[];
}

import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { CalendarDay } from '#kernel/time.ts';
import type { SuccessionKind } from '../contract.ts';
import type { CodeScheme } from '../domain/codes.ts';
import type { Role } from '../domain/roles.ts';
import { identityErrors } from '../errors.ts';
import type { AgencyId } from './agencies.ts';
import type { Post, PostId } from './posts.ts';

type Validity = { validFrom: CalendarDay; validTo: CalendarDay | null };
export type Succession = { id: AgencyId; name: string; kind: SuccessionKind; effectiveOn: CalendarDay; legalBasis: string | null };

/** Everything that the directory knows of an agency's history. */
export type AgencyHistory = {
  establishedOn: CalendarDay;
  closingBasis: string | null;
  note: string | null;
  parent: { id: AgencyId; name: string } | null;
  names: ({ name: string; abbreviation: string; legalBasis: string | null } & Validity)[];
  codes: ({ scheme: CodeScheme; code: string; note: string | null } & Validity)[];
  successors: Succession[];
  predecessors: Succession[];
};

const LAST_NAME = (agency: string): string => `(select n.name from identity.agency_name n where n.agency_id = ${agency} order by n.valid_from desc limit 1)`;
const SUCCESSION = (other: string, own: string): string => `
  coalesce((select json_agg(json_build_object('id', s.${other}, 'name', ${LAST_NAME(`s.${other}`)}, 'kind', s.kind, 'effectiveOn', s.effective_on, 'legalBasis', s.legal_basis)
                            order by s.effective_on, s.${other})
              from identity.agency_successor s where s.${own} = a.id), '[]'::json)`;

const HISTORY = `
select a.established_on as "establishedOn", a.closing_basis as "closingBasis", a.note,
       case when a.parent_id is null then null else json_build_object('id', a.parent_id, 'name', ${LAST_NAME('a.parent_id')}) end as parent,
       (select json_agg(json_build_object('name', n.name, 'abbreviation', n.abbreviation, 'legalBasis', n.legal_basis, 'validFrom', n.valid_from, 'validTo', n.valid_to) order by n.valid_from desc)
          from identity.agency_name n where n.agency_id = a.id) as names,
       coalesce((select json_agg(json_build_object('scheme', c.scheme, 'code', c.code, 'note', c.note, 'validFrom', c.valid_from, 'validTo', c.valid_to) order by c.scheme, c.valid_from desc)
          from identity.agency_code c where c.agency_id = a.id), '[]'::json) as codes,
       ${SUCCESSION('successor_id', 'predecessor_id')} as successors,
       ${SUCCESSION('predecessor_id', 'successor_id')} as predecessors
  from identity.agency a where a.id = $1`;

/** @throws identity.agencyNotFound */
export async function agencyHistory(q: Queryable, id: AgencyId): Promise<AgencyHistory> {
  const { rows } = await q.query(HISTORY, [id]);
  const [row] = rows;
  if (row === undefined) throw identityErrors.agencyNotFound();
  // safe because the statement builds exactly these columns
  return row as unknown as AgencyHistory;
}

/** So many subordinates are told; a ministry of the national list has more units than anybody reads. */
const MOST_SUBORDINATES = 500;

/** The agencies directly below an agency that exist on a day, by code and name, at most 500. */
export async function subordinatesOf(q: Queryable, agencyId: AgencyId, day: CalendarDay): Promise<{ id: AgencyId; name: string; code: string | null }[]> {
  const { rows } = await q.query(
    `select a.id, n.name, k.code from identity.agency a
       cross join lateral (select name from identity.agency_name where agency_id = a.id order by valid_from <= $2::date desc, valid_from desc limit 1) n
       left join lateral (select code from identity.agency_code where agency_id = a.id and scheme = 'qd20' and valid_from <= $2::date and (valid_to is null or valid_to >= $2::date) limit 1) k on true
      where a.parent_id = $1 and a.source <> 'trial' and a.established_on <= $2::date and (a.closed_on is null or a.closed_on >= $2::date)
      order by k.code nulls last, n.name, a.id limit $3`,
    [agencyId, day, MOST_SUBORDINATES],
  );
  // safe because the statement selects exactly these columns
  return rows as { id: AgencyId; name: string; code: string | null }[];
}

/** Who works in an agency on a day, in the order of the agency. */
export async function peopleOfAgency(q: Queryable, agencyId: AgencyId, day: CalendarDay): Promise<(Post & { isInvented: boolean })[]> {
  const { rows } = await q.query(
    `select p.id as "postId", p.agency_id as "agencyId", p.person_id as "personId", h.full_name as name, h.is_invented as "isInvented", p.title,
            p.unit_id as "unitId", u.name as "unitName", p.roles, p.signing_powers as "signingPowers", p.starts_on as "startsOn", p.ends_on as "endsOn"
       from identity.post p join identity.person h on h.id = p.person_id left join identity.unit u on u.id = p.unit_id
      where p.agency_id = $1 and p.starts_on <= $2::date and (p.ends_on is null or p.ends_on >= $2::date)
      order by p.sort_order, h.full_name, p.id`,
    [agencyId, day],
  );
  // safe because the statement builds exactly these columns
  return rows as unknown as (Post & { isInvented: boolean })[];
}

export type DelegationRow = {
  id: Id<'delegation'>;
  delegatorPostId: PostId;
  delegatorName: string;
  delegatorTitle: string;
  delegateName: string;
  delegateTitle: string;
  roles: Role[];
  content: string;
  documentReference: string | null;
  startsOn: CalendarDay;
  endsOn: CalendarDay;
  revokedAt: Date | null;
  state: 'coming' | 'in_force' | 'ended';
};

/** The delegations from posts of an agency, the latest first. */
export async function delegationsOf(q: Queryable, agencyId: AgencyId, day: CalendarDay): Promise<DelegationRow[]> {
  const { rows } = await q.query(
    `select d.id, p.id as "delegatorPostId", h.full_name as "delegatorName", p.title as "delegatorTitle", g.full_name as "delegateName", t.title as "delegateTitle",
            d.roles, d.content, d.document_reference as "documentReference", d.starts_on as "startsOn", d.ends_on as "endsOn", d.revoked_at as "revokedAt",
            case when d.revoked_at is not null or d.ends_on < $2::date then 'ended' when d.starts_on > $2::date then 'coming' else 'in_force' end as state
       from identity.delegation d
       join identity.post p on p.id = d.delegator_post_id join identity.person h on h.id = p.person_id
       join identity.post t on t.id = d.delegate_post_id join identity.person g on g.id = t.person_id
      where p.agency_id = $1 order by d.starts_on desc, d.id desc limit 500`,
    [agencyId, day],
  );
  // safe because the statement builds exactly these columns
  return rows as unknown as DelegationRow[];
}

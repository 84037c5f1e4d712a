import type { z } from 'zod';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { CalendarDay } from '#kernel/time.ts';
import { agencyKinds, type AgencyKind, type agencyOnDay, type SuccessionKind } from '../contract.ts';
import { searchWords } from '../search-text.ts';
import { identityErrors } from '../errors.ts';

export type AgencyId = Id<'agency'>;

/** An agency with the name, codes and state that it had on a day. */
export type AgencyOnDay = Omit<z.output<typeof agencyOnDay>, 'id' | 'parentId' | 'closedOn' | 'successors'> & {
  id: AgencyId;
  parentId: AgencyId | null;
  closedOn: CalendarDay | null;
  successors: { id: AgencyId; name: string; kind: SuccessionKind }[];
};

/** The name of an agency on the day $2: the latest that had begun by then; before the first one, the first. The same for codes. */
export const NAME_ON = (agency: string): string => `
  select n.name, n.abbreviation from identity.agency_name n where n.agency_id = ${agency}
   order by (n.valid_from <= $2::date) desc, case when n.valid_from <= $2::date then n.valid_from end desc, n.valid_from limit 1`;
const CODE_ON = (scheme: string): string => `
  (select c.code from identity.agency_code c where c.agency_id = a.id and c.scheme = '${scheme}'
    order by (c.valid_from <= $2::date) desc, case when c.valid_from <= $2::date then c.valid_from end desc, c.valid_from limit 1)`;

const AGENCIES_ON = `
select a.id, n.name, n.abbreviation, a.kind, a.level, a.parent_id as "parentId",
       ${CODE_ON('qd20')} as code, ${CODE_ON('qcvn102')} as "oldCode",
       case when a.closed_on < $2::date then 'closed' else 'active' end as state,
       a.hosting, a.closed_on as "closedOn",
       coalesce((select json_agg(json_build_object('id', s.successor_id, 'name', sn.name, 'kind', s.kind) order by sn.name)
                   from identity.agency_successor s cross join lateral (${NAME_ON('s.successor_id')}) sn
                  where s.predecessor_id = a.id), '[]'::json) as successors
  from identity.agency a cross join lateral (${NAME_ON('a.id')}) n
 where a.id = any($1::uuid[])`;

/** The agencies with the names, codes and states of a day. Ids that nobody has are left out. */
export async function agenciesOn(q: Queryable, ids: readonly AgencyId[], day: CalendarDay): Promise<Map<AgencyId, AgencyOnDay>> {
  if (ids.length === 0) return new Map();
  const { rows } = await q.query(AGENCIES_ON, [[...ids], day]);
  // safe because the statement builds exactly these columns and the checks of the tables bound their values
  return new Map((rows as unknown as AgencyOnDay[]).map((agency) => [agency.id, agency]));
}

/** @throws identity.agencyNotFound */
export async function getAgencyOn(q: Queryable, id: AgencyId, day: CalendarDay): Promise<AgencyOnDay> {
  const agency = (await agenciesOn(q, [id], day)).get(id);
  if (agency === undefined) throw identityErrors.agencyNotFound();
  return agency;
}

/** What stands above an agency's own name on its papers; people's committees have nothing above them (30/2020/NĐ-CP App. I.II.2). */
export type Letterhead = { name: string; superior: string | null };

const PEOPLES_COMMITTEES: readonly AgencyKind[] = ['province', 'district', 'commune'];

/** The names at the head of an agency's papers of a day. @throws identity.agencyNotFound */
export async function letterheadOn(q: Queryable, id: AgencyId, day: CalendarDay): Promise<Letterhead> {
  const { name, kind, parentId } = await getAgencyOn(q, id, day);
  if (parentId === null || PEOPLES_COMMITTEES.includes(kind)) return { name, superior: null };
  return { name, superior: (await getAgencyOn(q, parentId, day)).name };
}

export type AgencySearch = { text: string; group?: AgencyKind; day: CalendarDay; limit: number; includeClosed?: boolean };

// At 120,000 agencies each way of looking has its index, and each but that of our own agencies gives a bounded number of
// candidates, which are then ranked. Prefixes are ranges, so that a kept plan uses the indexes for whatever was typed.
const CANDIDATES = `
  select n.agency_id from identity.agency a join identity.agency_name n on n.agency_id = a.id where a.source = 'own' and n.search_text like all($1::text[])
  union select agency_id from (select agency_id from identity.agency_name where $8 <> '' and search_text ~>=~ $8 and search_text ~<~ ($8 || $12) limit 400) starting
  union select agency_id from identity.agency_name where $7 <> '' and lower(abbreviation) = $7
  union select agency_id from (select agency_id from identity.agency_code where $5 <> '' and lower(code) ~>=~ $5 and lower(code) ~<~ ($5 || $12) limit 400) coded
  union select agency_id from (select agency_id from identity.agency_name where $11 <> '' and to_tsvector('simple'::regconfig, search_text) @@ to_tsquery('simple'::regconfig, $11) limit 1000) worded`;

// Each candidate is looked up by itself: a plan that is kept for all searches must not read the tables as a whole.
const RANKED = (candidates: string): string => `select a.id
    from (${candidates}) candidate
    cross join lateral (select id, kind, level, source, closed_on from identity.agency where id = candidate.agency_id offset 0) a
    cross join lateral (
      select bool_or($9 <> '' and search_text like $9) as in_order,
             bool_or(lower(abbreviation) = $7) as is_abbreviation,
             bool_or(valid_to is null and $8 <> '' and search_text like $8 || '%') as begins,
             min(length(name)) as size,
             coalesce(min(search_text) filter (where valid_to is null), min(search_text)) as words
        from identity.agency_name where agency_id = candidate.agency_id offset 0) n
   where a.source <> 'trial' and ($2::text is null or a.kind = $2)
     and ($6 or a.closed_on is null or a.closed_on >= $3::date)
   order by n.in_order desc,
            (a.closed_on is not null and a.closed_on < $3::date),
            n.is_abbreviation desc,
            n.begins desc,
            (a.source = 'own') desc,
            case a.level when 'central' then 0 when 'province' then 1 when 'commune' then 2 else 3 end,
            case when cardinality($1::text[]) = 0 then array_position($10::text[], a.kind) else n.size end,
            n.words, a.id
   limit $4`;

/** What is looked for in the whole directory. */
export const SEARCH = { name: 'identity-search-agencies', text: RANKED(CANDIDATES) };

/** Without a word: the agencies that were entered here. Those of the national list are found by typing. */
const BROWSE = {
  name: 'identity-browse-agencies',
  text: RANKED(`select id as agency_id from identity.agency where source = 'own' and $5::text is not null and $11::text is not null and $12::text is not null`),
};

/**
 * Finds agencies by the beginnings of words, with or without diacritics, by initials, abbreviation or code, also by the
 * names that they once had. Several words in their order come first, then active ones; closed ones (with their successors)
 * only when asked for, or when a word was typed. Ours come before those of the national list that fit as well; those that
 * exist for trying connections only are never found.
 */
export async function searchAgencies(kernel: Kernel, search: AgencySearch): Promise<AgencyOnDay[]> {
  const words = searchWords(search.text);
  const { rows } = await kernel.database.prepared(words.length === 0 ? BROWSE : SEARCH, searchValues(search, words));
  // safe because the statement returns agency ids
  const ids = rows.map((row) => row['id'] as AgencyId);
  const found = await agenciesOn(kernel.database.pool, ids, search.day);
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** The values of the search's statement. */
export function searchValues(search: AgencySearch, words: readonly string[]): unknown[] {
  const typed = search.text.trim().toLowerCase();
  const looksLikeCode = /^[a-z0-9.-]*\d[a-z0-9.-]*$/.test(typed);
  return [
    words.map((word) => `% ${word}%`),
    search.group ?? null,
    search.day,
    Math.min(search.limit, 1000),
    looksLikeCode ? typed : '',
    search.includeClosed ?? words.length > 0,
    typed,
    words.length === 0 ? '' : ` ${words.join(' ')}`,
    words.length < 2 ? '' : `% ${words.join(' ')}%`,
    agencyKinds,
    words.map((word) => `${word}:*`).join(' & '),
    // Above every letter that a folded name or a code has.
    '\uffff',
  ];
}

const GROUP_NAMES: Record<AgencyKind, { vi: string; en: string }> = {
  province: { vi: 'Ủy ban nhân dân tỉnh', en: 'Provincial People’s Committee' },
  department: { vi: 'Các sở, ban, ngành cấp tỉnh', en: 'Provincial departments' },
  commune: { vi: 'Các xã, phường', en: 'Communes and wards' },
  district: { vi: 'Các huyện, thị xã, thành phố (trước 01/7/2025)', en: 'Districts (before 01/7/2025)' },
  party_body: { vi: 'Các cơ quan Đảng', en: 'Party bodies' },
  central: { vi: 'Các cơ quan Trung ương', en: 'Central bodies' },
  socio_political: { vi: 'Mặt trận và các tổ chức chính trị - xã hội', en: 'Socio-political organisations' },
  public_unit: { vi: 'Các đơn vị trực thuộc', en: 'Subordinate units' },
  enterprise: { vi: 'Doanh nghiệp', en: 'Enterprises' },
  press_office: { vi: 'Cơ quan báo chí', en: 'Press' },
  other: { vi: 'Tổ chức khác', en: 'Others' },
};

export type AgencyGroup = { key: AgencyKind; vi: string; en: string; agencyIds: AgencyId[] };

/**
 * The groups that a document is sent to at once, each with its agencies that are active on the day: those that were entered
 * here. Nobody sends to 120,000 agencies of the national list at once.
 */
export async function agencyGroups(q: Queryable, day: CalendarDay): Promise<AgencyGroup[]> {
  const { rows } = await q.query(
    `select kind, array_agg(id order by id) as ids from identity.agency
      where source = 'own' and established_on <= $1::date and (closed_on is null or closed_on >= $1::date) group by kind`,
    [day],
  );
  // safe because the check of the column bounds the kinds and array_agg yields uuids as text
  const idsByKind = new Map(rows.map((row) => [row['kind'] as AgencyKind, row['ids'] as AgencyId[]]));
  return agencyKinds.flatMap((key) => {
    const agencyIds = idsByKind.get(key);
    return agencyIds === undefined ? [] : [{ key, ...GROUP_NAMES[key], agencyIds }];
  });
}

/** Whose code this is or was, in any scheme: the present holder first, then the latest earlier one. Undefined when nobody's. */
export async function findAgencyByCode(q: Queryable, code: string): Promise<AgencyId | undefined> {
  const { rows } = await q.query('select agency_id from identity.agency_code where code = $1 order by (valid_to is null) desc, valid_from desc limit 1', [code]);
  // safe because the column is an agency's id
  return rows[0]?.['agency_id'] as AgencyId | undefined;
}

import type { Queryable } from '#kernel/database.ts';
import type { CalendarDay } from '#kernel/time.ts';
import type { z } from 'zod';
import { directoryConflict, nationalImport } from '../contract.ts';
import { resolutionsOf } from '../commands/settle-conflict.ts';
import { resolutionsTogether } from '../commands/settle-conflicts.ts';
import { oldCodeFor, type EntryProblem, type ListedAgency } from '../domain/national-entry.ts';
import type { AgencyId } from './agencies.ts';

export type NationalState = { /** Entries of the list as it was last read, and how many of them are linked. */ entries: number; linked: number; openConflicts: number; imports: z.output<typeof nationalImport>[] };

const RECENT = 10;

/** How the national list stands: the latest readings, how many entries, how much waits for a person. */
export async function nationalState(q: Queryable): Promise<NationalState> {
  const { rows } = await q.query(
    `select (select count(*)::int from identity.national_agency) as entries, (select count(*)::int from identity.national_agency where agency_id is not null) as linked,
            (select count(*)::int from identity.directory_conflict where resolution is null) as "openConflicts",
            coalesce((select json_agg(i order by i."startedAt" desc, i.id desc) from (
              select id, source, origin, state, position, added, changed, unchanged, conflicts, unreadable, unreadable_rows as "unreadableRows", problem, coalesce(started_by ->> 'name', '') as "startedBy", started_at as "startedAt", finished_at as "finishedAt"
                from identity.directory_import order by started_at desc, id desc limit $1) i), '[]'::json) as imports`,
    [RECENT],
  );
  // safe because the statement builds exactly these columns
  const row = rows[0] as Omit<NationalState, 'imports'> & { imports: unknown[] };
  return { ...row, imports: row.imports.map((each) => nationalImport.parse(each)) };
}

export type ConflictFilter = { problem?: EntryProblem | undefined; /** The last one seen. */ after?: { foundAt: string; ref: string; problem: string } | undefined; limit: number };

/** Differences that wait for a person, the oldest first, a page. */
export async function listDirectoryConflicts(q: Queryable, filter: ConflictFilter, day: CalendarDay): Promise<z.output<typeof directoryConflict>[]> {
  const { rows } = await q.query(
    `select json_build_object('ref', c.ref, 'problem', c.problem, 'theirs', json_build_object('name', c.name, 'code', c.code),
              'ours', case when a.id is null then null else json_build_object('agencyId', a.id, 'name', n.name, 'closedOn', a.closed_on,
                 'code', (select k.code from identity.agency_code k where k.agency_id = a.id and k.valid_from <= $5::date order by k.valid_to is null desc, k.code = c.code desc, k.scheme = 'qd20' desc, k.valid_from desc, k.scheme limit 1)) end,
              'foundAt', c.found_at) as conflict
       from identity.directory_conflict c left join identity.agency a on a.id = c.agency_id
       left join lateral (select name from identity.agency_name where agency_id = a.id order by valid_from desc limit 1) n on true
      where c.resolution is null and ($1::text is null or c.problem = $1) and ($2::timestamptz is null or (c.found_at, c.ref, c.problem) > ($2::timestamptz, $3::text, $4::text))
      order by c.found_at, c.ref, c.problem limit $6`,
    [filter.problem ?? null, filter.after?.foundAt ?? null, filter.after?.ref ?? null, filter.after?.problem ?? null, day, filter.limit],
  );
  return rows.map((row) => {
    // safe because the statement builds exactly these fields
    const conflict = row['conflict'] as Omit<z.output<typeof directoryConflict>, 'abilities' | 'together'>;
    return directoryConflict.parse({ ...conflict, abilities: resolutionsOf(conflict.problem), together: resolutionsTogether(conflict.problem) });
  });
}

const PAGE = 1000;

/** Our own agencies in the form of the national list, the closed ones as deleted; page by page, in constant memory. */
export async function* ownAgenciesAsListed(q: Queryable, day: CalendarDay): AsyncGenerator<ListedAgency> {
  for (let after: string | undefined = '00000000-0000-0000-0000-000000000000'; after !== undefined; ) {
    const page: { id: AgencyId; pid: string | null; code: string | null; oldCode: string | null; name: string; deleted: boolean; modifyDate: string }[] = await ownPage(q, after, day);
    for (const { id, pid, code, oldCode, name, deleted, modifyDate } of page) yield { id, pid, code, code102: oldCodeFor(code, oldCode), name, mail: '', isAgency: true, deleted, modifyDate };
    after = page.length < PAGE ? undefined : page.at(-1)?.id;
  }
}

async function ownPage(q: Queryable, after: string, day: CalendarDay) {
  const code = (scheme: string): string =>
    `(select c.code from identity.agency_code c where c.agency_id = a.id and c.scheme = '${scheme}' and c.valid_from <= $2::date order by c.valid_to is null desc, c.valid_from desc limit 1)`;
  const { rows } = await q.query(
    `select a.id, a.parent_id as pid, ${code('qd20')} as code, ${code('qcvn102')} as "oldCode", n.name, coalesce(a.closed_on < $2::date, false) as deleted,
            greatest(a.established_on, n.valid_from, coalesce(a.closed_on, a.established_on))::text as "modifyDate"
       from identity.agency a cross join lateral (select name, valid_from from identity.agency_name where agency_id = a.id and valid_from <= $2::date order by valid_from desc limit 1) n
      where a.hosting = 'local' and a.id > $1::uuid order by a.id limit $3`,
    [after, day, PAGE],
  );
  // safe because the statement selects exactly these columns
  return rows as { id: AgencyId; pid: string | null; code: string | null; oldCode: string | null; name: string; deleted: boolean; modifyDate: string }[];
}

export type LinkableAgency = { ref: string; agencyId: AgencyId; code: string; name: string };

/** Agencies outside that the list knows with a code, not ended, after an entry of the list, a page of 2,000. */
export async function linkableNationalAgencies(q: Queryable, of: { after: string; day: CalendarDay }): Promise<LinkableAgency[]> {
  const { rows } = await q.query(
    `select n.ref, n.agency_id as "agencyId", coalesce(n.code, n.old_code) as code, n.name from identity.national_agency n join identity.agency a on a.id = n.agency_id
      where n.ref > $1 and not n.is_closed and coalesce(n.code, n.old_code) is not null and a.hosting = 'external' and (a.closed_on is null or a.closed_on >= $2::date) order by n.ref limit 2000`,
    [of.after, of.day],
  );
  // safe because the statement selects exactly these columns
  return rows as LinkableAgency[];
}

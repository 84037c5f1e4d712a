import type { z } from 'zod';
import type { Queryable } from '#kernel/database.ts';
import { foldText } from '#kernel/search-text.ts';
import type { CalendarDay } from '#kernel/time.ts';
import { agenciesOn, type AgencyId } from '#engines/identity/index.ts';
import type { conflictFilter, conflictPage, ConflictView } from '../contract.ts';
import { partnersOfAgencies } from '../partner-rows.ts';

const PAGE = 100;
/** More differences than this are no list that a person works through: the two directories are not about the same agencies. */
const MOST = 20_000;

type ConflictRow = Omit<ConflictView, 'ours' | 'abilities' | 'foundAt' | 'agencyId'> & { agencyId: AgencyId | null; foundAt: Date };
export type ConflictsAsked = { partnerId: string; today: CalendarDay; mayKeep: boolean; filter: z.output<typeof conflictFilter> };

/** A page of what a partner's directory says otherwise than ours, oldest first; `after` is the `next` of the page before. */
export async function conflictsOfPartner(q: Queryable, of: ConflictsAsked & { after: string | undefined }): Promise<z.input<typeof conflictPage>> {
  const all = await rowsOf(q, of.partnerId);
  const fitting = matching(all, of.filter);
  const from = of.after === undefined ? 0 : fitting.findIndex(({ remoteId }) => remoteId === of.after) + 1;
  const page = fitting.slice(from, from + PAGE);
  return { conflicts: await withOurs(q, page, of), total: all.length, next: from + PAGE < fitting.length ? (page.at(-1)?.remoteId ?? null) : null };
}

/** All of them that fit, for a file. */
export async function allConflicts(q: Queryable, of: Omit<ConflictsAsked, 'mayKeep'>): Promise<ConflictView[]> {
  return withOurs(q, matching(await rowsOf(q, of.partnerId), of.filter), { ...of, mayKeep: false });
}

async function rowsOf(q: Queryable, partnerId: string): Promise<ConflictRow[]> {
  const { rows } = await q.query(
    `select c.remote_id as "remoteId", c.problem, c.code, c.name, c.agency_id as "agencyId", c.found_at as "foundAt"
       from exchange.partner_conflict c where c.partner_id = $1 and c.resolved_at is null order by c.found_at, c.remote_id limit $2`,
    [partnerId, MOST],
  );
  // safe because the statement selects exactly these columns
  return rows as ConflictRow[];
}

/** By the kind of difference, and by words of their name or their code, with or without diacritics. */
function matching(rows: readonly ConflictRow[], { problem, text = '' }: ConflictsAsked['filter']): ConflictRow[] {
  const words = foldText(text).split(/\s+/).filter((word) => word !== '');
  return rows.filter((row) => {
    const said = foldText(`${row.name} ${row.code ?? ''}`);
    return (problem === undefined || row.problem === problem) && words.every((word) => said.includes(word));
  });
}

/** With what our directory says today, and what can be done. */
async function withOurs(q: Queryable, found: readonly ConflictRow[], of: { today: CalendarDay; mayKeep: boolean }): Promise<ConflictView[]> {
  const ids = found.flatMap(({ agencyId }) => agencyId ?? []);
  const [agencies, ways] = [await agenciesOn(q, ids, of.today), await partnersOfAgencies(q, ids, of.today)];
  const names = await q.query('select id, name from exchange.partner where id = any($1)', [[...ways.values()].map(({ partnerId }) => partnerId)]);
  const nameOf = new Map(names.rows.map((row) => [row['id'], String(row['name'])]));
  return found.map((row) => {
    const agency = row.agencyId === null ? undefined : agencies.get(row.agencyId);
    const isLocal = agency?.hosting === 'local';
    const ours = agency === undefined ? null : { name: agency.name, code: agency.code, isLocal, via: nameOf.get(ways.get(agency.id)?.partnerId ?? '') ?? null };
    return { ...row, ours, foundAt: row.foundAt.toISOString(), abilities: !of.mayKeep ? [] : isLocal ? ['keep' as const] : ['accept' as const, 'keep' as const] };
  });
}

import { run, type CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { addDays, isoInVietnam, vietnamDay } from '#kernel/time.ts';
import { agenciesOn, agencyGroups, type AgencyOnDay } from '#engines/identity/index.ts';
import { axisActor } from './axis-call.ts';

const PAGE = 500;
/** A closed agency is still told for so long, so that whoever reads seldom learns of it. */
const CLOSED_DAYS = 400;

export type ListedAgency = { code: string; oldCode: string | null; name: string; abbreviation: string; kind: string; level: string; parentCode: string | null; state: string; closedOn: string | null; successors: string[]; updated_time: string };

/**
 * The agencies that live here, for vendors' systems: those that changed since the cursor of an earlier reading, or all without
 * one. In sandbox mode the two that answer by themselves. Closed ones are told with their successors, never left out.
 */
export async function listAgencies(kernel: Kernel, of: { cursor: string; isSandbox: boolean }): Promise<{ agencies: ListedAgency[]; cursor: string; isMore: boolean }> {
  await run(kernel, refresh, undefined, axisActor);
  const { rows } = await kernel.database.pool.query(
    `select g.facts, g.version, g.changed_at as "changedAt" from exchange.axis_agency g
      where g.version > $1 and exists (select from exchange.axis_sandbox s where s.agency_id = g.agency_id) = $2 order by g.version limit $3`,
    [/^\d{1,18}$/.test(of.cursor) ? of.cursor : '0', of.isSandbox, PAGE + 1],
  );
  // safe because the statement selects exactly these columns
  const read = rows as { facts: Omit<ListedAgency, 'updated_time'>; version: number; changedAt: Date }[];
  const page = read.slice(0, PAGE);
  return { agencies: page.map(({ facts, changedAt }) => ({ ...facts, updated_time: isoInVietnam(changedAt) })), cursor: String(page.at(-1)?.version ?? (of.cursor || '0')), isMore: read.length > PAGE };
}

/** Gives every agency whose facts are others than last time the next version. */
async function refresh(ctx: CommandContext): Promise<void> {
  const facts = await localAgencies(ctx, ctx.now);
  const { rows } = await ctx.query('select agency_id as id, facts from exchange.axis_agency');
  const known = new Map(rows.map((row) => [String(row['id']), JSON.stringify(row['facts'])]));
  // What the database gives back has its keys in an order of its own.
  const changed = facts.filter((each) => inOrder(known.get(each.id)) !== inOrder(JSON.stringify(each.facts)));
  if (changed.length === 0) return;
  // Versions are taken by one at a time, so that none is committed after a higher one was read.
  await ctx.query(`select pg_advisory_xact_lock(hashtextextended('exchange.axis_agency', 0))`);
  await ctx.query(
    `insert into exchange.axis_agency as g (agency_id, version, facts, changed_at)
     select t.id, (select coalesce(max(version), 0) from exchange.axis_agency) + t.place, t.facts, $3 from unnest($1::uuid[], $2::jsonb[]) with ordinality as t (id, facts, place)
     on conflict (agency_id) do update set version = excluded.version, facts = excluded.facts, changed_at = excluded.changed_at where g.facts <> excluded.facts`,
    [changed.map((each) => each.id), changed.map((each) => JSON.stringify(each.facts)), ctx.now],
  );
}

function inOrder(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  // safe because facts are flat objects
  const value = JSON.parse(text) as Record<string, unknown>;
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function localAgencies(q: Queryable, now: Date): Promise<{ id: string; facts: Omit<ListedAgency, 'updated_time'> }[]> {
  const today = vietnamDay(now);
  const groups = [...(await agencyGroups(q, today)), ...(await agencyGroups(q, addDays(today, -CLOSED_DAYS)))];
  const found = await agenciesOn(q, [...new Set([...groups.flatMap((group) => group.agencyIds)])], today);
  const local = [...found.values()].filter((agency) => agency.hosting === 'local' && agency.code !== null);
  const wanted = local.flatMap((agency) => [...agency.successors.map(({ id }) => id), ...(agency.parentId === null ? [] : [agency.parentId])]).filter((id) => !found.has(id));
  const others = await agenciesOn(q, wanted, today);
  const codeOf = (id: AgencyOnDay['id']): string | null => found.get(id)?.code ?? others.get(id)?.code ?? null;
  return local
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((agency) => ({
      id: agency.id,
      facts: {
        code: agency.code ?? '',
        oldCode: agency.oldCode,
        name: agency.name,
        abbreviation: agency.abbreviation,
        kind: agency.kind,
        level: agency.level,
        parentCode: agency.parentId === null ? null : codeOf(agency.parentId),
        state: agency.state,
        closedOn: agency.closedOn,
        successors: agency.successors.flatMap(({ id }) => codeOf(id) ?? []),
      },
    }));
}

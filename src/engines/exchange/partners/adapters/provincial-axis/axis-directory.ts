import { run, type CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { addDays, isoInVietnam, vietnamDay } from '#kernel/time.ts';
import { agenciesOn, agencyGroups, type AgencyOnDay } from '#engines/identity/index.ts';
import type { PartnerId } from '../../adapter.ts';
import { axisActor } from './axis-call.ts';

const PAGE = 500;
/** A closed agency is still told for so long, so that whoever reads seldom learns of it. */
const CLOSED_DAYS = 400;

type Facts = Omit<ListedAgency, 'updated_time'>;
export type ListedAgency = { code: string; oldCode: string | null; name: string; abbreviation: string; kind: string; level: string; parentCode: string | null; state: string; closedOn: string | null; successors: string[]; updated_time: string };

/**
 * The agencies that a vendor's system may write to: those that live here, those of other systems in the province and those of other installations. Those that
 * changed since the cursor of an earlier reading, or all without one; its own are left out. In sandbox mode the two that
 * answer by themselves. Closed ones are told with their successors, ones that left their system as `not_connected`, never left out.
 */
export async function listAgencies(kernel: Kernel, of: { partnerId: PartnerId; cursor: string; isSandbox: boolean }): Promise<{ agencies: ListedAgency[]; cursor: string; isMore: boolean }> {
  await run(kernel, refresh, undefined, axisActor);
  const { rows } = await kernel.database.pool.query(
    `select g.facts, g.version, g.changed_at as "changedAt" from exchange.axis_agency g
      where g.version > $1 and exists (select from exchange.axis_sandbox s where s.agency_id = g.agency_id) = $2
        and not exists (select from exchange.partner_agency a where a.agency_id = g.agency_id and a.partner_id = $4 and a.valid_to is null) order by g.version limit $3`,
    [/^\d{1,18}$/.test(of.cursor) ? of.cursor : '0', of.isSandbox, PAGE + 1, of.partnerId],
  );
  // safe because the statement selects exactly these columns
  const read = rows as { facts: Facts; version: number; changedAt: Date }[];
  const page = read.slice(0, PAGE);
  return { agencies: page.map(({ facts, changedAt }) => ({ ...facts, updated_time: isoInVietnam(changedAt) })), cursor: String(page.at(-1)?.version ?? (of.cursor || '0')), isMore: read.length > PAGE };
}

/** Gives every agency whose facts are others than last time the next version. */
async function refresh(ctx: CommandContext): Promise<void> {
  const { rows } = await ctx.query('select agency_id as id, facts from exchange.axis_agency');
  // safe because the column holds what was written here
  const told = rows as { id: AgencyOnDay['id']; facts: Facts }[];
  const known = new Map(told.map(({ id, facts: each }) => [String(id), JSON.stringify(each)]));
  const reached = await reachedAgencies(ctx, ctx.now);
  const present = new Set(reached.map(({ id }) => id));
  const facts = [...reached, ...told.flatMap(({ id, facts: each }) => (present.has(id) || each.state === 'closed' ? [] : { id, facts: { ...each, state: 'not_connected' } }))];
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

/** Those that live here, those of vendors' systems and of other installations to which we carry, and of the agencies for trying the two that answer by themselves. */
async function reachedAgencies(q: Queryable, now: Date): Promise<{ id: AgencyOnDay['id']; facts: Facts }[]> {
  const today = vietnamDay(now);
  const groups = [...(await agencyGroups(q, today)), ...(await agencyGroups(q, addDays(today, -CLOSED_DAYS)))];
  const vendors = await q.query(
    `select s.agency_id as id from exchange.axis_sandbox s where s.partner_id is null
     union select a.agency_id from exchange.partner_agency a join exchange.partner p on p.id = a.partner_id
      where (p.protocol = 'provincial_axis' or (p.protocol = 'installation' and p.config ->> 'passesOn' is distinct from 'nothing')) and p.state in ('active', 'suspended') and a.valid_from <= $1 and (a.valid_to is null or a.valid_to >= $1)
        and not exists (select from exchange.axis_sandbox s where s.agency_id = a.agency_id)`,
    [today],
  );
  const outside = new Set(vendors.rows.map((row) => String(row['id'])));
  // safe because the column holds ids of agencies
  const found = await agenciesOn(q, [...new Set([...groups.flatMap((group) => group.agencyIds), ...([...outside] as AgencyOnDay['id'][])])], today);
  const local = [...found.values()].filter((agency) => (agency.hosting === 'local' || outside.has(agency.id)) && agency.code !== null);
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

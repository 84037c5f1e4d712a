import type { CommandContext } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import { closeAgency } from '../commands/close-agency.ts';
import { codesOf, decideEntry, initialsOf, kindOf, saysTheSame, type EntryDecision, type EntryProblem, type NationalEntry } from '../domain/national-entry.ts';
import { agenciesChange } from '../known-agencies.ts';
import type { AgencyId } from '../queries/agencies.ts';
import { searchTextOf } from '../search-text.ts';
import { agencyIn, loadBatch, noteAdded, ownTold, type Batch } from './load-batch.ts';

export type BatchResult = { added: number; changed: number; unchanged: number; conflicts: number };

type Decided = { entry: NationalEntry; decision: EntryDecision<AgencyId>; agencyId: AgencyId | null };

const LIST = 'Danh bạ quốc gia';

/**
 * Takes some entries of the national list into the directory, a handful of statements however many: adds what nobody here
 * knows, follows the list where nothing was changed here, and writes down what a person has to decide. The same entries
 * again change nothing.
 */
export async function takeNationalBatch(ctx: CommandContext, given: readonly NationalEntry[]): Promise<BatchResult> {
  // Of an entry that stands twice in a batch the later one counts.
  const entries = [...new Map(given.map((entry) => [entry.ref, entry])).values()];
  const batch = await loadBatch(ctx, entries);
  const decided = entries.filter((entry) => !isOurOwnWord(batch, entry)).map((entry) => decide(batch, entry));
  const added = decided.filter((each) => each.decision.action === 'add');
  const renamed = decided.filter((each) => each.decision.action === 'rename');
  const closed = decided.filter((each) => each.decision.action === 'close');
  if (renamed.length > 0) agenciesChange(ctx.kernel);
  await insertAgencies(ctx, added);
  await renameAgencies(ctx, renamed);
  const lastDay = addDays(vietnamDay(ctx.now), -1);
  for (const { agencyId } of closed) if (agencyId !== null) await endAgency(ctx, agencyId, lastDay);
  await writeEntries(ctx, decided);
  const conflicts = await writeConflicts(ctx, decided);
  return { added: added.length, changed: renamed.length + closed.length, unchanged: given.length - added.length - renamed.length - closed.length, conflicts };
}

/** What we told of an agency of ours comes back as it is: it is no entry of the list and must not take the agency's place there. */
function isOurOwnWord(batch: Batch, entry: NationalEntry): boolean {
  const own = ownTold(batch, entry);
  return own !== undefined && !batch.stored.has(entry.ref) && saysTheSame(entry, own);
}

function decide(batch: Batch, entry: NationalEntry): Decided {
  const stored = batch.stored.get(entry.ref);
  const own = ownTold(batch, entry);
  const codes = (codesOf(entry) ?? []).map(({ code }) => code);
  const holderId = codes.map((code) => batch.holders.get(code)).find((id) => id !== undefined);
  const formerId = codes.map((code) => batch.formers.get(code)).find((id) => id !== undefined);
  const takenBy = holderId === undefined ? undefined : batch.entryOf.get(holderId);
  const decision = decideEntry(entry, {
    linked: agencyIn(batch, stored?.agencyId) ?? own,
    takenName: stored?.takenName ?? null,
    takenCode: stored?.takenCode ?? null,
    holder: agencyIn(batch, holderId),
    isHolderTaken: takenBy !== undefined && takenBy !== entry.ref,
    former: agencyIn(batch, formerId),
  });
  const agencyId = decision.action === 'add' ? newId<'agency'>() : own === undefined ? decision.linkTo : null;
  if (agencyId !== null) batch.entryOf.set(agencyId, entry.ref);
  // The next entry of the batch sees what this one adds.
  if (decision.action === 'add' && agencyId !== null) noteAdded(batch, { id: agencyId, name: entry.name, codes });
  return { entry, decision, agencyId };
}

async function insertAgencies(ctx: CommandContext, added: readonly Decided[]): Promise<void> {
  if (added.length === 0) return;
  const today = vietnamDay(ctx.now);
  const ids = added.map((each) => each.agencyId);
  const kinds = added.map((each) => kindOf(each.entry));
  await ctx.query(
    `insert into identity.agency (id, kind, level, parent_id, hosting, source, established_on, note, created_at)
     select id, kind, level, null, 'external', 'national', $4, $5, $6 from unnest($1::uuid[], $2::text[], $3::text[]) as t (id, kind, level)`,
    [ids, kinds.map(({ kind }) => kind), kinds.map(({ level }) => level), today, LIST, ctx.now],
  );
  const names = added.map((each) => each.entry.name);
  const abbreviations = names.map(initialsOf);
  await ctx.query(
    `insert into identity.agency_name (agency_id, valid_from, name, abbreviation, search_text, legal_basis)
     select id, $5, name, abbreviation, search_text, $6 from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as t (id, name, abbreviation, search_text)`,
    [ids, names, abbreviations, names.map((name) => searchTextOf(name)), today, LIST],
  );
  const codes = added.flatMap((each) => (codesOf(each.entry) ?? []).map((code) => ({ id: each.agencyId, ...code })));
  await ctx.query(
    `insert into identity.agency_code (agency_id, scheme, valid_from, code, note)
     select id, scheme, $4, code, $5 from unnest($1::uuid[], $2::text[], $3::text[]) as t (id, scheme, code) on conflict (scheme, code) where valid_to is null do nothing`,
    [codes.map(({ id }) => id), codes.map(({ scheme }) => scheme), codes.map(({ code }) => code), today, LIST],
  );
}

/** The new name counts from today; one that began today was never in force before and is put right where it stands. */
async function renameAgencies(ctx: CommandContext, renamed: readonly Decided[]): Promise<void> {
  if (renamed.length === 0) return;
  const today = vietnamDay(ctx.now);
  const names = renamed.map((each) => each.entry.name);
  const values = [renamed.map((each) => each.agencyId), names, names.map(initialsOf), names.map((name) => searchTextOf(name)), today];
  const source = 'unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as t (id, name, abbreviation, search_text)';
  await ctx.query(
    `update identity.agency_name n set name = t.name, abbreviation = t.abbreviation, search_text = t.search_text
       from ${source} where n.agency_id = t.id and n.valid_to is null and n.valid_from >= $5::date`,
    values,
  );
  await ctx.query(
    `with ended as (update identity.agency_name n set valid_to = $5::date - 1 from ${source} where n.agency_id = t.id and n.valid_to is null and n.valid_from < $5::date returning n.agency_id)
     insert into identity.agency_name (agency_id, valid_from, name, abbreviation, search_text, legal_basis)
     select t.id, $5::date, t.name, t.abbreviation, t.search_text, $6 from ${source} join ended e on e.agency_id = t.id`,
    [...values, LIST],
  );
}

/** One that was read for the first time today cannot end yesterday: it ends today. */
async function endAgency(ctx: CommandContext, agencyId: AgencyId, yesterday: ReturnType<typeof addDays>): Promise<void> {
  const { rows } = await ctx.query('select established_on > $2::date as "isNew" from identity.agency where id = $1', [agencyId, yesterday]);
  await closeAgency(ctx, { agencyId, lastDay: rows[0]?.['isNew'] === true ? addDays(yesterday, 1) : yesterday, legalBasis: LIST });
}

async function writeEntries(ctx: CommandContext, decided: readonly Decided[]): Promise<void> {
  const of = <Value>(pick: (each: Decided) => Value): Value[] => decided.map(pick);
  const isTaken = (each: Decided): boolean => each.decision.action === 'add' || each.decision.action === 'rename';
  await ctx.query(
    `insert into identity.national_agency as n (ref, parent_ref, code, old_code, name, is_closed, agency_id, taken_name, taken_code, read_at)
     select ref, parent_ref, code, old_code, name, is_closed, agency_id, taken_name, taken_code, $10
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::uuid[], $8::text[], $9::text[]) as t (ref, parent_ref, code, old_code, name, is_closed, agency_id, taken_name, taken_code)
     on conflict (ref) do update set parent_ref = excluded.parent_ref, code = excluded.code, old_code = excluded.old_code, name = excluded.name, is_closed = excluded.is_closed,
            agency_id = coalesce(n.agency_id, excluded.agency_id), taken_name = coalesce(excluded.taken_name, n.taken_name), taken_code = coalesce(excluded.taken_code, n.taken_code), read_at = excluded.read_at
      where (n.parent_ref, n.code, n.old_code, n.name, n.is_closed) is distinct from (excluded.parent_ref, excluded.code, excluded.old_code, excluded.name, excluded.is_closed)
         or (n.agency_id is null and excluded.agency_id is not null) or excluded.taken_name is distinct from n.taken_name and excluded.taken_name is not null`,
    [
      of(({ entry }) => entry.ref),
      of(({ entry }) => entry.parentRef),
      of(({ entry }) => entry.code),
      of(({ entry }) => entry.oldCode),
      of(({ entry }) => entry.name),
      of(({ entry }) => entry.isClosed),
      of((each) => each.agencyId),
      of((each) => (isTaken(each) ? each.entry.name : null)),
      of((each) => (each.decision.action === 'add' ? (codesOf(each.entry)?.[0]?.code ?? null) : null)),
      ctx.now,
    ],
  );
}

/** A difference that a person has settled is told again only when the list says something new. Returns how many are new. */
async function writeConflicts(ctx: CommandContext, decided: readonly Decided[]): Promise<number> {
  const found = decided.flatMap(({ entry, decision }) => decision.problems.map((each) => ({ entry, ...each })));
  const by = JSON.stringify({ kind: 'system', name: LIST });
  await ctx.query(
    `update identity.directory_conflict c set resolution = 'gone', resolved_at = $4, resolved_by = $5
      where c.ref = any($1::text[]) and c.problem <> 'parent_missing' and c.resolution is null
        and not exists (select from unnest($2::text[], $3::text[]) as f (ref, problem) where f.ref = c.ref and f.problem = c.problem)`,
    [decided.map(({ entry }) => entry.ref), found.map(({ entry }) => entry.ref), found.map(({ problem }) => problem), ctx.now, by],
  );
  return insertConflicts(ctx, found.map(({ entry, problem, agencyId }) => ({ ref: entry.ref, problem, code: entry.code ?? entry.oldCode, name: entry.name, agencyId })));
}

export type FoundConflict = { ref: string; problem: EntryProblem; code: string | null; name: string; agencyId: AgencyId | null };

/** Writes differences down. Returns how many were not known. */
export async function insertConflicts(ctx: CommandContext, found: readonly FoundConflict[]): Promise<number> {
  if (found.length === 0) return 0;
  const { rowCount } = await ctx.query(
    `insert into identity.directory_conflict as c (ref, problem, code, name, agency_id, found_at)
     select ref, problem, code, name, agency_id, $6 from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[]) as t (ref, problem, code, name, agency_id)
     on conflict (ref, problem) do update set code = excluded.code, name = excluded.name, agency_id = excluded.agency_id, found_at = excluded.found_at, resolution = null, resolved_at = null, resolved_by = null
      where (c.code, c.name, c.agency_id) is distinct from (excluded.code, excluded.name, excluded.agency_id) or c.resolution = 'gone'`,
    [found.map(({ ref }) => ref), found.map(({ problem }) => problem), found.map(({ code }) => code), found.map(({ name }) => name), found.map(({ agencyId }) => agencyId), ctx.now],
  );
  return rowCount ?? 0;
}

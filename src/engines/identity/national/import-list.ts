import { actorRecord, type Actor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { NO_AGENCY } from '../commands/load.ts';
import type { NationalEntry } from '../domain/national-entry.ts';
import { identityErrors } from '../errors.ts';
import { assertKeepsDirectory } from '../policy.ts';
import { insertConflicts, takeNationalBatch, type FoundConflict } from './take-batch.ts';

export type ImportId = Id<'directory-import'>;

const BATCH = 500;
const PARENTS_PAGE = 5000;
/** So many entries that could not be read are named in the report. */
const SHOWN_UNREADABLE = 20;

export type NewImport = { origin: string } & ({ source: 'file'; fileHash: string } | { source: 'axis' });

/**
 * Begins a reading of the national list; `importNationalList` then takes its entries. A file that a person brings goes before
 * a reading from an axis, which begins anew another time.
 * @throws identity.importRunning, kernel.forbidden
 */
export async function beginNationalImport(ctx: CommandContext, input: NewImport): Promise<ImportId> {
  assertKeepsDirectory(ctx.actor);
  const id = newId<'directory-import'>();
  if (input.source === 'file') {
    await ctx.query(`update identity.directory_import set state = 'failed', problem = 'Dừng để nạp từ tệp', finished_at = $1 where state = 'running' and source = 'axis'`, [ctx.now]);
  }
  const { rowCount } = await ctx.query(
    `insert into identity.directory_import (id, source, origin, file_hash, state, position, added, changed, unchanged, conflicts, unreadable, started_by, started_at)
     values ($1, $2, $3, $4, 'running', 0, 0, 0, 0, 0, 0, $5, $6) on conflict do nothing`,
    [id, input.source, input.origin.slice(0, 300), input.source === 'file' ? Buffer.from(input.fileHash, 'hex') : null, JSON.stringify(actorRecord(ctx.actor)), ctx.now],
  );
  if (rowCount !== 1) throw identityErrors.importRunning();
  ctx.record({ type: 'identity.national-list-opened', agencyId: agencyOf(ctx.actor), subject: { type: 'directory-import', id }, data: { origin: input.origin } });
  return id;
}

/** An entry of a list, or one that is none. */
export type ListItem = NationalEntry | { unreadable: string };

/**
 * Takes a whole list in small transactions, in constant memory. When it breaks off, the same list again goes on behind the
 * last batch that was taken; a reading that is over is left alone. Superiors are settled at the end, when all are known.
 */
export async function importNationalList(kernel: Kernel, input: { importId: ImportId; items: AsyncIterable<ListItem>; actor: Actor }): Promise<void> {
  const options = { actor: input.actor };
  const begun = await runningImport(kernel, input.importId);
  if (begun === undefined) return;
  let place = 0;
  let batch: ListItem[] = [];
  for await (const item of input.items) {
    place += 1;
    if (place <= begun.position) continue;
    batch.push(item);
    if (batch.length < BATCH) continue;
    await run(kernel, takeItems, { importId: input.importId, from: place - batch.length, items: batch }, options);
    batch = [];
  }
  if (batch.length > 0) await run(kernel, takeItems, { importId: input.importId, from: place - batch.length, items: batch }, options);
  for (let after: string | undefined = ''; after !== undefined; ) after = await run(kernel, settleParents, { importId: input.importId, after }, options);
  await run(kernel, finishImport, { importId: input.importId }, options);
}

/** Ends a reading that cannot go on, with the reason. What was taken until then stays. */
export async function failNationalImport(ctx: CommandContext, input: { importId: ImportId; problem: string }): Promise<void> {
  const { rowCount } = await ctx.query(`update identity.directory_import set state = 'failed', problem = $2, finished_at = $3 where id = $1 and state = 'running'`, [input.importId, input.problem.slice(0, 1000), ctx.now]);
  if (rowCount === 1) ctx.record({ type: 'identity.national-list-failed', agencyId: agencyOf(ctx.actor), subject: { type: 'directory-import', id: input.importId }, data: { problem: input.problem.slice(0, 1000) } });
}

/** A reading that is not over: how far it is, and of which file. */
export async function runningImport(kernel: Kernel, id: ImportId): Promise<{ position: number; origin: string; fileHash: string | null } | undefined> {
  const { rows } = await kernel.database.pool.query(`select position, origin, encode(file_hash, 'hex') as "fileHash" from identity.directory_import where id = $1 and state = 'running'`, [id]);
  // safe because the statement selects exactly these columns
  return rows[0] as { position: number; origin: string; fileHash: string | null } | undefined;
}

async function takeItems(ctx: CommandContext, { importId, from, items: given }: { importId: ImportId; from: number; items: readonly ListItem[] }): Promise<void> {
  // Two that read the same list take turns, and the second one leaves out what the first has taken.
  const { rows } = await ctx.query(`select position from identity.directory_import where id = $1 and state = 'running' for update`, [importId]);
  const [row] = rows;
  if (row === undefined) return;
  const items = given.slice(Math.max(0, Number(row['position']) - from));
  const entries = items.filter((item): item is NationalEntry => 'ref' in item);
  const unreadable = items.flatMap((item, index) => ('ref' in item ? [] : [{ place: from + given.length - items.length + index + 1, text: item.unreadable }]));
  const { added, changed, unchanged, conflicts } = await takeNationalBatch(ctx, entries);
  await ctx.query(
    `update identity.directory_import set position = position + $2, added = added + $3, changed = changed + $4, unchanged = unchanged + $5, conflicts = conflicts + $6, unreadable = unreadable + $7,
            unreadable_rows = (select coalesce(jsonb_agg(r.row order by r.nth), '[]') from jsonb_array_elements(unreadable_rows || $8::jsonb) with ordinality as r (row, nth) where r.nth <= $9) where id = $1`,
    [importId, items.length, added, changed, unchanged, conflicts, unreadable.length, JSON.stringify(unreadable.slice(0, SHOWN_UNREADABLE)), SHOWN_UNREADABLE],
  );
}

type Orphan = FoundConflict & { isMissing: boolean; isPresent: boolean };

/** Sets the superiors of a page of entries from the list, and reports those that the list itself lacks. Returns where to go on. */
async function settleParents(ctx: CommandContext, { importId, after }: { importId: ImportId; after: string }): Promise<string | undefined> {
  const { rows } = await ctx.query(
    `with page as (select ref, parent_ref, agency_id, name, code from identity.national_agency where ref > $1 and not is_closed order by ref limit $2),
          moved as (update identity.agency a set parent_id = p.agency_id from page c join identity.national_agency p on p.ref = c.parent_ref
                     where a.id = c.agency_id and a.source = 'national' and p.agency_id is not null and p.agency_id <> a.id and a.parent_id is distinct from p.agency_id)
     select c.ref, c.name, c.code, c.agency_id as "agencyId", (c.parent_ref is not null and p.ref is null and not exists (select from identity.agency o where o.id = case when c.parent_ref ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then c.parent_ref::uuid end and o.hosting = 'local')) as "isMissing"
       from page c left join identity.national_agency p on p.ref = c.parent_ref order by c.ref`,
    [after, PARENTS_PAGE],
  );
  // safe because the statement selects exactly these columns
  const page = rows as Pick<Orphan, 'ref' | 'name' | 'code' | 'agencyId' | 'isMissing'>[];
  const missing = page.filter(({ isMissing }) => isMissing);
  await ctx.query(
    `update identity.directory_conflict set resolution = 'gone', resolved_at = $3, resolved_by = $4 where problem = 'parent_missing' and resolution is null and ref = any($1::text[]) and not ref = any($2::text[])`,
    [page.map(({ ref }) => ref), missing.map(({ ref }) => ref), ctx.now, JSON.stringify(actorRecord(ctx.actor))],
  );
  const conflicts = await insertConflicts(ctx, missing.map(({ ref, name, code, agencyId }) => ({ ref, name, code, agencyId, problem: 'parent_missing' })));
  await ctx.query('update identity.directory_import set conflicts = conflicts + $2 where id = $1', [importId, conflicts]);
  return page.length < PARENTS_PAGE ? undefined : page.at(-1)?.ref;
}

async function finishImport(ctx: CommandContext, { importId }: { importId: ImportId }): Promise<void> {
  const { rows } = await ctx.query(
    `update identity.directory_import set state = 'finished', finished_at = $2 where id = $1 and state = 'running' returning origin, added, changed, unchanged, conflicts, unreadable`,
    [importId, ctx.now],
  );
  const [row] = rows;
  if (row === undefined) return;
  ctx.record({ type: 'identity.national-list-read', agencyId: agencyOf(ctx.actor), subject: { type: 'directory-import', id: importId }, data: row });
}

/** In whose record a reading stands. */
export function agencyOf(actor: Actor): Id<'agency'> {
  return actor.kind === 'person' ? actor.agencyId : NO_AGENCY;
}

/** A reading from an axis that broke off and can go on. */
export async function runningAxisImport(kernel: Kernel, origin: string): Promise<ImportId | undefined> {
  const { rows } = await kernel.database.pool.query<{ id: ImportId }>(`select id from identity.directory_import where state = 'running' and source = 'axis' and origin = $1`, [origin.slice(0, 300)]);
  return rows[0]?.id;
}

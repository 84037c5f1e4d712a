import { actorRecord } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import { codesOf, initialsOf, kindOf, type EntryProblem } from '../domain/national-entry.ts';
import { identityErrors } from '../errors.ts';
import { agencyOf } from '../national/import-list.ts';
import { assertKeepsDirectory } from '../policy.ts';
import type { AgencyId } from '../queries/agencies.ts';
import { closeAgency } from './close-agency.ts';
import { createAgency } from './create-agency.ts';
import { renameAgency } from './rename-agency.ts';
import { setAgencyCode } from './set-agency-code.ts';

export type Resolution = 'keep_ours' | 'take_theirs';

const WORDS: Record<Resolution, { vi: string; en: string }> = {
  keep_ours: { vi: 'giữ của tỉnh', en: 'kept ours' },
  take_theirs: { vi: 'theo quốc gia', en: 'followed the list' },
};
const LIST = 'Danh bạ quốc gia';

/** Which ways out a difference has: an ended agency is never opened again, and a missing superior cannot be taken over. */
export function resolutionsOf(problem: EntryProblem): Resolution[] {
  return problem === 'parent_missing' || problem === 'code_malformed' ? ['keep_ours'] : ['keep_ours', 'take_theirs'];
}

export type Open = { ref: string; problem: EntryProblem; name: string; code: string | null; oldCode: string | null; agencyId: AgencyId | null; linkedId: AgencyId | null };

/**
 * A person decides about a difference. Kept ours: nothing changes until the list says something new. Followed the list: the
 * name, the code or the end counts from today, with the earlier ones on record; an agency that ended here is not opened
 * again, but added anew under its code.
 * @throws identity.conflictNotFound, identity.conflictNotTakeable, identity.validityOrder, identity.codeTaken, kernel.forbidden
 */
export async function settleDirectoryConflict(ctx: CommandContext, input: { ref: string; problem: EntryProblem; resolution: Resolution }): Promise<void> {
  assertKeepsDirectory(ctx.actor);
  const { rows } = await ctx.query(
    `select c.ref, c.problem, n.name, n.code, n.old_code as "oldCode", c.agency_id as "agencyId", n.agency_id as "linkedId"
       from identity.directory_conflict c join identity.national_agency n on n.ref = c.ref
      where c.ref = $1 and c.problem = $2 and c.resolution is null for update`,
    [input.ref, input.problem],
  );
  // safe because the statement selects exactly these columns
  const open = rows[0] as Open | undefined;
  if (open === undefined) throw identityErrors.conflictNotFound();
  if (input.resolution === 'take_theirs') await follow(ctx, open);
  await writeSettled(ctx, [open], input.resolution);
}

/** What was decided about locked differences, each on record. */
export async function writeSettled(ctx: CommandContext, settled: readonly Open[], resolution: Resolution): Promise<void> {
  await ctx.query(
    `update identity.directory_conflict c set resolution = $3, resolved_at = $4, resolved_by = $5
       from unnest($1::text[], $2::text[]) as t (ref, problem) where c.ref = t.ref and c.problem = t.problem`,
    [settled.map(({ ref }) => ref), settled.map(({ problem }) => problem), resolution, ctx.now, JSON.stringify(actorRecord(ctx.actor))],
  );
  const words = WORDS[resolution];
  for (const { ref, problem, name, agencyId } of settled) {
    ctx.record({
      type: 'identity.directory-conflict-settled',
      agencyId: agencyOf(ctx.actor),
      subject: { type: 'directory', id: agencyId ?? agencyOf(ctx.actor) },
      data: { ref, problem, name, resolution, resolutionVi: words.vi, resolutionEn: words.en },
    });
  }
}

/**
 * Takes back that ours was kept: the difference waits again. What followed the list changed the directory and stays decided.
 * @throws identity.conflictNotFound, kernel.forbidden
 */
export async function reopenDirectoryConflict(ctx: CommandContext, input: { ref: string; problem: EntryProblem }): Promise<void> {
  assertKeepsDirectory(ctx.actor);
  if ((await writeReopened(ctx, [input])).length === 0) throw identityErrors.conflictNotFound();
}

export type ConflictRef = { ref: string; problem: EntryProblem };

/** Lets wait again those that were kept ours, each on record, and returns them. */
export async function writeReopened(ctx: CommandContext, asked: readonly ConflictRef[]): Promise<ConflictRef[]> {
  const { rows } = await ctx.query(
    `update identity.directory_conflict c set resolution = null, resolved_at = null, resolved_by = null
       from unnest($1::text[], $2::text[]) as t (ref, problem) where c.ref = t.ref and c.problem = t.problem and c.resolution = 'keep_ours'
     returning c.ref, c.problem, c.name, c.agency_id as "agencyId"`,
    [asked.map(({ ref }) => ref), asked.map(({ problem }) => problem)],
  );
  // safe because the statement returns exactly these columns
  const reopened = rows as Pick<Open, 'ref' | 'problem' | 'name' | 'agencyId'>[];
  for (const { ref, problem, name, agencyId } of reopened) {
    ctx.record({
      type: 'identity.directory-conflict-reopened',
      agencyId: agencyOf(ctx.actor),
      subject: { type: 'directory', id: agencyId ?? agencyOf(ctx.actor) },
      data: { ref, problem, name },
    });
  }
  return reopened;
}

/** Does what the list says. */
export async function follow(ctx: CommandContext, open: Open): Promise<void> {
  const today = vietnamDay(ctx.now);
  const agencyId = open.agencyId ?? open.linkedId;
  switch (open.problem) {
    case 'name_differs':
      if (agencyId === null) throw notTakeable('chưa rõ cơ quan trong danh bạ của tỉnh');
      await renameAgency(ctx, { agencyId, from: today, name: open.name, abbreviation: await abbreviationOf(ctx, agencyId), legalBasis: LIST });
      return note(ctx, open, { agencyId, name: open.name });
    case 'code_differs':
      if (agencyId === null) throw notTakeable('chưa rõ cơ quan trong danh bạ của tỉnh');
      for (const { scheme, code } of codesOf(open) ?? []) if (!(await hasCode(ctx, agencyId, code))) await setAgencyCode(ctx, { agencyId, scheme, code, from: today, note: LIST });
      return note(ctx, open, { agencyId });
    case 'closed_there':
      if (agencyId === null) throw notTakeable('chưa rõ cơ quan trong danh bạ của tỉnh');
      await closeAgency(ctx, { agencyId, lastDay: addDays(today, -1), legalBasis: LIST });
      return note(ctx, open, { agencyId });
    case 'closed_here':
    case 'code_reused':
      return addAnew(ctx, open);
    case 'parent_missing':
    case 'code_malformed':
      throw notTakeable('danh bạ quốc gia không nói đủ');
  }
}

const notTakeable = (why: string): Error => identityErrors.conflictNotTakeable({ values: { why } });

/** The code goes on with another agency: who holds it here must have ended or given it up first. */
async function addAnew(ctx: CommandContext, open: Open): Promise<void> {
  const codes = codesOf(open) ?? [];
  for (const { code } of codes) {
    const { rowCount } = await ctx.query('select 1 from identity.agency_code where code = $1 and valid_to is null', [code]);
    if (rowCount !== 0) throw notTakeable(`mã ${code} đang là mã của một cơ quan đang hoạt động`);
  }
  const { kind, level } = kindOf(open);
  const agencyId = await createAgency(ctx, {
    kind,
    level,
    parentId: null,
    hosting: 'external',
    source: 'national',
    establishedOn: vietnamDay(ctx.now),
    name: open.name,
    abbreviation: initialsOf(open.name),
    legalBasis: LIST,
    note: LIST,
    codes: [...codes],
  });
  return note(ctx, open, { agencyId, name: open.name });
}

async function note(ctx: CommandContext, open: Open, taken: { agencyId: AgencyId; name?: string }): Promise<void> {
  // An agency is one entry of the list: what we told of it ourselves does not take the place of its entry.
  await ctx.query(
    `update identity.national_agency set taken_name = coalesce($3, taken_name),
            agency_id = case when ref = $2::text or exists (select from identity.national_agency o where o.agency_id = $2::uuid and o.ref <> $1) then agency_id else $2::uuid end where ref = $1`,
    [open.ref, taken.agencyId, taken.name ?? null],
  );
}

async function abbreviationOf(ctx: CommandContext, id: AgencyId): Promise<string> {
  const { rows } = await ctx.query('select abbreviation from identity.agency_name where agency_id = $1 order by valid_from desc limit 1', [id]);
  return String(rows[0]?.['abbreviation']);
}

async function hasCode(ctx: CommandContext, id: AgencyId, code: string): Promise<boolean> {
  const { rowCount } = await ctx.query('select 1 from identity.agency_code where agency_id = $1 and code = $2 and valid_to is null', [id, code]);
  return rowCount !== 0;
}

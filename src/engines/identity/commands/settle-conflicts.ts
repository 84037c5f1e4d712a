import type { CommandContext } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import type { z } from 'zod';
import type { conflictsDecided } from '../contract.ts';
import type { EntryProblem } from '../domain/national-entry.ts';
import { assertKeepsDirectory } from '../policy.ts';
import { follow, writeReopened, writeSettled, type ConflictRef, type Open, type Resolution } from './settle-conflict.ts';

type ConflictsDecided = z.output<typeof conflictsDecided>;
type Why = ConflictsDecided['left'][number]['why'];

const GONE: Why = { vi: 'không còn khác biệt này', en: 'it is not there any more' };
const DECIDED: Why = { vi: 'đã có người xử lý', en: 'it was decided already' };
const CHANGED: Why = { vi: 'danh bạ quốc gia vừa nói khác', en: 'the national list now says something else' };
const NOT_TOGETHER: Why = { vi: 'loại khác biệt này phải xem từng mục', en: 'differences of this kind are looked at one by one' };

/**
 * What may be decided about many in one step: keeping ours, which changes nothing, and a name, which the next one puts right.
 * What ends an agency, adds one or gives a code, by which letters find their way, is looked at one by one.
 */
export function resolutionsTogether(problem: EntryProblem): Resolution[] {
  return problem === 'name_differs' ? ['keep_ours', 'take_theirs'] : ['keep_ours'];
}

/** A difference as the person saw it: `foundAt` changes with what the list says. */
export type SeenConflict = ConflictRef & { foundAt: string };

/**
 * A person decides alike about several differences. Those that were meanwhile decided, say something else than was seen, or
 * cannot follow the list are left as they are, with the reason.
 * @throws kernel.forbidden
 */
export async function settleDirectoryConflicts(ctx: CommandContext, input: { conflicts: readonly SeenConflict[]; resolution: Resolution }): Promise<ConflictsDecided> {
  assertKeepsDirectory(ctx.actor);
  const found = await lockSeen(ctx, input.conflicts);
  const settled: Open[] = [];
  const left: ConflictsDecided['left'] = [];
  for (const { ref, problem } of unique(input.conflicts)) {
    const open = found.get(keyOf({ ref, problem }));
    const why = open === undefined ? GONE : open.isDecided ? DECIDED : !open.isAsSeen ? CHANGED : input.resolution === 'take_theirs' ? await triedToFollow(ctx, open) : undefined;
    if (open === undefined || why !== undefined) left.push({ ref, problem, why: why ?? GONE });
    else settled.push(open);
  }
  await writeSettled(ctx, settled, input.resolution);
  return { settled: settled.map(({ ref, problem }) => ({ ref, problem })), left };
}

/**
 * Takes back that ours was kept for several differences; those that are not kept ours any more are left, with the reason.
 * @throws kernel.forbidden
 */
export async function reopenDirectoryConflicts(ctx: CommandContext, input: { conflicts: readonly ConflictRef[] }): Promise<ConflictsDecided> {
  assertKeepsDirectory(ctx.actor);
  const asked = unique(input.conflicts);
  const reopened = new Set((await writeReopened(ctx, asked)).map(keyOf));
  return {
    settled: asked.filter((each) => reopened.has(keyOf(each))).map(({ ref, problem }) => ({ ref, problem })),
    left: asked.filter((each) => !reopened.has(keyOf(each))).map(({ ref, problem }) => ({ ref, problem, why: DECIDED })),
  };
}

const keyOf = ({ ref, problem }: ConflictRef): string => `${problem} ${ref}`;

const unique = (conflicts: readonly ConflictRef[]): ConflictRef[] => [...new Map(conflicts.map((each) => [keyOf(each), each])).values()];

type Seen = Open & { isDecided: boolean; isAsSeen: boolean };

/** In one order for everybody, so that two who decide about the same ones wait for each other instead of for ever. */
async function lockSeen(ctx: CommandContext, conflicts: readonly SeenConflict[]): Promise<Map<string, Seen>> {
  const { rows } = await ctx.query(
    `select c.ref, c.problem, n.name, n.code, n.old_code as "oldCode", c.agency_id as "agencyId", n.agency_id as "linkedId",
            c.resolution is not null as "isDecided", c.found_at = t.found_at as "isAsSeen"
       from unnest($1::text[], $2::text[], $3::timestamptz[]) as t (ref, problem, found_at)
       join identity.directory_conflict c on c.ref = t.ref and c.problem = t.problem join identity.national_agency n on n.ref = c.ref
      order by c.ref, c.problem for update of c`,
    [conflicts.map(({ ref }) => ref), conflicts.map(({ problem }) => problem), conflicts.map(({ foundAt }) => foundAt)],
  );
  // safe because the statement selects exactly these columns
  return new Map((rows as Seen[]).map((row) => [keyOf(row), row]));
}

/** Why it could not follow the list. A name is refused before anything is written, so that the others go on in the same transaction. */
async function triedToFollow(ctx: CommandContext, open: Open): Promise<Why | undefined> {
  if (!resolutionsTogether(open.problem).includes('take_theirs')) return NOT_TOGETHER;
  try {
    await follow(ctx, open);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { vi: error.describe('vi').message, en: error.describe('en').message };
  }
}

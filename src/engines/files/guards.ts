import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { filesErrors } from './errors.ts';
import { getFile, type StoredFile } from './queries/get-file.ts';

type Asked = { actor: PersonActor; fileId: string };

/**
 * What a module knows of files of the person's own agency that are its own. Contributed under `files.guards`, since what a file belongs to is
 * known there.
 */
export type FileGuard = {
  /** Whether the person sees what the file belongs to; undefined for a file of others, and for who sees everything of this module anyway. */
  maySee?: (q: Queryable, asked: Asked) => Promise<boolean | undefined>;
  /** The error that tells why a file must not be opened any more, although it stays, or undefined. */
  refuse?: (q: Queryable, asked: Asked) => Promise<Error | undefined>;
};

export function defineFileGuard<Guard extends FileGuard>(guard: Guard): Guard {
  return guard;
}

// safe because modules contribute to this point with defineFileGuard
const guardsOf = (kernel: Kernel): FileGuard[] => kernel.modules.flatMap((module) => (module.contributions?.['files.guards'] ?? []) as FileGuard[]);

/**
 * A file of the person's agency that they may know of: of what belongs to something, only those learn who see that.
 * @throws AppError `files.notFound`, as for a file that is not there
 */
export async function visibleFile(kernel: Kernel, { actor, fileId }: Asked): Promise<StoredFile> {
  const q = kernel.database.pool;
  const file = await getFile(q, actor.agencyId, fileId);
  let isHidden = false;
  for (const { maySee } of guardsOf(kernel)) {
    const sees = await maySee?.(q, { actor, fileId });
    if (sees === true) return file;
    isHidden ||= sees === false;
  }
  if (isHidden) throw filesErrors.notFound();
  return file;
}

/** A file that the person may open. @throws AppError `files.notFound`; the error of the first guard that refuses */
export async function openableFile(kernel: Kernel, asked: Asked): Promise<StoredFile> {
  const file = await visibleFile(kernel, asked);
  for (const { refuse } of guardsOf(kernel)) {
    const refusal = await refuse?.(kernel.database.pool, asked);
    if (refusal !== undefined) throw refusal;
  }
  return file;
}

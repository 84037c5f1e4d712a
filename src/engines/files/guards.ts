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
  /** For a file that was made from another one and is as open as that: the SHA-256 of the other; undefined for every other file. */
  madeFrom?: (q: Queryable, asked: Asked) => Promise<string | undefined>;
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
export async function visibleFile(kernel: Kernel, asked: Asked): Promise<StoredFile> {
  const file = await getFile(kernel.database.pool, asked.actor.agencyId, asked.fileId);
  if ((await visibleOrigins(kernel, asked)).length === 0) throw filesErrors.notFound();
  return file;
}

/** A file that the person may open. @throws AppError `files.notFound`; the error of the first guard that refuses */
export async function openableFile(kernel: Kernel, asked: Asked): Promise<StoredFile> {
  const file = await getFile(kernel.database.pool, asked.actor.agencyId, asked.fileId);
  let refusal: Error = filesErrors.notFound();
  for (const fileId of await visibleOrigins(kernel, asked)) {
    const refused = await refusalOf(kernel, { ...asked, fileId });
    if (refused === undefined) return file;
    refusal = refused;
  }
  throw refusal;
}

/** Of the files that decide who may have this one, those that the person may know of: itself, or those with the content that it was made from. */
async function visibleOrigins(kernel: Kernel, asked: Asked): Promise<string[]> {
  const visible: string[] = [];
  for (const fileId of await originsOf(kernel, asked)) if (!(await isHidden(kernel, { ...asked, fileId }))) visible.push(fileId);
  return visible;
}

async function originsOf(kernel: Kernel, asked: Asked): Promise<string[]> {
  const q = kernel.database.pool;
  for (const { madeFrom } of guardsOf(kernel)) {
    const sha256 = await madeFrom?.(q, asked);
    if (sha256 === undefined) continue;
    const { rows } = await q.query<{ id: string }>(`select id from files.file where agency_id = $1 and sha256 = decode($2, 'hex') order by id`, [asked.actor.agencyId, sha256]);
    return rows.map(({ id }) => id);
  }
  return [asked.fileId];
}

async function isHidden(kernel: Kernel, asked: Asked): Promise<boolean> {
  let hidden = false;
  for (const { maySee } of guardsOf(kernel)) {
    const sees = await maySee?.(kernel.database.pool, asked);
    if (sees === true) return false;
    hidden ||= sees === false;
  }
  return hidden;
}

async function refusalOf(kernel: Kernel, asked: Asked): Promise<Error | undefined> {
  for (const { refuse } of guardsOf(kernel)) {
    const refusal = await refuse?.(kernel.database.pool, asked);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

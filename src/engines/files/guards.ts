import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';

/**
 * Says that a file of the person's own agency must not be opened any more, although it stays: the error that tells why, or
 * undefined. Contributed by engines under `files.guards`, since what a file belongs to is known there.
 */
export type FileGuard = { refuse: (q: Queryable, asked: { actor: PersonActor; fileId: string }) => Promise<Error | undefined> };

export function defineFileGuard(guard: FileGuard): FileGuard {
  return guard;
}

/** @throws the error of the first guard that refuses. */
export async function assertMayOpen(kernel: Kernel, asked: { actor: PersonActor; fileId: string }): Promise<void> {
  // safe because modules contribute to this point with defineFileGuard
  for (const guard of kernel.modules.flatMap((module) => (module.contributions?.['files.guards'] ?? []) as FileGuard[])) {
    const refusal = await guard.refuse(kernel.database.pool, asked);
    if (refusal !== undefined) throw refusal;
  }
}

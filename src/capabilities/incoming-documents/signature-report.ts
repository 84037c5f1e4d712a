import type { PersonActor } from '#kernel/actor.ts';
import type { RouteContext } from '#kernel/route.ts';
import { keptReport, validateAnew, type StoredReport } from '#engines/signatures/index.ts';

/** The report on a file for a screen, at once: one that is outdated is shown as it was while it is made anew. Null until there is one. */
export async function signatureReport({ kernel, actor, run }: Pick<RouteContext<PersonActor>, 'kernel' | 'actor' | 'run'>, sha256: string): Promise<(StoredReport & { isBeingMadeAnew: boolean }) | null> {
  const kept = await keptReport(kernel, sha256);
  if (kept === undefined) return null;
  if (kept.isOutdated) await run(validateAnew, { agencyId: actor.agencyId, sha256 });
  return { ...kept.report, isBeingMadeAnew: kept.isOutdated };
}

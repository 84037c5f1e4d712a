import type { PersonActor } from '#kernel/actor.ts';
import type { RouteContext } from '#kernel/route.ts';
import { keptReport, reportOfThen, validateAnew, type StoredReport } from '#engines/signatures/index.ts';
import { askVerdict } from './commands/ask-verdict.ts';
import type { IncomingDetail } from './contract.ts';
import { errors } from './errors.ts';

type Http = Pick<RouteContext<PersonActor>, 'kernel' | 'actor' | 'run'>;
type ShownReport = StoredReport & { isBeingMadeAnew: boolean };

/** The report on a file for a screen, at once: one that is outdated is shown as it was while it is made anew. Null until there is one. */
export async function signatureReport({ kernel, actor, run }: Http, sha256: string): Promise<ShownReport | null> {
  const kept = await keptReport(kernel, sha256);
  if (kept === undefined) return null;
  if (kept.isOutdated) await run(validateAnew, { agencyId: actor.agencyId, sha256 });
  return { ...kept.report, isBeingMadeAnew: kept.isOutdated };
}

/**
 * The same for the main file of a document, whose verdict stands in the lists: where the report is outdated, or says something else than the
 * lists (another document with this file was looked at first), the lists follow in a moment.
 */
export async function mainFileReport({ kernel, run }: Http, document: Pick<IncomingDetail, 'id' | 'medium' | 'files' | 'verdict'>): Promise<ShownReport | null> {
  const main = document.files.find((file) => file.role === 'main');
  const kept = main === undefined ? undefined : await keptReport(kernel, main.sha256);
  if (main === undefined || kept === undefined) return null;
  const saysOther = kept.report.indication !== document.verdict;
  if (document.medium === 'electronic' && (kept.isOutdated || saysOther)) await run(askVerdict, { documentId: document.id, sha256: main.sha256 });
  return { ...kept.report, isBeingMadeAnew: kept.isOutdated };
}

/** The report on a file that was made at an instant. @throws incoming-documents.noReportOfThen */
export async function reportThen({ kernel }: Http, sha256: string, at: string): Promise<ShownReport> {
  const report = await reportOfThen(kernel.database.pool, { sha256, validatedAt: new Date(at) });
  if (report === undefined) throw errors.noReportOfThen();
  return { ...report, isBeingMadeAnew: false };
}

import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';

type AgencyId = Id<'agency'>;

/** A document that is signed and not sent yet, as the module that keeps it knows it. */
export type UnsentDocument = {
  agencyId: AgencyId;
  subject: { type: string; id: string };
  /** Null before it has one. */
  number: string | null;
  summary: string;
  signerName: string;
  signedAt: Date;
  /** By when it has to be sent (`sendDueAt`). */
  dueAt: Date;
  /** What it waits for in its agency. */
  waitsFor: 'number' | 'seal' | 'issue';
};

/** Tells the signed and unsent documents of one agency or of all; a module gives one to `contributions: { 'exchange.unsent-documents': […] }`. */
export type UnsentSource = (kernel: Kernel, of: { agencyId: AgencyId | null }) => Promise<UnsentDocument[]>;

/**
 * The documents that should have been sent by now and were not, the longest overdue first: no envelope of theirs exists, so no
 * figure of what was sent tells of them (QĐ 28/2018 Art. 6.2, 6.3).
 */
export async function overdueUnsent(kernel: Kernel, of: { agencyId: AgencyId | null }): Promise<UnsentDocument[]> {
  // safe because the extension point holds such sources only
  const sources = kernel.modules.flatMap((module) => (module.contributions?.['exchange.unsent-documents'] ?? []) as UnsentSource[]);
  const found = (await Promise.all(sources.map((source) => source(kernel, of)))).flat();
  const now = kernel.clock.now();
  return found.filter(({ dueAt }) => dueAt < now).sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime());
}

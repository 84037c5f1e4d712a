import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';

export type RecordEvidence = { agencyId: Id<'agency'>; side: 'sender' | 'receiver'; envelopeId: string; subject: { type: string; id: string } };

/** Records that somebody took an evidence package: it holds the document's files. */
export function recordEvidence(ctx: CommandContext, { agencyId, side, envelopeId, subject }: RecordEvidence): Promise<void> {
  ctx.record({ type: 'exchange.evidence-taken', agencyId, subject, data: { envelopeId, side } });
  return Promise.resolve();
}

import { createHash } from 'node:crypto';
import type { CommandContext } from '#kernel/command.ts';
import type { Envelope } from '../contract.ts';

/** Any number that nobody else uses for advisory locks. */
const NAMESPACE = 0x4c54;
/** Documents share so many locks, so that a batch of any size takes few of the server's. */
const LOCKS = 64;

type Read = { envelope: { senderAgencyId: string; envelopeId: string }; parsed: Envelope | undefined };

/**
 * A document and a notice about it that come at the same moment by two lines must not miss each other: whichever commits
 * second has to see the first. So a notice holds a lock of its document alone until its commit, and documents hold it
 * together with each other. All are taken in one statement and one order, before anything is read.
 */
export async function inOrderOfDocuments(ctx: CommandContext, envelopes: readonly Read[]): Promise<void> {
  const alone = new Map<number, boolean>();
  for (const { envelope, parsed } of envelopes) {
    const own = lockOf(envelope.senderAgencyId, envelope.envelopeId);
    alone.set(own, alone.get(own) ?? false);
    const { business } = parsed ?? {};
    if (business !== undefined) for (const { envelopeId } of [business.of, ...(business.others ?? [])]) alone.set(lockOf(envelope.senderAgencyId, envelopeId), true);
  }
  const locks = [...alone].toSorted(([one], [other]) => one - other);
  await ctx.query(
    `select case when l.alone then pg_advisory_xact_lock($1, l.lock)::text else pg_advisory_xact_lock_shared($1, l.lock)::text end
       from unnest($2::int[], $3::boolean[]) as l (lock, alone)`,
    [NAMESPACE, locks.map(([lock]) => lock), locks.map(([, isAlone]) => isAlone)],
  );
}

function lockOf(senderAgencyId: string, envelopeId: string): number {
  return createHash('sha256').update(`${senderAgencyId} ${envelopeId}`).digest().readUInt32BE(0) % LOCKS;
}

import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { keepMaterial, type Material } from '../adapters/revocation-network/index.ts';
import { getCredential } from '../queries/credentials.ts';

export type ForeignStatus = {
  agencyId: Id<'agency'>;
  credentialId: string;
  /** Null: in force again, after its authority had suspended it. */
  revoked: { at: Date; reason: string } | null;
};

/** A certificate whose authority suspended it; only this may be lifted (RFC 5280 section 5.3.1). */
const HELD = 'certificateHold';

/**
 * What the authority of a key from elsewhere says of its certificate: from the commit on nobody signs with a revoked or suspended one, and a
 * signing under way comes to nothing, as with the certificates of this installation. A suspension that was lifted counts no more; a revocation
 * stays. Said twice, it is noted once.
 * @throws signatures.credentialNotFound
 */
export async function noteForeignStatus(ctx: CommandContext, { agencyId, credentialId, revoked }: ForeignStatus): Promise<void> {
  const credential = await getCredential(ctx, { agencyId, id: credentialId }, true);
  if (credential.is_built_in) return;
  const isHeld = credential.state === 'revoked' && credential.revoked_reason === HELD;
  const isSettled = credential.state === 'revoked' && (!isHeld || revoked?.reason === HELD);
  if (revoked === null ? !isHeld : isSettled) return;
  await ctx.query(`update signatures.credential set state = $3, revoked_at = $4, revoked_reason = $5 where agency_id = $1 and id = $2`, [
    agencyId,
    credentialId,
    revoked === null ? 'active' : 'revoked',
    revoked?.at ?? null,
    revoked?.reason ?? null,
  ]);
  const subject = { type: 'credential', id: credentialId };
  const about = { subject: credential.label, serial: credential.serial };
  if (revoked === null) ctx.record({ type: 'signatures.credential-reinstated', agencyId, subject, data: about });
  else ctx.record({ type: 'signatures.credential-revoked', agencyId, subject, data: { ...about, reason: revoked.reason } });
}

/** Keeps an authority's answer for good, once; answers the hash under which it stands. */
export async function keepStatusAnswer(ctx: CommandContext, answer: Material): Promise<string> {
  return keepMaterial(ctx, answer, ctx.now);
}

/** An answer that was kept, by its hash; undefined where there is none. */
export async function readStatusAnswer(q: Queryable, sha256: string): Promise<Material | undefined> {
  const { rows } = await q.query('select kind, content from signatures.validation_material where sha256 = $1', [sha256]);
  // safe because the statement selects exactly these columns
  return rows[0] as Material | undefined;
}

import type { CommandContext } from '#kernel/command.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { publishRevocationList } from '../adapters/built-in-authority/revocations.ts';
import type { RevocationReason } from '../domain/pki/crl.ts';
import { signatureErrors } from '../errors.ts';
import { mayManage } from '../policy.ts';
import { getCredential } from '../queries/credentials.ts';

/**
 * Revokes a certificate of the built-in authority. It counts from the commit on: OCSP answers from the same table, the next
 * revocation list is part of the transaction, and signing looks at the row. Revoking twice changes nothing.
 * @throws signatures.credentialNotFound · kernel.forbidden · signatures.notIssuedHere
 */
export async function revokeCredential(
  ctx: CommandContext,
  input: { agencyId: Id<'agency'>; credentialId: string; reason: RevocationReason },
): Promise<void> {
  const credential = await getCredential(ctx, { agencyId: input.agencyId, id: input.credentialId }, true);
  if (!mayManage(ctx.actor, credential)) throw kernelErrors.forbidden();
  if (!credential.is_built_in) throw signatureErrors.notIssuedHere();
  if (credential.state === 'revoked') return;
  await ctx.query(
    `update signatures.credential set state = 'revoked', revoked_at = $3, revoked_reason = $4 where agency_id = $1 and id = $2`,
    [input.agencyId, input.credentialId, ctx.now, input.reason],
  );
  await ctx.query(`update signatures.issued_certificate set state = 'revoked', revoked_at = $2, reason = $3 where serial = $1`, [
    credential.serial,
    ctx.now,
    input.reason,
  ]);
  await publishRevocationList(ctx, { issuer: 'issuing' });
  ctx.record({
    type: 'signatures.credential-revoked',
    agencyId: input.agencyId,
    subject: { type: 'credential', id: input.credentialId },
    data: { subject: credential.label, serial: credential.serial, reason: input.reason },
  });
}

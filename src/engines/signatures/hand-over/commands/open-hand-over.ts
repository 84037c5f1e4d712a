import { randomBytes } from 'node:crypto';
import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { BROWSER_AGENT } from '../../adapters/agents/browser-agent-driver.ts';
import type { HolderRequest } from '../../commands/holder-requests.ts';
import { getSigning, type SigningRow } from '../../commands/signing-states.ts';
import { parseCertificate } from '../../domain/pki/certificate.ts';
import { signatureErrors } from '../../errors.ts';
import { assertInForce, isHolder } from '../../policy.ts';
import { getCredential } from '../../queries/credentials.ts';
import type { HandOverKind } from '../contract.ts';
import { handOverErrors } from '../errors.ts';
import { findLatestHandOver, keyHash } from './hand-over-states.ts';

/** Long enough for the window of a signing program, a PIN and a slow token. */
const OPEN_FOR_MS = 30 * 60_000;

export type OpenHandOver = { agencyId: Id<'agency'>; signingId: string; kind: HandOverKind };
export type OpenedHandOver = { handOverId: Id<'handOver'>; downloadKey: string; uploadKey: string; expiresAt: Date; /** Of the certificate that has to be used, hexadecimal. */ certificateSerial: string };

/**
 * Lends the file of an open signing to the signing program on the signer's computer: two keys of 256 random bits, of which only
 * hashes are kept, each for one address, for this signing, agency and person. An earlier hand-over of the signing is closed.
 * @throws signatures.signingEnded · alreadyBeingSigned · handOverNotByAgent · signingNotFound and the codes of `assertInForce`
 */
export async function openHandOver(ctx: CommandContext, { agencyId, signingId, kind }: OpenHandOver): Promise<OpenedHandOver> {
  const signing = await getSigning(ctx, { agencyId, signingId }, true);
  const credential = await getCredential(ctx, { agencyId: signing.credentialAgencyId, id: signing.credentialId });
  // Of whoever may not sign it, nobody is told that it is there.
  if (!isHolder(ctx.actor, credential)) throw signatureErrors.signingNotFound();
  if (credential.driver !== BROWSER_AGENT) throw handOverErrors.handOverNotByAgent();
  assertInForce(credential, ctx.now);
  await assertFree(ctx, signing);
  const handOverId = newId<'handOver'>();
  const [downloadKey, uploadKey] = [newKey(), newKey()];
  const expiresAt = new Date(ctx.now.getTime() + OPEN_FOR_MS);
  await ctx.query(`update signatures.hand_over set state = 'closed', ended_at = $3 where agency_id = $1 and signing_id = $2 and state = 'open'`, [agencyId, signingId, ctx.now]);
  await ctx.query(
    `insert into signatures.hand_over (agency_id, id, signing_id, person_id, kind, state, download_key_hash, upload_key_hash, downloads, opened_at, expires_at)
     values ($1, $2, $3, $4, $5, 'open', $6, $7, 0, $8, $9)`,
    [agencyId, handOverId, signingId, signing.openedBy.personId, kind, keyHash(downloadKey), keyHash(uploadKey), ctx.now, expiresAt],
  );
  // The signing waits for an answer from elsewhere, as it does for a telephone. No job asks after it: no turn has this number.
  const request: HolderRequest = { transactionId: handOverId, reference: handOverId, turn: -1 };
  await ctx.query(`update signatures.signing set state = 'pending', prepared = $3, holder_reference = $4 where agency_id = $1 and id = $2`, [
    agencyId,
    signingId,
    Buffer.from('{}'),
    JSON.stringify(request),
  ]);
  ctx.record({ type: 'signatures.hand-over-opened', agencyId, subject: signing.subject, data: { signingId, handOverId, kind } });
  return { handOverId, downloadKey, uploadKey, expiresAt, certificateSerial: parseCertificate(credential.certificate).serialHex };
}

/** Only what this person opened, and what nobody is putting a signature into at this moment. */
async function assertFree(ctx: CommandContext, signing: SigningRow): Promise<void> {
  if (ctx.actor.kind !== 'person' || ctx.actor.personId !== signing.openedBy.personId) throw signatureErrors.signingNotFound();
  const isOpen = signing.state === 'prepared' || signing.state === 'pending' || signing.state === 'signing';
  if (!isOpen || signing.expiresAt <= ctx.now) throw signatureErrors.signingEnded();
  const latest = await findLatestHandOver(ctx, { agencyId: signing.agencyId, signingId: signing.id });
  if (signing.state === 'signing' || latest?.state === 'received') throw signatureErrors.alreadyBeingSigned({ values: { name: signing.openedBy.name, seconds: 60 } });
}

function newKey(): string {
  return randomBytes(32).toString('base64url');
}

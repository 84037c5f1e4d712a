import type { CommandContext } from '#kernel/command.ts';
import { newId } from '#kernel/ids.ts';
import { driverErrors } from '../adapters/driver-errors.ts';
import { signatureErrors } from '../errors.ts';
import type { CredentialRow } from '../policy.ts';
import { endBatch, findAskedBatch, followersIn, insertBatch, itemsOf, RELEASE, waitInBatch, type BatchKey, type PreparedSigning } from './batch-requests.ts';
import { giveUpRequest, requestOf } from './holder-requests.ts';
import { getSigning, type SigningKey, type SigningRow } from './signing-states.ts';

type SingleRelease = SigningKey & { attemptId: string; batchId: string; credential: CredentialRow; description: string; followedBy: number } & Omit<PreparedSigning, 'signingId'>;

/** Keeps what one file has to be signed over until its person consents on the page of the service: a batch of one. */
export async function keepForRelease(ctx: CommandContext, input: SingleRelease): Promise<void> {
  const { agencyId, signingId, batchId, credential, description, followedBy, attributes, prepared } = input;
  const signing = await getSigning(ctx, input, true);
  if (signing.attemptId !== input.attemptId || signing.state !== 'signing') throw signatureErrors.signingEnded();
  await waitInBatch(ctx, { agencyId, signingId }, { prepared, batchId });
  await insertBatch(ctx, { agencyId, batchId, credential: { agencyId: credential.agency_id, id: credential.id }, description, reference: RELEASE, followedBy }, [{ signingId, attributes }]);
  ctx.record({ type: 'signatures.signing-awaited', agencyId, subject: signing.subject, data: { signingId } });
}

/** Which signings of a batch still wait for it. */
export async function waitingIn(ctx: Pick<CommandContext, 'query'>, batch: BatchKey): Promise<{ signingId: string; attributes: Buffer; prepared: Buffer }[]> {
  const found: { signingId: string; attributes: Buffer; prepared: Buffer }[] = [];
  for (const { signingId, attributes } of await itemsOf(ctx, batch)) {
    const signing = await getSigning(ctx, { agencyId: batch.agencyId, signingId });
    if (signing.prepared !== null && requestOf(signing)?.transactionId === batch.batchId) found.push({ signingId, attributes, prepared: signing.prepared });
  }
  return found;
}

/**
 * Locks the batch in which a signing waits for a consent, so that no consent is taken for it meanwhile. Called before the signing itself is locked, as
 * whoever brings the signatures does.
 */
export async function lockRelease(ctx: CommandContext, { agencyId, signingId }: SigningKey): Promise<BatchKey | undefined> {
  const batchId = requestOf(await getSigning(ctx, { agencyId, signingId }))?.transactionId;
  if (batchId === undefined) return undefined;
  const { rowCount } = await ctx.query(`select 1 from signatures.signing_batch where agency_id = $1 and id = $2 and state = 'asked' and holder_reference = $3 for update`, [agencyId, batchId, RELEASE]);
  return rowCount === 1 ? { agencyId, batchId } : undefined;
}

type OwnOfSubject = Pick<SigningRow, 'agencyId' | 'subject'> & { /** One file of it; left out, all. */ part?: string; personId: string };

/** A person's own signing of a thing that waits for their consent is open again, to give way to another: nothing has been sent for it. */
export async function leaveRelease(ctx: CommandContext, { agencyId, subject, part, personId }: OwnOfSubject): Promise<void> {
  const { rows } = await ctx.query(`select id from signatures.signing where agency_id = $1 and subject_type = $2 and subject_id = $3 and ($5::text is null or part = $5) and state = 'pending' and opened_by ->> 'personId' = $4 order by part`, [
    agencyId,
    subject.type,
    subject.id,
    personId,
    part ?? null,
  ]);
  for (const { id } of rows) {
    const signingId = String(id);
    const batch = await lockRelease(ctx, { agencyId, signingId });
    if (batch === undefined) continue;
    await giveUpRequest(ctx, { agencyId, signingId, transactionId: batch.batchId, code: driverErrors.releaseEnded().code, again: true });
    await regroupRelease(ctx, batch);
  }
}

/**
 * After one signing of a batch that waits for a consent was given up, whose lock the caller has: what is left waits in a batch of its own, so that the
 * consent is asked for exactly that. A consent that is under way for the former batch is worth nothing.
 */
export async function regroupRelease(ctx: CommandContext, batch: BatchKey): Promise<void> {
  const asked = await findAskedBatch(ctx, batch);
  if (asked?.reference !== RELEASE) return;
  const left = await waitingIn(ctx, batch);
  await endBatch(ctx, batch, 'given_up');
  if (left.length === 0) return;
  const batchId = newId();
  for (const each of left) await waitInBatch(ctx, { agencyId: batch.agencyId, signingId: each.signingId }, { prepared: each.prepared, batchId });
  await insertBatch(ctx, { agencyId: batch.agencyId, batchId, credential: asked.credential, description: asked.description, reference: RELEASE, followedBy: followersIn(left) }, left);
}

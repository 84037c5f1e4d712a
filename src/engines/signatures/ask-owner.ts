import { createHash } from 'node:crypto';
import type { PersonActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { driverErrors } from './adapters/driver-errors.ts';
import { batchesBeforeOwner, credentialOfAll, endIfDeserted, giveUpBatch, itemsOf, keepBatch, shareAnswer, type BatchKey, type PreparedSigning } from './commands/batch-requests.ts';
import { signatureErrors } from './errors.ts';
import { describeBatch, inParallel, prepareForBatch, type BatchedSigning, type BatchWork } from './perform-batch.ts';
import { assertMayUse } from './policy.ts';
import { keyHolderOf, ownerApprovalOf } from './purposes.ts';
import { getCredential } from './queries/credentials.ts';

export type AskOwner = {
  agencyId: Id<'agency'>;
  actor: PersonActor;
  requestId?: string;
  /** What is to be signed, with what the owner reads of it and where. */
  documents: readonly { signingId: string; name: string; href: string }[];
};

export type AskedOwner = {
  /** What became of each signing, in the order asked for: pending, or why the owner was not asked for it. */
  signings: { signingId: string; outcome: BatchedSigning }[];
  /** The requests that now wait for the owner; several only where some were asked for before. */
  approvalIds: string[];
};

/**
 * Prepares files and puts their hashes before the owner of the key, who releases it on a device of their own. What the passkey there signs is
 * bound to these very files. Asked again for what waits already, it names the request that waits. The answer is taken by `answerOfOwner`; a late
 * one counts as with any holder of keys.
 * @throws AppError `signatures.signingNotFound` · `oneCredentialForAll` · `notYourCredential` · `ownerNotAsked` and what the owner's approval says
 */
export async function askOwner(kernel: Kernel, input: AskOwner): Promise<AskedOwner> {
  const { agencyId, actor, documents } = input;
  const { pool } = kernel.database;
  const signingIds = documents.map(({ signingId }) => signingId);
  const credential = await getCredential(pool, await credentialOfAll(pool, agencyId, signingIds));
  assertMayUse(actor, credential);
  const driver = keyHolderOf(kernel, credential.driver);
  const approval = ownerApprovalOf(kernel);
  // Whoever confirms elsewhere asks the owner by itself; a delegate's key lies in another agency than the document.
  if (approval === undefined || driver.confirmsElsewhere || credential.kind !== 'person' || credential.agency_id !== agencyId) throw signatureErrors.ownerNotAsked();
  const options = { actor, ...(input.requestId === undefined ? {} : { requestId: input.requestId }) };
  const work: BatchWork = { kernel, input: { agencyId, actor, signingIds }, credential, driver, person: { options, secrets: {} }, outcomes: new Map(), requests: 0 };
  const waiting = new Map((await batchesBeforeOwner(pool, { agencyId, signingIds })).map((each) => [each.signingId, each.batchId]));
  const approvalIds = new Set(waiting.values());
  for (const signingId of waiting.keys()) work.outcomes.set(signingId, { state: 'pending' });
  const batchId = newId();
  const made = await inParallel(signingIds.filter((signingId) => !waiting.has(signingId)), (signingId) => prepareForBatch(work, { signingId, batchId }));
  const prepared = made.filter((each) => each !== undefined && each !== 'several parts');
  const description = describeBatch(batchId, prepared.length);
  const putBeforeOwner = (ctx: CommandContext, kept: readonly PreparedSigning[]) => approval.ask(ctx, { agencyId, batchId, credentialId: credential.id, description, documents: kept.map((each) => shown(each, documents)) });
  const { kept, refused, completed } = await run(kernel, keepBatch, { agencyId, batchId, credential, description, prepared, isAwaited: true, putBeforeOwner }, options);
  if (kept.length > 0) approvalIds.add(batchId);
  for (const { signingId } of kept) work.outcomes.set(signingId, { state: 'pending' });
  for (const { signingId, error } of refused) work.outcomes.set(signingId, { state: 'refused', error });
  for (const signingId of completed) work.outcomes.set(signingId, { state: 'signed' });
  // What takes several signatures, one over the other, is an agency's seal and was refused above.
  const missing: BatchedSigning = { state: 'refused', error: signatureErrors.ownerNotAsked() };
  return { signings: signingIds.map((signingId) => ({ signingId, outcome: work.outcomes.get(signingId) ?? missing })), approvalIds: [...approvalIds] };
}

function shown({ signingId, attributes }: PreparedSigning, documents: AskOwner['documents']): { digest: Buffer; name: string; href: string } {
  const { name, href } = documents.find((each) => each.signingId === signingId) ?? { name: '', href: '' };
  return { digest: digestOf({ attributes }), name, href };
}

const digestOf = ({ attributes }: { attributes: Buffer }): Buffer => createHash('sha256').update(attributes).digest();

/**
 * Takes what the owner's key signed, in the transaction of the approval: from its commit on each signing has its signature, and its job puts it
 * into the file. Done twice, it is done once.
 * @param input one signature for each hash that was not withdrawn meanwhile
 * @returns how many signings still waited for theirs
 */
export async function answerOfOwner(ctx: CommandContext, { signatures, ...batch }: BatchKey & { signatures: readonly { digest: Buffer; signature: Buffer }[] }): Promise<number> {
  const made = new Map(signatures.map(({ digest, signature }) => [digest.toString('hex'), signature]));
  const items = await itemsOf(ctx, batch);
  return (await shareAnswer(ctx, { ...batch, signatures: items.map((each) => made.get(digestOf(each).toString('hex'))), dueAfterMs: 0 })).length;
}

/** The owner said no, or did not answer in time: the documents can be signed again at once. */
export async function refusalOfOwner(ctx: CommandContext, { reason, ...batch }: BatchKey & { reason: 'refused' | 'timedOut' }): Promise<void> {
  await giveUpBatch(ctx, { ...batch, code: reason === 'refused' ? signatureErrors.holderRefused().code : driverErrors.confirmationTimedOut().code, again: false });
}

/**
 * Before one signing of a batch is given up: its document leaves what the owner is asked for. Called before the signing is locked, since an approval
 * locks the request first.
 */
export async function withdrawFromOwner(ctx: CommandContext, { agencyId, signingId }: { agencyId: Id<'agency'>; signingId: string }): Promise<void> {
  const [waiting] = await batchesBeforeOwner(ctx, { agencyId, signingIds: [signingId] });
  if (waiting === undefined) return;
  const batch = { agencyId, batchId: waiting.batchId };
  const item = (await itemsOf(ctx, batch)).find((each) => each.signingId === signingId);
  if (item !== undefined) await ownerApprovalOf(ctx.kernel)?.withdrawDocument(ctx, { ...batch, digest: digestOf(item) });
}

/** After one signing of a batch was given up: the owner is asked no longer where it was the last one that waited. */
export async function withdrawIfDeserted(ctx: CommandContext, batch: BatchKey): Promise<void> {
  if (await endIfDeserted(ctx, batch)) await ownerApprovalOf(ctx.kernel)?.withdraw(ctx, batch);
}

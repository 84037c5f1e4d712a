import type { Actor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError, kernelErrors } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { SigningDriverError, type SignOutcome, type SigningDriver, type SignRequest } from './adapters/signing-driver.ts';
import { askBatchAgain, credentialOfAll, findAskedBatch, giveUpBatch, keepBatch, refuseUnprepared, RELEASE, shareAnswer, type AskedBatch, type BatchKey, type PreparedSigning } from './commands/batch-requests.ts';
import { findWaitingRequest, UNSENT_MS } from './commands/holder-requests.ts';
import { learnAsked } from './commands/one-time-code.ts';
import { getSigning } from './commands/signing-states.ts';
import { withPin } from './commands/use-pin.ts';
import { signatureErrors } from './errors.ts';
import { LATE_FOR_MS, pauseMs, performSigning, POLL_MS, type PerformSigning } from './perform-signing.ts';
import { heldWithAccess, releasedSecret } from './personal-access.ts';
import type { CredentialRow } from './policy.ts';
import { keyHolderOf } from './purposes.ts';
import { getCredential } from './queries/credentials.ts';
import { signParts, type PartsOutcome } from './sign-parts.ts';
import { AGAIN, FINAL, finishAtOnce, itemsOf, LEARNT_FROM, needsRelease, readSaved, translateHolderError, withBase, type Person } from './signing-steps.ts';
import { keyOf, requestFor, workOf, type Secrets } from './signing-work.ts';

export type PerformBatch = Omit<PerformSigning, 'signingId'> & { signingIds: readonly string[] };

export type BatchOutcome = {
  /** What became of each signing, in the order asked for. */
  signings: { signingId: string; outcome: BatchedSigning }[];
  /** How often the holder of the key was asked, and so how often the person confirms where that happens elsewhere. */
  requests: number;
  /** What was wrong with the key or its PIN, so that the rest was not asked for. */
  stopped: AppError | undefined;
};
export type BatchedSigning = { state: 'signed' } | { state: 'pending' } | { state: 'refused'; error: AppError };

/** How many files are worked on at once; each takes at most some 16 MB beside what reading it takes. */
const AT_ONCE = 4;

/**
 * Signs many files with one key: all are prepared, all hashes go to the holder in one request (in several where the holder takes fewer at once), and each
 * signature is put into its file in a transaction of its own, so that one that fails holds up nobody. The PIN is checked once. Where the
 * signer confirms on a device, one confirmation signs all, also a late one. Killed anywhere, nothing is signed twice and no signature is lost.
 * What is wrong with the key itself stops everything: it is the reason of all that were not asked for.
 * @throws AppError `signatures.signingNotFound` · `oneCredentialForAll`; what befalls a single signing is in the outcome
 */
export async function performSigningBatch(kernel: Kernel, input: PerformBatch): Promise<BatchOutcome> {
  const credential = await getCredential(kernel.database.pool, await credentialOfAll(kernel.database.pool, input.agencyId, input.signingIds));
  const driver = keyHolderOf(kernel, credential.driver);
  const options = { actor: input.actor, ...(input.requestId === undefined ? {} : { requestId: input.requestId }) };
  const work: BatchWork = { kernel, input, credential, driver, person: { options, secrets: { secret: input.secret, otp: input.otp } }, outcomes: new Map(), requests: 0 };
  let problem: AppError | undefined;
  try {
    const most = await mostAtOnce(work);
    for (const part of most === 1 ? input.signingIds.map((id) => [id]) : chunks(input.signingIds, most)) {
      if (problem !== undefined) break;
      problem = most === 1 ? await signAlone(work, part) : await signTogether(work, part);
    }
  } catch (thrown) {
    problem = appErrorOf(thrown);
  }
  const missing: BatchedSigning = problem === undefined ? { state: 'pending' } : { state: 'refused', error: problem };
  return { signings: input.signingIds.map((signingId) => ({ signingId, outcome: work.outcomes.get(signingId) ?? missing })), requests: work.requests, stopped: problem };
}

export type BatchWork = { kernel: Kernel; input: PerformBatch; credential: CredentialRow; driver: SigningDriver; person: Person; outcomes: Map<string, BatchedSigning>; requests: number };

async function mostAtOnce({ kernel, driver, credential, input }: BatchWork): Promise<number> {
  return Math.max(1, Math.min(input.signingIds.length, (await driver.mostItems?.(heldWithAccess(kernel, credential))) ?? input.signingIds.length));
}

/** One by one: the holder takes no more, or the act takes several signatures, each over the one before. */
async function signAlone(work: BatchWork, signingIds: readonly string[]): Promise<AppError | undefined> {
  const { kernel, input, outcomes } = work;
  for (const signingId of signingIds) {
    try {
      work.requests += 1;
      outcomes.set(signingId, { state: (await performSigning(kernel, { ...input, signingId })).state });
    } catch (thrown) {
      const error = reasonOf(kernel, thrown, signingId);
      outcomes.set(signingId, { state: 'refused', error });
      if (isAboutTheKey(error)) return error;
    }
  }
  return undefined;
}

/** What one request covers. Answers what is wrong with the key, or undefined. */
async function signTogether(work: BatchWork, signingIds: readonly string[]): Promise<AppError | undefined> {
  const { kernel, input, credential, driver, person, outcomes } = work;
  const batchId = newId();
  const beforeRelease = needsRelease({ credential, driver }, person.secrets);
  const made = await inParallel(signingIds, (signingId) => prepareForBatch(work, { signingId, batchId, mayFollow: beforeRelease || driver.confirmsElsewhere }));
  const prepared = made.filter((each) => each !== undefined && each !== 'several parts');
  const alone = signingIds.filter((_, index) => made[index] === 'several parts');
  const batch: BatchKey = { agencyId: input.agencyId, batchId };
  const { kept, refused, completed } = await run(kernel, keepBatch, { ...batch, credential, description: describeBatch(batchId, subjectsOf(prepared)), prepared, isAwaited: driver.confirmsElsewhere, beforeRelease }, person.options);
  for (const { signingId, error } of refused) outcomes.set(signingId, { state: 'refused', error });
  for (const signingId of completed) outcomes.set(signingId, { state: 'signed' });
  if (beforeRelease) for (const { signingId } of kept) outcomes.set(signingId, { state: 'pending' });
  if (beforeRelease && kept.length > 0) work.requests += 1;
  const problem = kept.length === 0 || beforeRelease ? undefined : await askForAll(work, batch, kept);
  if (problem !== undefined) for (const { signingId } of kept) outcomes.set(signingId, { state: 'refused', error: problem });
  return problem ?? signAlone(work, alone);
}

/** What the person sees on the device. */
export function describeBatch(batchId: string, count: number): string {
  return `Ký ${String(count)} văn bản, mã ${batchId.slice(-8).toUpperCase()}`;
}

type ToPrepare = { signingId: string; batchId: string; /** Whether further signatures of the act may come after the one that is asked for with the others. */ mayFollow?: boolean };
type PreparedForBatch = PreparedSigning & { subjectId: string };

/** How many documents: several files of one may be among them. */
function subjectsOf(prepared: readonly PreparedForBatch[]): number {
  return new Set(prepared.map(({ subjectId }) => subjectId)).size;
}

/** Makes a file ready for its signature; what cannot be is refused in the outcomes, and is closed or open for another try. */
export async function prepareForBatch({ kernel, input, credential, person, outcomes }: BatchWork, { signingId, batchId, mayFollow = false }: ToPrepare): Promise<PreparedForBatch | 'several parts' | undefined> {
  const key = { agencyId: input.agencyId, signingId };
  try {
    const signing = await getSigning(kernel.database.pool, key);
    return await withBase(kernel, signing.baseSha256, async (base) => {
      const work = await workOf(kernel, { signing, credential, attemptId: batchId }, { ...person, signingTime: kernel.clock.now(), base });
      const followedBy = work.parts.length - 1;
      if (followedBy > 0 && !mayFollow) return 'several parts' as const;
      const outcome: PartsOutcome = await signParts({ ...work, sign: () => Promise.resolve({ state: 'pending', reference: batchId, pollAfterMs: 0 }) });
      if (outcome.state !== 'pending') throw new Error('a file was signed before its key was asked');
      return { signingId, subjectId: signing.subject.id, prepared: Buffer.from(JSON.stringify({ ...outcome.saved, followedBy })), attributes: itemsOf(outcome.saved)[0].attributes };
    });
  } catch (thrown) {
    const error = reasonOf(kernel, thrown, signingId);
    outcomes.set(signingId, { state: 'refused', error });
    await run(kernel, refuseUnprepared, { ...key, code: error.code, again: AGAIN.has(error.code) }, person.options).catch((failure: unknown) => {
      // Somebody else has it in hand, or it ends by its time; what the person has to know is the first error.
      kernel.log.warn({ err: failure, signingId }, 'a signing that could not be prepared was not closed');
    });
    return undefined;
  }
}

/** Asks the holder, once the request is kept and, where it wants that, the person has consented. Answers what is wrong with the key, or undefined. */
export async function askForAll(work: BatchWork, batch: BatchKey, kept: readonly { signingId: string }[]): Promise<AppError | undefined> {
  const { kernel, driver, credential, person, outcomes } = work;
  for (const { signingId } of kept) outcomes.set(signingId, { state: 'pending' });
  const asked = await findAskedBatch(kernel.database.pool, batch);
  // The job was faster, or gave up.
  if (asked === undefined) return undefined;
  let outcome: SignOutcome;
  try {
    work.requests += 1;
    const request = batchRequest(kernel, batch, { credential, asked, secrets: person.secrets });
    const ask = (): Promise<SignOutcome> => driver.sign(request);
    outcome = driver.checksSecretHere ? await withPin(kernel, keyOf(credential), { ...person.options, work: ask }) : await ask();
    assertComplete(outcome, asked.items.length);
  } catch (thrown) {
    // It may have arrived: the job asks.
    if (thrown instanceof SigningDriverError && thrown.isUncertain) return undefined;
    const error = appErrorOf(thrown);
    await run(kernel, giveUpBatch, { ...batch, code: error.code, again: AGAIN.has(error.code) }, person.options);
    if (thrown instanceof SigningDriverError && LEARNT_FROM.has(thrown.problem)) await learnAsked(kernel, keyOf(credential), person.options);
    return error;
  }
  if (outcome.state === 'pending') {
    await run(kernel, askBatchAgain, { ...batch, turn: asked.turn, reference: outcome.reference, afterMs: outcome.pollAfterMs }, person.options);
    return undefined;
  }
  const shared = await run(kernel, shareAnswer, { ...batch, signatures: outcome.signatures, dueAfterMs: UNSENT_MS }, person.options);
  await inParallel(shared, async ({ signingId, signature }) => {
    outcomes.set(signingId, await putIn(work, { agencyId: batch.agencyId, signingId, signature }));
  });
  return undefined;
}

function batchRequest(kernel: Kernel, { batchId }: BatchKey, { credential, asked, secrets }: { credential: CredentialRow; asked: AskedBatch; secrets: Secrets }): SignRequest {
  const { description, followedBy, items } = asked;
  return { ...requestFor(credential, batchId, secrets), credential: heldWithAccess(kernel, credential), description, transactionId: batchId, followedBy, items };
}

function assertComplete(outcome: SignOutcome, count: number): void {
  if (outcome.state === 'signed' && outcome.signatures.length !== count) throw new SigningDriverError('unavailable', { detail: 'the number of signatures' });
}

/** In a transaction of its own; what cannot be put in now, the signing's job puts in. */
async function putIn({ kernel, credential, person }: BatchWork, { signature, ...key }: { agencyId: Id<'agency'>; signingId: string; signature: Buffer }): Promise<BatchedSigning> {
  try {
    const waiting = await findWaitingRequest(kernel.database.pool, key);
    if (waiting === undefined) {
      const { state } = await getSigning(kernel.database.pool, key);
      return state === 'completed' ? { state: 'signed' } : { state: 'refused', error: signatureErrors.signingEnded() };
    }
    const answer = { key, request: waiting.request, signatures: [signature], saved: readSaved(waiting.prepared), credential };
    return { state: (await finishAtOnce(kernel, answer, person)).state };
  } catch (thrown) {
    const error = reasonOf(kernel, thrown, key.signingId);
    return error.code === 'signatures.alreadyBeingSigned' ? { state: 'pending' } : { state: 'refused', error };
  }
}

/** What is wrong with the key or its PIN is wrong for every file: to go on would only use up attempts. */
function isAboutTheKey({ code }: AppError): boolean {
  return ABOUT_THE_KEY.has(code) || (code.startsWith('signatures.') && AGAIN.has(code) && !code.startsWith('signatures.timestamp'));
}
const ABOUT_THE_KEY: ReadonlySet<string> = new Set(
  ['credentialLocked', 'devicePinLocked', 'signaturesUsedUp', 'certificateRejected', 'certificateExpired', 'certificateEndedToday', 'certificateNotYetValid', 'certificateRevoked', 'notYourCredential', 'holderRefused', 'confirmationTimedOut'].map((code) => `signatures.${code}`),
);

/**
 * Asks the holder for the answer to a batch and shares it out; the job of kind `signatures.poll-batch`. A late confirmation is waited for
 * as for a single signing. A key in the house is never asked again: without the person there is no PIN.
 */
export async function resumeSigningBatch(kernel: Kernel, { turn, ...batch }: BatchKey & { turn: number }, system: Actor): Promise<void> {
  const asked = await findAskedBatch(kernel.database.pool, batch);
  if (asked === undefined || asked.turn !== turn) return;
  const options = { actor: system };
  const ageMs = kernel.clock.now().getTime() - asked.askedAt.getTime();
  try {
    const credential = await getCredential(kernel.database.pool, asked.credential);
    const driver = keyHolderOf(kernel, credential.driver);
    if (!driver.confirmsElsewhere) {
      await run(kernel, giveUpBatch, { ...batch, code: 'signatures.holderUnavailable', again: true }, options);
      return;
    }
    // Nobody but the person can go to the page of the service.
    if (asked.reference === RELEASE) return;
    const secret = await releasedSecret(kernel, batch);
    const request = batchRequest(kernel, batch, { credential, asked, secrets: { secret } });
    const outcome = asked.reference === null ? await driver.sign({ ...request, isRepeat: true }) : await driver.poll({ ...request, reference: asked.reference });
    assertComplete(outcome, asked.items.length);
    if (outcome.state === 'pending') await run(kernel, askBatchAgain, { ...batch, turn, reference: outcome.reference, afterMs: pauseMs(outcome.pollAfterMs, ageMs) }, options);
    else await run(kernel, shareAnswer, { ...batch, signatures: outcome.signatures, dueAfterMs: 0 }, options);
  } catch (thrown) {
    const error = translateHolderError(thrown);
    if (!(error instanceof AppError) || error.code.startsWith('kernel.')) throw error;
    const isTemporary = thrown instanceof SigningDriverError ? !FINAL.has(thrown.problem) : AGAIN.has(error.code);
    if (isTemporary && ageMs < LATE_FOR_MS) {
      kernel.log.warn({ err: error, batchId: batch.batchId }, 'a key holder gave no answer for a batch; it is asked again');
      await run(kernel, askBatchAgain, { ...batch, turn, reference: asked.reference, afterMs: pauseMs(POLL_MS, ageMs) }, options);
    } else await run(kernel, giveUpBatch, { ...batch, code: error.code, again: AGAIN.has(error.code) }, options);
  }
}

/** A defect that one file brings to light must not hold up the others. */
function reasonOf(kernel: Kernel, thrown: unknown, signingId: string): AppError {
  const error = translateHolderError(thrown);
  if (error instanceof AppError) return error;
  kernel.log.error({ err: error, signingId }, 'a signing of a batch failed');
  return kernelErrors.internal({ cause: error });
}

function appErrorOf(thrown: unknown): AppError {
  const error = translateHolderError(thrown);
  if (error instanceof AppError) return error;
  throw error;
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** In the order of the items, a few at once: their number bounds the memory. */
export async function inParallel<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) results[at] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}

import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Actor } from '#kernel/actor.ts';
import { run, type RunOptions } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { newId } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { storeBytes, storeParts, type StoredBlob } from '#engines/files/index.ts';
import { RETRIABLE_DRIVER_CODES, toAppError } from './adapters/driver-errors.ts';
import { SigningDriverError, type DriverProblem, type SigningDriver, type SignOutcome } from './adapters/signing-driver.ts';
import { openBase, type BaseFile } from './base-file.ts';
import { askAgain, findWaitingRequest, giveUpRequest, keepRequest, takeAnswer, UNSENT_MS, type HolderRequest } from './commands/holder-requests.ts';
import { keepForRelease } from './commands/keep-release.ts';
import { learnAsked } from './commands/one-time-code.ts';
import { completeSigning, endAttempt, type Attempt, type SigningKey } from './commands/signing-states.ts';
import { signatureErrors, translateDomainError } from './errors.ts';
import { heldWithAccess } from './personal-access.ts';
import type { CredentialRow } from './policy.ts';
import { keyHolderOf } from './purposes.ts';
import { getCredentialFor } from './queries/credentials.ts';
import { resumeParts, single, type PartsOutcome, type PartsWork, type SavedParts } from './sign-parts.ts';
import { evidenceOf, heldBy, isSignatureBy, keyOf, requestFor, workOf, type Begun, type Secrets } from './signing-work.ts';

export type SigningOutcome =
  | { state: 'signed'; sha256: string; sizeBytes: number }
  /** The signer confirms on a device; the signing completes by itself when the answer comes. */
  | { state: 'pending'; pollAfterMs: number };

/** What is kept between request and result; `answer` as soon as there is one, since a holder may give it only once. */
export type Kept = SavedParts & { answer?: string[] };

export function readSaved(prepared: Buffer): Kept {
  // safe because the column holds only what was written here or by a batch, in this shape
  return JSON.parse(prepared.toString('utf8')) as Kept;
}

export function itemsOf(saved: SavedParts): [{ attributes: Buffer; digest: Buffer }] {
  const attributes = Buffer.from(saved.attributes, 'base64');
  return [{ attributes, digest: createHash('sha256').update(attributes).digest() }];
}

export type Person = { options: RunOptions; secrets: Secrets };
export type Running = Person & { attempt: Begun };

export function resultOf({ signing }: Extract<Attempt, { kind: 'completed' }>): SigningOutcome {
  if (signing.result === null) throw new Error('a completed signing without a result');
  return { state: 'signed', ...signing.result };
}

/** After these the same signing may be tried again; everything else ends it. */
export const AGAIN: ReadonlySet<string> = new Set([
  'signatures.holderUnavailable',
  'signatures.wrongPin',
  'signatures.pinMissing',
  'signatures.timestampUnavailable',
  'signatures.timestampWrong',
  'signatures.clockUntrusted',
  'signatures.authorityTokenUnavailable',
  'kernel.unavailable',
  'kernel.storageFull',
  ...RETRIABLE_DRIVER_CODES,
]);

/** After these there is no use in asking the holder again. */
export const FINAL: ReadonlySet<DriverProblem> = new Set(['refused', 'consentMissing', 'releaseMissing', 'releaseImpossible', 'releaseUnwanted', 'releaseSpent', 'timedOut', 'certificateRejected', 'wrongSecret', 'secretMissing', 'secretLocked', 'secretExpired', 'codeMissing', 'wrongCode', 'codeExpired', 'codeUsed', 'keyMissing', 'quotaUsedUp', 'failed']);

export async function guarded(kernel: Kernel, { attempt, options }: Running, work: () => Promise<SigningOutcome>): Promise<SigningOutcome> {
  try {
    return await work();
  } catch (thrown) {
    const error = translateHolderError(thrown);
    const code = codeOf(error);
    const { agencyId, id } = attempt.signing;
    await run(kernel, endAttempt, { agencyId, signingId: id, attemptId: attempt.attemptId, code, again: AGAIN.has(code) }, options).catch((failure: unknown) => {
      // The attempt then ends by its time; what the person has to know is the first error.
      kernel.log.warn({ err: failure, signingId: id }, 'a failed attempt could not be recorded');
    });
    throw error;
  }
}

export function translateHolderError(error: unknown): unknown {
  return error instanceof SigningDriverError ? toAppError(error) : translateDomainError(error);
}

/** Under which a failure is kept; a defect has a code, too. */
function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'kernel.internal';
}

export async function settle(kernel: Kernel, running: Running, { work, outcome }: { work: PartsWork; outcome: PartsOutcome }): Promise<SigningOutcome> {
  const { attempt, options } = running;
  const key = { agencyId: attempt.signing.agencyId, signingId: attempt.signing.id, attemptId: attempt.attemptId };
  if (outcome.state === 'pending') return submit(kernel, running, { saved: outcome.saved, followedBy: work.parts.length - outcome.saved.tails.length - 1 });
  // The purpose keeps the file in the transaction below; what a killed process leaves is swept away.
  const result = await storeSigned(kernel, work.base, outcome.tails);
  const evidence = evidenceOf(attempt.credential, work, outcome);
  await withPatience(() => run(kernel, completeSigning, { ...key, result, evidence }, options));
  return { state: 'signed', sha256: result.sha256, sizeBytes: result.sizeBytes };
}

function storeSigned(kernel: Kernel, base: BaseFile, tails: readonly Buffer[]): Promise<StoredBlob> {
  const bytes = base.bytes();
  if (Buffer.isBuffer(bytes)) return storeParts(kernel, [bytes, ...tails], { provisional: true });
  return storeBytes(kernel, oneAfterTheOther(bytes, tails), { limitBytes: Number.MAX_SAFE_INTEGER, provisional: true });
}

async function* oneAfterTheOther(bytes: AsyncIterable<Buffer>, tails: readonly Buffer[]): AsyncIterable<Buffer> {
  yield* bytes;
  yield* tails;
}

/** Opens the file for as long as the work takes. */
export async function withBase<Result>(kernel: Kernel, sha256: string, work: (base: BaseFile) => Promise<Result>): Promise<Result> {
  const base = await openBase(kernel, sha256);
  try {
    return await work(base);
  } finally {
    await base.close();
  }
}

/** Keeps the request, then sends it. From the first commit on, the job finds it whatever becomes of this process. */
async function submit(kernel: Kernel, { attempt, options, secrets }: Running, { saved, followedBy }: { saved: SavedParts; followedBy: number }): Promise<SigningOutcome> {
  const { credential, signing, attemptId } = attempt;
  const driver = keyHolderOf(kernel, credential.driver);
  if (needsRelease({ credential, driver }, secrets)) return waitForRelease(kernel, { attempt, options, secrets }, { saved, followedBy });
  if (!driver.confirmsElsewhere) throw new Error(`the driver ${driver.name} answers later without saying so`);
  const key = { agencyId: signing.agencyId, signingId: signing.id };
  const request: HolderRequest = { transactionId: newId(), reference: null, turn: 0 };
  const { transactionId } = request;
  await run(kernel, keepRequest, { ...key, attemptId, transactionId, prepared: Buffer.from(JSON.stringify(saved)) }, options);
  let outcome: SignOutcome;
  try {
    outcome = await driver.sign({ ...requestFor(credential, signing.baseSha256, secrets), credential: heldWithAccess(kernel, credential), transactionId, followedBy, items: itemsOf(saved) });
  } catch (thrown) {
    // It may have arrived: the job asks.
    if (thrown instanceof SigningDriverError && thrown.isUncertain) return { state: 'pending', pollAfterMs: UNSENT_MS };
    const error = translateHolderError(thrown);
    const code = codeOf(error);
    await run(kernel, giveUpRequest, { ...key, transactionId, code, again: AGAIN.has(code) }, options);
    if (thrown instanceof SigningDriverError && LEARNT_FROM.has(thrown.problem)) await learnAsked(kernel, keyOf(credential), options);
    throw error;
  }
  if (outcome.state === 'signed') return finishAtOnce(kernel, { key, request, signatures: outcome.signatures, saved, credential }, { options, secrets });
  await run(kernel, askAgain, { ...key, request, reference: outcome.reference, afterMs: outcome.pollAfterMs }, options);
  return { state: 'pending', pollAfterMs: outcome.pollAfterMs };
}

/** After these the service wants something else typed than the screen asked for, or a consent on its page: the next time the screen knows. */
export const LEARNT_FROM: ReadonlySet<DriverProblem> = new Set(['codeMissing', 'wrongCode', 'releaseMissing', 'releaseSpent']);

/** Whether the person has to go to the page of the service first; what they released a moment ago may do for the next signature of the same act. */
export function needsRelease({ credential, driver }: { credential: CredentialRow; driver: SigningDriver }, { secret }: Secrets): boolean {
  if (!credential.asks_release || driver.release === undefined) return false;
  return secret === undefined || !driver.release.covers(heldBy(credential), secret);
}

/**
 * Whether several files are best put before the person together: where they confirm on a device of theirs, or on the holder's page. A program on the
 * computer takes one file after the other, and with a one-time code the holder answers at once.
 * @throws AppError `signatures.credentialNotFound` and what the holder says
 */
export async function confirmsTogether(kernel: Kernel, actor: Actor, { agencyId, credentialId }: { agencyId: string; credentialId: string }): Promise<boolean> {
  const credential = await getCredentialFor(kernel.database.pool, actor, { agencyId, id: credentialId });
  const driver = keyHolderOf(kernel, credential.driver);
  if (needsRelease({ credential, driver }, {})) return true;
  if (!driver.confirmsElsewhere || (credential.asks_code ?? 'no') !== 'no') return false;
  try {
    return ((await driver.mostItems?.(heldWithAccess(kernel, credential))) ?? Number.POSITIVE_INFINITY) > 1;
  } catch (error) {
    throw translateHolderError(error);
  }
}

/** Nothing is sent before the person has consented: from the commit on the signing waits for that, visibly. */
async function waitForRelease(kernel: Kernel, { attempt, options }: Running, { saved, followedBy }: { saved: SavedParts; followedBy: number }): Promise<SigningOutcome> {
  const { credential, signing, attemptId } = attempt;
  const [{ attributes }] = itemsOf(saved);
  const { description } = requestFor(credential, signing.baseSha256, {});
  await run(kernel, keepForRelease, { agencyId: signing.agencyId, signingId: signing.id, attemptId, batchId: newId(), credential, description, followedBy, attributes, prepared: Buffer.from(JSON.stringify(saved)) }, options);
  return { state: 'pending', pollAfterMs: UNSENT_MS };
}

export type HolderAnswer = { key: SigningKey; request: HolderRequest; signatures: readonly Buffer[]; saved: Kept; credential: CredentialRow };

/** The holder answered at once. What cannot be put in now is kept for the job, unless it is no signature. */
export async function finishAtOnce(kernel: Kernel, answer: HolderAnswer, person: Person): Promise<SigningOutcome> {
  try {
    return await finish(kernel, answer, person);
  } catch (thrown) {
    const error = translateHolderError(thrown);
    const code = codeOf(error);
    if (thrown instanceof SigningDriverError) await run(kernel, giveUpRequest, { ...answer.key, transactionId: answer.request.transactionId, code, again: true }, person.options);
    else if (AGAIN.has(code) && (await findWaitingRequest(kernel.database.pool, answer.key)) !== undefined) return { state: 'pending', pollAfterMs: UNSENT_MS };
    throw error;
  }
}

/** Puts the holder's signature into the file and goes on with the next part, or completes. */
export async function finish(kernel: Kernel, { key, request, signatures, saved, credential }: HolderAnswer, person: Person): Promise<SigningOutcome> {
  const signature = single(signatures);
  // What a holder answers is never taken on trust; a signing that was closed is not opened again for a wrong answer.
  if (!isSignatureBy(credential, itemsOf(saved)[0].attributes, signature)) throw new SigningDriverError('unavailable', { detail: 'the signature does not fit the certificate' });
  const prepared = Buffer.from(JSON.stringify({ ...saved, answer: [signature.toString('base64')] } satisfies Kept));
  const attempt = await run(kernel, takeAnswer, { ...key, transactionId: request.transactionId, prepared }, person.options);
  if (attempt.kind === 'completed') return resultOf(attempt);
  if (attempt.kind === 'superseded') throw signatureErrors.signingEnded();
  const running: Running = { ...person, attempt };
  return guarded(kernel, running, () =>
    withBase(kernel, attempt.signing.baseSha256, async (base) => {
      const work = await workOf(kernel, attempt, { ...person, signingTime: new Date(saved.signingTime), base });
      return settle(kernel, running, { work, outcome: await resumeParts(work, saved, signature) });
    }),
  );
}

const PATIENCE_MS = [500, 1000, 2000, 4000, 8000];

/** A database that is away for seconds must not cost a signature that is already made; completing twice has no second effect. */
async function withPatience(work: () => Promise<void>): Promise<void> {
  for (const delay of PATIENCE_MS) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'kernel.unavailable') throw error;
      await pause(delay);
    }
  }
  await work();
}

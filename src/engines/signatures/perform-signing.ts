import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Actor } from '#kernel/actor.ts';
import { run, type RunOptions } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { storeParts } from '#engines/files/index.ts';
import { RETRIABLE_DRIVER_CODES, toAppError } from './adapters/driver-errors.ts';
import { SigningDriverError, type DriverProblem, type SignOutcome } from './adapters/signing-driver.ts';
import { askAgain, findWaitingRequest, giveUpRequest, keepRequest, takeAnswer, UNSENT_MS, type HolderRequest, type WaitingRequest } from './commands/holder-requests.ts';
import { beginAttempt, completeSigning, endAttempt, type Attempt, type SigningKey } from './commands/signing-states.ts';
import { signatureErrors, translateDomainError } from './errors.ts';
import type { CredentialRow } from './policy.ts';
import { keyHolderOf } from './purposes.ts';
import { getCredential } from './queries/credentials.ts';
import { resumeParts, signParts, type PartsOutcome, type PartsWork, type SavedParts } from './sign-parts.ts';
import { evidenceOf, isSignatureBy, requestFor, workOf, type Begun, type Secrets } from './signing-work.ts';

export type PerformSigning = { agencyId: Id<'agency'>; signingId: string; actor: Actor; requestId?: string } & Secrets;

export type SigningOutcome =
  | { state: 'signed'; sha256: string; sizeBytes: number }
  /** The signer confirms on a device; the signing completes by itself when the answer comes. */
  | { state: 'pending'; pollAfterMs: number };

/**
 * Signs: prepares the file, lets the key holder sign, timestamps, embeds, stores, and completes with the purpose's handler.
 * Runs outside any transaction. Killed anywhere, it leaves the file as it was and the signing to be begun again or expired;
 * a wrong PIN or a silent service leaves it open for another try. Nothing is signed twice for one signing.
 * @throws AppError with the reason; a second caller for the same signing gets signatures.alreadyBeingSigned.
 */
export async function performSigning(kernel: Kernel, input: PerformSigning): Promise<SigningOutcome> {
  const options = { actor: input.actor, ...(input.requestId === undefined ? {} : { requestId: input.requestId }) };
  const attempt = await run(kernel, beginAttempt, { agencyId: input.agencyId, signingId: input.signingId }, options);
  if (attempt.kind === 'completed') return resultOf(attempt);
  const running: Running = { attempt, options, secrets: { secret: input.secret, otp: input.otp } };
  return guarded(kernel, running, async () => {
    const work = await workOf(kernel, attempt, { ...running, signingTime: kernel.clock.now() });
    return settle(kernel, running, { work, outcome: await signParts(work) });
  });
}

/** How long a late confirmation is waited for; remote services forget a request sooner. */
const LATE_FOR_MS = 24 * 3_600_000;
const LONGEST_PAUSE_MS = 10 * 60_000;

/**
 * Asks the key holder for the answer to a pending signing and goes on with it; the job of kind `signatures.poll-signing`.
 * A signing that was closed because nobody confirmed is asked after as well, ever more seldom, for a day: the late confirmation
 * signs. What was never acknowledged is sent again under its own transaction.
 * @throws signatures.alreadyBeingSigned while another process puts the answer in
 */
export async function resumeSigning(kernel: Kernel, { turn, ...key }: SigningKey & { turn?: number | undefined }, system: Actor): Promise<void> {
  const waiting = await findWaitingRequest(kernel.database.pool, key);
  if (waiting === undefined || (turn !== undefined && waiting.request.turn !== turn)) return;
  const now = kernel.clock.now();
  if (waiting.busyUntil !== null && waiting.busyUntil > now) throw signatureErrors.alreadyBeingSigned({ values: { name: waiting.openedBy.name, seconds: 60 } });
  const ageMs = now.getTime() - waiting.openedAt.getTime();
  const pauseMs = (wanted: number): number => Math.max(wanted, Math.min(LONGEST_PAUSE_MS, Math.round(ageMs / 10)));
  try {
    const credential = await getCredential(kernel.database.pool, { agencyId: key.agencyId, id: waiting.credentialId });
    const saved = readSaved(waiting.prepared);
    const outcome = await ask(kernel, credential, { ...waiting, saved });
    if (outcome.state === 'pending') await run(kernel, askAgain, { ...key, request: waiting.request, reference: outcome.reference, afterMs: pauseMs(outcome.pollAfterMs) }, { actor: system });
    // The rest happens in the name of the person who asked for the signature.
    else await finish(kernel, { key, request: waiting.request, signatures: outcome.signatures, saved, credential }, { options: { actor: waiting.openedBy }, secrets: {} });
  } catch (thrown) {
    const error = translateHolderError(thrown);
    if (!(error instanceof AppError) || error.code === 'signatures.alreadyBeingSigned' || error.code.startsWith('kernel.')) throw error;
    const isTemporary = thrown instanceof SigningDriverError ? !FINAL.has(thrown.problem) : AGAIN.has(error.code) || error.code === 'signatures.signingEnded';
    if (isTemporary && ageMs < LATE_FOR_MS) {
      kernel.log.warn({ err: error, signingId: key.signingId }, 'a key holder gave no answer; it is asked again');
      await run(kernel, askAgain, { ...key, request: waiting.request, reference: waiting.request.reference, afterMs: pauseMs(POLL_MS) }, { actor: system });
      return;
    }
    const again = AGAIN.has(error.code);
    await run(kernel, giveUpRequest, { ...key, transactionId: waiting.request.transactionId, code: error.code, again }, { actor: system });
  }
}

const POLL_MS = 5000;

/** After these there is no use in asking the holder again. */
const FINAL: ReadonlySet<DriverProblem> = new Set(['refused', 'timedOut', 'certificateRejected', 'wrongSecret', 'secretMissing', 'secretLocked', 'secretExpired', 'keyMissing', 'quotaUsedUp', 'failed']);

async function ask(kernel: Kernel, credential: CredentialRow, { request, baseSha256, saved }: WaitingRequest & { saved: Kept }): Promise<SignOutcome> {
  if (saved.answer !== undefined) return { state: 'signed', signatures: saved.answer.map((each) => Buffer.from(each, 'base64')) };
  const driver = keyHolderOf(kernel, credential.driver);
  const { transactionId, reference } = request;
  const asked = { ...requestFor(credential, baseSha256, {}), transactionId, items: itemsOf(saved) };
  return reference === null ? driver.sign({ ...asked, isRepeat: true }) : driver.poll({ ...asked, reference });
}

/** What is kept between request and result; `answer` as soon as there is one, since a holder may give it only once. */
type Kept = SavedParts & { answer?: string[] };

function readSaved(prepared: Buffer): Kept {
  // safe because only this file writes this column
  return JSON.parse(prepared.toString('utf8')) as Kept;
}

function itemsOf(saved: SavedParts): [{ attributes: Buffer; digest: Buffer }] {
  const attributes = Buffer.from(saved.attributes, 'base64');
  return [{ attributes, digest: createHash('sha256').update(attributes).digest() }];
}

type Person = { options: RunOptions; secrets: Secrets };
type Running = Person & { attempt: Begun };

function resultOf({ signing }: Extract<Attempt, { kind: 'completed' }>): SigningOutcome {
  if (signing.result === null) throw new Error('a completed signing without a result');
  return { state: 'signed', ...signing.result };
}

/** After these the same signing may be tried again; everything else ends it. */
const AGAIN: ReadonlySet<string> = new Set([
  'signatures.holderUnavailable',
  'signatures.wrongPin',
  'signatures.pinMissing',
  'signatures.timestampUnavailable',
  'signatures.timestampWrong',
  'kernel.unavailable',
  'kernel.storageFull',
  ...RETRIABLE_DRIVER_CODES,
]);

async function guarded(kernel: Kernel, { attempt, options }: Running, work: () => Promise<SigningOutcome>): Promise<SigningOutcome> {
  try {
    return await work();
  } catch (thrown) {
    const error = translateHolderError(thrown);
    const code = error instanceof AppError ? error.code : 'kernel.internal';
    const { agencyId, id } = attempt.signing;
    await run(kernel, endAttempt, { agencyId, signingId: id, attemptId: attempt.attemptId, code, again: AGAIN.has(code) }, options).catch((failure: unknown) => {
      // The attempt then ends by its time; what the person has to know is the first error.
      kernel.log.warn({ err: failure, signingId: id }, 'a failed attempt could not be recorded');
    });
    throw error;
  }
}

function translateHolderError(error: unknown): unknown {
  return error instanceof SigningDriverError ? toAppError(error) : translateDomainError(error);
}

async function settle(kernel: Kernel, running: Running, { work, outcome }: { work: PartsWork; outcome: PartsOutcome }): Promise<SigningOutcome> {
  const { attempt, options } = running;
  const key = { agencyId: attempt.signing.agencyId, signingId: attempt.signing.id, attemptId: attempt.attemptId };
  if (outcome.state === 'pending') return submit(kernel, running, outcome.saved);
  // The purpose keeps the file in the transaction below; what a killed process leaves is swept away.
  const result = await storeParts(kernel, [work.base, ...outcome.tails], { provisional: true });
  const evidence = evidenceOf(attempt.credential, work, outcome);
  await withPatience(() => run(kernel, completeSigning, { ...key, result, evidence }, options));
  return { state: 'signed', sha256: result.sha256, sizeBytes: result.sizeBytes };
}

/** Keeps the request, then sends it. From the first commit on, the job finds it whatever becomes of this process. */
async function submit(kernel: Kernel, { attempt, options, secrets }: Running, saved: SavedParts): Promise<SigningOutcome> {
  const { credential, signing, attemptId } = attempt;
  const driver = keyHolderOf(kernel, credential.driver);
  if (!driver.confirmsElsewhere) throw new Error(`the driver ${driver.name} answers later without saying so`);
  const key = { agencyId: signing.agencyId, signingId: signing.id };
  const request: HolderRequest = { transactionId: newId(), reference: null, turn: 0 };
  const { transactionId } = request;
  await run(kernel, keepRequest, { ...key, attemptId, transactionId, prepared: Buffer.from(JSON.stringify(saved)) }, options);
  let outcome: SignOutcome;
  try {
    outcome = await driver.sign({ ...requestFor(credential, signing.baseSha256, secrets), transactionId, items: itemsOf(saved) });
  } catch (thrown) {
    // It may have arrived: the job asks.
    if (thrown instanceof SigningDriverError && thrown.isUncertain) return { state: 'pending', pollAfterMs: UNSENT_MS };
    const error = translateHolderError(thrown);
    const code = error instanceof AppError ? error.code : 'kernel.internal';
    await run(kernel, giveUpRequest, { ...key, transactionId, code, again: AGAIN.has(code) }, options);
    throw error;
  }
  if (outcome.state === 'signed') return finishAtOnce(kernel, { key, request, signatures: outcome.signatures, saved, credential }, { options, secrets });
  await run(kernel, askAgain, { ...key, request, reference: outcome.reference, afterMs: outcome.pollAfterMs }, options);
  return { state: 'pending', pollAfterMs: outcome.pollAfterMs };
}

type HolderAnswer = { key: SigningKey; request: HolderRequest; signatures: readonly Buffer[]; saved: Kept; credential: CredentialRow };

/** The holder answered at once. What cannot be put in now is kept for the job, unless it is no signature. */
async function finishAtOnce(kernel: Kernel, answer: HolderAnswer, person: Person): Promise<SigningOutcome> {
  try {
    return await finish(kernel, answer, person);
  } catch (thrown) {
    const error = translateHolderError(thrown);
    const code = error instanceof AppError ? error.code : 'kernel.internal';
    if (thrown instanceof SigningDriverError) await run(kernel, giveUpRequest, { ...answer.key, transactionId: answer.request.transactionId, code, again: true }, person.options);
    else if (AGAIN.has(code) && (await findWaitingRequest(kernel.database.pool, answer.key)) !== undefined) return { state: 'pending', pollAfterMs: UNSENT_MS };
    throw error;
  }
}

/** Puts the holder's signature into the file and goes on with the next part, or completes. */
async function finish(kernel: Kernel, { key, request, signatures, saved, credential }: HolderAnswer, person: Person): Promise<SigningOutcome> {
  const signature = single(signatures);
  // What a holder answers is never taken on trust; a signing that was closed is not opened again for a wrong answer.
  if (!isSignatureBy(credential, itemsOf(saved)[0].attributes, signature)) throw new SigningDriverError('unavailable', { detail: 'the signature does not fit the certificate' });
  const prepared = Buffer.from(JSON.stringify({ ...saved, answer: [signature.toString('base64')] } satisfies Kept));
  const attempt = await run(kernel, takeAnswer, { ...key, transactionId: request.transactionId, prepared }, person.options);
  if (attempt.kind === 'completed') return resultOf(attempt);
  if (attempt.kind === 'superseded') throw signatureErrors.signingEnded();
  const running: Running = { ...person, attempt };
  return guarded(kernel, running, async () => {
    const work = await workOf(kernel, attempt, { ...person, signingTime: new Date(saved.signingTime) });
    return settle(kernel, running, { work, outcome: await resumeParts(work, saved, signature) });
  });
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

function single(signatures: readonly Buffer[]): Buffer {
  const [signature] = signatures;
  if (signature === undefined || signatures.length !== 1) throw new SigningDriverError('unavailable', { detail: 'the number of signatures' });
  return signature;
}

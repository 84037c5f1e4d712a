import type { Actor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { SigningDriverError, type SignOutcome } from './adapters/signing-driver.ts';
import { askAgain, findWaitingRequest, giveUpRequest, type WaitingRequest } from './commands/holder-requests.ts';
import { beginAttempt, type SigningKey } from './commands/signing-states.ts';
import { signatureErrors } from './errors.ts';
import type { CredentialRow } from './policy.ts';
import { heldWithAccess } from './personal-access.ts';
import { keyHolderOf } from './purposes.ts';
import { getCredential } from './queries/credentials.ts';
import { signParts } from './sign-parts.ts';
import { AGAIN, FINAL, finish, guarded, itemsOf, readSaved, resultOf, settle, translateHolderError, withBase, type Kept, type Running, type SigningOutcome } from './signing-steps.ts';
import { requestFor, workOf, type Secrets } from './signing-work.ts';

export type PerformSigning = { agencyId: Id<'agency'>; signingId: string; actor: Actor; requestId?: string } & Secrets;

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
  return guarded(kernel, running, () =>
    withBase(kernel, attempt.signing.baseSha256, async (base) => {
      const work = await workOf(kernel, attempt, { ...running, signingTime: kernel.clock.now(), base });
      return settle(kernel, running, { work, outcome: await signParts(work) });
    }),
  );
}

/** How long a late confirmation is waited for; remote services forget a request sooner. */
export const LATE_FOR_MS = 24 * 3_600_000;
const LONGEST_PAUSE_MS = 10 * 60_000;

/**
 * Asks the key holder for the answer to a pending signing and goes on with it; the job of kind `signatures.poll-signing`.
 * A signing that was closed because nobody confirmed is asked after as well, ever more seldom, for a day: the late confirmation
 * signs. What was never acknowledged is sent again under its own transaction.
 * @throws signatures.alreadyBeingSigned while another process puts the answer in
 */
export async function resumeSigning(kernel: Kernel, { turn, ...key }: SigningKey & { turn?: number | undefined }, system: Actor): Promise<void> {
  const waiting = await findWaitingRequest(kernel.database.pool, key);
  // What was asked together with others is asked after together with them.
  if (waiting === undefined || waiting.request.isOfBatch === true || (turn !== undefined && waiting.request.turn !== turn)) return;
  const now = kernel.clock.now();
  if (waiting.busyUntil !== null && waiting.busyUntil > now) throw signatureErrors.alreadyBeingSigned({ values: { name: waiting.openedBy.name, seconds: 60 } });
  const ageMs = now.getTime() - waiting.openedAt.getTime();
  try {
    const credential = await getCredential(kernel.database.pool, { agencyId: waiting.credentialAgencyId, id: waiting.credentialId });
    const saved = readSaved(waiting.prepared);
    const outcome = await ask(kernel, credential, { ...waiting, saved });
    if (outcome.state === 'pending') await run(kernel, askAgain, { ...key, request: waiting.request, reference: outcome.reference, afterMs: pauseMs(outcome.pollAfterMs, ageMs) }, { actor: system });
    // The rest happens in the name of the person who asked for the signature.
    else await finish(kernel, { key, request: waiting.request, signatures: outcome.signatures, saved, credential }, { options: { actor: waiting.openedBy }, secrets: {} });
  } catch (thrown) {
    const error = translateHolderError(thrown);
    if (!(error instanceof AppError) || error.code === 'signatures.alreadyBeingSigned' || error.code.startsWith('kernel.')) throw error;
    const isTemporary = thrown instanceof SigningDriverError ? !FINAL.has(thrown.problem) : AGAIN.has(error.code) || error.code === 'signatures.signingEnded';
    if (isTemporary && ageMs < LATE_FOR_MS) {
      kernel.log.warn({ err: error, signingId: key.signingId }, 'a key holder gave no answer; it is asked again');
      await run(kernel, askAgain, { ...key, request: waiting.request, reference: waiting.request.reference, afterMs: pauseMs(POLL_MS, ageMs) }, { actor: system });
      return;
    }
    const again = AGAIN.has(error.code);
    await run(kernel, giveUpRequest, { ...key, transactionId: waiting.request.transactionId, code: error.code, again }, { actor: system });
  }
}

export const POLL_MS = 5000;

/** The older a question, the more seldom it is asked. */
export function pauseMs(wantedMs: number, ageMs: number): number {
  return Math.max(wantedMs, Math.min(LONGEST_PAUSE_MS, Math.round(ageMs / 10)));
}

async function ask(kernel: Kernel, credential: CredentialRow, { request, baseSha256, saved }: WaitingRequest & { saved: Kept }): Promise<SignOutcome> {
  if (saved.answer !== undefined) return { state: 'signed', signatures: saved.answer.map((each) => Buffer.from(each, 'base64')) };
  const driver = keyHolderOf(kernel, credential.driver);
  const { transactionId, reference } = request;
  const asked = { ...requestFor(credential, baseSha256, {}), credential: heldWithAccess(kernel, credential), transactionId, items: itemsOf(saved) };
  return reference === null ? driver.sign({ ...asked, isRepeat: true }) : driver.poll({ ...asked, reference });
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Actor } from '#kernel/actor.ts';
import { run, type RunOptions } from '#kernel/command.ts';
import { AppError } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { readBytes, storeParts } from '#engines/files/index.ts';
import { KeyHolderError, type HeldCredential, type SignOutcome, type SignRequest } from './adapters/key-holder.ts';
import { timestampSource } from './adapters/timestamps/timestamp-source.ts';
import { imageFromPng, type PdfImage } from './domain/pdf/appearance/index.ts';
import { parseCertificate } from './domain/pki/certificate.ts';
import { signatureErrors, translateDomainError } from './errors.ts';
import type { CredentialRow } from './policy.ts';
import { keyHolderOf, type SigningEvidence } from './purposes.ts';
import { resumeParts, signParts, type PartsOutcome, type PartsWork, type SavedParts } from './sign-parts.ts';
import { planSigning } from './signing-plan.ts';
import { awaitHolder, beginAttempt, completeSigning, endAttempt, type Attempt } from './commands/signing-states.ts';
import { withPin } from './commands/use-pin.ts';

export type PerformSigning = { agencyId: Id<'agency'>; signingId: string; actor: Actor; secret?: string; requestId?: string };

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
  const options = optionsOf(input);
  const attempt = await run(kernel, beginAttempt, { agencyId: input.agencyId, signingId: input.signingId, from: 'prepared' }, options);
  if (attempt.kind === 'completed') return resultOf(attempt);
  return guarded(kernel, { attempt, options }, async () => {
    const work = await workOf(kernel, attempt, { options, secret: input.secret, signingTime: kernel.clock.now() });
    return settle(kernel, { attempt, options }, { work, outcome: await signParts(work) });
  });
}

/** Asks the key holder for the answer to a pending signing and goes on with it; the job of kind `signatures.poll-signing`. */
export async function resumeSigning(kernel: Kernel, key: { agencyId: Id<'agency'>; signingId: string }, system: Actor): Promise<void> {
  const attempt = await run(kernel, beginAttempt, { ...key, from: 'pending' }, { actor: system });
  if (attempt.kind === 'completed') return;
  const { signing, credential } = attempt;
  const options = { actor: signing.openedBy };
  const { holderReference, prepared } = signing;
  if (holderReference === null || prepared === null) return;
  await guarded(kernel, { attempt, options }, async () => {
    // safe because only `settle` writes this column
    const saved = JSON.parse(prepared.toString('utf8')) as SavedParts;
    const answer = await keyHolderOf(kernel, credential.driver).poll(holderReference);
    const work = await workOf(kernel, attempt, { options, secret: undefined, signingTime: new Date(saved.signingTime) });
    const outcome: PartsOutcome = answer.state === 'pending' ? { ...answer, saved } : await resumeParts(work, saved, single(answer.signatures));
    return settle(kernel, { attempt, options }, { work, outcome });
  });
}

type Begun = Extract<Attempt, { kind: 'begun' }>;
type Running = { attempt: Begun; options: RunOptions };

function optionsOf({ actor, requestId }: PerformSigning): RunOptions {
  return { actor, ...(requestId === undefined ? {} : { requestId }) };
}

function resultOf({ signing }: Extract<Attempt, { kind: 'completed' }>): SigningOutcome {
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
  'kernel.unavailable',
  'kernel.storageFull',
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
  if (error instanceof KeyHolderError) {
    if (error.problem === 'secretMissing') return signatureErrors.pinMissing({ cause: error });
    if (error.problem === 'refused') return signatureErrors.holderRefused({ cause: error });
    return signatureErrors.holderUnavailable({ cause: error });
  }
  return translateDomainError(error);
}

type Circumstances = { options: RunOptions; secret: string | undefined; signingTime: Date };

async function workOf(kernel: Kernel, { signing, credential }: Begun, { options, secret, signingTime }: Circumstances): Promise<PartsWork> {
  const holder = keyHolderOf(kernel, credential.driver);
  const held: HeldCredential = {
    credentialId: credential.id,
    certificate: credential.certificate,
    chain: credential.chain,
    container: credential.container,
  };
  const request = { credential: held, secret, hash: 'sha256', description: signing.purpose } as const;
  const ask = (items: SignRequest['items']): Promise<SignOutcome> => holder.sign({ ...request, items });
  const key = { agencyId: signing.agencyId, credentialId: credential.id };
  const base = await readBytes(kernel, signing.baseSha256);
  const image = await imageOf(kernel, credential);
  return {
    base,
    parts: planSigning(base, { appearance: signing.appearance, image, signingTime, fieldPrefix: `LienThong-${signing.id.slice(-12)}` }),
    credential: held,
    signerName: credential.label,
    signingTime,
    timestamps: await timestampSource(kernel),
    sign: holder.checksSecretHere ? (items) => withPin(kernel, key, { ...options, work: () => ask(items) }) : ask,
  };
}

const images = service<Map<string, PdfImage>>(Symbol('signature images'), () => new Map());
const IMAGES_KEPT = 100;

async function imageOf(kernel: Kernel, credential: CredentialRow): Promise<{ image: PdfImage; widthMm: number } | undefined> {
  const { image_sha256: sha256, image_width_mm: widthMm } = credential;
  if (sha256 === null || widthMm === null) return undefined;
  const kept = images(kernel);
  const image = kept.get(sha256) ?? imageFromPng(await readBytes(kernel, sha256));
  if (kept.size >= IMAGES_KEPT) kept.clear();
  kept.set(sha256, image);
  return { image, widthMm: Number(widthMm) };
}

async function settle(kernel: Kernel, { attempt, options }: Running, { work, outcome }: { work: PartsWork; outcome: PartsOutcome }): Promise<SigningOutcome> {
  const key = { agencyId: attempt.signing.agencyId, signingId: attempt.signing.id, attemptId: attempt.attemptId };
  if (outcome.state === 'pending') {
    const { reference, pollAfterMs, saved } = outcome;
    await run(kernel, awaitHolder, { ...key, reference, pollAfterMs, prepared: Buffer.from(JSON.stringify(saved)) }, options);
    return { state: 'pending', pollAfterMs };
  }
  // The purpose keeps the file in the transaction below; what a killed process leaves is swept away.
  const result = await storeParts(kernel, [work.base, ...outcome.tails], { provisional: true });
  const evidence = evidenceOf(attempt.credential, work, outcome);
  await withPatience(() => run(kernel, completeSigning, { ...key, result, evidence }, options));
  return { state: 'signed', sha256: result.sha256, sizeBytes: result.sizeBytes };
}

function evidenceOf(credential: CredentialRow, work: PartsWork, { timestamp, tails }: Extract<PartsOutcome, { state: 'signed' }>): SigningEvidence {
  const { fingerprint } = parseCertificate(credential.certificate);
  return {
    certificate: {
      subject: credential.subject,
      issuer: credential.issuer,
      serial: credential.serial,
      fingerprint,
      validFrom: isoInVietnam(credential.valid_from),
      validTo: isoInVietnam(credential.valid_to),
    },
    // The built-in authority's own table was read when the attempt began; others are judged again when the file is validated.
    revocation: { status: credential.is_built_in ? 'good' : 'unknown', source: credential.is_built_in ? 'issuer' : 'none', checkedAt: isoInVietnam(work.signingTime) },
    signingTime: isoInVietnam(work.signingTime),
    timestamp: { time: isoInVietnam(timestamp.time), authority: timestamp.authority },
    level: 'PAdES-B-T',
    signatures: tails.length,
  };
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
  if (signature === undefined || signatures.length !== 1) throw new KeyHolderError('unavailable');
  return signature;
}

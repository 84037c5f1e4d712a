import { run } from '#kernel/command.ts';
import { systemActor } from '#kernel/actor.ts';
import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { readBytes, storeBytes, storeParts } from '#engines/files/index.ts';
import { timestampSource, type Timestamp } from '../adapters/timestamps/timestamp-source.ts';
import { takeAnswer } from '../commands/holder-requests.ts';
import { endAttempt, getSigning, type SigningRow } from '../commands/signing-states.ts';
import { prepareDocumentTimestamp } from '../domain/pdf/levels/index.ts';
import { parseCertificate } from '../domain/pki/certificate.ts';
import { signatureErrors, translateDomainError } from '../errors.ts';
import type { CredentialRow } from '../policy.ts';
import type { SigningEvidence } from '../purposes.ts';
import { getCredential } from '../queries/credentials.ts';
import { assertKey, assertOpen, completeHandOver, getHandOver, refuseUploaded, takeUploaded, type HandOverKey } from './commands/hand-over-states.ts';
import type { HandOverStatus } from './contract.ts';
import { keptRefusal, type KeptRefusal } from './errors.ts';
import { judgeUpload, type AcceptedUpload } from './judge-upload.ts';

const system = systemActor('signatures.hand-over');

/** An increment holds signatures, their pictures and fonts; 16 MB is beyond all of them. */
const INCREMENT_BYTES = 16 * 1024 * 1024;

/** How large a body may be that comes to an upload address. @throws signatures.handOverUnknown · handOverEnded · handOverExpired */
export async function uploadLimit(kernel: Kernel, { key, ...handOverKey }: HandOverKey & { key: string }): Promise<number> {
  const handOver = await getHandOver(kernel.database.pool, handOverKey);
  assertKey(handOver.uploadKeyHash, key);
  // What was sent once may be sent again, and hears what has become of it.
  if (handOver.uploadSha256 === null) assertOpen(handOver, kernel.clock.now());
  const { baseSha256 } = await getSigning(kernel.database.pool, handOver);
  return (await readBytes(kernel, baseSha256)).length + INCREMENT_BYTES;
}

export type ReceivedHandOver = { state: Exclude<HandOverStatus['state'], 'refused'> } | { state: 'refused'; problem: KeptRefusal };

/**
 * Takes the file that a signing program sends to the one-time address, judges it, and completes the signing with it. What has
 * been taken is finished by a job if this process dies; what is refused leaves the signing open for another try.
 * @throws signatures.handOverUnknown · handOverEnded · handOverExpired; files.empty
 */
export async function receiveHandOver(kernel: Kernel, input: HandOverKey & { key: string; bytes: Buffer }): Promise<ReceivedHandOver> {
  const { bytes, key, ...handOverKey } = input;
  // Swept after a day unless the purpose keeps it: a refused file can be looked at until then.
  const stored = await storeBytes(kernel, bytes, { limitBytes: Number.MAX_SAFE_INTEGER, provisional: true });
  await run(kernel, takeUploaded, { ...handOverKey, ...stored, key }, { actor: system });
  try {
    return await finishHandOver(kernel, handOverKey);
  } catch (error) {
    kernel.log.warn({ err: error, handOverId: input.handOverId }, 'a signed file was taken and could not be finished; the job goes on with it');
    const { refusal } = await getHandOver(kernel.database.pool, handOverKey);
    return refusal === null ? { state: 'received' } : { state: 'refused', problem: refusal };
  }
}

/**
 * Judges what was uploaded and completes the signing, or refuses. Done twice, it is done once.
 * @throws what may pass by itself, such as a time-stamping service that is away: to be tried again
 */
export async function finishHandOver(kernel: Kernel, key: HandOverKey): Promise<ReceivedHandOver> {
  const handOver = await getHandOver(kernel.database.pool, key);
  if (handOver.state === 'refused' && handOver.refusal !== null) return { state: 'refused', problem: handOver.refusal };
  if (handOver.state === 'refused') throw new Error('a refusal without its reason');
  if (handOver.state !== 'received' || handOver.uploadSha256 === null) return { state: handOver.state };
  const signing = await getSigning(kernel.database.pool, handOver);
  const credential = await getCredential(kernel.database.pool, { agencyId: signing.credentialAgencyId, id: signing.credentialId });
  const [base, bytes] = await Promise.all([readBytes(kernel, signing.baseSha256), readBytes(kernel, handOver.uploadSha256)]);
  try {
    const accepted = await judgeUpload(kernel, { base, bytes, credential });
    return await complete(kernel, { key, signing, credential, bytes, accepted });
  } catch (thrown) {
    const error = translateDomainError(thrown);
    if (!(error instanceof AppError) || isTemporary(error)) throw error;
    const refusal = keptRefusal(error);
    const state = await run(kernel, refuseUploaded, { ...key, refusal }, { actor: system });
    return state === 'refused' ? { state, problem: refusal } : { state };
  }
}

/** These pass by themselves; the job tries again. */
const TEMPORARY: ReadonlySet<string> = new Set([
  'signatures.timestampUnavailable',
  'signatures.timestampWrong',
  'signatures.clockUntrusted',
  'signatures.authorityTokenUnavailable',
  'signatures.alreadyBeingSigned',
  'kernel.unavailable',
  'kernel.storageFull',
]);

function isTemporary({ code }: AppError): boolean {
  return TEMPORARY.has(code);
}

type Completing = { key: HandOverKey; signing: SigningRow; credential: CredentialRow; bytes: Buffer; accepted: AcceptedUpload };

async function complete(kernel: Kernel, { key, signing, credential, bytes, accepted }: Completing): Promise<ReceivedHandOver> {
  const { agencyId, handOverId } = key;
  const signingKey = { agencyId, signingId: signing.id };
  // From here on in the name of the person who asked for the signature.
  const options = { actor: signing.openedBy };
  const attempt = await run(kernel, takeAnswer, { ...signingKey, transactionId: handOverId, prepared: Buffer.from('{}') }, options);
  // Complete already, and not by this file: that would have ended the hand-over with it.
  if (attempt.kind !== 'begun') throw signatureErrors.signingEnded();
  try {
    const timed = accepted.timestamp === undefined ? await stampDocument(kernel, bytes) : { tail: undefined, timestamp: accepted.timestamp };
    const result = await storeParts(kernel, timed.tail === undefined ? [bytes] : [bytes, timed.tail], { provisional: true });
    const evidence = evidenceOf(credential, { accepted, timestamp: timed.timestamp, checkedAt: kernel.clock.now() });
    await run(kernel, completeHandOver, { ...signingKey, attemptId: attempt.attemptId, handOverId, result, evidence }, options);
    return { state: 'completed' };
  } catch (thrown) {
    const error = translateDomainError(thrown);
    const code = error instanceof AppError ? error.code : 'kernel.internal';
    const again = error instanceof AppError && isTemporary(error);
    await run(kernel, endAttempt, { ...signingKey, attemptId: attempt.attemptId, code, again }, options);
    if (!again) await run(kernel, refuseUploaded, { ...key, refusal: error instanceof AppError ? keptRefusal(error) : { code, values: { requestId: handOverId } } }, { actor: system });
    throw error;
  }
}

/**
 * The program put no time with the signature. An attribute cannot be put into a signature container that others hold already, so
 * a document time stamp follows as an increment: level B-T as well (EN 319 142-1 clause 6.3, requirement on trusted time).
 */
async function stampDocument(kernel: Kernel, bytes: Buffer): Promise<{ tail: Buffer; timestamp: SigningEvidence['timestamp'] }> {
  const source = await timestampSource(kernel);
  const prepared = prepareDocumentTimestamp(bytes, { reserveBytes: source.tokenBytes });
  const stamp: Timestamp = await source.stamp(Buffer.concat([prepared.base, prepared.written]));
  return { tail: prepared.finish(stamp.token).tail, timestamp: { time: isoInVietnam(stamp.time), authority: stamp.authority } };
}

type Seen = { accepted: AcceptedUpload; timestamp: SigningEvidence['timestamp']; checkedAt: Date };

function evidenceOf(credential: CredentialRow, { accepted, timestamp, checkedAt }: Seen): SigningEvidence {
  const isGood = accepted.revocation === 'good';
  return {
    certificate: {
      subject: credential.subject,
      issuer: credential.issuer,
      serial: credential.serial,
      fingerprint: parseCertificate(credential.certificate).fingerprint,
      validFrom: isoInVietnam(credential.valid_from),
      validTo: isoInVietnam(credential.valid_to),
    },
    revocation: { status: isGood ? 'good' : 'unknown', source: isGood ? 'issuer' : 'none', checkedAt: isoInVietnam(checkedAt) },
    signingTime: isoInVietnam(new Date(accepted.signingTime)),
    timestamp,
    level: accepted.level,
    signatures: accepted.signatures,
  };
}

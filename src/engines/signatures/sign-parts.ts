import { createHash, type Hash } from 'node:crypto';
import type { BaseFile } from './base-file.ts';
import { assembleCms, cmsSigner, estimateCmsBytes, signedAttributes, type CmsSigner } from './domain/cms/sign.ts';
import { prepareSignatureOf, restoreIncrement, saveIncrement, type PreparedIncrement, type PreparedState } from './domain/pdf/signing/index.ts';
import { SigningDriverError, type HeldCredential, type SignOutcome, type SignRequest } from './adapters/signing-driver.ts';
import type { Timestamp, TimestampSource } from './adapters/timestamps/timestamp-source.ts';
import type { SigningPart } from './signing-plan.ts';
import { isSignatureBy } from './signing-work.ts';

export type PartsWork = {
  base: BaseFile;
  parts: readonly SigningPart[];
  credential: HeldCredential;
  signerName: string;
  signingTime: Date;
  timestamps: TimestampSource;
  /** Asks the key holder. */
  sign: (items: SignRequest['items']) => Promise<SignOutcome>;
};

/** What has to be kept while a slow holder makes up its mind. */
export type SavedParts = { tails: string[]; prepared: PreparedState; attributes: string; signingTime: string };

export type PartsOutcome =
  /** What has to be appended to the base, in order. */
  | { state: 'signed'; tails: Buffer[]; timestamp: Timestamp }
  | { state: 'pending'; reference: string; pollAfterMs: number; saved: SavedParts };

type Progress = { tails: Buffer[]; hash: Hash; timestamp: Timestamp | undefined };

/**
 * Signs part after part, each over everything before it; of the base only what signing has to know is read, and nothing is changed.
 * @throws PdfError of the signing, SigningDriverError, signatures.timestampUnavailable · timestampWrong
 */
export async function signParts(work: PartsWork): Promise<PartsOutcome> {
  return goOn(work, { tails: [], hash: work.base.hash.copy(), timestamp: undefined });
}

/** Takes up what waited for a holder, with the holder's answer. */
export async function resumeParts(work: PartsWork, saved: SavedParts, signature: Buffer): Promise<PartsOutcome> {
  const tails = saved.tails.map((tail) => Buffer.from(tail, 'base64'));
  const hash = work.base.hash.copy();
  for (const tail of tails) hash.update(tail);
  const progress: Progress = { tails, hash, timestamp: undefined };
  const prepared = restoreIncrement({ sizeBytes: work.base.sizeBytes + sizeOf(tails), sha256: hash.copy().digest('hex') }, saved.prepared);
  const attributes = Buffer.from(saved.attributes, 'base64');
  await finishPart(work, progress, { signer: signerOf(work.credential), prepared, attributes, signature });
  return goOn(work, progress);
}

async function goOn(work: PartsWork, progress: Progress): Promise<PartsOutcome> {
  const signer = signerOf(work.credential);
  const reserveBytes = estimateCmsBytes(signer, work.timestamps.tokenBytes);
  for (const part of work.parts.slice(progress.tails.length)) {
    const prepared = prepareSignatureOf(work.base.sourceWith(progress.tails), { ...part, signingTime: work.signingTime, reserveBytes, signerName: work.signerName });
    const attributes = signedAttributes(signer, prepared.digest(progress.hash));
    const outcome = await work.sign([{ attributes, digest: createHash('sha256').update(attributes).digest() }]);
    if (outcome.state === 'pending') return { ...outcome, saved: save(work, progress, { prepared, attributes }) };
    await finishPart(work, progress, { signer, prepared, attributes, signature: single(outcome.signatures) });
  }
  if (progress.timestamp === undefined) throw new Error('a signing without parts');
  return { state: 'signed', tails: progress.tails, timestamp: progress.timestamp };
}

function save(work: PartsWork, progress: Progress, step: { prepared: PreparedIncrement; attributes: Buffer }): SavedParts {
  return {
    tails: progress.tails.map((tail) => tail.toString('base64')),
    prepared: saveIncrement(step.prepared, progress.hash.copy().digest('hex')),
    attributes: step.attributes.toString('base64'),
    signingTime: work.signingTime.toISOString(),
  };
}

type Step = { signer: CmsSigner; prepared: PreparedIncrement; attributes: Buffer; signature: Buffer };

async function finishPart(work: PartsWork, progress: Progress, { signer, prepared, attributes, signature }: Step): Promise<void> {
  // What a holder answers is never taken on trust: it has to fit the certificate that the attributes name.
  if (!isSignatureBy(work.credential, attributes, signature)) {
    throw new SigningDriverError('unavailable', { cause: new Error('the signature does not fit the certificate') });
  }
  const timestamp = await work.timestamps.stamp(signature);
  const { tail } = prepared.finish(assembleCms(signer, { attributes, signature, timestampToken: timestamp.token }));
  progress.tails.push(tail);
  progress.hash.update(tail);
  progress.timestamp = timestamp;
}

function sizeOf(tails: readonly Buffer[]): number {
  return tails.reduce((sum, tail) => sum + tail.length, 0);
}

function signerOf({ certificate, chain }: HeldCredential): CmsSigner {
  return cmsSigner({ certificate, chain });
}

/** The one signature that was asked for. @throws SigningDriverError `unavailable` */
export function single(signatures: readonly Buffer[]): Buffer {
  const [signature] = signatures;
  if (signature === undefined || signatures.length !== 1) throw new SigningDriverError('unavailable', { detail: 'the number of signatures' });
  return signature;
}

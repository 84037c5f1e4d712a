import type { RunOptions } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { readBytes } from '#engines/files/index.ts';
import type { BaseFile } from './base-file.ts';
import type { HeldCredential, SignOutcome, SignRequest } from './adapters/signing-driver.ts';
import { timestampSource } from './adapters/timestamps/timestamp-source.ts';
import type { Attempt } from './commands/signing-states.ts';
import { withPin } from './commands/use-pin.ts';
import { imageFromPng, type PdfImage } from './domain/pdf/appearance/index.ts';
import { cmsSigner } from './domain/cms/sign.ts';
import { signatureFits } from './domain/pki/algorithms.ts';
import { parseCertificate } from './domain/pki/certificate.ts';
import type { CredentialRow } from './policy.ts';
import { keyHolderOf, type SigningEvidence } from './purposes.ts';
import type { PartsOutcome, PartsWork } from './sign-parts.ts';
import { planSigning } from './signing-plan.ts';

export type Begun = Extract<Attempt, { kind: 'begun' }>;
/** What the person typed. */
export type Secrets = { secret?: string | undefined; otp?: string | undefined };
export type Circumstances = { options: RunOptions; secrets: Secrets; signingTime: Date; base: BaseFile };

/** Whatever a request to a driver says beside what is signed. */
export function requestFor(credential: CredentialRow, baseSha256: string, secrets: Secrets): Omit<SignRequest, 'items' | 'transactionId'> {
  // The code lets the person compare what the phone asks with what the screen shows.
  return { credential: heldBy(credential), hash: 'sha256', description: `Ký văn bản, mã ${baseSha256.slice(0, 8).toUpperCase()}`, secret: secrets.secret, otp: secrets.otp };
}

/** A delegate's own certificate belongs to another agency than the document. */
export function keyOf({ agency_id: agencyId, id }: CredentialRow): { agencyId: Id<'agency'>; credentialId: string } {
  // safe because the column holds agencies' ids
  return { agencyId: agencyId as Id<'agency'>, credentialId: id };
}

export function heldBy({ id, certificate, chain, container }: CredentialRow): HeldCredential {
  return { credentialId: id, certificate, chain, container };
}

/**
 * Everything that signing the file's parts takes. A driver whose answer comes from elsewhere is not asked here: `signParts` stops
 * as pending with what has to be kept, and the request goes out once that is kept.
 */
export async function workOf(kernel: Kernel, { signing, credential, attemptId }: Omit<Begun, 'kind'>, { options, secrets, signingTime, base }: Circumstances): Promise<PartsWork> {
  const driver = keyHolderOf(kernel, credential.driver);
  const request = { ...requestFor(credential, signing.baseSha256, secrets), transactionId: attemptId };
  const ask = (items: SignRequest['items']): Promise<SignOutcome> => driver.sign({ ...request, items });
  const sign = driver.checksSecretHere
    ? (items: SignRequest['items']) => withPin(kernel, keyOf(credential), { ...options, work: () => ask(items) })
    : ask;
  const image = await imageOf(kernel, credential);
  return {
    base,
    parts: planSigning(base.sourceWith([]), { appearance: signing.appearance, image, signingTime, fieldPrefix: `LienThong-${signing.id.slice(-12)}` }),
    credential: heldBy(credential),
    signerName: credential.label,
    signingTime,
    timestamps: await timestampSource(kernel),
    sign: driver.confirmsElsewhere ? () => Promise.resolve({ state: 'pending', reference: attemptId, pollAfterMs: 0 }) : sign,
  };
}

const families = { 'rsa-pkcs1': 'rsa', 'rsa-pss': 'rsa-pss', ecdsa: 'ecdsa' } as const;

/** Whether a signature value over the attributes was made with the credential's key. */
export function isSignatureBy({ certificate }: Pick<CredentialRow, 'certificate'>, attributes: Buffer, signature: Buffer): boolean {
  const { scheme, hash } = cmsSigner({ certificate, chain: [] });
  return signatureFits({ key: parseCertificate(certificate).publicKey(), algorithm: { family: families[scheme], hash }, data: attributes, signature });
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

export function evidenceOf(credential: CredentialRow, work: PartsWork, { timestamp, tails }: Extract<PartsOutcome, { state: 'signed' }>): SigningEvidence {
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

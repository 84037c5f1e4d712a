import { constants, createECDH, createHash, createHmac, privateEncrypt, randomBytes, type KeyObject } from 'node:crypto';
import { run, type CommandContext, type RunOptions } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { toAppError } from '../adapters/driver-errors.ts';
import { SigningDriverError } from '../adapters/signing-driver.ts';
import { digestInfo, ecdsaDer, schemeOf } from '../adapters/signature-values.ts';
import { seq, oid } from '../domain/asn1/der.ts';
import { Asn1Error } from '../domain/asn1/errors.ts';
import { readAsn1 } from '../domain/asn1/reader.ts';
import type { CmsHash } from '../domain/cms/sign.ts';
import { readSignatureAlgorithm } from '../domain/pki/algorithms.ts';
import { PkiError } from '../domain/pki/errors.ts';
import { OID } from '../domain/pki/oids.ts';
import { readPkcs12 } from '../domain/pki/pkcs12.ts';
import { signatureErrors } from '../errors.ts';
import { assertInForce, assertMayUse, type CredentialRow } from '../policy.ts';
import { findKeyHolder, keyHolderOf } from '../purposes.ts';
import { getCredential } from '../queries/credentials.ts';
import { heldBy } from '../signing-work.ts';
import { withPin } from './use-pin.ts';

export type SignHashes = {
  agencyId: Id<'agency'>;
  credentialId: string;
  hash: CmsHash;
  /** Ready-made hash values; none only proves that the PIN opens the key. */
  digests: readonly Buffer[];
  /** What `pinForHashes` wants of the owner; nothing where the installation keeps the PIN of the device. */
  pin: string | undefined;
  /** What a device shows. */
  description: string;
  /** A UUID; stands in the record. */
  transactionId: string;
  /** Also in the other way of an RSA key, where `offersPss` says so: it is not known yet which of the two is wanted. */
  withPss?: boolean;
};

/** `pss` is RSASSA-PSS over the same hash, where it was asked for. */
export type SignedHash = { value: Buffer; pss: Buffer | undefined };

/**
 * Signs ready-made hashes with the caller's own key, for a service that was asked to sign what it does not see. That the key was asked is
 * recorded before it is, wrong PINs are counted.
 * @returns RSASSA-PKCS1-v1_5 values, or DER ECDSA values, in the order of the hashes, and RSASSA-PSS values where asked for
 * @throws signatures.credentialNotFound · notYourCredential · wrongPin · credentialLocked · certificate… · holderUnavailable and, from a token or an HSM, the codes of `driverErrors`
 */
export async function signHashes(kernel: Kernel, input: SignHashes, options: RunOptions): Promise<SignedHash[]> {
  const key = { agencyId: input.agencyId, credentialId: input.credentialId };
  const credential = await getCredential(kernel.database.pool, { agencyId: key.agencyId, id: key.credentialId });
  assertMayUse(options.actor, credential);
  assertInForce(credential, kernel.clock.now());
  if (input.digests.length > 0) await run(kernel, recordUse, { ...key, transactionId: input.transactionId }, options);
  if (credential.driver === 'pkcs12') return withPin(kernel, key, { ...options, work: () => signWithKeyFile(credential, input) });
  return signWithDevice(kernel, credential, input);
}

/**
 * What the owner of a credential gives so that `signHashes` opens its key: the PIN, or nothing where the installation keeps the PIN of the
 * device. `notHere` when no ready-made hashes are signed here with its key: its holder asks the owner elsewhere, or the installation no
 * longer names the holder.
 */
export function pinForHashes(kernel: Kernel, { driver }: Pick<CredentialRow, 'driver'>): 'typed' | 'none' | 'notHere' {
  const holder = findKeyHolder(kernel, driver);
  if (holder === undefined || holder.confirmsElsewhere) return 'notHere';
  return holder.secretToSign === 'none' ? 'none' : 'typed';
}

/** Whether a key signs in the way of RSASSA-PSS as well: devices are asked for one signature of a hash, key files are not slow. */
export function offersPss({ driver, certificate }: Pick<CredentialRow, 'driver' | 'certificate'>): boolean {
  return driver === 'pkcs12' && schemeOf(certificate) === 'rsa-pkcs1';
}

/** Whether RSASSA-PSS-params (RFC 4055 section 3.1, DER) mean what `signHashes` makes: MGF1 with the same hash, a salt as long as the hash. */
export function meansOwnPss(parameters: Buffer, hash: CmsHash): boolean {
  try {
    const asked = readSignatureAlgorithm(readAsn1(seq(oid(OID.rsaPss), parameters)));
    return asked.hash === hash && asked.saltLength === hashBytes[hash];
  } catch (error) {
    if (error instanceof PkiError || error instanceof Asn1Error) return false;
    throw error;
  }
}

function recordUse(ctx: CommandContext, { agencyId, credentialId, transactionId }: Pick<SignHashes, 'agencyId' | 'credentialId' | 'transactionId'>): Promise<void> {
  ctx.record({ type: 'signatures.signing-started', agencyId, subject: { type: 'credential', id: credentialId }, data: { signingId: transactionId } });
  return Promise.resolve();
}

async function signWithDevice(kernel: Kernel, credential: CredentialRow, { hash, digests, pin, description, transactionId }: SignHashes): Promise<SignedHash[]> {
  const driver = keyHolderOf(kernel, credential.driver);
  // Whoever confirms elsewhere already is a remote service; one behind another would ask the person twice.
  if (driver.confirmsElsewhere) throw signatureErrors.holderUnavailable();
  try {
    const items = digests.map((digest) => ({ attributes: Buffer.alloc(0), digest }));
    const outcome = await driver.sign({ credential: heldBy(credential), secret: pin, hash, items, description, transactionId });
    if (outcome.state === 'pending') throw signatureErrors.holderUnavailable();
    return outcome.signatures.map((value) => ({ value, pss: undefined }));
  } catch (error) {
    if (error instanceof SigningDriverError) throw toAppError(error);
    throw error;
  }
}

async function signWithKeyFile(credential: CredentialRow, { hash, digests, pin, withPss = false }: SignHashes): Promise<SignedHash[]> {
  const { privateKey, certificate } = await openKeyFile(credential, pin);
  if (!certificate.raw.equals(credential.certificate)) throw signatureErrors.holderUnavailable({ internal: 'the key file holds another certificate' });
  const isEc = schemeOf(credential.certificate) === 'ecdsa';
  if (isEc) return digests.map((digest) => ({ value: signWithEc(privateKey, hash, digest), pss: undefined }));
  return digests.map((digest) => ({
    value: privateEncrypt({ key: privateKey, padding: constants.RSA_PKCS1_PADDING }, digestInfo(hash, digest)),
    pss: withPss ? signWithPss(privateKey, hash, digest) : undefined,
  }));
}

async function openKeyFile({ container }: CredentialRow, pin: string | undefined): ReturnType<typeof readPkcs12> {
  if (pin === undefined || pin === '') throw new SigningDriverError('secretMissing');
  if (container === null) throw signatureErrors.holderUnavailable({ internal: 'no key file' });
  try {
    return await readPkcs12(container, pin);
  } catch (error) {
    if (error instanceof PkiError && error.code === 'pkcs12.wrongPassword') throw new SigningDriverError('wrongSecret', { cause: error });
    throw error;
  }
}

/**
 * RSASSA-PSS over a ready-made hash (RFC 8017 section 9.1.1), which node:crypto offers for the file itself only: MGF1 with the same hash, the salt as
 * long as the hash.
 */
export function signWithPss(key: KeyObject, hash: CmsHash, digest: Buffer): Buffer {
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits === undefined) throw new TypeError('a key without modulus cannot sign in this way');
  const size = digest.length;
  const block = Buffer.alloc(Math.ceil((bits - 1) / 8));
  const masked = block.subarray(0, block.length - size - 1);
  const salt = randomBytes(size);
  const seed = createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  salt.copy(masked, masked.length - size);
  masked[masked.length - size - 1] = 1;
  for (let from = 0; from < masked.length; from += size) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(from / size);
    const mask = createHash(hash).update(seed).update(counter).digest();
    for (let i = 0; i < size && from + i < masked.length; i += 1) masked[from + i] = (masked[from + i] ?? 0) ^ (mask[i] ?? 0);
  }
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * block.length - (bits - 1)));
  seed.copy(block, masked.length);
  block[block.length - 1] = 0xbc;
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, Buffer.concat([Buffer.alloc(Math.ceil(bits / 8) - block.length), block]));
}

const hashBytes = { sha256: 32, sha384: 48, sha512: 64 } as const;

const curves = {
  'P-256': { name: 'prime256v1', bytes: 32, order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n },
  'P-384': { name: 'secp384r1', bytes: 48, order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n },
} as const;
type Curve = (typeof curves)[keyof typeof curves];

/**
 * ECDSA over a ready-made hash (FIPS 186-5 section 6.4.1), which node:crypto offers no call for. The secret number follows from key and
 * hash (RFC 6979 section 3.2); the multiplication on the curve is OpenSSL's, and what is left is blinded, since big integers take a time
 * that depends on their value.
 */
export function signWithEc(key: KeyObject, hash: CmsHash, digest: Buffer): Buffer {
  const { crv, d } = key.export({ format: 'jwk' });
  const curve = crv === 'P-256' || crv === 'P-384' ? curves[crv] : undefined;
  if (curve === undefined || d === undefined) throw new TypeError(`a key on ${crv ?? 'no curve'} cannot sign here`);
  const { bytes, order } = curve;
  const secret = Buffer.from(d, 'base64url');
  const z = numberOf(digest.subarray(0, bytes)) % order;
  for (const k of secretNumbers(curve, { secret, hash, z })) {
    const r = xOfMultiple(curve, k) % order;
    const blind = (numberOf(randomBytes(bytes)) % (order - 1n)) + 1n;
    const s = (power(numberOf(k) * blind, order - 2n, order) * (((blind * z) % order) + ((((blind * numberOf(secret)) % order) * r) % order))) % order;
    if (r !== 0n && s !== 0n) return ecdsaDer(Buffer.concat([bytesOf(r, bytes), bytesOf(s, bytes)]));
  }
  throw new Error('no secret number was found');
}

function* secretNumbers({ bytes, order }: Curve, { secret, hash, z }: { secret: Buffer; hash: CmsHash; z: bigint }): Generator<Buffer> {
  const mac = (k: Buffer, ...parts: Buffer[]): Buffer => createHmac(hash, k).update(Buffer.concat(parts)).digest();
  const size = hashBytes[hash];
  const seed = Buffer.concat([secret, bytesOf(z, bytes)]);
  let v: Buffer = Buffer.alloc(size, 1);
  let k: Buffer = Buffer.alloc(size, 0);
  for (const step of [0, 1]) {
    k = mac(k, v, Buffer.from([step]), seed);
    v = mac(k, v);
  }
  for (;;) {
    let text: Buffer = Buffer.alloc(0);
    while (text.length < bytes) {
      v = mac(k, v);
      text = Buffer.concat([text, v]);
    }
    const candidate = text.subarray(0, bytes);
    const number = numberOf(candidate);
    if (number > 0n && number < order) yield candidate;
    k = mac(k, v, Buffer.from([0]));
    v = mac(k, v);
  }
}

function xOfMultiple({ name, bytes }: Curve, k: Buffer): bigint {
  const point = createECDH(name);
  point.setPrivateKey(k);
  return numberOf(point.getPublicKey().subarray(1, 1 + bytes));
}

function power(base: bigint, exponent: bigint, order: bigint): bigint {
  let result = 1n;
  let square = base % order;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % order;
    square = (square * square) % order;
  }
  return result;
}

const numberOf = (bytes: Buffer): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`));
const bytesOf = (number: bigint, bytes: number): Buffer => Buffer.from(number.toString(16).padStart(bytes * 2, '0'), 'hex');

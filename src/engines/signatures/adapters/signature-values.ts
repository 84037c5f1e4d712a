import { X509Certificate } from 'node:crypto';
import { ctx, int, nul, oct, oid, seq } from '../domain/asn1/der.ts';
import type { CmsHash, CmsScheme } from '../domain/cms/sign.ts';
import { SigningDriverError } from './signing-driver.ts';

/** How a key signs unless asked otherwise. */
export function schemeOf(certificate: Buffer): Exclude<CmsScheme, 'rsa-pss'> {
  return new X509Certificate(certificate).publicKey.asymmetricKeyType === 'ec' ? 'ecdsa' : 'rsa-pkcs1';
}

/**
 * The signature value that a service wrote as text. Services differ: Base64 with or without line breaks, or hexadecimal; ECDSA
 * as DER or as r || s.
 * @throws SigningDriverError `unavailable` when it is neither
 */
export function signatureValue(text: string, scheme: CmsScheme): Buffer {
  const value = bytesOf(text);
  if (value === undefined || value.length < 32) throw new SigningDriverError('unavailable', { detail: 'not a signature value' });
  return scheme === 'ecdsa' && !isDerSequence(value) ? ecdsaDer(value) : value;
}

/** Bytes written as Base64 or as hexadecimal. A text of hexadecimal digits alone is taken for that: no Base64 of 32 bytes looks so. */
export function bytesOf(text: string): Buffer | undefined {
  const bare = text.replace(/\s+/g, '');
  if (/^(?:[0-9a-f]{2})+$/i.test(bare)) return Buffer.from(bare, 'hex');
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(bare) ? Buffer.from(bare, 'base64') : undefined;
}

/** A certificate as a service sends it: Base64 of DER, PEM, or hexadecimal. */
export function certificateBytes(text: string): Buffer | undefined {
  const bytes = bytesOf(text.replace(/-----(?:BEGIN|END) CERTIFICATE-----/g, ''));
  if (bytes === undefined) return undefined;
  try {
    return new X509Certificate(bytes).raw;
  } catch {
    // What cannot be read as a certificate is none.
    return undefined;
  }
}

/** Whether it is a SEQUENCE of exactly two INTEGERs; by its header alone one in 65,536 values of two halves would look so. */
function isDerSequence(value: Buffer): boolean {
  const start = value[1] === 0x81 ? 3 : 2;
  if (value[0] !== 0x30 || value[start - 1] !== value.length - start) return false;
  const [first, firstBytes = 0] = value.subarray(start);
  const [second, secondBytes = 0] = value.subarray(start + 2 + firstBytes);
  return first === 0x02 && second === 0x02 && start + 4 + firstBytes + secondBytes === value.length;
}

const hashOids = { sha256: '2.16.840.1.101.3.4.2.1', sha384: '2.16.840.1.101.3.4.2.2', sha512: '2.16.840.1.101.3.4.2.3' } as const;

/** What CKM_RSA_PKCS pads and signs (RFC 8017 section 9.2). */
export function digestInfo(hash: CmsHash, digest: Buffer): Buffer {
  return seq(seq(oid(hashOids[hash]), nul()), oct(digest));
}

/** RSASSA-PSS-params with a salt as long as the hash (RFC 8017 appendix A.2.3). */
export function pssParameters(hash: CmsHash): Buffer {
  const algorithm = seq(oid(hashOids[hash]), nul());
  const saltBytes = { sha256: 32, sha384: 48, sha512: 64 }[hash];
  return seq(ctx(0, algorithm), ctx(1, seq(oid('1.2.840.113549.1.1.8'), algorithm)), ctx(2, int(saltBytes)));
}

/** From the two halves r || s that tokens give to the SEQUENCE of two INTEGERs that CMS wants (RFC 5753 section 7.2). */
export function ecdsaDer(value: Buffer): Buffer {
  const half = value.length / 2;
  return seq(int(value.subarray(0, half)), int(value.subarray(half)));
}

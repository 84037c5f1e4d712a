/** What the protected header of a JAdES signature says, as far as it can be believed: shapes, limits, and nothing that has to be fetched. */
import { isUtf8 } from 'node:buffer';
import type { Problem } from '../validation/problems.ts';
import { isJadesAlgorithm } from './algorithms.ts';
import type { JadesAlgorithm } from './algorithms.ts';
import { readStrictObject } from './strict-json.ts';

export interface JadesHeader {
  readonly algorithm: JadesAlgorithm;
  /** DER, the signer's first; empty when the header names it by hash only. */
  readonly certificates: readonly Buffer[];
  /** SHA-256 of the signer's certificate, hexadecimal. */
  readonly thumbprint: string | undefined;
  /** SHA-1 of it, hexadecimal: too weak to bind anybody, but another program may choose by it. */
  readonly weakThumbprint: string | undefined;
  readonly claimedAt: Date | undefined;
  readonly isUnencoded: boolean;
  readonly contentType: string | undefined;
}

const maxCertificates = 20;
/** Critical parameters that are understood here. Anything else in `crit` makes the signature unverifiable (RFC 7515 section 4.1.11). */
const understood = new Set(['sigT', 'b64']);
/** Parameters of JAdES that change what is signed or by whom; they must not be passed over, listed as critical or not. */
const unsupported = ['sigD', 'sigX5ts', 'x5t#o', 'zip', 'enc', 'sigPId'];

/** The header, or the problem for which the signature cannot be judged. */
export function readHeader(encoded: string): JadesHeader | Problem {
  const bytes = fromBase64Url(encoded);
  // What stands in the place of bytes that are no UTF-8 is each program's own affair.
  const header = bytes && isUtf8(bytes) ? readStrictObject(bytes.toString('utf8')) : undefined;
  if (header === undefined) return { code: 'format.unreadable' };
  const { alg, crit, x5c, b64, cty } = header;
  if (!isJadesAlgorithm(alg) || unsupported.some((name) => name in header)) return { code: 'signature.unsupported' };
  const critical = crit === undefined ? [] : stringsOf(crit);
  if (critical === undefined || (crit !== undefined && critical.length === 0) || new Set(critical).size !== critical.length) return { code: 'format.contradiction' };
  if (critical.some((name) => !understood.has(name))) return { code: 'signature.unsupported' };
  if (critical.some((name) => !(name in header))) return { code: 'format.contradiction' };
  const certificates = x5c === undefined ? [] : certificatesOf(x5c);
  const thumbprint = thumbprintOf(header['x5t#S256'], 32);
  const weakThumbprint = thumbprintOf(header['x5t'], 20);
  const claimedAt = claimedTime(header);
  const isEncodingClear = b64 === undefined || (typeof b64 === 'boolean' && critical.includes('b64'));
  const isShapely = certificates !== undefined && thumbprint !== null && weakThumbprint !== null && claimedAt !== null && isEncodingClear && (cty === undefined || typeof cty === 'string');
  if (!isShapely) return { code: 'format.contradiction' };
  return { algorithm: alg, certificates, thumbprint, weakThumbprint, claimedAt, isUnencoded: b64 === false, contentType: cty };
}

/** Bytes of base64url without padding, in its only right form; undefined otherwise. */
export function fromBase64Url(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

function stringsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined;
}

/** RFC 7515 section 4.1.6: ordinary base64, with padding. */
function certificatesOf(value: unknown): Buffer[] | undefined {
  const list = stringsOf(value);
  if (list === undefined || list.length === 0 || list.length > maxCertificates) return undefined;
  return list.every((each) => /^[A-Za-z0-9+/]+={0,2}$/.test(each)) ? list.map((each) => Buffer.from(each, 'base64')) : undefined;
}

/** Undefined when absent, null when it is no hash of this length. */
function thumbprintOf(value: unknown, length: number): string | undefined | null {
  if (value === undefined) return undefined;
  const bytes = typeof value === 'string' ? fromBase64Url(value) : undefined;
  return bytes?.length === length ? bytes.toString('hex') : null;
}

/** Clause 5.1.11 (`iat`, seconds) or 5.2.1 (`sigT`, RFC 3339 in UTC). Undefined when absent, null when it is no time or there are both. */
function claimedTime({ iat, sigT }: Readonly<Record<string, unknown>>): Date | undefined | null {
  if (iat === undefined && sigT === undefined) return undefined;
  if (iat !== undefined && sigT !== undefined) return null;
  const isText = typeof sigT === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(sigT);
  const at = isText ? Date.parse(sigT) : typeof iat === 'number' ? iat * 1000 : Number.NaN;
  return Number.isFinite(at) && Math.abs(at) <= 8.64e15 ? new Date(at) : null;
}

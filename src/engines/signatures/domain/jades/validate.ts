/** Validation of JAdES in compact serialisation (ETSI TS 119 182-1, EN 319 102-1). The key comes from a certificate with a path, from nowhere else. */
import { hash as hashOnce } from 'node:crypto';
import { createValidationCache } from '../validation/cache.ts';
import type { Problem } from '../validation/problems.ts';
import { describeAlgorithm } from '../validation/trust.ts';
import type { TrustContext } from '../validation/trust.ts';
import { contextOf, judgeSignature, readAll } from '../cades/index.ts';
import type { SignatureFacts, SignatureTrust, SignatureValidation } from '../cades/index.ts';
import type { Certificate } from '../pki/certificate.ts';
import { PkiError } from '../pki/errors.ts';
import { algorithmOf, valueFits } from './algorithms.ts';
import { fromBase64Url, readHeader } from './header.ts';
import type { JadesHeader } from './header.ts';

export interface JadesInput {
  readonly jws: string;
  /** The payload that came beside the signature; absent when it is inside. */
  readonly payload?: Buffer;
}

export interface JadesResult extends SignatureValidation {
  /** What was signed; null unless the signature fits it. Whether the signer may be believed is said by the report's indication. */
  readonly payload: Buffer | null;
  readonly contentType: string | null;
}

const maxCharacters = 32 * 1024 * 1024;
const maxHeaderCharacters = 256 * 1024;

/** Never throws for the signature's content: what cannot be read is a report too. */
export function validateJades({ jws, payload }: JadesInput, trust: SignatureTrust): JadesResult {
  const cache = trust.cache ?? createValidationCache();
  const parts = readParts(jws, payload);
  const given = trust.given ?? {};
  const inside = 'code' in parts ? [] : readAll(parts.header.certificates, (raw) => cache.readCertificate(raw));
  const candidates = [...inside, ...(given.certificates ?? [])];
  const material = {
    crls: readAll(given.crls ?? [], (raw) => ({ list: cache.readRevocationList(raw), origin: 'given' as const })),
    ocsps: readAll(given.ocsps ?? [], (raw) => ({ response: cache.readOcspResponse(raw), origin: 'given' as const })),
  };
  const context: TrustContext = { ...contextOf(trust, cache), candidates, material };
  if ('code' in parts) return { ...judgeSignature(factsOf({ problems: [parts] }), context), payload: null, contentType: null };
  const facts = check(parts, { inside, candidates });
  const { header } = parts;
  return { ...judgeSignature(facts, context), payload: facts.isIntact ? parts.payload : null, contentType: facts.isIntact ? (header.contentType ?? null) : null };
}

interface Parts {
  readonly header: JadesHeader;
  readonly payload: Buffer;
  readonly input: Buffer;
  readonly value: Buffer;
}

function readParts(jws: string, beside: Buffer | undefined): Parts | Problem {
  if (jws.length > maxCharacters) return { code: 'format.unreadable' };
  const [encodedHeader = '', encodedPayload = '', encodedValue = '', ...more] = jws.split('.', 4);
  if (more.length > 0 || encodedHeader === '' || encodedValue === '' || encodedHeader.length > maxHeaderCharacters) return { code: 'format.unreadable' };
  const header = readHeader(encodedHeader);
  if ('code' in header) return header;
  const inside = fromBase64Url(encodedPayload);
  const value = fromBase64Url(encodedValue);
  if (inside === undefined || value === undefined) return { code: 'format.unreadable' };
  // A payload at both places, or unencoded inside, would let two readers take two different ones.
  if (beside !== undefined ? encodedPayload !== '' : header.isUnencoded) return { code: 'format.contradiction' };
  const payload = beside ?? inside;
  const signed = header.isUnencoded ? payload : Buffer.from(payload.toString('base64url'));
  return { header, payload, input: Buffer.concat([Buffer.from(`${encodedHeader}.`), signed]), value };
}

/** The signer is the first certificate of `x5c` and the one that `x5t#S256` names; without `x5c`, one at hand with that hash. */
function check({ header, input, value }: Parts, { inside, candidates }: { readonly inside: readonly Certificate[]; readonly candidates: readonly Certificate[] }): SignatureFacts {
  const { algorithm: name, thumbprint, weakThumbprint, certificates, claimedAt } = header;
  const [first] = inside;
  const isFirstReadable = first?.raw.equals(certificates[0] ?? Buffer.alloc(0)) === true;
  const signer = certificates.length > 0 ? (isFirstReadable ? first : undefined) : candidates.find(({ fingerprint }) => fingerprint === thumbprint);
  const algorithm = algorithmOf(name);
  const told = { signer, claimedAt, algorithm: describeAlgorithm(signer, algorithm, algorithm.hash), hashes: [algorithm.hash] };
  const isOther = (thumbprint !== undefined && signer?.fingerprint !== thumbprint) || (weakThumbprint !== undefined && signer !== undefined && hashOnce('sha1', signer.raw) !== weakThumbprint);
  if (signer === undefined || isOther) return factsOf({ ...told, problems: [{ code: 'signer.missing' }] });
  const key = usableKey(signer);
  if (key === undefined) return factsOf({ ...told, problems: [{ code: 'signature.unsupported' }] });
  if (!valueFits({ algorithm: name, key, input, value })) return factsOf({ ...told, problems: [{ code: 'signature.mismatch' }] });
  const isBound = thumbprint !== undefined;
  return factsOf({ ...told, problems: isBound ? [] : [{ code: 'ess.missing' }], isIntact: true, level: isBound && claimedAt ? 'B-B' : 'UNKNOWN' });
}

function usableKey(certificate: Certificate): ReturnType<Certificate['publicKey']> | undefined {
  try {
    return certificate.publicKey();
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

const failures = new Set<Problem['code']>(['signature.mismatch', 'format.unreadable', 'format.contradiction']);

/** Compact serialisation has no room for time stamps: the level never goes beyond B-B, and the time is what the signer claims. */
function factsOf(known: Pick<SignatureFacts, 'problems'> & Partial<SignatureFacts>): SignatureFacts {
  const nothing = { signer: undefined, claimedAt: undefined, timestamp: undefined, algorithm: '', hashes: [], level: 'UNKNOWN', isIntact: false } as const;
  return { format: 'JAdES', field: '', withoutTimestamp: undefined, isBroken: known.problems.some(({ code }) => failures.has(code)), ...nothing, ...known };
}

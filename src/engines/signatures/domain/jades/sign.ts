/**
 * JAdES baseline B-B in compact serialisation (ETSI TS 119 182-1, RFC 7515) for the bodies of API calls: a JWS that carries its certificate
 * and the time. Two phases: `prepareJades` says what is to be signed, whoever holds the key signs it, `embedJades` puts it together.
 */
import { parseCertificate } from '../pki/certificate.ts';
import { fitsKey, toJwsValue, usualAlgorithm } from './algorithms.ts';
import type { JadesAlgorithm } from './algorithms.ts';

export interface JadesRequest {
  /** The signer's certificate, DER. */
  readonly certificate: Buffer;
  /** Certificates of the path, DER, usually without the root. */
  readonly chain: readonly Buffer[];
  /** Default by the key: RS256, ES256 or ES384. */
  readonly algorithm?: JadesAlgorithm;
  readonly payload: Buffer;
  readonly signingTime: Date;
  /**
   * Where the payload is: `attached` inside the JWS; `detached` beside it (RFC 7515 appendix F); `unencoded` beside it and signed as it is
   * (RFC 7797). Default attached.
   */
  readonly payloadAs?: 'attached' | 'detached' | 'unencoded';
  /** The media type of the payload; `application/` may be left out (RFC 7515 section 4.1.10). */
  readonly contentType?: string;
  /** `iat` by default; `sigT` for partners that follow the first edition, which ETSI withdrew for new signatures in July 2025. */
  readonly timeAs?: 'iat' | 'sigT';
}

/** Between the phases; everything in it can be stored. */
export interface PreparedJades {
  readonly algorithm: JadesAlgorithm;
  /** What the key holder signs (the hash of it). */
  readonly signingInput: Buffer;
  readonly header: string;
  /** Empty when the payload stays outside. */
  readonly payload: string;
}

/** Throws PkiError for a certificate that cannot be read, TypeError when algorithm and key do not fit. */
export function prepareJades(request: JadesRequest): PreparedJades {
  const { payload, payloadAs = 'attached' } = request;
  const leaf = parseCertificate(request.certificate);
  const algorithm = request.algorithm ?? usualAlgorithm(leaf.publicKey());
  if (algorithm === undefined || !fitsKey(algorithm, leaf.publicKey())) throw new TypeError('the key of this certificate cannot sign with this algorithm');
  const header = Buffer.from(JSON.stringify(headerOf(request, { algorithm, fingerprint: leaf.fingerprint }))).toString('base64url');
  const encoded = payload.toString('base64url');
  const signed = payloadAs === 'unencoded' ? payload : Buffer.from(encoded);
  return { algorithm, signingInput: Buffer.concat([Buffer.from(`${header}.`), signed]), header, payload: payloadAs === 'attached' ? encoded : '' };
}

function headerOf({ certificate, chain, signingTime, ...request }: JadesRequest, { algorithm, fingerprint }: { readonly algorithm: JadesAlgorithm; readonly fingerprint: string }): Readonly<Record<string, unknown>> {
  const isSigT = request.timeAs === 'sigT';
  const isUnencoded = request.payloadAs === 'unencoded';
  // Clause 5.1.9: parameters that JAdES adds, and b64, must be understood by the reader.
  const critical = [...(isSigT ? ['sigT'] : []), ...(isUnencoded ? ['b64'] : [])];
  return {
    alg: algorithm,
    ...(request.contentType === undefined ? {} : { cty: request.contentType }),
    'x5t#S256': Buffer.from(fingerprint, 'hex').toString('base64url'),
    x5c: [certificate, ...chain].map((each) => each.toString('base64')),
    ...(isSigT ? { sigT: `${signingTime.toISOString().slice(0, 19)}Z` } : { iat: Math.floor(signingTime.getTime() / 1000) }),
    ...(isUnencoded ? { b64: false } : {}),
    ...(critical.length > 0 ? { crit: critical } : {}),
  };
}

/** The finished JWS. `signature` is what key holders answer: PKCS#1 or PSS, or ECDSA as DER. Throws Asn1Error for an ECDSA value that is not. */
export function embedJades({ algorithm, header, payload }: PreparedJades, signature: Buffer): string {
  return `${header}.${payload}.${toJwsValue(algorithm, signature).toString('base64url')}`;
}

import { createHash, createPublicKey, randomBytes, sign, verify, type JsonWebKey, type KeyObject } from 'node:crypto';

/**
 * HTTP Message Signatures (RFC 9421) with ECDSA P-256 and SHA-256 over method, path, query, the digest of the content (RFC
 * 9530) and our version, with the time and a nonce. An answer is signed over its status and content with the nonce of the
 * request, so that it answers this request and no other.
 */
const ALGORITHM = 'ecdsa-p256-sha256';
const REQUEST_TAG = 'lienthong-exchange';
const REPLY_TAG = 'lienthong-exchange-reply';
const REQUEST_COMPONENTS = '("@method" "@path" "@query" "content-digest" "lienthong-version")';
const REPLY_COMPONENTS = '("@status" "content-digest")';
export const VERSION = '1';

/** How far two clocks may differ; a signed request is good for as long. */
export const WINDOW_SECONDS = 300;

export type SigningKey = { keyId: string; privateKey: KeyObject };
export type KnownKey = JsonWebKey & { kid: string };

export type SignedRequest = { method: string; /** With its query. */ target: string; digest: string; version?: string };

/** The digest header of a content. */
export function digestOf(content: Buffer): string {
  return `sha-256=:${createHash('sha256').update(content).digest('base64')}:`;
}

/** The headers that sign a request, and its nonce, by which the answer is recognised. */
export function signRequest(request: SignedRequest, key: SigningKey, now: Date): { headers: Record<string, string>; nonce: string } {
  const nonce = randomBytes(18).toString('base64url');
  const created = Math.floor(now.getTime() / 1000);
  const params = `${REQUEST_COMPONENTS};created=${String(created)};expires=${String(created + WINDOW_SECONDS)};nonce="${nonce}";alg="${ALGORITHM}";keyid="${key.keyId}";tag="${REQUEST_TAG}"`;
  const version = request.version ?? VERSION;
  const base = requestBase(request, version, params);
  return {
    nonce,
    headers: { 'content-digest': request.digest, 'lienthong-version': version, 'signature-input': `sig=${params}`, signature: `sig=:${signText(base, key)}:` },
  };
}

function requestBase(request: SignedRequest, version: string, params: string): string {
  const [path = '', query = ''] = request.target.split(/\?(.*)/s);
  return [
    `"@method": ${request.method}`,
    `"@path": ${path}`,
    `"@query": ?${query}`,
    `"content-digest": ${request.digest}`,
    `"lienthong-version": ${version}`,
    `"@signature-params": ${params}`,
  ].join('\n');
}

function signText(text: string, key: SigningKey): string {
  return sign('sha256', Buffer.from(text, 'utf8'), { key: key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64');
}

function holds(text: string, signature: string, key: JsonWebKey): boolean {
  try {
    return verify('sha256', Buffer.from(text, 'utf8'), { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64'));
  } catch {
    // A key or a signature that is none does not verify.
    return false;
  }
}

type Headers = Record<string, string | string[] | undefined>;
export type SignatureProblem = 'signatureMissing' | 'versionUnknown' | 'keyUnknown' | 'signatureExpired' | 'clockSkew' | 'signatureWrong';
export type Claims = { keyId: string; nonce: string; expiresAt: Date };

const PARAMS = /^sig=(\("@method" "@path" "@query" "content-digest" "lienthong-version"\);created=(\d{1,12});expires=(\d{1,12});nonce="([A-Za-z0-9_-]{16,100})";alg="ecdsa-p256-sha256";keyid="([A-Za-z0-9_-]{10,100})";tag="lienthong-exchange")$/;
const SIGNATURE = /^sig=:([A-Za-z0-9+/=]{80,100}):$/;

const one = (value: string | string[] | undefined): string => (typeof value === 'string' ? value : '');

/** By which key a request claims to be signed; undefined when it carries no signature of ours. */
export function claimedKey(headers: Headers): string | undefined {
  return PARAMS.exec(one(headers['signature-input']))?.[5];
}

/** Verifies a request against the keys of the partner that it claims to come from. The nonce is for the caller to use up. */
export function verifyRequest(request: { method: string; target: string; headers: Headers }, keys: readonly KnownKey[], now: Date): { ok: true; claims: Claims } | { ok: false; problem: SignatureProblem } {
  const { headers } = request;
  const [params, created, expires, nonce, keyId] = PARAMS.exec(one(headers['signature-input']))?.slice(1) ?? [];
  const signature = SIGNATURE.exec(one(headers['signature']))?.[1];
  if (params === undefined || created === undefined || expires === undefined || nonce === undefined || keyId === undefined || signature === undefined) return { ok: false, problem: 'signatureMissing' };
  const key = keys.find((each) => each.kid === keyId);
  if (key === undefined) return { ok: false, problem: 'keyUnknown' };
  const version = one(headers['lienthong-version']);
  const base = requestBase({ method: request.method, target: request.target, digest: one(headers['content-digest']) }, version, params);
  if (!holds(base, signature, key)) return { ok: false, problem: 'signatureWrong' };
  // Only now: what an unsigned header says about versions and times is nobody's word.
  if (version !== VERSION) return { ok: false, problem: 'versionUnknown' };
  const seconds = now.getTime() / 1000;
  if (Number(created) > seconds + WINDOW_SECONDS) return { ok: false, problem: 'clockSkew' };
  if (Number(expires) <= seconds || Number(expires) - Number(created) > WINDOW_SECONDS) return { ok: false, problem: 'signatureExpired' };
  return { ok: true, claims: { keyId, nonce, expiresAt: new Date(Number(expires) * 1000) } };
}

/** The headers that sign an answer to a request. */
export function signReply(reply: { status: number; content: Buffer; nonce: string }, key: SigningKey): Record<string, string> {
  const digest = digestOf(reply.content);
  const params = replyParams(reply.nonce, key.keyId);
  return { 'content-digest': digest, 'signature-input': `sig=${params}`, signature: `sig=:${signText(replyBase(reply.status, digest, params), key)}:` };
}

function replyParams(nonce: string, keyId: string): string {
  return `${REPLY_COMPONENTS};nonce="${nonce}";alg="${ALGORITHM}";keyid="${keyId}";tag="${REPLY_TAG}"`;
}

function replyBase(status: number, digest: string, params: string): string {
  return [`"@status": ${String(status)}`, `"content-digest": ${digest}`, `"@signature-params": ${params}`].join('\n');
}

/** Whether an answer is the partner's answer to the request with this nonce, and whole. */
export function isReplyOf(reply: { status: number; content: Buffer; headers: Headers }, nonce: string, keys: readonly KnownKey[]): boolean {
  const signature = SIGNATURE.exec(one(reply.headers['signature']))?.[1];
  const digest = one(reply.headers['content-digest']);
  if (signature === undefined || digest !== digestOf(reply.content)) return false;
  return keys.some((key) => {
    const params = replyParams(nonce, key.kid);
    return one(reply.headers['signature-input']) === `sig=${params}` && holds(replyBase(reply.status, digest, params), signature, key);
  });
}

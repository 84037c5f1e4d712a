import type { IncomingMessage } from 'node:http';
import { translateDatabaseError } from '#kernel/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { RouteContext, SpecialReply } from '#kernel/route.ts';
import { isInForce, openLine, type PartnerRow } from '../../partner-rows.ts';
import type { InstallationLine } from './client.ts';
import { findPeer, takeNonce } from './find-peer.ts';
import { noteVersion } from './foreign-version.ts';
import { claimedKey, digestOf, signReply, verifyRequest, VERSION, type Claims, type SignatureProblem, type SigningKey } from './http-signatures.ts';
import { PeerProblem } from './peer-problem.ts';
import { keysInForce, signingKey } from './settings.ts';
import { PEER, type WireProblem } from './wire.ts';

/** A body that stops coming is given up after this. */
const IDLE_MS = 20_000;

export type PeerCall = { kernel: Kernel; partner: PartnerRow; line: InstallationLine; http: RouteContext };

const DOORSTEP: Record<SignatureProblem | 'nonceUsed', string> = {
  signatureMissing: 'The request carries no signature of the protocol.',
  versionUnknown: `This installation speaks version ${VERSION}.`,
  keyUnknown: 'The key is not one of a partner.',
  signatureExpired: 'The signature is too old; the clocks of both sides must agree within five minutes.',
  clockSkew: 'The signature is from the future; the clocks of both sides must agree within five minutes.',
  signatureWrong: 'The signature does not hold.',
  nonceUsed: 'This request was answered before.',
};

/** Turned away before it is known whose request it is: the answer only explains, and is signed by nobody. */
export function turnedAway(http: RouteContext, code: keyof typeof DOORSTEP): SpecialReply {
  http.kernel.log.info({ requestId: http.requestId, code, ip: http.ip }, 'a request of another installation was turned away');
  http.reply.code(401);
  return json({ code, problem: DOORSTEP[code], retry: 'again' });
}

function json(value: WireProblem): SpecialReply {
  return { special: 'bytes', body: Buffer.from(JSON.stringify(value), 'utf8'), contentType: 'application/json' };
}

/** The path and query as they were signed, without what a proxy put before them. */
export function targetOf(http: RouteContext): string {
  const url = http.request.raw.url ?? '';
  return url.slice(Math.max(0, url.indexOf(PEER)));
}

/** Answers a request that a partner signed, once, and signs the answer. Nothing of its body is read before its signature holds. */
export async function answerPeer(http: RouteContext, work: (call: PeerCall) => Promise<Buffer | object>): Promise<SpecialReply> {
  const { kernel } = http;
  const keyId = claimedKey(http.request.headers);
  if (keyId === undefined) return turnedAway(http, 'signatureMissing');
  const partner = await findPeer(kernel.database.pool, keyId);
  if (partner === undefined) return turnedAway(http, 'keyUnknown');
  const verified = verifyRequest({ method: http.request.method, target: targetOf(http), headers: http.request.headers }, keysInForce(partner.pinned, kernel.clock.now()), kernel.clock.now());
  // Its key signed the version that it named, so this is its own word.
  if (!verified.ok && verified.problem === 'versionUnknown') await noteVersion(kernel, { partner, version: String(http.request.headers['lienthong-version']).slice(0, 10) });
  if (!verified.ok) return turnedAway(http, verified.problem);
  await noteVersion(kernel, { partner, version: null });
  const noted = await takeNonce(kernel.database.pool, { partnerId: partner.id, ...verified.claims }).then(
    (isNew) => ({ isNew }),
    (error: unknown) => ({ error }),
  );
  if ('isNew' in noted && !noted.isNew) return turnedAway(http, 'nonceUsed');
  // safe because a partner of this protocol has settings of its adapter
  const line = openLine(kernel, partner, AbortSignal.timeout(60_000)) as InstallationLine;
  return signedReply(http, { claims: verified.claims, key: signingKey(line.secrets) }, async () => {
    // The partner is known, so it learns what is the matter by an answer that it can believe.
    if ('error' in noted) throw noted.error;
    if (partner.state === 'pairing' || partner.state === 'invited') throw new PeerProblem(503, { code: 'partnerNotConfirmed', problem: 'An administrator here has not confirmed the key yet.', retry: 'later', retryAfterMs: 300_000 });
    if (!isInForce(partner, kernel.clock.now())) throw new PeerProblem(503, { code: 'partnerSuspended', problem: 'This installation has suspended the exchange.', retry: 'later', retryAfterMs: 900_000 });
    return work({ kernel, partner, line, http });
  });
}

/** Does the work and signs what it came to, refusals included. */
export async function signedReply(http: RouteContext, by: { claims: Claims; key: SigningKey }, work: () => Promise<Buffer | object>): Promise<SpecialReply> {
  let status = 200;
  let content: Buffer;
  try {
    const result = await work();
    content = Buffer.isBuffer(result) ? result : Buffer.from(JSON.stringify(result), 'utf8');
  } catch (error) {
    if (!(error instanceof PeerProblem)) http.kernel.log.error({ err: error, requestId: http.requestId }, 'a request of another installation failed');
    const told = error instanceof PeerProblem ? error : ownProblem(error, http.requestId);
    status = told.status;
    content = Buffer.from(JSON.stringify(told.wire), 'utf8');
  }
  for (const [name, value] of Object.entries(signReply({ status, content, nonce: by.claims.nonce }, by.key))) http.reply.header(name, value);
  http.reply.code(status);
  return { special: 'bytes', body: content, contentType: 'application/octet-stream' };
}

/** A full disk is not mended by asking again at once: the partner waits so long. */
const FULL_PAUSE_MS = 300_000;

/** What the partner is told of a failure of our own. */
function ownProblem(thrown: unknown, requestId: string): PeerProblem {
  const error = translateDatabaseError(thrown);
  const code = error instanceof AppError ? error.code : undefined;
  const problem = (text: string): string => `${text} (request ${requestId})`;
  if (code === 'kernel.storageFull') return new PeerProblem(507, { code: 'storageFull', problem: problem('This installation has no storage left and took nothing; its administrator has to free some.'), retry: 'later', retryAfterMs: FULL_PAUSE_MS });
  if (code === 'kernel.unavailable') return new PeerProblem(503, { code: 'unavailable', problem: problem('The database of this installation does not answer for the moment.'), retry: 'again' });
  return new PeerProblem(500, { code: 'internal', problem: `request ${requestId}`, retry: 'again' });
}

/** The body as it comes, given up when it stops coming. */
export function bodyOf(http: RouteContext): IncomingMessage {
  const { raw } = http.request;
  raw.setTimeout(IDLE_MS, () => raw.destroy(new Error('the body stopped coming')));
  // What has come whole may take us longer than that to put together.
  raw.once('end', () => raw.setTimeout(0));
  return raw;
}

/** The whole of a small body, checked against its signed digest. Never more than the limit is read. */
export async function readBody(http: RouteContext, limitBytes: number): Promise<Buffer> {
  const tooLarge = new PeerProblem(413, { code: 'bodyTooLarge', problem: `At most ${String(limitBytes)} bytes.`, retry: 'final' });
  if (Number(http.request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of bodyOf(http)) {
    // safe because a request without an encoding gives bytes
    const bytes = part as Buffer;
    size += bytes.length;
    if (size > limitBytes) throw tooLarge;
    parts.push(bytes);
  }
  const body = Buffer.concat(parts);
  if (http.request.headers['content-digest'] !== digestOf(body)) throw new PeerProblem(400, { code: 'digestWrong', problem: 'The body is not the one that was signed.', retry: 'again' });
  return body;
}

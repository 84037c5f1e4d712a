import { createHash, randomBytes } from 'node:crypto';
import type { Kernel } from '#kernel/kernel.ts';
import { builtInAuthority } from '../built-in-authority/keys.ts';
import { ClockError, trustedNow } from '../built-in-authority/trusted-clock.ts';
import { int } from '../../domain/asn1/der.ts';
import { fieldsOf, rawOf, readAsn1 } from '../../domain/asn1/reader.ts';
import { parseTimestampToken, verifyTimestampToken } from '../../domain/cms/verify-timestamp.ts';
import { readTimestampResponse, writeTimestampRequest } from '../../domain/pki/timestamp-authority.ts';
import { isFitFor } from '../../domain/validation/path.ts';
import { signatureErrors } from '../../errors.ts';

export type Timestamp = { token: Buffer; time: Date; authority: string };

/** Where timestamps come from: the built-in authority, or the one at TIMESTAMP_URL. */
export type TimestampSource = {
  /** Room that a token may need. */
  tokenBytes: number;
  /** A token over the SHA-256 of these bytes. @throws signatures.timestampUnavailable · timestampWrong · clockUntrusted · authorityTokenUnavailable */
  stamp(bytes: Buffer): Promise<Timestamp>;
};

/** Foreign authorities put whole chains into their tokens. */
const FOREIGN_TOKEN_BYTES = 16_000;
const REPLY_LIMIT_BYTES = 64 * 1024;
const REPLY_TIMEOUT_MS = 10_000;
/** Clocks further apart than this: one of the two is wrong, and validation would ask which. */
const FOREIGN_CLOCK_MS = 600_000;
/** An authority may state a second at most (ETSI EN 319 421 section 7.7.2); one that states more than this hardly proves what comes before a revocation. */
const FOREIGN_ACCURACY_MS = 60_000;

export async function timestampSource(kernel: Kernel): Promise<TimestampSource> {
  const { timestampUrl } = kernel.config;
  if (timestampUrl !== undefined) return { tokenBytes: FOREIGN_TOKEN_BYTES, stamp: (bytes) => askForeign(timestampUrl, { digest: sha256(bytes), now: kernel.clock.now() }) };
  const { timestamp, timestampCertificate } = await builtInAuthority(kernel);
  const authority = timestampCertificate.subject.commonName ?? timestampCertificate.subject.text;
  const make = async (digest: Buffer, now: Date): Promise<Timestamp> => ({ token: await timestamp.token({ hash: 'sha256', digest, now }), time: now, authority });
  // A later token may differ by a few bytes: fractions of the second, and of the signature's two numbers.
  const tokenBytes = (await make(Buffer.alloc(32), await stampingTime(kernel))).token.length + 16;
  return { tokenBytes, stamp: async (bytes) => make(sha256(bytes), await stampingTime(kernel)) };
}

/** @throws signatures.clockUntrusted while the machine's clock cannot be vouched for. */
async function stampingTime(kernel: Kernel): Promise<Date> {
  try {
    return await trustedNow(kernel);
  } catch (error) {
    if (error instanceof ClockError) throw signatureErrors.clockUntrusted({ cause: error, internal: error.message, values: { why: error.vi, whyEn: error.message } });
    throw error;
  }
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/**
 * Asks and believes nothing: the token has to be about our hash and our nonce (RFC 3161 section 2.2), by a certificate made for time stamping,
 * and of about this time.
 */
async function askForeign(url: string, { digest, now }: { digest: Buffer; now: Date }): Promise<Timestamp> {
  const nonce = int(randomBytes(8));
  const reply = await post(url, writeTimestampRequest({ hash: 'sha256', digest, nonce }));
  try {
    const token = readTimestampResponse(reply);
    const parsed = parseTimestampToken(token);
    const check = verifyTimestampToken(parsed, (hash) => (hash === 'sha256' ? digest : Buffer.alloc(0)));
    if (check.verdict !== 'ok') throw new Error(`the token does not hold: ${check.verdict}`);
    if (nonceOf(parsed.cms.content)?.equals(nonce) !== true) throw new Error('the token repeats another nonce');
    if (check.signer === undefined || !isFitFor(check.signer, 'timestamp')) throw new Error('the certificate of the token is not one for time stamping');
    const apartMs = Math.abs(parsed.time.getTime() - now.getTime());
    if (apartMs > FOREIGN_CLOCK_MS) throw new Error(`the token’s time is ${String(Math.round(apartMs / 1000))} s away from ours`);
    const { accuracyMs = 0 } = parsed;
    if (accuracyMs > FOREIGN_ACCURACY_MS) throw new Error(`the authority vouches for its time only to ${String(Math.round(accuracyMs / 1000))} s`);
    return { token, time: parsed.time, authority: check.signer.subject.text };
  } catch (error) {
    throw signatureErrors.timestampWrong({ cause: error, internal: error instanceof Error ? error.message : '' });
  }
}

/** The INTEGER behind the time of a TSTInfo, as it stands. */
function nonceOf(content: Buffer | undefined): Buffer | undefined {
  if (content === undefined) return undefined;
  const fields = fieldsOf(readAsn1(content, { ber: true }));
  for (const tag of [0x02, 0x06, 0x30, 0x02, 0x18]) fields.take(tag);
  fields.optional(0x30);
  fields.optional(0x01);
  const nonce = fields.optional(0x02);
  return nonce && rawOf(nonce);
}

async function post(url: string, body: Buffer): Promise<Buffer> {
  try {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: new Uint8Array(body),
      redirect: 'error',
      signal: AbortSignal.timeout(REPLY_TIMEOUT_MS),
    });
    if (!reply.ok) throw new Error(`HTTP status ${String(reply.status)}`);
    return await readLimited(reply);
  } catch (error) {
    throw signatureErrors.timestampUnavailable({ cause: error });
  }
}

async function readLimited(reply: Response): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of reply.body ?? []) {
    size += part.length;
    if (size > REPLY_LIMIT_BYTES) throw new Error('the reply is too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

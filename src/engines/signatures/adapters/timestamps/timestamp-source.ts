import { createHash, randomBytes } from 'node:crypto';
import type { Clock, systemClock } from '#kernel/clock.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { builtInAuthority } from '../built-in-authority/keys.ts';
import { int } from '../../domain/asn1/der.ts';
import { fieldsOf, rawOf, readAsn1 } from '../../domain/asn1/reader.ts';
import { parseTimestampToken, verifyTimestampToken } from '../../domain/cms/verify-timestamp.ts';
import { readTimestampResponse, writeTimestampRequest } from '../../domain/pki/timestamp-authority.ts';
import { signatureErrors } from '../../errors.ts';

export type Timestamp = { token: Buffer; time: Date; authority: string };

/** Where timestamps come from: the built-in authority, or the one at TIMESTAMP_URL. */
export type TimestampSource = {
  /** Room that a token may need. */
  tokenBytes: number;
  /** A token over the SHA-256 of these bytes. @throws signatures.timestampUnavailable · signatures.timestampWrong */
  stamp(bytes: Buffer): Promise<Timestamp>;
};

/** Foreign authorities put whole chains into their tokens. */
const FOREIGN_TOKEN_BYTES = 16_000;
const REPLY_LIMIT_BYTES = 64 * 1024;
const REPLY_TIMEOUT_MS = 10_000;
/** A clock that was set back further than this stamps nothing. */
const CLOCK_TOLERANCE_MS = 1000;

export async function timestampSource(kernel: Kernel): Promise<TimestampSource> {
  const { timestampUrl } = kernel.config;
  if (timestampUrl !== undefined) return { tokenBytes: FOREIGN_TOKEN_BYTES, stamp: (bytes) => askForeign(timestampUrl, sha256(bytes)) };
  const { timestamp, timestampCertificate } = await builtInAuthority(kernel);
  const authority = timestampCertificate.subject.commonName ?? timestampCertificate.subject.text;
  const make = (digest: Buffer): Timestamp => {
    const now = trustedNow(kernel.clock);
    return { token: timestamp.token({ hash: 'sha256', digest, now }), time: now, authority };
  };
  // A later token may differ by a few bytes: fractions of the signature's two numbers.
  return { tokenBytes: make(Buffer.alloc(32)).token.length + 16, stamp: (bytes) => Promise.resolve(make(sha256(bytes))) };
}

/** @throws signatures.timestampUnavailable while the machine's clock stands behind a time already given out. */
export function trustedNow(clock: Clock): Date {
  const drift = isDrifting(clock) ? clock.driftMs() : 0;
  if (drift > CLOCK_TOLERANCE_MS) throw signatureErrors.timestampUnavailable({ internal: `the clock runs ${String(drift)} ms behind` });
  const now = clock.now();
  now.setUTCMilliseconds(0);
  return now;
}

/** The system's clock knows how far the machine's lies behind it; a test's clock does not. */
function isDrifting(clock: Clock): clock is ReturnType<typeof systemClock> {
  return 'driftMs' in clock;
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

async function askForeign(url: string, digest: Buffer): Promise<Timestamp> {
  const nonce = int(randomBytes(8));
  const reply = await post(url, writeTimestampRequest({ hash: 'sha256', digest, nonce }));
  try {
    const token = readTimestampResponse(reply);
    const parsed = parseTimestampToken(token);
    const check = verifyTimestampToken(parsed, (hash) => (hash === 'sha256' ? digest : Buffer.alloc(0)));
    if (check.verdict !== 'ok') throw new Error(`the token does not hold: ${check.verdict}`);
    if (nonceOf(parsed.cms.content)?.equals(nonce) !== true) throw new Error('the token repeats another nonce');
    return { token, time: parsed.time, authority: check.signer?.subject.text ?? url };
  } catch (error) {
    throw signatureErrors.timestampWrong({ cause: error });
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

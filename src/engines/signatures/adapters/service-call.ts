import { SigningDriverError } from './signing-driver.ts';

export type ServiceCall = {
  url: string;
  /** Sent as JSON, or as a form when it is URLSearchParams. */
  body: unknown;
  headers?: Record<string, string>;
  /** True for what makes the service sign: when its answer is lost, nobody knows whether it arrived. */
  isSigning?: boolean;
};

export type ServiceReply = { status: number; body: unknown };

/** Shorter than the pause after which an unanswered request is sent again. */
const TIMEOUT_MS = 20_000;
const REPLY_LIMIT_BYTES = 4 * 1024 * 1024;

/** Failures after which the request has certainly not reached the service. */
const NOT_SENT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ERR_TLS_CERT_ALTNAME_INVALID']);

/**
 * Calls a remote signing service: POST, JSON back, no redirects, bounded time and size.
 * @throws SigningDriverError `unavailable`, also for an answer of 5xx or one that is no JSON
 */
export async function callService({ url, body, headers = {}, isSigning = false }: ServiceCall): Promise<ServiceReply> {
  let reply: Response;
  const isForm = body instanceof URLSearchParams;
  try {
    reply = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json', ...headers },
      body: isForm ? body.toString() : JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    throw new SigningDriverError('unavailable', { cause: error, detail: 'no answer', isUncertain: isSigning && !NOT_SENT.has(codeOf(error)) });
  }
  // 429 and 503 say that nothing was taken on; after other failures of the service nobody knows.
  if (reply.status === 429 || reply.status === 503) throw new SigningDriverError('unavailable', { detail: `HTTP status ${String(reply.status)}`, ...(reply.status === 429 ? { retryAfterSeconds: pauseOf(reply) } : {}) });
  if (reply.status >= 500) throw new SigningDriverError('unavailable', { detail: `HTTP status ${String(reply.status)}`, isUncertain: isSigning });
  try {
    const text = await readLimited(reply);
    return { status: reply.status, body: text === '' ? {} : JSON.parse(text) };
  } catch (error) {
    throw new SigningDriverError('unavailable', { cause: error, detail: 'an answer that cannot be read', isUncertain: isSigning });
  }
}

/** What a service asks us to wait that says nothing itself, and the longest that is believed. */
const [SOME_SECONDS, MOST_SECONDS] = [60, 3600];

function pauseOf({ headers }: Response): number {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isInteger(seconds) && seconds > 0 ? Math.min(seconds, MOST_SECONDS) : SOME_SECONDS;
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

async function readLimited(reply: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of reply.body ?? []) {
    size += part.length;
    if (size > REPLY_LIMIT_BYTES) throw new Error('the reply is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

import { AppError } from '#kernel/errors.ts';
import { anyone, route, type Route, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import { readBody } from '#engines/signatures/index.ts';
import { callerOf, type Caller } from './clients.ts';
import { CscError } from './csc-errors.ts';
import type { CscInput, CscVersion } from './csc-input.ts';
import { OPEN_CALLS_A_MINUTE } from './limits.ts';
import { takeTurn } from './turns.ts';

/** Fifty hashes and their documents' names fit many times. */
const BODY_LIMIT_BYTES = 256 * 1024;

/** Without a body: 204. */
export type CscReply = { status?: number; body?: object };
type Call = { http: RouteContext; version: CscVersion; input: CscInput };

/** A method of the protocol for callers without a token: information and tokens. */
export function openMethod(options: { url: string; version: CscVersion; summary: string; answer: (call: Call) => Promise<CscReply> }): Route {
  return method({ ...options, why: 'applications ask here for a token with a secret of their own; calls are limited by address' }, async (call) => {
    const { kernel, ip } = call.http;
    await takeTurn(kernel.database.pool, { key: `open ${ip}`, most: OPEN_CALLS_A_MINUTE, windowMs: 60_000, now: kernel.clock.now() });
    return options.answer(call);
  });
}

/** A method of the protocol for applications with an access token. */
export function tokenMethod(options: { url: string; version: CscVersion; summary: string; answer: (call: Call & { caller: Caller }) => Promise<CscReply> }): Route {
  return method({ ...options, why: 'applications bring an access token of their own, which is checked in each call' }, async (call) =>
    options.answer({ ...call, caller: await known(call.http) }),
  );
}

/** Who calls. Wrong tokens are counted by address with the other calls that bring none; whoever brings a right one is not held up by them. */
async function known({ kernel, request, ip }: RouteContext): Promise<Caller> {
  try {
    return await callerOf(kernel, request.headers.authorization);
  } catch (error) {
    if (error instanceof CscError && error.error === 'invalid_token') await takeTurn(kernel.database.pool, { key: `open ${ip}`, most: OPEN_CALLS_A_MINUTE, windowMs: 60_000, now: kernel.clock.now() });
    throw error;
  }
}

function method({ url, version, summary, why }: { url: string; version: CscVersion; summary: string; why: string }, answer: (call: Call) => Promise<CscReply>): Route {
  return route({
    method: 'POST',
    url,
    summary,
    access: anyone(why),
    // Read here, so that a malformed body is refused in the protocol's own words.
    streamedBody: true,
    run: async (http) => {
      try {
        const { body, status = body === undefined ? 204 : 200 } = await answer({ http, version, input: await inputOf(http) });
        return await send(http, status, body);
      } catch (thrown) {
        return refuse(http, thrown);
      }
    },
  });
}

async function inputOf({ request }: RouteContext): Promise<CscInput> {
  const text = (await readBody(request.raw, BODY_LIMIT_BYTES)).toString('utf8');
  if (request.headers['content-type']?.includes('application/x-www-form-urlencoded') === true) return Object.fromEntries(new URLSearchParams(text));
  if (text.trim() === '') return {};
  try {
    const input: unknown = JSON.parse(text);
    // safe because any object that is no list has members by name
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as CscInput;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new CscError('invalid_request', 'The body is not a JSON object');
}

async function send({ reply }: RouteContext, status: number, body: object | undefined): Promise<SpecialReply> {
  reply.code(status).header('cache-control', 'no-store');
  await (body === undefined ? reply.send() : reply.type('application/json; charset=utf-8').send(body));
  return { special: 'hijacked' };
}

/** Our own refusals in the words of the protocol; what is unforeseen goes on to the server, which logs it. */
function refuse(http: RouteContext, thrown: unknown): Promise<SpecialReply> {
  // RFC 6750 section 3 and RFC 6749 section 5.2: a 401 says which way in there is.
  if (thrown instanceof CscError && thrown.status === 401) http.reply.header('www-authenticate', thrown.error === 'invalid_client' ? 'Basic realm="csc"' : `Bearer realm="csc"${http.request.headers.authorization === undefined ? '' : `, error="${thrown.error}"`}`);
  if (thrown instanceof CscError) return send(http, thrown.status, { error: thrown.error, error_description: thrown.description });
  if (!(thrown instanceof AppError) || thrown.entry.status >= 500) throw thrown;
  const { message } = thrown.describe('en');
  if (thrown.code === 'kernel.tooManyRequests') {
    http.reply.header('retry-after', String(thrown.details.values?.['seconds'] ?? 60));
    return send(http, 429, { error: 'slow_down', error_description: message });
  }
  return send(http, 400, { error: 'invalid_request', error_description: message });
}

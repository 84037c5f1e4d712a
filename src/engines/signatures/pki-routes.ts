import { z } from 'zod';
import type { Kernel } from '#kernel/kernel.ts';
import { anyone, route, type Route, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import { isTokenAway } from './adapters/built-in-authority/authority-key.ts';
import { authorityErrors } from './adapters/built-in-authority/errors.ts';
import { builtInAuthority } from './adapters/built-in-authority/keys.ts';
import { answerOcsp, type OcspReply } from './adapters/built-in-authority/ocsp-answers.ts';
import { currentRevocationList } from './adapters/built-in-authority/revocations.ts';
import { ClockError, trustedNow } from './adapters/built-in-authority/trusted-clock.ts';
import { refuseForClock, refuseForKey } from './domain/pki/timestamp-authority.ts';
import { readBody } from './read-body.ts';

/** Requests of these protocols have a few hundred bytes. */
const REQUEST_LIMIT_BYTES = 64 * 1024;
/** A cache on the way may keep a good answer no longer than this: it has no way to hear of a revocation. */
const CACHE_SECONDS = 300;
const forVerifiers = anyone('verifiers anywhere need certificates, revocations and timestamps (RFC 5280, RFC 6960, RFC 3161)');

const certificates = { 'root.crt': 'root', 'issuing.crt': 'issuing' } as const;
const lists = { 'root.crl': 'root', 'crl.crl': 'issuing' } as const;
const generationParams = z.object({ generation: z.coerce.number().int().min(2).max(999) });

/** What verifiers fetch from the built-in authority. The addresses stand in every certificate, so they never change: each generation keeps its own. */
export const pkiRoutes: readonly Route[] = [
  ...Object.entries(certificates).flatMap(([file, which]) => {
    const summary = `The certificate of the built-in ${which} authority`;
    return [
      route({ method: 'GET', url: `/pki/${file}`, summary: `${summary} (DER).`, access: forVerifiers, run: ({ kernel }) => certificateReply(kernel, file, { which, generation: 1 }) }),
      route({
        method: 'GET',
        url: `/pki/:generation/${file}`,
        summary: `${summary} of a later generation (DER).`,
        access: forVerifiers,
        params: generationParams,
        run: ({ kernel }, { params }) => certificateReply(kernel, file, { which, ...params }),
      }),
    ];
  }),
  ...Object.entries(lists).flatMap(([file, which]) => {
    const summary = `The revocation list in force of the built-in ${which} authority`;
    const reply = async (kernel: Kernel, generation: number) => bytes(await currentRevocationList(kernel, which, generation), 'application/pkix-crl', `lienthong-${file}`);
    return [
      route({ method: 'GET', url: `/pki/${file}`, summary: `${summary} (DER).`, access: forVerifiers, run: ({ kernel }) => reply(kernel, 1) }),
      route({
        method: 'GET',
        url: `/pki/:generation/${file}`,
        summary: `${summary} of a later generation (DER).`,
        access: forVerifiers,
        params: generationParams,
        run: ({ kernel }, { params }) => reply(kernel, params.generation),
      }),
    ];
  }),
  route({
    method: 'POST',
    url: '/pki/ocsp',
    summary: 'Answers an OCSP request (RFC 6960) about certificates of the built-in authority.',
    access: forVerifiers,
    streamedBody: true,
    run: async ({ kernel, request }) => bytes((await answerOcsp(kernel, await readBody(request.raw, REQUEST_LIMIT_BYTES))).body, OCSP_TYPE),
  }),
  route({
    method: 'GET',
    url: '/pki/ocsp/*',
    summary: 'Answers an OCSP request in base64 in the address (RFC 6960 appendix A.1), for caches to keep (RFC 5019).',
    access: forVerifiers,
    params: z.object({ '*': z.string().max(4000) }),
    run: async (http, { params }) => cachedReply(http, await answerOcsp(http.kernel, Buffer.from(params['*'], 'base64'))),
  }),
  route({
    method: 'POST',
    url: '/pki/tsa',
    summary: 'Timestamps a hash (RFC 3161).',
    access: forVerifiers,
    streamedBody: true,
    run: async ({ kernel, request }) => bytes(await timestampReply(kernel, await readBody(request.raw, REQUEST_LIMIT_BYTES)), 'application/timestamp-reply'),
  }),
];

const OCSP_TYPE = 'application/ocsp-response';

async function certificateReply(kernel: Kernel, file: string, { which, generation }: { which: 'root' | 'issuing'; generation: number }): Promise<SpecialReply> {
  const found = (await builtInAuthority(kernel)).generations.find((each) => each.generation === generation);
  if (found === undefined) throw authorityErrors.noAuthority();
  return bytes(found[which].certificate.raw, 'application/pkix-cert', `lienthong-${file}`);
}

/** While the clock cannot be vouched for, or the key's token is away, the answer is a refusal, which the log and the health page explain. */
async function timestampReply(kernel: Kernel, request: Buffer): Promise<Buffer> {
  const { timestamp } = await builtInAuthority(kernel);
  try {
    return await timestamp.respond(request, await trustedNow(kernel));
  } catch (error) {
    if (!(error instanceof ClockError) && !isTokenAway(error)) throw error;
    kernel.log.warn({ err: error }, 'no timestamp was given out');
    return error instanceof ClockError ? refuseForClock() : refuseForKey();
  }
}

/** RFC 5019 section 6.2: until when, since when, and a tag by which a cache asks whether anything changed. */
function cachedReply({ kernel, request, reply }: RouteContext, { body, cacheable }: OcspReply): SpecialReply {
  if (cacheable === undefined) return bytes(body, OCSP_TYPE);
  const { etag, thisUpdate, nextUpdate } = cacheable;
  const leftSeconds = Math.max(0, Math.floor((nextUpdate.getTime() - kernel.clock.now().getTime()) / 1000) - 1);
  const maxAge = Math.min(CACHE_SECONDS, leftSeconds);
  const headers = {
    etag: `"${etag}"`,
    'cache-control': `max-age=${String(maxAge)}, public, no-transform, must-revalidate`,
    'last-modified': thisUpdate.toUTCString(),
    expires: new Date(kernel.clock.now().getTime() + maxAge * 1000).toUTCString(),
  };
  if (request.headers['if-none-match'] === headers.etag) return { special: 'empty', status: 304, headers };
  void reply.headers(headers).type(OCSP_TYPE).send(body);
  return { special: 'hijacked' };
}

function bytes(body: Buffer, contentType: string, fileName?: string): SpecialReply {
  return { special: 'bytes', body, contentType, sizeBytes: body.length, ...(fileName === undefined ? {} : { fileName, inline: true }) };
}

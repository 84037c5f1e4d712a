import { z } from 'zod';
import type { Kernel } from '#kernel/kernel.ts';
import { anyone, route, type Route, type SpecialReply } from '#kernel/route.ts';
import { builtInAuthority } from './adapters/built-in-authority/keys.ts';
import { answerOcsp, currentRevocationList } from './adapters/built-in-authority/revocations.ts';
import { trustedNow } from './adapters/timestamps/timestamp-source.ts';
import { readBody } from './read-body.ts';

/** Requests of these protocols have a few hundred bytes. */
const REQUEST_LIMIT_BYTES = 64 * 1024;
const forVerifiers = anyone('verifiers anywhere need certificates, revocations and timestamps (RFC 5280, RFC 6960, RFC 3161)');

const certificates = { 'root.crt': 'root', 'issuing.crt': 'issuing' } as const;
const lists = { 'root.crl': 'root', 'crl.crl': 'issuing' } as const;

/** What verifiers fetch from the built-in authority. The addresses stand in every certificate, so they never change. */
export const pkiRoutes: readonly Route[] = [
  ...Object.entries(certificates).map(([file, which]) =>
    route({
      method: 'GET',
      url: `/pki/${file}`,
      summary: `The certificate of the built-in ${which} authority (DER).`,
      access: forVerifiers,
      run: async ({ kernel }) => bytes((await builtInAuthority(kernel))[which].certificate.raw, 'application/pkix-cert', `lienthong-${file}`),
    }),
  ),
  ...Object.entries(lists).map(([file, which]) =>
    route({
      method: 'GET',
      url: `/pki/${file}`,
      summary: `The revocation list in force of the built-in ${which} authority (DER).`,
      access: forVerifiers,
      run: async ({ kernel }) => bytes(await currentRevocationList(kernel, which), 'application/pkix-crl', `lienthong-${file}`),
    }),
  ),
  route({
    method: 'POST',
    url: '/pki/ocsp',
    summary: 'Answers an OCSP request (RFC 6960) about certificates of the built-in authority.',
    access: forVerifiers,
    streamedBody: true,
    run: async ({ kernel, request }) => ocspReply(kernel, await readBody(request.raw, REQUEST_LIMIT_BYTES)),
  }),
  route({
    method: 'GET',
    url: '/pki/ocsp/*',
    summary: 'Answers an OCSP request in base64 in the address (RFC 6960 appendix A.1).',
    access: forVerifiers,
    params: z.object({ '*': z.string().max(4000) }),
    run: ({ kernel }, { params }) => ocspReply(kernel, Buffer.from(params['*'], 'base64')),
  }),
  route({
    method: 'POST',
    url: '/pki/tsa',
    summary: 'Timestamps a hash (RFC 3161).',
    access: forVerifiers,
    streamedBody: true,
    run: async ({ kernel, request }) => {
      const { timestamp } = await builtInAuthority(kernel);
      const reply = timestamp.respond(await readBody(request.raw, REQUEST_LIMIT_BYTES), trustedNow(kernel.clock));
      return bytes(reply, 'application/timestamp-reply');
    },
  }),
];

async function ocspReply(kernel: Kernel, request: Buffer): Promise<SpecialReply> {
  return bytes(await answerOcsp(kernel, request), 'application/ocsp-response');
}

function bytes(body: Buffer, contentType: string, fileName?: string): SpecialReply {
  return { special: 'bytes', body, contentType, sizeBytes: body.length, ...(fileName === undefined ? {} : { fileName, inline: true }) };
}

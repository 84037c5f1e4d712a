import { z } from 'zod';
import { route, signedIn, type Route } from '#kernel/route.ts';
import { ownSigning, ownSigningQuery } from './contract.ts';
import { findOwnSigning, getOwnSigning } from './queries/own-signing.ts';

const url = '/api/v1/signatures/signings';

/** What a screen asks while its person confirms on a phone, or a program on the computer signs. */
export const ownSigningRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url,
    summary: 'The caller’s own signing that is open on a thing, or null.',
    access: signedIn,
    query: ownSigningQuery,
    reply: z.object({ signing: ownSigning.nullable() }),
    run: async ({ kernel, actor, language }, { query }) => {
      const subject = { type: query.subjectType, id: query.subjectId };
      return { signing: (await findOwnSigning(kernel.database.pool, actor, { subject, language })) ?? null };
    },
  }),
  route({
    method: 'GET',
    url: `${url}/:signingId`,
    summary: 'How far a signing of the caller’s own is, with the reason when it ended without a signature.',
    access: signedIn,
    params: z.object({ signingId: z.uuid() }),
    reply: ownSigning,
    run: ({ kernel, actor, language }, { params }) => getOwnSigning(kernel.database.pool, actor, { id: params.signingId, language }),
  }),
];

import { z } from 'zod';
import type { Id } from '#kernel/ids.ts';
import { holders, route, signedIn, type Route } from '#kernel/route.ts';
import { visibleFile } from '#engines/files/index.ts';
import { failedCopies, failedCopiesQuery, lastingCopyReply, retryCopyBody } from './lasting-copies/contract.ts';
import { retryArchive } from './commands/archive-file.ts';
import { findLastingCopy, listFailedCopies } from './queries/lasting-copies.ts';

const base = '/api/v1/signatures/lasting-copies';
const keepers = holders('agency_admin', 'province_admin');

export const archiveRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: base,
    summary: 'Lasting copies that could not be made or renewed, the newest failure first: of the own agency, for the province’s administrator of all.',
    access: keepers,
    query: failedCopiesQuery,
    reply: failedCopies,
    run: (http, { query }) => listFailedCopies(http.kernel, http.actor, query.after),
  }),
  route({
    method: 'GET',
    url: `${base}/:fileId`,
    summary: 'The lasting copy (PAdES B-LTA) of a file of the own agency, or null where none was asked for.',
    access: signedIn,
    params: z.object({ fileId: z.uuid() }),
    reply: lastingCopyReply,
    // Whoever may not have the file learns nothing of its copy: the same rule gives both.
    run: async ({ kernel, actor }, { params: { fileId } }) => ({ copy: await findLastingCopy(kernel, await visibleFile(kernel, { actor, fileId }), actor.agencyId) }),
  }),
  route({
    method: 'POST',
    url: `${base}/retry`,
    summary: 'Tries a lasting copy that failed once more, now.',
    access: keepers,
    body: retryCopyBody,
    // safe because the schema checks that it is a UUID, and the policy decides about it
    run: (http, { body }) => http.run(retryArchive, { agencyId: body.agencyId as Id<'agency'>, sha256: body.sha256 }),
  }),
];

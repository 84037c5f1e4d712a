import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import { route, signedIn, type RouteContext } from '#kernel/route.ts';
import { earlierReports } from '#engines/signatures/index.ts';
import { earlierReportsReply, type IncomingDetail } from './contract.ts';
import { errors } from './errors.ts';
import { findSealedFile, findStampedFile } from './queries/copies.ts';
import { getIncoming } from './queries/get-incoming.ts';
import { mainFileReport, reportThen, signatureReport } from './signature-report.ts';

const params = z.object({ id: z.uuid() });
const copyParams = params.extend({ copyId: z.uuid() });
const query = z.object({ at: z.iso.datetime().optional() });
const base = '/api/v1/incoming-documents';

type Http = RouteContext<PersonActor>;

/** What the signatures of a document's files are worth, now and at earlier checks. Whoever may see the document may see this. */
export const reportRoutes = [
  route({
    method: 'GET',
    url: `${base}/:id/validation`,
    summary: 'The kept report on the signatures of the main file, and whether it is being made anew; with `at` the one that was made then',
    access: signedIn,
    params,
    query,
    run: async (http, { params: { id }, query: { at } }) => {
      const document = await getIncoming(http.kernel, http.actor, id);
      return at === undefined ? mainFileReport(http, document) : reportThen(http, mainFileOf(document), at);
    },
  }),
  route({
    method: 'GET',
    url: `${base}/:id/validation/earlier`,
    summary: 'The earlier reports on the main file: when each was made, when and why another took its place',
    access: signedIn,
    params,
    reply: earlierReportsReply,
    run: async (http, { params: { id } }) => earlierReports(http.kernel, mainFileOf(await getIncoming(http.kernel, http.actor, id))),
  }),
  route({
    method: 'GET',
    url: `${base}/:id/copies/:copyId/validation`,
    summary: 'The report on the signature of a copy; null until it is made; with `at` the one that was made then',
    access: signedIn,
    params: copyParams,
    query,
    run: async (http, { params: file, query: { at } }) => {
      const sha256 = await copyOf(http, file);
      return at === undefined ? signatureReport(http, sha256) : reportThen(http, sha256, at);
    },
  }),
  route({
    method: 'GET',
    url: `${base}/:id/copies/:copyId/validation/earlier`,
    summary: 'The earlier reports on a copy',
    access: signedIn,
    params: copyParams,
    reply: earlierReportsReply,
    run: async (http, { params: file }) => earlierReports(http.kernel, await copyOf(http, file)),
  }),
  route({
    method: 'GET',
    url: `${base}/:id/arrival-stamp/validation`,
    summary: 'The report on the signatures of the file with the arrival mark, the sender’s among them; null until it is made; with `at` the one that was made then',
    access: signedIn,
    params,
    query,
    run: async (http, { params: { id }, query: { at } }) => {
      const sha256 = await stampedFileOf(http, id);
      return at === undefined ? signatureReport(http, sha256) : reportThen(http, sha256, at);
    },
  }),
  route({
    method: 'GET',
    url: `${base}/:id/arrival-stamp/validation/earlier`,
    summary: 'The earlier reports on the file with the arrival mark',
    access: signedIn,
    params,
    reply: earlierReportsReply,
    run: async (http, { params: { id } }) => earlierReports(http.kernel, await stampedFileOf(http, id)),
  }),
];

function mainFileOf({ files }: IncomingDetail): string {
  const main = files.find(({ role }) => role === 'main');
  if (main === undefined) throw errors.notFound();
  return main.sha256;
}

async function copyOf({ kernel, actor }: Http, { id, copyId }: z.output<typeof copyParams>): Promise<string> {
  await getIncoming(kernel, actor, id);
  const sha256 = await findSealedFile(kernel.database.pool, { agencyId: actor.agencyId, documentId: id, copyId });
  if (sha256 === undefined) throw errors.notFound();
  return sha256;
}

async function stampedFileOf({ kernel, actor }: Http, id: string): Promise<string> {
  await getIncoming(kernel, actor, id);
  const sha256 = await findStampedFile(kernel.database.pool, { agencyId: actor.agencyId, documentId: id });
  if (sha256 === undefined) throw errors.notFound();
  return sha256;
}

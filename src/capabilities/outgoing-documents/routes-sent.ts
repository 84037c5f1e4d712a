import type { PersonActor } from '#kernel/actor.ts';
import { holders, route, signedIn, type RouteContext } from '#kernel/route.ts';
import { z } from 'zod';
import { readAnswers } from './commands/read-answers.ts';
import { recallDocument } from './commands/recall-document.ts';
import { remindAboutDocument } from './commands/remind-about-document.ts';
import { resendDocument } from './commands/resend-document.ts';
import { takeBackDocument } from './commands/take-back-document.ts';
import { updateDocument } from './commands/update-document.ts';
import * as contract from './contract.ts';
import { getOutgoing } from './queries/get-outgoing.ts';
import { recipientsCsv } from './recipients-csv.ts';

const params = z.object({ id: z.uuid() });
const base = '/api/v1/outgoing-documents';

const detail = (http: RouteContext<PersonActor>, id: string) => getOutgoing(http.kernel, http.actor, id);

/** What may be done with a document after it was issued. */
export const sentRoutes = [
  route({
    method: 'POST',
    url: `${base}/:id/recall`,
    summary: 'Recalls the issued document from all its recipients; each answers 15 or 16',
    access: signedIn,
    params,
    body: contract.noticeBody.omit({ recipientIds: true }),
    reply: contract.outgoingDetail,
    run: async (http, { params: { id }, body }) => {
      await http.run(recallDocument, { documentId: id, reason: body.reason });
      return detail(http, id);
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/take-back`,
    summary: 'Takes the document back from recipients who have not opened it',
    access: holders('clerk'),
    params,
    body: contract.noticeBody.required({ recipientIds: true }),
    reply: contract.outgoingDetail,
    run: async (http, { params: { id }, body }) => {
      await http.run(takeBackDocument, { documentId: id, ...body });
      return detail(http, id);
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/update`,
    summary: 'Adds and removes recipients of the issued document, and puts facts beside the signed text right',
    access: holders('clerk'),
    params,
    body: contract.updateBody,
    reply: contract.outgoingDetail,
    run: async (http, { params: { id }, body }) => {
      await http.run(updateDocument, { documentId: id, ...body });
      return detail(http, id);
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/resend`,
    summary: 'Sends the document again to recipients who do not have it',
    access: holders('clerk'),
    params,
    body: contract.recipientsChoice,
    reply: contract.outgoingDetail,
    run: async (http, { params: { id }, body }) => {
      await http.run(resendDocument, { documentId: id, recipientIds: body.recipientIds });
      return detail(http, id);
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/remind`,
    summary: 'Reminds recipients who have not registered the document, once an hour at most',
    access: signedIn,
    params,
    body: contract.recipientsChoice,
    reply: contract.outgoingDetail,
    run: async (http, { params: { id }, body }) => {
      await http.run(remindAboutDocument, { documentId: id, recipientIds: body.recipientIds });
      return detail(http, id);
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/read-answers`,
    summary: 'Says that the clerk has read who did not agree to a recall or an update',
    access: holders('clerk'),
    params,
    reply: contract.outgoingDetail,
    run: async (http, { params: { id } }) => {
      await http.run(readAnswers, { documentId: id });
      return detail(http, id);
    },
  }),
  route({
    method: 'GET',
    url: `${base}/:id/recipients.csv`,
    summary: 'The recipients with their states, times and answers as a table for spreadsheets',
    access: signedIn,
    params,
    run: async (http, { params: { id } }) => {
      const document = await detail(http, id);
      return { special: 'bytes', body: Buffer.from(recipientsCsv(document, http.language), 'utf8'), contentType: 'text/csv; charset=utf-8', fileName: `noi-nhan-${(document.numberAndNotation ?? id).replace(/[^\p{L}\p{N}-]+/gu, '-')}.csv` };
    },
  }),
];

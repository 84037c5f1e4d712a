import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import { holders, rawJson, route, signedIn, type RouteContext } from '#kernel/route.ts';
import { timelineOf, timelineReply } from '#engines/audit/index.ts';
import { convertUpload } from '#engines/files/index.ts';
import { changeRecipients } from './commands/change-recipients.ts';
import { createDraft } from './commands/create-draft.ts';
import { editDraft } from './commands/edit-draft.ts';
import { issueDocument } from './commands/issue-document.ts';
import { numberDocument } from './commands/number-document.ts';
import { returnDocument } from './commands/return-document.ts';
import { submitDocument } from './commands/submit-document.ts';
import { withdrawDocument } from './commands/withdraw-document.ts';
import * as contract from './contract.ts';
import { getOutgoing } from './queries/get-outgoing.ts';
import { listOutgoing } from './queries/list-outgoing.ts';
import { recentRecipients } from './queries/recent-recipients.ts';

const params = z.object({ id: z.uuid() });
const base = '/api/v1/outgoing-documents';

type Http = RouteContext<PersonActor>;
const detail = (http: Http, id: string) => getOutgoing(http.kernel, http.actor, id);

const reading = [
  route({
    method: 'GET',
    url: base,
    summary: 'One page of the agency’s outgoing documents, newest first',
    access: signedIn,
    query: contract.outgoingQuery,
    reply: contract.outgoingList,
    run: async (http, { query }) => rawJson(await listOutgoing(http.kernel, http.actor, query)),
  }),
  route({
    method: 'GET',
    url: `${base}/:id`,
    summary: 'One outgoing document with its files, recipients and what may be done with it',
    access: signedIn,
    params,
    reply: contract.outgoingDetail,
    run: (http, { params: { id } }) => detail(http, id),
  }),
  route({
    method: 'GET',
    url: `${base}/:id/timeline`,
    summary: 'Who did what with the document when, in which post, with the evidence',
    access: signedIn,
    params,
    reply: timelineReply,
    run: async (http, { params: { id } }) => {
      await detail(http, id);
      return timelineOf(http.kernel, { agencyId: http.actor.agencyId, subjects: [{ type: 'outgoing-document', id }], language: http.language });
    },
  }),
  route({
    method: 'GET',
    url: `${base}/recent-recipients`,
    summary: 'The recipients of the agency’s latest documents, to choose them again',
    access: signedIn,
    reply: z.object({ sets: z.array(z.object({ documentId: z.uuid(), summary: z.string(), recipients: z.array(z.object({ id: z.uuid(), name: z.string() })) })) }),
    run: async (http) => ({ sets: await recentRecipients(http.kernel.database.pool, http.actor) }),
  }),
];

const drafting = [
  route({
    method: 'POST',
    url: base,
    summary: 'Makes a draft of uploaded files',
    access: signedIn,
    body: contract.createDraftBody,
    reply: z.object({ id: z.uuid() }),
    run: async (http, { body }) => {
      const converted = await convertUpload(http.kernel, http.actor, body.mainUploadId);
      return http.run(createDraft, { ...body, ...(converted === undefined ? {} : { converted }) });
    },
  }),
  route({
    method: 'PUT',
    url: `${base}/:id`,
    summary: 'Changes a draft or a returned document',
    access: signedIn,
    params,
    body: contract.editDraftBody,
    reply: z.object({ revision: z.int() }),
    run: async (http, { params: { id }, body }) => {
      const converted = body.mainUploadId === undefined ? undefined : await convertUpload(http.kernel, http.actor, body.mainUploadId);
      return http.run(editDraft, { ...body, documentId: id, ...(converted === undefined ? {} : { converted }) });
    },
  }),
  route({
    method: 'PUT',
    url: `${base}/:id/recipients`,
    summary: 'Changes to whom the document goes, until it is issued',
    access: signedIn,
    params,
    body: contract.recipientsBody,
    reply: contract.outgoingDetail,
    run: async (http, { params: { id }, body }) => {
      await http.run(changeRecipients, { documentId: id, recipientIds: body.recipientIds });
      return detail(http, id);
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/submit`,
    summary: 'Submits the document for a leader’s signature, after the initials of a unit’s head where these are asked for',
    access: signedIn,
    params,
    body: contract.submitBody,
    reply: contract.outgoingDetail,
    run: async (http, { params: { id }, body }) => {
      await http.run(submitDocument, { documentId: id, ...body });
      return detail(http, id);
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/return`,
    summary: 'Gives the document back with an opinion',
    access: signedIn,
    params,
    body: contract.reasonBody,
    reply: contract.outgoingDetail,
    run: async (http, { params: { id }, body }) => {
      await http.run(returnDocument, { documentId: id, reason: body.reason });
      return detail(http, id);
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/withdraw`,
    summary: 'Takes the document out of the flow before it is issued',
    access: signedIn,
    params,
    body: contract.reasonBody,
    reply: contract.outgoingDetail,
    run: async (http, { params: { id }, body }) => {
      await http.run(withdrawDocument, { documentId: id, reason: body.reason });
      return detail(http, id);
    },
  }),
];

const issuing = [
  route({
    method: 'POST',
    url: `${base}/:id/number`,
    summary: 'Gives the signed document the next number of the register and its date',
    access: holders('clerk'),
    params,
    body: contract.numberBody,
    reply: contract.outgoingDetail,
    run: async (http, { params: { id }, body }) => {
      await http.run(numberDocument, { documentId: id, issuedOn: body.issuedOn });
      return detail(http, id);
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/issue`,
    summary: 'Issues the sealed document to its recipients',
    access: holders('clerk'),
    params,
    reply: contract.outgoingDetail,
    run: async (http, { params: { id } }) => {
      await http.run(issueDocument, { documentId: id });
      return detail(http, id);
    },
  }),
];

export const routes = [...reading, ...drafting, ...issuing];

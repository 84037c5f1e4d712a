import { z } from 'zod';
import { holders, rawJson, route, signedIn } from '#kernel/route.ts';
import { timelineReply, timelineOf } from '#engines/audit/index.ts';
import { answerSender } from './commands/answer-sender.ts';
import { openDocument } from './commands/open-document.ts';
import { registerDocument } from './commands/register-document.ts';
import { refuseDocument } from './commands/refuse-document.ts';
import { answerNoticeBody, incomingDetail, incomingList, incomingQuery, refuseBody, registeredReply } from './contract.ts';
import { getIncoming } from './queries/get-incoming.ts';
import { listInbox } from './queries/list-inbox.ts';

const params = z.object({ id: z.uuid() });
const base = '/api/v1/incoming-documents';

export const routes = [
  route({
    method: 'GET',
    url: base,
    summary: 'One page of the agency’s inbox, newest first',
    access: signedIn,
    query: incomingQuery,
    reply: incomingList,
    run: async (http, { query }) => rawJson(await listInbox(http.kernel, http.actor, query)),
  }),
  route({
    method: 'GET',
    url: `${base}/:id`,
    summary: 'One incoming document with what may be done with it',
    access: signedIn,
    params,
    reply: incomingDetail,
    run: async (http, { params: { id } }) => {
      const document = await getIncoming(http.kernel, http.actor, id);
      if (document.openedAt !== null && !document.handling.assignments.some((part) => part.isMine && part.state === 'open' && part.openedAt === null)) return document;
      await http.run(openDocument, { documentId: id });
      return getIncoming(http.kernel, http.actor, id);
    },
  }),
  route({
    method: 'GET',
    url: `${base}/:id/timeline`,
    summary: 'Who did what with the document when, with the evidence',
    access: signedIn,
    params,
    reply: timelineReply,
    run: async (http, { params: { id } }) => {
      const document = await getIncoming(http.kernel, http.actor, id);
      const subjects = [{ type: 'incoming-document', id }, ...(document.messageId === null ? [] : [{ type: 'message', id: document.messageId }])];
      return timelineOf(http.kernel, { agencyId: http.actor.agencyId, subjects, language: http.language });
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/register`,
    summary: 'Registers the document: the next arrival number, and 03 to the sender',
    access: holders('clerk', 'guest'),
    params,
    reply: registeredReply,
    run: (http, { params: { id } }) => http.run(registerDocument, { documentId: id }),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/refuse`,
    summary: 'Refuses the document with a reason, which goes back as 02',
    access: holders('clerk'),
    params,
    body: refuseBody,
    run: (http, { params: { id }, body }) => http.run(refuseDocument, { documentId: id, reason: body.reason }),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/notices/:noticeId/answer`,
    summary: 'Answers the sender’s recall or update of a registered document: 15, or 16 with the reason',
    access: holders('clerk', 'guest'),
    params: params.extend({ noticeId: z.uuid() }),
    body: answerNoticeBody,
    reply: incomingDetail,
    run: async (http, { params: { id, noticeId }, body }) => {
      await http.run(answerSender, { documentId: id, noticeId, ...body });
      return getIncoming(http.kernel, http.actor, id);
    },
  }),
];

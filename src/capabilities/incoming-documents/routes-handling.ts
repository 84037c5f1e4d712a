import { z } from 'zod';
import type { Command } from '#kernel/command.ts';
import { holders, route, signedIn, type RouteContext } from '#kernel/route.ts';
import type { PersonActor } from '#kernel/actor.ts';
import { vietnamDay } from '#kernel/time.ts';
import { assignDocument } from './commands/assign-document.ts';
import { approveResult, completeDocument, reportDocument } from './commands/complete-document.ts';
import { extendDeadline } from './commands/extend-deadline.ts';
import { adviseOnDocument, noteProgress } from './commands/note-progress.ts';
import { passAssignment } from './commands/pass-assignment.ts';
import { releaseAssignment } from './commands/release-assignment.ts';
import { returnDocument } from './commands/return-document.ts';
import { submitDocument } from './commands/submit-document.ts';
import { assignBody, completeBody, extendBody, handlersReply, handlingTextBody, incomingDetail, passBody, submitBody } from './contract.ts';
import { getIncoming } from './queries/get-incoming.ts';
import { handlers } from './queries/handling.ts';

const params = z.object({ id: z.uuid() });
const base = '/api/v1/incoming-documents';

/** Runs one step and says how the document stands after it. */
async function step<In>(http: RouteContext<PersonActor>, command: Command<In, void>, { id, input }: { id: string; input: In }) {
  await http.run(command, input);
  return getIncoming(http.kernel, http.actor, id);
}

/** How an incoming document is handled (30/2020/NĐ-CP Art. 23, 24). */
export const handlingRoutes = [
  route({
    method: 'GET',
    url: `${base}/handlers`,
    summary: 'Who of the agency may instruct, and who may be given a document',
    access: signedIn,
    reply: handlersReply,
    run: (http) => handlers(http.kernel.database.pool, http.actor, vietnamDay(http.kernel.clock.now())),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/submit`,
    summary: 'Submits the registered document to a leader for instructions',
    access: holders('clerk'),
    params,
    body: submitBody,
    reply: incomingDetail,
    run: (http, { params: { id }, body }) => step(http, submitDocument, { id, input: { documentId: id, ...body } }),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/return`,
    summary: 'The leader gives it back with a reason: to the clerk, or a reported result to whoever handles it',
    access: signedIn,
    params,
    body: handlingTextBody,
    reply: incomingDetail,
    run: (http, { params: { id }, body }) => step(http, returnDocument, { id, input: { documentId: id, reason: body.text } }),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/assign`,
    summary: 'The leader instructs and assigns: the main person, co-operating ones, the deadline; 04 to the sender. Again, it reassigns',
    access: signedIn,
    params,
    body: assignBody,
    reply: incomingDetail,
    run: (http, { params: { id }, body }) => step(http, assignDocument, { id, input: { documentId: id, ...body } }),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/pass`,
    summary: 'The head of a unit gives their part to somebody of the unit',
    access: signedIn,
    params,
    body: passBody,
    reply: incomingDetail,
    run: (http, { params: { id }, body }) => step(http, passAssignment, { id, input: { documentId: id, ...body } }),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/release`,
    summary: 'Gives a part back with a reason',
    access: signedIn,
    params,
    body: handlingTextBody,
    reply: incomingDetail,
    run: (http, { params: { id }, body }) => step(http, releaseAssignment, { id, input: { documentId: id, reason: body.text } }),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/progress`,
    summary: 'Notes how far the work is; the first note is its start, 05 to the sender',
    access: signedIn,
    params,
    body: handlingTextBody,
    reply: incomingDetail,
    run: (http, { params: { id }, body }) => step(http, noteProgress, { id, input: { documentId: id, text: body.text } }),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/advise`,
    summary: 'The opinion of a co-operating person, which ends their part',
    access: signedIn,
    params,
    body: handlingTextBody,
    reply: incomingDetail,
    run: (http, { params: { id }, body }) => step(http, adviseOnDocument, { id, input: { documentId: id, text: body.text } }),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/extend`,
    summary: 'The leader sets another deadline with the reason',
    access: signedIn,
    params,
    body: extendBody,
    reply: incomingDetail,
    run: (http, { params: { id }, body }) => step(http, extendDeadline, { id, input: { documentId: id, ...body } }),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/complete`,
    summary: 'The handling is done: 06 to the sender',
    access: signedIn,
    params,
    body: completeBody,
    reply: incomingDetail,
    run: (http, { params: { id }, body }) => step(http, completeDocument, { id, input: { documentId: id, ...body } }),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/report`,
    summary: 'Reports the result to the leader who wanted to see it first',
    access: signedIn,
    params,
    body: completeBody,
    reply: incomingDetail,
    run: (http, { params: { id }, body }) => step(http, reportDocument, { id, input: { documentId: id, ...body } }),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/approve`,
    summary: 'The leader approves the reported result: 06 to the sender',
    access: signedIn,
    params,
    reply: incomingDetail,
    run: (http, { params: { id } }) => step(http, approveResult, { id, input: { documentId: id } }),
  }),
];

import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import { holders, rawJson, route, type Route, type RouteContext } from '#kernel/route.ts';
import { assertFinished, getUpload } from '#engines/files/index.ts';
import { performSigning, validateStored, type StoredReport } from '#engines/signatures/index.ts';
import { revokeInvitation } from './commands/invite.ts';
import { dropLetter } from './commands/drop-letter.ts';
import { openLetterSigning } from './commands/sign-letter.ts';
import { writeLetter } from './commands/write-letter.ts';
import * as contract from './contract.ts';
import { errors } from './errors.ts';
import { inviteAndMail } from './mail-invitation.ts';
import { getLetter, listLetters } from './queries/letters.ts';
import { ownOfficeOf } from './queries/overview.ts';
import { tasksOfOffice } from './queries/tasks.ts';
import { searchRecipients } from './recipients.ts';

type Http = RouteContext<PersonActor>;

const base = '/api/v1/guest-offices';
const params = z.object({ id: z.uuid() });
const guests = holders('guest');

const office = [
  route({
    method: 'GET',
    url: `${base}/own`,
    summary: 'The guest’s own office: colleagues, invitations, and how much it may still send today',
    access: guests,
    reply: contract.ownOffice,
    run: ({ kernel, actor }) => ownOfficeOf(kernel, actor),
  }),
  route({
    method: 'POST',
    url: `${base}/own/invitations`,
    summary: 'Makes a link with which a colleague joins the own office, used once within seven days; it is shown only in this reply, and sent by e-mail when an address is given',
    access: guests,
    body: contract.inviteBody,
    reply: contract.invitedReply,
    run: (http, { body }) => inviteAndMail(http, { purpose: 'colleague', ...body }),
  }),
  route({
    method: 'POST',
    url: `${base}/own/invitations/:id/revoke`,
    summary: 'Withdraws an open invitation of the own office',
    access: guests,
    params,
    run: (http, { params: { id } }) => http.run(revokeInvitation, { id }),
  }),
];

const tasks = [
  route({
    method: 'GET',
    url: `${base}/tasks`,
    summary: 'What waits for the own office, most urgent first: whoever works there is its clerk',
    access: guests,
    query: contract.taskQuery,
    reply: contract.guestTasks,
    run: async ({ kernel, actor }, { query }) => rawJson(await tasksOfOffice(kernel, actor, query.after)),
  }),
];

const letters = [
  route({
    method: 'GET',
    url: `${base}/recipients`,
    summary: 'The agencies to which a guest may write, by the beginnings of words; no people are named',
    access: guests,
    query: contract.recipientQuery,
    reply: contract.recipientList,
    run: async ({ kernel }, { query }) => ({ agencies: await searchRecipients(kernel, query.text) }),
  }),
  route({
    method: 'GET',
    url: `${base}/uploads/:uploadId/validation`,
    summary: 'The report on the signatures of a finished upload of the guest’s own, before it is sent',
    access: guests,
    params: z.object({ uploadId: z.uuid() }),
    run: async (http, { params: { uploadId } }) => reportOnUpload(http, uploadId),
  }),
  route({
    method: 'GET',
    url: `${base}/letters`,
    summary: 'One page of the own office’s letters, newest first, each with what became of it',
    access: guests,
    query: contract.letterQuery,
    reply: contract.letterList,
    run: ({ kernel, actor }, { query }) => listLetters(kernel.database.pool, actor, query),
  }),
  route({
    method: 'POST',
    url: `${base}/letters`,
    summary: 'Writes a letter: a file that is signed already goes at once, one without a signature waits for one made here',
    access: guests,
    body: contract.letterBody,
    reply: contract.letterReply,
    run: async (http, { body }) => http.run(writeLetter, { ...body, isSigned: isSigned(await reportOnUpload(http, body.mainUploadId)) }),
  }),
  route({
    method: 'GET',
    url: `${base}/letters/:id`,
    summary: 'A letter of the own office',
    access: guests,
    params,
    reply: contract.letterDetail,
    run: ({ kernel, actor }, { params: { id } }) => getLetter(kernel.database.pool, actor, id),
  }),
  route({
    method: 'POST',
    url: `${base}/letters/:id/sign`,
    summary: 'Signs a letter with the guest’s own certificate and sends it',
    access: guests,
    params,
    body: contract.signLetterBody,
    reply: contract.signLetterReply,
    run: async (http, { params: { id }, body: { credentialId, pin, otp } }) => {
      const { signingId } = await http.run(openLetterSigning, { letterId: id, credentialId });
      const typed = { ...(pin === undefined || pin === '' ? {} : { secret: pin }), ...(otp === undefined || otp === '' ? {} : { otp }) };
      const { state } = await performSigning(http.kernel, { agencyId: http.actor.agencyId, signingId, actor: http.actor, requestId: http.requestId, ...typed });
      return { state };
    },
  }),
  route({
    method: 'DELETE',
    url: `${base}/letters/:id`,
    summary: 'Throws away a letter that has not been sent',
    access: guests,
    params,
    run: (http, { params: { id } }) => http.run(dropLetter, { id }),
  }),
];

/** @throws guest-offices.notPdf · files.uploadNotFound, also for somebody else's */
async function reportOnUpload(http: Http, uploadId: string): Promise<StoredReport> {
  const { kernel, actor } = http;
  const upload = assertFinished(await getUpload(kernel.database.pool, actor, { uploadId, now: kernel.clock.now() }));
  if (upload.mediaType !== 'application/pdf') throw errors.notPdf();
  return validateStored(kernel, upload.sha256);
}

/** A signature whose certificate cannot be judged here is sent with that verdict, which the recipient sees too. @throws guest-offices.badSignature */
function isSigned({ indication }: StoredReport): boolean {
  if (indication === 'TOTAL-FAILED' || indication === 'UNREADABLE') throw errors.badSignature();
  return indication !== 'UNSIGNED';
}

/** The light workplace of a guest office. */
export const guestRoutes: readonly Route[] = [...office, ...tasks, ...letters];

import { z } from 'zod';
import { holders, route, type Route } from '#kernel/route.ts';
import type { Id } from '#kernel/ids.ts';
import { approveApplication, refuseApplication } from './commands/decide-application.ts';
import { revokeInvitation } from './commands/invite.ts';
import { liftSuspension, suspendOffice } from './commands/suspend-office.ts';
import * as contract from './contract.ts';
import { inviteAndMail } from './mail-invitation.ts';
import { INVITING_ROLES } from './policy.ts';
import { countWaiting, getPaper, overviewFor } from './queries/overview.ts';

const base = '/api/v1/guest-offices';
const params = z.object({ id: z.uuid() });
// safe because the address names an agency here
const agencyParams = z.object({ agencyId: z.uuid().transform((id) => id as Id<'agency'>) });
const inviters = holders(...INVITING_ROLES);
const province = holders('province_admin');

/** For the people of the province: inviting, deciding, suspending. */
export const staffRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: base,
    summary: 'The organisations without a system of their own that have accounts here, the own agency’s invitations, and for the province the applications',
    access: inviters,
    reply: contract.overview,
    run: ({ kernel, actor }) => overviewFor(kernel, actor),
  }),
  route({
    method: 'GET',
    url: `${base}/waiting`,
    summary: 'How many applications wait for a decision',
    access: province,
    reply: contract.waitingCount,
    run: async ({ kernel }) => ({ waiting: await countWaiting(kernel.database.pool) }),
  }),
  route({
    method: 'POST',
    url: `${base}/invitations`,
    summary: 'Makes a link with which an organisation applies, used once within seven days; it is shown only in this reply, and sent by e-mail when an address is given',
    access: inviters,
    body: contract.inviteBody,
    reply: contract.invitedReply,
    run: (http, { body }) => inviteAndMail(http, { purpose: 'office', ...body }),
  }),
  route({
    method: 'POST',
    url: `${base}/invitations/:id/revoke`,
    summary: 'Withdraws an open invitation of the own agency',
    access: inviters,
    params,
    run: (http, { params: { id } }) => http.run(revokeInvitation, { id }),
  }),
  route({
    method: 'GET',
    url: `${base}/applications/:id/papers/:position`,
    summary: 'What an organisation handed in with its application',
    access: province,
    params: params.extend({ position: z.coerce.number().int().min(0).max(9) }),
    run: async ({ kernel }, { params: of }) => {
      const { name, mediaType, bytes } = await getPaper(kernel.database.pool, of);
      return { special: 'bytes', body: bytes, contentType: mediaType, fileName: name, sizeBytes: bytes.length };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/applications/:id/approve`,
    summary: 'Approves an application: the organisation enters the directory, its contact gets an account',
    access: province,
    params,
    reply: z.object({ agencyId: z.uuid() }),
    run: (http, { params: { id } }) => http.run(approveApplication, { id }),
  }),
  route({
    method: 'POST',
    url: `${base}/applications/:id/refuse`,
    summary: 'Refuses an application with a reason, which the applicant reads',
    access: province,
    params,
    body: contract.reasonBody,
    run: (http, { params: { id }, body }) => http.run(refuseApplication, { id, reason: body.reason }),
  }),
  route({
    method: 'POST',
    url: `${base}/offices/:agencyId/suspend`,
    summary: 'Closes the accounts of an office for a time, at once',
    access: province,
    params: agencyParams,
    body: contract.reasonBody,
    run: (http, { params: { agencyId }, body }) => http.run(suspendOffice, { agencyId, reason: body.reason }),
  }),
  route({
    method: 'POST',
    url: `${base}/offices/:agencyId/lift`,
    summary: 'Opens the accounts of a suspended office again',
    access: province,
    params: agencyParams,
    run: (http, { params: { agencyId } }) => http.run(liftSuspension, { agencyId }),
  }),
];

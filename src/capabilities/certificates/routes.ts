import { z } from 'zod';
import type { Id } from '#kernel/ids.ts';
import { holders, route, signedIn, type Route } from '#kernel/route.ts';
import { isoInVietnam, parseCalendarDay, vietnamDay } from '#kernel/time.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { timelineOf, timelineReply } from '#engines/audit/index.ts';
import { getCertificate } from './certificate-store.ts';
import { askStatus } from './commands/ask-status.ts';
import { declineRenewal, resumeRenewal } from './commands/decline-renewal.ts';
import { importCertificates } from './commands/import-certificates.ts';
import { editCertificate, markRevoked, removeCertificate } from './commands/keep-certificate.ts';
import { reviewCertificate } from './commands/review-certificate.ts';
import { approveRequest, completeRequest, readRefusal, refuseRequest, submitRequest, withdrawRequest } from './commands/requests.ts';
import {
  approveRequestBody,
  askProgress,
  askProgressQuery,
  askStatusBody,
  askStatusReply,
  certificateDetail,
  certificateList,
  certificateQuery,
  declineRenewalBody,
  editBody,
  formsReply,
  importBody,
  importReply,
  markRevokedBody,
  refuseRequestBody,
  requestBody,
  requestList,
  requestQuery,
  requestRow,
  reviewBody,
  statisticsReply,
} from './contract.ts';
import { inventoryWorkbook } from './inventory-workbook.ts';
import { describeCertificate, listCertificates } from './queries/list-certificates.ts';
import { getRequest, listRequests } from './queries/list-requests.ts';
import { formsInForce } from './request-form.ts';
import { askedSince, statusAnswer } from './queries/asked-status.ts';
import { certificateStatistics } from './queries/statistics.ts';

const base = '/api/v1/certificates';
const params = z.object({ agencyId: z.uuid(), id: z.uuid() });
const keepers = holders('agency_admin', 'province_admin');

export const certificateRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: base,
    summary: 'One page of the certificates that the caller may see, those that end first before the others.',
    access: signedIn,
    query: certificateQuery,
    reply: certificateList,
    run: (http, { query }) => listCertificates(http.kernel, http.actor, query),
  }),
  route({
    method: 'GET',
    url: `${base}/statistics`,
    summary: 'Certificates by agency: whose, how many, how many end soon.',
    access: signedIn,
    reply: statisticsReply,
    run: (http) => certificateStatistics(http.kernel, http.actor),
  }),
  route({
    method: 'GET',
    url: `${base}/inventory.xlsx`,
    summary: 'The certificates that the caller may see and that fit the filters, with the counts by agency, as a workbook.',
    access: signedIn,
    query: certificateQuery.omit({ after: true }),
    run: async (http, { query }) => ({
      special: 'bytes' as const,
      body: await inventoryWorkbook(http.kernel, http.actor, query),
      contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      fileName: `chung-thu-so-${vietnamDay(http.kernel.clock.now())}.xlsx`,
    }),
  }),
  route({
    method: 'GET',
    url: `${base}/requests`,
    summary: 'One page of the requests for certificates that the caller may see, newest first.',
    access: signedIn,
    query: requestQuery,
    reply: requestList,
    run: (http, { query }) => listRequests(http.kernel, http.actor, query),
  }),
  route({
    method: 'GET',
    url: `${base}/forms`,
    summary: 'The forms of requests for certificates that are in force today.',
    access: signedIn,
    reply: formsReply,
    run: async ({ kernel }) => ({ forms: await formsInForce(kernel.database.pool, kernel.clock.now()) }),
  }),
  route({
    method: 'POST',
    url: `${base}/requests`,
    summary: 'Asks for a certificate to be issued, renewed, changed or revoked.',
    access: signedIn,
    body: requestBody,
    reply: z.object({ id: z.uuid() }),
    run: (http, { body }) => http.run(submitRequest, body),
  }),
  route({
    method: 'GET',
    url: `${base}/requests/:agencyId/:id`,
    summary: 'One request and what may be done with it.',
    access: signedIn,
    params,
    reply: requestRow,
    run: (http, { params: key }) => getRequest(http.kernel, http.actor, key),
  }),
  route({
    method: 'POST',
    url: `${base}/requests/:agencyId/:id/withdraw`,
    summary: 'Takes a request back.',
    access: signedIn,
    params,
    run: (http, { params: key }) => http.run(withdrawRequest, key),
  }),
  route({
    method: 'POST',
    url: `${base}/requests/:agencyId/:id/approve`,
    summary: 'Approves a request.',
    access: holders('province_admin'),
    params,
    body: approveRequestBody,
    run: (http, { params: key, body }) => http.run(approveRequest, { ...key, note: body.note }),
  }),
  route({
    method: 'POST',
    url: `${base}/requests/:agencyId/:id/refuse`,
    summary: 'Refuses a request with a reason.',
    access: holders('province_admin'),
    params,
    body: refuseRequestBody,
    run: (http, { params: key, body }) => http.run(refuseRequest, { ...key, reason: body.reason }),
  }),
  route({
    method: 'POST',
    url: `${base}/requests/:agencyId/:id/read-refusal`,
    summary: 'Says that whoever asked has read why a request was refused.',
    access: signedIn,
    params,
    run: (http, { params: key }) => http.run(readRefusal, key),
  }),
  route({
    method: 'POST',
    url: `${base}/requests/:agencyId/:id/complete`,
    summary: 'Says that a request was carried out, which the inventory must show.',
    access: keepers,
    params,
    run: (http, { params: key }) => http.run(completeRequest, key),
  }),
  route({
    method: 'POST',
    url: `${base}/import`,
    summary: 'Takes certificates from files into the inventory of an agency.',
    access: keepers,
    body: importBody,
    reply: importReply,
    run: (http, { body }) =>
      http.run(importCertificates, {
        // safe because the schema checks that it is a UUID, and the policy decides about it
        agencyId: (body.agencyId ?? http.actor.agencyId) as Id<'agency'>,
        holderKind: body.holderKind,
        asksStatus: body.asksStatus,
        files: body.files.map((file) => ({ name: file.name, content: Buffer.from(file.content, 'base64') })),
      }),
  }),
  route({
    method: 'POST',
    url: `${base}/ask-status`,
    summary: 'Has the authorities of certificates asked what these are worth now; the answers come in the background.',
    access: signedIn,
    body: askStatusBody,
    reply: askStatusReply,
    run: async (http, { body }) => {
      const { askedAt, count } = await http.run(askStatus, { keys: body.certificates });
      return { askedAt: isoInVietnam(askedAt), count };
    },
  }),
  route({
    method: 'GET',
    url: `${base}/ask-status`,
    summary: 'How far the questions are that the caller has asked since an instant.',
    access: signedIn,
    query: askProgressQuery,
    reply: askProgress,
    run: (http, { query }) => askedSince(http.kernel, http.actor, new Date(query.since)),
  }),
  route({
    method: 'GET',
    url: `${base}/:agencyId/:id/answer`,
    summary: 'The authority’s answer on which a certificate’s status rests: an OCSP response or a revocation list, DER.',
    access: signedIn,
    params,
    run: (http, { params: key }) => statusAnswer(http.kernel, http.actor, key),
  }),
  route({
    method: 'GET',
    url: `${base}/:agencyId/:id`,
    summary: 'One certificate with all that the inventory knows and what may be done with it.',
    access: signedIn,
    params,
    reply: certificateDetail,
    run: (http, { params: key }) => describeCertificate(http.kernel, http.actor, key),
  }),
  route({
    method: 'GET',
    url: `${base}/:agencyId/:id/timeline`,
    summary: 'What happened to a certificate.',
    access: signedIn,
    params,
    reply: timelineReply,
    run: async ({ kernel, actor, language }, { params: key }) => {
      const certificate = await getCertificate(kernel.database.pool, actor, key);
      const subjects = [
        { type: 'certificate', id: certificate.id },
        ...(certificate.credential_id === null ? [] : [{ type: 'credential', id: certificate.credential_id }]),
      ];
      return timelineOf(kernel, { agencyId: certificate.agency_id, subjects, language });
    },
  }),
  route({
    method: 'PUT',
    url: `${base}/:agencyId/:id`,
    summary: 'Sets the token’s number, a note, and whose the certificate is.',
    access: keepers,
    params,
    body: editBody,
    run: (http, { params: key, body }) => http.run(editCertificate, { ...key, ...body }),
  }),
  route({
    method: 'POST',
    url: `${base}/:agencyId/:id/mark-revoked`,
    summary: 'Records that another authority revoked the certificate.',
    access: keepers,
    params,
    body: markRevokedBody,
    run: (http, { params: key, body }) => {
      const revokedOn = parseCalendarDay(body.revokedOn);
      if (revokedOn === undefined) throw kernelErrors.invalidInput();
      return http.run(markRevoked, { ...key, revokedOn, reason: body.reason });
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:agencyId/:id/review`,
    summary: 'Says with a reason that nothing more is to be done about a certificate whose holder left or which was withdrawn.',
    access: signedIn,
    params,
    body: reviewBody,
    run: (http, { params: key, body }) => http.run(reviewCertificate, { ...key, reason: body.reason }),
  }),
  route({
    method: 'POST',
    url: `${base}/:agencyId/:id/decline-renewal`,
    summary: 'Says with a reason that a certificate is not to be renewed; the reminders of its end stop.',
    access: keepers,
    params,
    body: declineRenewalBody,
    run: (http, { params: key, body }) => http.run(declineRenewal, { ...key, ...body }),
  }),
  route({
    method: 'POST',
    url: `${base}/:agencyId/:id/resume-renewal`,
    summary: 'Takes back, while a certificate lives, that it is not to be renewed.',
    access: keepers,
    params,
    run: (http, { params: key }) => http.run(resumeRenewal, key),
  }),
  route({
    method: 'DELETE',
    url: `${base}/:agencyId/:id`,
    summary: 'Takes a certificate that was listed by mistake out of the inventory.',
    access: keepers,
    params,
    run: (http, { params: key }) => http.run(removeCertificate, key),
  }),
];

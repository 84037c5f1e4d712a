import { z } from 'zod';
import { route, signedIn, type Route } from '#kernel/route.ts';
import { relyingParty } from '#engines/identity/index.ts';
import { approveAuthorizations, beginApproval } from './commands/approve-authorizations.ts';
import { beginEnrolment, finishEnrolment, withdrawCredential } from './commands/enrol-credential.ts';
import { refuseAuthorization } from './commands/refuse-authorization.ts';
import { forgetPin, rememberPin } from './commands/remember-pin.ts';
import {
  approveBody,
  approveReply,
  authorizationList,
  beginApprovalBody,
  beginApprovalReply,
  beginEnrolmentBody,
  beginEnrolmentReply,
  finishEnrolmentBody,
  passkeyParams,
  refuseBody,
  rememberPinBody,
  remoteCredentialList,
} from './contract.ts';
import { ownAuthorizations, ownRemoteCredentials } from './queries/own-authorizations.ts';

const base = '/api/v1/remote-signing';
const params = z.object({ id: z.uuid() });

export const ownerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: `${base}/authorizations`,
    summary: 'What applications ask the caller to sign, with every document and its hash, and what was decided lately.',
    access: signedIn,
    reply: authorizationList,
    run: (http) => ownAuthorizations(http.kernel, http.actor),
  }),
  route({
    method: 'POST',
    url: `${base}/authorizations/:id/refuse`,
    summary: 'Refuses a request to sign.',
    access: signedIn,
    params,
    body: refuseBody,
    run: (http, { params: { id }, body }) => http.run(refuseAuthorization, { id, reason: body.reason }),
  }),
  route({
    method: 'POST',
    url: `${base}/approvals`,
    summary: 'What the browser needs so that the caller’s passkey signs exactly these requests.',
    access: signedIn,
    body: beginApprovalBody,
    reply: beginApprovalReply,
    run: async (http, { body }) => {
      const { options, ...begun } = await beginApproval(http.kernel, http.actor, { ids: body.ids, party: relyingParty(http.kernel, http.request) });
      return { ...begun, options: { ...options } };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/approvals/:id`,
    summary: 'Approves what the passkey signed, and signs the hashes.',
    access: signedIn,
    params,
    body: approveBody,
    reply: approveReply,
    run: async (http, { params: { id }, body }) => {
      const input = { approvalId: id, ...body, party: relyingParty(http.kernel, http.request) };
      return { signed: await approveAuthorizations(http.kernel, input, { actor: http.actor, requestId: http.requestId }) };
    },
  }),
  route({
    method: 'PUT',
    url: `${base}/approvals/:id/remembered-pin`,
    summary: 'Keeps the PIN that was typed for this approval, as the device that approved locked it; once, within five minutes.',
    access: signedIn,
    params,
    body: rememberPinBody,
    run: (http, { params: { id }, body: { lockedPin } }) => http.run(rememberPin, { approvalId: id, lockedPin }),
  }),
  route({
    method: 'GET',
    url: `${base}/credentials`,
    summary: 'The caller’s own certificates and whether they are open to remote signing.',
    access: signedIn,
    reply: remoteCredentialList,
    run: (http) => ownRemoteCredentials(http.kernel, http.actor),
  }),
  route({
    method: 'POST',
    url: `${base}/credentials/:id/enrolment-options`,
    summary: 'What the browser needs to make a passkey that releases a certificate’s key.',
    access: signedIn,
    params,
    body: beginEnrolmentBody,
    reply: beginEnrolmentReply,
    run: async (http, { params: { id }, body }) => {
      const { options, ...begun } = await beginEnrolment(http.kernel, { credentialId: id, ...body, party: relyingParty(http.kernel, http.request) }, { actor: http.actor, ip: http.ip, requestId: http.requestId, cookies: http.request.cookies });
      return { ...begun, options: { ...options } };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/credentials/:id/enrolment`,
    summary: 'Opens a certificate to remote signing with a passkey and its PIN.',
    access: signedIn,
    params,
    body: finishEnrolmentBody,
    run: (http, { params: { id }, body }) =>
      finishEnrolment(http.kernel, { credentialId: id, ...body, party: relyingParty(http.kernel, http.request) }, { actor: http.actor, requestId: http.requestId }),
  }),
  route({ method: 'DELETE', url: `${base}/credentials/:id/enrolment`, summary: 'Closes a certificate to remote signing.', access: signedIn, params, run: (http, { params: { id } }) => http.run(withdrawCredential, { credentialId: id }) }),
  route({
    method: 'DELETE',
    url: `${base}/credentials/:id/passkeys/:passkeyId/remembered-pin`,
    summary: 'Has a device of the caller forget the PIN.',
    access: signedIn,
    params: passkeyParams,
    run: (http, { params: { id, passkeyId } }) => http.run(forgetPin, { credentialId: id, passkeyId }),
  }),
];

import { z } from 'zod';
import { systemActor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { anyone, route, signedIn, type Route, type RouteContext } from '#kernel/route.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { readBytes } from '#engines/files/index.ts';
import { getOpenedSigning, type SigningKey } from '../commands/signing-states.ts';
import { readBody } from '../read-body.ts';
import { answerAgentRequest, connectAgentCredential, getAgentRequest } from './agent-answers.ts';
import { abandonAgentSigning } from './commands/abandon-agent-signing.ts';
import { fetchHandOver, findLatestHandOver, type HandOverKey } from './commands/hand-over-states.ts';
import { openHandOver } from './commands/open-hand-over.ts';
import { agentAnswerBody, agentCredentialBody, agentOutcome, agentRequest, handOverAddresses, handOverStatus, openHandOverBody, uploadReply } from './contract.ts';
import { describeRefusal, handOverErrors } from './errors.ts';
import { findFirstFile, FORM_BYTES } from './multipart.ts';
import { receiveHandOver, uploadLimit, type ReceivedHandOver } from './receive-hand-over.ts';

const base = '/api/v1/signatures';
const signingParams = z.object({ signingId: z.uuid() });
const addressParams = z.object({ agencyId: z.uuid(), handOverId: z.uuid(), key: z.string().regex(/^[\w-]{43}$/) });
const byAddress = anyone('a signing program on the signer’s own computer has no session: the address holds a one-time key of 256 bits');

export const handOverRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url: `${base}/agent-credentials`,
    summary: 'Registers the certificate of a token at the caller’s own computer.',
    access: signedIn,
    body: agentCredentialBody,
    reply: z.object({ id: z.uuid() }),
    run: async ({ kernel, actor, requestId }, { body }) => ({ id: await connectAgentCredential(kernel, { agencyId: actor.agencyId, ...body }, { actor, requestId }) }),
  }),
  route({
    method: 'POST',
    url: `${base}/signings/:signingId/hand-over`,
    summary: 'Opens the one-time addresses through which a signing program at the caller’s own computer signs the file.',
    access: signedIn,
    params: signingParams,
    body: openHandOverBody,
    reply: handOverAddresses,
    // Not through `http.run`: the reply to an idempotency key would be kept, and these addresses are not to be.
    run: async (http, { params, body }) => {
      const { kernel, actor, requestId } = http;
      const opened = await run(kernel, openHandOver, { agencyId: actor.agencyId, signingId: params.signingId, kind: body.kind }, { actor, requestId });
      const root = `${originOf(http)}${base}/hand-overs/${actor.agencyId}/${opened.handOverId}`;
      return { handOverId: opened.handOverId, downloadUrl: `${root}/${opened.downloadKey}/van-ban.pdf`, uploadUrl: `${root}/${opened.uploadKey}`, expiresAt: isoInVietnam(opened.expiresAt), certificateSerial: opened.certificateSerial };
    },
  }),
  route({
    method: 'GET',
    url: `${base}/signings/:signingId/hand-over`,
    summary: 'What has become of the newest hand-over of a signing, with the reason when its file was refused.',
    access: signedIn,
    params: signingParams,
    reply: handOverStatus,
    run: async ({ kernel, actor, language }, { params }) => {
      const key = await assertOwn(kernel, { agencyId: actor.agencyId, signingId: params.signingId }, actor);
      const latest = await findLatestHandOver(kernel.database.pool, key);
      if (latest === undefined) throw handOverErrors.handOverUnknown();
      return { handOverId: latest.id, state: latest.state, problem: latest.refusal === null ? null : describeRefusal(latest.refusal, language) };
    },
  }),
  route({
    method: 'GET',
    url: `${base}/signings/:signingId/agent-request`,
    summary: 'The hash that the signing program at the caller’s own computer has to sign.',
    access: signedIn,
    params: signingParams,
    reply: agentRequest,
    // Whose signing it is comes first: how far it is, is nobody else's business.
    run: async ({ kernel, actor }, { params }) => getAgentRequest(kernel, await assertOwn(kernel, { agencyId: actor.agencyId, signingId: params.signingId }, actor), actor),
  }),
  route({
    method: 'POST',
    url: `${base}/signings/:signingId/agent-answer`,
    summary: 'Brings the signature that the signing program answered; it is verified before it counts.',
    access: signedIn,
    params: signingParams,
    body: agentAnswerBody,
    reply: agentOutcome,
    run: async ({ kernel, actor, requestId }, { params, body }) =>
      answerAgentRequest(kernel, { agencyId: actor.agencyId, signingId: params.signingId, ...body }, { actor, requestId }),
  }),
  route({
    method: 'POST',
    url: `${base}/signings/:signingId/agent-abandon`,
    summary: 'Gives up on the signing program, so that the same signing can be tried again at once.',
    access: signedIn,
    params: signingParams,
    run: async (http, { params }) => http.run(abandonAgentSigning, { agencyId: http.actor.agencyId, signingId: params.signingId }),
  }),
  route({
    method: 'GET',
    url: `${base}/hand-overs/:agencyId/:handOverId/:key/van-ban.pdf`,
    summary: 'The file to be signed, for the signing program that was given this one-time address.',
    access: byAddress,
    params: addressParams,
    run: async ({ kernel, requestId }, { params }) => {
      const { sha256 } = await run(kernel, fetchHandOver, { ...keyOf(params), key: params.key }, { actor: systemActor('signatures.hand-over'), requestId });
      const body = await readBytes(kernel, sha256);
      return { special: 'bytes', body, contentType: 'application/pdf', fileName: 'van-ban.pdf', sizeBytes: body.length };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/hand-overs/:agencyId/:handOverId/:key`,
    summary: 'The signed file, as multipart/form-data, from the signing program that was given this one-time address.',
    access: byAddress,
    params: addressParams,
    streamedBody: true,
    reply: uploadReply,
    run: async (http, { params }) => takeUpload(http, { ...keyOf(params), key: params.key }),
  }),
];

async function takeUpload(http: RouteContext, key: HandOverKey & { key: string }): Promise<z.input<typeof uploadReply>> {
  const { kernel, request } = http;
  const limit = await uploadLimit(kernel, key);
  const bytes = findFirstFile(request.headers['content-type'], await readBody(request.raw, limit + FORM_BYTES));
  if (bytes === undefined) throw handOverErrors.handOverNoFile();
  return replyTo(http, await receiveHandOver(kernel, { ...key, bytes }));
}

/** Signing programs show the message in their own window. */
function replyTo(http: RouteContext, outcome: ReceivedHandOver): z.input<typeof uploadReply> {
  if (outcome.state !== 'refused') return { Status: true, Message: '', FileName: 'van-ban.pdf', FileServer: 'van-ban.pdf' };
  const { code, message, fix } = describeRefusal(outcome.problem, http.language);
  http.reply.code(422);
  return { Status: false, Message: [message, fix].filter((text) => text !== undefined).join(' '), FileName: '', FileServer: '', code };
}

function keyOf({ agencyId, handOverId }: z.output<typeof addressParams>): HandOverKey {
  // safe because the name of an agency in an address is only looked for, and the key decides
  return { agencyId: agencyId as Id<'agency'>, handOverId };
}

async function assertOwn(kernel: Kernel, key: SigningKey, actor: PersonActor): Promise<SigningKey> {
  await getOpenedSigning(kernel.database.pool, key, actor);
  return key;
}

/** The signing program fetches from outside the page, so the address has to be a whole one. */
function originOf({ kernel, request }: RouteContext): string {
  return kernel.config.publicUrl === undefined ? `${request.protocol}://${request.host}` : new URL(kernel.config.publicUrl).origin;
}

import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import { holders, route, type RouteContext } from '#kernel/route.ts';
import { assertFinished, getUpload } from '#engines/files/index.ts';
import { performSigning, validateStored } from '#engines/signatures/index.ts';
import { openCopy } from './commands/open-copy.ts';
import { openStamp } from './commands/open-stamp.ts';
import { registerPaper } from './commands/register-paper.ts';
import { withdrawCopy } from './commands/withdraw-copy.ts';
import { incomingDetail, paperBody, paperReply, sealCopyBody, sealCopyReply, sealStampBody } from './contract.ts';
import { errors } from './errors.ts';
import { getIncoming } from './queries/get-incoming.ts';

const params = z.object({ id: z.uuid() });
const copyParams = params.extend({ copyId: z.uuid() });
const base = '/api/v1/incoming-documents';

type Http = RouteContext<PersonActor>;

/** What comes on paper, and the electronic copies that the agency makes (30/2020/NĐ-CP Art. 22.3.b, 25 to 27). */
export const copyRoutes = [
  route({
    method: 'POST',
    url: `${base}/paper`,
    summary: 'Registers a document that came on paper, with its scan: the next arrival number',
    access: holders('clerk'),
    body: paperBody,
    reply: paperReply,
    run: async (http, { body }) => {
      await assertUnsigned(http, body.scanUploadId);
      return http.run(registerPaper, body);
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/copies`,
    summary: 'The agency’s signature on an electronic copy of the document, by the clerk in person; sent again, it goes on with the one that was begun',
    access: holders('clerk'),
    params,
    body: sealCopyBody,
    reply: sealCopyReply,
    run: async (http, { params: { id }, body: { pin, otp, ...body } }) => {
      if (body.extractUploadId !== undefined) await assertUnsigned(http, body.extractUploadId);
      const { signingId } = await http.run(openCopy, { ...body, documentId: id });
      return { state: await signNow(http, signingId, { pin, otp }), document: await getIncoming(http.kernel, http.actor, id) };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/copies/:copyId/withdraw`,
    summary: 'Gives up a copy that waits for the agency’s signature',
    access: holders('clerk'),
    params: copyParams,
    reply: incomingDetail,
    run: async (http, { params: { id, copyId } }) => {
      await http.run(withdrawCopy, { documentId: id, copyId });
      return getIncoming(http.kernel, http.actor, id);
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/arrival-stamp`,
    summary: 'The agency’s signature with the arrival number and day, in a further file beside the one that came',
    access: holders('clerk'),
    params,
    body: sealStampBody,
    reply: sealCopyReply,
    run: async (http, { params: { id }, body: { pin, otp, credentialId } }) => {
      const { signingId } = await http.run(openStamp, { credentialId, documentId: id });
      return { state: await signNow(http, signingId, { pin, otp }), document: await getIncoming(http.kernel, http.actor, id) };
    },
  }),
];

async function signNow({ kernel, actor }: Http, signingId: string, { pin, otp }: { pin: string | undefined; otp: string | undefined }): Promise<'signed' | 'pending'> {
  const { state } = await performSigning(kernel, { agencyId: actor.agencyId, signingId, actor, ...(pin === undefined ? {} : { secret: pin }), ...(otp === undefined ? {} : { otp }) });
  return state;
}

/** A scan and an extract are made by this agency just now: what somebody signed is an electronic document, and itself the original. */
async function assertUnsigned({ kernel, actor }: Http, uploadId: string): Promise<void> {
  const upload = assertFinished(await getUpload(kernel.database.pool, actor, { uploadId, now: kernel.clock.now() }));
  if (upload.mediaType !== 'application/pdf') throw errors.scanMustBePdf();
  const { indication } = await validateStored(kernel, upload.sha256);
  if (indication === 'UNREADABLE') throw errors.scanUnreadable();
  if (indication !== 'UNSIGNED') throw errors.scanIsSigned();
}

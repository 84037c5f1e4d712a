import { z } from 'zod';
import { kernelErrors, type AppError } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { route, signedIn, type Route } from '#kernel/route.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { giveUpRelease } from './commands/releases.ts';
import { beginConsent, beginReleaseConsent, finishConsent } from './commands/service-consents.ts';
import { consentBody, finishConsentBody, finishConsentReply, releaseBody, releaseList, type WaitingRelease } from './contract.ts';
import { findKeyHolder, signingServices } from './purposes.ts';
import { listWaitingReleases, type WaitingReleaseRow } from './queries/waiting-releases.ts';

const base = '/api/v1/signatures';
const releaseParams = z.object({ releaseId: z.uuid() });

/** A person lets this system into a remote signing service: to its page in the browser, and back. */
export const consentRoutes: readonly Route[] = [
  route({
    method: 'POST',
    url: `${base}/services/:name/consents`,
    summary: 'Begins the caller’s consent with a remote signing service; the browser goes to the address in the reply.',
    access: signedIn,
    params: z.object({ name: z.string().max(100) }),
    body: consentBody,
    reply: z.object({ url: z.url() }),
    run: async ({ kernel, actor, requestId }, { params: { name }, body }) => {
      if (!signingServices(kernel).drivers.some((driver) => driver.name === name)) throw kernelErrors.notFound();
      return { url: await beginConsent(kernel, { agencyId: actor.agencyId, driver: name, ...body }, { actor, requestId }) };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/consents/finish`,
    summary: 'Takes what the service put into the address under which the browser came back: good once, in the session that began it.',
    access: signedIn,
    body: finishConsentBody,
    reply: finishConsentReply,
    run: async ({ kernel, actor, requestId, language }, { body }) => {
      const { release, ...finished } = await finishConsent(kernel, { agencyId: actor.agencyId, ...body }, { actor, requestId });
      return { ...finished, release: release === null ? null : { ...release, problem: release.problem === undefined ? null : problemOf(release.problem, language) } };
    },
  }),
  route({
    method: 'GET',
    url: `${base}/releases`,
    summary: 'What waits for the caller’s consent on the page of a signing service.',
    access: signedIn,
    reply: releaseList,
    run: async ({ kernel, actor }) => ({ releases: (await listWaitingReleases(kernel.database.pool, actor)).map((row) => releaseView(kernel, row)) }),
  }),
  route({
    method: 'POST',
    url: `${base}/releases/:releaseId/consents`,
    summary: 'Begins the caller’s consent to certain signatures; the browser goes to the address in the reply.',
    access: signedIn,
    params: releaseParams,
    body: releaseBody,
    reply: z.object({ url: z.url() }),
    run: async ({ kernel, actor, requestId }, { params: { releaseId }, body }) => ({ url: await beginReleaseConsent(kernel, { agencyId: actor.agencyId, batchId: releaseId, ...body }, { actor, requestId }) }),
  }),
  route({
    method: 'DELETE',
    url: `${base}/releases/:releaseId`,
    summary: 'Gives up what waits for the caller’s consent, so that the same can be signed anew at once.',
    access: signedIn,
    params: releaseParams,
    run: (http, { params: { releaseId } }) => http.run(giveUpRelease, { agencyId: http.actor.agencyId, batchId: releaseId }),
  }),
];

function releaseView(kernel: Kernel, { id, credentialId, driver, count, description, askedAt, expiresAt }: WaitingReleaseRow): WaitingRelease {
  return { id, credentialId, service: { name: driver, label: findKeyHolder(kernel, driver)?.about?.label ?? null }, count, description, askedAt: isoInVietnam(askedAt), expiresAt: isoInVietnam(expiresAt) };
}

function problemOf(error: AppError, language: 'vi' | 'en'): { code: string; message: string; fix?: string } {
  const { code, message, fix } = error.describe(language);
  return { code, message, ...(fix === undefined ? {} : { fix }) };
}

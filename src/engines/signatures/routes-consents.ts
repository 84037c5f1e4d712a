import { z } from 'zod';
import { kernelErrors } from '#kernel/errors.ts';
import { route, signedIn, type Route } from '#kernel/route.ts';
import { beginConsent, finishConsent } from './commands/service-consents.ts';
import { consentBody, finishConsentBody, finishConsentReply } from './contract.ts';
import { signingServices } from './purposes.ts';

const base = '/api/v1/signatures';

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
    run: ({ kernel, actor, requestId }, { body: { state, code } }) => finishConsent(kernel, { agencyId: actor.agencyId, state, code }, { actor, requestId }),
  }),
];

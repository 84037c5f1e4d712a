import { z } from 'zod';
import { holders, route, type Route } from '#kernel/route.ts';
import { newSecret, secretHash } from './clients.ts';
import { disableClient, registerClient, renewSecret, resumeClient } from './commands/keep-clients.ts';
import { clientSecretReply, registerClientBody, remoteClientList } from './contract.ts';
import { listClients } from './queries/list-clients.ts';

const base = '/api/v1/remote-signing/clients';
const params = z.object({ id: z.uuid() });
const access = holders('province_admin');

export const clientRoutes: readonly Route[] = [
  route({ method: 'GET', url: base, summary: 'The applications that may ask for signatures.', access, reply: remoteClientList, run: async ({ kernel }) => ({ clients: await listClients(kernel) }) }),
  route({
    method: 'POST',
    url: base,
    summary: 'Registers an application; its secret is told in this reply only.',
    access,
    body: registerClientBody,
    reply: clientSecretReply,
    run: async (http, { body }) => {
      const clientSecret = newSecret();
      const clientId = await http.run(registerClient, { ...body, secretHash: secretHash(clientSecret).toString('hex') });
      return { clientId, clientSecret };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/secret`,
    summary: 'Gives an application another secret, told in this reply only; the former one ends.',
    access,
    params,
    reply: clientSecretReply,
    run: async (http, { params: { id } }) => {
      const clientSecret = newSecret();
      await http.run(renewSecret, { id, secretHash: secretHash(clientSecret).toString('hex') });
      return { clientId: id, clientSecret };
    },
  }),
  route({ method: 'POST', url: `${base}/:id/disable`, summary: 'Suspends an application at once.', access, params, run: (http, { params: { id } }) => http.run(disableClient, { id }) }),
  route({ method: 'POST', url: `${base}/:id/resume`, summary: 'Opens remote signing again to a suspended application.', access, params, run: (http, { params: { id } }) => http.run(resumeClient, { id }) }),
];

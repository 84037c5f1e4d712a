import { z } from 'zod';
import { holders, route, type Route } from '#kernel/route.ts';
import { withheldCursor, withheldPage } from '../../contract.ts';
import { askWithheldAgain, listWithheld } from './withheld-list.ts';

const params = z.object({ partnerId: z.uuid() });
const url = '/api/v1/exchange/partners/:partnerId/withheld';

/** For operators: what the national axis lists and does not give. */
export const withheldRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url,
    summary: 'Packets that the national axis lists and does not give, oldest first, page by page; `after` is the `next` of the page before.',
    access: holders('province_admin', 'auditor'),
    params,
    query: z.object({ after: withheldCursor.optional() }),
    reply: withheldPage,
    run: ({ kernel, actor }, { params: { partnerId }, query: { after } }) => listWithheld(kernel, { partnerId, after, actor }),
  }),
  route({
    method: 'POST',
    url: `${url}/ask-again`,
    summary: 'Asks the national axis at once for all that it does not give, whatever their pauses.',
    access: holders('province_admin'),
    params,
    run: (http, { params: of }) => http.run(askWithheldAgain, of),
  }),
];

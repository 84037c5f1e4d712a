import { route, signedIn, type Route } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import { documentTypeList } from './contract.ts';
import { documentTypesOn } from './queries/document-types.ts';

export const routes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/registers/document-types',
    summary: 'The document types in force today, in the order of the decree',
    access: signedIn,
    reply: documentTypeList,
    run: async ({ kernel }) => ({ types: await documentTypesOn(kernel.database.pool, vietnamDay(kernel.clock.now())) }),
  }),
];

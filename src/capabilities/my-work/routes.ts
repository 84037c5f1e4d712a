import { z } from 'zod';
import type { Id } from '#kernel/ids.ts';
import { rawJson, route, signedIn } from '#kernel/route.ts';
import { myTaskCounts, myTasks, releaseTask, takeTask } from '#engines/cases/index.ts';
import { myWorkCounts, myWorkPage, myWorkQuery } from './contract.ts';

const PAGE_SIZE = 50;
const base = '/api/v1/my-work';
// safe because the engine looks the id up among tasks only
const params = z.object({ id: z.uuid().transform((id) => id as Id<'task'>) });

export const routes = [
  route({
    method: 'GET',
    url: base,
    summary: 'What waits for the person in the present post, most urgent first',
    access: signedIn,
    query: myWorkQuery,
    reply: myWorkPage,
    run: async (http, { query }) =>
      rawJson(
        await myTasks(http.kernel, http.actor, {
          after: query.after,
          limit: PAGE_SIZE,
          filter: {
            ...(query.kind === undefined ? {} : { kinds: [query.kind] }),
            ...(query.urgency === undefined ? {} : { urgency: [query.urgency] }),
            ...(query.deadline === undefined ? {} : { deadline: [query.deadline] }),
          },
        }),
      ),
  }),
  route({
    method: 'GET',
    url: `${base}/counts`,
    summary: 'How much waits, by deadline, kind and urgency',
    access: signedIn,
    reply: myWorkCounts,
    run: async (http) => rawJson(await myTaskCounts(http.kernel, http.actor)),
  }),
  route({
    method: 'POST',
    url: `${base}/:id/take`,
    summary: 'Takes a piece of work that waits for several holders of a role',
    access: signedIn,
    params,
    run: async (http, { params: { id } }) => {
      await http.run(takeTask, { taskId: id });
      return { special: 'empty' as const };
    },
  }),
  route({
    method: 'POST',
    url: `${base}/:id/release`,
    summary: 'Gives a piece of work that was taken back to the others',
    access: signedIn,
    params,
    run: async (http, { params: { id } }) => {
      await http.run(releaseTask, { taskId: id });
      return { special: 'empty' as const };
    },
  }),
];

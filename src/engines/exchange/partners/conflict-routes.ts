import { z } from 'zod';
import { holders, route, type Route, type RouteContext } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import { mayKeepPartners } from '../policy.ts';
import { conflictTable, conflictWorkbook, type ConflictReport } from './conflict-files.ts';
import { conflictFilter, conflictPage } from './contract.ts';
import { acceptConflict, settleConflict } from './directory-conflicts.ts';
import { allConflicts, conflictsOfPartner } from './queries/conflicts.ts';
import { getPartner } from './queries/partners.ts';

const keepers = holders('province_admin');
const watchers = holders('province_admin', 'auditor');
const params = z.object({ partnerId: z.uuid() });
const url = '/api/v1/exchange/partners';

async function reportOf({ kernel, actor }: Pick<RouteContext, 'kernel' | 'actor'>, of: { partnerId: string; filter: z.output<typeof conflictFilter> }): Promise<ConflictReport> {
  const { name } = await getPartner(kernel.database.pool, of.partnerId);
  const madeAt = kernel.clock.now();
  const conflicts = await allConflicts(kernel.database.pool, { ...of, today: vietnamDay(madeAt) });
  return { partnerName: name, conflicts, madeBy: actor.kind === 'person' ? actor.name : '', madeAt };
}

/** For operators: where a partner's directory says something else than ours. */
export const conflictRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: `${url}/:partnerId/conflicts`,
    summary: 'Where a partner’s directory says something else than ours, page by page; `after` is the `next` of the page before.',
    access: watchers,
    params,
    query: conflictFilter.extend({ after: z.string().max(100).optional() }),
    reply: conflictPage,
    run: ({ kernel, actor }, { params: { partnerId }, query: { after, ...filter } }) =>
      conflictsOfPartner(kernel.database.pool, { partnerId, after, filter, today: vietnamDay(kernel.clock.now()), mayKeep: mayKeepPartners(actor) }),
  }),
  route({
    method: 'GET',
    url: `${url}/:partnerId/conflicts.xlsx`,
    summary: 'The same differences, all that fit the filters, as a workbook.',
    access: watchers,
    params,
    query: conflictFilter,
    run: async (http, { params: { partnerId }, query: filter }) => ({
      special: 'bytes',
      body: conflictWorkbook(await reportOf(http, { partnerId, filter })),
      contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      fileName: 'khac-biet-danh-ba.xlsx',
    }),
  }),
  route({
    method: 'GET',
    url: `${url}/:partnerId/conflicts.csv`,
    summary: 'The same differences, all that fit the filters, as CSV.',
    access: watchers,
    params,
    query: conflictFilter,
    run: async (http, { params: { partnerId }, query: filter }) => ({ special: 'bytes', body: conflictTable(await reportOf(http, { partnerId, filter })), contentType: 'text/csv; charset=utf-8', fileName: 'khac-biet-danh-ba.csv' }),
  }),
  route({
    method: 'POST',
    url: `${url}/:partnerId/conflicts/:remoteId/settle`,
    summary: 'Ends a difference of the directories by keeping ours: it comes back only when the partner says something else.',
    access: keepers,
    params: params.extend({ remoteId: z.string().min(1).max(100) }),
    run: (http, { params: of }) => http.run(settleConflict, of),
  }),
  route({
    method: 'POST',
    url: `${url}/:partnerId/conflicts/:remoteId/accept`,
    summary: 'Ends a difference of the directories by following the partner’s: its name, its way, its agency.',
    access: keepers,
    params: params.extend({ remoteId: z.string().min(1).max(100) }),
    run: (http, { params: of }) => http.run(acceptConflict, of),
  }),
];

import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import { holders, route, type Route, type RouteContext } from '#kernel/route.ts';
import { vietnamDay } from '#kernel/time.ts';
import { listPartners } from '#engines/exchange/index.ts';
import { getAgencyOn } from '#engines/identity/index.ts';
import { acknowledgeAlert } from './commands/acknowledge-alert.ts';
import { addAlertRule, changeAlertRule } from './commands/keep-alert-rule.ts';
import {
  acknowledgeBody,
  alertsQuery,
  alertsReply,
  documentsQuery,
  documentsReply,
  flowQuery,
  flowReply,
  newRuleBody,
  partnersReply,
  ruleBody,
  rulesReply,
  statisticsQuery,
  statisticsReply,
  tracedEnvelope,
  tracedMessage,
  unsentReply,
  type StatisticsQuery,
} from './contract.ts';
import { rebuildFigures } from './keep-figures.ts';
import { overseesExchange, readerRoles } from './policy.ts';
import { listAlerts, listRules } from './queries/alerts.ts';
import { exchangedDocuments } from './queries/documents.ts';
import { flowMap } from './queries/flow.ts';
import { exchangeStatistics } from './queries/statistics.ts';
import { tracedEnvelopeFor, tracedMessageFor } from './queries/trace.ts';
import { unsentFor } from './queries/unsent.ts';
import { statisticsPaper, statisticsWorkbook, type MadeFor } from './statistics-files.ts';
import { groupWords } from './statistics-words.ts';

const base = '/api/v1/exchange-desk';
const readers = holders(...readerRoles);
const overseers = holders('province_admin', 'auditor');
const keepers = holders('province_admin');

export const routes: readonly Route[] = [
  route({
    method: 'GET',
    url: `${base}/flow`,
    summary: 'What went between which agencies in the last hour, day or month, and how much at a time: of all agencies for those who oversee the province.',
    access: readers,
    query: flowQuery,
    reply: flowReply,
    run: (http, { query }) => flowMap(http.kernel, http.actor, query.span),
  }),
  route({
    method: 'GET',
    url: `${base}/partners`,
    summary: 'How the lines to the partners are: circuit, what waits, the last contact.',
    access: overseers,
    reply: partnersReply,
    run: async ({ kernel }) => {
      const partners = await listPartners(kernel.database.pool);
      return { partners: partners.map(({ id, name, protocol, state, line }) => ({ id, name, protocol, state, ...line })) };
    },
  }),
  route({
    method: 'GET',
    url: `${base}/statistics`,
    summary: 'The figures of sending and receiving by agency, level and month.',
    access: readers,
    query: statisticsQuery,
    reply: statisticsReply,
    run: (http, { query }) => exchangeStatistics(http.kernel, http.actor, query),
  }),
  route({
    method: 'GET',
    url: `${base}/statistics.xlsx`,
    summary: 'The same figures as a workbook.',
    access: readers,
    query: statisticsQuery,
    run: async (http, { query }) => ({
      special: 'bytes' as const,
      body: statisticsWorkbook(await exchangeStatistics(http.kernel, http.actor, query), await madeFor(http, query)),
      contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      fileName: `${fileName(query)}.xlsx`,
    }),
  }),
  route({
    method: 'GET',
    url: `${base}/statistics.pdf`,
    summary: 'The same figures on paper (PDF/A).',
    access: readers,
    query: statisticsQuery,
    run: async (http, { query }) => ({
      special: 'bytes' as const,
      body: statisticsPaper(await exchangeStatistics(http.kernel, http.actor, query), await madeFor(http, query)),
      contentType: 'application/pdf',
      fileName: `${fileName(query)}.pdf`,
    }),
  }),
  route({
    method: 'POST',
    url: `${base}/statistics/rebuild`,
    summary: 'Counts all figures again from the exchange.',
    access: keepers,
    run: async (http) => {
      await http.run(rebuildFigures, undefined);
    },
  }),
  route({
    method: 'GET',
    url: `${base}/unsent`,
    summary: 'The documents that are signed and past their deadline of sending: of all agencies for those who oversee the province, without their content.',
    access: readers,
    reply: unsentReply,
    run: ({ kernel, actor }) => unsentFor(kernel, actor),
  }),
  route({
    method: 'GET',
    url: `${base}/documents`,
    summary: 'The documents behind a figure: sent or received, late, not delivered, not answered. No content of another agency’s.',
    access: readers,
    query: documentsQuery,
    reply: documentsReply,
    run: (http, { query }) => exchangedDocuments(http.kernel, http.actor, query),
  }),
  route({
    method: 'GET',
    url: `${base}/envelopes/:agencyId/:envelopeId`,
    summary: 'The whole way of an envelope: the look at its files, each delivery with its tries and its arrival, the answers.',
    access: readers,
    params: z.object({ agencyId: z.uuid(), envelopeId: z.uuid() }),
    query: z.object({ recipient: z.string().trim().max(200).optional() }),
    reply: tracedEnvelope,
    run: (http, { params, query }) => tracedEnvelopeFor(http.kernel, http.actor, { ...params, ...(query.recipient === undefined || query.recipient === '' ? {} : { recipient: query.recipient }) }),
  }),
  route({
    method: 'GET',
    url: `${base}/messages/:agencyId/:messageId`,
    summary: 'The whole way of a message at its receiver: its steps, its answers and how they went out.',
    access: readers,
    params: z.object({ agencyId: z.uuid(), messageId: z.uuid() }),
    reply: tracedMessage,
    run: (http, { params }) => tracedMessageFor(http.kernel, http.actor, params),
  }),
  route({
    method: 'GET',
    url: `${base}/alerts`,
    summary: 'The alerts that the caller may see, newest first.',
    access: readers,
    query: alertsQuery,
    reply: alertsReply,
    run: (http, { query }) => listAlerts(http.kernel, http.actor, query),
  }),
  route({
    method: 'POST',
    url: `${base}/alerts/:alertId/acknowledge`,
    summary: 'Takes note of an alert: it is not told again.',
    access: readers,
    params: z.object({ alertId: z.uuid() }),
    body: acknowledgeBody,
    run: async (http, { params, body }) => {
      await http.run(acknowledgeAlert, { alertId: params.alertId, note: body.note === undefined || body.note === '' ? null : body.note });
    },
  }),
  route({
    method: 'GET',
    url: `${base}/alert-rules`,
    summary: 'When somebody is told of trouble, and who.',
    access: overseers,
    reply: rulesReply,
    run: (http) => listRules(http.kernel, http.actor),
  }),
  route({
    method: 'POST',
    url: `${base}/alert-rules`,
    summary: 'Adds a rule.',
    access: keepers,
    body: newRuleBody,
    reply: z.object({ id: z.uuid() }),
    run: async (http, { body }) => ({ id: await http.run(addAlertRule, body) }),
  }),
  route({
    method: 'PUT',
    url: `${base}/alert-rules/:ruleId`,
    summary: 'Changes a rule, switches it on or off.',
    access: keepers,
    params: z.object({ ruleId: z.uuid() }),
    body: ruleBody,
    run: async (http, { params, body }) => {
      await http.run(changeAlertRule, { ...params, ...body });
    },
  }),
];

async function madeFor({ kernel, actor }: RouteContext<PersonActor>, { level }: StatisticsQuery): Promise<MadeFor> {
  const madeAt = kernel.clock.now();
  const agencyName = (await getAgencyOn(kernel.database.pool, actor.agencyId, vietnamDay(madeAt))).name;
  return { agencyName, madeAt, scope: !overseesExchange(actor) ? agencyName : level === undefined ? 'mọi cấp' : groupWords[level] };
}

const fileName = ({ from, to }: StatisticsQuery): string => `thong-ke-gui-nhan-${from === to ? from : `${from}-${to}`}`;

import { z } from 'zod';
import type { Id } from '#kernel/ids.ts';
import { holders, route, type Route } from '#kernel/route.ts';
import { openBytes } from '#engines/files/index.ts';
import { mayOverseeInstallation } from '../policy.ts';
import { adapterOf, PartnerUnavailable } from './adapter.ts';
import { addPartner } from './commands/add-partner.ts';
import { changePartner, notePartnerTest, replaceSecrets, resumePartner, suspendPartner } from './commands/change-partner.ts';
import { linkAgency, unlinkAgency } from './commands/link-agency.ts';
import { retryTransfer } from './commands/retry-transfer.ts';
import { handArrivalOver, openOriginal, retryArrival, settleArrival } from './commands/settle-arrival.ts';
import { handOverTo, inboundState, inboundView, linkCursor, linkPage, newLink, newPartner, newSecrets, partnerChange, partnerView, settlement, suspension, takerList, testResult, transferState, transferView } from './contract.ts';
import { partnerErrors, partnerUnreachable } from './errors.ts';
import { findPartner, openLine } from './partner-rows.ts';
import { listArrivals, listTransfers } from './queries/parcels.ts';
import { agenciesOfPartner, getPartner, listPartners } from './queries/partners.ts';
import { listTakers } from './queries/takers.ts';

const keepers = holders('province_admin');
const watchers = holders('province_admin', 'auditor');
const settlers = holders('province_admin', 'auditor', 'clerk');
const params = z.object({ partnerId: z.uuid() });
// safe because these addresses name agencies
const agencyId = z.uuid().transform((id) => id as Id<'agency'>);
const inboundParams = z.object({ inboundId: z.uuid() });
const TEST_MS = 15_000;
const url = '/api/v1/exchange/partners';

const partnerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url,
    summary: 'The partners of this installation, how their lines are and what waits for them.',
    access: watchers,
    reply: z.object({ partners: z.array(partnerView) }),
    run: async ({ kernel }) => ({ partners: await listPartners(kernel.database.pool) }),
  }),
  route({
    method: 'POST',
    url,
    summary: 'Adds a partner such as an axis. Another installation is connected by an invitation instead.',
    access: keepers,
    body: newPartner,
    reply: z.object({ partnerId: z.uuid() }),
    run: async (http, { body }) => ({ partnerId: await http.run(addPartner, body) }),
  }),
  route({
    method: 'GET',
    url: `${url}/:partnerId`,
    summary: 'One partner with its line.',
    access: watchers,
    params,
    reply: partnerView,
    run: ({ kernel }, { params: { partnerId } }) => getPartner(kernel.database.pool, partnerId),
  }),
  route({
    method: 'PATCH',
    url: `${url}/:partnerId`,
    summary: 'Changes a partner’s name, address, settings or validity.',
    access: keepers,
    params,
    body: partnerChange,
    run: (http, { params: { partnerId }, body }) => http.run(changePartner, { partnerId, ...body }),
  }),
  route({
    method: 'POST',
    url: `${url}/:partnerId/suspend`,
    summary: 'Suspends a partner: nothing goes to it and nothing is taken from it, and what waits stays.',
    access: keepers,
    params,
    body: suspension,
    run: (http, { params: { partnerId }, body }) => http.run(suspendPartner, { partnerId, ...body }),
  }),
  route({
    method: 'POST',
    url: `${url}/:partnerId/resume`,
    summary: 'Lets a suspended partner take part again.',
    access: keepers,
    params,
    run: (http, { params: { partnerId } }) => http.run(resumePartner, { partnerId }),
  }),
  route({
    method: 'POST',
    url: `${url}/:partnerId/test`,
    summary: 'Asks now whether the partner is there and knows us.',
    access: keepers,
    params,
    reply: testResult,
    run: async (http, { params: { partnerId } }) => {
      const partner = await findPartner(http.kernel.database.pool, partnerId);
      if (partner === undefined) throw partnerErrors.partnerNotFound();
      try {
        const result = await adapterOf(http.kernel, partner.protocol).test(openLine(http.kernel, partner, AbortSignal.timeout(TEST_MS)));
        await http.run(notePartnerTest, { partnerId, failure: undefined });
        return result;
      } catch (error) {
        if (!(error instanceof PartnerUnavailable)) throw error;
        await http.run(notePartnerTest, { partnerId, failure: { code: error.code, problem: error.message } });
        throw partnerUnreachable(error);
      }
    },
  }),
  route({
    method: 'PUT',
    url: `${url}/:partnerId/secrets`,
    summary: 'Puts new secrets in the place of the old ones.',
    access: keepers,
    params,
    body: newSecrets,
    run: (http, { params: { partnerId }, body }) => http.run(replaceSecrets, { partnerId, ...body }),
  }),
  route({
    method: 'GET',
    url: `${url}/:partnerId/agencies`,
    summary: 'The agencies that are reached through a partner, by name, page by page; `after` is the `next` of the page before.',
    access: watchers,
    params,
    query: z.object({ after: linkCursor.optional() }),
    reply: linkPage,
    run: ({ kernel }, { params: { partnerId }, query: { after } }) => agenciesOfPartner(kernel.database.pool, { partnerId, after }),
  }),
  route({
    method: 'POST',
    url: `${url}/:partnerId/agencies`,
    summary: 'Says that an agency outside is reached through this partner from today.',
    access: keepers,
    params,
    body: newLink,
    // safe because the field names an agency
    run: (http, { params: { partnerId }, body }) => http.run(linkAgency, { partnerId, ...body, agencyId: body.agencyId as Id<'agency'> }),
  }),
  route({
    method: 'DELETE',
    url: `${url}/:partnerId/agencies/:agencyId`,
    summary: 'Ends the way to an agency through this partner.',
    access: keepers,
    params: params.extend({ agencyId }),
    run: (http, { params: of }) => http.run(unlinkAgency, of),
  }),
];

const parcelRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/exchange/transfers',
    summary: 'Parcels for partners, newest first; `before` is the last id seen.',
    access: watchers,
    query: z.object({ partnerId: z.uuid().optional(), state: transferState.optional(), before: z.uuid().optional() }),
    reply: z.object({ transfers: z.array(transferView) }),
    run: async ({ kernel }, { query }) => ({ transfers: await listTransfers(kernel.database.pool, query) }),
  }),
  route({
    method: 'POST',
    url: '/api/v1/exchange/agencies/:agencyId/transfers/:transferId/retry',
    summary: 'Sends a parcel of an agency again now, under the same id.',
    access: keepers,
    params: z.object({ agencyId, transferId: z.uuid() }),
    run: (http, { params: of }) => http.run(retryTransfer, of),
  }),
  route({
    method: 'GET',
    url: '/api/v1/exchange/arrivals',
    summary: 'What came from partners and waits for a person: all of it for those who oversee the province, what was handed to the own agency for its clerks.',
    access: settlers,
    query: z.object({ partnerId: z.uuid().optional(), state: inboundState.optional(), before: z.uuid().optional() }),
    reply: z.object({ arrivals: z.array(inboundView) }),
    run: async ({ kernel, actor }, { query }) => ({ arrivals: await listArrivals(kernel.database.pool, { ...query, actor, now: kernel.clock.now(), ...(mayOverseeInstallation(actor) ? {} : { agencyId: actor.agencyId }) }) }),
  }),
  route({
    method: 'GET',
    url: '/api/v1/exchange/arrivals/:inboundId/original',
    summary: 'The untouched original of an arrival, for who has it in hand. Each opening is recorded.',
    access: settlers,
    params: inboundParams,
    run: async (http, { params: { inboundId } }) => {
      const { id, originalHash } = await http.run(openOriginal, { inboundId });
      return { special: 'bytes', body: await openBytes(http.kernel, originalHash), contentType: 'application/octet-stream', fileName: `${id}.bin` };
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/exchange/arrivals/:inboundId/retry',
    summary: 'Reads and applies an arrival again.',
    access: keepers,
    params: inboundParams,
    run: (http, { params: of }) => http.run(retryArrival, of),
  }),
  route({
    method: 'GET',
    url: '/api/v1/exchange/arrivals/takers',
    summary: 'Agencies here that an arrival may be handed to, and which of them have nobody with the role of clerk.',
    access: keepers,
    query: z.object({ text: z.string().max(200).default('') }),
    reply: takerList,
    run: ({ kernel }, { query }) => listTakers(kernel, query),
  }),
  route({
    method: 'POST',
    url: '/api/v1/exchange/arrivals/:inboundId/hand-over',
    summary: 'Hands an arrival to the clerks of an agency.',
    access: keepers,
    params: inboundParams,
    body: handOverTo,
    // safe because the field names an agency
    run: (http, { params: { inboundId }, body }) => http.run(handArrivalOver, { inboundId, agencyId: body.agencyId as Id<'agency'> }),
  }),
  route({
    method: 'POST',
    url: '/api/v1/exchange/arrivals/:inboundId/settle',
    summary: 'Ends an arrival by hand, with the reason in words; the original stays.',
    access: holders('province_admin', 'clerk'),
    params: inboundParams,
    body: settlement,
    run: (http, { params: { inboundId }, body }) => http.run(settleArrival, { inboundId, ...body }),
  }),
];

/** For operators: partners, their lines, the outbox and the quarantine. */
export const operatorRoutes: readonly Route[] = [...partnerRoutes, ...parcelRoutes];

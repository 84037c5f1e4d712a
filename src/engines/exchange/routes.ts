import { z } from 'zod';
import type { Id } from '#kernel/ids.ts';
import { anyone, holders, route, type Route } from '#kernel/route.ts';
import { retryDelivery } from './commands/retry-delivery.ts';
import { messageView, troubledDelivery } from './contract.ts';
import { mayOverseeInstallation } from './policy.ts';
import { getMessage } from './queries/message.ts';
import { receiptsOf } from './queries/receipts.ts';
import { stuckDeliveries } from './queries/troubled-deliveries.ts';
import { receiptKeys } from './receipt-key.ts';
import { witnessedHeads } from './partners/witness.ts';

const uuid = z.uuid();
/** What agencies have from each other: for whoever answers for the agency's documents, as with evidence. */
const keepers = holders('clerk', 'leader', 'chief_of_office', 'agency_admin', 'auditor', 'guest');

export const routes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/exchange/keys',
    summary: 'The public keys with which this installation signs receipts, as a JWK set.',
    access: anyone('whoever holds a receipt must be able to verify it without an account'),
    reply: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
    run: async ({ kernel }) => ({ keys: await receiptKeys(kernel.database.pool) }),
  }),
  route({
    method: 'GET',
    url: '/api/v1/exchange/witnessed-heads',
    summary: 'Signed roots of another installation’s record that were kept here as its witness, as checkpoints (C2SP), newest first.',
    access: anyone('a witness that only its owner can ask is none'),
    query: z.object({ origin: z.string().min(1).max(300) }),
    reply: z.object({ heads: z.array(z.object({ size: z.number().int(), checkpoint: z.string(), witnessedAt: z.string(), problem: z.string().nullable() })) }),
    run: async ({ kernel }, { query }) => {
      const heads = await witnessedHeads(kernel.database.pool, query.origin);
      return { heads: heads.map(({ size, checkpoint, witnessedAt, problem }) => ({ size, checkpoint, problem, witnessedAt: witnessedAt.toISOString() })) };
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/exchange/messages/:messageId',
    summary: 'A message that arrived at one’s own agency: the steps of its verification, its answers and their signed receipts.',
    access: keepers,
    params: z.object({ messageId: uuid }),
    reply: messageView,
    run: ({ kernel, actor }, { params }) => getMessage(kernel.database.pool, { agencyId: actor.agencyId, messageId: params.messageId }),
  }),
  route({
    method: 'GET',
    url: '/api/v1/exchange/envelopes/:envelopeId/receipts',
    summary: 'The signed receipts that came back for an envelope of one’s own agency.',
    access: keepers,
    params: z.object({ envelopeId: uuid }),
    reply: z.object({ receipts: z.array(z.object({ recipientAgencyId: uuid, recipientName: z.string(), ordinal: z.number().int(), status: z.string(), at: z.string(), receipt: z.string() })) }),
    run: async ({ kernel, actor }, { params }) => {
      const receipts = await receiptsOf(kernel.database.pool, { agencyId: actor.agencyId, envelopeId: params.envelopeId });
      return { receipts: receipts.map((receipt) => ({ ...receipt, at: receipt.at.toISOString() })) };
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/exchange/troubled-deliveries',
    summary: 'Deliveries that are stuck, late, without a way to go or come back: of one’s own agency, or of all for those who oversee the province.',
    access: holders('clerk', 'agency_admin', 'province_admin', 'auditor'),
    reply: z.object({ items: z.array(troubledDelivery) }),
    run: async ({ kernel, actor }) => {
      const items = await stuckDeliveries(kernel.database.pool, { now: kernel.clock.now(), ...(mayOverseeInstallation(actor) ? {} : { agencyId: actor.agencyId }) });
      return { items: items.map((item) => (item.agencyId === actor.agencyId ? item : { ...item, document: { ...item.document, summary: null } })) };
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/exchange/envelopes/:envelopeId/deliveries/:recipientAgencyId/retry',
    summary: 'Tries a delivery of one’s own agency again now.',
    access: holders('clerk', 'agency_admin', 'province_admin'),
    // safe because the address names an agency here
    params: z.object({ envelopeId: uuid, recipientAgencyId: uuid.transform((id) => id as Id<'agency'>) }),
    run: async (http, { params }) => {
      await http.run(retryDelivery, { agencyId: http.actor.agencyId, ...params });
    },
  }),
];

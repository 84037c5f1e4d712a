import { Readable } from 'node:stream';
import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import type { Id } from '#kernel/ids.ts';
import { holders, route, type Route, type RouteContext, type SpecialReply } from '#kernel/route.ts';
import type { EvidenceOf } from './gather.ts';
import { evidencePackage } from './package.ts';
import { recordEvidence } from './record-evidence.ts';

/** Evidence is for whoever answers for the agency's documents, and for whoever audits. */
const keepers = holders('clerk', 'leader', 'chief_of_office', 'agency_admin', 'auditor', 'guest');

// safe because the address names an agency here
const agencyId = z.uuid().transform((id) => id as Id<'agency'>);

export const evidenceRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/exchange/envelopes/:envelopeId/evidence',
    summary: 'The evidence package of an envelope that one’s own agency sent: for one recipient, or for all (ASiC-E; verify it with `npx lienthong evidence verify`).',
    access: keepers,
    params: z.object({ envelopeId: z.uuid() }),
    query: z.object({ recipientAgencyId: agencyId.optional() }),
    run: (http, { params, query }) => handOut(http, { side: 'sender', agencyId: http.actor.agencyId, ...params, ...query }),
  }),
  route({
    method: 'GET',
    url: '/api/v1/exchange/messages/:messageId/evidence',
    summary: 'The evidence package of a message that arrived at one’s own agency.',
    access: keepers,
    params: z.object({ messageId: z.uuid() }),
    run: (http, { params }) => handOut(http, { side: 'receiver', agencyId: http.actor.agencyId, ...params }),
  }),
];

async function handOut(http: RouteContext<PersonActor>, of: EvidenceOf): Promise<SpecialReply> {
  const { body, fileName, about } = await evidencePackage(http.kernel, of);
  await http.run(recordEvidence, { agencyId: of.agencyId, side: of.side, ...about });
  return { special: 'bytes', body: Readable.from(body, { objectMode: false }), contentType: 'application/vnd.etsi.asic-e+zip', fileName };
}

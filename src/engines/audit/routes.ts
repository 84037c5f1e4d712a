import { z } from 'zod';
import type { PersonActor } from '#kernel/actor.ts';
import type { Id } from '#kernel/ids.ts';
import { anyone, holders, route } from '#kernel/route.ts';
import { consistencyProofSchema, inclusionProofSchema, treeHeadSchema } from './contract.ts';
import { base64, describeHead, describeProof } from './describe-proof.ts';
import { auditErrors } from './errors.ts';
import { consistencyProof, inclusionProof } from './queries/proofs.ts';
import { getTreeHead, latestTreeHead } from './queries/tree-heads.ts';

const size = z.coerce.number().int().positive();

export const routes = [
  route({
    method: 'GET',
    url: '/api/v1/audit/entries/:entryId/proof',
    summary: 'The proof that an entry of the own agency (for an auditor, of any) stands in the newest signed tree',
    // The entry is told with its data: what a document is about, and who did what.
    access: holders('clerk', 'leader', 'chief_of_office', 'agency_admin', 'province_admin', 'auditor'),
    params: z.object({ entryId: z.uuid() }),
    query: z.object({ agencyId: z.uuid().optional() }),
    reply: inclusionProofSchema,
    run: async (http, { params, query }) => {
      const agencyId = agencyToRead(http.actor, query.agencyId);
      return describeProof(await inclusionProof(http.kernel.database.pool, { agencyId, entryId: params.entryId }));
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/audit/tree-head',
    summary: 'The newest signed tree of the audit record, or the one of a given size',
    access: anyone('a witness needs no account to keep the roots of the record'),
    query: z.object({ size: size.optional() }),
    reply: treeHeadSchema,
    run: async (http, { query }) => {
      const q = http.kernel.database.pool;
      const head = query.size === undefined ? await latestTreeHead(q) : await getTreeHead(q, query.size);
      if (head === undefined) throw auditErrors.noTreeHead();
      return describeHead(head);
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/audit/consistency',
    summary: 'The proof that one signed tree is the beginning of a later one',
    access: anyone('a witness needs no account to check that nothing was rewritten'),
    query: z.object({ first: size, second: size }),
    reply: consistencyProofSchema,
    run: async (http, { query }) => {
      const proof = await consistencyProof(http.kernel.database.pool, query);
      return { first: describeHead(proof.first), second: describeHead(proof.second), path: proof.path.map(base64) };
    },
  }),
];

/** The own agency's record; the auditor's role reaches the whole installation. */
function agencyToRead(actor: PersonActor, asked: string | undefined): Id<'agency'> {
  if (asked === undefined || asked === actor.agencyId) return actor.agencyId;
  if (!actor.roles.includes('auditor')) throw auditErrors.entryNotFound();
  // safe because the route's schema checked that it is a UUID; an agency that is none has no entries
  return asked as Id<'agency'>;
}

import type { Kernel } from '#kernel/kernel.ts';
import { RESPONSE_MS } from '../limits.ts';

export type FetchedResponse = { credentialId: string; signatures: Buffer[] };

/** The signatures of one answer in the order in which they were asked for, as often as they are asked for within the hour; undefined for anybody else's. */
export async function fetchResponse(kernel: Kernel, { agencyId, id, clientId, personId }: { agencyId: string; id: string; clientId: string; personId: string | null }): Promise<FetchedResponse | undefined> {
  const { rows } = await kernel.database.pool.query<{ signature: Buffer | null; credentialId: string }>(
    `select coalesce(h.signature, h.pss_signature) as signature, a.credential_id as "credentialId" from remote_signing.asked_hash h
       join remote_signing.asked_authorization a on a.agency_id = h.agency_id and a.id = h.authorization_id
      where h.agency_id = $1 and h.response_id = $2 and a.client_id = $3 and ($4::uuid is null or a.person_id = $4) and a.usable_until > $5
      order by h.response_position`,
    [agencyId, id, clientId, personId, new Date(kernel.clock.now().getTime() - RESPONSE_MS)],
  );
  const signatures = rows.flatMap((row) => row.signature ?? []);
  const [first] = rows;
  return first !== undefined && signatures.length === rows.length ? { credentialId: first.credentialId, signatures } : undefined;
}

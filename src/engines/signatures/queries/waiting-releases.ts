import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { RELEASE } from '../commands/batch-requests.ts';
import { driverErrors } from '../adapters/driver-errors.ts';

export type WaitingReleaseRow = { id: string; credentialId: string; credentialAgencyId: string; driver: string; count: number; description: string; askedAt: Date; expiresAt: Date };

/** What waits for this person's consent on the page of a service, newest first; at most fifty. */
export async function listWaitingReleases(q: Queryable, { agencyId, personId }: { agencyId: Id<'agency'>; personId: string }): Promise<WaitingReleaseRow[]> {
  const { rows } = await q.query(
    `select b.id, b.credential_id as "credentialId", b.credential_agency_id as "credentialAgencyId", c.driver, b.description, b.asked_at as "askedAt",
            count(distinct (s.subject_type, s.subject_id))::int as count, max(s.expires_at) as "expiresAt"
       from signatures.signing_batch b
       join signatures.signing_batch_item i on i.agency_id = b.agency_id and i.batch_id = b.id
       join signatures.signing s on s.agency_id = i.agency_id and s.id = i.signing_id and s.state = 'pending' and s.holder_reference::json ->> 'transactionId' = b.id::text and s.opened_by ->> 'personId' = $2
       join signatures.credential c on c.agency_id = b.credential_agency_id and c.id = b.credential_id
      where b.agency_id = $1 and b.state = 'asked' and b.holder_reference = $3
      group by b.id, b.credential_id, b.credential_agency_id, c.driver, b.description, b.asked_at
      order by b.asked_at desc, b.id desc limit 50`,
    [agencyId, personId, RELEASE],
  );
  // safe because the statement selects exactly these columns
  return rows as WaitingReleaseRow[];
}

/** @throws signatures.releaseEnded, the same for somebody else's as for none */
export async function getWaitingRelease(q: Queryable, actor: PersonActor, id: string): Promise<WaitingReleaseRow> {
  const found = (await listWaitingReleases(q, actor)).find((each) => each.id === id);
  if (found === undefined) throw driverErrors.releaseEnded();
  return found;
}

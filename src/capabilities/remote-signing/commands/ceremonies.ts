import type { Kernel } from '#kernel/kernel.ts';
import { errors } from '../errors.ts';

export type Ceremony = { nonce: Buffer; credentialId: string; authorizationIds: string[]; /** How many hashes an approval was asked for. */ hashCount: number | null };
type Wanted = { agencyId: string; id: string; personId: string; kind: 'enrolment' | 'approval'; credentialId?: string };

/**
 * Takes a passkey ceremony of this person; whoever takes it second, or late, gets nothing. Nothing has happened yet, so there is no event.
 * @throws remote-signing.ceremonyEnded
 */
export async function takeCeremony(kernel: Kernel, { agencyId, id, personId, kind, credentialId }: Wanted): Promise<Ceremony> {
  const { rows } = await kernel.database.pool.query<Ceremony>(
    `update remote_signing.ceremony set used_at = $5
      where agency_id = $1 and id = $2 and person_id = $3 and kind = $4 and used_at is null and expires_at > $5 and ($6::uuid is null or credential_id = $6)
      returning nonce, credential_id as "credentialId", authorization_ids as "authorizationIds", hash_count as "hashCount"`,
    [agencyId, id, personId, kind, kernel.clock.now(), credentialId ?? null],
  );
  if (rows[0] === undefined) throw errors.ceremonyEnded();
  return rows[0];
}

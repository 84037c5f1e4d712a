import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import type { HashAlgorithm } from './domain/activation.ts';

export type AskedHash = { hash: Buffer; documentName: string | null; /** A page of the workplace, for documents of the house. */ documentLink: string | null; signature: Buffer | null; /** The same hash as RSASSA-PSS, until the application says which it wants. */ pssSignature: Buffer | null; releasedAt: Date | null; responseId: string | null; responsePosition: number | null };

/** A request to sign, with its hashes in their order. */
export type Authorization = {
  agencyId: Id<'agency'>;
  id: string;
  credentialId: string;
  personId: string;
  clientId: string;
  clientName: string;
  hash: HashAlgorithm;
  description: string | null;
  state: 'waiting' | 'approved' | 'refused' | 'expired';
  wrongPasskeys: number;
  askedAt: Date;
  expiresAt: Date;
  decidedAt: Date | null;
  usableUntil: Date | null;
  hashes: AskedHash[];
};

const COLUMNS = `agency_id as "agencyId", id, credential_id as "credentialId", person_id as "personId", client_id as "clientId", client_name as "clientName",
  hash_algorithm as hash, description, state, wrong_passkeys as "wrongPasskeys", asked_at as "askedAt", expires_at as "expiresAt", decided_at as "decidedAt", usable_until as "usableUntil"`;

/** The requests of these ids in one agency, locked until the transaction ends when asked so. */
export async function readAuthorizations(q: Queryable, { agencyId, ids, lock = false }: { agencyId: string; ids: readonly string[]; lock?: boolean }): Promise<Authorization[]> {
  const { rows } = await q.query(
    `select ${COLUMNS} from remote_signing.asked_authorization where agency_id = $1 and id = any($2::uuid[]) order by asked_at, id ${lock ? 'for no key update' : ''}`,
    [agencyId, ids],
  );
  // safe because the statement selects exactly these columns
  return withHashes(q, agencyId, rows as Omit<Authorization, 'hashes'>[]);
}

async function withHashes(q: Queryable, agencyId: string, found: readonly Omit<Authorization, 'hashes'>[]): Promise<Authorization[]> {
  if (found.length === 0) return [];
  const { rows } = await q.query(
    `select authorization_id as "authorizationId", hash, document_name as "documentName", document_link as "documentLink", signature, pss_signature as "pssSignature", released_at as "releasedAt", response_id as "responseId", response_position as "responsePosition"
       from remote_signing.asked_hash where agency_id = $1 and authorization_id = any($2::uuid[]) order by authorization_id, position`,
    [agencyId, found.map((each) => each.id)],
  );
  // safe because the statement selects exactly these columns
  const byId = Map.groupBy(rows as (AskedHash & { authorizationId: string })[], (row) => row.authorizationId);
  return found.map((each) => ({ ...each, hashes: byId.get(each.id) ?? [] }));
}

/** A person's requests in an agency: those that wait, oldest first, or what was decided, newest first; at most 200. */
export async function authorizationsOf(q: Queryable, { agencyId, personId, isWaiting, now }: { agencyId: string; personId: string; isWaiting: boolean; now: Date }): Promise<Authorization[]> {
  const { rows } = await q.query(
    `select ${COLUMNS} from remote_signing.asked_authorization
      where agency_id = $1 and person_id = $2 and (state = 'waiting' and expires_at > $3) = $4
      order by case when $4 then asked_at end, asked_at desc, id limit ${isWaiting ? '200' : '20'}`,
    [agencyId, personId, now, isWaiting],
  );
  // safe because the statement selects exactly these columns
  return withHashes(q, agencyId, rows as Omit<Authorization, 'hashes'>[]);
}

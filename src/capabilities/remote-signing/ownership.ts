import type { Actor, PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { StoredPasskey } from '#engines/identity/index.ts';
import { credentialsByKey } from '#engines/signatures/index.ts';
import { errors } from './errors.ts';

export type Credential = Awaited<ReturnType<typeof credentialsByKey>>[number];

/** Nobody stands in for the owner of a key: not a delegate, not an administrator. @throws kernel.forbidden */
export function owner(actor: Actor): PersonActor {
  if (actor.kind !== 'person' || actor.onBehalfOf !== undefined) throw kernelErrors.forbidden();
  return actor;
}

/** The caller's own personal credential in the agency in which they act. @throws remote-signing.notYourCredential */
export async function ownCredential(q: Queryable, actor: PersonActor, credentialId: string): Promise<Credential> {
  const credential = await findCredential(q, { agencyId: actor.agencyId, id: credentialId });
  if (credential?.kind !== 'person' || credential.person_id !== actor.personId) throw errors.notYourCredential();
  return credential;
}

export async function findCredential(q: Queryable, key: { agencyId: string; id: string }): Promise<Credential | undefined> {
  // safe because the text has the form of an id, and one that names no agency finds nothing
  const [credential] = await credentialsByKey(q, [{ agencyId: key.agencyId as Id<'agency'>, id: key.id }]);
  return credential;
}

export type Enrolment = { agencyId: string; credentialId: string; personId: string; userName: string };

/** Credentials that are open to remote signing; by key, person or user name. */
export async function listEnrolments(q: Queryable, filter: { agencyId?: string; credentialId?: string; personId?: string | null; userName?: string }): Promise<Enrolment[]> {
  const { rows } = await q.query(
    `select agency_id as "agencyId", credential_id as "credentialId", person_id as "personId", user_name as "userName" from remote_signing.enrolment
      where ended_at is null and ($1::uuid is null or agency_id = $1) and ($2::uuid is null or credential_id = $2)
        and ($3::uuid is null or person_id = $3) and ($4::text is null or user_name = $4)
      order by agency_id, credential_id limit 500`,
    [filter.agencyId ?? null, filter.credentialId ?? null, filter.personId ?? null, filter.userName ?? null],
  );
  // safe because the statement selects exactly these columns
  return rows as Enrolment[];
}

/** A passkey that releases one credential; `lockedPin` opens nothing without the passkey's own device. */
export type SigningPasskey = StoredPasskey & { name: string; prfSalt: Buffer; mayRememberPin: boolean; lockedPin: Buffer | null };

export async function passkeysOf(q: Queryable, key: { agencyId: string; credentialId: string }): Promise<SigningPasskey[]> {
  const { rows } = await q.query(
    `select p.id, p.public_key as "publicKey", p.counter::float8 as counter, p.transports, p.name, p.prf_salt as "prfSalt", p.may_remember_pin as "mayRememberPin",
            p.locked_pin as "lockedPin" from remote_signing.passkey p
       join remote_signing.enrolment e on e.agency_id = p.agency_id and e.credential_id = p.credential_id and e.ended_at is null
      where p.agency_id = $1 and p.credential_id = $2 order by p.created_at, p.id limit 20`,
    [key.agencyId, key.credentialId],
  );
  // safe because the statement selects exactly these columns
  return rows as SigningPasskey[];
}

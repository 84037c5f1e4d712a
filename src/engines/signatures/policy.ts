import type { Selectable } from 'kysely';
import type { Actor, PersonActor } from '#kernel/actor.ts';
import { formatInstant, vietnamDay } from '#kernel/time.ts';
import { signatureErrors } from './errors.ts';
import type { Tables } from './tables.gen.ts';

export type CredentialRow = Selectable<Tables['signatures.credential']>;
type Signer = Pick<CredentialRow, 'agency_id' | 'kind' | 'person_id'>;
type Validity = Pick<CredentialRow, 'subject' | 'label' | 'state' | 'revoked_at' | 'valid_from' | 'valid_to' | 'locked_at'>;

/** Wrong PINs in a row after which a credential waits for an administrator. */
export const PIN_ATTEMPTS = 5;

/** A signature and its timestamp must both fall into the certificate's life. */
const SHORTEST_REST_MS = 60_000;

/**
 * A person signs with a certificate in their own name only; the agency's signature is applied by its clerk in person
 * (30/2020/NĐ-CP Art. 32.2). The system itself never signs for anybody.
 * @throws signatures.notYourCredential · signatures.sealNeedsClerk
 */
export function assertMayUse(actor: Actor, credential: Signer): void {
  if (actor.kind !== 'person' || !isAtHome(actor, credential)) throw signatureErrors.notYourCredential();
  if (credential.kind === 'person' && credential.person_id !== actor.personId) throw signatureErrors.notYourCredential();
  if (credential.kind === 'agency' && !actor.roles.includes('clerk')) throw signatureErrors.sealNeedsClerk();
}

/** Whoever signs by authorisation of a higher agency does so with the certificate of the own one (30/2020/NĐ-CP Art. 13). */
function isAtHome(actor: PersonActor, { agency_id: agencyId, kind }: Signer): boolean {
  return agencyId === actor.agencyId || (kind === 'person' && agencyId === actor.ownAgencyId);
}

/**
 * The checks that have to be made before signing is allowed (15/2025/TT-BKHCN; 68/2024/NĐ-CP Art. 29.1).
 * @throws signatures.certificateNotYetValid · certificateExpired · certificateEndedToday · certificateRevoked · credentialLocked
 */
export function assertInForce(credential: Validity, now: Date): void {
  const subject = credential.label;
  if (credential.state === 'revoked') {
    throw signatureErrors.certificateRevoked({ values: { subject, revokedAt: formatInstant(credential.revoked_at ?? now) } });
  }
  if (now < credential.valid_from) throw signatureErrors.certificateNotYetValid({ values: { subject, validFrom: formatInstant(credential.valid_from) } });
  if (credential.valid_to.getTime() - now.getTime() < SHORTEST_REST_MS) {
    const values = { subject, validTo: formatInstant(credential.valid_to) };
    throw vietnamDay(credential.valid_to) === vietnamDay(now) ? signatureErrors.certificateEndedToday({ values }) : signatureErrors.certificateExpired({ values });
  }
  if (credential.locked_at !== null) throw signatureErrors.credentialLocked();
}

/** What the signer should know although signing is allowed. */
export function warningsOf(credential: Pick<CredentialRow, 'valid_to' | 'is_built_in'>, now: Date): SignerWarning[] {
  const left = credential.valid_to.getTime() - now.getTime();
  const warnings: SignerWarning[] = [];
  if (vietnamDay(credential.valid_to) === vietnamDay(now)) warnings.push('endsToday');
  else if (left < 30 * 86_400_000) warnings.push('endsSoon');
  // Others are judged when the file is validated; 15/2025/TT-BKHCN annex II wants the signer told.
  warnings.push(credential.is_built_in ? 'notPublicAuthority' : 'revocationNotChecked');
  return warnings;
}

export type SignerWarning = 'endsToday' | 'endsSoon' | 'notPublicAuthority' | 'revocationNotChecked';

/** Who may revoke or look after a credential: its person, the agency's clerk for the agency's own, and the agency's administrator. */
export function mayManage(actor: Actor, credential: Signer): boolean {
  if (actor.kind !== 'person') return actor.kind === 'system';
  if (actor.agencyId !== credential.agency_id) return false;
  if (actor.roles.includes('agency_admin')) return true;
  return credential.kind === 'person' ? credential.person_id === actor.personId : actor.roles.includes('clerk');
}

/** The holder of the PIN: nobody else changes it or the image. */
export function isHolder(actor: Actor, credential: Signer): boolean {
  if (actor.kind !== 'person' || !isAtHome(actor, credential)) return false;
  return credential.kind === 'person' ? credential.person_id === actor.personId : actor.roles.includes('clerk');
}

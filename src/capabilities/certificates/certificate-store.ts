import type { Selectable } from 'kysely';
import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { kernelErrors } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import { errors } from './errors.ts';
import { abilitiesOnCertificate, mayKeep, maySee } from './policy.ts';
import type { CertificateRow } from './tables.gen.ts';

type Columns = Omit<Selectable<CertificateRow>, 'agency_id' | 'id' | 'content' | 'search' | 'warned_days'>;

/** A row as it is read, without the bytes of the certificate. */
export type StoredCertificate = Columns & { agency_id: Id<'agency'>; id: Id<'certificate'> };

const COLUMNS = `agency_id, id, holder_kind, holder_name, person_id, credential_id, issuer_name, issuer, subject, serial, fingerprint, is_built_in, token_serial,
  note, valid_from, valid_to, status, status_source, status_checked_at, revoked_at, revoked_reason, added_at, added_by, asked_at, asked_by, answered_at, ask_problem, unanswered_since, status_as_of, status_answer,
  renewal_declined_at, renewal_declined_by, renewal_declined_reason, renewal_declined_note`;

/** A certificate as the caller may see it. @throws certificates.notFound also where it belongs to others */
export async function getCertificate(q: Queryable, actor: PersonActor, key: { agencyId: string; id: string }, lock = false): Promise<StoredCertificate> {
  const { rows } = await q.query(`select ${COLUMNS} from certificates.certificate where agency_id = $1 and id = $2 ${lock ? 'for no key update' : ''}`, [key.agencyId, key.id]);
  // safe because the statement selects exactly these columns
  const row = rows[0] as StoredCertificate | undefined;
  if (row === undefined || !maySee(actor, row)) throw errors.notFound();
  return row;
}

/** Locks a certificate for one action of the caller. @throws certificates.notFound, kernel.forbidden */
export async function lockForAction(
  ctx: CommandContext,
  key: { agencyId: string; id: string },
  action: 'edit' | 'mark-revoked' | 'remove',
): Promise<{ actor: PersonActor; certificate: StoredCertificate }> {
  const { actor, certificate } = await lockAsSeen(ctx, key);
  if (action === 'mark-revoked' && certificate.status === 'revoked') throw errors.alreadyRevoked();
  if (action !== 'edit' && certificate.credential_id !== null && certificate.is_built_in) throw errors.issuedHere();
  if (!abilitiesOnCertificate(actor, certificate).includes(action)) throw kernelErrors.forbidden();
  return { actor, certificate };
}

/** Locks a certificate for whoever keeps the inventory of its agency. @throws certificates.notFound, kernel.forbidden */
export async function lockForKeeper(ctx: CommandContext, key: { agencyId: string; id: string }): Promise<{ actor: PersonActor; certificate: StoredCertificate }> {
  const locked = await lockAsSeen(ctx, key);
  if (!mayKeep(locked.actor, locked.certificate.agency_id)) throw kernelErrors.forbidden();
  return locked;
}

async function lockAsSeen(ctx: CommandContext, key: { agencyId: string; id: string }): Promise<{ actor: PersonActor; certificate: StoredCertificate }> {
  const { actor } = ctx;
  if (actor.kind !== 'person') throw kernelErrors.unauthenticated();
  return { actor, certificate: await getCertificate(ctx, actor, key, true) };
}

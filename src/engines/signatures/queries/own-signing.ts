import type { PersonActor } from '#kernel/actor.ts';
import type { Queryable } from '#kernel/database.ts';
import { errorCatalogue } from '#kernel/errors.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { driverErrors } from '../adapters/driver-errors.ts';
import type { OwnSigning } from '../contract.ts';
import { signatureErrors } from '../errors.ts';
import { describeRefusal } from '../hand-over/errors.ts';

type Row = { id: string; state: OwnSigning['state']; credentialId: string; signer: string; openedAt: Date; expiresAt: Date; personId: string; failureCode: string | null; releaseId: string | null };

const SELECT = `select s.id, s.state, s.credential_id as "credentialId", s.opened_by ->> 'name' as "signer", s.opened_at as "openedAt", s.expires_at as "expiresAt",
    s.opened_by ->> 'personId' as "personId", s.failure_code as "failureCode",
    case when s.state = 'pending' then (select b.id from signatures.signing_batch b
      where b.agency_id = s.agency_id and b.state = 'asked' and b.holder_reference = 'release' and b.id::text = s.holder_reference::json ->> 'transactionId') end as "releaseId"
  from signatures.signing s`;

/** How far a signing of the caller's own is. @throws signatures.signingNotFound, the same for somebody else's as for none */
export async function getOwnSigning(q: Queryable, actor: PersonActor, { id, language }: { id: string; language: 'vi' | 'en' }): Promise<OwnSigning> {
  const { rows } = await q.query(`${SELECT} where s.agency_id = $1 and s.id = $2`, [actor.agencyId, id]);
  const found = own(rows, actor);
  if (found === undefined) throw signatureErrors.signingNotFound();
  return viewOf(found, language);
}

/** The caller's own signing that is open on a thing, of several files the main one first; undefined when there is none, or another person's. */
export async function findOwnSigning(q: Queryable, actor: PersonActor, { subject, language }: { subject: { type: string; id: string }; language: 'vi' | 'en' }): Promise<OwnSigning | undefined> {
  const { rows } = await q.query(`${SELECT} where s.agency_id = $1 and s.subject_type = $2 and s.subject_id = $3 and s.state in ('prepared', 'signing', 'pending') order by s.state = 'pending' desc, s.part`, [
    actor.agencyId,
    subject.type,
    subject.id,
  ]);
  const found = own(rows, actor);
  return found === undefined ? undefined : viewOf(found, language);
}

function own(rows: unknown[], { personId }: PersonActor): Row | undefined {
  // safe because both statements select exactly these columns
  return (rows as Row[]).find((row) => row.personId === personId);
}

function viewOf({ id, releaseId, state, credentialId, signer, openedAt, expiresAt, failureCode }: Row, language: 'vi' | 'en'): OwnSigning {
  const problem = state === 'failed' || state === 'expired' ? problemOf({ state, failureCode, signer }, language) : null;
  return { id, state, releaseId, credentialId, openedAt: isoInVietnam(openedAt), expiresAt: isoInVietnam(expiresAt), problem };
}

function problemOf({ state, failureCode, signer }: { state: 'failed' | 'expired'; failureCode: string | null; signer: string }, language: 'vi' | 'en'): OwnSigning['problem'] {
  const code = state === 'expired' ? driverErrors.confirmationTimedOut().code : failureCode;
  const ended = describeRefusal({ code: signatureErrors.signingEnded().code, values: {} }, language);
  if (code === null || errorCatalogue().get(code) === undefined) return ended;
  const said = describeRefusal({ code, values: { subject: signer } }, language);
  // Only the code was kept: words that want more than the holder's name cannot be said again.
  return /\{\w+\}/.test(`${said.message} ${said.fix ?? ''}`) ? ended : said;
}

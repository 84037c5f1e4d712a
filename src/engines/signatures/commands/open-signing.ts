import type { Actor, PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { isoInVietnam, vietnamDay } from '#kernel/time.ts';
import type { Appearance } from '../contract.ts';
import { signatureErrors } from '../errors.ts';
import { assertInForce, assertMayUse, type CredentialRow } from '../policy.ts';
import { purposeOf } from '../purposes.ts';
import { batchesBeforeOwner } from './batch-requests.ts';
import { leaveRelease } from './keep-release.ts';
import { getCredentialFor } from '../queries/credentials.ts';
import type { Tables } from '../tables.gen.ts';

/** Where a document waits for the owner of a key: the request, the signing and the key. */
export type PlaceBeforeOwner = { approvalId: string; signingId: string; credentialId: string };

/** How long a person may take between opening and signing, including a confirmation on a phone. */
const OPEN_FOR_MS = 10 * 60_000;

export type OpenSigning = {
  agencyId: Id<'agency'>;
  /** The thing whose file is signed; one signing at a time is open on it, or on each part of it. */
  subject: { type: string; id: string };
  /** Which of several files that are signed at once; left out, its only or main one. */
  part?: string;
  /** The purpose's name, contributed under `signatures.purposes`, and what its handler needs. */
  purpose: string;
  data: unknown;
  credentialId: string;
  /** The file to be signed, exactly these bytes. */
  baseSha256: string;
  appearance: Appearance;
};

/**
 * Locks the subject for one signing and checks what has to be checked before: whose certificate it is, its validity,
 * revocation, its image. The person's own signing that was opened and never begun, or waits for their consent, gives way to the new one.
 * @throws signatures.alreadyBeingSigned · waitsForOwner, with `PlaceBeforeOwner` as its data, and the codes of `assertMayUse`, `assertInForce`, `imageMissing`, `imageNotInForce`
 */
export async function openSigning(ctx: CommandContext, input: OpenSigning): Promise<Id<'signing'>> {
  purposeOf(ctx.kernel, input.purpose);
  const credential = await getCredentialFor(ctx, ctx.actor, { agencyId: input.agencyId, id: input.credentialId });
  assertMayUse(ctx.actor, credential);
  assertInForce(credential, ctx.now);
  assertImage(credential, input.appearance, ctx.now);
  const signer = personOf(ctx.actor);
  const id = newId<'signing'>();
  if (!(await insertOpen(ctx, { id, input, signer, credential }))) {
    await leaveRelease(ctx, { ...input, part: input.part ?? '', personId: signer.personId });
    await giveWay(ctx, input, signer);
    if (!(await insertOpen(ctx, { id, input, signer, credential }))) throw signatureErrors.alreadyBeingSigned({ values: { name: '…', seconds: 5 } });
  }
  ctx.record({
    type: 'signatures.signing-opened',
    agencyId: input.agencyId,
    subject: input.subject,
    data: { signingId: id, purpose: input.purpose, signer: credential.label, baseSha256: input.baseSha256 },
  });
  return id;
}

function personOf(actor: Actor): PersonActor {
  if (actor.kind !== 'person') throw signatureErrors.notYourCredential();
  // The session is nobody's business later; a slow key holder may answer after its end.
  return { ...actor, sessionId: '' };
}

function assertImage(credential: CredentialRow, appearance: Appearance, now: Date): void {
  if (appearance.kind !== 'person' && appearance.kind !== 'seal') return;
  if (credential.image_sha256 === null) throw signatureErrors.imageMissing();
  const today = vietnamDay(now);
  const from = credential.image_valid_from;
  const to = credential.image_valid_to;
  if ((from !== null && today < from) || (to !== null && today > to)) throw signatureErrors.imageNotInForce({ values: { day: today } });
}

type NewRow = { id: string; input: OpenSigning; signer: PersonActor; credential: CredentialRow };

/** False when another signing of the subject is open: the unique index decides, and the loser of a race waits here for the winner. */
async function insertOpen(ctx: CommandContext, { id, input, signer, credential }: NewRow): Promise<boolean> {
  const inserted = await ctx.query(
    `insert into signatures.signing (agency_id, id, subject_type, subject_id, purpose, purpose_data, credential_id, base_sha256, appearance,
       state, opened_by, opened_at, expires_at, credential_agency_id, part)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'prepared', $10, $11, $12, $13, $14)
     on conflict (agency_id, subject_type, subject_id, part) where state in ('prepared', 'signing', 'pending') do nothing`,
    [
      input.agencyId,
      id,
      input.subject.type,
      input.subject.id,
      input.purpose,
      JSON.stringify(input.data ?? null),
      input.credentialId,
      input.baseSha256,
      JSON.stringify(input.appearance),
      JSON.stringify(signer),
      ctx.now,
      new Date(ctx.now.getTime() + OPEN_FOR_MS),
      credential.agency_id,
      input.part ?? '',
    ],
  );
  return inserted.rowCount === 1;
}

/** Ends the open signing of the subject if nothing can come of it any more, or if it is the same person's and was never begun. */
async function giveWay(ctx: CommandContext, input: OpenSigning, signer: PersonActor): Promise<void> {
  const open = await ctx
    .tables<Tables>()
    .selectFrom('signatures.signing')
    .select(['id', 'state', 'opened_by', 'opened_at', 'expires_at', 'attempt_until', 'credential_id'])
    .where('agency_id', '=', input.agencyId)
    .where('subject_type', '=', input.subject.type)
    .where('subject_id', '=', input.subject.id)
    .where('part', '=', input.part ?? '')
    .where('state', 'in', ['prepared', 'signing', 'pending'])
    .forUpdate()
    .executeTakeFirst();
  if (open === undefined) return;
  const isRunning = open.state === 'signing' && open.attempt_until !== null && open.attempt_until > ctx.now;
  // safe because only insertOpen writes this column, from a PersonActor
  const opener = open.opened_by as PersonActor;
  const isOwnUnbegun = open.state === 'prepared' && opener.personId === signer.personId;
  const isDead = open.state === 'signing' ? !isRunning : open.expires_at <= ctx.now;
  if (!isDead && open.state === 'pending' && opener.personId === signer.personId) {
    const [before] = await batchesBeforeOwner(ctx, { agencyId: input.agencyId, signingIds: [open.id] });
    const place = before === undefined ? undefined : { approvalId: before.batchId, signingId: open.id, credentialId: open.credential_id };
    if (place !== undefined) throw signatureErrors.waitsForOwner({ values: { time: isoInVietnam(open.opened_at).slice(11, 16) }, data: place satisfies PlaceBeforeOwner });
  }
  if (!isDead && !isOwnUnbegun) {
    const until = isRunning ? open.attempt_until : open.expires_at;
    const seconds = Math.max(1, Math.ceil(((until?.getTime() ?? 0) - ctx.now.getTime()) / 1000));
    throw signatureErrors.alreadyBeingSigned({ values: { name: opener.name, seconds } });
  }
  await ctx.query(
    `update signatures.signing set state = 'expired', failure_code = $3, ended_at = $4, attempt_until = null where agency_id = $1 and id = $2`,
    [input.agencyId, open.id, isDead ? 'abandoned' : 'replaced', ctx.now],
  );
  ctx.record({ type: 'signatures.signing-expired', agencyId: input.agencyId, subject: input.subject, data: { signingId: open.id } });
}

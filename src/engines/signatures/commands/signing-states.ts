import type { Actor, PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Appearance } from '../contract.ts';
import { signatureErrors } from '../errors.ts';
import { assertInForce, assertMayUse, type CredentialRow } from '../policy.ts';
import { purposeOf, type SigningEvidence, type SigningResult } from '../purposes.ts';
import { getCredential } from '../queries/credentials.ts';
import type { Tables } from '../tables.gen.ts';

/** How long an attempt may take before another one may take over: reading, signing, a slow timestamp, storing. */
const ATTEMPT_MS = 60_000;

export type SigningKey = { agencyId: Id<'agency'>; signingId: string };

export type SigningRow = {
  agencyId: Id<'agency'>;
  id: Id<'signing'>;
  subject: { type: string; id: string };
  purpose: string;
  data: unknown;
  baseSha256: string;
  appearance: Appearance;
  state: Tables['signatures.signing']['state'];
  openedBy: PersonActor;
  expiresAt: Date;
  attemptId: string | null;
  attemptUntil: Date | null;
  prepared: Buffer | null;
  holderReference: string | null;
  result: { sha256: string; sizeBytes: number } | null;
  credentialId: string;
  /** The signer's own agency, which under a delegation is not the document's. */
  credentialAgencyId: Id<'agency'>;
};

export type Attempt = { kind: 'begun'; attemptId: string; signing: SigningRow; credential: CredentialRow } | { kind: 'completed'; signing: SigningRow };

/**
 * Takes an open signing for one attempt. A signing that is already complete is handed back as it is.
 * @throws signatures.signingNotFound · signingEnded · alreadyBeingSigned and the codes of `assertMayUse`, `assertInForce`
 */
export async function beginAttempt(ctx: CommandContext, input: SigningKey): Promise<Attempt> {
  const free = await assertMayBegin(ctx, input);
  if (free.kind === 'completed') return free;
  const { signing, credential } = free;
  const attemptId = newId();
  await ctx.query(
    `update signatures.signing set state = 'signing', attempt_id = $3, attempt_until = $4 where agency_id = $1 and id = $2`,
    [input.agencyId, input.signingId, attemptId, new Date(ctx.now.getTime() + ATTEMPT_MS)],
  );
  ctx.record({ type: 'signatures.signing-started', agencyId: input.agencyId, subject: signing.subject, data: { signingId: signing.id } });
  return { kind: 'begun', attemptId, signing, credential };
}

type FreeSigning = { kind: 'free'; signing: SigningRow; credential: CredentialRow } | Extract<Attempt, { kind: 'completed' }>;

/** Locks the signing if nobody else is at it and this person may sign. @throws as `beginAttempt` */
export async function assertMayBegin(ctx: CommandContext, input: SigningKey): Promise<FreeSigning> {
  const signing = await getSigning(ctx, input, true);
  if (signing.state === 'completed') return { kind: 'completed', signing };
  if (signing.state === 'failed' || signing.state === 'expired') throw signatureErrors.signingEnded();
  if (signing.attemptUntil !== null && signing.attemptUntil > ctx.now) {
    const seconds = Math.ceil((signing.attemptUntil.getTime() - ctx.now.getTime()) / 1000);
    throw signatureErrors.alreadyBeingSigned({ values: { name: signing.openedBy.name, seconds } });
  }
  if (signing.expiresAt <= ctx.now) throw signatureErrors.signingEnded();
  const credential = await getCredential(ctx, { agencyId: signing.credentialAgencyId, id: signing.credentialId });
  assertInForce(credential, ctx.now);
  if (signing.state === 'pending') throw signatureErrors.alreadyBeingSigned({ values: { name: signing.openedBy.name, seconds: 30 } });
  assertMayUse(ctx.actor, credential);
  return { kind: 'free', signing, credential };
}

export type Completion = SigningKey & { attemptId: string; result: { sha256: string; sizeBytes: number }; evidence: SigningEvidence };

/**
 * Ends the signing with its result and lets the purpose draw its consequences, in one transaction. Only the attempt that
 * holds the signing can do it, once; asking again for the same attempt changes nothing.
 * @throws signatures.signingEnded when another attempt took over or the signing was closed
 */
export async function completeSigning(ctx: CommandContext, input: Completion): Promise<void> {
  const signing = await getSigning(ctx, input, true);
  if (signing.attemptId !== input.attemptId) throw signatureErrors.signingEnded();
  if (signing.state === 'completed') return;
  if (signing.state !== 'signing') throw signatureErrors.signingEnded();
  // Revoked while the signature was being made: it must not count.
  assertInForce(await getCredential(ctx, { agencyId: signing.credentialAgencyId, id: signing.credentialId }), ctx.now);
  await ctx
    .tables<Tables>()
    .updateTable('signatures.signing')
    .set({
      state: 'completed',
      attempt_until: null,
      prepared: null,
      result_sha256: input.result.sha256,
      result_size_bytes: input.result.sizeBytes,
      evidence: JSON.stringify(input.evidence),
      ended_at: ctx.now,
    })
    .where('agency_id', '=', input.agencyId)
    .where('id', '=', input.signingId)
    .execute();
  const result: SigningResult = {
    agencyId: input.agencyId,
    signingId: signing.id,
    subject: signing.subject,
    data: signing.data,
    baseSha256: signing.baseSha256,
    result: input.result,
    credentialId: signing.credentialId,
    signer: signing.openedBy,
    evidence: input.evidence,
  };
  ctx.record({
    type: 'signatures.signing-completed',
    agencyId: input.agencyId,
    subject: signing.subject,
    data: {
      signingId: signing.id,
      purpose: signing.purpose,
      signer: signing.openedBy.name,
      baseSha256: signing.baseSha256,
      resultSha256: input.result.sha256,
      serial: input.evidence.certificate.serial,
      timestamp: input.evidence.timestamp.time,
    },
  });
  await purposeOf(ctx.kernel, signing.purpose).complete(ctx, result);
}

/** Ends an attempt without a signature: `again` leaves the signing open for the next attempt, otherwise the lock is given up. */
export async function endAttempt(ctx: CommandContext, input: SigningKey & { attemptId: string; code: string; again: boolean }): Promise<void> {
  const signing = await getSigning(ctx, input, true);
  if (signing.attemptId !== input.attemptId || signing.state !== 'signing') return;
  if (input.again) {
    const back = signing.holderReference === null ? 'prepared' : 'pending';
    await ctx.query('update signatures.signing set state = $3, attempt_until = null where agency_id = $1 and id = $2', [input.agencyId, input.signingId, back]);
  } else {
    await ctx.query(
      `update signatures.signing set state = 'failed', attempt_until = null, failure_code = $3, ended_at = $4 where agency_id = $1 and id = $2`,
      [input.agencyId, input.signingId, input.code, ctx.now],
    );
  }
  ctx.record({
    type: 'signatures.signing-failed',
    agencyId: input.agencyId,
    subject: signing.subject,
    data: { signingId: signing.id, signer: signing.openedBy.name, code: input.code },
  });
}

/** Closes what was abandoned: the lock is given up, the file is as it was. Returns how many. */
export async function expireSignings(ctx: CommandContext): Promise<number> {
  const due = await ctx
    .tables<Tables>()
    .selectFrom('signatures.signing')
    .select(['agency_id', 'id', 'subject_type', 'subject_id'])
    .where((where) =>
      where.or([
        where.and([where('state', 'in', ['prepared', 'pending']), where('expires_at', '<=', ctx.now)]),
        where.and([where('state', '=', 'signing'), where('attempt_until', '<=', ctx.now)]),
      ]),
    )
    .orderBy('agency_id')
    .orderBy('id')
    .limit(1000)
    .forUpdate()
    .execute();
  if (due.length === 0) return 0;
  await ctx.query(
    `update signatures.signing set state = 'expired', failure_code = 'abandoned', ended_at = $3, attempt_until = null
      where agency_id = any($1) and id = any($2)`,
    [[...new Set(due.map((row) => row.agency_id))], due.map((row) => row.id), ctx.now],
  );
  for (const row of due) {
    ctx.record({
      type: 'signatures.signing-expired',
      // safe because the column holds agencies' ids
      agencyId: row.agency_id as Id<'agency'>,
      subject: { type: row.subject_type, id: row.subject_id },
      data: { signingId: row.id },
    });
  }
  return due.length;
}

/** The signing that a person opened. @throws signatures.signingNotFound, the same for somebody else's as for none */
export async function getOpenedSigning(ctx: Pick<CommandContext, 'query'>, key: SigningKey, actor: Actor): Promise<SigningRow> {
  const signing = await getSigning(ctx, key);
  if (actor.kind !== 'person' || actor.personId !== signing.openedBy.personId) throw signatureErrors.signingNotFound();
  return signing;
}

/** @throws signatures.signingNotFound */
export async function getSigning(ctx: Pick<CommandContext, 'query'>, key: SigningKey, lock = false): Promise<SigningRow> {
  const { rows } = await ctx.query(
    `select agency_id as "agencyId", id, json_build_object('type', subject_type, 'id', subject_id) as subject, purpose, purpose_data as data,
            base_sha256 as "baseSha256", appearance, state, opened_by as "openedBy", expires_at as "expiresAt", attempt_id as "attemptId",
            attempt_until as "attemptUntil", prepared, holder_reference as "holderReference", credential_id as "credentialId",
            credential_agency_id as "credentialAgencyId",
            case when result_sha256 is not null then json_build_object('sha256', result_sha256, 'sizeBytes', result_size_bytes) end as result
       from signatures.signing where agency_id = $1 and id = $2 ${lock ? 'for update' : ''}`,
    [key.agencyId, key.signingId],
  );
  if (rows[0] === undefined) throw signatureErrors.signingNotFound();
  // safe because the statement builds exactly this shape
  return rows[0] as SigningRow;
}

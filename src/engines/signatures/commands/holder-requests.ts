import type { PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { newId } from '#kernel/ids.ts';
import { signatureErrors } from '../errors.ts';
import { assertInForce } from '../policy.ts';
import { getCredential } from '../queries/credentials.ts';
import { getSigning, type Attempt, type SigningKey, type SigningRow } from './signing-states.ts';

/**
 * A request to a holder that answers later. It is kept before it is sent, so that whatever dies in between, the job finds it:
 * without a reference nobody knows whether it arrived, and it is sent again under the same transaction.
 */
export type HolderRequest = {
  transactionId: string;
  /** What the holder called it; null as long as the holder has not said. */
  reference: string | null;
  /** Counts the questions; a job of an earlier turn has been overtaken and asks nothing. */
  turn: number;
  /** One request for several files: only the batch's own job asks. */
  isOfBatch?: true;
};

/** An attempt's lock while an answer is being put into the file: reading, a slow timestamp, storing. */
const ATTEMPT_MS = 60_000;
/** Longer than any call to a service may take, so that the job does not send while the first sender still waits. */
export const UNSENT_MS = 60_000;

/** Keeps what is needed to go on when the holder answers, before the holder is asked. */
export async function keepRequest(ctx: CommandContext, input: SigningKey & { attemptId: string; transactionId: string; prepared: Buffer }): Promise<void> {
  const signing = await getSigning(ctx, input, true);
  if (signing.attemptId !== input.attemptId || signing.state !== 'signing') throw signatureErrors.signingEnded();
  const request: HolderRequest = { transactionId: input.transactionId, reference: null, turn: 0 };
  await ctx.query(
    `update signatures.signing set state = 'pending', attempt_until = null, prepared = $3, holder_reference = $4 where agency_id = $1 and id = $2`,
    [input.agencyId, input.signingId, input.prepared, JSON.stringify(request)],
  );
  ctx.record({ type: 'signatures.signing-awaited', agencyId: input.agencyId, subject: signing.subject, data: { signingId: signing.id } });
  enqueueTurn(ctx, input, { turn: 0, afterMs: UNSENT_MS });
}

/**
 * Notes what the holder called the request and when to ask again. Does nothing when the request was overtaken: the one who
 * overtook it asks.
 */
export async function askAgain(ctx: CommandContext, input: SigningKey & { request: HolderRequest; reference: string | null; afterMs: number }): Promise<void> {
  const signing = await getSigning(ctx, input, true);
  const kept = requestOf(signing);
  if (kept === undefined || kept.transactionId !== input.request.transactionId || kept.turn !== input.request.turn) return;
  if (signing.state === 'completed' || signing.state === 'failed') return;
  const next: HolderRequest = { ...kept, reference: input.reference, turn: kept.turn + 1 };
  await ctx.query('update signatures.signing set holder_reference = $3 where agency_id = $1 and id = $2', [input.agencyId, input.signingId, JSON.stringify(next)]);
  enqueueTurn(ctx, input, { turn: next.turn, afterMs: input.afterMs });
}

function enqueueTurn(ctx: CommandContext, key: SigningKey, { turn, afterMs }: { turn: number; afterMs: number }): void {
  ctx.enqueue({
    kind: 'signatures.poll-signing',
    agencyId: key.agencyId,
    payload: { signingId: key.signingId, turn },
    runAt: new Date(ctx.now.getTime() + afterMs),
  });
}

/** Ends a request that brought no signature: `again` opens the signing for another try, otherwise the lock is given up. */
export async function giveUpRequest(ctx: CommandContext, input: SigningKey & { transactionId: string; code: string; again: boolean }): Promise<void> {
  const signing = await getSigning(ctx, input, true);
  if (requestOf(signing)?.transactionId !== input.transactionId) return;
  if (signing.state !== 'pending' && signing.state !== 'expired') return;
  const forget = 'prepared = null, holder_reference = null';
  const key = [input.agencyId, input.signingId];
  if (signing.state === 'expired') await ctx.query(`update signatures.signing set ${forget} where agency_id = $1 and id = $2`, key);
  else if (input.again) await ctx.query(`update signatures.signing set state = 'prepared', ${forget} where agency_id = $1 and id = $2`, key);
  else {
    await ctx.query(
      `update signatures.signing set state = 'failed', ${forget}, failure_code = $3, ended_at = $4 where agency_id = $1 and id = $2`,
      [...key, input.code, ctx.now],
    );
  }
  ctx.record({
    type: 'signatures.signing-failed',
    agencyId: input.agencyId,
    subject: signing.subject,
    data: { signingId: signing.id, signer: signing.openedBy.name, code: input.code },
  });
}

export type TakenAnswer = Attempt | { kind: 'superseded' };

/**
 * Takes a signing whose holder has signed, to put the signature in. Also one that was closed meanwhile because nobody
 * confirmed in time: the late confirmation counts, unless the same thing has been signed or is being signed again.
 * @param prepared what was kept, now with the answer: a holder may give it only once
 * @throws signatures.alreadyBeingSigned while another process puts it in · signingEnded · the codes of `assertInForce`
 */
export async function takeAnswer(ctx: CommandContext, input: SigningKey & { transactionId: string; prepared: Buffer }): Promise<TakenAnswer> {
  const signing = await getSigning(ctx, input, true);
  if (signing.state === 'completed') return { kind: 'completed', signing };
  if (requestOf(signing)?.transactionId !== input.transactionId || signing.state === 'failed' || signing.state === 'prepared') throw signatureErrors.signingEnded();
  if (signing.attemptUntil !== null && signing.attemptUntil > ctx.now) {
    throw signatureErrors.alreadyBeingSigned({ values: { name: signing.openedBy.name, seconds: Math.ceil((signing.attemptUntil.getTime() - ctx.now.getTime()) / 1000) } });
  }
  if (signing.state === 'expired' && (await isSuperseded(ctx, signing))) {
    await giveUpRequest(ctx, { ...input, code: 'signatures.signingEnded', again: false });
    return { kind: 'superseded' };
  }
  const credential = await getCredential(ctx, { agencyId: signing.credentialAgencyId, id: signing.credentialId });
  assertInForce(credential, ctx.now);
  const attemptId = newId();
  await ctx.query(
    `update signatures.signing
        set state = 'signing', attempt_id = $3, attempt_until = $4, prepared = $5, ended_at = null, failure_code = null
      where agency_id = $1 and id = $2`,
    [input.agencyId, input.signingId, attemptId, new Date(ctx.now.getTime() + ATTEMPT_MS), input.prepared],
  );
  ctx.record({ type: 'signatures.signing-started', agencyId: input.agencyId, subject: signing.subject, data: { signingId: signing.id } });
  return { kind: 'begun', attemptId, signing: { ...signing, prepared: input.prepared }, credential };
}

async function isSuperseded(ctx: CommandContext, signing: SigningRow): Promise<boolean> {
  const { rows } = await ctx.query(
    `select 1 from signatures.signing other join signatures.signing own on own.agency_id = other.agency_id and own.id = $2
      where other.agency_id = $1 and other.id <> $2 and other.subject_type = own.subject_type and other.subject_id = own.subject_id and other.part = own.part
        and (other.state in ('prepared', 'signing', 'pending') or other.state = 'completed' and other.opened_at >= own.opened_at)
      limit 1`,
    [signing.agencyId, signing.id],
  );
  return rows.length > 0;
}

export type WaitingRequest = {
  request: HolderRequest;
  prepared: Buffer;
  openedBy: PersonActor;
  openedAt: Date;
  credentialId: string;
  credentialAgencyId: string;
  baseSha256: string;
  /** While another process puts an answer in. */
  busyUntil: Date | null;
};

/** The request of a signing whose answer may still come, or undefined when there is nothing to ask for. */
export async function findWaitingRequest(q: Queryable, key: SigningKey): Promise<WaitingRequest | undefined> {
  const signing = await getSigning(q, key);
  const request = requestOf(signing);
  if (request === undefined || signing.prepared === null) return undefined;
  const { rows } = await q.query('select opened_at, failure_code from signatures.signing where agency_id = $1 and id = $2', [key.agencyId, key.signingId]);
  // safe because the statement selects exactly these columns of the row that was just read
  const { opened_at: openedAt, failure_code: code } = rows[0] as { opened_at: Date; failure_code: string | null };
  const mayStillCome = signing.state === 'pending' || signing.state === 'signing' || (signing.state === 'expired' && code === 'abandoned');
  if (!mayStillCome) return undefined;
  const { prepared, openedBy, credentialId, credentialAgencyId, baseSha256 } = signing;
  return { request, prepared, openedBy, openedAt, credentialId, credentialAgencyId, baseSha256, busyUntil: signing.state === 'signing' ? signing.attemptUntil : null };
}

/** The request of a signing, if one was made. */
export function requestOf({ id, holderReference }: SigningRow): HolderRequest | undefined {
  if (holderReference === null) return undefined;
  // What an earlier version of this program left is the holder's bare reference.
  if (!holderReference.startsWith('{')) return { transactionId: id, reference: holderReference, turn: 0 };
  // safe because only this file writes such a text
  return JSON.parse(holderReference) as HolderRequest;
}

import { createHash } from 'node:crypto';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Id } from '#kernel/ids.ts';
import type { SignRequest } from '../adapters/signing-driver.ts';
import { signatureErrors } from '../errors.ts';
import type { CredentialRow } from '../policy.ts';
import { giveUpRequest, requestOf, UNSENT_MS, type HolderRequest } from './holder-requests.ts';
import { assertMayBegin, endAttempt, beginAttempt, getSigning, type SigningKey } from './signing-states.ts';

/** The id is the transaction under which the holder is asked. */
export type BatchKey = { agencyId: Id<'agency'>; batchId: string };

export type PreparedSigning = { signingId: string; /** What was made ready, as the signing keeps it. */ prepared: Buffer; attributes: Buffer };
export type NewBatch = BatchKey & {
  credential: CredentialRow;
  description: string;
  prepared: readonly PreparedSigning[];
  isAwaited: boolean;
  /** Puts what is kept before the owner of the key, in the same transaction. Then nobody asks again: the owner's answer comes by itself. */
  putBeforeOwner?: (ctx: CommandContext, kept: readonly PreparedSigning[]) => Promise<void>;
  /** Waits for the person's consent on the page of the service, which nobody else can ask for either. */
  beforeRelease?: boolean;
};
export type KeptBatch = { kept: PreparedSigning[]; refused: { signingId: string; error: AppError }[]; completed: string[] };

/**
 * Keeps one request for the signatures of several files before the holder is asked, so that whatever dies in between, its job finds
 * it. A signing that somebody else has in hand, or whose certificate does not serve, stays out and holds up nobody.
 */
export async function keepBatch(ctx: CommandContext, input: NewBatch): Promise<KeptBatch> {
  const { agencyId, batchId, credential } = input;
  const outcome: KeptBatch = { kept: [], refused: [], completed: [] };
  // In one order, so that two batches with the same files wait for each other and not both.
  for (const each of input.prepared.toSorted((a, b) => (a.signingId < b.signingId ? -1 : 1))) {
    try {
      const found = await assertMayBegin(ctx, { agencyId, signingId: each.signingId });
      if (found.kind === 'completed') outcome.completed.push(each.signingId);
      else {
        await waitInBatch(ctx, { agencyId, signingId: each.signingId }, { ...each, batchId });
        const about = { agencyId, subject: found.signing.subject, data: { signingId: each.signingId } };
        ctx.record({ ...about, type: input.isAwaited ? 'signatures.signing-awaited' : 'signatures.signing-started' });
        outcome.kept.push(each);
      }
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      outcome.refused.push({ signingId: each.signingId, error });
    }
  }
  if (outcome.kept.length === 0) return outcome;
  const reference = input.putBeforeOwner !== undefined ? OWNER : input.beforeRelease === true ? RELEASE : null;
  await insertBatch(ctx, { agencyId, batchId, credential: { agencyId: credential.agency_id, id: credential.id }, description: input.description, reference, followedBy: followersIn(outcome.kept) }, outcome.kept);
  if (reference === RELEASE) return outcome;
  if (input.putBeforeOwner === undefined) enqueueTurn(ctx, input, { turn: 0, afterMs: UNSENT_MS });
  else await input.putBeforeOwner(ctx, outcome.kept);
  return outcome;
}

/** How many signatures follow in these files over the ones that are asked for now, as it was kept with each. */
export function followersIn(items: readonly Pick<PreparedSigning, 'prepared'>[]): number {
  // safe because perform-batch writes this column of a signing that waits in a batch
  return items.reduce((sum, { prepared }) => sum + ((JSON.parse(prepared.toString('utf8')) as { followedBy?: number }).followedBy ?? 0), 0);
}

/** What stands as the holder's reference of a batch that its owner is asked to release, on a device or on the page of the service. */
const OWNER = 'owner';
export const RELEASE = 'release';

export type BatchToKeep = BatchKey & { credential: AskedBatch['credential']; description: string; reference: string | null; /** How many signatures of the act come after these. */ followedBy: number };

export async function insertBatch(ctx: CommandContext, { agencyId, batchId, credential, description, reference, followedBy }: BatchToKeep, items: readonly Omit<PreparedSigning, 'prepared'>[]): Promise<void> {
  await ctx.query(
    `insert into signatures.signing_batch (agency_id, id, credential_agency_id, credential_id, description, state, turn, asked_at, holder_reference, followed_by) values ($1, $2, $3, $4, $5, 'asked', 0, $6, $7, $8)`,
    [agencyId, batchId, credential.agencyId, credential.id, description, ctx.now, reference, followedBy],
  );
  await ctx.query(
    `insert into signatures.signing_batch_item (agency_id, batch_id, position, signing_id, attributes)
     select $1, $2, t.at - 1, t.signing_id, t.attributes from unnest($3::uuid[], $4::bytea[]) with ordinality as t (signing_id, attributes, at)`,
    [agencyId, batchId, items.map(({ signingId }) => signingId), items.map(({ attributes }) => attributes)],
  );
}

/** The batches in which these signings wait for the owner of their key. */
export async function batchesBeforeOwner(q: Pick<CommandContext, 'query'>, { agencyId, signingIds }: { agencyId: Id<'agency'>; signingIds: readonly string[] }): Promise<{ signingId: string; batchId: string }[]> {
  const { rows } = await q.query(
    `select i.signing_id as "signingId", b.id as "batchId" from signatures.signing_batch_item i
       join signatures.signing_batch b on b.agency_id = i.agency_id and b.id = i.batch_id and b.state = 'asked' and b.holder_reference = $3
       join signatures.signing s on s.agency_id = i.agency_id and s.id = i.signing_id and s.state = 'pending' and s.holder_reference::json ->> 'transactionId' = b.id::text
      where i.agency_id = $1 and i.signing_id = any($2::uuid[])`,
    [agencyId, signingIds, OWNER],
  );
  // safe because the statement selects exactly these columns
  return rows as { signingId: string; batchId: string }[];
}

/**
 * Ends what a person was asked for when nobody waits for any of it any more.
 * @returns whether it was ended here
 */
export async function endIfDeserted(ctx: CommandContext, batch: BatchKey): Promise<boolean> {
  const items = await itemsOf(ctx, batch);
  const signings = await Promise.all(items.map(({ signingId }) => getSigning(ctx, { agencyId: batch.agencyId, signingId })));
  if (signings.some((signing) => requestOf(signing)?.transactionId === batch.batchId)) return false;
  const { rows } = await ctx.query('select 1 from signatures.signing_batch where agency_id = $1 and id = $2 and holder_reference = any($3)', [batch.agencyId, batch.batchId, [OWNER, RELEASE]]);
  return rows.length > 0 && (await endBatch(ctx, batch, 'given_up'));
}

/**
 * The signings of one thing and one person that wait in a batch that was sent. Locks the batch: called before a signing is locked, as whoever brings the
 * signatures does.
 */
export async function lockSentTogether(ctx: CommandContext, key: SigningKey): Promise<string[]> {
  const signing = await getSigning(ctx, key);
  const { subject, openedBy } = signing;
  const request = requestOf(signing);
  if (request?.isOfBatch !== true) return [];
  const { rowCount } = await ctx.query(
    `select 1 from signatures.signing_batch where agency_id = $1 and id = $2 and state = 'asked' and (holder_reference is null or holder_reference <> all($3::text[])) for update`,
    [key.agencyId, request.transactionId, [OWNER, RELEASE]],
  );
  if (rowCount !== 1) return [];
  const { rows } = await ctx.query(
    `select i.signing_id as id from signatures.signing_batch_item i join signatures.signing s on s.agency_id = i.agency_id and s.id = i.signing_id
      where i.agency_id = $1 and i.batch_id = $2 and s.subject_type = $3 and s.subject_id = $4 and s.opened_by ->> 'personId' = $5 order by i.position`,
    [key.agencyId, request.transactionId, subject.type, subject.id, openedBy.personId],
  );
  return rows.map(({ id }) => String(id));
}

/** From now on the batch brings the signature. */
export async function waitInBatch(ctx: CommandContext, { agencyId, signingId }: SigningKey, { prepared, batchId }: { prepared: Buffer; batchId: string }): Promise<void> {
  const request: HolderRequest = { transactionId: batchId, reference: null, turn: 0, isOfBatch: true };
  await ctx.query(`update signatures.signing set state = 'pending', attempt_until = null, prepared = $3, holder_reference = $4 where agency_id = $1 and id = $2`, [
    agencyId,
    signingId,
    prepared,
    JSON.stringify(request),
  ]);
}

/** Ends a signing whose file could not even be made ready, as an attempt of its own would have. */
export async function refuseUnprepared(ctx: CommandContext, { code, again, ...key }: SigningKey & { code: string; again: boolean }): Promise<void> {
  const attempt = await beginAttempt(ctx, key);
  if (attempt.kind === 'begun') await endAttempt(ctx, { ...key, attemptId: attempt.attemptId, code, again });
}

export type AskedBatch = {
  reference: string | null;
  turn: number;
  askedAt: Date;
  description: string;
  followedBy: number;
  credential: { agencyId: string; id: string };
  signingIds: string[];
  items: SignRequest['items'];
};

/** What a holder was asked and has not answered; undefined when there is nothing to ask for. */
export async function findAskedBatch(q: Queryable, { agencyId, batchId }: BatchKey): Promise<AskedBatch | undefined> {
  const { rows } = await q.query(
    `select holder_reference as reference, turn, asked_at as "askedAt", description, followed_by as "followedBy", json_build_object('agencyId', credential_agency_id, 'id', credential_id) as credential
       from signatures.signing_batch where agency_id = $1 and id = $2 and state = 'asked'`,
    [agencyId, batchId],
  );
  if (rows[0] === undefined) return undefined;
  const items = await itemsOf(q, { agencyId, batchId });
  const signed = items.map(({ attributes }) => ({ attributes, digest: createHash('sha256').update(attributes).digest() }));
  // safe because the statement selects exactly these columns
  return { ...(rows[0] as Omit<AskedBatch, 'items' | 'signingIds'>), signingIds: items.map(({ signingId }) => signingId), items: signed };
}

/** What each file of a batch has to be signed over, in the order asked for. */
export async function itemsOf(q: Pick<CommandContext, 'query'>, { agencyId, batchId }: BatchKey): Promise<{ signingId: string; attributes: Buffer }[]> {
  const { rows } = await q.query('select signing_id as "signingId", attributes from signatures.signing_batch_item where agency_id = $1 and batch_id = $2 order by position', [agencyId, batchId]);
  // safe because the statement selects exactly these columns
  return rows as { signingId: string; attributes: Buffer }[];
}

/** Notes what the holder called the request and when to ask again; does nothing when it was overtaken or is over. */
export async function askBatchAgain(ctx: CommandContext, input: BatchKey & { turn: number; reference: string | null; afterMs: number }): Promise<void> {
  const { rowCount } = await ctx.query(
    `update signatures.signing_batch set holder_reference = $4, turn = turn + 1 where agency_id = $1 and id = $2 and turn = $3 and state = 'asked'`,
    [input.agencyId, input.batchId, input.turn, input.reference],
  );
  if (rowCount === 1) enqueueTurn(ctx, input, { turn: input.turn + 1, afterMs: input.afterMs });
}

/** Has the batch's job ask again. */
export function enqueueTurn(ctx: CommandContext, { agencyId, batchId }: BatchKey, { turn, afterMs }: { turn: number; afterMs: number }): void {
  ctx.enqueue({ kind: 'signatures.poll-batch', agencyId, payload: { batchId, turn }, runAt: new Date(ctx.now.getTime() + afterMs) });
}

/**
 * Takes the holder's answer, which it may give only once: each signing keeps its own signature and from then on goes its own way, with a job
 * of its own that puts the signature into the file if nobody did before. Done twice, it is done once.
 * @param dueAfterMs how long the caller needs who puts the signatures in itself
 * @returns the signings that wait for their signature to be put in, with it
 */
export async function shareAnswer(ctx: CommandContext, input: BatchKey & { signatures: readonly (Buffer | undefined)[]; dueAfterMs: number }): Promise<{ signingId: string; signature: Buffer }[]> {
  if (!(await endBatch(ctx, input, 'answered'))) return [];
  const shared: { signingId: string; signature: Buffer }[] = [];
  for (const [position, { signingId }] of (await itemsOf(ctx, input)).entries()) {
    const key = { agencyId: input.agencyId, signingId };
    const signing = await getSigning(ctx, key, true);
    // Closed or begun anew meanwhile: nobody waits for this signature any more.
    if (signing.prepared === null || requestOf(signing)?.transactionId !== input.batchId) continue;
    const signature = input.signatures[position];
    if (signature === undefined) throw new Error('a holder answered fewer signatures than were asked for');
    // safe because perform-batch writes this column of a signing that waits in a batch
    const saved = JSON.parse(signing.prepared.toString('utf8')) as object;
    const request: HolderRequest = { transactionId: input.batchId, reference: null, turn: 0 };
    await ctx.query('update signatures.signing set prepared = $3, holder_reference = $4 where agency_id = $1 and id = $2', [
      input.agencyId,
      signingId,
      Buffer.from(JSON.stringify({ ...saved, answer: [signature.toString('base64')] })),
      JSON.stringify(request),
    ]);
    ctx.enqueue({ kind: 'signatures.poll-signing', agencyId: input.agencyId, payload: { signingId, turn: 0 }, runAt: new Date(ctx.now.getTime() + input.dueAfterMs) });
    shared.push({ signingId, signature });
  }
  return shared;
}

/** Ends a request that brought no signature: `again` opens the signings for another try, otherwise their locks are given up. */
export async function giveUpBatch(ctx: CommandContext, input: BatchKey & { code: string; again: boolean }): Promise<void> {
  if (!(await endBatch(ctx, input, 'given_up'))) return;
  const { agencyId, batchId, code, again } = input;
  for (const { signingId } of await itemsOf(ctx, input)) await giveUpRequest(ctx, { agencyId, signingId, transactionId: batchId, code, again });
}

export async function endBatch(ctx: CommandContext, { agencyId, batchId }: BatchKey, state: 'answered' | 'given_up'): Promise<boolean> {
  const { rowCount } = await ctx.query(`update signatures.signing_batch set state = $3, ended_at = $4 where agency_id = $1 and id = $2 and state = 'asked'`, [agencyId, batchId, state, ctx.now]);
  // What a consent brought opens nothing any more.
  await ctx.query(`update signatures.service_consent set state = 'used', access = null where agency_id = $1 and batch_id = $2 and state = 'given'`, [agencyId, batchId]);
  return rowCount === 1;
}

/** All signings of one person's batch are made with one credential. @throws signatures.signingNotFound · oneCredentialForAll */
export async function credentialOfAll(q: Queryable, agencyId: Id<'agency'>, signingIds: readonly string[]): Promise<{ agencyId: string; id: string }> {
  const [first, ...others] = await Promise.all(signingIds.map((signingId) => getSigning(q, { agencyId, signingId })));
  if (first === undefined) throw signatureErrors.signingNotFound();
  if (others.some(({ credentialId }) => credentialId !== first.credentialId)) throw signatureErrors.oneCredentialForAll();
  return { agencyId: first.credentialAgencyId, id: first.credentialId };
}

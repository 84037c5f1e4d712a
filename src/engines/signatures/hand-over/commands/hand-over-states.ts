import { createHash, timingSafeEqual } from 'node:crypto';
import type { CommandContext } from '#kernel/command.ts';
import type { Queryable } from '#kernel/database.ts';
import type { Id } from '#kernel/ids.ts';
import { giveUpRequest } from '../../commands/holder-requests.ts';
import { completeSigning, getSigning, type Completion } from '../../commands/signing-states.ts';
import type { HandOverKind, HandOverStatus } from '../contract.ts';
import { handOverErrors, type KeptRefusal } from '../errors.ts';

export type HandOverKey = { agencyId: Id<'agency'>; handOverId: string };

export type HandOver = {
  agencyId: Id<'agency'>;
  id: string;
  signingId: string;
  personId: string;
  kind: HandOverKind;
  state: HandOverStatus['state'];
  downloadKeyHash: string;
  uploadKeyHash: string;
  downloads: number;
  expiresAt: Date;
  uploadSha256: string | null;
  refusal: KeptRefusal | null;
};

const COLUMNS = `agency_id as "agencyId", id, signing_id as "signingId", person_id as "personId", kind, state, download_key_hash as "downloadKeyHash",
  upload_key_hash as "uploadKeyHash", downloads, expires_at as "expiresAt", upload_sha256 as "uploadSha256",
  case when refusal_code is not null then json_build_object('code', refusal_code, 'values', refusal_values) end as refusal`;

/** Signing programs ask more than once: a look before, a second try. */
const MOST_DOWNLOADS = 5;

/** How long a process that took a file has to finish it before the job does. */
const FINISH_AFTER_MS = 90_000;

export function keyHash(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** @throws signatures.handOverUnknown */
export async function getHandOver(q: Queryable, key: HandOverKey, lock = false): Promise<HandOver> {
  const { rows } = await q.query(`select ${COLUMNS} from signatures.hand_over where agency_id = $1 and id = $2 ${lock ? 'for update' : ''}`, [key.agencyId, key.handOverId]);
  if (rows[0] === undefined) throw handOverErrors.handOverUnknown();
  // safe because the statement selects exactly these columns
  return rows[0] as HandOver;
}

/** The newest hand-over of a signing; undefined when there was none. */
export async function findLatestHandOver(q: Queryable, key: { agencyId: string; signingId: string }): Promise<HandOver | undefined> {
  const { rows } = await q.query(`select ${COLUMNS} from signatures.hand_over where agency_id = $1 and signing_id = $2 order by opened_at desc, id desc limit 1`, [key.agencyId, key.signingId]);
  // safe because the statement selects exactly these columns
  return rows[0] as HandOver | undefined;
}

/** The hand-over that one of its addresses leads to. @throws signatures.handOverUnknown, the same for a wrong key as for none */
export function assertKey(kept: string, key: string): void {
  if (!timingSafeEqual(Buffer.from(kept, 'hex'), Buffer.from(keyHash(key), 'hex'))) throw handOverErrors.handOverUnknown();
}

/** Counts a download and answers which file. @throws signatures.handOverUnknown · handOverEnded · handOverExpired */
export async function fetchHandOver(ctx: CommandContext, input: HandOverKey & { key: string }): Promise<{ sha256: string }> {
  const handOver = await getHandOver(ctx, input, true);
  assertKey(handOver.downloadKeyHash, input.key);
  assertOpen(handOver, ctx.now);
  if (handOver.downloads >= MOST_DOWNLOADS) throw handOverErrors.handOverEnded();
  await ctx.query('update signatures.hand_over set downloads = downloads + 1 where agency_id = $1 and id = $2', [input.agencyId, input.handOverId]);
  const signing = await getSigning(ctx, handOver);
  const data = { signingId: signing.id, handOverId: handOver.id, times: handOver.downloads + 1 };
  ctx.record({ type: 'signatures.hand-over-fetched', agencyId: input.agencyId, subject: signing.subject, data });
  return { sha256: signing.baseSha256 };
}

/** @throws signatures.handOverEnded · handOverExpired */
export function assertOpen(handOver: HandOver, now: Date): void {
  if (handOver.state !== 'open') throw handOverErrors.handOverEnded();
  if (handOver.expiresAt <= now) throw handOverErrors.handOverExpired();
}

export type Received = { sha256: string; sizeBytes: number };

/**
 * Takes what was uploaded, once, and puts the job that finishes it into the same transaction. The same bytes again are the same
 * upload: answers what has become of it.
 * @throws signatures.handOverUnknown · handOverEnded · handOverExpired
 */
export async function takeUploaded(ctx: CommandContext, input: HandOverKey & Received & { key: string }): Promise<void> {
  const { signingId } = await getHandOver(ctx, input);
  const signing = await getSigning(ctx, { agencyId: input.agencyId, signingId }, true);
  const handOver = await getHandOver(ctx, input, true);
  assertKey(handOver.uploadKeyHash, input.key);
  if (handOver.uploadSha256 === input.sha256) return;
  assertOpen(handOver, ctx.now);
  await ctx.query(
    `update signatures.hand_over set state = 'received', upload_sha256 = $3, upload_size_bytes = $4, received_at = $5 where agency_id = $1 and id = $2`,
    [input.agencyId, input.handOverId, input.sha256, input.sizeBytes, ctx.now],
  );
  const { sha256, sizeBytes } = input;
  ctx.record({ type: 'signatures.hand-over-received', agencyId: input.agencyId, subject: signing.subject, data: { signingId, handOverId: handOver.id, sha256, sizeBytes } });
  const runAt = new Date(ctx.now.getTime() + FINISH_AFTER_MS);
  ctx.enqueue({ kind: 'signatures.finish-hand-over', agencyId: input.agencyId, payload: { handOverId: handOver.id }, runAt, dedupeKey: handOver.id });
}

/**
 * Ends a hand-over whose file is not accepted; the signing is open for another try, unless it ended by itself. Answers the state
 * that it has now: another process may have finished it meanwhile.
 */
export async function refuseUploaded(ctx: CommandContext, input: HandOverKey & { refusal: KeptRefusal }): Promise<HandOver['state']> {
  const { code, values } = input.refusal;
  const { signingId } = await getHandOver(ctx, input);
  const signing = await getSigning(ctx, { agencyId: input.agencyId, signingId }, true);
  const handOver = await getHandOver(ctx, input, true);
  if (handOver.state !== 'received') return handOver.state;
  await ctx.query(`update signatures.hand_over set state = 'refused', refusal_code = $3, refusal_values = $4, ended_at = $5 where agency_id = $1 and id = $2`, [
    input.agencyId,
    handOver.id,
    code,
    JSON.stringify(values),
    ctx.now,
  ]);
  const data = { signingId, handOverId: handOver.id, sha256: handOver.uploadSha256 ?? '', code };
  ctx.record({ type: 'signatures.hand-over-refused', agencyId: input.agencyId, subject: signing.subject, data });
  await giveUpRequest(ctx, { agencyId: input.agencyId, signingId, transactionId: handOver.id, code, again: true });
  return 'refused';
}

/** Ends the signing with the file that came back, as every other signing, and the hand-over with it: one transaction. */
export async function completeHandOver(ctx: CommandContext, { handOverId, ...completion }: Completion & { handOverId: string }): Promise<void> {
  await completeSigning(ctx, completion);
  await ctx.query(`update signatures.hand_over set state = 'completed', ended_at = $3 where agency_id = $1 and id = $2 and state = 'received'`, [completion.agencyId, handOverId, ctx.now]);
}

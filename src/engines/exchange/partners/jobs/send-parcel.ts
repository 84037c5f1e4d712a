import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { outsideJob } from '#kernel/jobs.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { adapterOf, type SendResult, type TransferId } from '../adapter.ts';
import { featureOf, NOT_UNDERSTOOD } from '../features.ts';
import { parcelOf } from '../parcels.ts';
import { openLine } from '../partner-rows.ts';
import { isOwnTrouble } from '../own-trouble.ts';
import { settleFailure, settleTransfer } from '../settle-transfer.ts';
import { takeTransfer, type Begun } from '../take-transfer.ts';

/** A call to a partner ends after this; a large file goes on with the next one. */
export const CALL_MS = 60_000;
const JOB = 'exchange.send-parcel';

/**
 * One try of one parcel: taken up in a transaction, sent outside any, written down in another. Whoever dies in between has
 * sent something that nobody noted: it is sent again, and the partner knows it by its id.
 */
export const sendParcelJobDefinition = outsideJob({
  kind: JOB,
  // safe because only this engine writes these payloads
  payload: z.object({ transferId: z.uuid().transform((id) => id as TransferId) }),
  handle: async (kernel, job) => {
    const options = { actor: systemActor(JOB) };
    const begun = await run(kernel, takeTransfer, { agencyId: job.agencyId, transferId: job.payload.transferId }, options);
    if (begun === undefined) return;
    const tried = await send(kernel, begun).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
    if ('result' in tried) await run(kernel, settleTransfer, { ...begun, ...tried }, options);
    // Our own database or disk is away: that says nothing of the parcel, which comes back when its hold has ended.
    else if (isOwnTrouble(tried.error)) throw tried.error;
    else await run(kernel, settleFailure, { ...begun, ...tried }, options);
  },
});

async function send(kernel: Kernel, { transfer, partner }: Begun): Promise<SendResult> {
  const place = { now: kernel.clock.now(), query: (text: string, values?: unknown[]) => kernel.database.pool.query(text, values) };
  const parcel = await parcelOf(place, transfer);
  const adapter = adapterOf(kernel, partner.protocol);
  const line = openLine(kernel, partner, AbortSignal.timeout(CALL_MS));
  if (parcel.kind === 'envelope' || parcel.kind === 'answer') return adapter.send(line, parcel);
  if (adapter.tell === undefined || !partner.features.includes(featureOf[parcel.kind])) return { outcome: 'refused', code: 'notUnderstood', problem: NOT_UNDERSTOOD };
  return adapter.tell(line, parcel);
}

/** What is dated so far ahead was dated by a machine whose clock was wrong. */
const FURTHEST_AHEAD_MS = 3_600_000;

/** Brings back to the queue what is due and has no job: after a crash, or when a line or a clock is right again. The rows are the truth. */
export async function sweepTransfers(kernel: Kernel): Promise<void> {
  const now = kernel.clock.now();
  await kernel.database.pool.query(`update exchange.transfer set next_try_at = $1, changed_at = $1 where state in ('waiting', 'sent') and changed_at > $2`, [now, new Date(now.getTime() + FURTHEST_AHEAD_MS)]);
  await kernel.database.pool.query(
    `insert into kernel.job (agency_id, id, kind, payload, dedupe_key, run_at, created_at)
     select t.agency_id, gen_random_uuid(), $2, jsonb_build_object('transferId', t.id), t.id || ':' || (extract(epoch from t.next_try_at) * 1000)::bigint, t.next_try_at, $1
       from exchange.transfer t where t.state in ('waiting', 'sent') and t.next_try_at <= $1
     on conflict (agency_id, kind, dedupe_key) where dedupe_key is not null do nothing`,
    [now, JOB],
  );
}

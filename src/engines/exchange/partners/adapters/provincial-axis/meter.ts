import type { Queryable } from '#kernel/database.ts';
import { vietnamDay } from '#kernel/time.ts';
import type { PartnerId } from '../../adapter.ts';
import { MEGABYTE } from '../edxml-packets/packet-settings.ts';
import { AxisProblem } from './axis-problem.ts';
import { type Config } from './settings.ts';

const MINUTE_MS = 60_000;

export type Usage = { messages: number; bytes: number; requests: number };

/** Counts a request, for all servers together. @throws AxisProblem 33 when the minute's requests are used up */
export async function countRequest(q: Queryable, of: { partnerId: PartnerId; config: Config; now: Date }): Promise<Usage> {
  const minute = new Date(Math.floor(of.now.getTime() / MINUTE_MS) * MINUTE_MS);
  const { rows } = await q.query(
    `insert into exchange.axis_meter as m (partner_id, day, messages, bytes, minute, requests, seen_at) values ($1, $2, 0, 0, $3, 1, $4)
     on conflict (partner_id) do update set seen_at = $4, day = $2, minute = $3,
       messages = case when m.day = $2 then m.messages else 0 end, bytes = case when m.day = $2 then m.bytes else 0 end,
       requests = case when m.minute = $3 then m.requests + 1 else 1 end
     returning messages, bytes, requests`,
    [of.partnerId, vietnamDay(of.now), minute, of.now],
  );
  // safe because the statement returns exactly these columns
  const usage = rows[0] as Omit<Usage, 'bytes'> & { bytes: number | string };
  const { requestsPerMinute } = of.config.quotas;
  if (usage.requests > requestsPerMinute) {
    const retryAfterSeconds = Math.max(1, Math.ceil((minute.getTime() + MINUTE_MS - of.now.getTime()) / 1000));
    throw new AxisProblem('quotaUsed', { detail: `${String(requestsPerMinute)} yêu cầu mỗi phút`, detailEn: `${String(requestsPerMinute)} requests a minute`, retryAfterSeconds });
  }
  return { ...usage, bytes: Number(usage.bytes) };
}

type Message = { partnerId: PartnerId; config: Config; now: Date; sizeBytes: number };

const FITS = 'partner_id = $1 and case when day = $2 then messages else 0 end < $4 and case when day = $2 then bytes else 0 end + $3::bigint <= $5';

function valuesOf({ partnerId, config: { quotas }, now, sizeBytes }: Message): unknown[] {
  return [partnerId, vietnamDay(now), sizeBytes, quotas.messagesPerDay, quotas.megabytesPerDay * MEGABYTE];
}

/** Whether a message of this size fits into the day's quota. */
export async function hasRoom(q: Queryable, message: Message): Promise<boolean> {
  const { rowCount } = await q.query(`select 1 from exchange.axis_meter where ${FITS}`, valuesOf(message));
  return rowCount === 1;
}

/**
 * Takes one message of this size out of the day's quota, which may have begun while the message came.
 * @throws AxisProblem 33 when it does not fit any more
 */
export async function countMessage(q: Queryable, message: Message): Promise<void> {
  const { rowCount } = await q.query(
    `update exchange.axis_meter set day = $2, messages = case when day = $2 then messages else 0 end + 1, bytes = case when day = $2 then bytes else 0 end + $3::bigint where ${FITS}`,
    valuesOf(message),
  );
  if (rowCount !== 1) throw quotaUsed(message);
}

/** The day's quota is used up, until midnight. */
export function quotaUsed({ config, now }: Pick<Message, 'config' | 'now'>): AxisProblem {
  const { messagesPerDay, megabytesPerDay } = config.quotas;
  return new AxisProblem('quotaUsed', {
    detail: `${String(messagesPerDay)} gói tin hoặc ${String(megabytesPerDay)} MB mỗi ngày`,
    detailEn: `${String(messagesPerDay)} packets or ${String(megabytesPerDay)} MB a day`,
    retryAfterSeconds: secondsToMidnight(now),
  });
}

const VIETNAM_MS = 7 * 3_600_000;
const DAY_MS = 86_400_000;

function secondsToMidnight(now: Date): number {
  return Math.ceil((DAY_MS - ((now.getTime() + VIETNAM_MS) % DAY_MS)) / 1000);
}

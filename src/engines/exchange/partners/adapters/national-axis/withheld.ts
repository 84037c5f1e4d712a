import type { CommandContext } from '#kernel/command.ts';
import type { PartnerId } from '../../adapter.ts';
import type { AxisLine } from './settings.ts';

const FIRST_PAUSE = `interval '1 minute'`;
const LONGEST_PAUSE = `interval '6 hours'`;
/** As much of a sender's code, and of what the axis said, as is kept. */
const LONGEST_CODE = 100;
const LONGEST_PROBLEM = 1000;

export type Listed = { docId: string; messageType: 'edoc' | 'status'; from?: string | null | undefined };

/** What was not given so far, and when each is asked for again. A pause longer than any was set by a machine whose clock was ahead, and is over. */
export async function withheldOf({ kernel, partnerId }: AxisLine): Promise<Map<string, Date>> {
  const { rows } = await kernel.database.pool.query<{ docId: string; nextAskAt: Date }>(
    `select doc_id as "docId", case when next_ask_at > $2::timestamptz + ${LONGEST_PAUSE} then $2 else next_ask_at end as "nextAskAt" from exchange.axis_withheld where partner_id = $1`,
    [partnerId, kernel.clock.now()],
  );
  return new Map(rows.map(({ docId, nextAskAt }) => [docId, nextAskAt]));
}

/** Notes that the axis did not give a packet. Each time doubles the pause, from a minute to six hours; workers that asked at once count once. */
export async function noteWithheld({ kernel, partnerId }: AxisLine, packet: Listed, failure: { code: string; message: string }): Promise<void> {
  await kernel.database.pool.query(
    `insert into exchange.axis_withheld as w (partner_id, doc_id, message_type, from_code, problem_code, problem, refusals, since, next_ask_at)
     values ($1, $2, $3, $4, $5, $6, 1, $7, $7::timestamptz + ${FIRST_PAUSE})
     on conflict (partner_id, doc_id) do update
       set problem_code = excluded.problem_code, problem = excluded.problem, refusals = w.refusals + 1,
           next_ask_at = $7::timestamptz + least(${LONGEST_PAUSE}, ${FIRST_PAUSE} * 2 ^ least(w.refusals, 20))
     where w.next_ask_at <= $7 or w.next_ask_at > $7::timestamptz + ${LONGEST_PAUSE}`,
    [partnerId, packet.docId, packet.messageType, kept(packet.from ?? '', LONGEST_CODE) || null, failure.code, kept(failure.message, LONGEST_PROBLEM), kernel.clock.now()],
  );
}

/** What the axis said, as the database takes it. */
const kept = (said: string, most: number): string => said.replaceAll('\0', '').slice(0, most).toWellFormed();

/** They were given, or are listed no more. The rows are locked in one order, as by everybody: two that wait for each other's would both get nowhere. */
export async function forgetWithheld({ kernel, partnerId }: AxisLine, docIds: readonly string[]): Promise<void> {
  if (docIds.length === 0) return;
  await kernel.database.pool.query(
    `with gone as materialized (select doc_id from exchange.axis_withheld where partner_id = $1 and doc_id = any ($2::text[]) order by doc_id for update)
     delete from exchange.axis_withheld w using gone where w.partner_id = $1 and w.doc_id = gone.doc_id`,
    [partnerId, docIds],
  );
}

/** Ends the pauses of all that a partner does not give. Returns how many they are. */
export async function endPauses(ctx: CommandContext, partnerId: PartnerId): Promise<number> {
  const { rowCount } = await ctx.query(
    `with held as materialized (select doc_id from exchange.axis_withheld where partner_id = $1 order by doc_id for update)
     update exchange.axis_withheld w set next_ask_at = least(w.next_ask_at, $2) from held where w.partner_id = $1 and w.doc_id = held.doc_id`,
    [partnerId, ctx.now],
  );
  return rowCount ?? 0;
}

import type { z } from 'zod';
import type { Actor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { assertKeepsPartners, mayKeepPartners } from '../../../policy.ts';
import type { withheldCursor, withheldPage } from '../../contract.ts';
import { partnerErrors } from '../../errors.ts';
import { collectSoon } from '../../jobs/poll-partner.ts';
import { findPartner, lockPartner } from '../../partner-rows.ts';
import { recordPartnerEvent } from '../../record.ts';
import { troubleInWords, type TroubleWords } from '../../trouble-words.ts';
import { endPauses } from './withheld.ts';

const PAGE = 100;

type Row = { docId: string; messageType: 'edoc' | 'status'; fromCode: string | null; problemCode: string; problem: string; refusals: number; since: Date; nextAskAt: Date; isHere: boolean };

/** A page of the packets that a partner lists and does not give, oldest first, with how many there are. @throws exchange.partnerNotFound */
export async function listWithheld({ database: { pool } }: Kernel, of: { partnerId: string; after: z.output<typeof withheldCursor> | undefined; actor: Actor }): Promise<z.input<typeof withheldPage>> {
  const partner = await findPartner(pool, of.partnerId);
  if (partner === undefined) throw partnerErrors.partnerNotFound();
  const { rows } = await pool.query<Row>(
    `select w.doc_id as "docId", w.message_type as "messageType", w.from_code as "fromCode", w.problem_code as "problemCode", w.problem, w.refusals, w.since, w.next_ask_at as "nextAskAt",
            exists (select from exchange.inbound i where i.partner_id = w.partner_id and i.partner_ref = w.doc_id) as "isHere"
       from exchange.axis_withheld w
      where w.partner_id = $1 and ($2::timestamptz is null or (w.since, w.doc_id) > ($2, $3))
      order by w.since, w.doc_id limit $4`,
    [partner.id, of.after?.since ?? null, of.after?.docId ?? null, PAGE],
  );
  const counted = await pool.query<{ total: number }>('select count(*) as total from exchange.axis_withheld where partner_id = $1', [partner.id]);
  const last = rows.length < PAGE ? undefined : rows.at(-1);
  return {
    packets: rows.map((row) => ({ ...row, since: row.since.toISOString(), nextAskAt: row.nextAskAt.toISOString(), trouble: whyWithheld(row) })),
    total: counted.rows[0]?.total ?? 0,
    next: last === undefined ? null : `${last.since.toISOString()} ${last.docId}`,
    abilities: mayKeepPartners(of.actor) && partner.state === 'active' ? ['ask-again'] : [],
  };
}

/** Why the axis does not give it, and what to do; what the axis said in words of its own stands as it came. */
function whyWithheld({ isHere, problemCode: code, problem }: Row): TroubleWords {
  if (isHere) {
    return {
      vi: 'gói tin đã lấy về và đang được xử lý, chỉ lời báo đã nhận là trục chưa ghi',
      en: 'the packet lies here and is worked on; only that we have it was not taken down by the axis',
      fixVi: 'Không phải làm gì; nếu kéo dài, báo đơn vị vận hành trục kèm mã gói tin.',
      fixEn: 'There is nothing to do; if it goes on, tell the operators of the axis, with the id of the packet.',
      raw: code,
    };
  }
  return (
    troubleInWords({ code, problem }) ?? {
      vi: `trục liệt kê mà chưa giao: ${problem}`,
      en: `listed and not given by the axis: ${problem}`,
      fixVi: 'Báo đơn vị vận hành trục kèm mã gói tin; việc gấp thì đề nghị nơi gửi gửi lại.',
      fixEn: 'Tell the operators of the axis, with the id of the packet; where it is urgent, ask the sender to send it again.',
      raw: code,
    }
  );
}

/** Has all that a partner lists and does not give asked for at once. @throws exchange.partnerNotFound also for a partner that is no axis, exchange.partnerStateWrong */
export async function askWithheldAgain(ctx: CommandContext, input: { partnerId: string }): Promise<void> {
  const partner = await lockPartner(ctx, input.partnerId);
  assertKeepsPartners(ctx.actor);
  if (partner.protocol !== 'national_axis') throw partnerErrors.partnerNotFound();
  if (partner.state !== 'active') throw partnerErrors.partnerStateWrong();
  const count = await endPauses(ctx, partner.id);
  collectSoon(ctx, partner.id);
  recordPartnerEvent(ctx, 'withheld-retried', { partner, data: { count } });
}

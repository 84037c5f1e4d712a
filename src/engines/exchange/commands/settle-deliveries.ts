import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { isoInVietnam } from '#kernel/time.ts';
import type { BusinessKind, DeliveryAnswered } from '../contract.ts';
import { noticeWords } from '../domain/notice.ts';
import { OPEN_STATES, statusRules } from '../domain/status.ts';
import { AUTOMATIC } from './automatic.ts';

type AgencyId = Id<'agency'>;

type Key = { agencyId: AgencyId; envelopeId: string; recipientAgencyId: AgencyId; recipientName: string; subject: { type: string; id: string }; /** Of the envelope; a document unless told. */ kind?: BusinessKind | 'new' };

/** What became of a delivery: taken or refused by the receiving side at once, or not delivered. */
export type Settled = Key &
  (
    | { state: 'arrived' | 'refused'; /** What a notice or a replacement that came first made of it at once. */ standing?: 'recalled' | 'replaced' | undefined; deliveredTo: { agencyId: AgencyId; name: string }; answer: { status: '01' | '02'; reason: string | null; receipt: string; /** When the receipt was signed, where that was elsewhere; now unless told. */ at?: Date } }
    | { state: 'returned' | 'no_route'; deliveredTo?: { agencyId: AgencyId; name: string }; problem: string; successors: readonly { id: AgencyId; name: string; kind: string }[] }
  );

/**
 * Writes into the sender's record what became of its deliveries, a whole batch at once. The arrivals of one envelope are
 * one line of the sender's record; each refusal and each return is a line of its own.
 */
export async function settleDeliveries(ctx: CommandContext, settled: readonly Settled[]): Promise<void> {
  if (settled.length === 0) return;
  await updateDeliveries(ctx, settled);
  await insertAnswers(ctx, settled);
  await markReplaced(ctx, settled.filter((each) => each.kind === 'replace' && each.state === 'arrived'));
  recordArrivals(ctx, settled);
  for (const each of settled) recordSingle(ctx, each);
}

async function updateDeliveries(ctx: CommandContext, settled: readonly Settled[]): Promise<void> {
  const { rowCount } = await ctx.query(
    `update exchange.delivery d
        set state = s.state, arrived_at = case when s.status = '01' then $10::timestamptz end, status = s.status, answer_ordinal = case when s.status is null then 0 else 1 end, delivered_to_agency_id = s.delivered_to,
            delivered_to_name = s.delivered_to_name, problem = s.problem, successors = s.successors, changed_at = $10
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[], $9::jsonb[])
            as s (agency_id, envelope_id, recipient_agency_id, state, status, delivered_to, delivered_to_name, problem, successors)
      where d.agency_id = s.agency_id and d.envelope_id = s.envelope_id and d.recipient_agency_id = s.recipient_agency_id
        and d.answer_ordinal = 0 and d.state = any($11::text[])`,
    [
      settled.map((each) => each.agencyId),
      settled.map((each) => each.envelopeId),
      settled.map((each) => each.recipientAgencyId),
      settled.map((each) => ('answer' in each ? each.standing : undefined) ?? each.state),
      settled.map((each) => answerOf(each)?.status ?? null),
      settled.map((each) => each.deliveredTo?.agencyId ?? null),
      settled.map((each) => each.deliveredTo?.name ?? null),
      settled.map((each) => ('problem' in each ? each.problem : (each.answer.reason ?? null))),
      settled.map((each) => ('problem' in each ? JSON.stringify(each.successors) : null)),
      ctx.now,
      OPEN_STATES,
    ],
  );
  if (rowCount !== new Set(settled.map(keyOf)).size) await assertNotCancelled(ctx, settled);
}

function keyOf(each: Key): string {
  return `${each.agencyId} ${each.envelopeId} ${each.recipientAgencyId}`;
}

/** The sender called a delivery off while it was being made: nothing of it may stay, so the batch is done again without it. */
async function assertNotCancelled(ctx: CommandContext, settled: readonly Settled[]): Promise<void> {
  const { rowCount } = await ctx.query(
    `select 1 from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as s (agency_id, envelope_id, recipient_agency_id)
       join exchange.delivery d on d.agency_id = s.agency_id and d.envelope_id = s.envelope_id and d.recipient_agency_id = s.recipient_agency_id
      where d.state = 'cancelled'`,
    [settled.map((each) => each.agencyId), settled.map((each) => each.envelopeId), settled.map((each) => each.recipientAgencyId)],
  );
  if (rowCount !== 0) throw new Error('a delivery was called off while it was being made');
}

/** Whoever has the replacing document has the replaced one no longer in force. */
async function markReplaced(ctx: CommandContext, arrived: readonly Settled[]): Promise<void> {
  if (arrived.length === 0) return;
  await ctx.query(
    `update exchange.delivery d set state = 'replaced', changed_at = $4
       from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as s (agency_id, envelope_id, recipient_agency_id)
       join exchange.envelope e on e.agency_id = s.agency_id and e.id = s.envelope_id
       join exchange.envelope o on o.agency_id = e.agency_id and o.id = e.of_envelope_id
       join exchange.envelope sent on sent.agency_id = o.agency_id and sent.subject_type = o.subject_type and sent.subject_id = o.subject_id and sent.kind in ('new', 'replace')
      where d.agency_id = sent.agency_id and d.envelope_id = sent.id and d.recipient_agency_id = s.recipient_agency_id
        and d.state in ('arrived', 'registered', 'assigned', 'in_process', 'completed')`,
    [arrived.map((each) => each.agencyId), arrived.map((each) => each.envelopeId), arrived.map((each) => each.recipientAgencyId), ctx.now],
  );
}

function answerOf(each: Settled) {
  return 'answer' in each ? each.answer : undefined;
}

async function insertAnswers(ctx: CommandContext, settled: readonly Settled[]): Promise<void> {
  const answered = settled.flatMap((each) => ('answer' in each ? { ...each } : []));
  if (answered.length === 0) return;
  await ctx.query(
    `insert into exchange.delivery_answer (agency_id, envelope_id, recipient_agency_id, ordinal, status, at, by_name, reason, receipt)
     select a.agency_id, a.envelope_id, a.recipient_agency_id, 1, a.status, a.at, $8, a.reason, a.receipt
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[]) as a (agency_id, envelope_id, recipient_agency_id, status, reason, receipt, at)
     on conflict do nothing`,
    [
      answered.map((each) => each.agencyId),
      answered.map((each) => each.envelopeId),
      answered.map((each) => each.recipientAgencyId),
      answered.map((each) => each.answer.status),
      answered.map((each) => each.answer.reason),
      answered.map((each) => each.answer.receipt),
      answered.map((each) => each.answer.at ?? ctx.now),
      AUTOMATIC.name,
    ],
  );
}

function recordArrivals(ctx: CommandContext, settled: readonly Settled[]): void {
  const arrived = settled.filter((each) => each.state === 'arrived');
  for (const group of Map.groupBy(arrived, (each) => `${each.agencyId} ${each.envelopeId}`).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { agencyId, subject, envelopeId, kind = 'new' } = first;
    if (kind !== 'new' && kind !== 'replace') {
      const data = { envelopeId, kindVi: noticeWords[kind].vi, kindEn: noticeWords[kind].en, count: group.length };
      ctx.record({ type: 'exchange.notices-arrived', agencyId, subject, data });
      continue;
    }
    ctx.record({
      type: 'exchange.deliveries-arrived',
      agencyId,
      subject,
      data: { envelopeId, count: group.length, recipients: group.map((each) => each.recipientAgencyId) },
    });
  }
}

function recordSingle(ctx: CommandContext, each: Settled): void {
  const { agencyId, subject, envelopeId, recipientAgencyId, recipientName } = each;
  if (each.state === 'returned') {
    const data = { envelopeId, recipientAgencyId, recipientName, problem: each.problem, successors: each.successors };
    ctx.record({ type: 'exchange.delivery-returned', agencyId, subject, data });
  }
  if (each.state === 'refused') {
    const rule = statusRules['02'];
    const data: DeliveryAnswered = {
      envelopeId,
      recipientAgencyId,
      recipientName,
      status: '02',
      statusVi: rule.vi,
      statusEn: rule.en,
      at: isoInVietnam(ctx.now),
      by: AUTOMATIC.name,
      reason: each.answer.reason,
    };
    ctx.record({ type: 'exchange.delivery-answered', agencyId, subject, data });
  }
}

import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { databaseJob, type ClaimedJob } from '#kernel/jobs.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { deliveryStatus, type BusinessKind, type DeliveryAnswered, type DeliveryStatus } from '../contract.ts';
import { boundReceipts } from '../bound-receipts.ts';
import { noticeWords } from '../domain/notice.ts';
import { statusRules } from '../domain/status.ts';
import { sendAnswersOut } from '../partners/transfers.ts';

const payload = z.object({ messageId: z.uuid(), ordinal: z.number().int().min(1) });

/** An answer with the delivery that it belongs to. */
export type Target = {
  agencyId: Id<'agency'>;
  envelopeId: string;
  recipientAgencyId: Id<'agency'>;
  recipientName: string;
  type: string;
  subjectId: string;
  ordinal: number;
  status: DeliveryStatus;
  at: Date;
  byName: string;
  byTitle: string | null;
  reason: string | null;
  receipt: string;
  /** Of the envelope; a document unless told. */
  kind?: BusinessKind | 'new';
};

/**
 * Carries answers back into the senders' records. An answer that comes twice has no second effect; one that was overtaken
 * by a later answer is kept, but does not change the state back.
 */
export const returnAnswerJob = databaseJob({
  kind: 'exchange.return-answer',
  payload,
  batchSize: 500,
  handle: async (ctx, jobs) => {
    await noteAnswers(ctx, await targetsOf(ctx, jobs));
    await sendAnswersOut(ctx, jobs.map((job) => ({ agencyId: job.agencyId, messageId: job.payload.messageId, ordinal: job.payload.ordinal })));
  },
});

/** Writes answers into the senders' records. What comes twice, or was overtaken by a later answer, changes no state. */
export async function noteAnswers(ctx: CommandContext, targets: readonly Target[]): Promise<void> {
  const isNew = await insertAnswers(ctx, targets);
  const fresh = targets.filter((target) => isNew.has(keyOf(target)));
  await updateDeliveries(ctx, newestOf(fresh));
  await markRecalled(ctx, fresh.filter((target) => target.status === '15'));
  for (const target of fresh) record(ctx, target);
}

/** An answer belongs to the delivery that was addressed to the agency, and to one that came to it as a successor: each gets a receipt that names it. */
async function targetsOf(ctx: CommandContext, jobs: readonly ClaimedJob<z.output<typeof payload>>[]): Promise<Target[]> {
  const columns = `d.agency_id as "agencyId", d.envelope_id as "envelopeId", d.recipient_agency_id as "recipientAgencyId", d.recipient_name as "recipientName", d.recipient_code as "recipientCode",
    e.subject_type as type, e.subject_id as "subjectId", e.kind, a.ordinal, a.status, a.at, a.by_name as "byName", a.by_title as "byTitle", a.reason, a.receipt`;
  const { rows } = await ctx.query(
    `with answer as (
       select m.agency_id as receiver, m.sender_agency_id, m.envelope_id, a.*
         from unnest($1::uuid[], $2::uuid[], $3::int[]) as j (agency_id, message_id, ordinal)
         join exchange.message_answer a on a.agency_id = j.agency_id and a.message_id = j.message_id and a.ordinal = j.ordinal
         join exchange.message m on m.agency_id = a.agency_id and m.id = a.message_id)
     select ${columns} from answer a
       join exchange.delivery d on d.agency_id = a.sender_agency_id and d.envelope_id = a.envelope_id and d.recipient_agency_id = a.receiver
       join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id
      where d.answer_ordinal > 0 and d.delivered_to_agency_id = a.receiver
     union all
     select ${columns} from answer a
       join exchange.delivery d on d.agency_id = a.sender_agency_id and d.envelope_id = a.envelope_id and d.delivered_to_agency_id = a.receiver
       join exchange.envelope e on e.agency_id = d.agency_id and e.id = d.envelope_id
      where d.answer_ordinal > 0 and d.delivered_to_agency_id <> d.recipient_agency_id`,
    [jobs.map((job) => job.agencyId), jobs.map((job) => job.payload.messageId), jobs.map((job) => job.payload.ordinal)],
  );
  // safe because the statement selects exactly these columns
  const targets = rows as (Target & { recipientCode: string | null })[];
  const receipts = await boundReceipts(ctx.kernel, targets.map(({ receipt, recipientAgencyId, recipientCode, recipientName }) => ({ receipt, addressed: { agencyId: recipientAgencyId, code: recipientCode, name: recipientName } })));
  return targets.map((row, index) => ({ ...row, status: deliveryStatus.parse(row.status), receipt: receipts[index] ?? row.receipt }));
}

function keyOf(target: { agencyId: string; envelopeId: string; recipientAgencyId: string; ordinal: number }): string {
  return `${target.agencyId} ${target.envelopeId} ${target.recipientAgencyId} ${String(target.ordinal)}`;
}

async function insertAnswers(ctx: CommandContext, targets: readonly Target[]): Promise<Set<string>> {
  const { rows } = await ctx.query(
    `insert into exchange.delivery_answer (agency_id, envelope_id, recipient_agency_id, ordinal, status, at, by_name, by_title, reason, receipt)
     select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::timestamptz[], $7::text[], $8::text[], $9::text[], $10::text[])
     on conflict do nothing
     returning agency_id as "agencyId", envelope_id as "envelopeId", recipient_agency_id as "recipientAgencyId", ordinal`,
    [
      targets.map((target) => target.agencyId),
      targets.map((target) => target.envelopeId),
      targets.map((target) => target.recipientAgencyId),
      targets.map((target) => target.ordinal),
      targets.map((target) => target.status),
      targets.map((target) => target.at),
      targets.map((target) => target.byName),
      targets.map((target) => target.byTitle),
      targets.map((target) => target.reason),
      targets.map((target) => target.receipt),
    ],
  );
  // safe because the statement returns exactly these columns
  return new Set((rows as Parameters<typeof keyOf>[0][]).map(keyOf));
}

type Newest = Target & { /** When the first of the new answers was given. */ firstAt: Date };

function newestOf(targets: readonly Target[]): Newest[] {
  const newest = new Map<string, Newest>();
  for (const target of targets) {
    const key = keyOf({ ...target, ordinal: 0 });
    const other = newest.get(key);
    const firstAt = other === undefined || target.at < other.firstAt ? target.at : other.firstAt;
    newest.set(key, other === undefined || other.ordinal < target.ordinal ? { ...target, firstAt } : { ...other, firstAt });
  }
  return [...newest.values()];
}

/** A refusal stands, also when the agreement to a recall overtook it: what was refused is neither recalled nor replaced there. */
async function updateDeliveries(ctx: CommandContext, targets: readonly Newest[]): Promise<void> {
  if (targets.length === 0) return;
  await ctx.query(
    `update exchange.delivery d
        set state = case when d.state in ('recalled', 'replaced') and t.state <> 'refused' then d.state else t.state end, status = t.status, answer_ordinal = t.ordinal, problem = t.reason, changed_at = $8,
            answered_at = coalesce(d.answered_at, t.at)
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[], $9::timestamptz[])
            as t (agency_id, envelope_id, recipient_agency_id, ordinal, state, status, reason, at)
      where d.agency_id = t.agency_id and d.envelope_id = t.envelope_id and d.recipient_agency_id = t.recipient_agency_id and d.answer_ordinal < t.ordinal`,
    [
      targets.map((target) => target.agencyId),
      targets.map((target) => target.envelopeId),
      targets.map((target) => target.recipientAgencyId),
      targets.map((target) => target.ordinal),
      targets.map((target) => statusRules[target.status].state),
      targets.map((target) => target.status),
      targets.map((target) => target.reason),
      ctx.now,
      targets.map((target) => target.firstAt),
    ],
  );
}

/** Who agreed to a recall, a taking back or its removal has the document no longer. */
async function markRecalled(ctx: CommandContext, targets: readonly Target[]): Promise<void> {
  if (targets.length === 0) return;
  await ctx.query(
    `update exchange.delivery d set state = 'recalled', changed_at = $4
       from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as t (agency_id, envelope_id, recipient_agency_id)
       join exchange.envelope e on e.agency_id = t.agency_id and e.id = t.envelope_id
      where e.cancels and d.agency_id = e.agency_id and d.envelope_id = e.of_envelope_id and d.recipient_agency_id = t.recipient_agency_id
        and d.state in ('arrived', 'registered', 'assigned', 'in_process', 'completed', 'replaced')`,
    [targets.map((target) => target.agencyId), targets.map((target) => target.envelopeId), targets.map((target) => target.recipientAgencyId), ctx.now],
  );
}

function record(ctx: CommandContext, target: Target): void {
  const rule = statusRules[target.status];
  const data: DeliveryAnswered = {
    envelopeId: target.envelopeId,
    recipientAgencyId: target.recipientAgencyId,
    recipientName: target.recipientName,
    status: target.status,
    ...(target.kind === undefined || target.kind === 'new' || target.kind === 'replace'
      ? { statusVi: rule.vi, statusEn: rule.en }
      : { statusVi: `${rule.vi} ${noticeWords[target.kind].vi}`, statusEn: `${rule.en}: ${noticeWords[target.kind].en}` }),
    at: isoInVietnam(target.at),
    by: target.byName,
    reason: target.reason,
    ...(target.kind === undefined || target.kind === 'new' ? {} : { kind: target.kind }),
  };
  const subject = { type: target.type, id: target.subjectId };
  if (target.status === '16') ctx.record({ type: 'exchange.notice-refused', agencyId: target.agencyId, subject, data });
  else ctx.record({ type: 'exchange.delivery-answered', agencyId: target.agencyId, subject, data });
}

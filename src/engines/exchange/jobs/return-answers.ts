import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { databaseJob, type ClaimedJob } from '#kernel/jobs.ts';
import { isoInVietnam } from '#kernel/time.ts';
import { deliveryStatus, type DeliveryAnswered, type DeliveryStatus } from '../contract.ts';
import { statusRules } from '../domain/status.ts';

const payload = z.object({ messageId: z.uuid(), ordinal: z.number().int().min(1) });

/** An answer with the delivery that it belongs to. */
type Target = {
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
    const targets = await targetsOf(ctx, jobs);
    const isNew = await insertAnswers(ctx, targets);
    const fresh = targets.filter((target) => isNew.has(keyOf(target)));
    await updateDeliveries(ctx, newestOf(fresh));
    for (const target of fresh) record(ctx, target);
  },
});

/** An answer belongs to the delivery that was addressed to the agency, and to one that came to it as a successor. */
async function targetsOf(ctx: CommandContext, jobs: readonly ClaimedJob<z.output<typeof payload>>[]): Promise<Target[]> {
  const columns = `d.agency_id as "agencyId", d.envelope_id as "envelopeId", d.recipient_agency_id as "recipientAgencyId", d.recipient_name as "recipientName",
    e.subject_type as type, e.subject_id as "subjectId", a.ordinal, a.status, a.at, a.by_name as "byName", a.by_title as "byTitle", a.reason, a.receipt`;
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
  return (rows as Target[]).map((row) => ({ ...row, status: deliveryStatus.parse(row.status) }));
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

function newestOf(targets: readonly Target[]): Target[] {
  const newest = new Map<string, Target>();
  for (const target of targets) {
    const key = keyOf({ ...target, ordinal: 0 });
    const other = newest.get(key);
    if (other === undefined || other.ordinal < target.ordinal) newest.set(key, target);
  }
  return [...newest.values()];
}

async function updateDeliveries(ctx: CommandContext, targets: readonly Target[]): Promise<void> {
  if (targets.length === 0) return;
  await ctx.query(
    `update exchange.delivery d
        set state = t.state, status = t.status, answer_ordinal = t.ordinal, problem = t.reason, changed_at = $8
       from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[], $7::text[])
            as t (agency_id, envelope_id, recipient_agency_id, ordinal, state, status, reason)
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
    ],
  );
}

function record(ctx: CommandContext, target: Target): void {
  const rule = statusRules[target.status];
  const data: DeliveryAnswered = {
    envelopeId: target.envelopeId,
    recipientAgencyId: target.recipientAgencyId,
    recipientName: target.recipientName,
    status: target.status,
    statusVi: rule.vi,
    statusEn: rule.en,
    at: isoInVietnam(target.at),
    by: target.byName,
    reason: target.reason,
  };
  ctx.record({ type: 'exchange.delivery-answered', agencyId: target.agencyId, subject: { type: target.type, id: target.subjectId }, data });
}

import { z } from 'zod';
import type { Id } from '#kernel/ids.ts';
import { databaseJob } from '#kernel/jobs.ts';
import { sendOpeningsOut } from '../partners/openings.ts';

type Opened = { agencyId: Id<'agency'>; envelopeId: string; recipientAgencyId: Id<'agency'>; recipientName: string; type: string; subjectId: string };

/** Tells senders that a recipient has looked at their document: those here at once, those of another installation by the outbox. */
export const returnOpeningJob = databaseJob({
  kind: 'exchange.return-opening',
  payload: z.object({ messageId: z.uuid() }),
  batchSize: 500,
  handle: async (ctx, jobs) => {
    const { rows } = await ctx.query(
      `update exchange.delivery d set opened_at = m.opened_at
         from unnest($1::uuid[], $2::uuid[]) as j (agency_id, message_id)
         join exchange.message m on m.agency_id = j.agency_id and m.id = j.message_id
         join exchange.envelope e on e.agency_id = m.sender_agency_id and e.id = m.envelope_id
        where d.agency_id = m.sender_agency_id and d.envelope_id = m.envelope_id and d.delivered_to_agency_id = m.agency_id and d.opened_at is null
        returning d.agency_id as "agencyId", d.envelope_id as "envelopeId", d.recipient_agency_id as "recipientAgencyId", d.recipient_name as "recipientName",
                  e.subject_type as type, e.subject_id as "subjectId"`,
      [jobs.map((job) => job.agencyId), jobs.map((job) => job.payload.messageId)],
    );
    // safe because the statement returns exactly these columns
    for (const { agencyId, type, subjectId, ...data } of rows as Opened[]) ctx.record({ type: 'exchange.deliveries-opened', agencyId, subject: { type, id: subjectId }, data });
    await sendOpeningsOut(ctx, jobs.map((job) => ({ agencyId: job.agencyId, messageId: job.payload.messageId })));
  },
});

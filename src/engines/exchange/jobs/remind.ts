import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { databaseJob } from '#kernel/jobs.ts';
import { readEnvelope } from '../envelope.ts';

/** Brings reminders to the receivers. Who has registered the document meanwhile hears nothing. */
export const remindJob = databaseJob({
  kind: 'exchange.remind',
  payload: z.object({ envelopeId: z.uuid(), holder: z.uuid(), by: z.string() }),
  batchSize: 500,
  handle: async (ctx, jobs) => {
    const { rows } = await ctx.query(
      `select m.agency_id as "agencyId", m.id as "messageId", m.original, j.by
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) as j (sender_agency_id, envelope_id, agency_id, by)
         join exchange.message m on m.agency_id = j.agency_id and m.sender_agency_id = j.sender_agency_id and m.envelope_id = j.envelope_id
        where m.state = 'arrived'`,
      [jobs.map((job) => job.agencyId), jobs.map((job) => job.payload.envelopeId), jobs.map((job) => job.payload.holder), jobs.map((job) => job.payload.by)],
    );
    // safe because the statement selects exactly these columns
    for (const row of rows as Reminded[]) recordReminder(ctx, row);
  },
});

type Reminded = { agencyId: Id<'agency'>; messageId: string; original: string; /** Who reminds. */ by: string };

/** Writes into the receiver's record that the sender of a message reminds of it; its inbox brings it before the clerks. */
export function recordReminder(ctx: CommandContext, { agencyId, messageId, original, by }: Reminded): void {
  const read = readEnvelope(original);
  const senderName = read.ok ? read.envelope.sender.name : '';
  ctx.record({ type: 'exchange.message-reminded', agencyId, subject: { type: 'message', id: messageId }, data: { messageId, senderName, by } });
}

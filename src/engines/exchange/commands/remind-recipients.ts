import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { exchangeErrors } from '../errors.ts';
import { sendRemindersOut } from '../partners/reminders.ts';
import { answeredBy } from './answer-message.ts';
import { lockSent, type SentSubject } from './sent-documents.ts';

/** Between two reminders of the same recipient. */
const PAUSE_MS = 3_600_000;

/**
 * Reminds recipients who have the document and have not registered it; those of the last hour are left alone. Through a partner it
 * goes only where the other side is an installation that understands reminders: they are no message of the law's.
 * @returns the recipients that are reminded.
 * @throws `exchange.nobodyToRemind`.
 */
export async function remindRecipients(ctx: CommandContext, input: SentSubject & { recipients?: readonly Id<'agency'>[] }): Promise<Id<'agency'>[]> {
  const sent = await lockSent(ctx, input);
  const late = sent.deliveries.filter((each) => each.state === 'arrived' && each.isRemindable && (input.recipients?.includes(each.recipientAgencyId) ?? true));
  const { rows } = await ctx.query(
    `update exchange.delivery d set reminded_at = $4, reminder_count = d.reminder_count + 1
       from unnest($2::uuid[], $3::uuid[]) as w (envelope_id, recipient_agency_id)
      where d.agency_id = $1 and d.envelope_id = w.envelope_id and d.recipient_agency_id = w.recipient_agency_id and (d.reminded_at is null or d.reminded_at <= $5)
      returning d.envelope_id as "envelopeId", d.recipient_agency_id as "recipientAgencyId", d.delivered_to_agency_id as holder, d.reminder_count as count, d.transfer_id is not null as "isElsewhere"`,
    [input.agencyId, late.map((each) => each.envelopeId), late.map((each) => each.recipientAgencyId), ctx.now, new Date(ctx.now.getTime() - PAUSE_MS)],
  );
  // safe because the statement returns exactly these columns
  const reminded = rows as { envelopeId: string; recipientAgencyId: Id<'agency'>; holder: Id<'agency'>; count: number; isElsewhere: boolean }[];
  if (reminded.length === 0) throw exchangeErrors.nobodyToRemind();
  const person = answeredBy(ctx);
  const by = person.title === null ? person.name : `${person.name} (${person.title})`;
  await sendRemindersOut(ctx, reminded.filter((each) => each.isElsewhere).map((each) => ({ agencyId: input.agencyId, ...each, by })));
  for (const each of reminded.filter(({ isElsewhere }) => !isElsewhere)) {
    const payload = { envelopeId: each.envelopeId, holder: each.holder, by };
    ctx.enqueue({ kind: 'exchange.remind', agencyId: input.agencyId, payload, dedupeKey: `${each.envelopeId}:${each.recipientAgencyId}:${String(each.count)}` });
  }
  const recipients = reminded.map((each) => each.recipientAgencyId);
  ctx.record({ type: 'exchange.reminder-sent', agencyId: input.agencyId, subject: input.subject, data: { recipientCount: recipients.length, recipients } });
  return recipients;
}

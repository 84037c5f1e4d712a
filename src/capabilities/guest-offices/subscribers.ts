import type { CommandContext } from '#kernel/command.ts';
import { subscribe } from '#kernel/events.ts';
import { vietnamDay } from '#kernel/time.ts';
import { agenciesOn, type AgencyId } from '#engines/identity/index.ts';
import { deliveriesArrived } from '#engines/exchange/contract.ts';

/** A document reached an office that nobody may enter at present: its sender reads so, with the reason, in the record of the document. */
export const onDeliveriesArrived = subscribe({
  event: 'exchange.deliveries-arrived',
  name: 'tell-sender-of-suspension',
  data: deliveriesArrived,
  handle: async (ctx, events) => {
    const recipients = [...new Set(events.flatMap(({ data }) => data.recipients))];
    const { rows } = await ctx.query(`select agency_id, suspension_reason from guest_offices.office where state = 'suspended' and agency_id = any($1::uuid[])`, [recipients]);
    // safe because the column holds agency ids
    const reasons = new Map(rows.map((row) => [row['agency_id'] as AgencyId, String(row['suspension_reason'])]));
    if (reasons.size === 0) return;
    const offices = await agenciesOn(ctx, [...reasons.keys()], vietnamDay(ctx.now));
    for (const { agencyId, subject, data } of events) {
      for (const recipient of data.recipients) {
        const reason = reasons.get(recipient);
        if (reason === undefined || !(await isFirst(ctx, { agencyId, envelopeId: data.envelopeId, recipient }))) continue;
        ctx.record({ type: 'guest-offices.recipient-suspended', agencyId, subject, data: { name: offices.get(recipient)?.name ?? '', reason } });
      }
    }
  },
});

/** Whether the sender has not been told of this delivery before: a job may run twice. */
async function isFirst(ctx: CommandContext, of: { agencyId: AgencyId; envelopeId: string; recipient: AgencyId }): Promise<boolean> {
  const { rowCount } = await ctx.query('insert into guest_offices.suspension_notice (agency_id, envelope_id, recipient_agency_id) values ($1, $2, $3) on conflict do nothing', [of.agencyId, of.envelopeId, of.recipient]);
  return rowCount === 1;
}

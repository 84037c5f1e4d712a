import { z } from 'zod';
import { subscribe } from '#kernel/events.ts';
import type { Id } from '#kernel/ids.ts';
import { closeTasks, openTasks, type TaskSelection } from '#engines/cases/index.ts';

/** Where the clerks of an agency deal with what was handed to them. */
const QUARANTINE_PATH = '/app/goi-cach-ly';
const KIND = 'exchange-partners.settle-arrival';

// safe because the record names agencies by their ids
const agencyId = z.uuid().transform((id) => id as Id<'agency'>);
const about = z.looseObject({ inboundId: z.uuid() });
const assigned = about.extend({ partnerName: z.string(), formerAgencyId: agencyId.nullable().default(null) });
const workOn = (inboundId: string, at: Id<'agency'>): TaskSelection => ({ agencyId: at, subject: { type: 'exchange-arrival', id: inboundId }, kind: KIND });

/** What was handed to an agency stands in the list of work of its clerks: nobody finds it otherwise. From those who had it before it is taken away. */
export const onArrivalHandedOver = subscribe({
  event: 'exchange.inbound-assigned',
  name: 'give-arrival-to-clerks',
  data: assigned,
  handle: async (ctx, events) => {
    for (const { agencyId: at, data } of events) {
      const { inboundId, partnerName, formerAgencyId } = data;
      if (formerAgencyId !== null && formerAgencyId !== at) await closeTasks(ctx, [workOn(inboundId, formerAgencyId)], 'cancelled');
      await openTasks(ctx, [{ ...workOn(inboundId, at), kind: KIND, assignee: { role: 'clerk' }, title: `Gói đến từ ${partnerName} cần xử lý bằng tay`, dueAt: null, urgency: 'urgent', href: QUARANTINE_PATH }]);
    }
  },
});

/** It is dealt with. */
export const onArrivalSettled = subscribe({
  event: 'exchange.inbound-settled',
  name: 'end-work-on-arrival',
  data: about,
  handle: async (ctx, events) => {
    await closeTasks(ctx, events.map(({ agencyId: at, data }) => workOn(data.inboundId, at)), 'done');
  },
});

/** An operator has it tried again: it is no clerk's matter any more. */
export const onArrivalRetried = subscribe({
  event: 'exchange.inbound-retried',
  name: 'take-arrival-from-clerks',
  data: about,
  handle: async (ctx, events) => {
    await closeTasks(ctx, events.map(({ agencyId: at, data }) => workOn(data.inboundId, at)), 'cancelled');
  },
});

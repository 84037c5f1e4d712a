import { z } from 'zod';
import { subscribe } from '#kernel/events.ts';
import type { Module } from '#kernel/module.ts';
import { messageArrived } from '../contract.ts';
import { exchangeHouse } from '../testing.ts';

/** Stands for a capability that reacts to arrivals: what it records shows whether it heard of each exactly once. */
const inboxProbe: Module = {
  name: 'inbox-probe',
  events: { 'letter-noted': { data: z.object({}), vi: 'Ghi nhận', en: 'Noted' } },
  subscriptions: [
    subscribe({
      event: 'exchange.message-arrived',
      name: 'note',
      data: messageArrived,
      handle: (ctx, events) => {
        for (const event of events) ctx.record({ type: 'inbox-probe.letter-noted', agencyId: event.agencyId, subject: { type: 'message', id: event.data.messageId }, data: {} });
        return Promise.resolve();
      },
    }),
  ],
};

/** The exchange with a listener beside it. */
export const faultHouse: readonly Module[] = [...exchangeHouse, inboxProbe];

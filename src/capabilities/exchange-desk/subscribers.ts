import { z } from 'zod';
import type { CommandContext } from '#kernel/command.ts';
import { subscribe, type DeliveredEvent } from '#kernel/events.ts';
import type { Id } from '#kernel/ids.ts';
import { deliveryTimes } from '#engines/exchange/index.ts';
import { markHours } from './figures.ts';

const aboutEnvelope = z.looseObject({
  envelopeId: z.uuid(),
  // safe because the events name agencies here
  recipientAgencyId: z.uuid().transform((id) => id as Id<'agency'>).optional(),
});
type AboutEnvelope = z.output<typeof aboutEnvelope>;

/** What becomes of a delivery changes the figures of the hour in which it was sent; an answer also those of the day on which it arrived. */
const told = ['deliveries-arrived', 'delivery-answered', 'delivery-returned', 'recipients-added'] as const;

export const subscriptions = told.map((event) => subscribe({ event: `exchange.${event}`, name: `count-${event}`, data: aboutEnvelope, batchSize: 500, handle: markChanged }));

async function markChanged(ctx: CommandContext, events: DeliveredEvent<AboutEnvelope>[]): Promise<void> {
  const times = await deliveryTimes(ctx, events.map(({ agencyId, data }) => ({ agencyId, envelopeId: data.envelopeId, recipientAgencyId: data.recipientAgencyId })));
  await markHours(
    ctx,
    times.flatMap(({ agencyId, sentAt, holderAgencyId, arrivedAt }) => [
      { agencyId, hour: sentAt },
      ...(holderAgencyId === null || arrivedAt === null ? [] : [{ agencyId: holderAgencyId, hour: arrivedAt }]),
    ]),
  );
}

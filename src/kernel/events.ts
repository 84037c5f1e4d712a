import type { z } from 'zod';
import type { ActorRecord } from './actor.ts';
import type { CommandContext } from './command.ts';
import type { Id } from './ids.ts';

/** The events of one module: past tense, each with the shape of its data and the sentence that a timeline shows. */
export type EventCatalogue = Record<string, { data: z.ZodType; vi: string; en: string }>;

/** What a command says that happened. */
export type NewEvent = {
  /** `<module>.<event>`, catalogued in the module's manifest. */
  type: string;
  /** The agency in whose record it stands. */
  agencyId: Id<'agency'>;
  subject: { type: string; id: string };
  data: Record<string, unknown>;
};

export type RecordedEvent = NewEvent & { id: Id<'event'>; at: Date; actor: ActorRecord; requestId: string };

/** An event as a subscriber's job carries it. */
export type DeliveredEvent<Data = Record<string, unknown>> = {
  id: Id<'event'>;
  type: string;
  agencyId: Id<'agency'>;
  at: string;
  actor: ActorRecord;
  subject: { type: string; id: string };
  data: Data;
};

/**
 * A reaction to an event, in a transaction of its own, after the one that recorded it. It gets up to `batchSize` events
 * at once, may get one twice, and must then have no second effect.
 */
export type Subscription = {
  event: string;
  /** Unique inside the module: names the job. */
  name: string;
  batchSize: number;
  handle: (ctx: CommandContext, events: DeliveredEvent[]) => Promise<void>;
};

/** Declares a subscription with the event's data parsed by its contract. */
export function subscribe<Schema extends z.ZodType<Record<string, unknown>>>(options: {
  event: string;
  name: string;
  data: Schema;
  batchSize?: number;
  handle: (ctx: CommandContext, events: DeliveredEvent<z.output<Schema>>[]) => Promise<void>;
}): Subscription {
  return {
    event: options.event,
    name: options.name,
    batchSize: options.batchSize ?? 200,
    handle: (ctx, events) =>
      options.handle(
        ctx,
        events.map((event) => ({ ...event, data: options.data.parse(event.data) })),
      ),
  };
}

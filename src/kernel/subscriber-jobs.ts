import { z } from 'zod';
import type { CommandContext } from './command.ts';
import type { DeliveredEvent, RecordedEvent, Subscription } from './events.ts';
import { databaseJob, type JobDefinition, type NewJob } from './jobs.ts';

/** So many events of one transaction go to a subscriber as one job: a letter to a whole province is not a row in the queue for each agency. */
const EVENTS_PER_JOB = 50;

type Payload = DeliveredEvent | { events: DeliveredEvent[] };

const payload = z.custom<Payload>((value) => typeof value === 'object' && value !== null && ('type' in value || ('events' in value && Array.isArray(value.events))));

/** The jobs that tell a subscriber of the events of one transaction, in their order. */
export function subscriberJobs(kind: string, events: readonly RecordedEvent[]): NewJob[] {
  return inSlices(events.map(delivered), EVENTS_PER_JOB).map((slice) => jobFor(kind, slice));
}

/**
 * The job of a subscription. Jobs that come together are handed on together, at most `batchSize` events at once. When the events of one
 * job cannot be worked on together, each becomes a job of its own, so that a bad one holds up no other.
 */
export function subscriberJob(kind: string, subscription: Subscription): JobDefinition {
  const definition = databaseJob({
    kind,
    payload,
    batchSize: subscription.batchSize,
    handle: async (ctx: CommandContext, batch) => {
      for (const events of inSlices(batch.flatMap((job) => eventsOf(job.payload)), subscription.batchSize)) await subscription.handle(ctx, events);
    },
  });
  return { ...definition, split: (job) => eventsOf(payload.parse(job.payload)).map((event) => jobFor(kind, [event])) };
}

function delivered({ id, type, agencyId, at, actor, subject, data }: RecordedEvent): DeliveredEvent {
  return { id, type, agencyId, at: at.toISOString(), actor, subject, data };
}

/** It stands in the queue of the agency of its first event. */
function jobFor(kind: string, events: DeliveredEvent[]): NewJob {
  const [first] = events;
  if (first === undefined) throw new Error('a job tells of an event');
  return { kind, agencyId: first.agencyId, payload: events.length === 1 ? first : { events } };
}

function eventsOf(content: Payload): DeliveredEvent[] {
  return 'events' in content ? content.events : [content];
}

function inSlices<Each>(list: Each[], size: number): Each[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));
}

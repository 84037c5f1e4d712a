import type { Actor } from './actor.ts';
import type { Clock } from './clock.ts';
import type { CommandContext } from './command.ts';
import type { Config } from './config.ts';
import type { Database } from './database.ts';
import type { DeliveredEvent, RecordedEvent, Subscription } from './events.ts';
import { databaseJob, type JobDefinition, type NewJob } from './jobs.ts';
import type { Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { Module, Recorder, Schedule } from './module.ts';
import { z } from 'zod';

/** What the running house consists of. Made once per process by the composition root. */
export type Kernel = {
  config: Config;
  log: Log;
  clock: Clock;
  database: Database;
  modules: readonly Module[];
  metrics: Metrics;
  jobs: ReadonlyMap<string, JobDefinition>;
  schedules: readonly Schedule[];
  scheduleMemory: Map<string, number>;
  recorder: Recorder;
  subscriberJobs(event: RecordedEvent): NewJob[];
  /** @throws Error when no module's catalogue has the event: a defect of the caller. */
  assertCatalogued(type: string): void;
  /** What engines keep per process: opened drivers, caches. Keyed by the engine's own symbol. */
  services: Map<symbol, unknown>;
};

export type KernelParts = { config: Config; log: Log; clock: Clock; database: Database; modules: readonly Module[] };

/** Puts the modules together and checks that they fit: every name once, every subscription to a catalogued event. */
export function createKernel(parts: KernelParts): Kernel {
  const catalogued = new Set(parts.modules.flatMap((module) => Object.keys(module.events ?? {}).map((event) => `${module.name}.${event}`)));
  const jobs = new Map<string, JobDefinition>();
  const addJob = (job: JobDefinition): void => {
    if (jobs.has(job.kind)) throw new Error(`job kind ${job.kind} is declared twice`);
    jobs.set(job.kind, job);
  };
  const subscriptionsByEvent = new Map<string, { kind: string; subscription: Subscription }[]>();
  for (const module of parts.modules) {
    for (const job of module.jobs ?? []) addJob(job);
    for (const subscription of module.subscriptions ?? []) {
      if (!catalogued.has(subscription.event)) throw new Error(`${module.name} subscribes to ${subscription.event}, which no module records`);
      const kind = `${module.name}.on:${subscription.name}`;
      addJob(subscriberJob(kind, subscription));
      const list = subscriptionsByEvent.get(subscription.event) ?? [];
      list.push({ kind, subscription });
      subscriptionsByEvent.set(subscription.event, list);
    }
  }
  const recorders = parts.modules.flatMap((module) => (module.recorder === undefined ? [] : [module.recorder]));
  return {
    ...parts,
    metrics: createMetrics(),
    jobs,
    schedules: parts.modules.flatMap((module) => module.schedules ?? []),
    scheduleMemory: new Map(),
    recorder: async (ctx, events) => {
      for (const recorder of recorders) await recorder(ctx, events);
    },
    subscriberJobs: (event) =>
      (subscriptionsByEvent.get(event.type) ?? []).map(({ kind }) => ({
        kind,
        agencyId: event.agencyId,
        payload: { id: event.id, type: event.type, agencyId: event.agencyId, at: event.at.toISOString(), actor: event.actor, subject: event.subject, data: event.data },
      })),
    assertCatalogued(type) {
      if (!catalogued.has(type)) throw new Error(`event ${type} is in no module's catalogue`);
    },
    services: new Map(),
  };
}

function subscriberJob(kind: string, subscription: Subscription): JobDefinition {
  return databaseJob({
    kind,
    payload: z.custom<DeliveredEvent>((value) => typeof value === 'object' && value !== null && 'type' in value),
    batchSize: subscription.batchSize,
    handle: (ctx: CommandContext, batch) =>
      subscription.handle(
        ctx,
        batch.map((job) => job.payload),
      ),
  });
}

/** A service that an engine opens once per process. */
export function service<Value>(key: symbol, open: (kernel: Kernel) => Value): (kernel: Kernel) => Value {
  return (kernel) => {
    if (!kernel.services.has(key)) kernel.services.set(key, open(kernel));
    // safe because only this function writes under this symbol
    return kernel.services.get(key) as Value;
  };
}

export type Authenticate = (kernel: Kernel, request: { cookies: Record<string, string | undefined>; headers: Record<string, unknown>; ip: string }) => Promise<Actor>;

import type { Actor } from './actor.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Database } from './database.ts';
import type { RecordedEvent } from './events.ts';
import type { JobDefinition, NewJob } from './jobs.ts';
import type { Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { Module, Recorder, Schedule } from './module.ts';
import { subscriberJob, subscriberJobs } from './subscriber-jobs.ts';

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
  /** What tells the subscribers of the events of one transaction. */
  subscriberJobs(events: readonly RecordedEvent[]): NewJob[];
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
  const kindsByEvent = new Map<string, string[]>();
  for (const module of parts.modules) {
    for (const job of module.jobs ?? []) addJob(job);
    for (const subscription of module.subscriptions ?? []) {
      if (!catalogued.has(subscription.event)) throw new Error(`${module.name} subscribes to ${subscription.event}, which no module records`);
      const kind = `${module.name}.on:${subscription.name}`;
      addJob(subscriberJob(kind, subscription));
      kindsByEvent.set(subscription.event, [...(kindsByEvent.get(subscription.event) ?? []), kind]);
    }
  }
  const recorders = parts.modules.flatMap((module) => (module.recorder === undefined ? [] : [module.recorder]));
  return {
    ...parts,
    metrics: createMetrics(),
    jobs,
    schedules: parts.modules.flatMap((module) => module.schedules ?? []),
    scheduleMemory: new Map(),
    recorder: (ctx, events) => {
      for (const recorder of recorders) recorder(ctx, events);
    },
    subscriberJobs: (events) =>
      [...Map.groupBy(events, ({ type }) => type)].flatMap(([type, group]) => (kindsByEvent.get(type) ?? []).flatMap((kind) => subscriberJobs(kind, group))),
    assertCatalogued(type) {
      if (!catalogued.has(type)) throw new Error(`event ${type} is in no module's catalogue`);
    },
    services: new Map(),
  };
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

import type { EventCatalogue, RecordedEvent, Subscription } from './events.ts';
import type { JobDefinition } from './jobs.ts';
import type { Route } from './route.ts';
import type { CommandContext } from './command.ts';
import type { Kernel } from './kernel.ts';

/** What an engine or a capability gives to the house: its manifest. */
export type Module = {
  /** Kebab-case; the PostgreSQL schema is the same with underscores. */
  name: string;
  /** Absolute path of the folder with the module's SQL files. */
  migrations?: string;
  routes?: readonly Route[];
  jobs?: readonly JobDefinition[];
  events?: EventCatalogue;
  subscriptions?: readonly Subscription[];
  schedules?: readonly Schedule[];
  /** Writes what is recorded, inside the command's transaction. Only the audit engine has one. */
  recorder?: Recorder;
  /** What a module gives to an engine's extension point, by the point's name. The engine exports a typed helper for each. */
  contributions?: Readonly<Record<string, readonly unknown[]>>;
  /** Counts for /metrics and what /health/ready and the doctor say. */
  health?: readonly HealthCheck[];
};

export type Recorder = (ctx: CommandContext, events: readonly RecordedEvent[]) => void;

/** A periodic task. It runs in one worker at a time and may run twice without harm. */
export type Schedule = { name: string; everyMs: number; run: (kernel: Kernel) => Promise<void> };

/**
 * What a part says of itself, to an operator: no names of people or documents. `warn`: people can work, and somebody should look;
 * `fail`: nobody should be sent to this process. Both say what to do.
 */
export type Health = { vi: string; en: string } & ({ status: 'ok' } | { status: 'warn' | 'fail'; fixVi: string; fixEn: string });

export type HealthCheck = { name: string; check: (kernel: Kernel) => Promise<Health> };

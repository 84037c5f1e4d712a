import type { z } from 'zod';
import type { CommandContext } from './command.ts';
import { newId, type Id } from './ids.ts';
import type { Kernel } from './kernel.ts';

/** Work for after a commit. The same dedupe key of one agency and kind stands in the queue once. */
export type NewJob = { kind: string; agencyId: Id<'agency'>; payload: Record<string, unknown>; runAt?: Date; dedupeKey?: string };

export type ClaimedJob<Payload = unknown> = { agencyId: Id<'agency'>; id: Id<'job'>; kind: string; payload: Payload; attempts: number };

type Common = {
  /** `<module>.<verb>`. */
  kind: string;
  /** After so many failures the job waits, visible, for a person. */
  maxAttempts: number;
  /** The parts of a job that stands for several; when it fails, each part becomes a job of its own. */
  split?: (job: ClaimedJob) => NewJob[];
};

/**
 * How one kind of job is done. `inTransaction` handlers write only to the database: the jobs of a batch vanish with the
 * same commit, so their effect happens once. `outside` handlers may talk to the world and must bear running twice.
 */
export type JobDefinition =
  | (Common & { mode: 'inTransaction'; batchSize: number; handle: (ctx: CommandContext, jobs: ClaimedJob[]) => Promise<void> })
  | (Common & { mode: 'outside'; batchSize: number; handle: (kernel: Kernel, jobs: ClaimedJob[]) => Promise<void> });

/** Declares a job whose whole effect is in the database. */
export function databaseJob<Schema extends z.ZodType>(options: {
  kind: string;
  payload: Schema;
  batchSize?: number;
  maxAttempts?: number;
  handle: (ctx: CommandContext, jobs: ClaimedJob<z.output<Schema>>[]) => Promise<void>;
}): JobDefinition {
  return {
    kind: options.kind,
    mode: 'inTransaction',
    batchSize: options.batchSize ?? 100,
    maxAttempts: options.maxAttempts ?? 12,
    handle: (ctx, jobs) =>
      options.handle(
        ctx,
        jobs.map((job) => ({ ...job, payload: options.payload.parse(job.payload) })),
      ),
  };
}

/** Declares a job that works outside the database and then, by commands, inside it. */
export function outsideJob<Schema extends z.ZodType>(options: {
  kind: string;
  payload: Schema;
  maxAttempts?: number;
  handle: (kernel: Kernel, job: ClaimedJob<z.output<Schema>>) => Promise<void>;
}): JobDefinition {
  return outsideBatchJob({
    ...options,
    batchSize: 1,
    handle: async (kernel, jobs) => {
      for (const job of jobs) await options.handle(kernel, job);
    },
  });
}

/**
 * As `outsideJob`, with up to `batchSize` jobs together where many wait. When one of them fails, all are done again one by one: what
 * the others had done already must then find itself done.
 */
export function outsideBatchJob<Schema extends z.ZodType>(options: {
  kind: string;
  payload: Schema;
  batchSize: number;
  maxAttempts?: number;
  handle: (kernel: Kernel, jobs: ClaimedJob<z.output<Schema>>[]) => Promise<void>;
}): JobDefinition {
  return {
    kind: options.kind,
    mode: 'outside',
    batchSize: options.batchSize,
    maxAttempts: options.maxAttempts ?? 12,
    handle: (kernel, jobs) =>
      options.handle(
        kernel,
        jobs.map((job) => ({ ...job, payload: options.payload.parse(job.payload) })),
      ),
  };
}

/** Writes jobs set by set, and a wake-up hint for the workers. */
export function insertJobs(ctx: CommandContext, jobs: readonly NewJob[]): void {
  ctx.write(
    `insert into kernel.job (agency_id, id, kind, payload, dedupe_key, run_at, created_at)
     select t.*, $7::timestamptz
       from rows from (unnest($1::uuid[], $2::uuid[], $3::text[]), jsonb_array_elements($4::jsonb), unnest($5::text[], $6::timestamptz[])) as t
     on conflict (agency_id, kind, dedupe_key) where dedupe_key is not null do nothing`,
    [
      jobs.map((job) => job.agencyId),
      jobs.map(() => newId()),
      jobs.map((job) => job.kind),
      // one JSON text, since each element of an array of texts would be escaped, sent and read a second time
      JSON.stringify(jobs.map((job) => job.payload)),
      jobs.map((job) => job.dedupeKey ?? null),
      jobs.map((job) => job.runAt ?? ctx.now),
      ctx.now,
    ],
  );
  ctx.hint({ channel: 'lienthong_job', payload: '' });
}

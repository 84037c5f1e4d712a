import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type pg from 'pg';
import { actorRecord, type Actor, type ActorRecord } from './actor.ts';
import type { Clock } from './clock.ts';
import { kernelErrors } from './errors.ts';
import type { NewEvent, RecordedEvent } from './events.ts';
import { sendHints, type Hint } from './hints.ts';
import { newId, type Id } from './ids.ts';
import { insertJobs, type NewJob } from './jobs.ts';
import type { Kernel } from './kernel.ts';
import { notifyLive } from './live.ts';
import type { Log } from './log.ts';
import type { StatementClient } from './prepared-statements.ts';

/** Everything that a command may touch. Its only database handle is the open transaction. */
export type CommandContext = {
  actor: Actor;
  clock: Clock;
  /** The instant of the command: one for everything that it writes. */
  now: Date;
  log: Log;
  requestId: string;
  /** The open transaction, typed with the calling module's own tables. */
  tables<Tables>(): Transaction<Tables>;
  /** A hand-written statement inside the transaction. */
  query(text: string, values?: unknown[]): Promise<pg.QueryResult<Record<string, unknown>>>;
  /** A hand-written statement whose answer the command does not need: it is heard with the commit, and if it fails, so does the command. */
  write(text: string, values: unknown[]): void;
  /** Says what happened: the audit row and the subscribers' jobs, in this transaction. Returns the event's id. */
  record(event: NewEvent): Id<'event'>;
  /** Says who asks, where only the command finds out: what it records is of that person. Its rights stay those that it began with. */
  identified(actor: ActorRecord): void;
  /** Puts work for after the commit into this transaction. */
  enqueue(job: NewJob): void;
  /** Tells whoever listens, soon after the commit. Nobody may rely on it. */
  hint(hint: Hint): void;
  kernel: Kernel;
};

export type Command<In, Out> = (ctx: CommandContext, input: In) => Promise<Out>;

export type RunOptions = { actor: Actor; requestId?: string; idempotencyKey?: string | undefined };

/**
 * Opens the one transaction, runs the command in it and commits. Events and jobs are written at the end, set by set.
 * With an idempotency key a repeated call has no second effect and gets the first reply.
 * @throws AppError as the command throws; `kernel.unavailable` when the database is away.
 */
export async function run<In, Out>(kernel: Kernel, command: Command<In, Out>, input: In, options: RunOptions): Promise<Out> {
  let told: readonly Hint[] = [];
  const out = await kernel.database.transaction(async (tx, client) => {
    const { ctx, flush, hints } = openContext(kernel, tx, client, options);
    told = hints;
    const key = idempotencySlot(options, command.name, input);
    if (key !== undefined) {
      const earlier = await takeSlot(ctx, key);
      // safe because the stored reply was produced by this same command and input
      if (earlier.done) return earlier.reply as Out;
    }
    const result = await command(ctx, input);
    flush();
    if (key !== undefined) await keepReply(ctx, key, result);
    return result;
  });
  sendHints(kernel, told);
  return out;
}

/** A context on an open transaction, the function that writes what was recorded and enqueued, and the hints to be sent once it has committed. */
export function openContext(
  kernel: Kernel,
  tx: () => Transaction<unknown>,
  client: StatementClient,
  options: RunOptions,
): { ctx: CommandContext; flush: () => void; hints: readonly Hint[] } {
  const hints: Hint[] = [];
  const events: Omit<RecordedEvent, 'actor'>[] = [];
  const jobs: NewJob[] = [];
  const now = kernel.clock.now();
  const requestId = options.requestId ?? newId();
  let actor = actorRecord(options.actor);
  const ctx: CommandContext = {
    actor: options.actor,
    clock: kernel.clock,
    now,
    log: kernel.log.child({ requestId }),
    requestId,
    // safe because table types exist at compile time only
    tables: <Tables>() => tx() as Transaction<Tables>,
    query: (text, values) => client.query(text, values),
    write: (text, values) => {
      client.write(text, values);
    },
    record(event) {
      kernel.assertCatalogued(event.type);
      const id = newId<'event'>();
      events.push({ ...event, id, at: now, requestId });
      return id;
    },
    identified(person) {
      actor = person;
    },
    enqueue(job) {
      jobs.push(job);
    },
    hint(hint) {
      hints.push(hint);
    },
    kernel,
  };
  return {
    ctx,
    hints,
    flush() {
      const recorded = events.map((event): RecordedEvent => ({ ...event, actor }));
      jobs.push(...kernel.subscriberJobs(recorded));
      if (recorded.length > 0) {
        notifyLive(ctx, recorded);
        kernel.recorder(ctx, recorded);
      }
      if (jobs.length > 0) insertJobs(ctx, jobs);
    },
  };
}

type Slot = { agencyId: string; key: string; requestHash: Buffer };

/** Replies are kept under the agency of the person, or under the nil agency for the system. */
const NIL_AGENCY = '00000000-0000-0000-0000-000000000000';

function idempotencySlot(options: RunOptions, commandName: string, input: unknown): Slot | undefined {
  if (options.idempotencyKey === undefined) return undefined;
  const { actor } = options;
  const person = actor.kind === 'person' ? actor.personId : actor.kind;
  return {
    agencyId: actor.kind === 'person' ? actor.agencyId : NIL_AGENCY,
    key: `${person}:${commandName}:${options.idempotencyKey}`,
    requestHash: createHash('sha256').update(commandName).update('\0').update(input === undefined ? '' : JSON.stringify(input)).digest(),
  };
}

type IdempotencyTables = {
  'kernel.idempotency': { agency_id: string; key: string; request_hash: Buffer; reply: unknown; created_at: Date };
};

async function takeSlot(ctx: CommandContext, slot: Slot): Promise<{ done: boolean; reply?: unknown }> {
  const db = ctx.tables<IdempotencyTables>();
  const inserted = await db
    .insertInto('kernel.idempotency')
    .values({ agency_id: slot.agencyId, key: slot.key, request_hash: slot.requestHash, reply: null, created_at: ctx.now })
    // The loser of a race waits here for the winner's commit, then reads the winner's reply.
    .onConflict((conflict) => conflict.columns(['agency_id', 'key']).doNothing())
    .returning('key')
    .executeTakeFirst();
  if (inserted !== undefined) return { done: false };
  const row = await db
    .selectFrom('kernel.idempotency')
    .select(['request_hash', 'reply', sql<boolean>`reply is null`.as('is_void')])
    .where('agency_id', '=', slot.agencyId)
    .where('key', '=', slot.key)
    .executeTakeFirstOrThrow();
  if (!slot.requestHash.equals(row.request_hash)) throw kernelErrors.conflict();
  return { done: true, reply: row.is_void ? undefined : row.reply };
}

async function keepReply(ctx: CommandContext, slot: Slot, reply: unknown): Promise<void> {
  await ctx
    .tables<IdempotencyTables>()
    .updateTable('kernel.idempotency')
    // no reply is SQL's null, a reply that is null is JSON's
    .set({ reply: reply === undefined ? null : sql`${JSON.stringify(reply)}::jsonb` })
    .where('agency_id', '=', slot.agencyId)
    .where('key', '=', slot.key)
    .execute();
}

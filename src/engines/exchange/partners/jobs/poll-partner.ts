import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { outsideJob } from '#kernel/jobs.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { Schedule } from '#kernel/module.ts';
import { adapterOf, PartnerUnavailable, type PartnerAdapter, type PartnerId, type RemoteAgency } from '../adapter.ts';
import { closeWhatIsClosed, takeDirectoryPage } from '../directory.ts';
import { noteLineBad, noteLineGood } from '../note-line.ts';
import { findPartner, isInForce, openLine, type PartnerRow } from '../partner-rows.ts';
import { restOf } from '../take-transfer.ts';
import { keepWitnessed, newestWitnessed } from '../witness.ts';
import { CALL_MS, sweepTransfers } from './send-parcel.ts';

// safe because only this engine writes these payloads
const payload = z.object({ partnerId: z.uuid().transform((id) => id as PartnerId) });
/** So many pages in one job; the rest comes with the next. */
const MOST_PAGES = 20;
/** Of a directory: what is read together is closed together. */
const MOST_DIRECTORY_PAGES = 100;
const COLLECT = 'exchange.collect';
const DIRECTORY = 'exchange.read-directory';
const WITNESS = 'exchange.witness-record';

/** Fetches what a partner holds for us. What was kept before it failed stays kept. */
export const collectJob = outsideJob({
  kind: COLLECT,
  payload,
  maxAttempts: 1,
  handle: (kernel, job) =>
    poll(kernel, job.payload.partnerId, (partner, { collect, isCollected, config }) => {
      if (collect === undefined || isCollected?.({ config: config.parse(partner.config) }) === false) return undefined;
      return async () => {
        for (let pages = 0; pages < MOST_PAGES; pages += 1) {
          const { rows } = await kernel.database.pool.query<{ cursor: string | null }>('select collect_cursor as cursor from exchange.partner_line where partner_id = $1', [partner.id]);
          const page = await collect(openLine(kernel, partner, AbortSignal.timeout(CALL_MS)), rows[0]?.cursor ?? null);
          await kernel.database.pool.query('update exchange.partner_line set collect_cursor = $2, collected_at = $3 where partner_id = $1', [partner.id, page.cursor, kernel.clock.now()]);
          if (!page.isMore) return;
        }
      };
    }),
});

/**
 * Reads what changed in a partner's directory, page by page; each page is taken before the next is asked for. How far it was read is noted
 * when what it closes is closed: whoever dies before that reads it again, and finds the rest done.
 */
export const readDirectoryJob = outsideJob({
  kind: DIRECTORY,
  payload,
  maxAttempts: 1,
  handle: (kernel, job) =>
    poll(kernel, job.payload.partnerId, (partner, { readDirectory }) => {
      if (readDirectory === undefined) return undefined;
      return async () => {
        const { rows } = await kernel.database.pool.query<{ cursor: string | null }>('select directory_cursor as cursor from exchange.partner_line where partner_id = $1', [partner.id]);
        const closed: RemoteAgency[] = [];
        let cursor = rows[0]?.cursor ?? null;
        for (let pages = 1, isMore = true; isMore && pages <= MOST_DIRECTORY_PAGES; pages += 1) {
          const page = await readDirectory(openLine(kernel, partner, AbortSignal.timeout(CALL_MS)), cursor);
          await run(kernel, takeDirectoryPage, { partner, agencies: page.agencies }, { actor: systemActor(DIRECTORY) });
          closed.push(...page.agencies.filter(({ closedOn }) => closedOn !== null));
          ({ cursor, isMore } = page);
        }
        await run(kernel, endReading, { partner, agencies: closed, cursor }, { actor: systemActor(DIRECTORY) });
      };
    }),
});

/** Keeps the newest signed root of a partner's record, as its witness. */
export const witnessJob = outsideJob({
  kind: WITNESS,
  payload,
  maxAttempts: 1,
  handle: (kernel, job) =>
    poll(kernel, job.payload.partnerId, (partner, { witness }) => {
      if (witness === undefined) return undefined;
      return async () => {
        const known = await newestWitnessed(kernel.database.pool, partner.id);
        const reply = await witness(openLine(kernel, partner, AbortSignal.timeout(CALL_MS)), known?.size ?? null);
        await run(kernel, keepWitnessed, { partner, reply }, { actor: systemActor(WITNESS) });
      };
    }),
});

async function endReading(ctx: CommandContext, read: { partner: PartnerRow; agencies: readonly RemoteAgency[]; cursor: string | null }): Promise<void> {
  await closeWhatIsClosed(ctx, read);
  await ctx.query('update exchange.partner_line set directory_cursor = $2, directory_read_at = $3 where partner_id = $1', [read.partner.id, read.cursor, ctx.now]);
}

/** What is to be asked of a partner; undefined where there is nothing to ask it. */
type Asking = (partner: PartnerRow, adapter: PartnerAdapter) => (() => Promise<void>) | undefined;

/** Calls a partner by itself, unless it is suspended or its line rests; the line learns how it went. A line on which nobody calls learns nothing. */
async function poll(kernel: Kernel, partnerId: PartnerId, asking: Asking): Promise<void> {
  const options = { actor: systemActor(COLLECT) };
  const partner = await findPartner(kernel.database.pool, partnerId);
  if (partner === undefined || partner.address === null || !isInForce(partner, kernel.clock.now())) return;
  const work = asking(partner, adapterOf(kernel, partner.protocol));
  if (work === undefined) return;
  if ((await run(kernel, restOf, partnerId, options)) > 0) return;
  try {
    await work();
    await run(kernel, noteLineGood, partner, options);
  } catch (error) {
    if (!(error instanceof PartnerUnavailable)) throw error;
    await run(kernel, (ctx) => (error.retry === 'again' ? noteLineBad(ctx, partner, { code: error.code, problem: error.message }) : noteLineGood(ctx, partner)), undefined, options);
  }
}

// safe because the nil UUID names no real agency
const NO_AGENCY = '00000000-0000-0000-0000-000000000000' as Id<'agency'>;

async function askAll(ctx: CommandContext, kind: typeof COLLECT | typeof DIRECTORY | typeof WITNESS): Promise<void> {
  const { rows } = await ctx.query(`select id from exchange.partner where state = 'active' and address is not null`);
  for (const row of rows) ctx.enqueue({ kind, agencyId: NO_AGENCY, payload: { partnerId: String(row['id']) }, dedupeKey: String(row['id']) });
}

/** Fetches at once what a partner holds for us. */
export function collectSoon(ctx: CommandContext, partnerId: PartnerId): void {
  ctx.enqueue({ kind: COLLECT, agencyId: NO_AGENCY, payload: { partnerId }, dedupeKey: partnerId });
}

/** Reads a partner's directory at once, whenever it was read last. */
export function readDirectorySoon(ctx: CommandContext, partnerId: PartnerId): Promise<void> {
  ctx.enqueue({ kind: DIRECTORY, agencyId: NO_AGENCY, payload: { partnerId }, dedupeKey: partnerId });
  return Promise.resolve();
}

/** A partner that was connected just now has told nothing of its agencies yet: nobody waits a quarter of an hour for a first recipient. */
async function askNewDirectories(ctx: CommandContext): Promise<void> {
  const { rows } = await ctx.query(`select p.id, p.protocol from exchange.partner p join exchange.partner_line l on l.partner_id = p.id where p.state = 'active' and p.address is not null and l.directory_read_at is null`);
  // safe because the statement selects exactly these columns
  for (const { id, protocol } of rows as Pick<PartnerRow, 'id' | 'protocol'>[]) {
    if (adapterOf(ctx.kernel, protocol).readDirectory !== undefined) ctx.enqueue({ kind: DIRECTORY, agencyId: NO_AGENCY, payload: { partnerId: id }, dedupeKey: id });
  }
}

const QUESTION_MS = 86_400_000;

/** Nonces whose requests cannot be valid any more are forgotten, and parcels that were offered in vain and never came again. */
async function forgetNonces(kernel: Kernel): Promise<void> {
  const now = kernel.clock.now();
  await kernel.database.pool.query('delete from exchange.partner_nonce where expires_at < $1', [now]);
  await kernel.database.pool.query('delete from exchange.relay_question where asked_at < $1', [new Date(now.getTime() - QUESTION_MS)]);
}

/** What a failed poll left behind is no stuck job: the next round asks again. */
async function dropFailedPolls(kernel: Kernel): Promise<void> {
  await kernel.database.pool.query('delete from kernel.job where agency_id = $1 and kind = any($2) and failed_at is not null', [NO_AGENCY, [COLLECT, DIRECTORY, WITNESS]]);
}

export const partnerSchedules: readonly Schedule[] = [
  { name: 'exchange.sweep-transfers', everyMs: 5000, run: sweepTransfers },
  {
    name: 'exchange.collect',
    everyMs: 30_000,
    run: async (kernel) => {
      await dropFailedPolls(kernel);
      await run(kernel, askAll, COLLECT, { actor: systemActor(COLLECT) });
      await run(kernel, askNewDirectories, undefined, { actor: systemActor(DIRECTORY) });
    },
  },
  { name: 'exchange.directory', everyMs: 15 * 60_000, run: (kernel) => run(kernel, askAll, DIRECTORY, { actor: systemActor(DIRECTORY) }) },
  { name: 'exchange.witness', everyMs: 10 * 60_000, run: (kernel) => run(kernel, askAll, WITNESS, { actor: systemActor(WITNESS) }) },
  { name: 'exchange.nonces', everyMs: 3_600_000, run: forgetNonces },
];

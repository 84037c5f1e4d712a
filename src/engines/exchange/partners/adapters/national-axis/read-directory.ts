import { z } from 'zod';
import { systemActor } from '#kernel/actor.ts';
import { run, type CommandContext } from '#kernel/command.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import { beginNationalImport, failNationalImport, importNationalList, linkableNationalAgencies, listItemOf, readJsonObjects, runningAxisImport, type AgencyId, type LinkableAgency, type ListItem } from '#engines/identity/index.ts';
import { deliverJobFor } from '../../../commands/release-envelope.ts';
import { PartnerUnavailable, type PartnerId } from '../../adapter.ts';
import { AxisRefusal, answered, assertSuccess, openCall } from './client.ts';
import type { AxisLine } from './settings.ts';

/** How far the list was read: when, and the highest version that it told. */
const cursorSchema = z.object({ readAt: z.iso.datetime(), version: z.number().int() });
type Cursor = z.output<typeof cursorSchema>;

const actor = systemActor('exchange.directory');

/**
 * Reads the national list of agencies as it comes, entry by entry, into the directory: 120,000 of them in constant memory.
 * Only what has a higher version than the last time is taken; a reading that broke off goes on where it was. Then each
 * agency outside that no other way leads to is reached through the axis.
 */
export async function readNationalDirectory(line: AxisLine, cursor: string | null): Promise<{ agencies: []; cursor: string | null; isMore: false }> {
  const known = readCursor(cursor);
  const now = line.kernel.clock.now();
  const isDue = known === undefined || now.getTime() - Date.parse(known.readAt) >= line.config.directoryEveryHours * 3_600_000;
  if (!isDue) return { agencies: [], cursor, isMore: false };
  const resumed = await runningAxisImport(line.kernel, line.name);
  const importId = resumed ?? (await run(line.kernel, beginNationalImport, { source: 'axis', origin: line.name }, { actor }));
  const seen = { version: known?.version ?? -1 };
  await importNationalList(line.kernel, { importId, items: listedBy(line, { after: known?.version ?? -1, seen }), actor }).catch(async (error: unknown) => {
    // What the network did passes, and the reading goes on; what the list itself does wrong does not.
    if (!(error instanceof PartnerUnavailable || error instanceof AxisRefusal)) await run(line.kernel, failNationalImport, { importId, problem: error instanceof Error ? error.message : String(error) }, { actor });
    if (error instanceof AxisRefusal) throw new PartnerUnavailable(error.code, { problem: error.message, retry: 'later', cause: error });
    throw error;
  });
  await linkAll(line);
  // What a resumed reading left out, because the list had moved meanwhile, comes with the next one.
  const version = resumed === undefined ? seen.version : (known?.version ?? -1);
  return { agencies: [], cursor: JSON.stringify({ readAt: now.toISOString(), version } satisfies Cursor), isMore: false };
}

function readCursor(cursor: string | null): Cursor | undefined {
  if (cursor === null) return undefined;
  try {
    return cursorSchema.safeParse(JSON.parse(cursor)).data;
  } catch {
    return undefined;
  }
}

const versioned = z.looseObject({ version: z.coerce.number().int().catch(0) });

async function* listedBy(line: AxisLine, of: { after: number; seen: { version: number } }): AsyncGenerator<ListItem> {
  // The axis has no documented way to tell less than all: what is known is left out here, before anything is compared.
  const response = await openCall(line, { path: 'getSynchronizeUnit', parameters: {} });
  try {
    const objects = readJsonObjects(textOf(line, response));
    for await (const object of objects) {
      const { version } = versioned.parse(object);
      of.seen.version = Math.max(of.seen.version, version);
      if (version > 0 && version <= of.after) continue;
      yield listItemOf(object);
    }
  } finally {
    response.destroy();
  }
}

const HEAD_LIMIT = 2000;

/** The text of the reply. One that says failure before any entry is no list. */
async function* textOf(line: AxisLine, response: AsyncIterable<unknown>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  const pieces = response[Symbol.asyncIterator]();
  let head: string | undefined = '';
  for (;;) {
    const next = await answered(line, () => pieces.next());
    if (next.done === true) break;
    // safe because a response without an encoding gives bytes
    const text = decoder.decode(next.value as Buffer, { stream: true });
    if (head !== undefined) {
      head += text;
      if (!head.includes('[') && head.length < HEAD_LIMIT) continue;
      assertNoFailure(line, head);
      yield head;
      head = undefined;
    } else yield text;
  }
  if (head === undefined) return;
  assertNoFailure(line, head);
  throw new PartnerUnavailable('replyUnreadable', { problem: `không có danh sách cơ quan: ${head.slice(0, 200)}`, retry: 'later' });
}

/** @throws what the code of a failure means */
function assertNoFailure(line: AxisLine, head: string): void {
  const code = /"ErrorCode"\s*:\s*"?(-?\w+)/.exec(head)?.[1];
  if (code !== undefined && code !== '0') assertSuccess(line, { status: 'FAIL', ErrorCode: code, ErrorDesc: head.slice(0, 200) });
}

/** Links page by page every agency of the list that is reached by no other way. */
async function linkAll(line: AxisLine): Promise<void> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: LinkableAgency[] = await linkableNationalAgencies(line.kernel.database.pool, { after, day: vietnamDay(line.kernel.clock.now()) });
    if (page.length === 0) return;
    await run(line.kernel, linkPage, { partnerId: line.partnerId, page }, { actor });
    after = page.at(-1)?.ref;
  }
}

/** One page of ways: the code that the list tells today; an earlier one ends and is still understood. */
async function linkPage(ctx: CommandContext, { partnerId, page }: { partnerId: PartnerId; page: readonly LinkableAgency[] }): Promise<void> {
  const today = vietnamDay(ctx.now);
  const values = [partnerId, page.map(({ agencyId }) => agencyId), page.map(({ code }) => code), page.map(({ name }) => name), today];
  const source = 'unnest($2::uuid[], $3::text[], $4::text[]) as t (agency_id, code, name)';
  await ctx.query(
    `delete from exchange.partner_agency a using ${source} where a.partner_id = $1 and a.agency_id = t.agency_id and a.valid_to is null and a.valid_from >= $5::date and a.code is distinct from t.code`,
    values,
  );
  await ctx.query(
    `update exchange.partner_agency a set valid_to = $6 from ${source} where a.partner_id = $1 and a.agency_id = t.agency_id and a.valid_to is null and a.valid_from < $5::date and a.code is distinct from t.code`,
    [...values, addDays(today, -1)],
  );
  const { rows } = await ctx.query(
    `insert into exchange.partner_agency (partner_id, agency_id, valid_from, remote_id, code, name)
     select $1, t.agency_id, $5::date, t.code, t.code, t.name from ${source}
      where not exists (select from exchange.partner_agency a where a.agency_id = t.agency_id and a.valid_to is null)
        and not exists (select from exchange.partner_agency a where a.partner_id = $1 and a.remote_id = t.code and a.valid_to is null)
     on conflict do nothing returning agency_id as id`,
    values,
  );
  await wakeDeliveries(ctx, rows.map((row) => String(row['id'])));
}

/** What waited for a way to one of these goes out. */
async function wakeDeliveries(ctx: CommandContext, agencyIds: readonly string[]): Promise<void> {
  if (agencyIds.length === 0) return;
  const { rows } = await ctx.query(`select agency_id as "agencyId", envelope_id as "envelopeId", recipient_agency_id as "recipientId" from exchange.delivery where recipient_agency_id = any($1::uuid[]) and state = 'no_route' and transfer_id is null`, [agencyIds]);
  // safe because the statement selects exactly these columns
  for (const row of rows as { agencyId: AgencyId; envelopeId: string; recipientId: AgencyId }[]) ctx.enqueue(deliverJobFor({ agencyId: row.agencyId, envelopeId: row.envelopeId }, row.recipientId, ctx.now));
}

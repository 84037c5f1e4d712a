import { createHash } from 'node:crypto';
import type { PersonActor } from '#kernel/actor.ts';
import { decodeCursor } from '#kernel/cursor.ts';
import type { PreparedStatement } from '#kernel/database.ts';
import { toTsquery } from '#kernel/search-text.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { z } from 'zod';
import { PAGE_SIZE, type incomingQuery } from '../contract.ts';
import { seesInbox } from '../policy.ts';

const SIZE = String(PAGE_SIZE);
/**
 * So many of the newest documents are looked through for a word before the inverted index is asked. It stands as a query of
 * its own: a plan for all agencies would otherwise take it for more rows than an agency has, and sort them all.
 */
const PROBE = '(select 3000)';
const NEWEST_FIRST = 'order by arrived_at desc, id desc';
const ROW = `id, state, sender_name as "senderName", number, notation, issued_on as "issuedOn", type_name as "typeName", summary, urgency, answer_due as "answerDue",
    verdict, arrival_number as "arrivalNumber", arrived_at as "arrivedAt", twin_id is not null as twin`;

const statements = new Map<string, PreparedStatement>();

/** The statement of some filters, written once a process: there are as many as there are kinds of filters. */
function statement(filters: readonly string[], found?: string): PreparedStatement {
  const key = `${filters.join(' and ')}; ${found ?? ''}`;
  const known = statements.get(key) ?? write(filters, found);
  statements.set(key, known);
  return known;
}

/**
 * One page of an agency's inbox, newest first, as JSON text that PostgreSQL builds and the server passes through; whole
 * rows become JSON, which takes two thirds of the time of naming each member.
 * Every form reads along (agency_id, arrived_at desc, id desc) or a narrower index in the same order, and stops after a page.
 */
function write(filters: readonly string[], found: string | undefined): PreparedStatement {
  const where = ['agency_id = $1', ...filters].join(' and ');
  const page = found === undefined ? `select ${ROW} from incoming_documents.document where ${where} ${NEWEST_FIRST} limit ${SIZE}` : searched(where, found);
  const text = `
  select '{"rows":' || coalesce(json_agg(d)::text, '[]') || ',"next":'
      || coalesce(to_json(case when count(*) = ${SIZE} then (to_json(min(d."arrivedAt")) #>> '{}') || '_' || (array_agg(d.id))[${SIZE}] end)::text, 'null') || '}' as page
    from (${page}) d`;
  // PostgreSQL tells names of more than 63 bytes apart by their beginnings only
  return { name: `inbox ${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`, text };
}

/**
 * A common word stands often enough among the newest documents: they are read one by one until the page is full. Only when
 * these do not suffice the inverted index is asked, whose work grows with the word's frequency in all agencies together.
 */
function searched(where: string, found: string): string {
  return `
    with newest as materialized (select id, arrived_at, ${found} as is_hit from incoming_documents.document where ${where} ${NEWEST_FIRST} limit ${PROBE}),
         hit as materialized (select id from newest where is_hit ${NEWEST_FIRST} limit ${SIZE})
    select ${ROW} from (
      select d.* from hit join incoming_documents.document d on d.agency_id = $1 and d.id = hit.id
       where (select count(*) from hit) = ${SIZE} or (select count(*) from newest) < ${PROBE}
      union all
      (select * from incoming_documents.document
        where ${where} and ${found} and (select count(*) from hit) < ${SIZE} and (select count(*) from newest) = ${PROBE} ${NEWEST_FIRST} limit ${SIZE})) p
     ${NEWEST_FIRST} limit ${SIZE}`;
}

const EMPTY_PAGE = '{"rows":[],"next":null}';

/** The page for a person and its filters. Whoever may not see the inbox gets an empty one: for him it does not exist. */
export async function listInbox(kernel: Kernel, actor: PersonActor, query: z.output<typeof incomingQuery>): Promise<string> {
  if (!seesInbox(actor)) return EMPTY_PAGE;
  const { statement: prepared, values } = inboxStatement(actor.agencyId, query);
  const { rows } = await kernel.database.prepared(prepared, values);
  return String(rows[0]?.['page']);
}

/** The statement and its values: what the benchmark runs bare. */
export function inboxStatement(agencyId: string, query: z.output<typeof incomingQuery>): { statement: PreparedStatement; values: unknown[] } {
  const values: unknown[] = [agencyId];
  const filters: string[] = [];
  const add = (condition: (place: string) => string, value: unknown): void => {
    values.push(value);
    filters.push(condition(`$${String(values.length)}`));
  };
  // State and urgency are words of the contract and stand as text, so that the partial indexes fit a prepared plan.
  if (query.state !== undefined) filters.push(`state = '${query.state}'`);
  if (query.urgency !== undefined) filters.push(`urgency = '${query.urgency}'`);
  if (query.type !== undefined) add((place) => `type_code = ${place}`, query.type);
  if (query.sender !== undefined) add((place) => `sender_agency_id = ${place}`, query.sender);
  const cursor = decodeCursor(query.after);
  if (cursor !== undefined) {
    values.push(cursor.at, cursor.id);
    filters.push(`(arrived_at, id) < ($${String(values.length - 1)}::timestamptz, $${String(values.length)}::uuid)`);
  }
  const words = query.text === undefined ? undefined : toTsquery(query.text);
  if (words === undefined) return { statement: statement(filters), values };
  values.push(words);
  const found = `search @@ $${String(values.length)}::tsquery`;
  // A document's number is rare: the index has it at once.
  return { statement: words.includes("'#") ? statement([...filters, found]) : statement(filters, found), values };
}

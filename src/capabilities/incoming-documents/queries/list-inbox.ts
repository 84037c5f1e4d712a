import { createHash } from 'node:crypto';
import type { PersonActor } from '#kernel/actor.ts';
import { decodeCursor } from '#kernel/cursor.ts';
import type { PreparedStatement } from '#kernel/database.ts';
import { toTsquery } from '#kernel/search-text.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { z } from 'zod';
import { PAGE_SIZE, type incomingQuery, type workFilters } from '../contract.ts';
import { actingPostId } from '#engines/identity/index.ts';
import { instructs, seesInbox } from '../policy.ts';

const SIZE = String(PAGE_SIZE);
/**
 * So many of the newest documents are looked through for a word before the inverted index is asked. It stands as a query of
 * its own: a plan for all agencies would otherwise take it for more rows than an agency has, and sort them all.
 */
const PROBE = '(select 3000)';
const NEWEST_FIRST = 'order by arrived_at desc, id desc';
const ROW = `id, medium, state, sender_name as "senderName", number, notation, issued_on as "issuedOn", type_name as "typeName", summary, urgency, answer_due as "answerDue",
    verdict, arrival_number as "arrivalNumber", arrived_at as "arrivedAt", twin_id is not null as twin, reminded_at is not null and state = 'arrived' as reminded, is_asked as asked,
    case when state in ('assigned', 'in-process', 'reported') then handling_due_at end as "handlingDue", case when state in ('assigned', 'in-process', 'reported') then handler_name end as "handlerName"`;

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

/** The page for a person and its filters. Whoever does not receive for the agency finds in it the documents that they have or had a part in. */
export async function listInbox(kernel: Kernel, actor: PersonActor, query: z.output<typeof incomingQuery>): Promise<string> {
  const { statement: prepared, values } = inboxStatement(actor.agencyId, query, { postId: actingPostId(actor), seesAll: seesInbox(actor), instructs: instructs(actor), now: kernel.clock.now() });
  const { rows } = await kernel.database.prepared(prepared, values);
  return String(rows[0]?.['page']);
}

/** Whose list it is: needed for work filters, and for whoever does not see all. */
export type Reader = { postId: string; seesAll: boolean; instructs: boolean; now: Date };

/** The statement and its values: what the benchmark runs bare. */
export function inboxStatement(agencyId: string, query: z.output<typeof incomingQuery>, reader?: Reader): { statement: PreparedStatement; values: unknown[] } {
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
  if (reader !== undefined && !reader.seesAll) add((place) => `id in (select a.document_id from incoming_documents.assignment a where a.agency_id = $1 and a.post_id = ${place})`, reader.postId);
  if (reader !== undefined && query.work !== undefined) addWork(query.work, { reader, filters, add });
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

const IN_HANDS = "state in ('assigned', 'in-process', 'reported')";

type Adding = { reader: Reader; filters: string[]; add: (condition: (place: string) => string, value: unknown) => void };

/** What the list is narrowed to by the work about documents. */
function addWork(work: (typeof workFilters)[number], { reader, filters, add }: Adding): void {
  switch (work) {
    case 'to-register':
      filters.push("state = 'arrived'");
      return;
    case 'to-instruct':
      filters.push("state = 'submitted'");
      // a leader looks for what waits for them; the clerk for all that was submitted
      if (reader.instructs) add((place) => `leader_post_id = ${place}`, reader.postId);
      return;
    case 'main':
    case 'cooperating':
      filters.push(IN_HANDS);
      add((place) => `id in (select a.document_id from incoming_documents.assignment a where a.agency_id = $1 and a.post_id = ${place} and a.role = '${work}' and a.state in ('open', 'passed'))`, reader.postId);
      return;
    case 'overdue':
      filters.push(IN_HANDS);
      add((place) => `handling_due_at < ${place}::timestamptz`, reader.now);
      return;
    case 'done':
      filters.push("state = 'completed'");
  }
}

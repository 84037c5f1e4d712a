import type { PersonActor } from '#kernel/actor.ts';
import { decodeCursor } from '#kernel/cursor.ts';
import type { PreparedStatement } from '#kernel/database.ts';
import { toTsquery } from '#kernel/search-text.ts';
import type { Kernel } from '#kernel/kernel.ts';
import type { z } from 'zod';
import { PAGE_SIZE, type incomingQuery } from '../contract.ts';
import { seesInbox } from '../policy.ts';

const SIZE = String(PAGE_SIZE);
const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/**
 * One page of an agency's inbox, newest first, as JSON text that PostgreSQL builds and the server passes through.
 * Every form reads along (agency_id, arrived_at desc, id desc) and stops after a page; a state of "arrived" reads along
 * the partial index of what waits; a text search goes through the inverted index of the agency's words.
 */
function statement(filters: readonly string[]): PreparedStatement {
  const text = `
  select json_build_object(
    'rows', coalesce(json_agg(json_build_object(
      'id', d.id, 'state', d.state, 'senderName', d.sender_name, 'number', d.number, 'notation', d.notation, 'issuedOn', d.issued_on,
      'typeName', d.type_name, 'summary', d.summary, 'urgency', d.urgency, 'answerDue', d.answer_due, 'verdict', d.verdict,
      'arrivalNumber', d.arrival_number, 'arrivedAt', d.arrived_text, 'twin', d.twin_id is not null)), '[]'),
    'next', case when count(*) = ${SIZE} then min(d.arrived_text || '_' || d.id) end)::text as page
  from (
    select *, to_char(arrived_at at time zone 'UTC', ${INSTANT}) as arrived_text
      from incoming_documents.document
     where agency_id = $1 ${filters.map((filter) => `and ${filter}`).join(' ')}
     order by arrived_at desc, id desc
     limit ${SIZE}) d`;
  return { name: `inbox ${filters.join(' ')}`, text };
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
  // The state stands as text, so that the partial index of waiting documents fits a prepared plan.
  if (query.state !== undefined) filters.push(`state = '${query.state}'`);
  if (query.urgency !== undefined) add((place) => `urgency = ${place}`, query.urgency);
  if (query.type !== undefined) add((place) => `type_code = ${place}`, query.type);
  if (query.sender !== undefined) add((place) => `sender_agency_id = ${place}`, query.sender);
  const words = query.text === undefined ? undefined : toTsquery(query.text);
  if (words !== undefined) add((place) => `search @@ ${place}::tsquery`, words);
  const cursor = decodeCursor(query.after);
  if (cursor !== undefined) {
    values.push(cursor.at, cursor.id);
    filters.push(`(arrived_at, id) < ($${String(values.length - 1)}::timestamptz, $${String(values.length)}::uuid)`);
  }
  return { statement: statement(filters), values };
}

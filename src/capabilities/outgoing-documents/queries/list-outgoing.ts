import { createHash } from 'node:crypto';
import type { PersonActor } from '#kernel/actor.ts';
import { decodeCursor } from '#kernel/cursor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { actingPostId } from '#engines/identity/index.ts';
import type { z } from 'zod';
import { PAGE_SIZE, type outgoingQuery } from '../contract.ts';
import { seesAll } from '../policy.ts';
import { searchPatterns } from '../search-text.ts';

/**
 * One page of the agency's outgoing documents, newest first, as JSON text built by PostgreSQL. Reads along
 * (agency_id, created_at desc, id desc), or along (agency_id, state, …) when a state is chosen; stops at the page's end.
 */
const statement = (filters: string) => `
  select json_build_object(
    'rows', coalesce(json_agg(json_build_object(
      'id', d.id, 'state', d.state, 'typeName', d.type_name, 'summary', d.summary, 'urgency', d.urgency,
      'numberAndNotation', case when d.number is null then null else lpad(d.number::text, greatest(2, length(d.number::text)), '0') || '/' || d.notation end,
      'issuedOn', d.issued_on, 'drafterName', d.drafter_name, 'approverName', d.approver_name,
      'recipientCount', (select count(*) from outgoing_documents.recipient r where r.agency_id = d.agency_id and r.document_id = d.id),
      'createdAt', to_char(d.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) order by d.created_at desc, d.id desc), '[]'),
    'next', case when count(*) = ${String(PAGE_SIZE)} then (array_agg(to_char(d.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '_' || d.id order by d.created_at desc, d.id desc))[${String(PAGE_SIZE)}] end)::text as page
  from (
    select * from outgoing_documents.document
     where agency_id = $1 ${filters}
     order by created_at desc, id desc
     limit ${String(PAGE_SIZE)}) d`;

export async function listOutgoing(kernel: Kernel, actor: PersonActor, query: z.output<typeof outgoingQuery>): Promise<string> {
  const values: unknown[] = [actor.agencyId];
  const filters: string[] = [];
  const add = (condition: (position: string) => string, value: unknown): void => {
    values.push(value);
    filters.push(`and ${condition(`$${String(values.length)}`)}`);
  };
  if (query.state !== undefined) add((p) => `state = ${p}`, query.state);
  if (query.type !== undefined) add((p) => `type_code = ${p}`, query.type);
  if (query.urgency !== undefined) add((p) => `urgency = ${p}`, query.urgency);
  for (const patterns of searchPatterns(query.text ?? '')) add((p) => `' ' || search_text like any (${p}::text[])`, patterns);
  if (!seesAll(actor)) {
    values.push(actor.personId, actor.unitId, actingPostId(actor));
    const [person, unit, post] = [values.length - 2, values.length - 1, values.length];
    filters.push(`and (drafter_person_id = $${String(person)} or drafting_unit_id = $${String(unit)} or approver_post_id = $${String(post)} or initials_post_id = $${String(post)})`);
  }
  const cursor = decodeCursor(query.after);
  if (cursor !== undefined) {
    values.push(cursor.at, cursor.id);
    filters.push(`and (created_at, id) < ($${String(values.length - 1)}::timestamptz, $${String(values.length)}::uuid)`);
  }
  const text = statement(filters.join(' '));
  // PostgreSQL tells statement names of more than 63 bytes apart by their beginnings only.
  const { rows } = await kernel.database.prepared({ name: `outgoing ${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`, text }, values);
  return String(rows[0]?.['page']);
}

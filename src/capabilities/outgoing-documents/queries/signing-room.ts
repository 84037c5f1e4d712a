import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { isId } from '#kernel/ids.ts';
import { kernelErrors } from '#kernel/errors.ts';
import { actingPostId } from '#engines/identity/index.ts';
import { PAGE_SIZE } from '../contract.ts';

/** What waits for a post: to be signed by it, or to be initialled. Two short partial indexes, whatever else the agency has. */
const WAITING = `
  select d.*, case d.state when 'submitted' then 'sign' else 'initial' end as act,
         case d.urgency when 'flash' then 0 when 'very_urgent' then 1 when 'urgent' then 2 else 3 end as urgency_order,
         coalesce(d.answer_due, 'infinity'::date) as due, coalesce(case d.state when 'submitted' then d.submitted_at else d.initials_asked_at end, d.created_at) as since
    from outgoing_documents.document d
   where d.agency_id = $1 and ((d.state = 'submitted' and d.approver_post_id = $2) or (d.state = 'initialling' and d.initials_post_id = $2))`;

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'`;

/** One page of the queue as JSON that PostgreSQL builds: the most urgent first, then by deadline, then whoever waits longest. */
const statement = {
  name: 'outgoing-documents.signing-room',
  text: `
with found as (
  select w.*, row_number() over (order by urgency_order, due, since, id) as place from (${WAITING}) w
   where (urgency_order, due, since, id) > ($3::int, $4::date, $5::timestamptz, $6::uuid)
   order by urgency_order, due, since, id limit ${String(PAGE_SIZE + 1)})
select json_build_object(
  'rows', coalesce(json_agg(json_build_object(
     'id', f.id, 'act', f.act, 'typeName', f.type_name, 'summary', f.summary, 'urgency', f.urgency, 'answerDue', f.answer_due,
     'drafterName', f.drafter_name, 'draftingUnitName', f.drafting_unit_name, 'waitingSince', to_char(f.since at time zone 'UTC', ${ISO}),
     'main', (select json_build_object('fileId', m.current_file_id, 'name', m.name) from outgoing_documents.file m
               where m.agency_id = $1 and m.document_id = f.id and m.role = 'main')) order by f.place) filter (where f.place <= ${String(PAGE_SIZE)}), '[]'),
  'next', (select urgency_order || '~' || due || '~' || to_char(since at time zone 'UTC', ${ISO}) || '~' || id from found
            where place = ${String(PAGE_SIZE)} and exists (select 1 from found where place > ${String(PAGE_SIZE)})))::text as page
from found f`,
};

/** The queue of the signing room for the post in which the person acts. @throws kernel.invalidInput for a cursor that is not ours */
export async function signingRoom(kernel: Kernel, actor: PersonActor, after: string | undefined): Promise<string> {
  const { rows } = await kernel.database.prepared(statement, [actor.agencyId, actingPostId(actor), ...cursorOf(after)]);
  return String(rows[0]?.['page']);
}

const BEFORE_ALL = ['-1', '-infinity', '-infinity', '00000000-0000-0000-0000-000000000000'] as const;

function cursorOf(after: string | undefined): readonly string[] {
  if (after === undefined) return BEFORE_ALL;
  const parts = after.split('~');
  const [urgency = '', due = '', since = '', id = ''] = parts;
  const isDay = due === 'infinity' || /^\d{4}-\d\d-\d\d$/.test(due);
  if (parts.length !== 4 || !/^[0-3]$/.test(urgency) || !isDay || Number.isNaN(Date.parse(since)) || !isId(id)) throw kernelErrors.invalidInput();
  return parts;
}

/** How many documents wait for the post in which the person acts. */
export async function signingRoomCount(kernel: Kernel, actor: PersonActor): Promise<{ waiting: number }> {
  const { rows } = await kernel.database.prepared({ name: 'outgoing-documents.signing-room-count', text: `select count(*)::int as waiting from (${WAITING}) w` }, [
    actor.agencyId,
    actingPostId(actor),
  ]);
  return { waiting: Number(rows[0]?.['waiting'] ?? 0) };
}

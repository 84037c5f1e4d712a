import { addDays, formatInstant, parseCalendarDay, startOfVietnamDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { letterheadOn } from '#engines/identity/index.ts';
import type { RegisterRow, RegisterSource, RegisterSpan } from '#engines/registers/index.ts';
import { READERS_OF_REGISTER, seesInbox } from '../policy.ts';

const IN_SPAN = 'd.agency_id = $1 and d.register_id = $2 and d.arrival_year = $3 and d.arrival_number is not null and d.registered_at >= $4 and d.registered_at < $5';
const ROWS = `
  select d.id, d.arrival_number as "arrivalNumber", d.registered_at as "registeredAt", d.sender_name as "senderName", d.number, d.notation, d.issued_on::text as "issuedOn",
         d.type_name as "typeName", d.summary, d.leader_name as "leaderName", coalesce(d.assigned_at, d.submitted_at) as "passedAt", d.medium,
         d.recalled_at as "recalledAt", d.recall_reason as "recallReason", d.replaced_at as "replacedAt", d.replaced_by_number as "replacedBy",
         (select max(p.arrival_number) from incoming_documents.document p where p.agency_id = d.agency_id and p.register_id = d.register_id and p.arrival_year = d.arrival_year and p.arrival_number < d.arrival_number) as "lastBefore",
         to_jsonb(array(select coalesce(a.unit_name || ' (' || a.name || ')', a.name) from incoming_documents.assignment a
                         where a.agency_id = d.agency_id and a.document_id = d.id and a.parent_id is null and a.state in ('open', 'passed', 'done')
                         order by a.role desc, a.assigned_at, a.id)) as receivers
    from incoming_documents.document d
   where ${IN_SPAN} and d.arrival_number > $6
   order by d.arrival_number limit $7`;

type Row = {
  id: string;
  arrivalNumber: number;
  registeredAt: Date;
  senderName: string;
  number: string;
  notation: string;
  issuedOn: string;
  typeName: string;
  summary: string;
  leaderName: string | null;
  passedAt: Date | null;
  medium: 'electronic' | 'paper';
  recalledAt: Date | null;
  recallReason: string | null;
  replacedAt: Date | null;
  replacedBy: string | null;
  lastBefore: number | null;
  receivers: string[];
};

function valuesOf({ agencyId, registerId, year, from, to }: RegisterSpan): unknown[] {
  return [agencyId, registerId, year, startOfVietnamDay(dayOf(from)), startOfVietnamDay(addDays(dayOf(to), 1))];
}

function dayOf(text: string): CalendarDay {
  const day = parseCalendarDay(text);
  if (day === undefined) throw new Error(`${text} is not a day`);
  return day;
}

/** Sổ đăng ký văn bản đến: what has an arrival number, on paper or not, also what its sender recalled (30/2020/NĐ-CP Art. 22, App. IV). */
export const incomingRegister: RegisterSource = {
  kind: 'incoming',
  base: '/api/v1/incoming-documents',
  readers: READERS_OF_REGISTER,
  opens: seesInbox,
  letterhead: ({ kernel, actor }, day) => letterheadOn(kernel.database.pool, actor.agencyId, day),
  async rows(q, span, { after, limit }) {
    const { rows } = await q.query(ROWS, [...valuesOf(span), after, limit]);
    // safe because the statement selects exactly these columns
    return (rows as Row[]).map(registerRow);
  },
  async count(q, span, most) {
    const { rows } = await q.query(`select count(*)::int as count from (select 1 from incoming_documents.document d where ${IN_SPAN} limit $6) found`, [...valuesOf(span), most]);
    return Number(rows[0]?.['count']);
  },
  async last(q, { agencyId, registerId, year }) {
    const { rows } = await q.query(
      `select arrival_number as number, registered_at as at from incoming_documents.document
        where agency_id = $1 and register_id = $2 and arrival_year = $3 and arrival_number is not null order by arrival_number desc limit 1`,
      [agencyId, registerId, year],
    );
    // safe because the statement selects exactly these columns
    const last = rows[0] as { number: number; at: Date } | undefined;
    return last === undefined ? undefined : { number: last.number, day: vietnamDay(last.at) };
  },
};

function registerRow(row: Row): RegisterRow {
  const { id, arrivalNumber, receivers, passedAt } = row;
  const last = row.lastBefore ?? 0;
  return {
    id,
    number: arrivalNumber,
    missing: last + 1 < arrivalNumber ? { from: last + 1, to: arrivalNumber - 1 } : null,
    cells: [
      vietnamDay(row.registeredAt),
      String(arrivalNumber),
      row.senderName,
      row.notation === '' ? row.number : `${row.number}/${row.notation}`,
      row.issuedOn,
      `${row.typeName} ${row.summary}`,
      receivers.length === 0 ? (row.leaderName ?? '') : receivers.join('; '),
      passedAt === null ? '' : vietnamDay(passedAt),
      '',
      noteOn(row),
    ],
  };
}

function noteOn({ medium, recalledAt, recallReason, replacedAt, replacedBy }: Row): string {
  const ended = replacedAt !== null ? `Đã được thay thế bằng văn bản số ${replacedBy ?? ''}` : recalledAt !== null ? `Đã hủy theo yêu cầu của nơi gửi ${formatInstant(recalledAt)}: ${recallReason ?? ''}` : undefined;
  return [...(medium === 'paper' ? ['Văn bản giấy'] : []), ...(ended === undefined ? [] : [ended])].join('. ');
}

import { formatInstant, vietnamDay } from '#kernel/time.ts';
import { letterheadOn } from '#engines/identity/index.ts';
import { numberAndNotation, type RegisterRow, type RegisterSource, type RegisterSpan } from '#engines/registers/index.ts';
import { READERS_OF_REGISTER, seesAll } from '../policy.ts';

const IN_SPAN = 'd.agency_id = $1 and d.register_id = $2 and d.year = $3 and d.number is not null and d.issued_on between $4 and $5';
const ROWS = `
  select d.id, d.number, d.notation, d.issued_on::text as "issuedOn", d.type_name as "typeName", d.summary, coalesce(d.signer_name, d.approver_name, '') as signer,
         coalesce(d.drafting_unit_name, d.drafter_name) as "keptBy", d.issued_at as "issuedAt", d.recalled_at as "recalledAt", d.recall_reason as "recallReason",
         d.withdrawn_at as "withdrawnAt", d.withdrawal_reason as "withdrawalReason", d.replaced_at as "replacedAt",
         (select max(p.number) from outgoing_documents.document p where p.agency_id = d.agency_id and p.register_id = d.register_id and p.year = d.year and p.number < d.number) as "lastBefore",
         to_jsonb(array(select r.name from outgoing_documents.recipient r where r.agency_id = d.agency_id and r.document_id = d.id order by r.position, r.name)) as recipients
    from outgoing_documents.document d
   where ${IN_SPAN} and d.number > $6
   order by d.number limit $7`;

type Row = {
  id: string;
  number: number;
  notation: string;
  issuedOn: string;
  typeName: string;
  summary: string;
  signer: string;
  keptBy: string;
  issuedAt: Date | null;
  recalledAt: Date | null;
  recallReason: string | null;
  withdrawnAt: Date | null;
  withdrawalReason: string | null;
  replacedAt: Date | null;
  lastBefore: number | null;
  recipients: string[];
};

const valuesOf = ({ agencyId, registerId, year, from, to }: RegisterSpan): unknown[] => [agencyId, registerId, year, from, to];

/** Sổ đăng ký văn bản đi: what has a number, also what was withdrawn or recalled afterwards (30/2020/NĐ-CP Art. 16, App. IV). */
export const outgoingRegister: RegisterSource = {
  kind: 'outgoing',
  base: '/api/v1/outgoing-documents',
  readers: READERS_OF_REGISTER,
  opens: seesAll,
  letterhead: ({ kernel, actor }, day) => letterheadOn(kernel.database.pool, actor.agencyId, day),
  async rows(q, span, { after, limit }) {
    const { rows } = await q.query(ROWS, [...valuesOf(span), after, limit]);
    // safe because the statement selects exactly these columns
    return (rows as Row[]).map(registerRow);
  },
  async count(q, span, most) {
    const { rows } = await q.query(`select count(*)::int as count from (select 1 from outgoing_documents.document d where ${IN_SPAN} limit $6) found`, [...valuesOf(span), most]);
    return Number(rows[0]?.['count']);
  },
  async last(q, { agencyId, registerId, year }) {
    const { rows } = await q.query(
      'select number, issued_on::text as day from outgoing_documents.document where agency_id = $1 and register_id = $2 and year = $3 and number is not null order by number desc limit 1',
      [agencyId, registerId, year],
    );
    // safe because the statement selects exactly these columns
    return rows[0] as { number: number; day: string } | undefined;
  },
};

function registerRow(row: Row): RegisterRow {
  const { id, number, recipients, issuedAt } = row;
  const last = row.lastBefore ?? 0;
  return {
    id,
    number,
    missing: last + 1 < number ? { from: last + 1, to: number - 1 } : null,
    cells: [
      numberAndNotation(number, row.notation),
      row.issuedOn,
      `${row.typeName} ${row.summary}`,
      row.signer,
      recipients.join('; '),
      // The original stays with the clerk, a copy in the file of whoever drafted it (Art. 19.1).
      `Văn thư; ${row.keptBy}`,
      recipients.length === 0 ? '' : String(recipients.length),
      issuedAt === null ? '' : vietnamDay(issuedAt),
      '',
      noteOn(row),
    ],
  };
}

function noteOn(row: Row): string {
  if (row.withdrawnAt !== null) return `Đã rút ${formatInstant(row.withdrawnAt)}: ${row.withdrawalReason ?? ''}`;
  if (row.replacedAt !== null) return `Đã được thay thế ${formatInstant(row.replacedAt)}`;
  if (row.recalledAt !== null) return `Đã thu hồi ${formatInstant(row.recalledAt)}: ${row.recallReason ?? ''}`;
  return row.issuedAt === null ? 'Chưa phát hành' : '';
}

import type { z } from 'zod';
import type { Queryable } from '#kernel/database.ts';
import type { CalendarDay } from '#kernel/time.ts';
import { MOST_REGISTER_ROWS, type MissingNumbers, type ReadRegisterKind, type RegisterName, type RegisterPage, type RegisterRow, type registerPageQuery, type registerQuery } from '../contract.ts';
import { registersErrors } from '../errors.ts';

/** Some days of one register in one year. */
export type RegisterSpan = { agencyId: string; registerId: string; year: number; from: string; to: string };

/** Where the rows of a register come from: by number, along an index that holds the day too, so that no row of another day is read. */
export type RegisterRows = {
  kind: ReadRegisterKind;
  rows(q: Queryable, span: RegisterSpan, page: { after: number; limit: number }): Promise<RegisterRow[]>;
  count(q: Queryable, span: RegisterSpan, most: number): Promise<number>;
  /** The highest number of the register and year, whatever its day. */
  last(q: Queryable, span: RegisterSpan): Promise<{ number: number; day: string } | undefined>;
};

export type OpenedRegister = Pick<RegisterPage, 'registers' | 'register' | 'from' | 'to'>;
type Asked = { agencyId: string; kind: ReadRegisterKind; query: z.output<typeof registerQuery>; today: CalendarDay };

/** The registers of an agency and the one that is asked for; its days are this month's, or a past year's. @throws registers.unknownRegister */
export async function openRegister(q: Queryable, { agencyId, kind, query, today }: Asked): Promise<OpenedRegister> {
  const { rows } = await q.query(
    `select r.id, r.name, c.year from registers.register r join registers.counter c on c.agency_id = r.agency_id and c.register_id = r.id
      where r.agency_id = $1 and r.kind = $2 order by c.year desc, r.is_default desc, r.opened_on desc, r.id limit 200`,
    [agencyId, kind],
  );
  // safe because the statement selects exactly these columns
  const registers = rows as RegisterName[];
  const isAsked = ({ id, year }: RegisterName): boolean => (query.registerId ?? id) === id && (query.year ?? year) === year;
  const register = registers.find(isAsked) ?? null;
  if (register === null && (query.registerId !== undefined || (query.year !== undefined && registers.length > 0))) throw registersErrors.unknownRegister();
  return { registers, register, ...daysOf(register?.year ?? Number(today.slice(0, 4)), query, today) };
}

function daysOf(year: number, query: Asked['query'], today: CalendarDay): { from: string; to: string } {
  const [first, last] = [`${String(year)}-01-01`, `${String(year)}-12-31`];
  const isThisYear = today.startsWith(String(year));
  const month = today.slice(0, 8);
  return { from: query.from ?? (isThisYear && query.to === undefined ? `${month}01` : first), to: query.to ?? (isThisYear && query.from === undefined ? lastOfMonth(today) : last) };
}

function lastOfMonth(day: CalendarDay): string {
  return new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).toISOString().slice(0, 10);
}

/** One page of a register in the order of its numbers. */
export async function readRegister(q: Queryable, source: RegisterRows, asked: Omit<Asked, 'kind' | 'query'> & { query: z.output<typeof registerPageQuery> }): Promise<Omit<RegisterPage, 'opens' | 'letterhead'>> {
  const opened = await openRegister(q, { ...asked, kind: source.kind });
  if (opened.register === null) return { ...opened, count: 0, rows: [], next: null, missingAtEnd: null };
  const { after, limit } = asked.query;
  const span = spanOf(asked.agencyId, opened.register, opened);
  const rows = await source.rows(q, span, { after: after ?? 0, limit });
  const count = after === undefined ? await source.count(q, span, MOST_REGISTER_ROWS + 1) : null;
  const next = rows.length < limit ? null : String(rows.at(-1)?.number);
  return { ...opened, count, rows, next, missingAtEnd: next === null ? await missingAtEnd(q, source, span) : null };
}

/** Numbers that were given and stand nowhere, after the last one that does. Days that end before that one have nothing to tell. */
export async function missingAtEnd(q: Queryable, source: RegisterRows, span: RegisterSpan): Promise<MissingNumbers | null> {
  // The counter first: a number that is given in between is then higher than what was counted, and never taken for missing.
  const { rows } = await q.query('select last_number as given from registers.counter where agency_id = $1 and register_id = $2 and year = $3', [span.agencyId, span.registerId, span.year]);
  const last = await source.last(q, span);
  const given = Number(rows[0]?.['given'] ?? 0);
  const standing = last?.number ?? 0;
  return given > standing && (last === undefined || last.day <= span.to) ? { from: standing + 1, to: given } : null;
}

/** All rows of some days, bounded by `MOST_REGISTER_ROWS`. @throws registers.tooManyRows */
export async function readWholeSpan(q: Queryable, source: RegisterRows, span: RegisterSpan): Promise<RegisterRow[]> {
  if ((await source.count(q, span, MOST_REGISTER_ROWS + 1)) > MOST_REGISTER_ROWS) throw registersErrors.tooManyRows({ values: { most: MOST_REGISTER_ROWS.toLocaleString('vi-VN') } });
  const all: RegisterRow[] = [];
  for (;;) {
    const rows = await source.rows(q, span, { after: all.at(-1)?.number ?? 0, limit: 1000 });
    all.push(...rows);
    if (rows.length < 1000) return all;
  }
}

/** The days of a register that was opened. */
export function spanOf(agencyId: string, register: RegisterName, { from, to }: { from: string; to: string }): RegisterSpan {
  return { agencyId, registerId: register.id, year: register.year, from, to };
}

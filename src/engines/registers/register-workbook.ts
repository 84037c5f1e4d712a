import { writeSpreadsheet, type Cell } from '#kernel/spreadsheet.ts';
import { formatInstant } from '#kernel/time.ts';
import { registerColumns, type MissingNumbers, type ReadRegisterKind, type RegisterName, type RegisterRow } from './contract.ts';
import { officialNumber } from './domain/notation.ts';

/** A spreadsheet program refuses a cell with more than 32,767 characters. */
const LONGEST_CELL = 32_000;

export type WorkbookHead = { kind: ReadRegisterKind; register: RegisterName; from: string; to: string; agencyName: string; madeAt: Date; missingAtEnd: MissingNumbers | null };

/** Some days of a register as a workbook in the form of the decree; numbers that are missing have a line of their own. */
export function registerWorkbook(rows: readonly RegisterRow[], { kind, register, from, to, agencyName, madeAt, missingAtEnd }: WorkbookHead): Buffer {
  const columns = registerColumns[kind];
  const heading = [
    `${register.name} năm ${String(register.year)}`,
    agencyName,
    `Từ ngày ${written(from)} đến ngày ${written(to)}: ${rows.length.toLocaleString('vi-VN')} văn bản`,
    `Lập lúc ${formatInstant(madeAt)}`,
  ];
  const lines = rows.flatMap((row): Cell[][] => {
    const cells = columns.map((column, index) => cellOf(column.kind, row.cells[index] ?? ''));
    return [...missingLine(row.missing, columns.length), cells];
  });
  lines.push(...missingLine(missingAtEnd, columns.length));
  return writeSpreadsheet({ madeAt, creator: agencyName, sheets: [{ name: register.name, heading, columns, rows: lines }] });
}

function cellOf(kind: 'text' | 'number' | 'day', text: string): Cell {
  if (text === '') return null;
  if (kind === 'day') return { day: text };
  return kind === 'number' ? Number(text) : text.length > LONGEST_CELL ? `${text.slice(0, LONGEST_CELL)}…` : text;
}

function missingLine(missing: MissingNumbers | null, width: number): Cell[][] {
  if (missing === null) return [];
  const { from, to } = missing;
  const words = from === to ? `Không có số ${officialNumber(from)}` : `Không có các số từ ${officialNumber(from)} đến ${officialNumber(to)}`;
  return [[words, ...Array.from({ length: width - 1 }, () => null)]];
}

const written = (day: string): string => `${day.slice(8)}/${day.slice(5, 7)}/${day.slice(0, 4)}`;

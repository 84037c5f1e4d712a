import { writeSpreadsheet, type Cell } from '#kernel/spreadsheet.ts';
import { formatInstant, vietnamDay } from '#kernel/time.ts';
import type { ConflictView } from './contract.ts';

/** The differences of a partner's directory, about whom the file is, and who made it when. */
export type ConflictReport = { partnerName: string; conflicts: readonly ConflictView[]; madeBy: string; madeAt: Date };

const columns = [
  { label: 'Khác biệt', width: 34 },
  { label: 'Tên theo họ', width: 44 },
  { label: 'Mã theo họ', width: 18 },
  { label: 'Tên theo danh bạ tỉnh', width: 44 },
  { label: 'Mã theo danh bạ tỉnh', width: 18 },
  { label: 'Đường gửi hiện nay', width: 30 },
  { label: 'Phát hiện ngày', width: 14 },
] as const;

const problems: Record<ConflictView['problem'], string> = {
  hosted_here: 'Họ nhận một cơ quan đang thuộc hệ thống này',
  other_partner: 'Cơ quan đang được gửi qua hệ thống khác',
  name_differs: 'Tên khác nhau',
  code_malformed: 'Mã của họ sai quy tắc',
  code_moved: 'Mã đã thuộc cơ quan khác',
};

function wayOf({ ours }: ConflictView): string {
  if (ours === null) return 'Chưa có cơ quan này';
  return ours.isLocal ? 'Thuộc hệ thống này' : ours.via === null ? 'Chưa có đường gửi' : `Qua ${ours.via}`;
}

/** The report as a workbook: a line a difference. */
export function conflictWorkbook({ partnerName, conflicts, madeBy, madeAt }: ConflictReport): Buffer {
  const rows = conflicts.map((each): Cell[] => [problems[each.problem], each.name, each.code, each.ours?.name ?? null, each.ours?.code ?? null, wayOf(each), { day: vietnamDay(new Date(each.foundAt)) }]);
  const heading = [`Khác biệt danh bạ với ${partnerName}`, `${String(conflicts.length)} khác biệt; ${madeBy} lập lúc ${formatInstant(madeAt)}`];
  return writeSpreadsheet({ madeAt, creator: madeBy, sheets: [{ name: 'Khác biệt danh bạ', heading, columns: [...columns], rows }] });
}

/** The same for other programs: CSV in UTF-8 with its mark (RFC 4180). */
export function conflictTable({ conflicts }: ConflictReport): Buffer {
  const lines = conflicts.map((each) => [problems[each.problem], each.name, each.code ?? '', each.ours?.name ?? '', each.ours?.code ?? '', wayOf(each), formatInstant(new Date(each.foundAt))]);
  return Buffer.from(`\ufeff${[columns.map(({ label }) => label), ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('')}`);
}

/** What a spreadsheet would take for a formula is made text: the names come from another system. */
function cell(value: string): string {
  return `"${(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`;
}

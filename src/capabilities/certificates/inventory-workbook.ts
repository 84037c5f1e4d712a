import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { writeSpreadsheet, type Cell, type Sheet } from '#kernel/spreadsheet.ts';
import { formatInstant, vietnamDay } from '#kernel/time.ts';
import { getAgencyOn } from '#engines/identity/index.ts';
import type { z } from 'zod';
import type { CertificateRow, CertificateState, CertificateStatistics, HolderKind, certificateQuery } from './contract.ts';
import { listCertificates } from './queries/list-certificates.ts';
import { certificateStatistics } from './queries/statistics.ts';

/** More lines nobody reads, and a province has fewer certificates; the sheet says when it ends before the list does. */
const MOST_ROWS = 20_000;
const ROWS_AT_ONCE = 1000;

const holderWords: Record<HolderKind, string> = { person: 'Cá nhân', agency: 'Cơ quan', device: 'Thiết bị, phần mềm' };
const stateWords: Record<CertificateState, string> = {
  active: 'Còn hiệu lực',
  endsSoon: 'Sắp hết hạn',
  expired: 'Đã hết hạn',
  notYetValid: 'Chưa có hiệu lực',
  suspended: 'Bị tạm dừng',
  revoked: 'Đã thu hồi',
};
const counted = ['people', 'agency', 'devices', 'active', 'within60', 'within30', 'within7', 'expired', 'suspended', 'revoked'] as const;
const countWords: Record<(typeof counted)[number], string> = {
  people: 'Cá nhân',
  agency: 'Cơ quan',
  devices: 'Thiết bị, phần mềm',
  active: 'Còn hiệu lực',
  within60: 'Hết hạn trong 60 ngày',
  within30: 'Hết hạn trong 30 ngày',
  within7: 'Hết hạn trong 7 ngày',
  expired: 'Đã hết hạn',
  suspended: 'Bị tạm dừng',
  revoked: 'Đã thu hồi',
};

/** The inventory as a workbook: the certificates that the caller may see and that fit the filters, and the counts by agency. At most 20,000 lines. */
export async function inventoryWorkbook(kernel: Kernel, actor: PersonActor, query: z.output<typeof certificateQuery>): Promise<Buffer> {
  const madeAt = kernel.clock.now();
  const { name } = await getAgencyOn(kernel.database.pool, actor.agencyId, vietnamDay(madeAt));
  const { rows, isCut } = await allRows(kernel, actor, query);
  const { agencies } = await certificateStatistics(kernel, actor);
  const made = `${name} lập lúc ${formatInstant(madeAt)}`;
  return writeSpreadsheet({ madeAt, creator: name, sheets: [inventorySheet(rows, [made, ...(isCut ? [`Chỉ gồm ${String(MOST_ROWS)} dòng đầu; hãy lọc theo cơ quan.`] : [])]), countsSheet(agencies, [made])] });
}

async function allRows(kernel: Kernel, actor: PersonActor, query: z.output<typeof certificateQuery>): Promise<{ rows: CertificateRow[]; isCut: boolean }> {
  const rows: CertificateRow[] = [];
  let after: string | undefined;
  do {
    const page = await listCertificates(kernel, actor, { ...query, after, limit: ROWS_AT_ONCE });
    rows.push(...page.rows);
    after = page.next ?? undefined;
  } while (after !== undefined && rows.length < MOST_ROWS);
  return { rows, isCut: after !== undefined };
}

function inventorySheet(rows: readonly CertificateRow[], heading: readonly string[]): Sheet {
  const day = (instant: string): Cell => ({ day: vietnamDay(new Date(instant)) });
  const columns = [['STT', 6], ['Chủ thể', 34], ['Loại chủ thể', 18], ['Chức vụ', 22], ['Cơ quan quản lý', 40], ['Nơi cấp', 34], ['Số hiệu', 38], ['Số thiết bị lưu khóa', 20], ['Có hiệu lực từ', 14], ['Hết hạn', 14], ['Tình trạng', 18]] as const;
  return {
    name: 'Chứng thư số',
    heading: ['Danh sách chứng thư số', ...heading],
    columns: columns.map(([label, width]) => ({ label, width })),
    rows: rows.map((row, index) => [
      index + 1,
      row.holderName,
      holderWords[row.holderKind],
      row.holderPost,
      row.agencyName,
      row.issuerName,
      row.serial,
      row.tokenSerial,
      day(row.validFrom),
      day(row.validTo),
      stateWords[row.state],
    ]),
  };
}

function countsSheet(agencies: CertificateStatistics['agencies'], heading: readonly string[]): Sheet {
  const total = (name: (typeof counted)[number]): number => agencies.reduce((sum, agency) => sum + agency[name], 0);
  return {
    name: 'Thống kê theo cơ quan',
    heading: ['Thống kê chứng thư số theo cơ quan', ...heading],
    columns: [{ label: 'Cơ quan quản lý', width: 44 }, ...counted.map((name) => ({ label: countWords[name], width: 13 }))],
    rows: agencies.map((agency): Cell[] => [agency.agencyName, ...counted.map((name) => agency[name])]),
    foot: ['Cộng', ...counted.map(total)],
  };
}

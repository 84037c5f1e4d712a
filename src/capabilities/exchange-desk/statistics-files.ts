import { writeSpreadsheet, type Cell, type Sheet } from '#kernel/spreadsheet.ts';
import { formatInstant } from '#kernel/time.ts';
import { writeReportPdf } from '#engines/signatures/index.ts';
import { figureNames, type Figures, type StatisticsReply } from './contract.ts';
import { figureWords, groupWords, measures } from './statistics-words.ts';

/** Who asked for the file, when, and whose figures: a level's, all levels', or the own agency's. */
export type MadeFor = { agencyName: string; madeAt: Date; scope: string };

const TITLE = 'Thống kê gửi, nhận văn bản điện tử';
/** QĐ 28/2018 Art. 6.2: no figure of what was sent tells of them. */
const UNSENT = 'Đã ký, đến hạn gửi trong kỳ, đến nay chưa gửi';
/** `2026-11` as people write it. */
const monthWord = (month: string): string => `${month.slice(5, 7)}/${month.slice(0, 4)}`;
const periodOf = ({ from, to }: StatisticsReply): string => (from === to ? `Tháng ${monthWord(from)}` : `Từ tháng ${monthWord(from)} đến tháng ${monthWord(to)}`);
const sourceOf = ({ countedAt }: StatisticsReply, { agencyName, madeAt }: MadeFor): string =>
  `${agencyName} lập lúc ${formatInstant(madeAt)}${countedAt === null ? '' : `; số liệu đến ${formatInstant(new Date(countedAt))}`}`;

/** The statistics as a workbook: a sheet by agency, one by level, one by month. */
export function statisticsWorkbook(statistics: StatisticsReply, made: MadeFor): Buffer {
  const columns = (first: string): Sheet['columns'] => [{ label: first, width: 44 }, ...figureNames.map((name) => ({ label: figureWords[name], width: 11 }))];
  const cells = (first: string, figures: Figures): Cell[] => [first, ...figureNames.map((name) => figures[name])];
  const heading = [TITLE, `${periodOf(statistics)}, ${made.scope}`, sourceOf(statistics, made), ...measures];
  const foot = cells('Tổng cộng', statistics.total);
  const sheet = (name: string, first: string, rows: Cell[][]): Sheet => ({ name, heading, columns: columns(first), rows, foot });
  return writeSpreadsheet({
    madeAt: made.madeAt,
    creator: made.agencyName,
    sheets: [
      sheet('Theo cơ quan', 'Cơ quan', statistics.agencies.map((each) => cells(each.name, each.figures))),
      sheet('Theo cấp', 'Cấp', statistics.levels.map((each) => cells(`${groupWords[each.group]} (${String(each.agencies)})`, each.figures))),
      { name: 'Quá hạn chưa gửi', heading: [...heading.slice(0, 3), UNSENT], columns: [{ label: 'Cơ quan', width: 44 }, { label: 'Số văn bản', width: 14 }], rows: statistics.unsent.agencies.map(({ name, count }): Cell[] => [name, count]), foot: ['Tổng cộng', statistics.unsent.total] },
      sheet('Theo tháng', 'Tháng', statistics.months.map((each) => cells(monthWord(each.month), each.figures))),
    ],
  });
}

/** The statistics on paper (PDF/A): the sum, the levels, the months, then each agency. */
export function statisticsPaper(statistics: StatisticsReply, made: MadeFor): Buffer {
  const { total } = statistics;
  const line = (first: string, figures: Figures): string[] => [first, ...figureNames.map((name) => number(figures[name]))];
  const table = (first: string, rows: string[][]) => ({ columns: [first, ...figureNames.map((name) => figureWords[name])], rows, foot: line('Tổng cộng', total) });
  const late = total.sentLate + total.noticeLate + total.noticeOverdue + statistics.unsent.total;
  return writeReportPdf({
    language: 'vi',
    turned: true,
    title: TITLE,
    verdict: `${periodOf(statistics)}, ${made.scope}: gửi ${number(total.sent)} văn bản, nhận ${number(total.received)} văn bản.`,
    tone: late === 0 ? 'good' : 'open',
    lead: [`Gửi đúng hạn ${number(total.sentOnTime)}, gửi chậm ${number(total.sentLate)}; báo nhận trong ngày ${number(total.noticeOnTime)}, chậm ${number(total.noticeLate)}, quá hạn chưa báo ${number(total.noticeOverdue)}; đã ký, quá hạn chưa gửi ${number(statistics.unsent.total)}.`],
    sections: [
      { heading: 'Theo cấp', table: table('Cấp', statistics.levels.map((each) => line(`${groupWords[each.group]} (${number(each.agencies)} cơ quan)`, each.figures))) },
      { heading: 'Theo tháng', table: table('Tháng', statistics.months.map((each) => line(monthWord(each.month), each.figures))) },
      { heading: 'Theo cơ quan', table: table('Cơ quan', statistics.agencies.map((each) => line(each.name, each.figures))) },
      ...(statistics.unsent.total === 0
        ? []
        : [{ heading: UNSENT, table: { columns: ['Cơ quan', 'Số văn bản'], rows: statistics.unsent.agencies.map(({ name, count }) => [name, number(count)]), foot: ['Tổng cộng', number(statistics.unsent.total)] } }]),
      { heading: 'Cách tính', paragraphs: measures },
    ],
    footer: sourceOf(statistics, made),
    pageLabel: 'Trang {page}/{pages}',
    madeAt: made.madeAt,
  });
}

const number = (value: number): string => new Intl.NumberFormat('vi-VN').format(value);

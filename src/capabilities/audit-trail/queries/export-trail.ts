import type { PersonActor } from '#kernel/actor.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { describeHead, latestTreeHead, searchEntries, type EntrySearch } from '#engines/audit/index.ts';
import type { TrailRow } from '../contract.ts';
import { describeRows } from './read-trail.ts';

const STEP = 1000;
/** A spreadsheet holds no more lines. */
const MOST_ROWS = 1_000_000;

type Export = { search: Omit<EntrySearch, 'limit'>; format: 'csv' | 'json'; language: 'vi' | 'en'; actor: PersonActor; /** So many lines at most. */ most?: number };

/**
 * The whole answer to a question as a file, piece by piece: CSV for a spreadsheet (UTF-8 with its mark, RFC 4180), or JSON with the signed tree
 * in which the leaves stand, so that each line can be proven with `GET /api/v1/audit/entries/:entryId/proof`.
 */
export async function* exportTrail(kernel: Kernel, { search, format, language, actor, most = MOST_ROWS }: Export): AsyncGenerator<Buffer> {
  const head = await latestTreeHead(kernel.database.pool);
  const opening = { exportedAt: kernel.clock.now().toISOString(), exportedBy: actor.name, from: search.from.toISOString(), to: search.to.toISOString(), treeHead: head === undefined ? null : describeHead(head) };
  yield Buffer.from(format === 'csv' ? `\ufeff${line(headings[language])}` : `${JSON.stringify(opening).slice(0, -1)},"entries":[\n`);
  let count = 0;
  let isComplete = true;
  for await (const found of pages(kernel, search, { actor, language })) {
    const rows = found.slice(0, most - count);
    isComplete = rows.length === found.length;
    yield Buffer.from(rows.map((row, index) => (format === 'csv' ? line(cellsOf(row)) : `${count + index === 0 ? '' : ',\n'}${JSON.stringify(row)}`)).join(''));
    count += rows.length;
    if (!isComplete) break;
  }
  // Whoever reads the file must not take its end for that of the record.
  if (format === 'json') yield Buffer.from(`\n],"isComplete":${String(isComplete)}}\n`);
  else if (!isComplete) yield Buffer.from(line([cutShort[language].replace('{count}', String(count))]));
}

const DAY_MS = 86_400_000;

/** Day by day: the search reads its whole span for each page, and a year of it for each of a thousand pages would take hours. */
async function* pages(kernel: Kernel, search: Omit<EntrySearch, 'limit'>, asker: Pick<Export, 'actor' | 'language'>): AsyncGenerator<TrailRow[]> {
  for (let { to } = search; to > search.from; to = new Date(to.getTime() - DAY_MS)) {
    const from = new Date(Math.max(search.from.getTime(), to.getTime() - DAY_MS));
    let before: EntrySearch['before'];
    for (;;) {
      const found = await searchEntries(kernel.database.pool, { ...search, from, to, before, limit: STEP });
      const last = found.at(-1);
      if (last !== undefined) yield await describeRows(kernel, found, asker);
      if (last === undefined || found.length < STEP) break;
      before = { at: last.at, entryId: last.entryId };
    }
  }
}

const cutShort = {
  vi: 'CHƯA HẾT: tệp dừng ở {count} dòng. Chọn khoảng thời gian ngắn hơn để xuất phần còn lại.',
  en: 'NOT ALL: the file ends after {count} lines. Choose a shorter span to export the rest.',
};

const headings = {
  vi: ['Thời gian', 'Cơ quan', 'Người thực hiện', 'Chức vụ', 'Thay mặt', 'Việc', 'Loại', 'Đối tượng', 'Mã đối tượng', 'Mã yêu cầu', 'Vị trí trong cây', 'Mã băm'],
  en: ['Time', 'Agency', 'Person', 'Post', 'On behalf of', 'What', 'Type', 'Subject', 'Id of subject', 'Request', 'Place in the tree', 'Hash'],
};

function cellsOf(row: TrailRow): string[] {
  const { at, agencyName, actorName, actorTitle, onBehalfOf, text, type, subject, requestId, leafIndex, leafHash } = row;
  return [at, agencyName, actorName, actorTitle ?? '', onBehalfOf ?? '', text, type, subject.type, subject.id, requestId, leafIndex === null ? '' : String(leafIndex), leafHash];
}

function line(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** What a spreadsheet would take for a formula is made text: names and reasons come from anybody. */
function cell(value: string): string {
  const harmless = /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return `"${harmless.replaceAll('"', '""')}"`;
}

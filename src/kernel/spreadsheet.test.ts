import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { strFromU8, unzipSync } from 'fflate';
import { writeSpreadsheet, type Sheet } from './spreadsheet.ts';

const sheet: Sheet = {
  name: 'Theo cơ quan',
  heading: ['Thống kê gửi, nhận văn bản điện tử', 'Tháng 11/2026'],
  columns: [
    { label: 'Cơ quan', width: 40 },
    { label: 'Đã gửi', width: 10 },
    { label: 'Ngày', width: 12 },
  ],
  rows: [
    ['UBND xã Hoằng Hóa', 1234, { day: '2026-11-20' }],
    ['Sở Nội vụ & <Tài chính> "A"', 0, null],
    ['=HYPERLINK("http://xấu")\u0000', 7, null],
  ],
  foot: ['Cộng', 1241, null],
};
const made = (changes: Partial<Sheet> = {}): Buffer => writeSpreadsheet({ sheets: [{ ...sheet, ...changes }], madeAt: new Date('2026-11-20T02:00:00Z'), creator: 'Liên Thông' });
const partsOf = (file: Buffer): Map<string, string> => new Map(Object.entries(unzipSync(file)).map(([name, bytes]) => [name, strFromU8(bytes)]));

/** As an XML reader would: every tag closed in its order, no bare ampersand or angle bracket. */
function assertWellFormed(name: string, text: string): void {
  const open: string[] = [];
  const rest = text.replace(/^<\?xml[^>]*\?>\s*/, '').replace(/<(\/?)([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>/g, (_, closing: string, tag: string, __, single: string) => {
    if (closing === '/') assert.equal(open.pop(), tag, name);
    else if (single === '') open.push(tag);
    return '';
  });
  assert.deepEqual(open, [], name);
  assert.doesNotMatch(rest.replace(/&(amp|lt|gt|quot);/g, ''), /[<>&]/, name);
}

test('every part of the workbook is well formed, and what its relations and types name is there', () => {
  const parts = partsOf(made());
  for (const [name, text] of parts) assertWellFormed(name, text);
  for (const [, target] of (parts.get('xl/_rels/workbook.xml.rels') ?? '').matchAll(/Target="([^"]+)"/g)) assert.ok(parts.has(`xl/${target ?? ''}`), target);
  for (const [, part] of (parts.get('[Content_Types].xml') ?? '').matchAll(/PartName="\/([^"]+)"/g)) assert.ok(parts.has(part ?? ''), part);
  assert.equal(Object.keys(unzipSync(made()))[0], '[Content_Types].xml', 'readers look for the types first');
});

test('text stays text with its diacritics, numbers are numbers, days are days', () => {
  const text = partsOf(made()).get('xl/worksheets/sheet1.xml') ?? '';
  assert.match(text, /<c r="A4" s="3" t="inlineStr"><is><t xml:space="preserve">UBND xã Hoằng Hóa<\/t><\/is><\/c><c r="B4" s="4"><v>1234<\/v><\/c><c r="C4" s="5"><v>46346<\/v><\/c>/);
  assert.match(text, /Sở Nội vụ &amp; &lt;Tài chính&gt; &quot;A&quot;/);
  assert.doesNotMatch(text, /<f>/, 'what begins with = is no formula');
  assert.ok(!text.includes('\u0000'));
  assert.match(text, /<c r="A7" s="6"[^>]*>.*Cộng.*<c r="B7" s="7"><v>1241<\/v>/);
});

test('the header stays in view, is filtered by, and comes again on each printed page', () => {
  const parts = partsOf(made());
  assert.match(parts.get('xl/worksheets/sheet1.xml') ?? '', /<pane xSplit="1" ySplit="3" topLeftCell="B4"[^>]*state="frozen"\/>.*<autoFilter ref="A3:C6"\/>/);
  assert.match(parts.get('xl/workbook.xml') ?? '', /Print_Titles" localSheetId="0">'Theo cơ quan'!\$3:\$3</);
});

test('a name that spreadsheet programs would refuse is mended, and many columns have their letters', () => {
  const columns = Array.from({ length: 28 }, (_, index) => ({ label: `Cột ${String(index)}`, width: 8 }));
  const parts = partsOf(made({ name: `Tháng 11/2026: [gửi] ${'x'.repeat(40)}`, columns, rows: [], foot: columns.map(() => 1) }));
  const name = /<sheet name="([^"]+)"/.exec(parts.get('xl/workbook.xml') ?? '')?.[1] ?? '';
  assert.ok(name.length <= 31 && !/[\\/?*[\]:]/.test(name), name);
  assert.match(parts.get('xl/worksheets/sheet1.xml') ?? '', /r="AA3".*r="AB3"/);
});

test('the same content gives the same bytes', () => assert.ok(made().equals(made())));

test('a spreadsheet library reads it (openpyxl, where it is installed)', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-sheet-'));
  try {
    const path = join(folder, 'a.xlsx');
    writeFileSync(path, made());
    const script = 'import sys\ntry:\n import openpyxl\nexcept ImportError:\n sys.exit(9)\ns=openpyxl.load_workbook(sys.argv[1]).active\nprint(s.title, s["A4"].value, s["B4"].value, s["C4"].value.date(), s.freeze_panes, s["A6"].data_type, sep="|")';
    const { status, stdout } = spawnSync('python3', ['-c', script, path], { encoding: 'utf8', env: { ...process.env, PYTHONIOENCODING: 'utf-8' } });
    if (status === 9 || status === null) {
      t.skip('openpyxl is not installed');
      return;
    }
    assert.equal(stdout.trim(), 'Theo cơ quan|UBND xã Hoằng Hóa|1234|2026-11-20|B4|s');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countPages, openPdf } from '../pdf/reader/index.ts';
import { hasOracle, runOracle } from '../pdf/testing-signer.ts';
import { textWidth } from '../pdf/appearance/font.ts';
import { writeReportPdf, type ReportPaper } from './index.ts';
import { layOut, pageOf, wrap } from './layout.ts';

const fingerprint = 'f04ba4b459a7c9a1b971ad9b1cb833e695a80c79aea63b174b66a70edfe2fdb8';
const names = ['Đào Mạnh Hà', 'Nguyễn Thị Ngọc Ánh', 'Ủy ban nhân dân tỉnh Thanh Hóa', 'Lường Thị Quỳnh Như'];

function paper(changes: Partial<ReportPaper> = {}): ReportPaper {
  return {
    language: 'vi',
    title: 'Báo cáo kiểm tra chữ ký số',
    verdict: 'Chữ ký hợp lệ, văn bản còn nguyên vẹn.',
    tone: 'good',
    lead: ['Cần làm: không phải làm gì.'],
    sections: names.map((name) => ({ heading: name, tone: 'good', paragraphs: ['Ký lúc 20/11/2026, 09:00 (theo dấu thời gian).'], rows: [['Người ký', name], ['Dấu vân SHA-256', fingerprint]] })),
    footer: 'Lập theo Thông tư 15/2025/TT-BKHCN',
    pageLabel: 'Trang {page}/{pages}',
    madeAt: new Date('2026-11-20T02:00:00Z'),
    ...changes,
  };
}
const long = paper({ sections: Array.from({ length: 40 }, (_, i) => ({ heading: `Chữ ký ${String(i + 1)}`, rows: names.map((name) => ['Chủ thể', name] as const) })) });

test('the report holds its words with all diacritics, as a reader of the file finds them', (t) => {
  if (!hasOracle(t, 'pdftotext')) return;
  const text = runOracle('pdftotext', ['-layout', 'a.pdf', '-'], { 'a.pdf': writeReportPdf(paper()) }).output;
  for (const wanted of [...names, 'Báo cáo kiểm tra chữ ký số', 'Chữ ký hợp lệ, văn bản còn nguyên vẹn.', 'Trang 1/1']) assert.ok(text.includes(wanted), `${wanted}\n${text}`);
  assert.ok(text.indexOf('Chữ ký hợp lệ') < text.indexOf('Đào Mạnh Hà'), 'the verdict comes first');
});

test('a long report goes over several numbered pages, and qpdf finds nothing wrong', (t) => {
  const pdf = writeReportPdf(long);
  const pages = countPages(openPdf(pdf));
  assert.ok(pages > 3, String(pages));
  if (!hasOracle(t, 'qpdf') || !hasOracle(t, 'pdftotext')) return;
  assert.match(runOracle('qpdf', ['--check', 'a.pdf'], { 'a.pdf': pdf }).output, /No syntax or stream encoding errors found/);
  const text = runOracle('pdftotext', ['a.pdf', '-'], { 'a.pdf': pdf }).output;
  for (let number = 1; number <= pages; number += 1) assert.ok(text.includes(`Trang ${String(number)}/${String(pages)}`), String(number));
});

const turned = paper({
  turned: true,
  sections: [{
    heading: 'Theo cơ quan',
    table: {
      columns: ['Cơ quan', ...Array.from({ length: 18 }, () => 'Báo nhận trong ngày')],
      rows: Array.from({ length: 90 }, (_, row) => [`Ủy ban nhân dân xã ${String(row + 1)}${row === 50 ? ', Ban Quản lý dự án đầu tư xây dựng các công trình'.repeat(4) : ''}`, ...Array.from({ length: 18 }, (_each, column) => String(row * 100 + column))]),
      foot: ['Tổng cộng', ...Array.from({ length: 18 }, () => '342.558')],
    },
  }],
});

test('a table goes over several pages across, each with the headings; its sum stands once, at the end', (t) => {
  const pages = layOut(turned);
  assert.ok(pages.length > 2, String(pages.length));
  const texts = pages.map((marks) => marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : [])));
  for (const words of texts) assert.ok(words.includes('Cơ quan'), words.join(' '));
  assert.deepEqual(texts.map((words) => words.filter((word) => word === '342.558').length), [...texts.slice(1).map(() => 0), 18]);
  if (!hasOracle(t, 'pdftotext')) return;
  const text = runOracle('pdftotext', ['-layout', 'a.pdf', '-'], { 'a.pdf': writeReportPdf(turned) }).output;
  assert.match(text, /Ủy ban nhân dân xã 90\s+8900\s+8901/);
});

test('nothing stands outside the margins, and no heading stands alone at the foot of a page', () => {
  for (const [report, marks] of [long, turned].flatMap((each) => layOut(each).map((marks) => [each, marks] as const))) {
    const page = pageOf(report);
    for (const mark of marks) {
      const width = mark.kind === 'text' ? textWidth(mark.text, mark.size, mark.style) : mark.width;
      assert.ok(mark.x >= 70 && mark.x + width <= page.width - 56, JSON.stringify(mark));
      assert.ok(mark.y >= 30 && mark.y <= page.height - 50, JSON.stringify(mark));
    }
    if (report === turned) continue;
    const lines = marks.filter((mark) => mark.kind === 'text' && mark.size > 9).sort((a, b) => a.y - b.y);
    assert.ok(lines[0]?.kind === 'text' && lines[0].style === 'regular', JSON.stringify(lines[0]));
  }
});

test('a word that is longer than a line is broken, and nothing of it is lost', () => {
  const lines = wrap(`${fingerprint}${fingerprint}`, { size: 11, style: 'regular', width: 200 });
  assert.ok(lines.length > 2);
  assert.equal(lines.join(''), `${fingerprint}${fingerprint}`);
});

test('characters that the font lacks, controls and marks of direction do not stop a report', (t) => {
  const pdf = writeReportPdf(paper({ verdict: 'Tên 漢字 😀 \u202Efdp.exe\u0000 hết' }));
  if (!hasOracle(t, 'pdftotext')) return;
  assert.match(runOracle('pdftotext', ['a.pdf', '-'], { 'a.pdf': pdf }).output, /Tên \?\? \? fdp\.exe hết/);
});

test('the file keeps the rules of PDF/A-2b that can be seen in its bytes', (t) => {
  const pdf = writeReportPdf(paper({ title: 'Báo cáo <A> & B' }));
  const text = pdf.toString('utf8');
  assert.match(text, /<pdfaid:part>2<\/pdfaid:part><pdfaid:conformance>B<\/pdfaid:conformance>/);
  assert.match(text, /Báo cáo &lt;A&gt; &amp; B/);
  assert.match(text, /\/ID\[<[0-9a-f]{32}><[0-9a-f]{32}>\]/);
  assert.doesNotMatch(text, /\/Device(?:RGB|CMYK|Gray)|\/Encrypt|\/JavaScript|\/URI/);
  if (!hasOracle(t, 'pdffonts')) return;
  const fonts = runOracle('pdffonts', ['a.pdf'], { 'a.pdf': pdf }).output.trim().split('\n').slice(2);
  assert.equal(fonts.length, 2);
  for (const font of fonts) assert.match(font, /Identity-H\s+yes yes yes/, 'embedded, a subset, with its meaning');
});

test('the same report gives the same bytes', () => {
  assert.ok(writeReportPdf(paper()).equals(writeReportPdf(paper())));
});

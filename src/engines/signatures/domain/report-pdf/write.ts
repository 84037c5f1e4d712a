/** Writes the pages as a PDF 1.7 that is PDF/A-2b (ISO 19005-2): fonts embedded, colours of their own space, metadata, no outside references. */
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { embedFont } from '../pdf/appearance/font.ts';
import { joinFragments, local, streamObject, type FragmentObject, type PdfFragment } from '../pdf/signing/index.ts';
import { layOut, pageOf, type Ink, type Mark, type Style } from './layout.ts';
import type { ReportPaper } from './paper.ts';

/** The report as a file, unsigned. The same paper gives the same bytes. */
export function writeReportPdf(paper: ReportPaper): Buffer {
  const page = pageOf(paper);
  const pages = layOut(paper);
  const texts = (style: Style): string[] => pages.flat().flatMap((mark) => (mark.kind === 'text' && mark.style === style ? [mark.text] : []));
  const regular = embedFont('regular', texts('regular'));
  const bold = embedFont('bold', texts('bold'));
  const encode = { regular: regular.encode, bold: bold.encode };
  const contents = pages.map((marks) => streamObject(['/Filter/FlateDecode'], deflateSync(Buffer.from(contentOf(marks, encode), 'latin1'))));
  const { objects: fonts, starts } = joinFragments([regular.objects, bold.objects]);
  const [regularAt = 0, boldAt = 0] = starts.map((start) => start + firstFont);
  const firstPage = firstFont + fonts.length;
  const pageAt = (index: number): number => firstPage + index * 2;
  const kids = pages.flatMap((_, index) => [local(pageAt(index)), ' ']);
  const objects: PdfFragment = [
    ['<</Type/Catalog/Pages ', local(1), '/Metadata ', local(2), `/Lang(${paper.language})/ViewerPreferences<</DisplayDocTitle true>>>>`],
    [`<</Type/Pages/MediaBox[0 0 ${String(page.width)} ${String(page.height)}]/Count ${String(pages.length)}/Resources<</ColorSpace<</C ${calibratedRgb}>>/Font<</R `, local(regularAt), '/B ', local(boldAt), '>>>>/Kids[', ...kids, ']>>'],
    streamObject(['/Type/Metadata/Subtype/XML'], Buffer.from(metadataOf(paper), 'utf8')),
    ...fonts.map((object) => object.map((part) => (typeof part === 'string' || Buffer.isBuffer(part) ? part : local(part.local + firstFont)))),
    ...contents.flatMap((content, index): FragmentObject[] => [['<</Type/Page/Parent ', local(1), '/Contents ', local(pageAt(index) + 1), '>>'], content]),
  ];
  return writeFile(objects);
}

const firstFont = 3;

/** The primaries of sRGB. A colour space that is no device's needs no output intent (ISO 19005-2, 6.2.4.2). */
const calibratedRgb = '[/CalRGB<</WhitePoint[0.9505 1 1.089]/Gamma[2.2 2.2 2.2]/Matrix[0.4124 0.2126 0.0193 0.3576 0.7152 0.1192 0.1805 0.0722 0.9505]>>]';

/** Ink, jade, lacquer and rice of the screens, dark enough for paper. */
const inks: Record<Ink, string> = {
  text: '0.09 0.09 0.11',
  quiet: '0.36 0.35 0.34',
  line: '0.75 0.73 0.7',
  good: '0.06 0.4 0.27',
  bad: '0.66 0.12 0.12',
  open: '0.5 0.35 0.02',
};

function contentOf(marks: readonly Mark[], encode: Readonly<Record<Style, (text: string) => string>>): string {
  const fonts = { regular: 'R', bold: 'B' } as const;
  const lines = marks.map((mark) => {
    const ink = `${inks[mark.ink]} sc`;
    if (mark.kind === 'box') return `${ink} ${[mark.x, mark.y, mark.width, mark.height].map(short).join(' ')} re f`;
    return `${ink} BT /${fonts[mark.style]} ${short(mark.size)} Tf ${short(mark.x)} ${short(mark.y)} Td ${encode[mark.style](mark.text)} Tj ET`;
  });
  return ['/C cs', ...lines].join('\n');
}

function short(points: number): string {
  return String(Math.round(points * 100) / 100);
}

/** XMP with the claim of the profile (ISO 19005-2, 6.6.4); the title is what viewers show. */
function metadataOf({ title, language, madeAt }: ReportPaper): string {
  const at = madeAt.toISOString().replace(/\.\d+Z$/, 'Z');
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">',
    '<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>',
    `<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(title)}</rdf:li></rdf:Alt></dc:title>`,
    `<dc:language><rdf:Bag><rdf:li>${language}</rdf:li></rdf:Bag></dc:language>`,
    `<xmp:CreateDate>${at}</xmp:CreateDate><xmp:CreatorTool>Liên Thông</xmp:CreatorTool>`,
    '</rdf:Description></rdf:RDF></x:xmpmeta>',
    '<?xpacket end="w"?>',
  ].join('\n');
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Object n of the list is number n + 1; the first is the catalog. */
function writeFile(objects: PdfFragment): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n', 'latin1')];
  let at = parts[0]?.length ?? 0;
  const starts: number[] = [];
  const put = (bytes: Buffer): void => {
    parts.push(bytes);
    at += bytes.length;
  };
  for (const [index, object] of objects.entries()) {
    starts.push(at);
    put(Buffer.from(`${String(index + 1)} 0 obj\n`));
    for (const part of object) put(Buffer.isBuffer(part) ? part : Buffer.from(typeof part === 'string' ? part : `${String(part.local + 1)} 0 R`, 'latin1'));
    put(Buffer.from('\nendobj\n'));
  }
  const rows = starts.map((start) => `${String(start).padStart(10, '0')} 00000 n\r\n`).join('');
  const id = createHash('sha256').update(Buffer.concat(parts)).digest('hex').slice(0, 32);
  const size = String(objects.length + 1);
  const tableAt = String(at);
  put(Buffer.from(`xref\n0 ${size}\n0000000000 65535 f\r\n${rows}trailer\n<</Size ${size}/Root 1 0 R/ID[<${id}><${id}>]>>\nstartxref\n${tableAt}\n%%EOF\n`, 'latin1'));
  return Buffer.concat(parts);
}

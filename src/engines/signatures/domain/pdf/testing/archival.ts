import { deflateSync } from 'node:zlib';
import { embedFont } from '../appearance/font.ts';

/**
 * A PDF/A-2b file (ISO 19005-2), as an office program exports it: what it claims in its metadata, an output intent with an RGB profile, every
 * font embedded. Built here byte by byte, so that what signing adds is the only thing that can break the claim.
 */
export function buildArchivalPdf({ pages = 2 }: { readonly pages?: number } = {}): Buffer {
  const lines = Array.from({ length: pages }, (_, i) => `Sở Nội vụ, trang ${i + 1}`);
  const font = embedFont('regular', lines);
  const fontAt = 8;
  const firstPage = fontAt + font.objects.length;
  const profile = deflateSync(rgbProfile());
  const kids = lines.map((_, i) => `${firstPage + i * 2} 0 R`).join(' ');
  const bodies: Buffer[] = [
    object(`<</Type/Catalog/Pages 2 0 R/Metadata 3 0 R/OutputIntents[4 0 R]>>`),
    object(`<</Type/Pages/Kids[${kids}]/Count ${pages}>>`),
    streamBody('/Type/Metadata/Subtype/XML', Buffer.from(metadata, 'utf8')),
    object('<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB)/DestOutputProfile 5 0 R>>'),
    streamBody('/N 3/Filter/FlateDecode', profile),
    object('<</Producer(Lien Thong tests)>>'),
    object(`<</Font<</F1 ${fontAt} 0 R>>>>`),
    ...font.objects.map((parts) => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.isBuffer(part) ? part : Buffer.from(`${fontAt + part.local} 0 R`))))),
    ...lines.flatMap((line, i) => [
      object(`<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources 7 0 R/Contents ${firstPage + i * 2 + 1} 0 R>>`),
      streamBody('', Buffer.from(`BT /F1 13 Tf 72 770 Td ${font.encode(line)} Tj ET`)),
    ]),
  ];
  return written(bodies);
}

const metadata = `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance><pdf:Producer>Lien Thong tests</pdf:Producer>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;

function object(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function streamBody(entries: string, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`<<${entries}/Length ${data.length}>>stream\n`), data, Buffer.from('\nendstream')]);
}

function written(bodies: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n', 'latin1')];
  let at = parts[0]?.length ?? 0;
  const rows = bodies.map((body, i) => {
    const bytes = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')]);
    parts.push(bytes);
    at += bytes.length;
    return `${String(at - bytes.length).padStart(10, '0')} 00000 n \n`;
  });
  const id = '<00112233445566778899aabbccddeeff>';
  parts.push(Buffer.from(`xref\n0 ${bodies.length + 1}\n0000000000 65535 f \n${rows.join('')}trailer\n<</Size ${bodies.length + 1}/Root 1 0 R/Info 6 0 R/ID[${id}${id}]>>\nstartxref\n${at}\n%%EOF\n`));
  return Buffer.concat(parts);
}

/** The smallest RGB profile that ICC.1:2001-04 allows for a display: three primaries (sRGB's, for D50), one gamma of 2.2. */
function rgbProfile(): Buffer {
  const text = (content: string): Buffer => Buffer.concat([Buffer.from('text\0\0\0\0'), Buffer.from(`${content}\0`)]);
  const description = Buffer.concat([Buffer.from('desc\0\0\0\0\0\0\0\x05sRGB\0'), Buffer.alloc(4 + 4 + 2 + 1 + 67)]);
  const xyz = (...values: number[]): Buffer => Buffer.concat([Buffer.from('XYZ \0\0\0\0'), ...values.map(fixed)]);
  const gamma = Buffer.from('curv\0\0\0\0\0\0\0\x01\x02\x33\0\0', 'latin1');
  const tags: [string, Buffer][] = [
    ['desc', description],
    ['cprt', text('public domain')],
    ['wtpt', xyz(0.9642, 1, 0.8249)],
    ['rXYZ', xyz(0.4361, 0.2225, 0.0139)],
    ['gXYZ', xyz(0.3851, 0.7169, 0.0971)],
    ['bXYZ', xyz(0.1431, 0.0606, 0.7141)],
    ['rTRC', gamma],
    ['gTRC', gamma],
    ['bTRC', gamma],
  ];
  let at = 128 + 4 + tags.length * 12;
  const table = tags.map(([name, data]) => {
    const entry = Buffer.concat([Buffer.from(name), uint32(at), uint32(data.length)]);
    at += Math.ceil(data.length / 4) * 4;
    return entry;
  });
  const content = tags.map(([, data]) => Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]));
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at, 0);
  header.write('\x02\x10', 8, 'latin1');
  header.write('mntrRGB XYZ ', 12, 'latin1');
  [2026, 11, 21].forEach((value, i) => header.writeUInt16BE(value, 24 + i * 2));
  header.write('acsp', 36, 'latin1');
  [0.9642, 1, 0.8249].forEach((value, i) => fixed(value).copy(header, 68 + i * 4));
  return Buffer.concat([header, uint32(tags.length), ...table, ...content]);
}

function uint32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

/** s15Fixed16Number. */
function fixed(value: number): Buffer {
  return uint32(Math.round(value * 65536));
}

import { deflateSync } from 'node:zlib';
import { embedFont } from '../appearance/font.ts';
import { channelsOf, testProfile } from './icc-profiles.ts';

/** What the file says about its colours: the space of its output intent, or that it has none. */
export type ArchivalIntent = 'rgb' | 'gray' | 'cmyk' | 'none';
/** Part and conformance that the file claims, as veraPDF names them. */
export type ArchivalFlavour = '1b' | '2b' | '2u' | '3b';
export type ArchivalOptions = { readonly pages?: number; readonly intent?: ArchivalIntent; readonly flavour?: ArchivalFlavour };

/**
 * A PDF/A file (ISO 19005), as an office program exports it: what it claims in its metadata, an output intent or colours that need none, every
 * font embedded. Built here byte by byte, so that what signing adds is the only thing that can break the claim.
 */
export function buildArchivalPdf({ pages = 2, intent = 'rgb', flavour = '2b' }: ArchivalOptions = {}): Buffer {
  const lines = Array.from({ length: pages }, (_, i) => `Sở Nội vụ, trang ${i + 1}`);
  const font = embedFont('regular', lines);
  const fontAt = 8;
  const firstPage = fontAt + font.objects.length;
  const kids = lines.map((_, i) => `${firstPage + i * 2} 0 R`).join(' ');
  const bodies: Buffer[] = [
    object(`<</Type/Catalog/Pages 2 0 R/Metadata 3 0 R${intent === 'none' ? '' : '/OutputIntents[4 0 R]'}>>`),
    object(`<</Type/Pages/Kids[${kids}]/Count ${pages}>>`),
    streamBody('/Type/Metadata/Subtype/XML', Buffer.from(metadata(flavour), 'utf8')),
    object(intent === 'none' ? 'null' : '<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(Custom)/Info(Tests)/DestOutputProfile 5 0 R>>'),
    intent === 'none' ? object('null') : streamBody(`/N ${channelsOf[intent]}/Filter/FlateDecode`, deflateSync(testProfile(intent))),
    object('<</Producer(Lien Thong tests)>>'),
    object(`<</Font<</F1 ${fontAt} 0 R>>/ColorSpace<</C0[/CalGray<</WhitePoint[0.9505 1 1.089]/Gamma 2.2>>]>>>>`),
    ...font.objects.map((parts) => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.isBuffer(part) ? part : Buffer.from(`${fontAt + part.local} 0 R`))))),
    ...lines.flatMap((line, i) => [
      object(`<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources 7 0 R/Contents ${firstPage + i * 2 + 1} 0 R>>`),
      streamBody('', Buffer.from(`/C0 cs 0 sc BT /F1 13 Tf 72 770 Td ${font.encode(line)} Tj ET`)),
    ]),
  ];
  return written(bodies);
}

const metadata = (flavour: ArchivalFlavour): string => `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<pdfaid:part>${flavour[0] ?? ''}</pdfaid:part><pdfaid:conformance>${flavour.slice(1).toUpperCase()}</pdfaid:conformance><pdf:Producer>Lien Thong tests</pdf:Producer>
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

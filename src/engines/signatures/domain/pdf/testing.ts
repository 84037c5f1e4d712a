import { deflateSync } from 'node:zlib';

export type BuiltPdf = {
  /** Default 'table'. 'packed' keeps catalog, pages and fonts in an object stream. */
  readonly xref?: 'table' | 'stream' | 'packed';
  readonly pages?: number;
  /** Bytes of incompressible filler, spread over the pages as images. */
  readonly fillerBytes?: number;
  /** Additional entries of each page's dictionary, such as `/Rotate 90`. */
  readonly pageEntries?: string;
  /** Additional entries of the catalog. */
  readonly catalogEntries?: string;
  /** Content of each page; default: its number. */
  readonly content?: (pageIndex: number) => string;
  /** Further objects, from number 10 on. */
  readonly objects?: readonly string[];
};

type Body = string | Buffer;

/**
 * Builds a well-formed PDF for tests and benchmarks: 1 catalog, 2 page tree, 3 font, 4 info, then the given objects from 10 on, then the pages.
 */
export function buildPdf(wanted: BuiltPdf = {}): Buffer {
  const { xref = 'table', pages = 1, fillerBytes = 0, pageEntries = '', catalogEntries = '', objects = [] } = wanted;
  const content = wanted.content ?? ((index: number) => `BT /F1 13 Tf 72 770 Td (Trang ${index + 1}) Tj ET`);
  const firstPage = 10 + objects.length;
  const pageNum = (index: number): number => firstPage + index * 3;
  const kids = Array.from({ length: pages }, (_, i) => `${pageNum(i)} 0 R`).join(' ');
  const bodies = new Map<number, Body>([
    [1, `<</Type/Catalog/Pages 2 0 R${catalogEntries}>>`],
    [2, `<</Type/Pages/Kids[${kids}]/Count ${pages}/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>>>`],
    [3, '<</Type/Font/Subtype/Type1/BaseFont/Times-Roman/Encoding/WinAnsiEncoding>>'],
    [4, '<</Producer(Lien Thong tests)>>'],
    ...objects.map((body, i): [number, Body] => [10 + i, body]),
  ]);
  for (let i = 0; i < pages; i += 1) {
    bodies.set(pageNum(i), `<</Type/Page/Parent 2 0 R/Contents ${pageNum(i) + 1} 0 R${pageEntries}/X ${pageNum(i) + 2} 0 R>>`);
    bodies.set(pageNum(i) + 1, stream('/Filter/FlateDecode', deflateSync(content(i))));
    bodies.set(pageNum(i) + 2, stream('', noise(Math.floor(fillerBytes / pages), i + 1)));
  }
  return xref === 'table' ? writeWithTable(bodies) : writeWithStream(bodies, xref === 'packed');
}

function stream(entries: string, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`<<${entries}/Length ${data.length}>>stream\n`), data, Buffer.from('\nendstream')]);
}

/** Bytes that do not compress, the same in every run (xorshift32). */
function noise(bytes: number, seed: number): Buffer {
  const out = Buffer.alloc(bytes);
  let state = seed * 2654435761;
  for (let i = 0; i < bytes; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    out[i] = state & 255;
  }
  return out;
}

type Writer = { readonly parts: Buffer[]; length: number; readonly offsets: Map<number, number> };

function put(writer: Writer, data: Body): void {
  const bytes = typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
  writer.parts.push(bytes);
  writer.length += bytes.length;
}

function putObject(writer: Writer, num: number, body: Body): void {
  writer.offsets.set(num, writer.length);
  put(writer, `${num} 0 obj\n`);
  put(writer, body);
  put(writer, '\nendobj\n');
}

function startFile(): Writer {
  const writer: Writer = { parts: [], length: 0, offsets: new Map() };
  put(writer, '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n');
  return writer;
}

const trailer = '/Root 1 0 R/Info 4 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]';

function writeWithTable(bodies: ReadonlyMap<number, Body>): Buffer {
  const writer = startFile();
  for (const [num, body] of bodies) putObject(writer, num, body);
  const size = Math.max(...bodies.keys()) + 1;
  const at = writer.length;
  put(writer, `xref\n0 ${size}\n`);
  for (let num = 0; num < size; num += 1) {
    const offset = writer.offsets.get(num);
    put(writer, offset === undefined ? '0000000000 65535 f \n' : `${String(offset).padStart(10, '0')} 00000 n \n`);
  }
  put(writer, `trailer\n<</Size ${size}${trailer}>>\nstartxref\n${at}\n%%EOF\n`);
  return Buffer.concat(writer.parts);
}

function writeWithStream(bodies: ReadonlyMap<number, Body>, isPacked: boolean): Buffer {
  const writer = startFile();
  const last = Math.max(...bodies.keys());
  const packed = isPacked ? [...bodies].filter(([, body]) => typeof body === 'string') : [];
  const packedNums = packed.map(([num]) => num);
  for (const [num, body] of bodies) if (!packedNums.includes(num)) putObject(writer, num, body);
  if (isPacked) {
    let offset = 0;
    const header = packed.map(([num, body]) => {
      const pair = `${num} ${offset}`;
      offset += body.length + 1;
      return pair;
    });
    const first = `${header.join(' ')}\n`;
    const data = deflateSync(Buffer.from(`${first}${packed.map(([, body]) => body).join('\n')}`, 'latin1'));
    putObject(writer, last + 1, stream(`/Type/ObjStm/N ${packed.length}/First ${first.length}/Filter/FlateDecode`, data));
  }
  const at = writer.length;
  const num = last + 2;
  writer.offsets.set(num, at);
  const rows = Buffer.alloc((num + 1) * 7);
  for (let i = 0; i <= num; i += 1) {
    const index = packedNums.indexOf(i);
    const offset = writer.offsets.get(i);
    rows[i * 7] = index >= 0 ? 2 : offset === undefined ? 0 : 1;
    rows.writeUInt32BE(index >= 0 ? last + 1 : (offset ?? 0), i * 7 + 1);
    rows.writeUInt16BE(index >= 0 ? index : 0, i * 7 + 5);
  }
  const predicted = Buffer.concat(Array.from({ length: num + 1 }, (_, row) => upFiltered(rows, row)));
  const parms = '/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 7>>';
  putObject(writer, num, stream(`/Type/XRef/W[1 4 2]/Size ${num + 1}${trailer}${parms}`, deflateSync(predicted)));
  put(writer, `startxref\n${at}\n%%EOF\n`);
  return Buffer.concat(writer.parts);
}

/** PNG's filter "up", which most producers use for cross-reference streams. */
function upFiltered(rows: Buffer, row: number): Buffer {
  const out = Buffer.alloc(8);
  out[0] = 2;
  for (let i = 0; i < 7; i += 1) out[i + 1] = ((rows[row * 7 + i] ?? 0) - (row > 0 ? (rows[(row - 1) * 7 + i] ?? 0) : 0)) & 255;
  return out;
}

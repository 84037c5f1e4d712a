import { constants, inflateSync } from 'node:zlib';
import { damaged, PdfError } from '../errors.ts';
import { isArray, isDict, isInteger, isName } from './objects.ts';
import type { PdfDict, PdfObject } from './objects.ts';

export type Filter = { readonly name: string; readonly parms: PdfDict | undefined };

/** The filters of a stream in the order in which they have to be undone. `resolve` follows references. */
export function filtersOf(dict: PdfDict, resolve: (value: PdfObject | undefined) => PdfObject): readonly Filter[] {
  const filter = resolve(dict.entries.get('Filter') ?? dict.entries.get('F'));
  if (filter === null) return [];
  const parms = resolve(dict.entries.get('DecodeParms') ?? dict.entries.get('DP'));
  const names = isArray(filter) ? filter.items : [filter];
  return names.map((item, i) => {
    const name = resolve(item);
    if (!isName(name)) throw damaged('stream filter is not a name');
    const parm = resolve(isArray(parms) ? parms.items[i] : i === 0 ? parms : null);
    return { name: name.name, parms: isDict(parm) ? parm : undefined };
  });
}

/** Undoes one filter. Throws `pdf.too-large` past `maxBytes`, `pdf.damaged`, or `pdf.unsupported` for image codecs. */
export function undoFilter(data: Buffer, filter: Filter, maxBytes: number): Buffer {
  switch (filter.name) {
    case 'FlateDecode':
    case 'Fl':
      return undoPredictor(inflate(data, maxBytes), filter.parms);
    case 'LZWDecode':
    case 'LZW':
      return undoPredictor(decodeLzw(data, filter.parms, maxBytes), filter.parms);
    case 'ASCIIHexDecode':
    case 'AHx':
      return decodeAsciiHex(data);
    case 'ASCII85Decode':
    case 'A85':
      return decodeAscii85(data, maxBytes);
    case 'RunLengthDecode':
    case 'RL':
      return decodeRunLength(data, maxBytes);
    default:
      throw new PdfError('pdf.unsupported', `filter ${filter.name.slice(0, 40)}`);
  }
}

/** zlib data, also without its end: real files lose the last bytes of the check sum. */
export function inflate(data: Buffer, maxBytes: number): Buffer {
  try {
    // the default working buffer of 16 kB is too much for most streams and too little for the others
    const chunkSize = Math.min(65536, Math.max(4096, data.length * 4));
    return inflateSync(data, { maxOutputLength: maxBytes, finishFlush: constants.Z_SYNC_FLUSH, chunkSize });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new PdfError('pdf.too-large', `stream expands beyond ${maxBytes} bytes`);
    throw damaged(`compressed data: ${code}`);
  }
}

function undoPredictor(data: Buffer, parms: PdfDict | undefined): Buffer {
  const predictor = integerParm(parms, 'Predictor', 1);
  if (predictor === 1) return data;
  const columns = integerParm(parms, 'Columns', 1);
  const colors = integerParm(parms, 'Colors', 1);
  const bits = integerParm(parms, 'BitsPerComponent', 8);
  const rowBits = columns * colors * bits;
  if (columns < 1 || colors < 1 || bits < 1 || rowBits > 2 ** 31) throw damaged('predictor parameters');
  const shape = { rowBytes: Math.ceil(rowBits / 8), pixelBytes: Math.max(1, (colors * bits) >> 3) };
  if (predictor === 2) {
    if (bits !== 8) throw new PdfError('pdf.unsupported', `TIFF predictor with ${bits} bits`);
    return undoTiffPredictor(data, shape);
  }
  return undoPngPredictor(data, shape);
}

function integerParm(parms: PdfDict | undefined, key: string, fallback: number): number {
  const value = parms?.entries.get(key);
  return isInteger(value) ? value : fallback;
}

type RowShape = { readonly rowBytes: number; readonly pixelBytes: number };

function undoTiffPredictor(data: Buffer, { rowBytes, pixelBytes }: RowShape): Buffer {
  const out = Buffer.from(data);
  for (let row = 0; row < out.length; row += rowBytes) {
    const end = Math.min(row + rowBytes, out.length);
    for (let i = row + pixelBytes; i < end; i += 1) out[i] = ((out[i] ?? 0) + (out[i - pixelBytes] ?? 0)) & 255;
  }
  return out;
}

/** The row filters of PNG (ISO/IEC 15948, 9.2), which PDF shares; an incomplete last row is dropped. */
export function undoPngPredictor(data: Buffer, { rowBytes, pixelBytes }: RowShape): Buffer {
  const rows = Math.floor((data.length + rowBytes) / (rowBytes + 1));
  const out = Buffer.alloc(rows * rowBytes);
  for (let row = 0; row < rows; row += 1) {
    const from = row * (rowBytes + 1);
    const to = row * rowBytes;
    const count = Math.min(rowBytes, data.length - from - 1);
    const type = data[from] ?? 0;
    if (type > 4) throw damaged(`PNG row filter ${type}`);
    if (type === 0) {
      data.copy(out, to, from + 1, from + 1 + count);
      continue;
    }
    for (let i = 0; i < count; i += 1) {
      const left = i >= pixelBytes ? (out[to + i - pixelBytes] ?? 0) : 0;
      const up = row > 0 ? (out[to + i - rowBytes] ?? 0) : 0;
      const corner = i >= pixelBytes && row > 0 ? (out[to + i - rowBytes - pixelBytes] ?? 0) : 0;
      out[to + i] = ((data[from + 1 + i] ?? 0) + predicted(type, left, up, corner)) & 255;
    }
  }
  return out;
}

function predicted(type: number, left: number, up: number, corner: number): number {
  if (type === 1) return left;
  if (type === 2) return up;
  if (type === 3) return (left + up) >> 1;
  const estimate = left + up - corner;
  const toLeft = Math.abs(estimate - left);
  const toUp = Math.abs(estimate - up);
  const toCorner = Math.abs(estimate - corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function decodeAsciiHex(data: Buffer): Buffer {
  const text = data.toString('latin1', 0, data.length).split('>', 1)[0] ?? '';
  const digits = text.replace(/[\s\0]+/g, '');
  if (/[^0-9a-fA-F]/.test(digits)) throw damaged('ASCIIHex data');
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex');
}

function decodeAscii85(data: Buffer, maxBytes: number): Buffer {
  const out: number[] = [];
  let group: number[] = [];
  for (const code of data) {
    if (out.length > maxBytes) throw new PdfError('pdf.too-large', 'ASCII85 data');
    if (code === 0x7e) break;
    if (code <= 32) continue;
    if (code === 0x7a && group.length === 0) out.push(0, 0, 0, 0);
    else if (code < 0x21 || code > 0x75) throw damaged('ASCII85 data');
    else group.push(code - 0x21);
    if (group.length === 5) {
      out.push(...ascii85Bytes(group));
      group = [];
    }
  }
  if (group.length > 1) {
    const count = group.length - 1;
    while (group.length < 5) group.push(84);
    out.push(...ascii85Bytes(group).slice(0, count));
  }
  return Buffer.from(out);
}

function ascii85Bytes(group: readonly number[]): number[] {
  const value = group.reduce((sum, digit) => sum * 85 + digit, 0);
  return [(value / 2 ** 24) & 255, (value / 2 ** 16) & 255, (value / 2 ** 8) & 255, value & 255];
}

function decodeRunLength(data: Buffer, maxBytes: number): Buffer {
  const parts: Buffer[] = [];
  let total = 0;
  for (let pos = 0; pos < data.length; ) {
    const length = data[pos] ?? 128;
    if (length === 128) break;
    const part = length < 128 ? data.subarray(pos + 1, pos + 2 + length) : Buffer.alloc(257 - length, data[pos + 1]);
    pos += length < 128 ? length + 2 : 2;
    total += part.length;
    if (total > maxBytes) throw new PdfError('pdf.too-large', 'RunLength data');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function decodeLzw(data: Buffer, parms: PdfDict | undefined, maxBytes: number): Buffer {
  const early = integerParm(parms, 'EarlyChange', 1);
  const literals = Array.from({ length: 256 }, (_, code) => Buffer.from([code]));
  const empty = Buffer.alloc(0);
  const parts: Buffer[] = [];
  let table: Buffer[] = [...literals, empty, empty];
  let previous: Buffer | undefined;
  let total = 0;
  let width = 9;
  let bits = 0;
  let bitCount = 0;
  for (const byte of data) {
    bits = ((bits << 8) | byte) & 0xffffff;
    bitCount += 8;
    if (bitCount < width) continue;
    bitCount -= width;
    const code = (bits >> bitCount) & ((1 << width) - 1);
    if (code === 257) break;
    if (code === 256) {
      table = [...literals, empty, empty];
      previous = undefined;
      width = 9;
      continue;
    }
    const known = table[code];
    if (known === undefined && (previous === undefined || code !== table.length)) throw damaged('LZW data');
    const entry = known ?? Buffer.concat([previous ?? empty, (previous ?? empty).subarray(0, 1)]);
    if (previous !== undefined && table.length < 4096) table.push(Buffer.concat([previous, entry.subarray(0, 1)]));
    previous = entry;
    parts.push(entry);
    total += entry.length;
    if (total > maxBytes) throw new PdfError('pdf.too-large', 'LZW data');
    const size = table.length + early;
    width = size >= 2048 ? 12 : size >= 1024 ? 11 : size >= 512 ? 10 : 9;
  }
  return Buffer.concat(parts);
}

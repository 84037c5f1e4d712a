import { PdfError } from '../errors.ts';
import { inflate, undoPngPredictor } from '../reader/filters.ts';

export type DecodedPng = {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 RGB; 8 bits each, rows without padding. */
  readonly channels: 1 | 3;
  readonly pixels: Buffer;
  /** One byte a pixel; undefined if every pixel is opaque. */
  readonly alpha: Buffer | undefined;
};

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** A seal of 50 mm at 600 dpi has 1.4 million. */
const maxPixels = 16_000_000;

type Header = { readonly width: number; readonly height: number; readonly depth: number; readonly colorType: number };

/** Decodes a non-interlaced PNG of 8 bits (palettes and grey also of 1, 2, 4 bits). Throws PdfError `image.not-supported`. */
export function decodePng(bytes: Buffer): DecodedPng {
  const chunks = readChunks(bytes);
  const header = readHeader(chunks.find(({ type }) => type === 'IHDR')?.data);
  const samples = samplesPerPixel(header.colorType);
  const rowBytes = Math.ceil((header.width * samples * header.depth) / 8);
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  const filtered = inflateImage(packed, (rowBytes + 1) * header.height);
  const rows = undoPngPredictor(filtered, { rowBytes, pixelBytes: Math.max(1, (samples * header.depth) >> 3) });
  const flat = header.depth === 8 ? rows : unpackBits(rows, header, rowBytes);
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data;
  const transparency = chunks.find(({ type }) => type === 'tRNS')?.data;
  return toPixels(flat, header, { palette, transparency });
}

type Chunk = { readonly type: string; readonly data: Buffer };

function readChunks(bytes: Buffer): Chunk[] {
  if (!bytes.subarray(0, 8).equals(signature)) throw unsupported('not a PNG');
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (at + 12 + length > bytes.length) throw unsupported('cut short');
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
    if (type === 'IEND') break;
  }
  return chunks;
}

function readHeader(data: Buffer | undefined): Header {
  if (data?.length !== 13) throw unsupported('no header');
  const header = { width: data.readUInt32BE(0), height: data.readUInt32BE(4), depth: data[8] ?? 0, colorType: data[9] ?? 0 };
  if (header.width === 0 || header.height === 0 || header.width * header.height > maxPixels) throw unsupported('size');
  if (data[12] !== 0) throw unsupported('interlaced');
  const isSmallDepth = (header.colorType === 0 || header.colorType === 3) && [1, 2, 4].includes(header.depth);
  if (header.depth !== 8 && !isSmallDepth) throw unsupported(`${header.depth} bits`);
  return header;
}

function samplesPerPixel(colorType: number): number {
  const samples = new Map([
    [0, 1],
    [2, 3],
    [3, 1],
    [4, 2],
    [6, 4],
  ]).get(colorType);
  if (samples === undefined) throw unsupported(`colour type ${colorType}`);
  return samples;
}

function inflateImage(packed: Buffer, expectedBytes: number): Buffer {
  try {
    const data = inflate(packed, expectedBytes);
    if (data.length === expectedBytes) return data;
  } catch (error) {
    if (!(error instanceof PdfError)) throw error;
  }
  throw unsupported('image data');
}

function unpackBits(rows: Buffer, { width, height, depth, colorType }: Header, rowBytes: number): Buffer {
  const out = Buffer.alloc(width * height);
  const mask = (1 << depth) - 1;
  const scale = colorType === 0 ? 255 / mask : 1;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const bit = x * depth;
      const byte = rows[y * rowBytes + (bit >> 3)] ?? 0;
      out[y * width + x] = ((byte >> (8 - depth - (bit & 7))) & mask) * scale;
    }
  }
  return out;
}

type Extras = { readonly palette: Buffer | undefined; readonly transparency: Buffer | undefined };

function toPixels(flat: Buffer, { width, height, colorType }: Header, extras: Extras): DecodedPng {
  const count = width * height;
  if (colorType === 3) return fromPalette(flat, { width, height }, extras);
  const hasAlpha = colorType === 4 || colorType === 6;
  const channels = colorType === 0 || colorType === 4 ? 1 : 3;
  if (!hasAlpha) return { width, height, channels, pixels: flat, alpha: undefined };
  const pixels = Buffer.alloc(count * channels);
  const alpha = Buffer.alloc(count);
  for (let i = 0; i < count; i += 1) {
    const from = i * (channels + 1);
    for (let c = 0; c < channels; c += 1) pixels[i * channels + c] = flat[from + c] ?? 0;
    alpha[i] = flat[from + channels] ?? 0;
  }
  return { width, height, channels, pixels, alpha };
}

function fromPalette(flat: Buffer, size: { width: number; height: number }, { palette, transparency }: Extras): DecodedPng {
  if (palette === undefined) throw unsupported('no palette');
  const pixels = Buffer.alloc(flat.length * 3);
  const alpha = transparency === undefined ? undefined : Buffer.alloc(flat.length, 255);
  for (let i = 0; i < flat.length; i += 1) {
    const index = flat[i] ?? 0;
    if (index * 3 + 3 > palette.length) throw unsupported('palette index');
    palette.copy(pixels, i * 3, index * 3, index * 3 + 3);
    if (alpha !== undefined) alpha[i] = transparency?.[index] ?? 255;
  }
  return { ...size, channels: 3, pixels, alpha };
}

function unsupported(detail: string): PdfError {
  return new PdfError('image.not-supported', detail);
}

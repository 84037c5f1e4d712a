/** For tests: containers made by the product, and ZIP files made by hand, honest or hostile. */
import { crc32, deflateRawSync } from 'node:zlib';
import type { ByteSource } from './zip-reader.ts';

export function sourceOf(bytes: Buffer): ByteSource {
  return { sizeBytes: bytes.length, read: (start, length) => Promise.resolve(bytes.subarray(start, start + length)) };
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

export interface RawEntry {
  readonly name: string | Buffer;
  readonly data: Buffer;
  readonly deflate?: boolean;
  /** What the local header says instead. */
  readonly localName?: string;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly sizeBytes?: number;
  readonly externalAttributes?: number;
  /** Bytes in front of this entry that belong to nothing. */
  readonly gap?: Buffer;
  /** Extra fields, at both places. */
  readonly extra?: Buffer;
  /** With a data descriptor, as streaming writers leave. */
  readonly describedLater?: boolean;
  /** What stands there instead. */
  readonly descriptor?: Buffer;
}

/** A ZIP as bytes, exactly as told. */
export function rawZip(entries: readonly RawEntry[], { comment = '', behindDirectory = Buffer.alloc(0) } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const put = (...buffers: Buffer[]) => {
    for (const buffer of buffers) {
      parts.push(buffer);
      at += buffer.length;
    }
  };
  for (const entry of entries) {
    put(entry.gap ?? Buffer.alloc(0));
    const start = at;
    const body = entry.deflate ? deflateRawSync(entry.data) : entry.data;
    const name = Buffer.from(entry.name);
    const extra = entry.extra ?? Buffer.alloc(0);
    const values = [entry.crc ?? crc32(entry.data), body.length, entry.sizeBytes ?? entry.data.length] as const;
    const flags = (entry.flags ?? 0x0800) | (entry.describedLater ? 8 : 0);
    const common = (nameBytes: Buffer, [crc, compressed, size]: readonly [number, number, number]) => {
      const fields = Buffer.alloc(26);
      fields.writeUInt16LE(20, 0);
      fields.writeUInt16LE(flags, 2);
      fields.writeUInt16LE(entry.method ?? (entry.deflate ? 8 : 0), 4);
      fields.writeUInt32LE(crc, 10);
      fields.writeUInt32LE(compressed, 14);
      fields.writeUInt32LE(size, 18);
      fields.writeUInt16LE(nameBytes.length, 22);
      fields.writeUInt16LE(extra.length, 24);
      return fields;
    };
    const localName = entry.localName === undefined ? name : Buffer.from(entry.localName);
    put(Buffer.from('504b0304', 'hex'), common(localName, entry.describedLater ? [0, 0, 0] : values), localName, extra, body);
    if (entry.describedLater) put(entry.descriptor ?? Buffer.concat([Buffer.from('504b0708', 'hex'), uint32s(values)]));
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(entry.externalAttributes ?? 0, 6);
    rest.writeUInt32LE(start, 10);
    directory.push(Buffer.from('504b01021400', 'hex'), common(name, values), rest, name, extra);
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, list, behindDirectory, end, Buffer.from(comment, 'latin1')]);
}

function uint32s(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, i * 4);
  return bytes;
}

/**
 * Takes the one file out of a ZIP as the Java toolkit of the axis makes it (every extension but pdf, doc, docx and zip is put into one),
 * while it goes past. Anything else is told apart and left alone.
 */
import { crc32, createInflateRaw } from 'node:zlib';
import type { InflateRaw } from 'node:zlib';

export type UnwrapRefusal = 'notSingle' | 'damaged' | 'encrypted' | 'bomb';

export class UnwrapRefused extends Error {
  override readonly name = 'UnwrapRefused';
  readonly reason: UnwrapRefusal;
  constructor(reason: UnwrapRefusal, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

export interface UnwrapLimits {
  /** Up to here a ZIP may expand whatever its ratio. */
  readonly harmlessBytes: number;
  /** Above that, no more than this many times what went in. */
  readonly ratio: number;
  readonly sizeBytes: number;
}

/** The measures of the files engine for archives. */
export const unwrapLimits: UnwrapLimits = { harmlessBytes: 64 * 1024 ** 2, ratio: 100, sizeBytes: 4 * 1024 ** 3 };

export interface Unwrapper {
  /** @throws UnwrapRefused; whatever `emit` throws */
  push(bytes: Buffer): Promise<void>;
  /** Whole only when this returns. @throws UnwrapRefused */
  end(): Promise<void>;
  /** Stops in the middle. */
  drop(): void;
}

/** Names of archives that are what they say: never taken apart. */
const archives = new Set(['zip', 'asice', 'asics', 'jar', '7z', 'rar', 'gz']);
/** Formats that are ZIPs themselves: only one around another is taken off. */
const zipFormats = new Set(['docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp', 'docm', 'xlsm', 'pptm', 'dotx', 'xltx']);

/** Whether a file of this extension and with this head may be one that the toolkit has wrapped. */
export function mayBeWrapped(extension: string, head: Buffer): boolean {
  if (archives.has(extension) || head.length < 30 || head.readUInt32LE(0) !== 0x04034b50) return false;
  if (!zipFormats.has(extension)) return true;
  const name = head.subarray(30, 30 + head.readUInt16LE(26)).toString('utf8');
  return !name.includes('/') && name !== '[Content_Types].xml' && name !== 'mimetype';
}

interface Entry {
  readonly isDeflated: boolean;
  readonly hasDescriptor: boolean;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly headerBytes: number;
}

/** Pieces of this size: many small ones keep the garbage collector busier than the work itself. */
const PIECE_BYTES = 256 * 1024;
/** What may follow the file: a descriptor, one directory line with a name, the end record. */
const TAIL_BYTES = 64 * 1024;

export function createUnwrapper(emit: (bytes: Buffer) => Promise<void>, limits: UnwrapLimits = unwrapLimits): Unwrapper {
  let head: Buffer = Buffer.alloc(0);
  let entry: Entry | undefined;
  let body: Body | undefined;
  let tail: Buffer = Buffer.alloc(0);
  let takenBytes = 0;
  let madeBytes = 0;
  let crc = 0;
  const made = async (bytes: Buffer): Promise<void> => {
    madeBytes += bytes.length;
    if (madeBytes > limits.sizeBytes || (madeBytes > limits.harmlessBytes && madeBytes > takenBytes * limits.ratio)) throw new UnwrapRefused('bomb');
    crc = crc32(bytes, crc);
    await emit(bytes);
  };
  const take = async (bytes: Buffer): Promise<void> => {
    const rest = body === undefined || body.isOver() ? bytes : await body.push(bytes);
    if (rest.length === 0) return;
    tail = Buffer.concat([tail, rest]);
    if (tail.length > TAIL_BYTES) throw new UnwrapRefused('notSingle');
  };
  return {
    push: async (bytes) => {
      takenBytes += bytes.length;
      if (entry !== undefined) {
        await take(bytes);
        return;
      }
      head = Buffer.concat([head, bytes]);
      entry = readEntry(head);
      if (entry === undefined) return;
      body = entry.isDeflated ? inflated(made) : stored(entry.compressedBytes, made);
      const rest = head.subarray(entry.headerBytes);
      head = Buffer.alloc(0);
      await take(rest);
    },
    end: async () => {
      if (entry === undefined || body === undefined) throw new UnwrapRefused('damaged');
      await body.end();
      checkTail(entry, tail, { crc, madeBytes });
    },
    drop: () => body?.drop(),
  };
}

/** Undefined while the header is not all there. */
function readEntry(head: Buffer): Entry | undefined {
  if (head.length < 30) return undefined;
  if (head.readUInt32LE(0) !== 0x04034b50) throw new UnwrapRefused('damaged');
  const flags = head.readUInt16LE(6);
  const method = head.readUInt16LE(8);
  const headerBytes = 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  if ((flags & 1) !== 0) throw new UnwrapRefused('encrypted');
  const hasDescriptor = (flags & 8) !== 0;
  if ((method !== 8 && method !== 0) || (method === 0 && hasDescriptor)) throw new UnwrapRefused('damaged');
  if (head.length < headerBytes) return undefined;
  return { isDeflated: method === 8, hasDescriptor, crc: head.readUInt32LE(14), compressedBytes: head.readUInt32LE(18), headerBytes };
}

/** Signature, CRC and sizes of the one file, then the directory, and no further file. */
function checkTail({ hasDescriptor, crc: statedCrc }: Entry, tail: Buffer, { crc, madeBytes }: { readonly crc: number; readonly madeBytes: number }): void {
  let at = 0;
  let expected = statedCrc;
  if (hasDescriptor) {
    const isMarked = tail.length >= 16 && tail.readUInt32LE(0) === 0x08074b50;
    if (tail.length < 16) throw new UnwrapRefused('damaged');
    expected = tail.readUInt32LE(isMarked ? 4 : 0);
    at = isMarked ? 16 : 12;
    if (tail.readUInt32LE(at - 4) !== madeBytes % 2 ** 32) throw new UnwrapRefused('damaged');
  }
  const next = tail.length >= at + 4 ? tail.readUInt32LE(at) : 0;
  if (next === 0x04034b50) throw new UnwrapRefused('notSingle');
  if (next !== 0x02014b50 || expected !== crc) throw new UnwrapRefused('damaged');
  const end = tail.lastIndexOf(Buffer.from('504b0506', 'hex'));
  if (end < 0 || tail.length < end + 12) throw new UnwrapRefused('damaged');
  if (tail.readUInt16LE(end + 10) !== 1) throw new UnwrapRefused('notSingle');
}

/** The bytes of the entry itself. */
interface Body {
  /** @returns what does not belong to it any more. */
  push(bytes: Buffer): Promise<Buffer>;
  isOver(): boolean;
  end(): Promise<void>;
  drop(): void;
}

function stored(sizeBytes: number, made: (bytes: Buffer) => Promise<void>): Body {
  let left = sizeBytes;
  return {
    push: async (bytes) => {
      const own = bytes.subarray(0, left);
      left -= own.length;
      if (own.length > 0) await made(own);
      return bytes.subarray(own.length);
    },
    isOver: () => left === 0,
    end: () => (left === 0 ? Promise.resolve() : Promise.reject(new UnwrapRefused('damaged'))),
    drop: () => undefined,
  };
}

function inflated(made: (bytes: Buffer) => Promise<void>): Body {
  const inflate = createInflateRaw({ chunkSize: PIECE_BYTES });
  let isOver = false;
  let pushedBytes = 0;
  const pumping = pump(inflate, made);
  // Whoever waits for it sees the failure; until then nobody may.
  pumping.catch(() => undefined);
  void pumping.then(
    () => (isOver = true),
    () => undefined,
  );
  return {
    push: async (bytes) => {
      pushedBytes += bytes.length;
      await new Promise<void>((resolve) => {
        const go = (): void => resolve();
        inflate.once('close', go);
        inflate.write(bytes, () => {
          inflate.off('close', go);
          resolve();
        });
      });
      if (inflate.destroyed && !isOver) await pumping;
      // What the engine did not take stands behind the end of the compressed data.
      const leftBytes = pushedBytes - inflate.bytesWritten;
      if (leftBytes > 0) {
        await pumping;
        isOver = true;
      }
      return bytes.subarray(bytes.length - Math.min(leftBytes, bytes.length));
    },
    isOver: () => isOver,
    end: async () => {
      if (!isOver) inflate.end();
      await pumping;
    },
    drop: () => inflate.destroy(),
  };
}

async function pump(inflate: InflateRaw, made: (bytes: Buffer) => Promise<void>): Promise<void> {
  try {
    // safe because no encoding was set, so that pieces are buffers
    for await (const piece of inflate) await made(piece as Buffer);
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')) throw new UnwrapRefused('damaged', { cause: error });
    throw error;
  }
}

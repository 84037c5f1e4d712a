/**
 * How `reader.ts` and `reader-process.ts` talk: over the standard streams, a message at a time. The bytes of files go as they are, behind a head
 * that tells their sizes: Node's own channel between processes copies them several times on both sides, which costs as much as judging them.
 */
import { readSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { deserialize, serialize } from 'node:v8';

const STDIN = 0;
const STDOUT = 1;
const LENGTH_BYTES = 4;
/** Files up to this size take turns in the same memory: to find new memory for each, and to collect it, costs a quarter of judging a letter. */
const SHARED_BYTES = 1_000_000;

type Head = { message: unknown; sizes: number[] };

/** A message with the files that belong to it, as pieces to be written one after the other. */
export function framed(message: unknown, files: readonly Uint8Array[] = []): Uint8Array[] {
  const head = serialize({ message, sizes: files.map(({ length }) => length) } satisfies Head);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(head.length);
  return [length, head, ...files];
}

/** Calls a function with each message that comes from the stream; what comes back carries no files beside it. */
export function onMessages(stream: Readable, onMessage: (message: unknown) => void): void {
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted = LENGTH_BYTES;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    held += chunk.length;
    while (held >= wanted) {
      const [only, ...others] = chunks;
      const all = only === undefined || others.length > 0 ? Buffer.concat(chunks) : only;
      const end = LENGTH_BYTES + all.readUInt32LE(0);
      wanted = end;
      if (all.length < end) {
        chunks = [all];
        break;
      }
      chunks = [all.subarray(end)];
      held = all.length - end;
      wanted = LENGTH_BYTES;
      onMessage(headIn(all.subarray(LENGTH_BYTES, end)).message);
    }
  });
}

/**
 * The side that reads files: says that it is ready, then answers one message after another until nobody is left to ask. It waits inside the system call.
 * The bytes of a file are there until its answer is given: what is kept for later has to be copied.
 */
export async function answerMessages(answer: (message: unknown, files: Buffer[]) => Promise<unknown>): Promise<void> {
  const shared = Buffer.allocUnsafeSlow(SHARED_BYTES);
  write({ ready: true });
  for (let length = read(LENGTH_BYTES); length !== undefined; length = read(LENGTH_BYTES)) {
    const head = read(length.readUInt32LE(0));
    if (head === undefined) return;
    const { message, sizes } = headIn(head);
    const files: Buffer[] = [];
    let free = shared;
    for (const size of sizes) {
      const file = size <= free.length ? fill(free.subarray(0, size)) : read(size);
      if (file === undefined) return;
      if (file.buffer === shared.buffer) free = free.subarray(size);
      files.push(file);
    }
    write(await answer(message, files));
  }
}

function headIn(bytes: Buffer): Head {
  // safe because only `framed` writes heads
  return deserialize(bytes) as Head;
}

/** So many bytes, or undefined at the end of the stream. */
function read(size: number): Buffer | undefined {
  return fill(Buffer.allocUnsafeSlow(size));
}

function fill(bytes: Buffer): Buffer | undefined {
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(STDIN, bytes, done, bytes.length - done, null);
    if (count === 0) return undefined;
    done += count;
  }
  return bytes;
}

function write(message: unknown): void {
  for (const piece of framed(message)) for (let done = 0; done < piece.length; ) done += writeSync(STDOUT, piece, done);
}

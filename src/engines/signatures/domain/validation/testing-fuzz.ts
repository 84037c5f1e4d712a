/** Damage for tests, the same in every run: what it found once it finds again. */
import assert from 'node:assert/strict';
import { getHeapStatistics } from 'node:v8';

export type Random = (limit: number) => number;

/** A repeatable stream of pseudo-random numbers below `limit` (xorshift32). */
export function randomSource(seed: number): Random {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** Ten thousand of each kind under the long switch, enough for every change otherwise. */
export const isLong = process.env['LIENTHONG_LONG'] !== undefined;

const limits = { ms: 2000, bytes: 256 * 1024 * 1024 } as const;

/** Runs one attempt within two seconds and 256 MB beyond what is there. */
export function bounded<T>(attempt: () => T, what: string): T {
  const used = () => getHeapStatistics().used_heap_size + getHeapStatistics().external_memory;
  const before = { at: performance.now(), bytes: used() };
  try {
    return attempt();
  } finally {
    assert.ok(performance.now() - before.at < limits.ms, `${what}: held the process for more than two seconds`);
    assert.ok(used() - before.bytes < limits.bytes, `${what}: took more than 256 MB`);
  }
}

/** One way of damaging a container: a changed byte, a piece lost, doubled, moved or overwritten, a length that lies. */
export function damage(bytes: Buffer, random: Random): Buffer {
  const from = random(bytes.length);
  const piece = bytes.subarray(from, from + 1 + random(40));
  const head = bytes.subarray(0, from);
  const behind = bytes.subarray(from + piece.length);
  switch (random(8)) {
    case 0:
      return bytes.subarray(0, from);
    case 1:
      return Buffer.concat([head, behind]);
    case 2:
      return Buffer.concat([head, piece, piece, behind]);
    case 3:
      return Buffer.concat([head, Buffer.from(Array.from(piece, () => random(256))), behind]);
    case 4: {
      const to = random(behind.length + 1);
      return Buffer.concat([head, behind.subarray(0, to), piece, behind.subarray(to)]);
    }
    case 5:
      // Lengths of BER: huge, indefinite, or of more bytes than there are.
      return Buffer.concat([head, Buffer.from([[0x84, 0x7f, 0xff, 0xff, 0xff], [0x80], [0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xff]][random(4)] ?? []), bytes.subarray(from + 1)]);
    default: {
      const bent = Buffer.from(bytes);
      bent[from] = (bent[from] ?? 0) ^ (1 << random(8));
      return bent;
    }
  }
}

/** What text is bent with: what is put in, how long a piece may be, and what else may happen to it. */
export type Bending = { splices: readonly string[]; longestPiece: number; orElse?: (text: Buffer, random: Random) => Buffer };

/** One to three mutations of a text: a byte, a splice put in, a piece cut out, doubled or moved, or `orElse`. */
export function bend(text: Buffer, random: Random, { splices, longestPiece, orElse }: Bending): Buffer {
  let out = text;
  for (let count = 1 + random(3); count > 0; count -= 1) {
    const from = random(out.length);
    const to = Math.min(out.length, from + 1 + random(longestPiece));
    const [head, piece, tail] = [out.subarray(0, from), out.subarray(from, to), out.subarray(to)];
    const other = random(out.length);
    switch (random(orElse === undefined ? 5 : 6)) {
      case 0:
        out = Buffer.from(out);
        out[from] = random(256);
        break;
      case 1:
        out = Buffer.concat([head, Buffer.from(splices[random(splices.length)] ?? ''), piece, tail]);
        break;
      case 2:
        out = Buffer.concat([head, tail]);
        break;
      case 3:
        out = Buffer.concat([head, piece, piece, tail]);
        break;
      case 4:
        out = Buffer.concat([out.subarray(0, other), piece, out.subarray(other)]);
        break;
      default:
        out = orElse?.(out, random) ?? out;
    }
  }
  return out;
}

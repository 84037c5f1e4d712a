/** Damage for tests, the same in every run: what it found once it finds again. */
import assert from 'node:assert/strict';
import { getHeapStatistics } from 'node:v8';

/** A repeatable stream of pseudo-random numbers below `limit` (xorshift32). */
export function randomSource(seed: number): (limit: number) => number {
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

export const limits = { ms: 2000, bytes: 256 * 1024 * 1024 } as const;

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
export function damage(bytes: Buffer, random: (limit: number) => number): Buffer {
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

import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { readBody } from './read-body.ts';

const megabyte = Buffer.alloc(1_048_576);

/** A body of so many megabytes that says how many were asked for. */
function bodyOf(megabytes: number): { body: Readable; taken: () => number } {
  let taken = 0;
  const body = new Readable({
    highWaterMark: megabyte.length,
    read() {
      taken += 1;
      this.push(taken > megabytes ? null : megabyte);
    },
  });
  return { body, taken: () => taken };
}

test('a body of 2 GB is refused after the limit, and the rest is not even read', async () => {
  const { body, taken } = bodyOf(2048);
  await assert.rejects(readBody(body, 5 * megabyte.length), (error) => error instanceof Error && 'code' in error && error.code === 'signatures.bodyTooLarge');
  assert.ok(taken() < 10, String(taken()));
  body.destroy();
});

test('a body that stops coming is given up, and one that only drips in the end too', async () => {
  const tooSlow = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'signatures.bodyTooSlow';
  const silent = new Readable({ read: () => undefined });
  silent.push(Buffer.from('%PDF'));
  await assert.rejects(readBody(silent, 100, { idleMs: 50, wholeMs: 60_000 }), tooSlow);
  silent.destroy();
  const dripping = new Readable({ read: () => undefined });
  const drip = setInterval(() => dripping.push(Buffer.from('x')), 10);
  await assert.rejects(readBody(dripping, 1_000_000, { idleMs: 60_000, wholeMs: 100 }), tooSlow);
  clearInterval(drip);
  dripping.destroy();
});

test('a body of exactly the limit is read, and an empty one too', async () => {
  assert.equal((await readBody(bodyOf(5).body, 5 * megabyte.length)).length, 5 * megabyte.length);
  assert.equal((await readBody(bodyOf(0).body, 10)).length, 0);
});

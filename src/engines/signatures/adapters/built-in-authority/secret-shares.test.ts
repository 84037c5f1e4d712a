import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { AppError } from '#kernel/errors.ts';
import { joinShares, splitSecret } from './secret-shares.ts';

const doNotFit = (error: unknown): boolean => error instanceof AppError && error.code === 'signatures.sharesDoNotFit';

test('any choice of enough shares gives the secret back, in any order; fewer are refused', () => {
  const secret = randomBytes(32);
  const shares = splitSecret(secret, { count: 5, needed: 3 });
  for (let mask = 0; mask < 32; mask += 1) {
    const chosen = shares.filter((_, index) => (mask >> index) % 2 === 1).reverse();
    if (chosen.length >= 3) assert.deepEqual(joinShares(chosen), secret);
    else assert.throws(() => joinShares(chosen), doNotFit);
  }
});

test('the bytes of fewer shares than needed fit every secret equally well', () => {
  // For a secret of one byte and two needed, each value of a share occurs for each secret: tried until all 256 were seen.
  for (const secret of [0, 1, 255]) {
    const seen = new Set<string>();
    for (let i = 0; i < 20_000 && seen.size < 256; i += 1) seen.add(splitSecret(Buffer.from([secret]), { count: 2, needed: 2 })[0]?.split('-')[4] ?? '');
    assert.equal(seen.size, 256);
  }
});

test('a mistyped share, one of another set, or the same one twice is refused; capital letters and blanks do no harm', () => {
  const secret = randomBytes(32);
  const [first = '', second = ''] = splitSecret(secret, { count: 3, needed: 2 });
  const [, foreign = ''] = splitSecret(randomBytes(32), { count: 3, needed: 2 });
  for (const wrong of [[first, first], [first, foreign], [first, second.slice(0, -1)], [first, second.replace(/-(.)/, '-9')], ['', '']]) {
    assert.throws(() => joinShares(wrong), doNotFit);
  }
  assert.deepEqual(joinShares([` ${first.toUpperCase()}\n`, second]), secret);
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { deviceKeyOf, lockSecret, unlockSecret } from './locked-secret.ts';

const output = new Uint8Array(randomBytes(32));
const binding = { purpose: 'remote-signing pin', subject: 'c1', passkeyId: 'p1' };

test('what a device locked it unlocks again, whatever letters the PIN has', async () => {
  for (const pin of ['202612', '', 'mật khẩu số 1 của giám đốc', 'ắ'.repeat(200)]) {
    const locked = await lockSecret(await deviceKeyOf(output, binding), pin);
    assert.match(locked, /^[\w-]{210,892}$/);
    assert.equal(await unlockSecret(await deviceKeyOf(output, binding), locked), pin);
  }
});

test('another passkey, another key of the same person, another purpose and another device open nothing', async () => {
  const locked = await lockSecret(await deviceKeyOf(output, binding), '202612');
  for (const [from, about] of [
    [output, { ...binding, passkeyId: 'p2' }],
    [output, { ...binding, subject: 'c2' }],
    [output, { ...binding, purpose: 'another' }],
    [new Uint8Array(randomBytes(32)), binding],
  ] as const) {
    assert.equal(await unlockSecret(await deviceKeyOf(from, about), locked), undefined);
  }
});

test('a locked PIN that was put to another passkey by exchanging parts of the binding stays locked', async () => {
  const locked = await lockSecret(await deviceKeyOf(output, { purpose: 'a', subject: 'b","c', passkeyId: 'd' }), '202612');
  assert.equal(await unlockSecret(await deviceKeyOf(output, { purpose: 'a', subject: 'b', passkeyId: 'c","d' }), locked), undefined);
});

test('a value of which one bit was changed, that was cut, or that is no such value at all is not opened and not an error', async () => {
  const key = await deviceKeyOf(output, binding);
  const whole = Buffer.from(await lockSecret(key, '202612'), 'base64url');
  for (let at = 0; at < whole.length; at += 1) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(await unlockSecret(key, changed.toString('base64url')), undefined, `byte ${String(at)}`);
  }
  for (const length of [0, 1, 13, 28, whole.length - 1]) assert.equal(await unlockSecret(key, whole.subarray(0, length).toString('base64url')), undefined);
  for (const text of ['', '***', 'không phải']) assert.equal(await unlockSecret(key, text), undefined);
});

test('the same PIN is never locked into the same value, and the value says nothing about its length', async () => {
  const key = await deviceKeyOf(output, binding);
  const values = await Promise.all(['202612', '202612', '1', '1'.repeat(64)].map((pin) => lockSecret(key, pin)));
  assert.equal(new Set(values).size, values.length);
  assert.equal(new Set(values.map((each) => each.length)).size, 1);
});

test('the key cannot be read, and a text that is too long is refused', async () => {
  const { key } = await deviceKeyOf(output, binding);
  assert.equal(key.extractable, false);
  await assert.rejects(lockSecret(await deviceKeyOf(output, binding), 'x'.repeat(601)), RangeError);
});

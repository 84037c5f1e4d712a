import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { signReceipts, verifyReceipt, type Receipt } from './receipt.ts';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = { keyId: 'khóa-1', privateKey };
const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'khóa-1' }];

function receipt(name: string): Receipt {
  return {
    version: 1,
    envelopeId: '01900000-0000-7000-8000-000000000001',
    contentHash: 'a'.repeat(64),
    documentCode: 'H56.12.2026.1',
    sender: { agencyId: 's', code: 'H56.12', name: 'Sở Nội vụ' },
    recipient: { agencyId: 'r', code: null, name },
    status: '01',
    at: '2026-11-20T09:00:00+07:00',
    by: { name: 'Hệ thống Liên Thông', title: null },
  };
}

test('every receipt of a batch of any size verifies alone and says what was signed', () => {
  for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 577]) {
    const receipts = Array.from({ length: size }, (_unused, index) => receipt(`UBND xã số ${String(index)}`));
    const texts = signReceipts(receipts, key);
    assert.equal(texts.length, size);
    for (const [index, text] of texts.entries()) {
      assert.deepEqual(verifyReceipt(text, keys), { ok: true, receipt: receipts[index], keyId: 'khóa-1' }, `${String(index)} of ${String(size)}`);
    }
  }
});

test('a receipt in which any one character is changed does not verify', () => {
  const [text = ''] = signReceipts([receipt('a'), receipt('b'), receipt('c')], key);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom(...alphabet.split('')), (place, letter) => {
      fc.pre(text[place] !== letter);
      const changed = text.slice(0, place) + letter + text.slice(place + 1);
      // The last letter of a part may carry bits that base64url does not use: then the bytes are the same.
      fc.pre(changed.split('.').length !== 4 || changed.split('.').some((part, index) => !Buffer.from(part, 'base64url').equals(Buffer.from(text.split('.')[index] ?? '', 'base64url'))));
      assert.equal(verifyReceipt(changed, keys).ok, false);
    }),
    { numRuns: 400 },
  );
});

test('the way up of one receipt does not fit another one', () => {
  const [first = '', second = ''] = signReceipts([receipt('a'), receipt('b')], key);
  const [header, payload] = first.split('.');
  const [, , path, signature] = second.split('.');
  assert.deepEqual(verifyReceipt([header, payload, path, signature].join('.'), keys), { ok: false, problem: 'bad-signature' });
});

test('a receipt of an unknown key, another algorithm or another form is refused with the reason', () => {
  const [text = ''] = signReceipts([receipt('a')], key);
  const [, payload = '', path = '', signature = ''] = text.split('.');
  const header = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const problem = (verdict: ReturnType<typeof verifyReceipt>): string => (verdict.ok ? 'none' : verdict.problem);
  assert.equal(problem(verifyReceipt(text, [])), 'unknown-key');
  assert.equal(problem(verifyReceipt([header({ alg: 'none', typ: 'lienthong-receipt', kid: 'khóa-1' }), payload, path, signature].join('.'), keys)), 'wrong-algorithm');
  assert.equal(problem(verifyReceipt([header({ alg: 'ES256', typ: 'JWT', kid: 'khóa-1' }), payload, path, signature].join('.'), keys)), 'wrong-algorithm');
  assert.equal(problem(verifyReceipt([header({ alg: 'ES256', typ: 'lienthong-receipt', kid: 'khóa-1', crit: ['exp'] }), payload, path, signature].join('.'), keys)), 'wrong-algorithm');
  for (const broken of ['', 'a.b.c', `${text}.x`, text.replace(`.${path}.`, '..'), text.replace(`.${path}.`, `.${path}AAAA.`)]) assert.equal(problem(verifyReceipt(broken, keys)), 'malformed', broken);
});

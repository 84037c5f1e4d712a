import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isLongPassword, normalisePassword, passwordProblems } from './password-policy.ts';

const limits = { lengthWithSecondFactor: 8, lengthAlone: 14 };
const alone = (password: string) => passwordProblems(password, { login: 'vanthu.snv', hasSecondFactor: false, limits });
const withFactor = (password: string) => passwordProblems(password, { login: 'vanthu.snv', hasSecondFactor: true, limits });

test('without a second factor a password has fourteen characters of four classes', () => {
  assert.deepEqual(alone('LienThong@2026'), []);
  assert.equal(alone('LienThong@202').length, 1);
  assert.equal(alone('lienthong@20266').length, 1);
  assert.equal(alone('LienThong020266').length, 1);
});

test('with a second factor eight characters are enough', () => {
  assert.deepEqual(withFactor('bachdang'), []);
  assert.equal(withFactor('bachdan').length, 1);
});

test('a password does not contain the login and is not one sign repeated', () => {
  assert.equal(alone('Vanthu.SNV@2026x').length, 1);
  assert.equal(withFactor('aaaaaaaaaa').length, 1);
});

test('a password that passes alone is always long enough to be marked so', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (password) => alone(password).length > 0 || isLongPassword(password, limits)));
});

test('the same letters typed by two keyboards are the same password', () => {
  assert.equal(normalisePassword('Mật khẩu'.normalize('NFD')), normalisePassword('Mật khẩu'.normalize('NFC')));
});

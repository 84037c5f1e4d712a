import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import { bytesOf, signatureValue } from './signature-values.ts';
import { SigningDriverError } from './signing-driver.ts';

test('an ECDSA value of two halves is told from DER also where its first bytes look like DER', () => {
  // 30 3e … in 64 bytes: a SEQUENCE of 62 bytes by its header, and a number by its place.
  const halves = Buffer.concat([Buffer.from('303e', 'hex'), Buffer.alloc(30, 0x11), Buffer.alloc(32, 0x22)]);
  const der = signatureValue(halves.toString('base64'), 'ecdsa');
  assert.deepEqual([der[0], der[2], der[3]], [0x30, 0x02, 32]);
  assert.ok(der.includes(halves.subarray(0, 32)) && der.includes(halves.subarray(32)));
});

for (const curve of ['P-256', 'P-384', 'P-521'] as const) {
  test(`a ${curve} signature holds in either form and in either spelling`, () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
    for (const dsaEncoding of ['der', 'ieee-p1363'] as const) {
      const value = sign('sha256', Buffer.from('x'), { key: privateKey, dsaEncoding });
      for (const text of [value.toString('hex'), value.toString('base64'), value.toString('base64url'), value.toString('base64').replace(/.{64}/g, '$&\r\n')]) {
        assert.ok(verify('sha256', Buffer.from('x'), publicKey, signatureValue(text, 'ecdsa')));
      }
    }
  });
}

test('what is no value at all is refused', () => {
  for (const text of ['', 'không phải chữ ký', 'AAAA', '<html></html>', '{"a":1}']) assert.throws(() => signatureValue(text, 'rsa-pkcs1'), SigningDriverError);
  assert.equal(bytesOf('ab cd\r\n')?.toString('hex'), 'abcd');
});

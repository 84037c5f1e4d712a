import assert from 'node:assert/strict';
import { constants, createHash, createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { test } from 'node:test';
import { signWithEc, signWithPss } from './sign-hashes.ts';

test('ECDSA over a ready-made hash verifies with the hash’s file, on each curve and with each hash', () => {
  for (const namedCurve of ['P-256', 'P-384']) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    for (const hash of ['sha256', 'sha384', 'sha512'] as const) {
      for (let round = 0; round < 10; round += 1) {
        const data = Buffer.from(`văn bản ${String(round)}`);
        const value = signWithEc(privateKey, hash, createHash(hash).update(data).digest());
        assert.ok(verify(hash, data, publicKey, value), `${namedCurve} ${hash}`);
        assert.equal(verify(hash, Buffer.from('văn bản khác'), publicKey, value), false);
      }
    }
  }
});

test('the value is that of RFC 6979, appendix A.2.5: the secret number never repeats for another hash', () => {
  const d = Buffer.from('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721', 'hex');
  const x = Buffer.from('60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6', 'hex');
  const y = Buffer.from('7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299', 'hex');
  const jwk = { kty: 'EC', crv: 'P-256', d: d.toString('base64url'), x: x.toString('base64url'), y: y.toString('base64url') };
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const value = signWithEc(key, 'sha256', createHash('sha256').update('sample').digest()).toString('hex');
  assert.match(value, /efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716/);
  assert.match(value, /f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8/);
  assert.ok(verify('sha256', Buffer.from('sample'), createPublicKey(key), Buffer.from(value, 'hex')));
});

test('a key on another curve is refused', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  assert.throws(() => signWithEc(privateKey, 'sha256', Buffer.alloc(32, 1)), TypeError);
});

test('RSASSA-PSS over a ready-made hash verifies with the hash’s file, with each hash and each length of a key', () => {
  for (const modulusLength of [2048, 2049, 2055, 3072]) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
    for (const hash of ['sha256', 'sha384', 'sha512'] as const) {
      const data = Buffer.from('văn bản');
      const value = signWithPss(privateKey, hash, createHash(hash).update(data).digest());
      const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
      assert.ok(verify(hash, data, key, value), `${String(modulusLength)} ${hash}`);
      assert.equal(verify(hash, Buffer.from('văn bản khác'), key, value), false);
    }
  }
});

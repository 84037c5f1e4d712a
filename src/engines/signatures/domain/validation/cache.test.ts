import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { memorySource } from '../pdf/reader/index.ts';
import { createRangeDigests } from './byte-range.ts';
import { createValidationCache } from './cache.ts';
import { createTestPki } from './testing.ts';

const pki = await createTestPki(new Date('2026-03-02T01:00:00Z'));

test('certificates are told apart even when one is made to end as another, and the same bytes are read once', () => {
  const cache = createValidationCache();
  const { raw, fingerprint } = pki.person.certificate;
  const alike = Buffer.concat([pki.agency.certificate.raw.subarray(0, -6), raw.subarray(-6)]);
  const first = cache.readCertificate(Buffer.from(raw));
  assert.equal(cache.readCertificate(Buffer.from(raw)), first);
  const other = cache.readCertificate(alike);
  assert.deepEqual([other.subject.text, other.fingerprint], [pki.agency.certificate.subject.text, createHash('sha256').update(alike).digest('hex')]);
  assert.equal(cache.readCertificate(Buffer.from(raw)).fingerprint, fingerprint);
});

test('whether a certificate issued another is remembered for each pair', () => {
  const cache = createValidationCache();
  for (let i = 0; i < 2; i += 1) {
    assert.equal(cache.isIssuedBy(pki.person.certificate, pki.issuing.certificate), true);
    assert.equal(cache.isIssuedBy(pki.person.certificate, pki.root.certificate), false);
    assert.equal(cache.isIssuedBy(pki.issuing.certificate, pki.root.certificate), true);
  }
});

test('the digests of ranges and of the whole file are right in any order of asking', () => {
  const bytes = Buffer.from('0123456789abcdefghij');
  const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const ranges = [{ gapStart: 4, gapEnd: 8, end: 12 }, { gapStart: 14, gapEnd: 16, end: 20 }];
  const wanted = ranges.map(({ gapStart, gapEnd, end }) => sha256(bytes.subarray(0, gapStart), bytes.subarray(gapEnd, end)));
  const digests = createRangeDigests(memorySource(bytes));
  for (const order of [[0, 1], [1, 0]]) {
    assert.deepEqual(order.map((i) => digests.of(ranges[i] ?? assert.fail(), 'sha256')), order.map((i) => wanted[i]));
    assert.equal(digests.wholeFile(), sha256(bytes).toString('hex'));
  }
  const asked = createRangeDigests(memorySource(bytes));
  assert.equal(asked.wholeFile(), sha256(bytes).toString('hex'));
  assert.deepEqual(asked.of(ranges[0] ?? assert.fail(), 'sha256'), wanted[0]);
});

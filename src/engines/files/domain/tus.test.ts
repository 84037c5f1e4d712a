import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRange } from './range.ts';
import { parseByteCount, parseChecksum, parseUploadMetadata } from './tus.ts';

test('metadata is pairs of a key and base64 text; anything else is refused whole', () => {
  const name = 'Công văn.pdf';
  const header = `filename ${Buffer.from(name).toString('base64')},filetype ${Buffer.from('application/pdf').toString('base64')},is_confidential`;
  assert.deepEqual(parseUploadMetadata(header), new Map([['filename', name], ['filetype', 'application/pdf'], ['is_confidential', '']]));
  for (const wrong of ['', 'filename a*b', 'a YQ==,a YQ==', 'a YQ== extra', ',']) assert.equal(parseUploadMetadata(wrong), undefined, wrong);
});

test('a count of bytes is digits that a number holds exactly', () => {
  assert.equal(parseByteCount('0'), 0);
  assert.equal(parseByteCount('104857600'), 104_857_600);
  for (const wrong of ['', '-1', '1.5', '1e3', '0x10', ' 1', '9'.repeat(20), '9999999999999999']) assert.equal(parseByteCount(wrong), undefined, wrong);
});

test('a checksum names a known algorithm', () => {
  assert.deepEqual(parseChecksum('sha256 AAEC'), { algorithm: 'sha256', digest: Buffer.from([0, 1, 2]) });
  for (const wrong of ['crc32 AAEC', 'sha256', 'sha256 ***', 'sha256  AAEC']) assert.equal(parseChecksum(wrong), undefined, wrong);
});

test('a range lies inside the file, or there is none', () => {
  assert.deepEqual(parseRange('bytes=0-0', 10), { start: 0, end: 0 });
  assert.deepEqual(parseRange('bytes=5-', 10), { start: 5, end: 9 });
  assert.deepEqual(parseRange('bytes=-3', 10), { start: 7, end: 9 });
  assert.deepEqual(parseRange('bytes=-30', 10), { start: 0, end: 9 });
  assert.deepEqual(parseRange('bytes=5-500', 10), { start: 5, end: 9 });
  for (const header of ['bytes=10-', 'bytes=-0', 'bytes=99-100']) assert.equal(parseRange(header, 10), 'unsatisfiable', header);
  for (const header of ['', 'bytes=5-2', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=-']) assert.equal(parseRange(header, 10), undefined, header);
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 100 }), (header, size) => {
      const range = parseRange(`bytes=${header}`, size);
      if (typeof range === 'object') assert.ok(range.start >= 0 && range.start <= range.end && range.end < size);
    }),
  );
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseCms, verifyCms } from '../../cms/verify.ts';
import { assembleCms, estimateCmsBytes, signAttributes, signedAttributes } from '../../cms/sign.ts';
import { fileSource, findPage, listPages, listSignatures, openPdf } from '../reader/index.ts';
import type { PdfSource } from '../reader/index.ts';
import { buildPdf } from '../testing.ts';
import { makeTestAuthority, makeTestSigner, signForTest, testTime } from '../testing-signer.ts';
import { prepareSignatureOf, streamObject } from './index.ts';

const isLong = process.env['LIENTHONG_LONG'] !== undefined;
const megabyte = 1024 * 1024;
const signer = await makeTestSigner(await makeTestAuthority(), 'rsa-2048');

test('4,000 pages are signed on the last one', () => {
  const base = buildPdf({ pages: 4000, content: () => '' });
  const appearance = { objects: [streamObject(['/Type/XObject/Subtype/Form/BBox[0 0 9 9]'], Buffer.from('0 0 9 9 re f'))], form: 0 };
  const signed = signForTest(base, signer, { fieldName: 'A', place: { page: 3999, rect: [10, 10, 60, 60] }, appearance });
  const doc = openPdf(signed);
  assert.equal(listPages(doc).length, 4000);
  assert.ok(findPage(doc, 3999)?.dict.entries.has('Annots'));
  assert.equal(listSignatures(doc).length, 1);
});

test('500 MB are signed and read again in constant memory', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-'));
  const file = openSync(join(folder, 'large.pdf'), 'w+');
  t.after(() => {
    closeSync(file);
    rmSync(folder, { recursive: true });
  });
  let sizeBytes = writeLargePdf(file, 500 * megabyte);
  const before = process.memoryUsage().rss;
  const soFar = hashOf(sourceOf(file, sizeBytes), [[0, sizeBytes]]);
  for (const fieldName of ['A', 'B']) {
    const source = sourceOf(file, sizeBytes);
    const prepared = prepareSignatureOf(source, { fieldName, signingTime: testTime, reserveBytes: estimateCmsBytes(signer.signer), reason: 'Phê duyệt' });
    const attributes = signedAttributes(signer.signer, prepared.digest(soFar));
    const { tail } = prepared.finish(assembleCms(signer.signer, { attributes, signature: signAttributes(signer.signer, signer.key, attributes) }));
    writeSync(file, tail, 0, tail.length, sizeBytes);
    soFar.update(tail);
    sizeBytes += tail.length;
  }
  const source = sourceOf(file, sizeBytes);
  const signatures = listSignatures(openPdf(source));
  assert.deepEqual(signatures.map(({ field }) => field.name), ['A', 'B']);
  // each signature means reading all of the file again
  for (const { byteRange, contents, contentsSpan } of signatures.slice(isLong ? 0 : 1)) {
    const [start = 0, first = 0, second = 0, rest = 0] = byteRange ?? [];
    assert.deepEqual([contentsSpan?.start, contentsSpan?.end], [first, second]);
    const digest = hashOf(source, [[start, first], [second, second + rest]]).digest();
    assert.equal(verifyCms({ cms: parseCms(contents ?? Buffer.alloc(0)), digestOf: () => digest, expectedContentType: '1.2.840.113549.1.7.1' }).verdict, 'ok');
  }
  const usedMb = (process.memoryUsage().rss - before) / megabyte;
  assert.ok(usedMb < 100, `${usedMb.toFixed(0)} MB`);
});

function sourceOf(file: number, sizeBytes: number): PdfSource {
  return fileSource({ sizeBytes, readAt: (into, position) => readSync(file, into, 0, into.length, position) });
}

function hashOf(source: PdfSource, ranges: readonly (readonly [number, number])[]): Hash {
  const hash = createHash('sha256');
  for (const [start, end] of ranges) for (let at = start; at < end; at += megabyte) hash.update(source.read(at, Math.min(end, at + megabyte)));
  return hash;
}

/** A page whose picture is one long run of zeros, which the file system need not store. */
function writeLargePdf(file: number, pictureBytes: number): number {
  const offsets: number[] = [];
  let at = 0;
  const write = (text: string): void => {
    at += writeSync(file, Buffer.from(text, 'latin1'), 0, text.length, at);
  };
  const object = (body: string): void => {
    offsets.push(at);
    write(`${offsets.length} 0 obj\n${body}`);
  };
  write('%PDF-1.7\n');
  object('<</Type/Catalog/Pages 2 0 R>>\nendobj\n');
  object('<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>\nendobj\n');
  object('<</Type/Page/Parent 2 0 R/Resources<</XObject<</I 4 0 R>>>>>>\nendobj\n');
  object(`<</Type/XObject/Subtype/Image/Width 25000/Height ${pictureBytes / 25000}/BitsPerComponent 8/ColorSpace/DeviceGray/Length ${pictureBytes}>>stream\n`);
  at += pictureBytes;
  ftruncateSync(file, at);
  write('\nendstream\nendobj\n');
  const xrefAt = at;
  write(`xref\n0 5\n0000000000 65535 f \n${offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')}`);
  write(`trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n${xrefAt}\n%%EOF\n`);
  return at;
}

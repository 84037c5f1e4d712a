import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { assembleCms, cmsSigner, estimateCmsBytes, signAttributes, signedAttributes } from '../cms/sign.ts';
import { fileSource } from '../pdf/reader/index.ts';
import type { PdfSource } from '../pdf/reader/index.ts';
import { prepareSignatureOf } from '../pdf/signing/index.ts';
import { isLong } from './testing-fuzz.ts';
import { createTestPki, days, hours, later } from './testing.ts';
import { validatePdf } from './validate-pdf.ts';

const megabyte = 1024 * 1024;
const sizeMb = isLong ? 500 : 200;
const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(10));
const options = { trustAnchors: [pki.root.certificate], now: later(at, hours(1)), given: { crls: pki.crls(later(at, hours(1))) } };

test(`${sizeMb} MB with two signatures are validated piece by piece, in little memory, and one changed byte in the middle is seen`, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-'));
  const file = openSync(join(folder, 'large.pdf'), 'w+');
  t.after(() => {
    closeSync(file);
    rmSync(folder, { recursive: true });
  });
  let sizeBytes = writeLargePdf(file, sizeMb * megabyte);
  for (const fieldName of ['A', 'B']) sizeBytes += sign(file, sizeBytes, fieldName);
  const before = process.memoryUsage().rss;
  const report = validatePdf(sourceOf(file, sizeBytes), options);
  const usedMb = (process.memoryUsage().rss - before) / megabyte;
  assert.deepEqual([report.indication, report.signatures.length, report.sizeBytes], ['TOTAL-PASSED', 2, sizeBytes], JSON.stringify(report.signatures.map(({ problems }) => problems)));
  assert.ok(usedMb < 100, `${usedMb.toFixed(0)} MB`);
  writeSync(file, Buffer.from([1]), 0, 1, 100 * megabyte);
  assert.deepEqual(validatePdf(sourceOf(file, sizeBytes), options).signatures.map(({ subIndication }) => subIndication), ['HASH_FAILURE', 'HASH_FAILURE']);
});

function sourceOf(file: number, sizeBytes: number): PdfSource {
  return fileSource({ sizeBytes, readAt: (into, position) => readSync(file, into, 0, into.length, position) });
}

/** Appends one signature; answers how many bytes it took. */
function sign(file: number, sizeBytes: number, fieldName: string): number {
  const source = sourceOf(file, sizeBytes);
  const signer = cmsSigner({ certificate: pki.person.certificate.raw, chain: [pki.issuing.certificate.raw] });
  const base = createHash('sha256');
  for (let from = 0; from < sizeBytes; from += megabyte) base.update(source.read(from, Math.min(sizeBytes, from + megabyte)));
  const prepared = prepareSignatureOf(source, { fieldName, signingTime: at, reserveBytes: estimateCmsBytes(signer) });
  const attributes = signedAttributes(signer, prepared.digest(base));
  const { tail } = prepared.finish(assembleCms(signer, { attributes, signature: signAttributes(signer, pki.person.privateKey, attributes) }));
  return writeSync(file, tail, 0, tail.length, sizeBytes);
}

/** A page whose picture is one long run of zeros, which the file system need not store. */
function writeLargePdf(file: number, pictureBytes: number): number {
  const offsets: number[] = [];
  let length = 0;
  const write = (text: string): void => {
    length += writeSync(file, Buffer.from(text, 'latin1'), 0, text.length, length);
  };
  const open = (body: string): void => {
    offsets.push(length);
    write(`${offsets.length} 0 obj\n${body}`);
  };
  write('%PDF-1.7\n');
  open('<</Type/Catalog/Pages 2 0 R>>\nendobj\n');
  open('<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>\nendobj\n');
  open('<</Type/Page/Parent 2 0 R/Resources<</XObject<</I 4 0 R>>>>>>\nendobj\n');
  open(`<</Type/XObject/Subtype/Image/Width 25000/Height ${pictureBytes / 25000}/BitsPerComponent 8/ColorSpace/DeviceGray/Length ${pictureBytes}>>stream\n`);
  length += pictureBytes;
  ftruncateSync(file, length);
  write('\nendstream\nendobj\n');
  const table = length;
  write(`xref\n0 5\n0000000000 65535 f \n${offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')}`);
  write(`trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n${table}\n%%EOF\n`);
  return length;
}

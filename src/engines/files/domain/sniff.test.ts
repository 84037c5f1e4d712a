import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentKindOf } from './content-kind.ts';
import { sniff } from './sniff.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const pdf = Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj', 'latin1');
const png = hex('89504e470d0a1a0a0000000d49484452');
const program = hex('4d5a90000300000004000000ffff0000');
const ole = hex('d0cf11e0a1b11ae10000000000000000');

test('the kind of a file is read off its first bytes', () => {
  assert.equal(contentKindOf(pdf), 'pdf');
  assert.equal(contentKindOf(Buffer.concat([Buffer.from('\n\n garbage before the header '), pdf])), 'pdf');
  assert.equal(contentKindOf(png), 'png');
  assert.equal(contentKindOf(program), 'executable');
  assert.equal(contentKindOf(Buffer.from('MZ là hai chữ đầu của câu này')), 'text');
  assert.equal(contentKindOf(Buffer.from('#!/bin/sh\nrm -rf /')), 'executable');
  assert.equal(contentKindOf(Buffer.from('\ufeff<?xml version="1.0"?><edXMLEnvelope/>')), 'xml');
  assert.equal(contentKindOf(Buffer.from('<?xml version="1.0"?><svg xmlns="x"><script/></svg>')), 'html');
  assert.equal(contentKindOf(Buffer.from('  <!DOCTYPE html><html>')), 'html');
  assert.equal(contentKindOf(Buffer.from('Kính gửi: Sở Nội vụ')), 'text');
  assert.equal(contentKindOf(Buffer.from('\ufeffKính gửi', 'utf16le')), 'text');
  assert.equal(contentKindOf(hex('0001020304')), 'unknown');
});

test('a text whose last character is cut in two by the end of the head is still a text', () => {
  const bytes = Buffer.from('ế'.repeat(2000));
  for (let length = 4090; length < 4096; length += 1) assert.equal(contentKindOf(bytes.subarray(0, length)), 'text');
});

test('a name that says what the content is passes, in any case of its letters', () => {
  assert.deepEqual(sniff(pdf, 'Công văn.PDF'), { mediaType: 'application/pdf', extension: 'pdf', kind: 'pdf' });
  assert.deepEqual(sniff(png, 'Sơ đồ'), { mediaType: 'image/png', extension: 'png', kind: 'png' });
  assert.deepEqual(sniff(pdf, 'Tờ trình 3.2026'), { mediaType: 'application/pdf', extension: 'pdf', kind: 'pdf' });
  assert.deepEqual(sniff(hex('00010203'), 'bản vẽ.dwg'), { mediaType: 'application/octet-stream', extension: 'dwg', kind: 'unknown' });
});

test('a name that says something else is refused with what the content is', () => {
  const problem = sniff(Buffer.from('just text'), 'Công văn.pdf').problem;
  assert.deepEqual(problem, { kind: 'contentMismatch', extension: 'pdf', actual: { vi: 'văn bản thuần', en: 'plain text' } });
  assert.equal(sniff(pdf, 'ảnh.jpg').problem?.kind, 'contentMismatch');
  assert.equal(sniff(pdf, 'văn bản.docx').problem?.kind, 'contentMismatch');
  assert.equal(sniff(png, 'ảnh.jpg').problem?.kind, 'contentMismatch');
  assert.equal(sniff(Buffer.alloc(0), 'a.pdf').problem?.kind, 'empty');
});

test('what could run is refused under every name', () => {
  assert.equal(sniff(program, 'Công văn.pdf').problem?.kind, 'executable');
  assert.equal(sniff(program, 'vô danh').problem?.kind, 'executable');
  assert.equal(sniff(Buffer.from('alert(1)'), 'a.js').problem?.kind, 'executable');
  assert.equal(sniff(Buffer.from('<html><script>'), 'trang').problem?.kind, 'executable');
  assert.equal(sniff(Buffer.from('<html>'), 'trang.html').problem?.kind, 'executable');
  assert.equal(sniff(ole, 'mẫu.docm').problem?.kind, 'macros');
});

test('no bytes and no name make it fail', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.string({ unit: 'binary', maxLength: 30 }), (bytes, name) => {
      assert.equal(typeof sniff(Buffer.from(bytes), name).mediaType, 'string');
    }),
    { numRuns: 2000 },
  );
});

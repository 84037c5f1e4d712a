import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paperTypeOf } from './papers.ts';

test('papers are told by their content: PDF, JPEG, PNG and certificates are taken, nothing else', () => {
  assert.equal(paperTypeOf(Buffer.from('%PDF-1.7\n')), 'application/pdf');
  assert.equal(paperTypeOf(Buffer.from([0xff, 0xd8, 0xff, 0xe0])), 'image/jpeg');
  assert.equal(paperTypeOf(Buffer.from('-----BEGIN CERTIFICATE-----\nMII')), 'application/pkix-cert');
  assert.equal(paperTypeOf(Buffer.concat([Buffer.from([0x30, 0x82, 0x01, 0x00, 0x30]), Buffer.alloc(255)])), 'application/pkix-cert');
  assert.equal(paperTypeOf(Buffer.from('MZ program')), undefined);
  assert.equal(paperTypeOf(Buffer.from('<svg onload="x"/>')), undefined);
  assert.equal(paperTypeOf(Buffer.alloc(0)), undefined);
});

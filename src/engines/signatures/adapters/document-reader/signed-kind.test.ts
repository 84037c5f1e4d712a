import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildPdf } from '../../domain/pdf/testing.ts';
import { derOfSignature, kindOfFile } from './signed-kind.ts';

const jws = 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln';

test('a file is told by its content', () => {
  const cases: [Buffer, ReturnType<typeof kindOfFile>][] = [
    [buildPdf(), 'pdf'],
    [Buffer.concat([Buffer.from('junk\n'), buildPdf()]), 'pdf'],
    [Buffer.concat([Buffer.from('PK\u0003\u0004......mimetype%PDF-1.7', 'latin1')]), 'asic'],
    [Buffer.from('<?xml version="1.0"?><a/>'), 'xml'],
    [Buffer.from('\uFEFF  <a/>'), 'xml'],
    [Buffer.from('3082010006', 'hex'), 'cades'],
    [Buffer.from('3080060906', 'hex'), 'cades'],
    [Buffer.from('-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----'), 'cades'],
    [Buffer.from(jws), 'jades'],
    [Buffer.from(`${jws}\n`), 'jades'],
    [Buffer.from('0 chỉ là văn bản'), undefined],
    [Buffer.from('eyebrow pencils, 3 pieces'), undefined],
    [Buffer.alloc(0), undefined],
    [Buffer.alloc(2000), undefined],
  ];
  for (const [bytes, kind] of cases) assert.equal(kindOfFile(bytes), kind, bytes.subarray(0, 40).toString('latin1'));
});

test('an armoured signature gives its DER, and what is no armour gives nothing that could be read', () => {
  const der = Buffer.from('3003020101', 'hex');
  assert.deepEqual(derOfSignature(Buffer.from(`-----BEGIN CMS-----\n${der.toString('base64')}\n-----END CMS-----\n`)), der);
  assert.equal(derOfSignature(der), der);
  assert.equal(derOfSignature(Buffer.from('-----BEGIN CMS-----\nMIIB')).length, 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validatePdf } from '../../validation/validate-pdf.ts';
import { dictEntry, documentPermission, entryOf, getCatalog, isArray, isRef, listFields, listSignatures, openPdf, PdfError, resolve } from '../reader/index.ts';
import type { PdfErrorCode } from '../reader/index.ts';
import { qpdfInputs } from '../testing/inputs.ts';
import { buildPdf } from '../testing.ts';
import { hasOracle, makeTestAuthority, makeTestSigner, runOracle, signForTest, testTime } from '../testing-signer.ts';
import { prepareSignature, streamObject } from './index.ts';
import type { FieldLock, FieldValue } from './index.ts';
import { writeObject } from './serialise.ts';

const authority = await makeTestAuthority();
const signer = await makeTestSigner(authority, 'p-256');
const request = { fieldName: 'A', signingTime: testTime, reserveBytes: 64 };

/** An official document as the archives want it: number and date are fields that the clerk fills in when the leader has signed. */
function letterWithFields({ numberFlags = 0, leaderLock = '', isWidgetApart = false } = {}): Buffer {
  const field = (name: string, y: number): string => `<</FT/Tx/T(${name})/Type/Annot/Subtype/Widget/DA(/Helv 12 Tf 0 g)/Rect[60 ${y} 160 ${y + 20}]/F 4`;
  return buildPdf({
    catalogEntries: '/AcroForm<</Fields[10 0 R 11 0 R 12 0 R 14 0 R]>>',
    pageEntries: `/Annots[10 0 R 11 0 R 12 0 R ${isWidgetApart ? 15 : 14} 0 R]`,
    objects: [
      `${field('So', 700)}/Ff ${numberFlags}>>`,
      `${field('Ngay', 660)}>>`,
      `<</FT/Sig/T(LanhDao)/Type/Annot/Subtype/Widget/Rect[300 200 400 260]/F 4${leaderLock}>>`,
      '<</Type/SigFieldLock/Action/Exclude/Fields[(So)(Ngay)]/P 2>>',
      isWidgetApart ? '<</FT/Sig/T(VanThu)/Kids[15 0 R]>>' : '<</FT/Sig/T(VanThu)/Type/Annot/Subtype/Widget/Rect[100 200 200 260]/F 4>>',
      '<</Parent 14 0 R/Type/Annot/Subtype/Widget/Rect[100 200 200 260]/F 4>>',
    ],
  });
}

const appearance = (text: string): FieldValue['appearance'] => ({
  objects: [streamObject(['/Type/XObject/Subtype/Form/BBox[0 0 100 20]/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>'], Buffer.from(`BT /F 12 Tf 2 5 Td (${text}) Tj ET`))],
  form: 0,
});
const number: FieldValue = { fieldName: 'So', text: '05', appearance: appearance('05') };
const date: FieldValue = { fieldName: 'Ngay', text: 'ngày 21', appearance: appearance('21') };

function hasCode(code: PdfErrorCode) {
  return (error: unknown): boolean => error instanceof PdfError && error.code === code;
}

function changesAfterEach(pdf: Buffer): readonly string[] {
  const { signatures } = validatePdf(pdf, { trustAnchors: [authority.root.certificate], now: new Date() });
  assert.ok(signatures.every(({ integrity }) => integrity === 'intact'));
  return signatures.map(({ changesAfter }) => changesAfter);
}

for (const isWidgetApart of [false, true]) {
  test(`the clerk signs a pre-made field${isWidgetApart ? ' whose widget is an object of its own' : ''} and fills in number and date with it, which the leader’s signature permits`, (t) => {
    const signed = signForTest(letterWithFields({ isWidgetApart, leaderLock: '/Lock 13 0 R' }), signer, { fieldName: 'LanhDao' });
    const issued = signForTest(signed, signer, { fieldName: 'VanThu', values: [number, date] });
    const doc = openPdf(issued);
    assert.deepEqual(listFields(doc).map(({ name }) => name), ['So', 'Ngay', 'LanhDao', 'VanThu']);
    assert.deepEqual(listSignatures(doc).map(({ field }) => field.name), ['LanhDao', 'VanThu']);
    assert.equal(writeObject(resolve(doc, listFields(doc)[0]?.value ?? null)), '<3035>');
    assert.deepEqual(changesAfterEach(issued), ['permitted', 'none']);
    if (!hasOracle(t, 'pdfsig') || !hasOracle(t, 'qpdf')) return;
    assert.doesNotMatch(runOracle('qpdf', ['--check', 'a.pdf'], { 'a.pdf': issued }).output, /WARNING/);
    // pdfsig calls every field unsigned whose widget is apart, those of other programs too
    const { output } = runOracle('pdfsig', ['-nocert', 'a.pdf'], { 'a.pdf': issued });
    assert.equal(output.match(/Signature is Valid\./g)?.length, isWidgetApart ? 1 : 2, output);
  });
}

test('only text fields that are there, are open to writing and are not locked can be filled in', () => {
  const fill = (pdf: Buffer, value: FieldValue): unknown => prepareSignature(pdf, { ...request, values: [value] });
  assert.throws(() => fill(letterWithFields(), { ...number, fieldName: 'Khac' }), hasCode('signing.field-unsuitable'));
  assert.throws(() => fill(letterWithFields(), { ...number, fieldName: 'VanThu' }), hasCode('signing.field-unsuitable'));
  assert.throws(() => fill(letterWithFields({ numberFlags: 1 }), number), hasCode('signing.field-unsuitable'));
  for (const lock of [{ action: 'All', fields: [] }, { action: 'Include', fields: ['So'] }, { action: 'Exclude', fields: ['Ngay'] }] satisfies FieldLock[]) {
    const locked = signForTest(letterWithFields(), signer, { fieldName: 'Khoa', lock });
    assert.throws(() => fill(locked, number), hasCode('signing.field-locked'), lock.action);
  }
  const open = signForTest(letterWithFields(), signer, { fieldName: 'Khoa', lock: { action: 'Include', fields: ['Ngay'] } });
  assert.deepEqual(changesAfterEach(signForTest(open, signer, { fieldName: 'B', values: [number] })), ['permitted', 'none']);
});

test('a new field’s lock stands in an object of its own and is repeated in the signature', () => {
  const doc = openPdf(signForTest(letterWithFields(), signer, { fieldName: 'A', lock: { action: 'Include', fields: ['So', 'Ngày'] } }));
  const [signature] = listSignatures(doc);
  assert.ok(isRef(signature?.field.dict.entries.get('Lock')));
  assert.match(writeObject(dictEntry(doc, signature.field.dict, 'Lock') ?? null), /^<<\/Type \/SigFieldLock\/Action \/Include\/Fields \[<536f> <feff[0-9a-f]+>\]>>$/);
  const references = entryOf(doc, signature.dict, 'Reference');
  assert.ok(isArray(references));
  assert.match(writeObject(references.items[0] ?? null), /FieldMDP\/Data 1 0 R\/TransformParams <<\/Type \/TransformParams\/V \/1.2\/Action \/Include\/Fields \[<536f> /);
});

for (const certify of [1, 2, 3] as const) {
  test(`a certifying signature with P ${certify} says so, and ${certify === 1 ? 'closes the document' : 'the next signature keeps it'}`, () => {
    const certified = signForTest(letterWithFields(), signer, { fieldName: 'LanhDao', certify, lock: { action: 'All', fields: [] } });
    assert.equal(documentPermission(openPdf(certified)), certify);
    assert.equal(dictEntry(openPdf(certified), getCatalog(openPdf(certified)), 'Perms')?.entries.size, 1);
    if (certify === 1) assert.throws(() => prepareSignature(certified, { ...request, fieldName: 'VanThu' }), hasCode('signing.not-permitted'));
    else assert.deepEqual(changesAfterEach(signForTest(certified, signer, { fieldName: 'VanThu' })), ['permitted', 'none']);
  });
}

test('a lock with P 1 closes the document like a certification', () => {
  const pdf = Buffer.from(letterWithFields({ leaderLock: '/Lock 13 0 R' }).toString('latin1').replace('/P 2>>', '/P 1>>'), 'latin1');
  const closed = signForTest(pdf, signer, { fieldName: 'LanhDao' });
  assert.throws(() => prepareSignature(closed, request), hasCode('signing.not-permitted'));
});

test('locks, values and appearances in an encrypted file are read by others', (t) => {
  if (!hasOracle(t, 'qpdf')) return;
  for (const { name, pdf } of qpdfInputs(t).filter(({ isEncrypted }) => isEncrypted)) {
    const place = { page: 1, rect: [50, 50, 150, 80] as const };
    const signed = signForTest(pdf, signer, { fieldName: 'Ký', place, appearance: appearance('Phe duyet'), certify: 2, lock: { action: 'Include', fields: ['So'] } });
    const { read } = runOracle('qpdf', ['--decrypt', '--stream-data=uncompress', '--object-streams=disable', 'a.pdf', 'b.pdf'], { 'a.pdf': signed });
    assert.ok(read('b.pdf').includes('(Phe duyet) Tj'), name);
    assert.match(read('b.pdf').toString('latin1'), /\/Fields \[ \(So\) \]/, name);
  }
});

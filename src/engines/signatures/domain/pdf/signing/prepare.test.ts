import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { buildPdf } from '../testing.ts';
import { makeTestAuthority, makeTestSigner, signForTest, testTime } from '../testing-signer.ts';
import { documentPermission, entryOf, fileSource, getCatalog, isArray, listFields, listPages, listSignatures, openPdf, PdfError } from '../reader/index.ts';
import type { PdfErrorCode } from '../reader/index.ts';
import { prepareSignature, prepareSignatureOf, readSigningProfile, restoreIncrement, restorePrepared, saveIncrement, savePrepared } from './index.ts';
import type { PreparedState } from './index.ts';
import { writeObject } from './serialise.ts';

const signer = await makeTestSigner(await makeTestAuthority(), 'p-256');
const request = { fieldName: 'A', signingTime: testTime, reserveBytes: 64 };
const emptyField = '<</FT/Sig/T(Ky)/Type/Annot/Subtype/Widget/Rect[10 20 110 60]/F 4>>';

function hasCode(code: PdfErrorCode) {
  return (error: unknown): boolean => error instanceof PdfError && error.code === code;
}

for (const xref of ['table', 'stream', 'packed'] as const) {
  test(`signing appends to a file of kind ${xref} and changes none of its bytes`, () => {
    const base = buildPdf({ xref, pages: 2 });
    const signed = signForTest(base, signer, { fieldName: 'A' });
    assert.ok(signed.subarray(0, base.length).equals(base));
    const doc = openPdf(signed);
    assert.equal(doc.sections.length, 2);
    assert.equal(doc.sections[0]?.kind, doc.sections[1]?.kind, 'the new section is of the same kind');
    assert.deepEqual(doc.trailer.entries.get('ID') === undefined, false);
    assert.equal(listSignatures(doc).length, 1);
    assert.equal(listPages(doc).length, 2);
  });
}

test('the digest covers everything but the gap, and is the same from the hash of the base', () => {
  const base = buildPdf();
  const prepared = prepareSignature(base, request);
  const { head, tail } = prepared.finish(Buffer.alloc(64, 7));
  const file = Buffer.concat([head, tail]);
  const [, first, second, rest] = prepared.byteRange;
  const expected = createHash('sha256').update(file.subarray(0, first)).update(file.subarray(second, second + rest)).digest();
  assert.equal(second + rest, file.length);
  assert.ok(prepared.digest('sha256').equals(expected));
  const baseHash = createHash('sha256').update(base);
  assert.ok(prepared.digest('sha256', baseHash).equals(expected));
  assert.ok(prepared.digest('sha256', baseHash).equals(expected), 'the hash of the base is not used up');
  assert.equal(file.toString('latin1', first, second), `<${'07'.repeat(64)}>`);
});

test('finishing copies nothing of the base and can be repeated with another value', () => {
  const base = buildPdf();
  const prepared = prepareSignature(base, request);
  assert.equal(prepared.finish(Buffer.from([1])).head, base);
  const { tail } = prepared.finish(Buffer.from([0xab, 0xcd]));
  assert.ok(tail.includes(`<abcd${'0'.repeat(124)}>`));
});

test('a signature larger than its room is refused', () => {
  const prepared = prepareSignature(buildPdf(), request);
  assert.throws(() => prepared.finish(Buffer.alloc(65)), hasCode('signing.reserve-too-small'));
});

test('a prepared signature survives being stored, and only fits the file that it was made for', () => {
  const base = buildPdf({ fillerBytes: 1000 });
  const prepared = prepareSignature(base, request);
  // safe because it is what savePrepared wrote
  const stored = JSON.parse(JSON.stringify(savePrepared(prepared))) as PreparedState;
  const restored = restorePrepared(Buffer.from(base), stored);
  assert.deepEqual(restored.byteRange, prepared.byteRange);
  assert.ok(restored.digest('sha512').equals(prepared.digest('sha512')));
  assert.ok(restored.finish(Buffer.alloc(9, 1)).tail.equals(prepared.finish(Buffer.alloc(9, 1)).tail));
  const other = Buffer.from(base);
  other[20] = 0;
  assert.throws(() => restorePrepared(other, stored), hasCode('signing.base-changed'));
});

test('the increment to a file that is not in memory is the same, and survives being stored', () => {
  const base = buildPdf({ fillerBytes: 1000 });
  const source = fileSource({ sizeBytes: base.length, readAt: (into, position) => base.copy(into, 0, position, position + into.length) });
  const prepared = prepareSignatureOf(source, request);
  const inMemory = prepareSignature(base, request);
  const sha256 = createHash('sha256').update(base).digest('hex');
  const restored = restoreIncrement({ sizeBytes: base.length, sha256 }, saveIncrement(prepared, sha256));
  for (const each of [prepared, restored]) {
    assert.deepEqual(each.byteRange, inMemory.byteRange);
    assert.ok(each.digest(createHash('sha256').update(base)).equals(inMemory.digest('sha256')));
    assert.ok(each.finish(Buffer.alloc(9, 1)).tail.equals(inMemory.finish(Buffer.alloc(9, 1)).tail));
  }
  assert.throws(() => restoreIncrement({ sizeBytes: base.length, sha256: '' }, saveIncrement(prepared, sha256)), hasCode('signing.base-changed'));
});

test('with a stored profile the result is the same, byte for byte', () => {
  for (const xref of ['table', 'packed'] as const) {
    const base = signForTest(buildPdf({ xref, pages: 3 }), signer, { fieldName: 'First' });
    // safe because it is what readSigningProfile made
    const profile = JSON.parse(JSON.stringify(readSigningProfile(openPdf(base), [0]))) as ReturnType<typeof readSigningProfile>;
    const [fresh, cached] = [prepareSignature(base, request), prepareSignature(base, request, profile)];
    assert.ok(fresh.before.equals(cached.before) && fresh.after.equals(cached.after));
    assert.throws(() => prepareSignature(buildPdf({ xref }), request, profile), hasCode('signing.base-changed'));
  }
});

test('several signers sign one after another, each in a field of their own', () => {
  let pdf = buildPdf({ xref: 'packed' });
  for (const fieldName of ['A', 'B', 'C']) pdf = signForTest(pdf, signer, { fieldName });
  assert.deepEqual(listSignatures(openPdf(pdf)).map(({ field }) => field.name), ['A', 'B', 'C']);
  const annots = entryOf(openPdf(pdf), listPages(openPdf(pdf))[0]?.dict, 'Annots');
  assert.ok(isArray(annots) && annots.items.length === 3);
});

test('a signed field is refused, and so is a field of another kind', () => {
  const signed = signForTest(buildPdf(), signer, { fieldName: 'A' });
  assert.throws(() => prepareSignature(signed, request), hasCode('signing.field-already-signed'));
  const withText = buildPdf({ catalogEntries: '/AcroForm<</Fields[10 0 R]>>', objects: ['<</FT/Tx/T(A)/V(x)>>'] });
  assert.throws(() => prepareSignature(withText, request), hasCode('signing.field-unsuitable'));
  assert.throws(() => prepareSignature(buildPdf(), { ...request, fieldName: 'a.b' }), hasCode('signing.field-unsuitable'));
  assert.throws(() => prepareSignature(buildPdf(), { ...request, fieldName: '' }), hasCode('signing.field-unsuitable'));
});

test('an empty field is signed where it stands; its rectangle, the page and other fields stay', () => {
  const base = buildPdf({
    catalogEntries: '/AcroForm<</Fields[10 0 R 11 0 R]/DA(/Helv 0 Tf)>>',
    objects: [emptyField, '<</FT/Tx/T(Other)/V(x)>>'],
    pageEntries: '/Annots[10 0 R]',
  });
  const doc = openPdf(signForTest(base, signer, { fieldName: 'Ky' }));
  const [signature] = listSignatures(doc);
  assert.deepEqual(signature?.field.widgets[0]?.rect, [10, 20, 110, 60]);
  assert.equal(listFields(doc).length, 2);
  assert.deepEqual([...(doc.sections[0]?.numbers() ?? [])].sort((a, b) => a - b).includes(13), false, 'the page is not rewritten');
  assert.equal(entryOf(doc, entryOf(doc, getCatalog(doc), 'AcroForm'), 'SigFlags'), 3);
});

test('a lock of the signed field is repeated in its signature', () => {
  const field = emptyField.replace('/F 4', '/F 4/Lock<</Type/SigFieldLock/Action/All>>');
  const base = buildPdf({ catalogEntries: '/AcroForm<</Fields[10 0 R]>>', objects: [field] });
  const [signature] = listSignatures(openPdf(signForTest(base, signer, { fieldName: 'Ky' })));
  const references = signature?.dict.entries.get('Reference');
  assert.ok(isArray(references));
  assert.equal(writeObject(references.items[0] ?? null), '<</Type /SigRef/TransformMethod /FieldMDP/Data 1 0 R/TransformParams <</Type /TransformParams/V /1.2/Action /All>>>>');
});

test('annotations in an array of their own are extended there', () => {
  const base = buildPdf({ objects: ['[ ]'], pageEntries: '/Annots 10 0 R' });
  const doc = openPdf(signForTest(base, signer, { fieldName: 'A' }));
  assert.deepEqual(doc.sections[0]?.numbers().includes(11), false, 'the page itself is not rewritten');
  const annots = entryOf(doc, listPages(doc)[0]?.dict, 'Annots');
  assert.ok(isArray(annots) && annots.items.length === 1);
});

test('a certifying signature says what may follow; P=1 forbids more, and only the first can certify', () => {
  const certified = signForTest(buildPdf(), signer, { fieldName: 'A', certify: 2 });
  assert.equal(documentPermission(openPdf(certified)), 2);
  const more = signForTest(certified, signer, { fieldName: 'B' });
  assert.equal(documentPermission(openPdf(more)), 2);
  assert.throws(() => prepareSignature(more, { ...request, fieldName: 'C', certify: 2 }), hasCode('signing.not-permitted'));
  const closed = signForTest(buildPdf(), signer, { fieldName: 'A', certify: 1 });
  assert.throws(() => prepareSignature(closed, { ...request, fieldName: 'B' }), hasCode('signing.not-permitted'));
});

test('a page that does not exist is refused', () => {
  const place = { page: 7, rect: [0, 0, 10, 10] as const };
  const appearance = { objects: [['<<>>']], form: 0 };
  assert.throws(() => prepareSignature(buildPdf(), { ...request, place, appearance }), hasCode('signing.page-not-found'));
});

test('Vietnamese text and the time in Vietnam are written as the standard says', () => {
  const doc = openPdf(signForTest(buildPdf(), signer, { fieldName: 'Chữ ký', reason: 'Phê duyệt (1)', location: 'Thanh Hóa', signerName: 'Nguyễn Văn A' }));
  const [signature] = listSignatures(doc);
  assert.equal(signature?.field.name, 'Chữ ký');
  assert.equal(signature.reason, 'Phê duyệt (1)');
  assert.equal(signature.location, 'Thanh Hóa');
  assert.equal(signature.name, 'Nguyễn Văn A');
  assert.equal(signature.signingTime, "D:20261121100000+07'00'");
});

test('a file that does not end with a line end gets one before the increment', () => {
  const base = buildPdf();
  const bare = base.subarray(0, base.length - 1);
  assert.equal(signForTest(bare, signer, { fieldName: 'A' })[bare.length], 10);
});

test('a /Size that is too small does not make new objects overwrite old ones', () => {
  const base = Buffer.from(buildPdf({ pages: 2 }).toString('latin1').replace(/trailer\n<<\/Size \d+/, (all) => `${all.slice(0, -2)}05`.slice(0, all.length)), 'latin1');
  const doc = openPdf(signForTest(base, signer, { fieldName: 'A' }));
  assert.equal(listPages(doc).length, 2);
  assert.equal(listSignatures(doc).length, 1);
});

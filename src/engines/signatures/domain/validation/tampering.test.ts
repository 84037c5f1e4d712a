import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { getCatalog, getObject, listFields, listSignatures, openPdf } from '../pdf/reader/index.ts';
import { buildPdf } from '../pdf/testing.ts';
import type { SignatureReport } from './report.ts';
import { addValidationData, appendRevision, createTestPki, days, editCatalog, editDict, hours, later, nextNumber, signTestPdf, streamOf, writeObject } from './testing.ts';
import type { AppendedRevision } from './testing.ts';
import { validatePdf } from './validate-pdf.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(10));
const now = later(at, hours(1));
const page = 10;
const content = 11;
const font = 3;
const sign = (pdf: Buffer, more: Partial<Parameters<typeof signTestPdf>[1]> = {}) => signTestPdf(pdf, { pki, at, ...more });
const signed = sign(buildPdf({ pages: 2 }));
const first = (pdf: Buffer): SignatureReport =>
  validatePdf(pdf, { trustAnchors: [pki.root.certificate], now, given: { crls: pki.crls(now) } }).signatures[0] ?? assert.fail('no signature');

const evil = streamOf(Buffer.from('BT /F1 40 Tf 72 700 Td (GIA MAO) Tj ET'));
const objectText = (pdf: Buffer, num: number, edits: Readonly<Record<string, string>>) => editDict(getObject(openPdf(pdf), num), edits);
const form = (pdf: Buffer) => {
  const ref = getCatalog(openPdf(pdf)).entries.get('AcroForm');
  return typeof ref === 'object' && ref?.kind === 'ref' ? ref.num : assert.fail('form');
};
const fieldRefs = (pdf: Buffer) => listFields(openPdf(pdf)).map((field) => `${field.ref?.num ?? 0} 0 R`).join(' ');
const annots = (pdf: Buffer) => writeObject(editable(pdf, page).entries.get('Annots')).slice(1, -1);
const editable = (pdf: Buffer, num: number) => {
  const value = getObject(openPdf(pdf), num);
  return typeof value === 'object' && value?.kind === 'dict' ? value : assert.fail('dictionary');
};

test('the file under attack is sound to begin with', () => {
  assert.deepEqual([first(signed).indication, first(signed).changesAfter], ['TOTAL-PASSED', 'none']);
});

const next = nextNumber(signed);
const overlay = '<</Type/Annot/Subtype/FreeText/Rect[50 600 500 800]/Contents(Da sua)/DA(/F1 30 Tf)>>';
const sigWidget = (extra: string) => `<</Type/Annot/Subtype/Widget/FT/Sig/T(moi)/F 4/P ${page} 0 R${extra}>>`;
const withField = (widget: string, more: AppendedRevision['objects'] = {}): AppendedRevision => ({
  objects: {
    [next]: widget,
    [form(signed)]: objectText(signed, form(signed), { Fields: `[${fieldRefs(signed)} ${next} 0 R]` }),
    [page]: objectText(signed, page, { Annots: `[${annots(signed)} ${next} 0 R]` }),
    ...more,
  },
});
const signatureObject = listSignatures(openPdf(signed))[0]?.ref?.num ?? assert.fail('signature');

const forbidden: Readonly<Record<string, AppendedRevision>> = {
  'the content stream of a page is replaced': { objects: { [content]: evil } },
  'a page gets another content stream': { objects: { [next]: evil, [page]: objectText(signed, page, { Contents: `${next} 0 R` }) } },
  'a page gets resources of its own': { objects: { [page]: objectText(signed, page, { Resources: `<</Font<</F1 ${font} 0 R>>>>` }) } },
  'a page is cropped': { objects: { [page]: objectText(signed, page, { CropBox: '[0 0 100 100]' }) } },
  'a free text is laid over a page': { objects: { [next]: overlay, [page]: objectText(signed, page, { Annots: `[${annots(signed)} ${next} 0 R]` }) } },
  'the annotations of a page are removed': { objects: { [page]: objectText(signed, page, { Annots: '[]' }) } },
  'the page tree is swapped': { objects: { 2: objectText(signed, 2, { Kids: '[13 0 R 10 0 R]' }) } },
  'a page is removed': { objects: { 2: objectText(signed, 2, { Kids: '[10 0 R]', Count: '1' }) } },
  'the catalog names another page tree': { objects: { [next]: objectText(signed, 2, {}), 1: editCatalog(signed, { Pages: `${next} 0 R` }).text } },
  'the trailer names another catalog': { objects: { [next]: editCatalog(signed, {}).text }, rootNumber: next },
  'a font is replaced': { objects: { [font]: '<</Type/Font/Subtype/Type1/BaseFont/Courier>>' } },
  'an object is freed': { objects: {}, freed: [content] },
  'an action on opening is added': { objects: { 1: editCatalog(signed, { OpenAction: '<</S/JavaScript/JS(x)>>' }).text } },
  'named scripts are added': { objects: { 1: editCatalog(signed, { Names: '<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>' }).text } },
  'layers are added': { objects: { 1: editCatalog(signed, { OCProperties: '<</OCGs[]/D<<>>>>' }).text } },
  'a signature field without signature shows a picture': withField(sigWidget(`/Rect[0 0 595 842]/AP<</N ${next + 1} 0 R>>`), { [next + 1]: evil }),
  'a text field is added': withField('<</Type/Annot/Subtype/Widget/FT/Tx/T(x)/V(GIA MAO)/Rect[0 0 300 300]>>'),
  'the form turns to XFA': { objects: { [form(signed)]: objectText(signed, form(signed), { XFA: '(x)' }) } },
  'the signature is taken out of the form': { objects: { [form(signed)]: objectText(signed, form(signed), { Fields: '[]' }) } },
  'the signature dictionary is rewritten': { objects: { [signatureObject]: objectText(signed, signatureObject, { Reason: '(khac)' }) } },
};

for (const [name, revision] of Object.entries(forbidden)) {
  test(`forbidden after signing: ${name}`, () => {
    const pdf = appendRevision(signed, revision);
    const { signatures } = validatePdf(pdf, { trustAnchors: [pki.root.certificate], now, given: { crls: pki.crls(now) } });
    const [signature] = signatures;
    // Out of the form, or rewritten, the signature may not be found at all: then nothing is accepted either.
    if (signature) assert.deepEqual([signature.changesAfter, signature.indication], ['forbidden', 'TOTAL-FAILED']);
  });
}

test('an object that fills a reference left open before signing is a shadow attack', () => {
  // The signer's own page gets a list of its own; the second page keeps the open reference.
  const prepared = sign(buildPdf({ pages: 2, pageEntries: '/Annots 90 0 R' }));
  const attacked = appendRevision(prepared, { objects: { 90: `[${nextNumber(prepared) + 100} 0 R]`, [nextNumber(prepared) + 100]: overlay } });
  assert.equal(first(attacked).changesAfter, 'forbidden');
  const hidden = sign(buildPdf({ pages: 1, pageEntries: '/Resources<</XObject<</X0 95 0 R>>>>' }));
  const shown = appendRevision(hidden, { objects: { 95: evil } });
  assert.deepEqual(first(shown).changes.map((change) => change.code), ['object.shadowed']);
});

test('a signature that was on no page may not be put on one later', () => {
  const hidden = sign(buildPdf({ pages: 2, objects: ['<</Type/Annot/Subtype/Widget/FT/Sig/T(an)/Rect[0 0 595 842]/AP<</N 3 0 R>>>>'], catalogEntries: '/AcroForm<</Fields[10 0 R]>>' }), { fieldName: 'khac' });
  const target = 14;
  const pdf = appendRevision(hidden, { objects: { [target]: objectText(hidden, target, { Annots: '[10 0 R]' }) } });
  assert.deepEqual(first(pdf).changes.map((change) => change.code), ['annotation.added']);
});

test('one object in two roles is not excused by the harmless one', () => {
  const twoRoles = sign(buildPdf({ pages: 1, catalogEntries: '/Metadata 11 0 R' }));
  const metadata = appendRevision(twoRoles, { objects: { [content]: streamOf(Buffer.from('BT ET'), '/Type/Metadata/Subtype/XML') } });
  assert.equal(first(metadata).changesAfter, 'forbidden');
  const store = sign(buildPdf({ pages: 1, objects: ['<</Font<</F1 3 0 R>>>>'], pageEntries: '/Resources 10 0 R', catalogEntries: '/DSS 10 0 R' }));
  const resources = appendRevision(store, { objects: { 10: '<</Font<</F1 4 0 R>>>>' } });
  assert.equal(first(resources).changesAfter, 'forbidden');
});

test('an object stream that is replaced takes all its objects along', () => {
  const packed = sign(buildPdf({ xref: 'packed', pages: 1 }));
  const entry = openPdf(packed).sections.map((section) => section.find(3)).find((each) => each?.type === 'packed');
  assert.ok(entry?.type === 'packed');
  const forged = deflateSync(Buffer.from('3 0 <</Type/Font/Subtype/Type1/BaseFont/Courier>>'));
  const pdf = appendRevision(packed, { objects: { [entry.streamNum]: streamOf(forged, '/Type/ObjStm/N 1/First 4/Filter/FlateDecode') } });
  assert.equal(first(pdf).changesAfter, 'forbidden');
});

test('a chain of cross-references that skips the signed ones is compared object by object', () => {
  const chained = appendRevision(signed, { objects: { [content]: evil } });
  const cut = Buffer.from(chained.toString('latin1').replace(/(\/Prev )\d+(?=\/Root 1 0 R>>\nstartxref\n\d+\n%%EOF\n$)/, (_, key: string) => `${key}${openPdf(buildPdf({ pages: 2 })).startXref}`), 'latin1');
  assert.notEqual(openPdf(cut).sections.length, openPdf(chained).sections.length);
  // The signature's own revision is no longer reached, so the file shows none: it must not pass.
  assert.notEqual(validatePdf(cut, { trustAnchors: [pki.root.certificate], now, given: { crls: pki.crls(now) } }).indication, 'TOTAL-PASSED');
});

test('unknown bytes at the end are suspicious, white space is not', () => {
  assert.equal(first(Buffer.concat([signed, Buffer.from('% anything else')])).changesAfter, 'suspicious');
  assert.deepEqual([first(Buffer.concat([signed, Buffer.from('\r\n\n')])).changesAfter, first(signed).indication], ['none', 'TOTAL-PASSED']);
});

test('outlines and page labels are suspicious, not forbidden', () => {
  const pdf = appendRevision(signed, { objects: { 1: editCatalog(signed, { PageLabels: '<</Nums[0<</S/r>>]>>' }).text } });
  assert.deepEqual([first(pdf).changesAfter, first(pdf).indication, first(pdf).subIndication], ['suspicious', 'INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE']);
});

test('permitted: validation data, versions, metadata, an empty signature field, objects written again unchanged', () => {
  const permitted: readonly Buffer[] = [
    addValidationData(signed, { crls: pki.crls(now) }),
    addValidationData(addValidationData(signed, { crls: pki.crls(now) }), { certificates: [pki.issuing.certificate.raw] }),
    appendRevision(signed, { objects: { 1: editCatalog(signed, { Version: '/2.0', Extensions: '<</ESIC<</BaseVersion/1.7/ExtensionLevel 2>>>>' }).text } }),
    appendRevision(signed, { objects: { 1: editCatalog(signed, { Metadata: `${next} 0 R` }).text, [next]: streamOf(Buffer.from('<x/>'), '/Type/Metadata/Subtype/XML') } }),
    appendRevision(signed, withField(sigWidget('/Rect[0 0 0 0]'))),
    appendRevision(signed, { objects: { [font]: objectText(signed, font, {}), 4: '<</Producer(khac)>>' } }),
  ];
  for (const pdf of permitted) assert.deepEqual([first(pdf).changesAfter, first(pdf).indication], ['permitted', 'TOTAL-PASSED'], JSON.stringify(first(pdf).changes));
});

const formPdf = buildPdf({
  pages: 1,
  objects: ['<</Type/Annot/Subtype/Widget/FT/Tx/T(so)/Rect[0 0 100 20]/P 11 0 R>>'],
  pageEntries: '/Annots[10 0 R]',
  catalogEntries: '/AcroForm<</Fields[10 0 R]>>',
});
const fill = (pdf: Buffer) => appendRevision(pdf, { objects: { 10: objectText(pdf, 10, { V: '(15/QD)', AP: `<</N ${nextNumber(pdf)} 0 R>>` }), [nextNumber(pdf)]: evil } });

test('a form may be filled unless a signer certified otherwise', () => {
  assert.equal(first(fill(sign(formPdf))).changesAfter, 'permitted');
  assert.equal(first(fill(sign(formPdf, { certify: 2 }))).changesAfter, 'permitted');
  const locked = first(fill(sign(formPdf, { certify: 1 })));
  assert.deepEqual([locked.changesAfter, locked.changes[0]?.code], ['forbidden', 'permission.exceeded']);
});

test('a field that a signer locked stays locked, whatever alphabet its name is written in', () => {
  for (const [name, inFile] of [['so', '(so)'], ['Số', '<FEFF00531ED1>'], ['Số', '<EFBBBF53E1BB91>'], ['Số', '<FEFF0053006F03020301>']] as const) {
    const named = buildPdf({
      objects: [`<</Type/Annot/Subtype/Widget/FT/Tx/T${inFile}/Rect[0 0 100 20]/P 11 0 R>>`],
      pageEntries: '/Annots[10 0 R]',
      catalogEntries: '/AcroForm<</Fields[10 0 R]>>',
    });
    const judged = (lock: { action: 'All' | 'Include' | 'Exclude'; fields: readonly string[] }) => {
      const report = first(fill(sign(named, { lock })));
      return [report.changesAfter, report.changes[0]?.code];
    };
    assert.deepEqual(judged({ action: 'Include', fields: [name] }), ['forbidden', 'permission.exceeded'], inFile);
    assert.deepEqual(judged({ action: 'All', fields: [] }), ['forbidden', 'permission.exceeded'], inFile);
    assert.deepEqual(judged({ action: 'Include', fields: ['khác'] }), ['permitted', 'form.filled'], inFile);
    assert.deepEqual(judged({ action: 'Exclude', fields: [name] }), ['permitted', 'form.filled'], inFile);
  }
});

test('annotations are permitted only where the certifying signer allowed them', () => {
  const annotate = (pdf: Buffer) => appendRevision(pdf, { objects: { [nextNumber(pdf)]: overlay, [page]: objectText(pdf, page, { Annots: `[${annots(pdf)} ${nextNumber(pdf)} 0 R]` }) } });
  assert.equal(first(annotate(sign(buildPdf(), { certify: 3 }))).changesAfter, 'permitted');
  assert.equal(first(annotate(sign(buildPdf(), { certify: 2 }))).changesAfter, 'forbidden');
});

test('a later signer cannot permit what the first one did not', () => {
  const annotate = (pdf: Buffer) => appendRevision(pdf, { objects: { [nextNumber(pdf)]: overlay, [page]: objectText(pdf, page, { Annots: `[${annots(pdf)} ${nextNumber(pdf)} 0 R]` }) } });
  const opened = appendRevision(signed, withField(sigWidget('/Rect[0 0 0 0]/Lock<</Type/SigFieldLock/Action/Include/Fields[(x)]/P 3>>')));
  const both = sign(opened, { holder: pki.agency, fieldName: 'moi' });
  assert.deepEqual([first(both).changesAfter, first(both).indication], ['permitted', 'TOTAL-PASSED']);
  assert.deepEqual([first(annotate(both)).changesAfter, first(annotate(both)).changes.at(-1)?.code], ['forbidden', 'annotation.added']);
  const certified = sign(sign(buildPdf(), { certify: 3 }), { holder: pki.agency, fieldName: 'hai' });
  assert.equal(first(annotate(certified)).changesAfter, 'permitted', 'what the author permits holds for who signs after');
});

test('a change between two signatures is held against the first only', () => {
  const changed = appendRevision(signed, { objects: { [content]: evil } });
  const both = sign(changed, { holder: pki.agency, fieldName: 'hai' });
  const { signatures, indication } = validatePdf(both, { trustAnchors: [pki.root.certificate], now, given: { crls: pki.crls(now) } });
  assert.equal(indication, 'TOTAL-FAILED');
  assert.deepEqual(signatures.map((each) => [each.indication, each.changesAfter]), [['TOTAL-FAILED', 'forbidden'], ['TOTAL-PASSED', 'none']]);
});

const edit = (pdf: Buffer, find: RegExp, replace: (match: string) => string) => {
  const text = pdf.toString('latin1');
  const match = find.exec(text) ?? assert.fail('nothing to edit');
  const put = replace(match[0]);
  assert.equal(put.length, match[0].length, 'positions must not move');
  return Buffer.from(text.slice(0, match.index) + put + text.slice(match.index + put.length), 'latin1');
};
const [, gapStart = 0, gapEnd = 0, rest = 0] = listSignatures(openPdf(signed))[0]?.byteRange ?? [];
const range = (numbers: readonly number[]) => edit(signed, /\/ByteRange\[[^\]]+\]/, (match) => `/ByteRange[${numbers.join(' ')}`.padEnd(match.length - 1).concat(']'));

test('a byte range that leaves something out, overlaps, or lies beyond the file is a format failure', () => {
  const bad: readonly (readonly number[])[] = [
    [1, gapStart - 1, gapEnd, rest],
    [0, gapStart - 5, gapEnd, rest],
    [0, gapStart, gapEnd + 10, rest - 10],
    [0, gapStart, gapStart, rest],
    [0, gapStart, gapEnd, rest + 1],
    [0, gapStart, gapEnd],
    [0, gapStart, gapEnd, rest - 20],
    [0, 0, gapEnd, rest],
  ];
  for (const numbers of bad) {
    const signature = first(range(numbers));
    assert.deepEqual([signature.indication, signature.subIndication, signature.integrity], ['TOTAL-FAILED', 'FORMAT_FAILURE', 'broken'], numbers.join());
  }
});

test('anything but zeros behind the container in the gap is refused', () => {
  const bent = Buffer.from(signed);
  const padded = sign(buildPdf(), { reserveBytes: 6000 });
  const end = listSignatures(openPdf(padded))[0]?.contentsSpan?.end ?? 0;
  padded.write('41', end - 5, 'latin1');
  assert.deepEqual([first(padded).indication, first(padded).subIndication], ['TOTAL-FAILED', 'FORMAT_FAILURE']);
  assert.ok(bent.equals(signed));
});

test('a changed byte of the document and a signature by another key fail as what they are', () => {
  const touched = edit(signed, /Lien Thong tests/, () => 'Lien Thong tesss');
  assert.deepEqual([first(touched).indication, first(touched).subIndication, first(touched).changesAfter], ['TOTAL-FAILED', 'HASH_FAILURE', 'forbidden']);
  const foreign = sign(buildPdf(), { holder: { certificate: pki.agency.certificate, privateKey: pki.tsaHolder.privateKey } });
  assert.deepEqual([first(foreign).indication, first(foreign).subIndication], ['TOTAL-FAILED', 'SIG_CRYPTO_FAILURE']);
});

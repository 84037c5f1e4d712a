/** Further attacks on signed files, beside those of `tampering.test.ts`: each is found, and each has a harmless neighbour that is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getCatalog, getObject, listFields, listSignatures, openPdf } from '../pdf/reader/index.ts';
import { buildPdf } from '../pdf/testing.ts';
import type { ValidationReport } from './report.ts';
import { appendRevision, createTestPki, days, editCatalog, editDict, hours, later, nextNumber, signTestPdf, streamOf, writeObject } from './testing.ts';
import { validatePdf } from './validate-pdf.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(10));
const now = later(at, hours(1));
const sign = (pdf: Buffer, more: Partial<Parameters<typeof signTestPdf>[1]> = {}) => signTestPdf(pdf, { pki, at, ...more });
const validate = (pdf: Buffer): ValidationReport => validatePdf(pdf, { trustAnchors: [pki.root.certificate], now, given: { crls: pki.crls(now) } });
const first = (pdf: Buffer) => validate(pdf).signatures[0] ?? assert.fail('no signature');
const found = (pdf: Buffer) => [first(pdf).changesAfter, first(pdf).indication, first(pdf).changes[0]?.code];
const isRefused = (pdf: Buffer, why: string) => {
  assert.notEqual(validate(pdf).indication, 'TOTAL-PASSED', why);
};

const image = (data: string) => streamOf(Buffer.from(data), '/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8');
const text = (bytes: Buffer) => bytes.toString('latin1');

test('a replaced image, font program, form picture and layer are found', () => {
  const objects = [
    text(image('a')),
    text(streamOf(Buffer.from('font program'))),
    '<</Type/FontDescriptor/FontName/X/FontFile2 11 0 R>>',
    '<</Type/OCG/Name(lop)>>',
    '<</OCGs[13 0 R]/D<</ON[13 0 R]>>>>',
  ];
  const pageEntries = '/Resources<</XObject<</I 10 0 R>>/Font<</F<</Type/Font/Subtype/TrueType/FontDescriptor 12 0 R>>>>/Properties<</L 13 0 R>>>>';
  const signed = sign(buildPdf({ objects, pageEntries, catalogEntries: '/OCProperties 14 0 R' }));
  assert.deepEqual(found(signed), ['none', 'TOTAL-PASSED', undefined]);
  const attacks: Record<string, Parameters<typeof appendRevision>[1]['objects']> = {
    'the image is replaced': { 10: image('b') },
    'the font program is replaced': { 11: streamOf(Buffer.from('other program')) },
    'the font descriptor names another program': { 12: '<</Type/FontDescriptor/FontName/X/FontFile2 90 0 R>>', 90: streamOf(Buffer.from('other program')) },
    'a shown layer is hidden': { 14: '<</OCGs[13 0 R]/D<</OFF[13 0 R]>>>>' },
    'a layer gets a state for viewing': { 13: '<</Type/OCG/Name(lop)/Usage<</View<</ViewState/OFF>>>>>>' },
    'the layers are taken out of the catalog': { 1: editCatalog(signed, { OCProperties: 'null' }).text },
    'the layers of the catalog are others': { 1: editCatalog(signed, { OCProperties: '<</OCGs[13 0 R]/D<</BaseState/OFF>>>>' }).text },
  };
  for (const [why, changed] of Object.entries(attacks)) assert.deepEqual(found(appendRevision(signed, { objects: changed })).slice(0, 2), ['forbidden', 'TOTAL-FAILED'], why);
});

test('a hidden layer that is shown after signing is found', () => {
  const objects = ['<</Type/OCG/Name(lop)>>', '<</OCGs[10 0 R]/D<</OFF[10 0 R]>>>>', '<</OFF[10 0 R]/BaseState/ON>>'];
  const hidden = sign(buildPdf({ objects, pageEntries: '/Resources<</Properties<</L 10 0 R>>>>', catalogEntries: '/OCProperties 11 0 R' }));
  const config = sign(buildPdf({ objects: [objects[0] ?? '', '<</OCGs[10 0 R]/D 12 0 R>>', objects[2] ?? ''], catalogEntries: '/OCProperties 11 0 R' }));
  const attacks: Record<string, Buffer> = {
    'the layer is switched on': appendRevision(hidden, { objects: { 11: '<</OCGs[10 0 R]/D<</ON[10 0 R]>>>>' } }),
    'another configuration is the default': appendRevision(hidden, { objects: { 11: '<</OCGs[10 0 R]/D<</BaseState/ON>>/Configs[<</OFF[10 0 R]>>]>>' } }),
    'the configuration that stands by itself is replaced': appendRevision(config, { objects: { 12: '<</BaseState/ON>>' } }),
    'the catalog forgets that there are layers': appendRevision(hidden, { objects: { 1: editCatalog(hidden, { OCProperties: 'null' }).text } }),
  };
  for (const [why, pdf] of Object.entries(attacks)) assert.deepEqual(found(pdf).slice(0, 2), ['forbidden', 'TOTAL-FAILED'], why);
});

test('the picture of an annotation that was signed may not be replaced', () => {
  const objects = ['<</Type/Annot/Subtype/Stamp/Rect[0 0 90 90]/AP<</N 11 0 R>>>>', text(streamOf(Buffer.from('q Q'), '/Type/XObject/Subtype/Form/BBox[0 0 1 1]'))];
  const signed = sign(buildPdf({ objects, pageEntries: '/Annots[10 0 R]' }));
  for (const change of [{ 11: streamOf(Buffer.from('0 0 9 9 re f'), '/Type/XObject/Subtype/Form/BBox[0 0 1 1]') }, { 10: '<</Type/Annot/Subtype/Stamp/Rect[0 0 590 800]/AP<</N 11 0 R>>>>' }])
    assert.deepEqual(found(appendRevision(signed, { objects: change })).slice(0, 2), ['forbidden', 'TOTAL-FAILED']);
});

const formWith = (entries: string) =>
  buildPdf({
    objects: [`<</Type/Annot/Subtype/Widget/FT/Tx/T(so)/Rect[0 0 100 20]/P 12 0 R${entries}>>`, text(streamOf(Buffer.from('(1) Tj'), '/Type/XObject/Subtype/Form/BBox[0 0 100 20]'))],
    pageEntries: '/Annots[10 0 R]',
    catalogEntries: '/AcroForm<</Fields[10 0 R]>>',
  });
const edited = (pdf: Buffer, num: number, edits: Readonly<Record<string, string>>) => appendRevision(pdf, { objects: { [num]: editDict(getObject(openPdf(pdf), num), edits) } });

test('a value that stood in a form when it was signed may not be replaced; an empty one may be filled', () => {
  assert.deepEqual(found(edited(sign(formWith('')), 10, { V: '(15)' })), ['permitted', 'TOTAL-PASSED', 'form.filled']);
  assert.deepEqual(found(edited(sign(formWith('/V()')), 10, { V: '(15)' })), ['permitted', 'TOTAL-PASSED', 'form.filled']);
  assert.deepEqual(found(edited(sign(formWith('/V(100 dong)')), 10, { V: '(900 dong)' })), ['forbidden', 'TOTAL-FAILED', 'field.replaced']);
  assert.deepEqual(found(edited(sign(formWith('/V(100 dong)'), { certify: 2 }), 10, { V: '(900 dong)' })), ['permitted', 'TOTAL-PASSED', 'form.filled']);
  assert.deepEqual(found(edited(sign(formWith('/Ff 1'), { certify: 2 }), 10, { V: '(900 dong)' })), ['forbidden', 'TOTAL-FAILED', 'field.changed']);
});

test('a new picture for an unchanged value is suspicious', () => {
  const signed = sign(formWith('/V(1)/AP<</N 11 0 R>>'));
  const redrawn = appendRevision(signed, { objects: { 11: streamOf(Buffer.from('(900) Tj'), '/Type/XObject/Subtype/Form/BBox[0 0 100 20]') } });
  assert.deepEqual(found(redrawn), ['suspicious', 'INDETERMINATE', 'field.redrawn']);
  assert.deepEqual(found(edited(signed, 10, { AP: `<</N ${nextNumber(signed)} 0 R>>` })).slice(0, 2), ['suspicious', 'INDETERMINATE']);
});

const signed = sign(buildPdf({ pages: 2 }));
const evil = text(streamOf(Buffer.from('BT /F1 40 Tf 72 700 Td (GIA MAO) Tj ET')));
const startXref = openPdf(signed).startXref;

test('an object that one new section states twice is found, whichever of the two a reader takes', () => {
  const copy = text(signed).slice(text(signed).indexOf('11 0 obj'), text(signed).indexOf('endobj', text(signed).indexOf('11 0 obj')) + 6);
  const body = `\n${copy}\n11 0 obj\n${evil}\nendobj\n`;
  const original = signed.length + 1;
  const forged = signed.length + 1 + copy.length + 1;
  const row = (offset: number) => `${String(offset).padStart(10, '0')} 00000 n \n`;
  for (const [one, two] of [[original, forged], [forged, original], [text(signed).indexOf('11 0 obj'), forged]] as const) {
    const xref = `xref\n11 1\n${row(one)}11 1\n${row(two)}trailer\n<</Size ${nextNumber(signed)}/Prev ${startXref}/Root 1 0 R>>\nstartxref\n${signed.length + body.length}\n%%EOF\n`;
    const pdf = Buffer.concat([signed, Buffer.from(body + xref, 'latin1')]);
    assert.equal(first(pdf).changesAfter, 'forbidden', `${one} ${two}`);
    isRefused(pdf, 'twice');
  }
});

test('an update without objects, without a table, without a trailer or with a broken one is never taken as nothing', () => {
  const tails: Record<string, string> = {
    'objects only': `11 0 obj\n${evil}\nendobj\n`,
    'objects and the old startxref': `11 0 obj\n${evil}\nendobj\nstartxref\n${startXref}\n%%EOF\n`,
    'objects and a trailer without table': `11 0 obj\n${evil}\nendobj\ntrailer\n<</Root 1 0 R/Size 99/Prev ${startXref}>>\nstartxref\n${signed.length}\n%%EOF\n`,
    'objects and a startxref of nowhere': `11 0 obj\n${evil}\nendobj\nstartxref\n99999999\n%%EOF\n`,
    'objects and a startxref of zero': `11 0 obj\n${evil}\nendobj\nstartxref\n0\n%%EOF\n`,
    'a catalog and a trailer only': `1 0 obj\n<</Type/Catalog/Pages 90 0 R>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n`,
  };
  for (const [why, tail] of Object.entries(tails)) isRefusedOrCoded(Buffer.concat([signed, Buffer.from(tail, 'latin1')]), why);
});

/** A file that cannot be opened is not accepted either. */
function isRefusedOrCoded(pdf: Buffer, why: string): void {
  let report: ValidationReport;
  try {
    report = validate(pdf);
  } catch (error) {
    assert.match(error instanceof Error && 'code' in error ? String(error.code) : '', /^pdf\./, why);
    return;
  }
  assert.notEqual(report.indication, 'TOTAL-PASSED', why);
}

test('an update whose table is empty changes nothing and is told apart from one that replaces the root', () => {
  const empty = (root: number) => Buffer.concat([signed, Buffer.from(`\nxref\n0 0\ntrailer\n<</Size ${nextNumber(signed)}/Prev ${startXref}/Root ${root} 0 R>>\nstartxref\n${signed.length + 1}\n%%EOF\n`)]);
  assert.deepEqual([first(empty(1)).changesAfter, validate(empty(1)).indication], ['permitted', 'TOTAL-PASSED']);
  isRefusedOrCoded(empty(2), 'the page tree as catalog');
});

test('the evil catalog: entries that act, hide or lead elsewhere', () => {
  const entries: Record<string, string> = {
    AA: '<</WC<</S/JavaScript/JS(x)>>>>',
    Collection: '<</View/H>>',
    URI: '<</Base(http://evil.example)>>',
    Dests: '<<>>',
    OutputIntents: '[]',
    Requirements: '[]',
    NeedsRendering: 'true',
    AcroForm: '<</Fields[]/XFA[]>>',
    Pages: `${nextNumber(signed)} 0 R`,
  };
  const more = { [nextNumber(signed)]: '<</Type/Pages/Kids[]/Count 0>>' };
  for (const [key, value] of Object.entries(entries)) {
    const pdf = appendRevision(signed, { objects: { 1: editCatalog(signed, { [key]: value }).text, ...(key === 'Pages' ? more : {}) } });
    isRefused(pdf, key);
  }
});

test('a key that is said twice in something new is suspicious', () => {
  const { text: catalog } = editCatalog(signed, {});
  const pdf = appendRevision(signed, { objects: { 1: catalog.replace('/Pages', '/Pages 2 0 R/Pages') } });
  assert.deepEqual(found(pdf), ['suspicious', 'INDETERMINATE', 'keys.repeated']);
});

const signature = listSignatures(openPdf(signed))[0] ?? assert.fail('signature');
const formNum = (() => {
  const ref = getCatalog(openPdf(signed)).entries.get('AcroForm');
  return typeof ref === 'object' && ref?.kind === 'ref' ? ref.num : assert.fail('form');
})();
const fields = listFields(openPdf(signed)).map((field) => `${field.ref?.num ?? 0} 0 R`);
const withField = (field: string, more: Readonly<Record<number, string>> = {}) => {
  const num = nextNumber(signed);
  const page = getObject(openPdf(signed), 10);
  const annots = typeof page === 'object' && page?.kind === 'dict' ? writeObject(page.entries.get('Annots')).slice(1, -1) : '';
  return appendRevision(signed, {
    objects: { [num]: field, [formNum]: editDict(getObject(openPdf(signed), formNum), { Fields: `[${fields.join(' ')} ${num} 0 R]` }), 10: editDict(page, { Annots: `[${annots} ${num} 0 R]` }), [num + 1]: evil, ...more },
  });
};
const shown = `/Type/Annot/Subtype/Widget/FT/Sig/T(gia)/Rect[0 0 595 842]/AP<</N ${nextNumber(signed) + 1} 0 R>>`;

test('a picture that borrows an earlier signature, or a copy of it, is no signature', () => {
  isRefused(withField(`<<${shown}/V ${signature.ref?.num ?? 0} 0 R>>`), 'borrowed');
  const copy = editDict(signature.dict, {});
  isRefused(withField(`<<${shown}/V ${nextNumber(signed) + 2} 0 R>>`, { [nextNumber(signed) + 2]: copy }), 'copied');
  isRefused(withField(`<<${shown}/V ${copy}>>`), 'copied into the field');
});

/** Changes text of the same length inside the signature dictionary, or around it. */
function bend(pdf: Buffer, find: RegExp, replace: (match: string) => string): Buffer {
  const source = text(pdf);
  const match = find.exec(source) ?? assert.fail('nothing to bend');
  const put = replace(match[0]);
  assert.equal(put.length, match[0].length);
  return Buffer.from(source.slice(0, match.index) + put + source.slice(match.index + put.length), 'latin1');
}

test('games with /Contents: another string, white space, two of them, none', () => {
  const roomy = sign(buildPdf(), { reserveBytes: 6000 });
  const contents = /\/Contents<[0-9a-f]+>/;
  const games: Record<string, (match: string) => string> = {
    'white space in which something may hide': (match) => `${match.slice(0, -40)}${' '.repeat(39)}>`,
    'a literal string': (match) => `/Contents(${match.slice(10, -1)})`,
    'two strings': (match) => `${match.slice(0, -30)}>/Contents<${'0'.repeat(18)}>`,
    'an array': (match) => `/Contents[${match.slice(10, -1)}]`,
    'another key': (match) => `/Contemts${match.slice(9)}`,
    'nothing but zeros': (match) => `/Contents<${'0'.repeat(match.length - 11)}>`,
    'an odd number of digits': (match) => `${match.slice(0, -2)}> `,
  };
  for (const [why, game] of Object.entries(games)) isRefusedOrCoded(bend(roomy, contents, game), why);
});

test('games with /ByteRange: negative, six numbers, fractions, huge, a reference, twice', () => {
  const range = /\/ByteRange\[[^\]]+\]/;
  const [, gapStart = 0, gapEnd = 0, rest = 0] = signature.byteRange ?? [];
  const games = [`0 ${gapStart} ${gapEnd} -${rest}`, `0 1 1 ${gapStart - 1} ${gapEnd} ${rest}`, `0 ${gapStart}.5 ${gapEnd} ${rest}`, `0 ${gapStart} ${gapEnd} 9e9`, `0 ${gapStart} ${gapEnd} 99999999999`, '1 0 R', `-1 ${gapStart} ${gapEnd} ${rest}`];
  for (const game of games) isRefusedOrCoded(bend(signed, range, (match) => `/ByteRange[${game}`.padEnd(match.length - 1).concat(']')), game);
});

test('a signature dictionary that says /ByteRange twice is a contradiction even when it was signed that way', () => {
  const padded = bend(signed, /\/Filter\/Adobe\.PPKLite/, () => '/ByteRange[0 1 2 3]  ');
  const [problem] = first(padded).problems;
  assert.equal(problem?.code, 'format.contradiction');
});

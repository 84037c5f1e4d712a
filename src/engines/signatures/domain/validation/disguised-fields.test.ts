/** What is put over a page after signing in the guise of a signature field: a genuine new field has a widget, and only a signer may show something. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getCatalog, getObject, listFields, openPdf, type Box } from '../pdf/reader/index.ts';
import { streamObject } from '../pdf/signing/fragment.ts';
import { buildPdf } from '../pdf/testing.ts';
import { addDocumentTimestamp, appendRevision, createTestPki, days, editDict, hours, later, nextNumber, signTestPdf, streamOf, writeObject } from './testing.ts';
import type { AppendedRevision } from './testing.ts';
import { validatePdf } from './validate-pdf.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(10));
const now = later(at, hours(3));
const page = 10;
const signed = signTestPdf(buildPdf({ pages: 2 }), { pki, at });
const next = nextNumber(signed);
const picture = streamOf(Buffer.from('1 g 0 0 595 842 re f 0 g BT /F1 40 Tf 72 700 Td (GIA MAO) Tj ET'), '/Type/XObject/Subtype/Form/BBox[0 0 595 842]');

const formNumber = (pdf: Buffer): number => {
  const ref = getCatalog(openPdf(pdf)).entries.get('AcroForm');
  return typeof ref === 'object' && ref?.kind === 'ref' ? ref.num : assert.fail('form');
};
const edited = (pdf: Buffer, num: number, edits: Readonly<Record<string, string>>) => editDict(getObject(openPdf(pdf), num), edits);
const annotations = (pdf: Buffer): string => {
  const value = getObject(openPdf(pdf), page);
  return typeof value === 'object' && value?.kind === 'dict' ? writeObject(value.entries.get('Annots')).slice(1, -1) : assert.fail('page');
};

/** The signed file with one more field, of which `shown` stands on the page. */
function withField(field: string, { shown = next, more = {} }: { shown?: number; more?: AppendedRevision['objects'] } = {}): Buffer {
  const fields = listFields(openPdf(signed)).map(({ ref }) => `${ref?.num ?? 0} 0 R`).join(' ');
  return appendRevision(signed, {
    objects: {
      [next]: field,
      [formNumber(signed)]: edited(signed, formNumber(signed), { Fields: `[${fields} ${next} 0 R]` }),
      [page]: edited(signed, page, { Annots: `[${annotations(signed)} ${shown} 0 R]` }),
      ...more,
    },
  });
}

const judged = (pdf: Buffer) => {
  const { indication, signatures } = validatePdf(pdf, { trustAnchors: [pki.root.certificate], now, given: { crls: pki.crls(now) } });
  return [indication, signatures[0]?.changesAfter, signatures[0]?.changes[0]?.code];
};

const text = '/F 4/Rect[50 600 500 800]/Contents(Da sua)/DA(/F1 30 Tf)';
const disguised: Readonly<Record<string, Buffer>> = {
  'a free text that calls itself a signature field': withField(`<</Type/Annot/Subtype/FreeText/FT/Sig/T(moi)/P ${page} 0 R${text}>>`),
  'a filled rectangle that calls itself one': withField(`<</Type/Annot/Subtype/Square/FT/Sig/T(moi)/F 4/P ${page} 0 R/Rect[0 0 595 842]/IC[1 1 1]/C[1 1 1]>>`),
  'an annotation that does not say what it is': withField(`<</Type/Annot/FT/Sig/T(moi)/F 4/P ${page} 0 R/Rect[0 0 595 842]/IC[1 1 1]>>`),
  'a free text as the kid of a signature field': withField(`<</FT/Sig/T(moi)/Kids[${next + 1} 0 R]>>`, { shown: next + 1, more: { [next + 1]: `<</Type/Annot/Subtype/FreeText/Parent ${next} 0 R${text}>>` } }),
  'a text with a value as the kid of a signature field': withField(`<</FT/Sig/T(moi)/Kids[${next + 1} 0 R]>>`, {
    shown: next + 1,
    more: { [next + 1]: `<</Type/Annot/Subtype/Widget/FT/Tx/V(GIA MAO)/DA(/F1 30 Tf)/F 4/Rect[50 600 500 800]/Parent ${next} 0 R>>` },
  }),
};

for (const [name, pdf] of Object.entries(disguised)) {
  test(`forbidden after signing: ${name}`, () => {
    assert.deepEqual(judged(pdf), ['TOTAL-FAILED', 'forbidden', 'annotation.added']);
  });
}

test('an empty signature field with a background or a caption over the page shows something that nobody signed', () => {
  for (const look of ['/BG[1 1 1]', '/CA(GIA MAO)', `/I ${next + 1} 0 R`]) {
    const pdf = withField(`<</Type/Annot/Subtype/Widget/FT/Sig/T(moi)/F 4/P ${page} 0 R/Rect[0 0 595 842]/MK<<${look}>>>>`, { more: { [next + 1]: picture } });
    assert.deepEqual(judged(pdf), ['TOTAL-FAILED', 'forbidden', 'field.unsignedAppearance'], look);
  }
  const plain = withField(`<</Type/Annot/Subtype/Widget/FT/Sig/T(moi)/F 4/P ${page} 0 R/Rect[350 100 500 150]/MK<<>>>>`);
  assert.deepEqual(judged(plain), ['TOTAL-PASSED', 'permitted', 'field.added']);
});

test('a document time stamp, which anybody can have, shows nothing on a page', () => {
  const field = `<</Type/Annot/Subtype/Widget/FT/Sig/T(moi)/F 4/P ${page} 0 R/Rect[0 0 595 842]/AP<</N ${next + 1} 0 R>>/V ${next + 2} 0 R>>`;
  // what is judged as a time stamp is told by its format, whatever it calls itself
  for (const type of ['/Type/DocTimeStamp', '/Type/Sig', '']) {
    const shown = withField(field, { more: { [next + 1]: picture, [next + 2]: `<<${type}/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161>>` } });
    assert.deepEqual(judged(shown).slice(1), ['forbidden', 'field.unsignedAppearance'], type);
  }
  assert.deepEqual(judged(addDocumentTimestamp(signed, pki, later(at, hours(1)))), ['TOTAL-PASSED', 'permitted', 'timestamp.added']);
});

test('what calls itself a time stamp and is a signature does not get past an author who closed the document', () => {
  const closed = signTestPdf(buildPdf(), { pki, at, certify: 1 });
  const [field, value] = [nextNumber(closed), nextNumber(closed) + 1];
  const fields = listFields(openPdf(closed)).map(({ ref }) => `${ref?.num ?? 0} 0 R`).join(' ');
  const add = (format: string) =>
    judged(
      appendRevision(closed, {
        objects: {
          [field]: `<</Type/Annot/Subtype/Widget/FT/Sig/T(moi)/Rect[0 0 0 0]/V ${value} 0 R>>`,
          [value]: `<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/${format}>>`,
          [formNumber(closed)]: edited(closed, formNumber(closed), { Fields: `[${fields} ${field} 0 R]` }),
        },
      }),
    ).slice(1);
  assert.deepEqual(add('ETSI.CAdES.detached'), ['forbidden', 'permission.exceeded']);
  assert.deepEqual(add('ETSI.RFC3161'), ['permitted', 'timestamp.added']);
});

test('a document time stamp in a field that waits for a signer shows no signature there', () => {
  const base = buildPdf({ objects: ['<</Type/Annot/Subtype/Widget/FT/Sig/T(giamdoc)/F 4/Rect[350 100 500 150]/P 11 0 R>>'], pageEntries: '/Annots[10 0 R]', catalogEntries: '/AcroForm<</Fields[10 0 R]>>' });
  const waiting = signTestPdf(base, { pki, at });
  const [value, look] = [nextNumber(waiting), nextNumber(waiting) + 1];
  const put = (entries: Readonly<Record<string, string>>) =>
    judged(appendRevision(waiting, { objects: { 10: edited(waiting, 10, entries), [value]: '<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161>>', [look]: picture } }));
  assert.deepEqual(put({ V: `${value} 0 R`, AP: `<</N ${look} 0 R>>` }).slice(1), ['forbidden', 'field.unsignedAppearance']);
  assert.deepEqual(put({ V: `${value} 0 R` }).slice(1), ['permitted', 'timestamp.added']);
});

test('a further signature whose picture hides most of a page is suspicious, whoever signs; one of usual size is not', () => {
  const appearance = { objects: [streamObject(['/Type/XObject/Subtype/Form/BBox[0 0 1 1]'], Buffer.from('1 g 0 0 1 1 re f'))], form: 0 };
  const sign = (rect: Box) => signTestPdf(signed, { pki, holder: pki.agency, at: later(at, hours(1)), fieldName: 'hai', place: { page: 0, rect }, appearance });
  assert.deepEqual(judged(sign([0, 0, 595, 842])), ['INDETERMINATE', 'suspicious', 'signature.hidesPage']);
  const [widgets, value, look] = [[next + 1, next + 2], next + 3, next + 4];
  const halves = appendRevision(signed, {
    objects: {
      [next]: `<</FT/Sig/T(moi)/Kids[${widgets.map((num) => `${num} 0 R`).join(' ')}]/V ${value} 0 R>>`,
      ...Object.fromEntries(widgets.map((num, i) => [num, `<</Type/Annot/Subtype/Widget/F 4/Rect[0 ${i * 400} 595 ${i * 400 + 400}]/AP<</N ${look} 0 R>>/Parent ${next} 0 R>>`])),
      [value]: '<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached>>',
      [look]: picture,
      [formNumber(signed)]: edited(signed, formNumber(signed), { Fields: `[${listFields(openPdf(signed)).map(({ ref }) => `${ref?.num ?? 0} 0 R`).join(' ')} ${next} 0 R]` }),
      [page]: edited(signed, page, { Annots: `[${annotations(signed)} ${widgets.map((num) => `${num} 0 R`).join(' ')}]` }),
    },
  });
  assert.deepEqual(judged(halves).slice(1), ['suspicious', 'signature.hidesPage'], 'in two halves');
  assert.deepEqual(judged(sign([350, 100, 500, 150])), ['TOTAL-PASSED', 'permitted', 'signature.added']);
});

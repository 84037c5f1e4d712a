/** What ISO 19005-2 (PDF/A-2) asks of the things that signing adds, by our own reading of it, for machines without veraPDF. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCms } from '../../cms/verify.ts';
import { createTestPki, days, later, signTestPdf } from '../../validation/testing.ts';
import { demoSealPng, demoSignaturePng } from '../demo-images/demo-images.ts';
import { decodeStream, dictEntry, entryOf, findPage, getCatalog, isArray, isDict, isName, isRef, isStream, listSignatures, openPdf, resolve } from '../reader/index.ts';
import type { PdfDict, PdfDocument, PdfStream } from '../reader/index.ts';
import { buildPdf } from '../testing.ts';
import { buildArchivalPdf } from '../testing/archival.ts';
import { agencySeal, colorRulesOf, drawWidget, imageFromPng, pageMark, personSignature, textInBlank } from './index.ts';

const pki = await createTestPki(new Date('2026-03-02T01:00:00Z'));
const at = later(pki.start, days(10));
const base = buildArchivalPdf();
const page = findPage(openPdf(base), 0) ?? assert.fail('page');
const person = personSignature({ left: 350, top: 600, width: 142, height: 51 }, imageFromPng(demoSignaturePng('Nguyễn Văn A', 120)));
assert.ok(person.kind === 'image');
const head = [textInBlank({ page: 0, baseline: 142, width: 30, fontSize: 13, left: 105 }, '0125', 'regular'), pageMark(page, 'https://example.vn/a')];
const looks = [
  drawWidget(0, page, [person]),
  drawWidget(0, page, head),
  drawWidget(0, page, [agencySeal(page, person, { image: imageFromPng(demoSealPng('Sở Nội vụ', 60)), widthMm: 36 })]),
  {},
];
const signed = looks.reduce<Buffer>((pdf, look, i) => signTestPdf(pdf, { pki, at, withTimestamp: true, fieldName: `CK${i}`, reason: 'Phê duyệt', ...look }), base);
const doc = openPdf(signed);
const signatures = listSignatures(doc);
const forms = signatures.flatMap(({ field }) => {
  const form = entryOf(doc, dictEntry(doc, field.widgets[0]?.dict, 'AP'), 'N');
  return isStream(form) ? [form] : [];
});
const inResources = (category: string): (PdfDict | PdfStream)[] => forms.flatMap((form) => named(doc, dictEntry(doc, dictEntry(doc, form, 'Resources'), category)));

/** The numbers of the objects that an entry of the catalog leads to. */
function referred(file: PdfDocument, key: string): string {
  const value = getCatalog(file).entries.get(key);
  return (isArray(value) ? value.items : [value]).map((item) => (isRef(item) ? item.num : assert.fail(key))).join();
}

function named(file: PdfDocument, dict: PdfDict | undefined): (PdfDict | PdfStream)[] {
  return [...(dict?.entries.keys() ?? [])].flatMap((key) => {
    const entry = entryOf(file, dict, key);
    return isDict(entry) || isStream(entry) ? [entry] : [];
  });
}

test('what the file says of itself stays: metadata, output intent, identifiers; and nothing of it is encrypted', () => {
  const [before, after] = [openPdf(base), doc];
  for (const key of ['Metadata', 'OutputIntents']) assert.equal(referred(after, key), referred(before, key), key);
  assert.ok(isArray(entryOf(after, after.trailer, 'ID')));
  assert.equal(after.security, undefined);
});

test('every widget is printed and shown (6.3.2), has one appearance that is a stream (6.3.3), and acts on nothing (6.4.1, 6.5)', () => {
  assert.equal(forms.length, 3);
  for (const { field } of signatures) {
    const [widget] = field.widgets;
    assert.ok(widget !== undefined);
    const flags = entryOf(doc, widget.dict, 'F');
    assert.ok(typeof flags === 'number');
    assert.deepEqual([flags & 4, flags & (1 | 2 | 32 | 256)], [4, 0], 'print is set; invisible, hidden, no view and toggle are not');
    const shown = dictEntry(doc, widget.dict, 'AP');
    const [left = 0, bottom = 0, right = 0, top = 0] = widget.rect ?? [];
    if (shown === undefined) assert.deepEqual([right - left, top - bottom], [0, 0], 'without appearance it has no size');
    else assert.deepEqual([...shown.entries.keys()], ['N']);
    for (const key of ['A', 'AA']) assert.ok(!widget.dict.entries.has(key), key);
  }
  assert.notEqual(entryOf(doc, dictEntry(doc, getCatalog(doc), 'AcroForm'), 'NeedAppearances'), true);
});

test('every font is embedded as a subset with its widths and its Unicode (6.2.11)', () => {
  const fonts = inResources('Font');
  assert.ok(fonts.length > 0);
  for (const font of fonts) {
    const descendants = entryOf(doc, font, 'DescendantFonts');
    const child = isArray(descendants) ? descendants.items[0] : undefined;
    const cid = resolve(doc, child);
    assert.ok(isStream(entryOf(doc, dictEntry(doc, cid, 'FontDescriptor'), 'FontFile2')), 'the program is inside');
    const map = entryOf(doc, cid, 'CIDToGIDMap');
    assert.ok(isName(map) && map.name === 'Identity', 'and says which glyph is which (6.2.11.3.2)');
    assert.ok(isStream(entryOf(doc, font, 'ToUnicode')) && isArray(entryOf(doc, cid, 'W')));
  }
});

test('colours are those that an RGB output intent covers (6.2.4.3), pictures are neither smoothed nor replaced (6.2.8), forms hold no PostScript (6.2.9)', () => {
  const images = inResources('XObject');
  assert.equal(images.length, 2);
  for (const image of images) {
    const space = entryOf(doc, image, 'ColorSpace');
    assert.ok(isName(space) && ['DeviceRGB', 'DeviceGray'].includes(space.name));
    for (const key of ['Interpolate', 'Alternates', 'OPI', 'Intent']) assert.equal(entryOf(doc, image, key), null, key);
  }
  for (const form of forms) {
    for (const key of ['OPI', 'PS', 'Subtype2', 'Ref']) assert.equal(entryOf(doc, form, key), null, key);
    const content = decodeStream(doc, form).toString('latin1');
    assert.doesNotMatch(content, /(^|\s)(k|K|cs|CS|sc|scn|SC|SCN|ri|gs|sh)(\s|$)/);
  }
});

test('a file says by its metadata and its output intent what an appearance has to bring along', () => {
  const rules = (pdf: Buffer) => Object.values(colorRulesOf(openPdf(pdf)));
  assert.deepEqual(rules(buildPdf()), [false, true], 'no claim, no rules');
  assert.deepEqual((['rgb', 'gray', 'cmyk', 'none'] as const).map((intent) => rules(buildArchivalPdf({ intent }))), [[false, true], [true, true], [true, true], [true, false]]);
  assert.deepEqual(rules(buildArchivalPdf({ flavour: '1b' })), [false, false], 'PDF/A-1 knows no transparency');
  const claim = (from: string, to: string) => Buffer.from(buildArchivalPdf({ intent: 'none' }).toString('latin1').replace(from, to.padEnd(from.length)), 'latin1');
  const part = '<pdfaid:part>2</pdfaid:part>';
  assert.deepEqual(rules(claim(part, '<a pdfaid:part="2"/>')), [true, false], 'as an attribute');
  assert.deepEqual(rules(claim(part, '')), [false, true]);
  assert.deepEqual(rules(claim('/Subtype/XML', '/Filter/Foo')), [false, true], 'metadata that cannot be read claim nothing, and hold nobody up');
});

test('without an output intent the picture is ink or no ink, with the colours that it has on white paper, and says itself what red is', () => {
  const colors = colorRulesOf(openPdf(buildArchivalPdf({ intent: 'none' })));
  const picture = imageFromPng(demoSealPng('Sở Nội vụ', 60));
  const [soft, hard] = [picture.objects, picture.hardEdged()].map((objects) => Buffer.concat(objects.flat().map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(typeof part === 'string' ? part : '')))).toString('latin1'));
  assert.ok(soft?.includes('/SMask ') && !soft.includes('/ImageMask'));
  assert.ok(hard?.includes('/Mask ') && hard.includes('/ImageMask true') && !hard.includes('/SMask'));
  const signedThere = signTestPdf(buildArchivalPdf({ intent: 'none' }), { pki, at, ...drawWidget(0, { ...page, colors }, [{ ...person, image: picture }]) });
  const file = openPdf(signedThere);
  const form = entryOf(file, dictEntry(file, listSignatures(file)[0]?.field.widgets[0]?.dict, 'AP'), 'N');
  const spaces = dictEntry(file, dictEntry(file, form, 'Resources'), 'ColorSpace');
  assert.deepEqual([...(spaces?.entries.keys() ?? [])], ['DefaultGray', 'DefaultRGB']);
});

test('objects, streams and cross-references are written as 6.1 wants them', () => {
  const added = signed.subarray(base.length).toString('latin1');
  const heads = added.match(/\d+ \d+ obj/g) ?? [];
  assert.equal(added.match(/^\d+ \d+ obj$/gm)?.length, heads.length, 'each head has a line of its own');
  assert.equal(added.match(/\nendobj\n/g)?.length, heads.length);
  assert.equal(added.match(/>>\s*stream/g)?.length, added.match(/>>stream\n/g)?.length, 'one line feed behind the keyword');
  assert.equal(added.match(/endstream/g)?.length, added.match(/\nendstream\n/g)?.length, 'an end of line before and behind');
  assert.doesNotMatch(added, /\/Filter\s*\[?\s*\/(LZWDecode|Crypt)/);
  assert.doesNotMatch(added, /\/(JavaScript|JS|Launch|Movie|Sound|XFA)\b/);
  assert.ok(signed.subarray(-6).toString('latin1') === '%%EOF\n');
});

test('each signature covers the whole file up to its end, with one signer and the signer’s certificate (6.4.3)', () => {
  assert.equal(signatures.length, looks.length);
  for (const { contents, byteRange } of signatures) {
    assert.equal(byteRange?.[0], 0);
    const { certificates } = parseCms(contents ?? Buffer.alloc(0));
    assert.ok(certificates.some(({ fingerprint }) => fingerprint === pki.person.certificate.fingerprint));
  }
  assert.equal((signatures.at(-1)?.byteRange?.[2] ?? 0) + (signatures.at(-1)?.byteRange?.[3] ?? 0), signed.length);
});

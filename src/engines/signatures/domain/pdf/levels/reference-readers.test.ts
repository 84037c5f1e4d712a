import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createTestPki, days, hours, later, signTestPdf } from '../../validation/testing.ts';
import { agencySeal, colorRulesOf, drawWidget, imageFromPng, pageMark, personSignature, textInBlank, textMark } from '../appearance/index.ts';
import { demoSealPng, demoSignaturePng } from '../demo-images/demo-images.ts';
import { findPage, listSignatures, openPdf } from '../reader/index.ts';
import { buildPdf } from '../testing.ts';
import { runOracle } from '../testing-signer.ts';
import { buildArchivalPdf } from '../testing/archival.ts';
import { handmadeInputs, qpdfInputs } from '../testing/inputs.ts';
import type { InputKind } from '../testing/inputs.ts';
import { hasReader, readWith, rulesBroken } from '../testing/reference-readers.ts';
import type { ReferenceReader } from '../testing/reference-readers.ts';
import { addValidationStore, prepareDocumentTimestamp } from './index.ts';

const isLong = process.env['LIENTHONG_LONG'] !== undefined;
const pki = await createTestPki(new Date('2026-03-02T01:00:00Z'));
const at = later(pki.start, days(10));
/** A second one with an RSA key: iText 5 has no ears for ECDSA, which is why people and agencies get RSA keys. */
const second = await pki.leaf('signer', pki.agency.certificate.subject.attributes, { key: 'rsa-3072' });

/** The file at each level in turn: B-B, B-T, B-LT, B-LTA; then signed by a second person and archived again. */
function levelsOf(base: Buffer): readonly Buffer[] {
  const plain = signTestPdf(base, { pki, at, fieldName: 'Chữ ký 1', reason: 'Phê duyệt', location: 'Thanh Hóa' });
  const stamped = signTestPdf(base, { pki, at, fieldName: 'Chữ ký 1', reason: 'Phê duyệt', withTimestamp: true });
  const longTerm = withStore(stamped);
  const archived = withDocumentTimestamp(longTerm, hours(1));
  const again = signTestPdf(archived, { pki, holder: second, at: later(at, hours(2)), withTimestamp: true, fieldName: 'Chữ ký 2' });
  return [plain, stamped, longTerm, archived, withDocumentTimestamp(withStore(again), hours(3))];
}

function withStore(pdf: Buffer): Buffer {
  const items = { certificates: [pki.issuing.certificate.raw, pki.root.certificate.raw], crls: pki.crls(at), ocsps: [pki.ocsp(pki.person, { status: 'good' }, at)] };
  const bySignature = listSignatures(openPdf(pdf)).flatMap(({ contents }) => (contents ? [{ ...items, contents }] : []));
  return Buffer.concat([pdf, addValidationStore(pdf, { ...items, bySignature })]);
}

function withDocumentTimestamp(pdf: Buffer, afterMs: number): Buffer {
  const prepared = prepareDocumentTimestamp(pdf, { reserveBytes: 4000 });
  const { head, tail } = prepared.finish(pki.tsa.token({ hash: 'sha256', digest: prepared.digest('sha256'), now: later(at, afterMs) }));
  return Buffer.concat([head, tail]);
}

const [signature, timestamp] = ['ETSI.CAdES.detached valid', 'ETSI.RFC3161 valid'];
const expected = (pages: number): string[][] => [
  [`${signature} whole`, `pages ${pages}`],
  [`${signature} whole`, `pages ${pages}`],
  [`${signature} part`, `pages ${pages} store`],
  [`${signature} part`, `${timestamp} whole`, `pages ${pages} store`],
  [`${signature} part`, `${timestamp} part`, `${signature} part`, `${timestamp} whole`, `pages ${pages} store`],
];

/**
 * A handful in the short run, all kinds of the matrix in the long one. Encrypted files are not for iText 5: it decrypts /Contents, which stands
 * in the clear (ISO 32000-2, 7.6.2), and finds no container; PDFBox, qpdf, pdfsig and openssl judge those.
 */
function inputsFor(t: TestContext, reader: ReferenceReader): readonly Pick<InputKind, 'name' | 'pdf'>[] {
  const few = (['table', 'stream', 'packed'] as const).map((xref) => ({ name: xref, pdf: buildPdf({ xref, pages: 3, fillerBytes: 2000 }) }));
  const matrix = isLong ? [...handmadeInputs(), ...qpdfInputs(t)] : [];
  return [...few, ...matrix.filter(({ isEncrypted }) => reader !== 'iText' || !isEncrypted)];
}

for (const reader of ['PDFBox', 'iText'] as const) {
  test(`${reader} finds every signature and time stamp valid, at every level and from both signers`, (t) => {
    if (!hasReader(t, reader)) return;
    const inputs = inputsFor(t, reader);
    const read = readWith(reader, inputs.flatMap(({ pdf }) => levelsOf(pdf)));
    inputs.forEach(({ name }, i) => {
      assert.deepEqual(read.slice(i * 5, i * 5 + 5).map(sorted), expected(3).map(sorted), `${reader}: ${name}`);
    });
  });

  test(`${reader} finds a signature broken where a byte under it was changed`, (t) => {
    if (!hasReader(t, reader)) return;
    const pdf = Buffer.from(signTestPdf(buildPdf({ content: () => 'BT /F1 13 Tf 72 770 Td (Trang) Tj ET' }), { pki, at, reason: 'Duyet' }));
    pdf[pdf.indexOf('(Lien Thong tests)') + 1] = 'X'.charCodeAt(0);
    const [[verdict] = []] = readWith(reader, [pdf]);
    assert.match(verdict ?? '', /INVALID/);
  });
}

/** Each reader has its own order. */
function sorted(lines: readonly string[]): string[] {
  return [...lines].sort();
}

/** What an issued letter carries: the leader's image, then in one go number, day, code and the agency's seal, then a mark and a signature nobody sees. */
function issued(base: Buffer): readonly Buffer[] {
  const page = findPage(openPdf(base), 0) ?? assert.fail('page');
  const person = personSignature({ left: 350, top: 600, width: 142, height: 51 }, imageFromPng(demoSignaturePng('Nguyễn Văn A', 240)));
  assert.ok(person.kind === 'image');
  const blank = { page: 0, baseline: 142, width: 30, fontSize: 13 };
  const head = [textInBlank({ ...blank, left: 105 }, '0125', 'regular'), textInBlank({ ...blank, left: 400 }, '05', 'italic'), pageMark(page, 'https://example.vn/xac-thuc/abc')];
  const canvas = { ...page, colors: colorRulesOf(openPdf(base)) };
  const looks = [
    drawWidget(0, canvas, [person]),
    drawWidget(0, canvas, head),
    drawWidget(0, canvas, [agencySeal(page, person, { image: imageFromPng(demoSealPng('Sở Nội vụ', 120)), widthMm: 36 })]),
    drawWidget(0, canvas, textMark(page, ['15/QĐ-SNV'], at)),
    {},
  ];
  const files: Buffer[] = [];
  looks.forEach((look, i) => {
    files.push(signTestPdf(files.at(-1) ?? base, { pki, at: later(at, i * 1000), withTimestamp: true, fieldName: `CK${i}`, reason: 'Phê duyệt', ...look }));
  });
  const last = files.at(-1) ?? assert.fail('files');
  return [...files, withDocumentTimestamp(withStore(last), hours(1))];
}

test('a file that is PDF/A-2b stays PDF/A-2b with images, numbers, code, seal, mark, validation material and archive time stamp', (t) => {
  if (!hasReader(t, 'veraPDF')) return;
  const plain = buildArchivalPdf();
  const bases = [{ name: 'tables', pdf: plain }, ...(isLong ? repacked(plain) : [])];
  for (const { name, pdf } of bases) {
    assert.deepEqual(rulesBroken([pdf]), [[]], `${name}: the input is what it claims to be`);
    const steps = issued(pdf);
    assert.deepEqual(rulesBroken(isLong ? steps : steps.slice(-1)), (isLong ? steps : steps.slice(-1)).map(() => []), name);
  }
});

test('the claim outlives pictures and texts whatever the file says of its colours, and of each part and conformance', (t) => {
  if (!hasReader(t, 'veraPDF')) return;
  const colors = ['none', 'gray', 'cmyk', 'rgb'] as const;
  const claims = isLong ? (['1b', '2b', '2u', '3b'] as const).map((flavour) => [flavour, colors] as const) : ([['2b', colors], ['1b', ['none']]] as const);
  for (const [flavour, intents] of claims) {
    const bases = intents.map((intent) => buildArchivalPdf({ intent, flavour, pages: 1 }));
    // PDF/A-1 wants a field that nobody sees to have an appearance all the same (ISO 19005-1, 6.9): it is held to what is seen.
    const signed = bases.map((base) => issued(base).at(flavour === '1b' ? 3 : -1) ?? assert.fail('signed'));
    const judged = rulesBroken([...bases, ...signed], flavour);
    intents.forEach((intent, i) => {
      assert.deepEqual([judged[i], judged[intents.length + i]], [[], []], `PDF/A-${flavour}, output intent: ${intent}; before and after`);
    });
  }
});

function repacked(pdf: Buffer): { name: string; pdf: Buffer }[] {
  return [['--object-streams=generate'], ['--linearize']].map((options) => ({ name: options.join(' '), pdf: runOracle('qpdf', [...options, '--newline-before-endstream', 'in.pdf', 'out.pdf'], { 'in.pdf': pdf }).read('out.pdf') }));
}

test('veraPDF does find fault where there is some: our plain test file claims nothing and embeds no font', (t) => {
  if (!hasReader(t, 'veraPDF')) return;
  const [rules = []] = rulesBroken([buildPdf()]);
  assert.ok(rules.some((rule) => rule.includes('6.2.11.4.1')), 'fonts are embedded');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { readSigningProfile } from '../signing/index.ts';
import { findText } from '../text/index.ts';
import { buildPdf } from '../testing.ts';
import { handmadeInputs, qpdfInputs } from '../testing/inputs.ts';
import { hasOracle, makeTestAuthority, makeTestSigner, readSamples, runOracle, signForTest } from '../testing-signer.ts';
import {
  decodeStream,
  fileSource,
  findPage,
  getCatalog,
  getObject,
  isDict,
  isRef,
  isStream,
  listFields,
  listObjectNumbers,
  listPages,
  listRevisions,
  listSignatures,
  openPdf,
  openRevision,
  PdfError,
  rootRef,
  scanActiveContent,
} from './index.ts';
import type { PdfDocument, PdfErrorCode } from './index.ts';
import { openStrictly } from './open.ts';

function hasCode(code: PdfErrorCode) {
  return (error: unknown): boolean => error instanceof PdfError && error.code === code;
}

for (const xref of ['table', 'stream', 'packed'] as const) {
  test(`a file with cross-references of kind ${xref} gives its objects and pages`, () => {
    const doc = openPdf(buildPdf({ xref, pages: 3, objects: ['<</Marker(ten)>>'] }));
    assert.equal(doc.sections[0]?.kind, xref === 'table' ? 'table' : 'stream');
    assert.ok(isDict(getObject(doc, 10)));
    assert.equal(getObject(doc, 999), null);
    const pages = listPages(doc);
    assert.equal(pages.length, 3);
    assert.deepEqual(pages[2]?.mediaBox, [0, 0, 595, 842]);
    assert.ok(pages[2].resources?.entries.has('Font'), 'resources are inherited');
  });
}

test('programs that rewrite files give the same pages: linearised, object streams, both', (t) => {
  if (!hasOracle(t, 'qpdf')) return;
  const variants = [['--linearize'], ['--object-streams=generate'], ['--linearize', '--object-streams=generate']];
  for (const options of variants) {
    const { read } = runOracle('qpdf', [...options, 'in.pdf', 'out.pdf'], { 'in.pdf': buildPdf({ pages: 5, fillerBytes: 5000 }) });
    const doc = openPdf(read('out.pdf'));
    assert.equal(listPages(doc).length, 5);
    assert.equal(listRevisions(doc).length, 1, 'the two parts of a linearised file are one revision');
    assert.equal(listRevisions(doc)[0]?.end, read('out.pdf').length);
  }
});

test('crop box, rotation and user unit are read, the crop box cut to the media box', () => {
  const page = findPage(openPdf(buildPdf({ pageEntries: '/Rotate -90/CropBox[-10 20 9999 800]/UserUnit 2' })), 0);
  assert.deepEqual(page?.cropBox, [0, 20, 595, 800]);
  assert.equal(page.rotate, 270);
  assert.equal(page.userUnit, 2);
});

test('a page tree that bites its tail ends', () => {
  const pdf = Buffer.from(buildPdf({ pages: 2 }).toString('latin1').replace('/Kids[10 0 R 13 0 R]', '/Kids[10 0 R  2 0 R]'), 'latin1');
  assert.equal(listPages(openPdf(pdf)).length, 1);
});

test('what is not a PDF, damaged beyond mending or locked is told apart', () => {
  const pdf = buildPdf();
  assert.throws(() => openPdf(Buffer.alloc(0)), hasCode('pdf.not-a-pdf'));
  assert.throws(() => openPdf(Buffer.from('PK\u0003\u0004 a zip')), hasCode('pdf.not-a-pdf'));
  assert.throws(() => openPdf(pdf.subarray(0, 60)), hasCode('pdf.damaged'));
  assert.throws(() => openPdf(Buffer.from(`%PDF-1.7\n${'1 0 obj <</A('.repeat(50_000)}`)), hasCode('pdf.damaged'));
  assert.throws(() => openPdf(Buffer.concat([Buffer.from('junk\n'), pdf])), hasCode('pdf.junk-before-header'));
  assert.throws(() => openPdf(Buffer.from(pdf.toString('latin1').replace('/Info 4 0 R', '/Encrypt 4 0 R'), 'latin1')), hasCode('pdf.encrypted'));
  assert.throws(() => openPdf(pdf, { ...openPdf(pdf).limits, maxFileBytes: 10 }), hasCode('pdf.too-large'));
});

test('a stream that expands beyond the limit is refused, one bomb or many small ones', () => {
  const bomb = deflateSync(Buffer.alloc(3_000_000));
  const object = `<</Filter/FlateDecode/Length ${bomb.length}>>stream\n${bomb.toString('latin1')}\nendstream`;
  const pdf = buildPdf({ objects: [object, object, object] });
  const { limits } = openPdf(pdf);
  const decode = (doc: ReturnType<typeof openPdf>, num: number): void => {
    const stream = getObject(doc, num);
    assert.ok(isStream(stream));
    decodeStream(doc, stream);
  };
  assert.throws(() => decode(openPdf(pdf, { ...limits, maxStreamBytes: 1_000_000 }), 10), hasCode('pdf.too-large'));
  const doc = openPdf(pdf, { ...limits, maxDecodedBytes: 7_000_000 });
  decode(doc, 10);
  decode(doc, 11);
  assert.throws(() => decode(doc, 12), hasCode('pdf.too-large'));
});

test('an object stream whose length stands inside itself is refused, not followed', () => {
  const text = buildPdf({ xref: 'packed' }).toString('latin1');
  // same number of characters, so that every offset stays true
  const looped = text.replace(/(\/Type\/ObjStm\/N \d+\/First \d+)\/Filter\/FlateDecode\/Length \d+>>/, (all, head: string) => `${head}/Length 4 0 R>>`.padEnd(all.length));
  assert.notEqual(looped, text);
  assert.throws(() => getCatalog(openStrictly(Buffer.from(looped, 'latin1'))), /object stream \d+ is missing/);
  assert.throws(() => openPdf(Buffer.from(looped, 'latin1')), hasCode('pdf.damaged'));
});

test('revisions say what each save added, and an earlier state can be opened', async () => {
  const authority = await makeTestAuthority();
  const signer = await makeTestSigner(authority, 'p-256');
  const base = buildPdf({ xref: 'packed', pages: 2 });
  const once = signForTest(base, signer, { fieldName: 'A' });
  const twice = signForTest(once, signer, { fieldName: 'B' });
  const revisions = listRevisions(openPdf(twice));
  assert.deepEqual(revisions.map(({ end }) => end), [base.length, once.length, twice.length]);
  assert.deepEqual(revisions.map(({ start }) => start), [0, base.length, once.length]);
  assert.ok(revisions[1]?.objects.has(1), 'the first signature changes the catalog');
  assert.ok(!revisions[2]?.objects.has(1), 'the second leaves it alone');
  assert.deepEqual(listSignatures(openRevision(twice, once.length)).map(({ field }) => field.name), ['A']);
});

test('the places of /Contents and /ByteRange are exact', async () => {
  const signer = await makeTestSigner(await makeTestAuthority(), 'p-256');
  const pdf = signForTest(buildPdf(), signer, { fieldName: 'A', reason: 'Phê duyệt' });
  const [signature] = listSignatures(openPdf(pdf));
  assert.ok(signature?.contentsSpan !== undefined && signature.byteRangeSpan !== undefined);
  const { contentsSpan, byteRangeSpan, byteRange } = signature;
  assert.equal(pdf.toString('latin1', contentsSpan.start, contentsSpan.start + 1), '<');
  assert.equal(pdf.toString('latin1', contentsSpan.end - 1, contentsSpan.end), '>');
  assert.match(pdf.toString('latin1', byteRangeSpan.start, byteRangeSpan.end), /^\[0 \d+ \d+ \d+ *\]$/);
  assert.deepEqual(byteRange, [0, contentsSpan.start, contentsSpan.end, pdf.length - contentsSpan.end]);
  assert.equal(signature.reason, 'Phê duyệt');
});

test('a signature whose form was lost is still found among the annotations', (t) => {
  const sample = readSamples(t, 'signed-pdf').find(({ name }) => name === 'broken-shrunk-after-signing.pdf');
  if (sample === undefined) return;
  const [signature] = listSignatures(openPdf(sample.pdf));
  assert.equal(signature?.field.isInForm, false);
  assert.deepEqual(signature.byteRange, [0, 12494132, 12518902, 41295]);
});

test('the letter with six signatures gives all six, in six revisions after the first', (t) => {
  const sample = readSamples(t, 'signed-pdf').find(({ name }) => name.startsWith('letter-2026'));
  if (sample === undefined) return;
  const doc = openPdf(sample.pdf);
  assert.equal(listSignatures(doc).length, 6);
  assert.equal(listRevisions(doc).length, 7);
});

test('things that act are reported with their target', () => {
  const pdf = buildPdf({
    catalogEntries: '/OpenAction<</S/URI/URI(http://example.org)>>/AcroForm<</Fields[]/XFA 10 0 R>>',
    objects: ['<</S/JavaScript/JS(app.alert(1))>>', '<</S/Launch/F(cmd.exe)>>', '<</Type/Filespec/UF(a.exe)/EF<</F 3 0 R>>>>'],
  });
  const { found, unreadableObjects } = scanActiveContent(openPdf(pdf));
  assert.equal(unreadableObjects, 0);
  assert.deepEqual(
    found.map(({ kind, target }) => [kind, target]),
    [
      ['uri-on-open', 'http://example.org'],
      ['xfa', ''],
      ['javascript', 'app.alert(1)'],
      ['launch', 'cmd.exe'],
      ['embedded-file', 'a.exe'],
    ],
  );
  assert.deepEqual(scanActiveContent(openPdf(buildPdf({ pages: 3 }))).found, []);
});

const isLong = process.env['LIENTHONG_LONG'] !== undefined;

/** Reads a file with bytes changed and cut out, in every way that we read; answers how many readings came to an end. */
function readMutations(seeds: readonly Buffer[], numRuns: number): number {
  const mutation = fc.record({
    seed: fc.constantFrom(...seeds),
    edits: fc.array(fc.record({ at: fc.nat(1_000_000), byte: fc.nat(255), cut: fc.nat(30) }), { minLength: 1, maxLength: 8 }),
  });
  let readable = 0;
  fc.assert(
    fc.property(mutation, ({ seed, edits }) => {
      let bytes = Buffer.from(seed);
      for (const { at, byte, cut } of edits) {
        const place = at % bytes.length;
        bytes[place] = byte;
        if (cut > 25) bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + cut)]);
      }
      const start = performance.now();
      for (const read of readers) {
        try {
          read(openPdf(bytes));
          readable += 1;
        } catch (error) {
          assert.ok(error instanceof PdfError, error instanceof Error ? error.stack : String(error));
        }
      }
      assert.ok(performance.now() - start < 2000);
    }),
    { numRuns },
  );
  return readable;
}

test('mutated signed files are read or refused with a code, in bounded time', async () => {
  const signer = await makeTestSigner(await makeTestAuthority(), 'p-256');
  const seeds = (['table', 'packed'] as const).map((xref) => signForTest(buildPdf({ xref, pages: 2 }), signer, { fieldName: 'A' }));
  const readable = readMutations(seeds, isLong ? 5000 : 1500);
  assert.ok(readable > 1000, `only ${readable} readings came to an end: the test is too weak`);
});

test('mutated files of every kind that is accepted, encrypted and damaged ones, are read or refused with a code, in bounded time', (t) => {
  const seeds = [...handmadeInputs(), ...qpdfInputs(t)].map(({ pdf }) => pdf);
  const readable = readMutations(seeds, isLong ? 5000 : 300);
  assert.ok(readable > 1000, `only ${readable} readings came to an end: the test is too weak`);
});

const readers: readonly ((doc: PdfDocument) => unknown)[] = [
  scanActiveContent,
  listRevisions,
  listPages,
  listFields,
  listSignatures,
  (doc) => findText(doc, 'Trang'),
  (doc) => readSigningProfile(doc),
  (doc) => listObjectNumbers(doc).map((num) => getObject(doc, num)),
];

test('objects that all point at one long string cost no more than a few readings of the file', () => {
  const count = 50_000;
  const head = `%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Kids[]>>\nendobj\n`;
  const trap = `3 0 obj (${'x'.repeat(1_000_000)}`;
  const rows = Array.from({ length: count }, () => `${String(head.length).padStart(10, '0')} 00000 n \n`).join('');
  const fixed = [head.indexOf('1 0 obj'), head.indexOf('2 0 obj')].map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const xref = `xref\n0 1\n0000000000 65535 f \n1 2\n${fixed}3 ${count}\n${rows}trailer\n<</Root 1 0 R>>\nstartxref\n${head.length + trap.length + 1}\n%%EOF\n`;
  const doc = openPdf(Buffer.from(`${head}${trap}\n${xref}`));
  const start = performance.now();
  assert.ok(scanActiveContent(doc).unreadableObjects > 0);
  assert.ok(performance.now() - start < 2000);
});

test('an update cannot give other keys to what was signed before: encryption that comes or changes later is refused', (t) => {
  const clear = buildPdf();
  const late = (text: string): Buffer => {
    const at = clear.length + text.length;
    return Buffer.concat([clear, Buffer.from(`${text}xref\n0 0\ntrailer\n<</Size 20/Root 1 0 R/Prev ${openPdf(clear).startXref}/Encrypt 15 0 R/Marker/ByteRange>>\nstartxref\n${at}\n%%EOF\n`)]);
  };
  assert.throws(() => openStrictly(late('15 0 obj\n<</Filter/Standard/V 4/R 4>>\nendobj\n')), /encryption differs between the revisions/);
  const encrypted = qpdfInputs(t).find(({ name }) => name === 'RC4-128 V4')?.pdf;
  if (encrypted === undefined) return;
  const doc = openPdf(encrypted);
  const wanted = doc.trailer.entries.get('Encrypt');
  assert.ok(isRef(wanted));
  const object = `${wanted.num} 0 obj\n<<>>\nendobj\n`;
  const xref = `xref\n${wanted.num} 1\n${String(encrypted.length).padStart(10, '0')} 00000 n \ntrailer\n<</Size ${wanted.num + 1}/Root ${rootRef(doc).num} 0 R/Encrypt ${wanted.num} 0 R/Prev ${doc.startXref}>>\n`;
  const changed = Buffer.concat([encrypted, Buffer.from(`${object}${xref}startxref\n${encrypted.length + object.length}\n%%EOF\n`)]);
  assert.throws(() => openStrictly(changed), /changed by a later revision/);
});

test('a file that is read in pieces gives the same as one in memory', (t) => {
  for (const { name, pdf } of [...handmadeInputs(), ...qpdfInputs(t)]) {
    const readAt = (into: Buffer, position: number): number => pdf.copy(into, 0, position, position + into.length);
    const pieces = openPdf(fileSource({ sizeBytes: pdf.length, readAt }));
    const whole = openPdf(pdf);
    assert.throws(() => pieces.bytes, hasCode('pdf.too-large'));
    const read = (doc: PdfDocument): unknown => [listPages(doc), listRevisions(doc).map(({ end }) => end), findText(doc, 'Trang'), listObjectNumbers(doc).map((num) => tryObject(doc, num))];
    assert.deepEqual(read(pieces), read(whole), name);
  }
});

function tryObject(doc: PdfDocument, num: number): unknown {
  try {
    return getObject(doc, num);
  } catch (error) {
    assert.ok(error instanceof PdfError);
    return error.code;
  }
}

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createTestPki, days, hours, later, signTestPdf } from '../../validation/testing.ts';
import { validatePdf } from '../../validation/validate-pdf.ts';
import { parseCms } from '../../cms/verify.ts';
import { decodeStream, dictEntry, entryOf, getCatalog, isArray, isStream, listSignatures, openPdf, resolve } from '../reader/index.ts';
import type { PdfSignature } from '../reader/index.ts';
import { buildPdf } from '../testing.ts';
import { hasOracle, runOracle, toPem } from '../testing-signer.ts';
import { addValidationStore, prepareDocumentTimestamp, storeKeyOf } from './index.ts';
import type { StoreMaterial } from './index.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(10));

const materialFor = (pdf: Buffer, when: Date): StoreMaterial => {
  const items = { certificates: [pki.issuing.certificate.raw, pki.root.certificate.raw], crls: pki.crls(at), ocsps: [pki.ocsp(pki.person, { status: 'good' }, when)] };
  return { ...items, bySignature: listSignatures(openPdf(pdf)).flatMap(({ contents }) => (contents ? [{ ...items, contents }] : [])) };
};
const store = (pdf: Buffer, material: StoreMaterial): Buffer => Buffer.concat([pdf, addValidationStore(pdf, material)]);
const stamp = (pdf: Buffer, when: Date): Buffer => {
  const prepared = prepareDocumentTimestamp(pdf, { reserveBytes: 4000 });
  const { head, tail } = prepared.finish(pki.tsa.token({ hash: 'sha256', digest: prepared.digest('sha256'), now: when }));
  return Buffer.concat([head, tail]);
};

/** Two signers, each with store and document time stamp on top. */
function archiveTwice(base: Buffer): Buffer {
  const crls = pki.crls(at);
  const fixed = (pdf: Buffer, when: Date) => store(pdf, { ...materialFor(pdf, when), crls });
  const first = stamp(fixed(signTestPdf(base, { pki, at, withTimestamp: true, fieldName: 'A' }), later(at, hours(1))), later(at, hours(1)));
  const second = signTestPdf(first, { pki, holder: pki.agency, at: later(at, hours(2)), withTimestamp: true, fieldName: 'B' });
  return stamp(fixed(second, later(at, hours(3))), later(at, hours(3)));
}

const linearised = (t: TestContext): Buffer[] => {
  if (!hasOracle(t, 'qpdf')) return [];
  return [['--linearize'], ['--linearize', '--object-streams=generate']].map((options) => runOracle('qpdf', [...options, 'in.pdf', 'out.pdf'], { 'in.pdf': buildPdf({ pages: 3 }) }).read('out.pdf'));
};
const files = (t: TestContext): Buffer[] => [...(['table', 'stream', 'packed'] as const).map((xref) => buildPdf({ xref, pages: 2 })), ...linearised(t)];
/** Encrypted with an empty user password, as scanners and offices do it. */
const encrypted = (t: TestContext): Buffer[] => {
  if (!hasOracle(t, 'qpdf')) return [];
  const kinds = [['--allow-weak-crypto', '--encrypt', '', 'o', '128', '--use-aes=n', '--'], ['--encrypt', '', 'o', '256', '--'], ['--object-streams=generate', '--encrypt', '', 'o', '256', '--']];
  return kinds.map((options) => runOracle('qpdf', [...options, 'in.pdf', 'out.pdf'], { 'in.pdf': buildPdf({ pages: 3 }) }).read('out.pdf'));
};

test('two signers with store and archive time stamp each: every level is reached and every signature stays valid', (t) => {
  for (const base of [...files(t), ...encrypted(t)]) {
    const pdf = archiveTwice(base);
    const muchLater = later(start, days(1500));
    const report = validatePdf(pdf, { trustAnchors: [pki.root.certificate], now: muchLater, given: { crls: pki.crls(muchLater) } });
    assert.equal(report.indication, 'TOTAL-PASSED', JSON.stringify(report.signatures.map((each) => [each.problems, each.changes])));
    assert.deepEqual(report.signatures.map((each) => each.level), ['B-LTA', 'DOC-TIMESTAMP', 'B-LTA', 'DOC-TIMESTAMP']);
    assert.deepEqual(report.signatures.map((each) => each.changesAfter), ['permitted', 'permitted', 'permitted', 'none']);
    assert.ok(pdf.subarray(0, base.length).equals(base), 'nothing before the increments is touched');
  }
});

const signedBytes = (pdf: Buffer, { byteRange }: PdfSignature): Buffer => {
  const [, first = 0, second = 0, rest = 0] = byteRange ?? [];
  return Buffer.concat([pdf.subarray(0, first), pdf.subarray(second, second + rest)]);
};
const trusted = { 'root.pem': toPem(pki.root.certificate.raw), 'ca.pem': toPem(pki.issuing.certificate.raw) };
// The stamps are of a day that may lie before or behind the machine's.
const onTheDay = ['-attime', String(Math.floor(later(at, hours(4)).getTime() / 1000))];

test('openssl verifies both signatures as CAdES, both signature time stamps and both document time stamps', (t) => {
  if (!hasOracle(t, 'openssl')) return;
  for (const base of [...files(t), ...encrypted(t)]) {
    const pdf = archiveTwice(base);
    const signatures = listSignatures(openPdf(pdf));
    assert.equal(signatures.length, 4);
    for (const signature of signatures) {
      const container = signature.contents ?? assert.fail('contents');
      const data = signedBytes(pdf, signature);
      if (signature.subFilter === 'ETSI.RFC3161') {
        const ts = ['ts', '-verify', '-token_in', '-in', 't.der', '-data', 't.bin', '-CAfile', 'root.pem', '-untrusted', 'ca.pem', ...onTheDay];
        assert.match(runOracle('openssl', ts, { 't.der': withoutPadding(container), 't.bin': data, ...trusted }).output, /Verification: OK/);
        continue;
      }
      const cms = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 's.der', '-content', 's.bin', '-CAfile', 'root.pem', '-purpose', 'any', '-out', 'x', ...onTheDay];
      assert.equal(runOracle('openssl', cms, { 's.der': container, 's.bin': data, ...trusted }).read('x').length, data.length);
      const { signature: value, signatureTimestamps } = parseCms(container);
      const digest = createHash('sha256').update(value).digest('hex');
      const ts = ['ts', '-verify', '-token_in', '-in', 't.der', '-digest', digest, '-CAfile', 'root.pem', '-untrusted', 'ca.pem', ...onTheDay];
      assert.match(runOracle('openssl', ts, { 't.der': signatureTimestamps[0] ?? Buffer.alloc(0), ...trusted }).output, /Verification: OK/);
    }
  }
});

function withoutPadding(container: Buffer): Buffer {
  return container.subarray(0, 4 + container.readUInt16BE(2));
}

test('qpdf finds nothing wrong, and pdfsig finds both signatures valid, with store and time stamps on top', (t) => {
  if (!hasOracle(t, 'qpdf') || !hasOracle(t, 'pdfsig')) return;
  const clear = files(t);
  for (const base of [...clear, ...encrypted(t)]) {
    const pdf = archiveTwice(base);
    const { output } = runOracle('qpdf', ['--check', 'a.pdf'], { 'a.pdf': pdf });
    assert.match(output, /No syntax or stream encoding errors found/);
    assert.doesNotMatch(output, /WARNING/);
    // It cannot read document time stamps in encrypted files.
    if (!clear.includes(base)) continue;
    const verdict = runOracle('pdfsig', ['-nocert', 'a.pdf'], { 'a.pdf': pdf }).output;
    assert.equal(verdict.match(/Signature is Valid\./g)?.length, 2, verdict);
    // It has no words for document time stamps and leaves them unverified: openssl judges those above.
    assert.equal(verdict.match(/Signature Type: unknown/g)?.length, 2, verdict);
  }
});

const stored = (pdf: Buffer, key: string): Buffer[] => {
  const doc = openPdf(pdf);
  const list = entryOf(doc, dictEntry(doc, getCatalog(doc), 'DSS'), key);
  return (isArray(list) ? list.items : []).map((item) => {
    const stream = resolve(doc, item);
    return isStream(stream) ? decodeStream(doc, stream) : assert.fail('stream');
  });
};

test('the same bytes are stored once, what is there is kept, and a store that says it all is left alone', () => {
  const signed = signTestPdf(buildPdf(), { pki, at, withTimestamp: true });
  const material = materialFor(signed, at);
  const once = store(signed, { ...material, crls: [...material.crls, ...material.crls] });
  assert.deepEqual([stored(once, 'Certs').length, stored(once, 'CRLs').length, stored(once, 'OCSPs').length], [2, 2, 1]);
  assert.equal(addValidationStore(once, material).length, 0);
  const another = pki.ocsp(pki.agency, { status: 'good' }, at);
  const twice = store(once, { certificates: [pki.issuing.certificate.raw], crls: [], ocsps: [another] });
  assert.deepEqual([stored(twice, 'Certs').length, stored(twice, 'CRLs').length, stored(twice, 'OCSPs').length], [2, 2, 2]);
  assert.ok(stored(twice, 'OCSPs').some((bytes) => bytes.equals(another)));
});

test('material of a signature stands under the upper-case SHA-1 of its contents, and later entries leave earlier ones', () => {
  const pdf = archiveTwice(buildPdf());
  const doc = openPdf(pdf);
  const related = dictEntry(doc, dictEntry(doc, getCatalog(doc), 'DSS'), 'VRI');
  for (const { contents, subFilter } of listSignatures(doc).slice(0, 3)) {
    const key = storeKeyOf(contents ?? Buffer.alloc(0));
    assert.match(key, /^[0-9A-F]{40}$/);
    const entry = dictEntry(doc, related, key);
    assert.ok(entry?.entries.has('Cert') && entry.entries.has('CRL') && entry.entries.has('OCSP'), subFilter);
  }
});

test('a store and a time stamp are permitted on a document that its author certified as final', () => {
  const certified = signTestPdf(buildPdf(), { pki, at, withTimestamp: true, certify: 1 });
  const pdf = stamp(store(certified, materialFor(certified, at)), later(at, hours(1)));
  const report = validatePdf(pdf, { trustAnchors: [pki.root.certificate], now: later(at, hours(2)), given: { crls: pki.crls(at) } });
  assert.deepEqual([report.indication, report.signatures[0]?.changesAfter, report.signatures[0]?.level], ['TOTAL-PASSED', 'permitted', 'B-LTA']);
});

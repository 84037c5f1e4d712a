import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { addValidationData, archiveInputOf as cadesArchiveInput, embedArchiveTimestamp, embedCades } from '../cades/index.ts';
import { cmsSigner, signAttributes, signedAttributes, assembleCms } from '../cms/sign.ts';
import { hasOracle, runOracle, toPem } from '../pdf/testing-signer.ts';
import { createTestPki, days, hours, later } from '../validation/testing.ts';
import { findingText, prepareAsic, validateAsic, writeAsic } from './index.ts';
import type { AsicFile, AsicReport, ByteSource } from './index.ts';
import { addArchiveTimestamp, addValidationValues, archiveInputOf, prepareDetached } from '../xml/index.ts';
import { finishXml, testSigner } from '../xml/testing.ts';
import { AsicError } from './errors.ts';
import { readManifest } from './manifest.ts';
import { nameToUri } from './names.ts';
import { collect, rawZip, sourceOf } from './testing.ts';
import type { RawEntry } from './testing.ts';
import { openZip } from './zip-reader.ts';

const start = new Date(Date.now() - days(2));
start.setUTCMilliseconds(0);
const pki = await createTestPki(start);
const signedAt = later(start, hours(1));
const trust = { trustAnchors: [pki.root.certificate], now: later(start, hours(30)), given: { crls: pki.crls(later(start, hours(20))) } };
const signer = cmsSigner({ certificate: pki.person.certificate.raw, chain: [pki.issuing.certificate.raw] });

const reportFor = async (source: ByteSource, options: Parameters<typeof validateAsic>[1] = trust): Promise<AsicReport> => (await validateAsic(source, options)).report;

async function* inPieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 1000) yield await Promise.resolve(bytes.subarray(at, at + 1000));
}
const documents: Readonly<Record<string, Buffer>> = {
  'Tờ trình số 15.pdf': Buffer.from('%PDF-1.7 tờ trình'.repeat(100)),
  'phụ lục/Biểu số liệu.xlsx': Buffer.from('biểu'.repeat(1000)),
  'trống.txt': Buffer.alloc(0),
};
const files: AsicFile[] = Object.entries(documents).map(([name, bytes]) => ({ name, mimeType: 'application/octet-stream', read: () => inPieces(bytes) }));

async function makeContainer({ withTimestamp = false } = {}): Promise<Buffer> {
  const prepared = await prepareAsic(signer, { files, signingTime: signedAt });
  const value = signAttributes(signer, pki.person.privateKey, prepared.attributes);
  const token = pki.tsa.token({ hash: 'sha256', digest: createHash('sha256').update(value).digest(), now: signedAt });
  const signature = embedCades(signer, { attributes: prepared.attributes, signature: value, ...(withTimestamp ? { timestampToken: token } : {}) });
  return collect(writeAsic(prepared, { files, signature: withTimestamp ? addValidationData(signature, { crls: pki.crls(later(start, hours(20))) }) : signature, modifiedAt: signedAt }));
}
const container = await makeContainer();

async function entriesOf(zip: Buffer): Promise<RawEntry[]> {
  const { entries, open } = await openZip(sourceOf(zip));
  const found: RawEntry[] = [];
  for (const entry of entries) found.push({ name: entry.name, data: await collect(open(entry)) });
  return found;
}
const inside = await entriesOf(container);
const partOf = (name: string): Buffer => inside.find((entry) => entry.name === name)?.data ?? assert.fail(name);
const rebuilt = (change: (entries: RawEntry[]) => RawEntry[]) => reportFor(sourceOf(rawZip(change(inside))));
const replaced = (name: string, data: Buffer) => rebuilt((entries) => entries.map((entry) => (entry.name === name ? { ...entry, data } : entry)));
const verdict = ({ indication, subIndication, findings }: AsicReport) => [indication, subIndication, findings.map(({ code, name }) => `${code} ${name}`)];

test('several files under one signature pass, and the report says what is covered', async () => {
  const report = await reportFor(sourceOf(container));
  assert.deepEqual(verdict(report), ['TOTAL-PASSED', null, []]);
  assert.equal(report.kind, 'ASiC-E');
  assert.deepEqual(report.files.map(({ name, isCovered }) => [name, isCovered]), Object.keys(documents).map((name) => [name, true]));
  assert.deepEqual(report.signatures.map(({ level, covers, manifest, field }) => [level, covers, manifest, field]), [['B-B', Object.keys(documents), 'META-INF/ASiCManifest.xml', 'META-INF/signature.p7s']]);
  const [first] = report.files;
  assert.equal(first?.sha256, createHash('sha256').update(documents['Tờ trình số 15.pdf'] ?? '').digest('hex'));
});

test('mimetype stands first, stored, at the place where programs look for it', () => {
  assert.equal(container.toString('latin1', 30, 38), 'mimetype');
  assert.equal(container.toString('latin1', 38, 38 + 31), 'application/vnd.etsi.asic-e+zip');
  assert.deepEqual([container.readUInt16LE(6) & 8, container.readUInt16LE(8), container.readUInt16LE(28)], [0, 0, 0], 'no descriptor, stored, no extra field');
});

test('a timestamp and embedded lists make the signature of a container B-LT', async () => {
  const report = await reportFor(sourceOf(await makeContainer({ withTimestamp: true })), { ...trust, given: {} });
  assert.deepEqual([report.indication, report.signatures[0]?.level, report.signatures[0]?.timeSource], ['TOTAL-PASSED', 'B-LT', 'timestamp']);
});

test('openssl accepts the signature over the manifest as CAdES, unzip the container', async (t) => {
  if (!hasOracle(t, 'openssl')) return;
  const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 's', '-content', 'm', '-CAfile', 'root.pem', '-purpose', 'any', '-out', 'x'];
  runOracle('openssl', args, { s: partOf('META-INF/signature.p7s'), m: partOf('META-INF/ASiCManifest.xml'), 'root.pem': toPem(pki.root.certificate.raw) });
  if (!hasOracle(t, 'unzip')) return;
  const { output } = runOracle('unzip', ['-t', 'x.asice'], { 'x.asice': container });
  assert.match(output, /No errors detected/);
});

test('a changed, a missing and an added file are each told, by name', async () => {
  const name = 'Tờ trình số 15.pdf';
  assert.deepEqual(verdict(await replaced(name, Buffer.from('khác'))), ['TOTAL-FAILED', 'HASH_FAILURE', [`file.changed ${name}`]]);
  assert.deepEqual(verdict(await rebuilt((entries) => entries.filter((entry) => entry.name !== name))), ['TOTAL-FAILED', 'HASH_FAILURE', [`file.missing ${name}`]]);
  for (const extra of ['thêm.exe', 'META-INF/thêm.pdf']) {
    const report = await rebuilt((entries) => [...entries, { name: extra, data: Buffer.from('x') }]);
    assert.deepEqual(verdict(report), ['INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE', [`file.unlisted ${extra}`]]);
    assert.equal(report.signatures[0]?.indication, 'TOTAL-PASSED', 'the signature itself is fine');
  }
});

test('the signature of a changed file is broken itself, not only the container', async () => {
  const [signature] = (await replaced('trống.txt', Buffer.from('hết trống'))).signatures;
  assert.deepEqual([signature?.indication, signature?.integrity, signature?.changesAfter], ['TOTAL-FAILED', 'broken', 'forbidden']);
});

test('a changed manifest breaks the signature even when files and digests agree', async () => {
  const manifest = partOf('META-INF/ASiCManifest.xml').toString().replace('MimeType="application/octet-stream"', 'MimeType="text/html"');
  assert.deepEqual(verdict(await replaced('META-INF/ASiCManifest.xml', Buffer.from(manifest))).slice(0, 2), ['TOTAL-FAILED', 'HASH_FAILURE']);
});

test('a manifest without its signature, and a signature without a manifest, are told', async () => {
  const noSignature = await rebuilt((entries) => entries.filter(({ name }) => name !== 'META-INF/signature.p7s'));
  assert.equal(noSignature.indication, 'TOTAL-FAILED');
  assert.ok(noSignature.findings.some(({ code }) => code === 'manifest.unsigned'));
  const stray = await rebuilt((entries) => [...entries, { name: 'META-INF/signature2.p7s', data: Buffer.from('x') }]);
  assert.deepEqual(verdict(stray), ['INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE', ['signature.unlisted META-INF/signature2.p7s']]);
});

test('a hostile manifest is refused as unreadable: DOCTYPE, entities, a file twice, a path out of the container, another root, something critical that nobody knows', async () => {
  const good = partOf('META-INF/ASiCManifest.xml').toString();
  const reference = /<asic:DataObjectReference.*?<\/asic:DataObjectReference>/.exec(good)?.[0] ?? assert.fail();
  for (const bad of [
    good.replace('?>', '?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
    good.replace('application/octet-stream', '&e;'),
    good.replace(reference, reference + reference),
    good.replace(/URI="T[^"]*"/, 'URI="../x"'),
    good.replace('02918/v1.2.1#', '02918/v9#'),
    good.replace('xmlenc#sha256', 'xmlenc#md5'),
    good.replace(/<asic:SigReference[^>]*>/, ''),
    good.replace(/<asic:SigReference[^>]*>/, '$&$&'),
    good.replace('</asic:ASiCManifest>', '<asic:ASiCManifestExtensions><asic:Extension Critical="true"/></asic:ASiCManifestExtensions></asic:ASiCManifest>'),
    good.replace('</asic:DataObjectReference>', '<asic:DataObjectReferenceExtensions><asic:Extension Critical="1"/></asic:DataObjectReferenceExtensions></asic:DataObjectReference>'),
    good.slice(0, -20),
  ]) {
    const report = await replaced('META-INF/ASiCManifest.xml', Buffer.from(bad));
    assert.equal(report.indication, 'TOTAL-FAILED');
    assert.ok(report.findings.some(({ code }) => code === 'manifest.unreadable'));
  }
});

test('a container that other programs open as a PDF nobody signed is refused', async () => {
  const hidden = (entry: RawEntry) => rebuilt(([first, ...rest]) => [...(first ? [first] : []), entry, ...rest]);
  const header = Buffer.from('%PDF-1.4\n1 0 obj\n');
  for (const entry of [{ name: 'META-INF/manifest.xml', data: header }, { name: 'META-INF/container.xml', data: Buffer.from('<x/>'), extra: Buffer.concat([Buffer.from('feca1000', 'hex'), header]).subarray(0, 20) }]) {
    await assert.rejects(hidden(entry), (error) => error instanceof AsicError && error.code === 'asic.damaged');
  }
  assert.equal((await hidden({ name: 'META-INF/manifest.xml', data: Buffer.from('<manifest/>') })).indication, 'TOTAL-PASSED');
});

test('a mimetype that is compressed or not first is a remark, one of another format a refusal', async () => {
  const [mimetype, ...rest] = inside;
  assert.ok(mimetype);
  const late = await rebuilt(() => [...rest, mimetype]);
  assert.deepEqual(verdict(late), ['TOTAL-PASSED', null, ['mimetype.irregular mimetype']]);
  await assert.rejects(replaced('mimetype', Buffer.from('application/epub+zip')), { code: 'asic.notContainer' });
  await assert.rejects(reportFor(sourceOf(rawZip([{ name: 'a.txt', data: Buffer.from('a') }]))), { code: 'asic.notContainer' });
  await assert.rejects(reportFor(sourceOf(Buffer.from('không phải zip'))), { code: 'asic.notContainer' });
});

test('a kind of signature that is not checked here is never passed over', async () => {
  const report = await rebuilt((entries) => [...entries, { name: 'META-INF/signatures001.xml', data: Buffer.from('<x/>') }]);
  assert.deepEqual(verdict(report), ['INDETERMINATE', 'FORMAT_FAILURE', ['signature.unsupported META-INF/signatures001.xml']]);
  const [finding] = report.findings;
  assert.ok(finding && findingText(finding, 'vi').text.includes('META-INF/signatures001.xml'));
});

test('a container with XAdES passes, its signature is raised to B-LTA inside it, and a changed, missing or unsigned file is told', async () => {
  const xmlSigner = testSigner(pki);
  const uris = new Map(Object.entries(documents).map(([name, bytes]) => [nameToUri(name), bytes]));
  const prepared = prepareDetached([...uris].map(([uri, bytes]) => ({ uri, bytes, mediaType: 'application/octet-stream' })), xmlSigner.signer, { signingTime: signedAt });
  const stamped = addValidationValues(finishXml(prepared, xmlSigner, { pki, at: signedAt }), prepared.signatureId, { crls: pki.crls(later(start, hours(20))) });
  const input = archiveInputOf(stamped, prepared.signatureId, uris);
  const lasting = addArchiveTimestamp(stamped, prepared.signatureId, pki.tsa.token({ hash: 'sha256', digest: createHash('sha256').update(input).digest(), now: later(start, hours(20)) }));
  const xml = Buffer.from(lasting.toString().replace('?>', '?><asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#">') + '</asic:XAdESSignatures>');
  const entries: RawEntry[] = [
    { name: 'mimetype', data: Buffer.from('application/vnd.etsi.asic-e+zip') },
    ...Object.entries(documents).map(([name, data]) => ({ name, data })),
    { name: 'META-INF/signatures001.xml', data: xml },
  ];
  const { report, used, missing } = await validateAsic(sourceOf(rawZip(entries)), trust);
  assert.deepEqual(verdict(report), ['TOTAL-PASSED', null, []], JSON.stringify(report.signatures[0]?.problems));
  assert.deepEqual(report.signatures.map(({ level, covers, format }) => [level, covers, format]), [['B-LTA', Object.keys(documents), 'XAdES']]);
  assert.deepEqual([used.length, used[0]?.crls.length, missing], [1, 2, []]);
  const with3 = (change: (entry: RawEntry) => RawEntry[]) => reportFor(sourceOf(rawZip(entries.flatMap(change))));
  const changed = await with3((entry) => [entry.name === 'trống.txt' ? { ...entry, data: Buffer.from('x') } : entry]);
  assert.deepEqual(verdict(changed), ['TOTAL-FAILED', 'HASH_FAILURE', ['file.changed trống.txt']]);
  const gone = await with3((entry) => (entry.name === 'trống.txt' ? [] : [entry]));
  assert.deepEqual(verdict(gone), ['TOTAL-FAILED', 'HASH_FAILURE', ['file.missing trống.txt']]);
  const added = await with3((entry) => (entry.name === 'trống.txt' ? [entry, { name: 'thêm.exe', data: Buffer.from('x') }] : [entry]));
  assert.deepEqual(verdict(added), ['INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE', ['file.unlisted thêm.exe']]);
});

test('the archive time stamp of a CAdES signature in a container counts, and what a verdict rests on is told', async () => {
  const prepared = await prepareAsic(signer, { files, signingTime: signedAt });
  const value = signAttributes(signer, pki.person.privateKey, prepared.attributes);
  const token = pki.tsa.token({ hash: 'sha256', digest: createHash('sha256').update(value).digest(), now: signedAt });
  const grown = addValidationData(embedCades(signer, { attributes: prepared.attributes, signature: value, timestampToken: token }), { crls: pki.crls(later(start, hours(20))) });
  const input = cadesArchiveInput(grown, createHash('sha256').update(prepared.manifest).digest());
  const signature = embedArchiveTimestamp(grown, pki.tsa.token({ hash: 'sha256', digest: createHash('sha256').update(input.bytes).digest(), now: later(start, hours(20)) }), input);
  const { report, used } = await validateAsic(sourceOf(await collect(writeAsic(prepared, { files, signature, modifiedAt: signedAt }))), trust);
  assert.deepEqual([report.indication, report.signatures[0]?.level, used[0]?.crls.length], ['TOTAL-PASSED', 'B-LTA', 2]);
});

test('ASiC-S: one file and the signature over it; a second file is refused', async () => {
  const document = Buffer.from('một tệp');
  const attributes = signedAttributes(signer, createHash('sha256').update(document).digest());
  const signature = assembleCms(signer, { attributes, signature: signAttributes(signer, pki.person.privateKey, attributes) });
  const entries = [
    { name: 'mimetype', data: Buffer.from('application/vnd.etsi.asic-s+zip') },
    { name: 'Công văn.docx', data: document, deflate: true },
    { name: 'META-INF/signature.p7s', data: signature, deflate: true },
  ];
  const report = await reportFor(sourceOf(rawZip(entries)));
  assert.deepEqual([report.kind, ...verdict(report), report.signatures[0]?.covers], ['ASiC-S', 'TOTAL-PASSED', null, [], ['Công văn.docx']]);
  await assert.rejects(reportFor(sourceOf(rawZip([...entries, { name: 'b', data: document }]))), { code: 'asic.damaged' });
  const changed = await reportFor(sourceOf(rawZip(entries.map((each) => (each.name === 'Công văn.docx' ? { ...each, data: Buffer.from('khác') } : each)))));
  assert.deepEqual(verdict(changed), ['TOTAL-FAILED', 'HASH_FAILURE', []]);
});

test('a container as other programs write it passes: other prefixes and order, folders, deflated and described later, SHA-512, signed by openssl', async (t) => {
  if (!hasOracle(t, 'openssl')) return;
  const document = Buffer.from('Quyết định số 1'.repeat(50));
  const manifest = Buffer.from(`<?xml version='1.0' encoding="utf-8" standalone="yes"?>
<!-- made elsewhere --><ASiCManifest xmlns="http://uri.etsi.org/02918/v1.2.1#">
  <SigReference MimeType="application/pkcs7-signature" URI="META-INF/signature001.p7s"/>
  <DataObjectReference MimeType='application/pdf' URI="qd/Quy%e1%ba%bft%20%C4%91%E1%BB%8Bnh.pdf" Rootfile="true">
    <DigestMethod xmlns="http://www.w3.org/2000/09/xmldsig#" Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"></DigestMethod>
    <n:DigestValue xmlns:n="http://www.w3.org/2000/09/xmldsig#">
      ${createHash('sha512').update(document).digest('base64').replace(/.{64}/g, '$&\n')}
    </n:DigestValue>
  </DataObjectReference>
</ASiCManifest>`);
  const args = ['cms', '-sign', '-cades', '-binary', '-in', 'm', '-signer', 's.pem', '-inkey', 'k.pem', '-certfile', 'ca.pem', '-outform', 'DER', '-out', 'o.p7s'];
  const key = pki.person.privateKey.export({ format: 'pem', type: 'pkcs8' });
  const { read } = runOracle('openssl', args, { m: manifest, 's.pem': toPem(pki.person.certificate.raw), 'ca.pem': toPem(pki.issuing.certificate.raw), 'k.pem': key });
  const zip = rawZip([
    { name: 'mimetype', data: Buffer.from('application/vnd.etsi.asic-e+zip') },
    { name: 'qd/', data: Buffer.alloc(0) },
    { name: 'META-INF/ASiCManifest001.xml', data: manifest, deflate: true, describedLater: true },
    { name: 'META-INF/signature001.p7s', data: read('o.p7s'), deflate: true, describedLater: true },
    { name: 'qd/Quyết định.pdf', data: document, deflate: true, describedLater: true },
  ]);
  // openssl signs with the clock of this machine
  const report = await reportFor(sourceOf(zip), { ...trust, now: new Date(), given: { crls: pki.crls(later(start, hours(47))) } });
  assert.deepEqual(verdict(report), ['TOTAL-PASSED', null, []]);
});

test('files that cannot stand in a container are refused before signing', async () => {
  const file = (name: string): AsicFile => ({ name, read: () => inPieces(Buffer.from('x')) });
  const prepare = (...names: string[]) => prepareAsic(signer, { files: names.map(file), signingTime: signedAt });
  for (const name of ['mimetype', 'META-INF/x.xml', 'meta-inf/x', '../x', 'a\\b']) await assert.rejects(prepare(name), { code: 'asic.name' });
  await assert.rejects(prepare('a.pdf', 'A.pdf'), { code: 'asic.duplicate' });
  await assert.rejects(prepare(), TypeError);
});

test('the manifest names its files in percent-encoding and keeps their order', () => {
  const bytes = partOf('META-INF/ASiCManifest.xml');
  assert.ok(bytes.includes('URI="ph%E1%BB%A5%20l%E1%BB%A5c/'));
  assert.deepEqual(readManifest(bytes).files.map(({ name }) => name), Object.keys(documents));
});

test('a container with any byte changed is refused, fails, or still shows exactly the signed files', async () => {
  const expected = JSON.stringify((await reportFor(sourceOf(container))).files);
  const accepted: number[] = [];
  for (let at = 0; at < container.length; at += 11) {
    const mutated = Buffer.from(container);
    mutated.writeUInt8(mutated.readUInt8(at) ^ (1 << at % 8), at);
    try {
      const report = await reportFor(sourceOf(mutated));
      if (report.indication !== 'TOTAL-PASSED') continue;
      accepted.push(at);
      assert.equal(JSON.stringify(report.files), expected);
    } catch (error) {
      assert.equal(error instanceof Error && error.name, 'AsicError', `byte ${at}: ${String(error)}`);
    }
  }
  assert.ok(accepted.length < 40, `only times, version numbers and the like do not count: ${accepted.length}`);
});

test('a file of 200 MB goes through signing and validation without staying in memory', async () => {
  const piece = Buffer.alloc(1024 * 1024, 7);
  const big: AsicFile = {
    name: 'Bản đồ địa chính.tif',
    read: async function* () {
      for (let i = 0; i < 200; i += 1) yield await Promise.resolve(piece);
    },
  };
  const prepared = await prepareAsic(signer, { files: [big], signingTime: signedAt });
  const signature = embedCades(signer, { attributes: prepared.attributes, signature: signAttributes(signer, pki.person.privateKey, prepared.attributes) });
  const before = process.memoryUsage().rss;
  let highest = before;
  // The pieces are views into one buffer, so that the container as a whole is nowhere in memory.
  const parts: { readonly at: number; readonly bytes: Buffer }[] = [];
  let sizeBytes = 0;
  for await (const bytes of writeAsic(prepared, { files: [big], signature, modifiedAt: signedAt })) {
    parts.push({ at: sizeBytes, bytes });
    sizeBytes += bytes.length;
    highest = Math.max(highest, process.memoryUsage().rss);
  }
  const read = (start: number, length: number): Promise<Buffer> => {
    const touched = parts.filter(({ at, bytes }) => at < start + length && at + bytes.length > start);
    highest = Math.max(highest, process.memoryUsage().rss);
    return Promise.resolve(Buffer.concat(touched.map(({ at, bytes }) => bytes.subarray(Math.max(0, start - at), start + length - at))));
  };
  const report = await reportFor({ sizeBytes, read });
  assert.deepEqual(verdict(report), ['TOTAL-PASSED', null, []]);
  assert.equal(report.files[0]?.sizeBytes, 200 * piece.length);
  assert.ok(highest - before < 100 * 1024 * 1024, `${Math.round((highest - before) / 1024 / 1024)} MB more`);
});

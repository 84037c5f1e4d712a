import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildPdf } from './domain/pdf/testing.ts';
import { buildTrustedList, type ListedService } from './domain/trust-list/testing.ts';
import { createTestPki, days, hours, later, signTestPdf } from './domain/validation/testing.ts';
import { signXml, testSigner } from './domain/xml/testing.ts';
import { validateAlone } from './queries/validate-alone.ts';
import { isUnreadable, newestOf, readTrustFolder } from './trust-folder.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(20));
const now = later(at, hours(1));

test('a trusted list in the folder makes anchors for its periods, and a certificate beside it is trusted whatever the list says', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-anchors-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const put = (name: string, content: Buffer) => {
    writeFileSync(join(folder, name), content);
  };
  const pdf = signTestPdf(buildPdf(), { pki, at });
  const verdict = async () => {
    const validator = await validateAlone({ folders: [folder], now });
    const { indication, signatures } = await validator.validate(pdf);
    validator.close();
    return signatures[0]?.subIndication ?? indication;
  };
  put('issuing.crl', pki.crls(now)[1] ?? Buffer.alloc(0));
  const { certificate } = pki.issuing;
  put('vn.unsigned.xml', buildTrustedList(certificate, { current: { status: 'granted', from: start } }));
  assert.equal(await verdict(), 'TOTAL-PASSED');
  put('vn.unsigned.xml', buildTrustedList(certificate, { current: { status: 'withdrawn', from: later(start, days(10)) }, past: [{ status: 'granted', from: start }] }));
  assert.equal(await verdict(), 'NO_CERTIFICATE_CHAIN_FOUND');
  put('issuing.crt', certificate.raw);
  assert.equal(await verdict(), 'TOTAL-PASSED');
  put('vn.xml', Buffer.from('<html/>'));
  await assert.rejects(verdict(), /vn\.xml/);
});

test('a trusted list counts only when a named signer signed all of it and its next update is not overdue', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-lists-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const operator = testSigner(pki, pki.agency);
  const body = buildTrustedList(pki.issuing.certificate, { current: { status: 'granted', from: start } });
  const signed = signXml(body, operator, { signingTime: at });
  const read = async (xml: Buffer, when = now) => {
    writeFileSync(join(folder, 'vn.xml'), xml);
    const { lists, refused, anchors } = await readTrustFolder(folder, when);
    return [lists.length, anchors.length, refused.map(({ code }) => code)];
  };
  assert.deepEqual(await read(signed), [0, 0, ['trustedList.unknownSigner']]);
  writeFileSync(join(folder, 'nepac.list-signer.crt'), pki.agency.certificate.raw);
  assert.deepEqual(await read(signed), [1, 0, []], 'the signer of a list is no anchor');
  assert.deepEqual(await read(body), [0, 0, ['trustedList.unsigned']]);
  assert.deepEqual(await read(Buffer.from(signed.toString().replace('Tổ chức A', 'Tổ chức B'))), [0, 0, ['trustedList.badSignature']]);
  assert.deepEqual(await read(signXml(body, testSigner(pki), { signingTime: at })), [0, 0, ['trustedList.unknownSigner']]);
  assert.deepEqual(await read(signed, new Date('2026-11-01T00:00:00Z')), [0, 0, ['trustedList.expired']]);
  const part = signXml(Buffer.from(body.toString().replace('<SchemeInformation>', '<SchemeInformation Id="a">')), operator, { signingTime: at, elementId: 'a' });
  assert.deepEqual(await read(part), [0, 0, ['trustedList.badSignature']], 'a signature over a part of it');
});

test('a list that counts names the signers of further lists, for their territory alone', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-lists-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const current = { status: 'granted', from: start };
  const pointing = (territory: string) => signXml(buildTrustedList(pki.issuing.certificate, { current, pointers: [{ territory, certificate: pki.person.certificate }] }), testSigner(pki, pki.agency), { signingTime: at });
  writeFileSync(join(folder, 'lotl.list-signer.pem'), pki.agency.certificate.raw);
  writeFileSync(join(folder, 'a-vn.xml'), signXml(buildTrustedList(pki.issuing.certificate, { current }), testSigner(pki), { signingTime: at }));
  const read = async (territory: string) => {
    writeFileSync(join(folder, 'lotl.xml'), pointing(territory));
    const { lists, refused } = await readTrustFolder(folder, now);
    return [lists.length, refused];
  };
  assert.deepEqual(await read('VN'), [2, []]);
  assert.deepEqual(await read('LA'), [1, [{ name: 'a-vn.xml', code: 'trustedList.unknownSigner' }]]);
});

test('an older list counts beside a newer one no more than in its place, and takes with it whom it names', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-lists-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const operator = testSigner(pki, pki.agency);
  const list = (sequenceNumber: number, more: Partial<ListedService> = {}) =>
    signXml(buildTrustedList(pki.issuing.certificate, { current: { status: 'granted', from: start }, sequenceNumber, ...more }), operator, { signingTime: at });
  const put = (name: string, content: Buffer) => {
    writeFileSync(join(folder, name), content);
  };
  put('nepac.list-signer.crt', pki.agency.certificate.raw);
  put('b-new.xml', list(8, { current: { status: 'withdrawn', from: later(start, days(10)) } }));
  const fresh = await readTrustFolder(folder, now);
  assert.deepEqual([fresh.lists.map(({ list: { sequenceNumber } }) => sequenceNumber), fresh.refused], [[8], []]);
  put('a-old.xml', list(7, { pointers: [{ territory: 'VN', certificate: pki.person.certificate }] }));
  put('c-by-the-former.xml', signXml(buildTrustedList(pki.issuing.certificate, { current: { status: 'granted', from: start }, sequenceNumber: 2 }), testSigner(pki), { signingTime: at }));
  const both = await readTrustFolder(folder, now);
  assert.deepEqual(both.lists.map(({ name }) => name), ['b-new.xml']);
  assert.deepEqual(both.refused, [{ name: 'a-old.xml', code: 'trustedList.older' }, { name: 'c-by-the-former.xml', code: 'trustedList.unknownSigner' }]);
  rmSync(join(folder, 'b-new.xml'));
  rmSync(join(folder, 'c-by-the-former.xml'));
  assert.deepEqual((await readTrustFolder(folder, now, { newest: newestOf(fresh.lists) })).refused, [{ name: 'a-old.xml', code: 'trustedList.older' }]);
  assert.equal((await readTrustFolder(folder, now)).lists.length, 1, 'whoever read nothing before knows of none');
  put('a-old.xml', list(8, { issuedAt: new Date('2026-04-01T00:00:00Z') }));
  assert.deepEqual((await readTrustFolder(folder, now, { newest: newestOf(fresh.lists) })).refused, [{ name: 'a-old.xml', code: 'trustedList.older' }], 'the same number, issued before');
  put('a-old.xml', list(8));
  assert.deepEqual((await readTrustFolder(folder, now, { newest: newestOf(fresh.lists) })).refused, [], 'the very same issue');
  put('a-old.xml', buildTrustedList(pki.issuing.certificate, { current: { status: 'granted', from: start }, sequenceNumber: 1 }));
  rmSync(join(folder, 'nepac.list-signer.crt'));
  renameSync(join(folder, 'a-old.xml'), join(folder, 'own.unsigned.xml'));
  assert.deepEqual((await readTrustFolder(folder, now, { newest: newestOf(fresh.lists) })).refused, [], 'whoever makes a list by hand answers for its numbers');
});

test('of files that are empty, cut short or of another kind each is named and left out, and what else lies there counts', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-broken-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const [first, second] = [pki.root.certificate, pki.issuing.certificate].map(({ raw }) => new X509Certificate(raw).toString());
  const list = signXml(buildTrustedList(pki.issuing.certificate, { current: { status: 'granted', from: start } }), testSigner(pki, pki.agency), { signingTime: at });
  const broken: Record<string, Buffer | string> = {
    'a-empty.pem': '',
    'b-empty.crt': '',
    // Two certificates of which the second is not whole: trusting the first alone would tell nobody that half is missing.
    'c-half.pem': `${String(first)}${String(second).slice(0, 300)}`,
    'd-begun.pem': '-----BEGIN CERT',
    'e-words.cer': 'xin chào',
    'f.list-signer.crt': pki.agency.certificate.raw.subarray(0, 90),
    'g-half.xml': list.subarray(0, list.length / 2),
    'h-empty.xml': '',
    'i-other.unsigned.xml': '<html/>',
  };
  for (const [name, content] of Object.entries(broken)) writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, 'j-folder.crt'));
  writeFileSync(join(folder, 'whole.crt'), String(second));
  const { anchors, lists, refused, files } = await readTrustFolder(folder, now);
  assert.deepEqual([anchors.map(({ fingerprint }) => fingerprint), lists, [...files.values()]], [[pki.issuing.certificate.fingerprint], [], ['whole.crt']]);
  assert.deepEqual(refused.map(({ name }) => name).sort(), [...Object.keys(broken), 'j-folder.crt'].sort());
  assert.ok(refused.every(isUnreadable));
  await assert.rejects(validateAlone({ folders: [folder], now }), { name: 'TrustFolderError' }, 'on the command line somebody is there to mend it');
});

test('the signer of a list who cannot be read any longer takes the list with him, never the other way round', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lienthong-broken-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const list = signXml(buildTrustedList(pki.issuing.certificate, { current: { status: 'granted', from: start } }), testSigner(pki, pki.agency), { signingTime: at });
  writeFileSync(join(folder, 'vn.xml'), list);
  writeFileSync(join(folder, 'vn.list-signer.crt'), pki.agency.certificate.raw);
  const before = await readTrustFolder(folder, now);
  assert.equal(before.lists.length, 1);
  writeFileSync(join(folder, 'vn.list-signer.crt'), '');
  const { lists, refused } = await readTrustFolder(folder, now, { before });
  assert.deepEqual([lists, refused.map(({ name, code }) => [name, code])], [[], [['vn.list-signer.crt', 'trustFile.unreadable'], ['vn.xml', 'trustedList.unknownSigner']]]);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildPdf } from './domain/pdf/testing.ts';
import { buildTrustedList } from './domain/trust-list/testing.ts';
import { createTestPki, days, hours, later, signTestPdf } from './domain/validation/testing.ts';
import { signXml, testSigner } from './domain/xml/testing.ts';
import { validateAlone } from './queries/validate-alone.ts';
import { readTrustFolder } from './trust-folder.ts';

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

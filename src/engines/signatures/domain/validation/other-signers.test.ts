import assert from 'node:assert/strict';
import { sign as signData } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PDF } from '@libpdf/core';
import { buildPdf } from '../pdf/testing.ts';
import { parseCertificate } from '../pki/certificate.ts';
import { createTestPki, days, hours, later, signTestPdf } from './testing.ts';
import { validatePdf } from './validate-pdf.ts';

// The other signer stamps with the time of day, so this PKI starts yesterday.
const start = later(new Date(), -days(1));
const pki = await createTestPki(start);
const at = later(start, days(1));
const now = later(at, hours(1));
const validate = (pdf: Buffer) => validatePdf(pdf, { trustAnchors: [pki.root.certificate], now, given: { crls: pki.crls(now) } });

const signWithLibpdf = async (pdf: Buffer, level: 'B-B' | 'B-T' | 'B-LT' | 'B-LTA', fieldName: string): Promise<Buffer> => {
  const document = await PDF.load(pdf);
  const [rootCrl, issuingCrl] = pki.crls(now);
  assert.ok(rootCrl && issuingCrl);
  const { bytes } = await document.sign({
    signer: {
      certificate: pki.person.certificate.raw,
      certificateChain: [pki.issuing.certificate.raw, pki.root.certificate.raw],
      keyType: 'RSA',
      signatureAlgorithm: 'RSASSA-PKCS1-v1_5',
      sign: async (data) => signData('sha256', data, pki.person.privateKey),
    },
    fieldName,
    level,
    signingTime: at,
    ...(level === 'B-B' ? {} : { timestampAuthority: { timestamp: async (digest: Uint8Array) => pki.tsa.token({ hash: 'sha256', digest: Buffer.from(digest), now: at }) } }),
    revocationProvider: {
      getOCSP: async () => null,
      getCRL: async (certificate) => (parseCertificate(Buffer.from(certificate)).issuer.raw.equals(pki.root.certificate.subject.raw) ? rootCrl : issuingCrl),
    },
  });
  return Buffer.from(bytes);
};

for (const level of ['B-B', 'B-T', 'B-LT', 'B-LTA'] as const) {
  for (const xref of ['table', 'packed'] as const) {
    test(`another library's ${level} over a file of kind ${xref}, then ours on top, raises no false alarm`, async () => {
      const theirs = await signWithLibpdf(buildPdf({ xref, pages: 2 }), level, 'theirs');
      const first = validate(theirs);
      assert.equal(first.indication, 'TOTAL-PASSED', JSON.stringify(first.signatures.map((each) => [each.problems, each.changes])));
      assert.equal(first.signatures[0]?.level, level);
      const both = validate(signTestPdf(theirs, { pki, holder: pki.agency, at, fieldName: 'ours' }));
      assert.equal(both.indication, 'TOTAL-PASSED', JSON.stringify(both.signatures.map((each) => [each.problems, each.changes])));
    });
  }
}

test('theirs on top of ours raises no false alarm either', async () => {
  const report = validate(await signWithLibpdf(signTestPdf(buildPdf(), { pki, at, fieldName: 'ours' }), 'B-LTA', 'theirs'));
  assert.equal(report.indication, 'TOTAL-PASSED', JSON.stringify(report.signatures.map((each) => [each.field, each.problems, each.changes])));
});

const repository = fileURLToPath(new URL('../../../../../', import.meta.url));
const samples = ['layout', 'signed-pdf'].map((name) => new URL(`../shared/samples/${name}/`, `file://${repository}`));
for (const folder of samples) {
  if (!existsSync(folder)) test(`real documents of ${folder.pathname}`, (t) => t.skip('the samples are not there'));
  for (const name of existsSync(folder) ? readdirSync(folder).filter((each) => each.endsWith('.pdf') && !each.startsWith('broken')) : []) {
    test(`${name}: three more signatures, the first with changes that are permitted only`, () => {
      const original = readFileSync(new URL(name, folder));
      const before = validate(original).signatures.length;
      let pdf = signTestPdf(original, { pki, at, fieldName: 'A' });
      pdf = signTestPdf(pdf, { pki, at, fieldName: 'B', withTimestamp: true });
      pdf = signTestPdf(pdf, { pki, holder: pki.agency, at, fieldName: 'C' });
      const { signatures } = validate(pdf);
      assert.equal(signatures.length, before + 3);
      assert.deepEqual(signatures.slice(0, -1).map((each) => [each.changesAfter, each.integrity]), signatures.slice(0, -1).map(() => ['permitted', 'intact']));
      assert.deepEqual(signatures.slice(before).map((each) => each.indication), ['TOTAL-PASSED', 'TOTAL-PASSED', 'TOTAL-PASSED']);
    });
  }
}

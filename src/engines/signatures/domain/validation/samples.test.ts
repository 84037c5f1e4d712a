import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseTimestampToken } from '../cms/verify-timestamp.ts';
import { parseCms } from '../cms/verify.ts';
import { listSignatures, openPdf } from '../pdf/reader/index.ts';
import { isIssuedBy } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';
import { renderReport } from './cli-text.ts';
import type { ValidationReport } from './report.ts';
import { validatePdf } from './validate-pdf.ts';

/*
 * Documents really signed by Vietnamese agencies. They are not part of the repository; their reports are. UPDATE_GOLDEN=1 writes the
 * reports anew: read the difference before committing it.
 */
const repository = fileURLToPath(new URL('../../../../../', import.meta.url));
const folder = new URL('../shared/samples/signed-pdf/', `file://${repository}`);
const golden = new URL('./golden/', import.meta.url);
const now = new Date('2026-07-01T00:00:00Z');
const hasSamples = existsSync(folder);
const names = hasSamples ? readdirSync(folder).filter((name) => name.endsWith('.pdf')) : [];
const read = (name: string) => readFileSync(new URL(name, folder));

/** All certificates inside the files, in containers and in time stamps. */
function certificatesOf(pdf: Buffer): Certificate[] {
  return listSignatures(openPdf(pdf)).flatMap(({ contents }) => {
    const cms = parseCms(contents ?? Buffer.alloc(0));
    return [...cms.certificates, ...cms.signatureTimestamps.flatMap((token) => [...parseTimestampToken(token).cms.certificates])];
  });
}

function compare(name: string, report: ValidationReport): void {
  const file = new URL(`${name}.json`, golden);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(golden, { recursive: true });
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  }
  assert.deepEqual(JSON.parse(JSON.stringify(report)), JSON.parse(readFileSync(file, 'utf8')));
}

if (!hasSamples) test('documents signed by real agencies', (t) => t.skip(`the samples are not at ${folder.pathname}`));

for (const name of names) {
  test(`${name}: the report without any configured root is the known one`, () => {
    compare(name.replace('.pdf', ''), validatePdf(read(name), { trustAnchors: [], now }));
  });

  test(`${name}: the report with the roots that the files themselves carry is the known one`, () => {
    const all = names.flatMap((each) => certificatesOf(read(each)));
    const roots = all.filter((certificate) => isIssuedBy(certificate, certificate));
    assert.ok(roots.length > 0, 'at least one file carries its root');
    compare(`${name.replace('.pdf', '')}.with-roots`, validatePdf(read(name), { trustAnchors: roots, now, given: { certificates: all } }));
  });
}

const validate = (name: string) => validatePdf(read(name), { trustAnchors: [], now });
const inSample = (name: string, rule: string, check: (report: ValidationReport) => void) => {
  test(rule, (t) => {
    if (!names.includes(name)) {
      t.skip(`${name} is not among the samples`);
      return;
    }
    check(validate(name));
  });
};

inSample('letter-2026-two-officials-then-four-seals.pdf', 'initials, an official and four seals in one letter: all intact, only permitted changes, chain undecided', (report) => {
  assert.deepEqual([report.indication, report.subIndication], ['INDETERMINATE', 'NO_CERTIFICATE_CHAIN_FOUND']);
  assert.deepEqual(report.signatures.map((each) => each.role), ['initials', 'person', 'agency', 'agency', 'agency', 'agency']);
  assert.ok(report.signatures.every((each) => each.integrity === 'intact'));
  assert.deepEqual(report.signatures.map((each) => each.changesAfter), ['permitted', 'permitted', 'permitted', 'permitted', 'permitted', 'none']);
  assert.deepEqual(report.signatures.map((each) => each.level), ['B-T', 'B-B', 'B-T', 'B-T', 'B-T', 'B-T']);
  assert.match(renderReport('thư', report), /Chữ ký còn nguyên vẹn; chưa kiểm tra được chứng thư vì chưa khai báo gốc tin cậy/);
});

for (const name of ['decree-2017-sha1.pdf', 'decree-2020-sha1.pdf']) {
  inSample(name, `${name}: intact, and undecided because SHA-1 was no longer safe on its day`, (report) => {
    assert.deepEqual([report.indication, report.subIndication], ['INDETERMINATE', 'CRYPTO_CONSTRAINTS_FAILURE']);
    assert.equal(report.signatures[0]?.integrity, 'intact');
    assert.match(report.signatures[0].algorithm, /SHA-1/);
  });
}

for (const name of ['decree-2021-sha256.pdf', 'decree-2025-sha256.pdf']) {
  inSample(name, `${name}: intact, one seal of the portal over the whole file`, (report) => {
    const [signature] = report.signatures;
    assert.deepEqual([signature?.integrity, signature?.role, signature?.coversWholeFile, signature?.changesAfter], ['intact', 'agency', true, 'none']);
    assert.deepEqual([report.indication, report.subIndication], ['INDETERMINATE', 'NO_CERTIFICATE_CHAIN_FOUND']);
  });
}

inSample('broken-shrunk-after-signing.pdf', 'a file that was shrunk after signing has failed, and the words say how', (report) => {
  assert.deepEqual([report.indication, report.subIndication, report.signatures[0]?.changesAfter], ['TOTAL-FAILED', 'FORMAT_FAILURE', 'forbidden']);
  assert.match(renderReport('x', report), /chữ ký nói về 12,6 MB, nhưng tệp chỉ còn 0,6 MB/);
});

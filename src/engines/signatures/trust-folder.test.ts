import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildPdf } from './domain/pdf/testing.ts';
import { buildTrustedList } from './domain/trust-list/testing.ts';
import { createTestPki, days, hours, later, signTestPdf } from './domain/validation/testing.ts';
import { validateAlone } from './queries/validate-alone.ts';

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
  put('vn.xml', buildTrustedList(certificate, { current: { status: 'granted', from: start } }));
  assert.equal(await verdict(), 'TOTAL-PASSED');
  put('vn.xml', buildTrustedList(certificate, { current: { status: 'withdrawn', from: later(start, days(10)) }, past: [{ status: 'granted', from: start }] }));
  assert.equal(await verdict(), 'NO_CERTIFICATE_CHAIN_FOUND');
  put('issuing.crt', certificate.raw);
  assert.equal(await verdict(), 'TOTAL-PASSED');
  put('vn.xml', Buffer.from('<html/>'));
  await assert.rejects(verdict(), /vn\.xml/);
});

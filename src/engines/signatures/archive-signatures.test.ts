import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openTestHouse, TEST_NOW } from '#kernel/testkit.ts';
import { readBytes, storeBytes } from '#engines/files/index.ts';
import { archiveSignatures } from './archive-signatures.ts';
import { buildPdf } from './domain/pdf/testing.ts';
import { createTestPki, days, hours, later, signTestPdf } from './domain/validation/testing.ts';
import { validateStored } from './queries/validate-stored.ts';
import { testModules } from './testing.ts';

const today = new Date(TEST_NOW);
const pki = await createTestPki(later(today, -days(30)));
const folder = mkdtempSync(join(tmpdir(), 'lienthong-anchors-'));
writeFileSync(join(folder, 'root.crt'), pki.root.certificate.raw);
pki.crls(today).forEach((list, i) => {
  writeFileSync(join(folder, `${String(i)}.crl`), list);
});
const house = await openTestHouse({ modules: testModules, config: { trustAnchorsDir: folder } });
const { kernel } = house;
after(async () => {
  await house.close();
  rmSync(folder, { recursive: true, force: true });
});
const stored = async (pdf: Buffer) => (await storeBytes(kernel, pdf, { limitBytes: 1_000_000 })).sha256;
const signed = await stored(signTestPdf(buildPdf(), { pki, at: later(today, -hours(1)), withTimestamp: true }));

test('a signed file becomes B-LTA by an increment, is protected then, and is renewed before its time stamp weakens', async () => {
  const first = await archiveSignatures(kernel, signed);
  assert.ok(first.state === 'archived');
  const before = await readBytes(kernel, signed);
  assert.ok((await readBytes(kernel, first.sha256)).subarray(0, before.length).equals(before));
  const report = await validateStored(kernel, first.sha256);
  assert.deepEqual([report.indication, report.signatures.map(({ level }) => level)], ['TOTAL-PASSED', ['B-LTA', 'DOC-TIMESTAMP']]);
  const again = await archiveSignatures(kernel, first.sha256);
  assert.ok(again.state === 'stillProtected' && again.until > later(today, days(300)));
  // Half a year before the time stamp's certificate ends, long after everything outside the file has gone stale.
  house.clock.advance(again.until.getTime() - today.getTime() - days(100));
  const renewed = await archiveSignatures(kernel, first.sha256);
  assert.ok(renewed.state === 'archived');
  const { indication, signatures } = await validateStored(kernel, renewed.sha256);
  assert.deepEqual([indication, signatures.map(({ level }) => level)], ['TOTAL-PASSED', ['B-LTA', 'DOC-TIMESTAMP', 'DOC-TIMESTAMP']], JSON.stringify(signatures.map(({ problems }) => problems)));
});

test('a file whose signatures do not hold is left alone, with the reason', async () => {
  const unsigned = await archiveSignatures(kernel, await stored(buildPdf()));
  assert.ok(unsigned.state === 'notValid' && unsigned.report.indication === 'UNSIGNED');
  const stranger = await createTestPki(later(today, -days(30)));
  const foreign = await archiveSignatures(kernel, await stored(signTestPdf(buildPdf(), { pki: stranger, at: today })));
  assert.ok(foreign.state === 'notValid' && foreign.report.signatures[0]?.subIndication === 'NO_CERTIFICATE_CHAIN_FOUND');
});

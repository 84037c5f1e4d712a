import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openTestHouse } from '#kernel/testkit.ts';
import { readBytes } from '#engines/files/index.ts';
import { performSigning, publicFolder, signaturesModule } from '#engines/signatures/index.ts';
import { buildPdf } from '#engines/signatures/domain/pdf/testing.ts';
import { credentialOf, openPaper, somebody, testModules, testPin } from '#engines/signatures/testing.ts';
import { verifyFiles } from './verify-files.ts';

const samples = join(import.meta.dirname, '../../../../shared/samples/signed-pdf');
const folder = mkdtempSync(join(tmpdir(), 'verify-files-'));
after(() => {
  rmSync(folder, { recursive: true });
});

async function verify(paths: readonly string[], options: { json?: boolean; trustFolders?: readonly string[]; now?: Date } = {}) {
  let output = '';
  const write = (text: string): void => {
    output += text;
  };
  const status = await verifyFiles({ paths, json: options.json ?? false, trustFolders: options.trustFolders ?? [], now: options.now ?? new Date('2026-11-20T02:00:00Z'), write });
  return { status, output };
}

test('the exit status tells failed, undetermined and unreadable apart, and the worst of several files counts', async (t) => {
  if (!existsSync(samples)) {
    t.skip('the samples of signed PDF files are missing');
    return;
  }
  const sample = (name: string): string => join(samples, name);
  const notPdf = join(folder, 'a.pdf');
  writeFileSync(notPdf, 'text');
  assert.equal((await verify([sample('broken-shrunk-after-signing.pdf')])).status, 1);
  assert.equal((await verify([sample('decree-2017-sha1.pdf')])).status, 2);
  assert.equal((await verify([notPdf])).status, 3);
  assert.equal((await verify([join(folder, 'missing.pdf')])).status, 3);
  assert.equal((await verify([sample('decree-2017-sha1.pdf'), sample('broken-shrunk-after-signing.pdf')])).status, 1);
  const letter = await verify([sample('letter-2026-two-officials-then-four-seals.pdf')]);
  assert.match(letter.output, /1\. \? Chưa kết luận được · Ký nháy: Đào Mạnh Hà/);
  assert.match(letter.output, /6\. .*Cơ quan ký: CỤC CẢNH SÁT/);
});

test('an empty file and one of 2 GB are answered with what is wrong, without being read into memory', async () => {
  const [empty, huge] = [join(folder, 'rỗng.pdf'), join(folder, 'lớn.pdf')];
  writeFileSync(empty, '');
  writeFileSync(huge, '%PDF-1.7');
  truncateSync(huge, 2 * 1024 ** 3);
  const { status, output } = await verify([empty, huge]);
  assert.equal(status, 3);
  assert.match(output, /Tệp này rỗng \(0 byte\)/);
  assert.match(output, /lớn hơn 1\.024 MB/);
  rmSync(huge);
});

test('a file that is not there and a folder are told in both languages, with a code in JSON', async () => {
  const told = async (path: string): Promise<unknown> => {
    const { output } = await verify([path], { json: true });
    // safe because verifyFiles prints JSON
    return (JSON.parse(output) as { error: unknown }).error;
  };
  assert.deepEqual(await told(join(folder, 'missing.pdf')), { code: 'fileMissing', text: { vi: 'Không có tệp này.', en: 'There is no such file.' } });
  assert.deepEqual(await told(folder), { code: 'isFolder', text: { vi: 'Đây là thư mục, không phải tệp.', en: 'This is a folder, not a file.' } });
  assert.match((await verify([folder])).output, /✗ Đây là thư mục, không phải tệp\. \/ This is a folder, not a file\./);
});

test('with --json one file gives one object with the fields that integrators rely on', async (t) => {
  if (!existsSync(samples)) {
    t.skip('the samples of signed PDF files are missing');
    return;
  }
  const { output } = await verify([join(samples, 'decree-2021-sha256.pdf')], { json: true });
  // safe because verifyFiles prints JSON
  const report = JSON.parse(output) as { indication: string; subIndication: string; signatures: Record<string, unknown>[] };
  assert.equal(report.indication, 'INDETERMINATE');
  assert.equal(report.subIndication, 'NO_CERTIFICATE_CHAIN_FOUND');
  const fields = ['signer', 'issuer', 'role', 'signingTime', 'timeSource', 'algorithm', 'level', 'indication', 'subIndication', 'coversWholeFile', 'changesAfter', 'revocation'];
  for (const field of fields) assert.ok(Object.hasOwn(report.signatures[0] ?? {}, field), field);
});

test('what this installation signed is valid on this machine without its database', async () => {
  const house = await openTestHouse({ modules: testModules });
  const person = somebody();
  const credentialId = await credentialOf(house.kernel, person);
  const signingId = await openPaper(house.kernel, person, { credentialId, pdf: buildPdf() });
  const signed = await performSigning(house.kernel, { agencyId: person.agencyId, signingId, actor: person, secret: testPin });
  assert.ok(signed.state === 'signed');
  const path = join(folder, 'signed.pdf');
  writeFileSync(path, await readBytes(house.kernel, signed.sha256));
  for (const schedule of signaturesModule.schedules ?? []) await schedule.run(house.kernel);
  const trustFolders = [publicFolder(house.kernel.config.dataDir), join(folder, 'there is no such folder')];
  const { status, output } = await verify([path], { trustFolders, now: house.clock.now() });
  assert.equal(status, 0, output);
  assert.match(output, /✓ Chữ ký hợp lệ/);
  assert.equal((await verify([path])).status, 2, 'without the root nothing is known about its trust');
  await house.close();
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { signIn, type DemoClient } from '#app/demo/client.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { DEMO_PIN } from '#seeds/credentials.ts';
import { sealedLetter } from '../bench/house/letter.ts';
import { assertAccessible, assertNoSidewaysScroll, picture } from './accessibility.ts';
import { openTown, type Town } from './town.ts';

const LETTER = join(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf');
const PHONE = { width: 360, height: 740 };
const SUMMARY = 'V/v rà soát hồ sơ công chức, viên chức sau sắp xếp tổ chức bộ máy';

let town: Town;
let clerk: DemoClient;
let leader: DemoClient;
let folder: string;
before(async () => {
  town = await openTown();
  folder = mkdtempSync(join(tmpdir(), 'lienthong-paper-'));
  const open = (login: string): Promise<DemoClient> => signIn(town.url, { login, password: DEMO_PASSWORD });
  [clerk, leader] = await Promise.all([open('vanthu.snv'), open('giamdoc.snv')]);
}, { timeout: 240_000 });
after(async () => {
  await town.close();
  rmSync(folder, { recursive: true });
});

/** The letter as it was issued, on the disk of whoever received it. */
async function issuedLetter(): Promise<string> {
  const { agencies } = await clerk.get<{ agencies: { id: string }[] }>('/api/v1/accounts/agencies?text=so%20tai%20chinh');
  const { documentId } = await sealedLetter({ clerk, leader }, [agencies[0]?.id ?? '']);
  await clerk.post(`/api/v1/outgoing-documents/${documentId}/issue`);
  const { files } = await clerk.get<{ files: { role: string; fileId: string }[] }>(`/api/v1/outgoing-documents/${documentId}`);
  const path = join(folder, 'cong-van.pdf');
  writeFileSync(path, await clerk.download(`/api/v1/files/${files.find((file) => file.role === 'main')?.fileId ?? ''}`));
  return path;
}

/** Reads the QR code of the printed first page, as a phone's camera does. */
async function scan(path: string): Promise<string> {
  const run = promisify(execFile);
  await run('pdftoppm', ['-r', '150', '-f', '1', '-l', '1', '-singlefile', '-png', path, join(folder, 'page')]);
  const { stdout } = await run('zbarimg', ['--quiet', '--raw', join(folder, 'page.png')]);
  return stdout.trim();
}

test('a citizen scans the code on a paper and sees that it is genuine; an altered file is told apart', { timeout: 120_000 }, async (t) => {
  const path = await issuedLetter();
  let address: string;
  try {
    address = await scan(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    t.skip('pdftoppm (poppler-utils) or zbarimg (zbar-tools) is missing: npm run setup:oracles');
    return;
  }
  const { page } = await town.passerBy(PHONE);
  // The installation of the story has another port than the one that its configuration names.
  await page.goto(`${town.url}${new URL(address).pathname}`);
  await page.getByRole('heading', { level: 1, name: 'Văn bản thật, đang có hiệu lực lưu hành' }).waitFor();
  await page.getByText('Nguyễn Văn Bình').waitFor();
  assert.equal(await page.getByText(SUMMARY).count(), 0, 'nothing of the content is shown');
  await assertAccessible(page, 'xác thực văn bản');
  await assertNoSidewaysScroll(page, 'xác thực văn bản');
  await picture(page, 'xac-thuc-van-ban');
  await page.getByLabel('Tệp cần đối chiếu').setInputFiles(path);
  await page.getByRole('button', { name: 'Đối chiếu', exact: true }).click();
  await page.getByRole('heading', { name: 'Đúng là tệp đã phát hành' }).waitFor();
  await page.getByLabel('Tệp cần đối chiếu').setInputFiles({ name: 'sua.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 đã sửa') });
  await page.getByRole('button', { name: 'Đối chiếu', exact: true }).click();
  await page.getByRole('heading', { name: 'Không phải tệp đã phát hành' }).waitFor();
  await assertAccessible(page, 'đối chiếu văn bản');
});

test('a certificate is revoked on the screen, and the next signature with it is refused at once', { timeout: 120_000 }, async () => {
  const base = '/api/v1/outgoing-documents';
  const { id } = await clerk.post<{ id: string }>(base, {
    mainUploadId: await clerk.upload('cong-van.pdf', readFileSync(LETTER)),
    typeCode: 'cong-van',
    summary: 'V/v thử chứng thư số đã thu hồi',
    recipientIds: [],
  });
  const { approvers } = await clerk.get<{ approvers: { postId: string; title: string }[] }>(`${base}/approvers`);
  await clerk.post(`${base}/${id}/submit`, { approverPostId: approvers.find(({ title }) => title === 'Giám đốc')?.postId });
  const { credentials } = await leader.get<{ credentials: { id: string; kind: string }[] }>('/api/v1/signatures/credentials');
  const { page } = await town.visit('giamdoc.snv', PHONE);
  await page.goto(`${town.url}/app/chung-thu-so`);
  await page.getByRole('link', { name: 'Nguyễn Văn Bình' }).click();
  await assertAccessible(page, 'chứng thư số');
  await assertNoSidewaysScroll(page, 'chứng thư số');
  await picture(page, 'chung-thu-so');
  await page.getByRole('button', { name: 'Thu hồi' }).click();
  const dialog = page.getByRole('dialog');
  await assertAccessible(page, 'hộp thoại thu hồi chứng thư');
  await dialog.getByLabel(/^Lý do/).selectOption({ label: 'Lộ hoặc mất khóa, mất thiết bị' });
  await dialog.getByRole('button', { name: 'Thu hồi' }).click();
  await page.getByText('Đã thu hồi chứng thư số.').waitFor();
  const sign = leader.post(`${base}/${id}/sign`, { credentialId: credentials.find(({ kind }) => kind === 'person')?.id, pin: DEMO_PIN, placement: { page: 1, x: 380, y: 560, width: 113, height: 43 } });
  await assert.rejects(sign, /certificateRevoked/);
});

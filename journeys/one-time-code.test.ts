import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { demoSignaturePng } from '#engines/signatures/index.ts';
import { cscAccount, testCscService, type TestCscService } from '#engines/signatures/adapters/csc-client/testing.ts';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from '#engines/signatures/domain/pki/authority.ts';
import { look, picture } from './accessibility.ts';
import { openTown, type Town } from './town.ts';

const letter = readFileSync(resolve(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf'));
const base = '/api/v1/outgoing-documents';
const organization = 'CA công cộng của câu chuyện';
const now = new Date(Date.now() - 86_400_000);
const root = await createRootAuthority({ organization, now });
const issuing = await createIssuingAuthority(root, { organization, now });
const folder = mkdtempSync(join(tmpdir(), 'one-time-code-'));
let service: TestCscService;
let consented: TestCscService;
let town: Town;

before(async () => {
  const pair = await generateKey('rsa-2048');
  const certificate = issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name: 'Nguyễn Văn Bình', organization: 'Sở Nội vụ' }), publicKey: pair.publicKey, now, validDays: 365 }).raw;
  service = await testCscService({ key: pair.privateKey, certificate, chain: [issuing.certificate.raw] });
  service.behave.code = 'offline';
  const other = await generateKey('rsa-2048');
  const own = issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name: 'Lê Thị Hồng Nhung', organization: 'Sở Nội vụ' }), publicKey: other.publicKey, now, validDays: 365 }).raw;
  consented = await testCscService({ key: other.privateKey, certificate: own, chain: [issuing.certificate.raw] });
  consented.person = 'confirms';
  mkdirSync(join(folder, 'anchors'));
  for (const [name, { certificate: each }] of Object.entries({ root, issuing })) writeFileSync(join(folder, 'anchors', `${name}.pem`), new X509Certificate(each.raw).toString());
  town = await openTown({ signingServicesFile: join(folder, 'services.json'), trustAnchorsDir: join(folder, 'anchors') });
  const access = { kind: 'login', user: cscAccount.user, password: cscAccount.password };
  const redirectUri = `${town.url}/app/chu-ky-cua-toi/dong-y`;
  consented.redirects = [redirectUri];
  const consent = { kind: 'authorization-code', oauth2Url: consented.oauth2Url, clientId: cscAccount.clientId, clientSecret: cscAccount.clientSecret, redirectUri };
  const services = [
    { name: 'ky-so', label: 'Ký số từ xa', kind: 'csc', version: 1, baseUrl: service.url(1), access },
    { name: 'ky-so-rieng', label: 'Ký số theo người', kind: 'csc', version: 2, baseUrl: consented.url(2), access: consent },
  ];
  // Read when somebody first asks for it.
  writeFileSync(join(folder, 'services.json'), JSON.stringify(services));
}, { timeout: 240_000 });
after(async () => {
  await town.close();
  await service.close();
  await consented.close();
  rmSync(folder, { recursive: true });
});

test('a leader whose service wants a one-time code types what the device shows, later has one sent, and signs with each', { timeout: 240_000 }, async (t) => {
  const clerk = await town.visit('vanthu.snv');
  const { page } = await town.visit('giamdoc.snv');
  const ids = [await submit(clerk.page, 'V/v ký bằng mã dùng một lần'), await submit(clerk.page, 'V/v ký bằng mã trên thiết bị')] as const;

  await t.test('the key is connected, and the page of the signature asks for what the service wants', async () => {
    await page.goto(`${town.url}/app/chu-ky-cua-toi?ket-noi=1`);
    await page.getByRole('radio', { name: 'Ký số từ xa' }).check();
    await page.getByRole('button', { name: 'Tiếp tục' }).click();
    await page.getByRole('button', { name: 'Tìm chứng thư' }).click();
    await page.getByRole('button', { name: 'Kết nối', exact: true }).click();
    await page.getByText('Đã kết nối chữ ký số').waitFor();
    await page.getByRole('button', { name: 'Hình chữ ký' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('input[type=file]').setInputFiles({ name: 'hinh.png', mimeType: 'image/png', buffer: demoSignaturePng('Nguyễn Văn Bình') });
    await dialog.getByRole('img').waitFor();
    await dialog.getByRole('button', { name: 'Lưu' }).click();
    await page.getByText('Đã lưu hình chữ ký.').waitFor();
    await page.goto(`${town.url}/app/ky-van-ban/${ids[0]}`);
    await page.getByText('Đã tìm thấy chỗ ký').waitFor();
    const code = page.getByLabel('Mã dùng một lần');
    assert.deepEqual([await code.getAttribute('inputmode'), await code.getAttribute('autocomplete')], ['numeric', 'one-time-code']);
    await page.getByText('Nhập mã đang hiện trên thiết bị').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Gửi mã' }).count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Ký số' }).isDisabled(), true);
    await look(page, 'ký bằng mã dùng một lần');
    await picture(page, 'ma-mot-lan');
  });

  await t.test('the code that the device shows signs', async () => {
    await page.getByLabel('Mã PIN').fill(cscAccount.pin);
    await page.getByLabel('Mã dùng một lần').fill(` ${service.codes.onDevice.slice(0, 3)} ${service.codes.onDevice.slice(3)} `);
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByText('Đã ký.').waitFor();
    assert.equal(await stateOf(clerk.page, ids[0]), 'signed');
  });

  await t.test('when the service has gone over to sending codes, the wrong one is told with what to do and the page offers to have one sent', async () => {
    service.behave.code = 'online';
    await page.goto(`${town.url}/app/ky-van-ban/${ids[1]}`);
    await page.getByText('Đã tìm thấy chỗ ký').waitFor();
    await page.getByLabel('Mã PIN').fill(cscAccount.pin);
    await page.getByLabel('Mã dùng một lần').fill('123456');
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByText('Mã dùng một lần không đúng nên chưa ký.').waitFor();
    await page.getByText('Ký số từ xa gửi mã tới điện thoại').waitFor();
    await look(page, 'sai mã dùng một lần');
    await picture(page, 'ma-mot-lan-sai');
  });

  await t.test('the code is sent, and may be sent again after a while, which is counted down; it signs', async () => {
    await page.getByRole('button', { name: 'Gửi mã' }).click();
    await page.getByText('Đã gửi mã').waitFor();
    assert.equal(service.codes.sent.length, 1);
    assert.equal(await page.getByRole('button', { name: /Gửi lại sau \d+ giây/ }).isDisabled(), true);
    assert.equal(await page.getByLabel('Mã dùng một lần').evaluate((field) => field === document.activeElement), true);
    await look(page, 'đã gửi mã');
    await picture(page, 'ma-mot-lan-da-gui');
    await page.getByLabel('Mã dùng một lần').fill(service.codes.sent.at(-1) ?? '');
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByText('Đã ký.').waitFor();
    assert.equal(await stateOf(clerk.page, ids[1]), 'signed');
  });
});

test('a leader lets the system into a service on the page of that service, connects the key there, and lets it in again later', { timeout: 240_000 }, async (t) => {
  const { page } = await town.visit('phogiamdoc.snv');

  await t.test('before anything is asked of the service the screen says what will happen; a no on its page is told', async () => {
    await page.goto(`${town.url}/app/chu-ky-cua-toi?ket-noi=1`);
    await page.getByRole('radio', { name: 'Ký số theo người' }).check();
    await page.getByRole('button', { name: 'Tiếp tục' }).click();
    await page.getByText('Ký số theo người cần chính bạn cho phép').waitFor();
    await look(page, 'sang trang của dịch vụ');
    await picture(page, 'cho-phep');
    consented.person = 'refuses';
    await page.getByRole('button', { name: 'Sang trang của dịch vụ' }).click();
    await page.getByText('Bạn chưa cho phép ở trang của dịch vụ').waitFor();
    await look(page, 'chưa cho phép');
    await picture(page, 'cho-phep-bi-tu-choi');
  });

  await t.test('with a yes the way goes on where it was left, and the address keeps no code', async () => {
    consented.person = 'confirms';
    await page.getByRole('link', { name: 'Kết nối chữ ký số' }).click();
    await page.getByRole('radio', { name: 'Ký số theo người' }).check();
    await page.getByRole('button', { name: 'Tiếp tục' }).click();
    await page.getByRole('button', { name: 'Sang trang của dịch vụ' }).click();
    await page.getByText('Bạn đã cho phép.').waitFor();
    assert.doesNotMatch(page.url(), /code=|state=/);
    await look(page, 'đã cho phép');
    await picture(page, 'cho-phep-xong');
    await page.getByRole('button', { name: 'Tìm chứng thư' }).click();
    await page.getByRole('radio', { name: 'Lê Thị Hồng Nhung' }).waitFor();
    await page.getByRole('button', { name: 'Kết nối', exact: true }).click();
    await page.getByText('Đã kết nối chữ ký số').waitFor();
  });

  await t.test('the list of keys offers to let the system in again', async () => {
    await page.goto(`${town.url}/app/chu-ky-cua-toi`);
    await page.getByRole('button', { name: 'Cho phép lại' }).waitFor();
    await look(page, 'chữ ký của tôi, dịch vụ cần cho phép');
    await picture(page, 'cho-phep-danh-sach');
    await page.getByRole('button', { name: 'Cho phép lại' }).click();
    await page.getByText('Dịch vụ đã cho phép hệ thống dùng tiếp').waitFor();
    assert.equal(new URL(page.url()).pathname, '/app/chu-ky-cua-toi');
  });
});

/** As the clerk's screen would: uploads, drafts and submits to the director. */
async function submit(page: Page, summary: string): Promise<string> {
  const { id } = await call<{ id: string }>(page, base, { mainUploadId: await upload(page), attachmentUploadIds: [], typeCode: 'cong-van', summary });
  const { approvers } = (await (await page.request.get(`${town.url}${base}/approvers`)).json()) as { approvers: { postId: string; name: string }[] }; // safe because the contract says so
  await call(page, `${base}/${id}/submit`, { approverPostId: approvers.find(({ name }) => name === 'Nguyễn Văn Bình')?.postId });
  return id;
}

async function stateOf(page: Page, id: string): Promise<string> {
  return ((await (await page.request.get(`${town.url}${base}/${id}`)).json()) as { state: string }).state; // safe because the contract says so
}

async function call<Reply>(page: Page, url: string, data: object): Promise<Reply> {
  const reply = await page.request.post(`${town.url}${url}`, { data, headers: { 'x-csrf': '1' } });
  assert.equal(reply.status(), 200, await reply.text());
  return (await reply.json()) as Reply; // safe because the server's own tests hold its replies to their contracts
}

async function upload(page: Page): Promise<string> {
  const headers = { 'x-csrf': '1', 'tus-resumable': '1.0.0', 'upload-length': String(letter.length), 'upload-metadata': `filename ${Buffer.from('cong-van.pdf').toString('base64')}`, 'content-type': 'application/offset+octet-stream' };
  const reply = await page.request.post(`${town.url}/api/v1/uploads`, { data: letter, headers });
  assert.equal(reply.status(), 201, await reply.text());
  return reply.headers()['location']?.split('/').at(-1) ?? '';
}

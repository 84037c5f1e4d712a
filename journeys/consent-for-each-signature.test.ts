import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { demoSealPng, demoSignaturePng } from '#engines/signatures/index.ts';
import { cscAccount, testCscService, type TestCscService } from '#engines/signatures/adapters/csc-client/testing.ts';
import { agencySubject, createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from '#engines/signatures/domain/pki/authority.ts';
import { look, picture } from './accessibility.ts';
import { submitLetter } from './submit-letter.ts';
import { openTown, type Town } from './town.ts';

const base = '/api/v1/outgoing-documents';
const organization = 'CA công cộng của câu chuyện';
const now = new Date(Date.now() - 86_400_000);
const root = await createRootAuthority({ organization, now });
const issuing = await createIssuingAuthority(root, { organization, now });
const folder = mkdtempSync(join(tmpdir(), 'consent-for-each-'));
const PHONE = { width: 360, height: 740 };
let personal: TestCscService;
let official: TestCscService;
let town: Town;

async function serviceOf(subject: Parameters<typeof issueCertificate>[1]['subject']): Promise<TestCscService> {
  const pair = await generateKey('rsa-2048');
  const certificate = issueCertificate(issuing, { kind: 'signer', subject, publicKey: pair.publicKey, now, validDays: 365 }).raw;
  const service = await testCscService({ key: pair.privateKey, certificate, chain: [issuing.certificate.raw] });
  Object.assign(service.behave, { mode: 'oauth2code', multisign: 10, extendsTransactions: true });
  service.person = 'confirms';
  return service;
}

before(async () => {
  personal = await serviceOf(personSubject({ name: 'Nguyễn Văn Bình', organization: 'Sở Nội vụ' }));
  official = await serviceOf(agencySubject({ name: 'Sở Nội vụ tỉnh Thanh Hóa', agencyCode: 'H56.05' }));
  mkdirSync(join(folder, 'anchors'));
  for (const [name, { certificate: each }] of Object.entries({ root, issuing })) writeFileSync(join(folder, 'anchors', `${name}.pem`), new X509Certificate(each.raw).toString());
  town = await openTown({ signingServicesFile: join(folder, 'services.json'), trustAnchorsDir: join(folder, 'anchors') });
  const redirectUri = `${town.url}/app/chu-ky-cua-toi/dong-y`;
  const account = { kind: 'login', user: cscAccount.user, password: cscAccount.password };
  const client = { clientId: cscAccount.clientId, clientSecret: cscAccount.clientSecret, redirectUri };
  for (const service of [personal, official]) service.redirects = [redirectUri];
  const services = [
    { name: 'ky-so', label: 'Ký số cá nhân', kind: 'csc', version: 2, baseUrl: personal.url(2), access: account, release: { oauth2Url: personal.oauth2UrlOf(2), ...client } },
    { name: 'ky-so-co-quan', label: 'Ký số cơ quan', kind: 'csc', version: 1, baseUrl: official.url(1), access: account, release: { oauth2Url: official.oauth2UrlOf(1), ...client } },
  ];
  // Read when somebody first asks for it.
  writeFileSync(join(folder, 'services.json'), JSON.stringify(services));
}, { timeout: 240_000 });
after(async () => {
  await town.close();
  await personal.close();
  await official.close();
  rmSync(folder, { recursive: true });
});

test('a leader whose service wants a consent for every signature gives it on the page of the service, alone and for several, and the clerk seals so', { timeout: 300_000 }, async (t) => {
  const clerk = await town.visit('vanthu.snv');
  const { page } = await town.visit('giamdoc.snv');
  let id = '';

  await t.test('the key is connected, and the page of the signature says what will happen', async () => {
    await connect(page, { service: 'Ký số cá nhân', image: demoSignaturePng('Nguyễn Văn Bình'), button: 'Hình chữ ký' });
    id = await submitLetter(town, clerk.page, { summary: 'V/v đồng ý từng chữ ký', attachment: true });
    await page.goto(`${town.url}/app/ky-van-ban/${id}`);
    await page.getByText('Đã tìm thấy chỗ ký').waitFor();
    await page.getByText('trang của Ký số cá nhân mở ra để bạn đồng ý').waitFor();
    assert.equal(await page.getByLabel('Mã PIN').count(), 0);
    await look(page, 'ký, cần đồng ý trên trang của dịch vụ');
    await picture(page, 'dong-y-truoc-khi-ky');
  });

  await t.test('a no on the page of the service signs nothing and says what to do; the address keeps nothing of it', async () => {
    personal.person = 'refuses';
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByText('Bạn đã từ chối trên trang của dịch vụ nên chưa ký.').waitFor();
    await page.waitForURL((url) => url.search === '');
    await look(page, 'từ chối trên trang của dịch vụ');
    await picture(page, 'dong-y-bi-tu-choi');
    assert.equal(await stateOf(clerk.page, id), 'submitted');
    await page.getByRole('link', { name: 'Về trang trước' }).click();
    await page.getByRole('heading', { name: 'V/v đồng ý từng chữ ký' }).first().waitFor();
  });

  await t.test('a service that is away leaves the document waiting, on its page and on “Chữ ký của tôi”, where it is given up', async () => {
    personal.person = 'confirms';
    await page.goto(`${town.url}/app/ky-van-ban/${id}`);
    await page.getByText('Đã tìm thấy chỗ ký').waitFor();
    personal.behave.next = { path: 'credentials/info', status: 503, body: {} };
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByRole('heading', { name: 'Đồng ý trên trang của dịch vụ' }).waitFor();
    await page.getByRole('alert').first().waitFor();
    await look(page, 'chờ đồng ý');
    await picture(page, 'dong-y-cho');
    await page.goto(`${town.url}/app/chu-ky-cua-toi`);
    await page.getByRole('heading', { name: '1 văn bản chờ bạn đồng ý trên trang của Ký số cá nhân' }).waitFor();
    await look(page, 'chữ ký của tôi, chờ đồng ý');
    await picture(page, 'dong-y-danh-sach');
    await page.getByRole('button', { name: 'Dừng, chưa ký' }).click();
    await page.getByText('Đã dừng. Văn bản vẫn giữ nguyên').waitFor();
    await page.getByRole('heading', { name: /văn bản chờ bạn đồng ý/ }).waitFor({ state: 'detached' });
  });

  await t.test('with a yes the browser comes back to the document, which is signed', async () => {
    await page.goto(`${town.url}/app/ky-van-ban/${id}`);
    await page.getByText('Đã tìm thấy chỗ ký').waitFor();
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByText('Đã ký 1 văn bản.').waitFor();
    await page.waitForURL(`${town.url}/app/van-ban-di/${id}`);
    assert.equal(await stateOf(clerk.page, id), 'signed');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await look(page, 'đã ký sau khi đồng ý');
    await picture(page, 'dong-y-xong');
  });

  await t.test('several documents are one consent, on a phone, and the browser comes back to the signing room', async () => {
    for (const summary of ['V/v một', 'V/v hai']) await submitLetter(town, clerk.page, { summary });
    const phone = await town.visit('giamdoc.snv', PHONE);
    await phone.page.goto(`${town.url}/app/phong-ky`);
    await phone.page.getByLabel('Chọn tất cả').check();
    await phone.page.getByRole('button', { name: 'Ký 2 văn bản' }).click();
    await phone.page.getByText('Trang của dịch vụ mở ra để bạn đồng ý một lần cho 2 văn bản.').waitFor();
    await look(phone.page, 'ký nhiều văn bản, cần đồng ý');
    await phone.page.getByRole('button', { name: 'Ký 2 văn bản' }).click();
    await phone.page.getByText('Chưa ký: 2 văn bản chờ bạn').waitFor();
    await phone.page.getByRole('button', { name: 'Sang trang của dịch vụ' }).waitFor();
    await look(phone.page, 'ký nhiều văn bản, chờ đồng ý');
    await picture(phone.page, 'dong-y-nhieu');
    await phone.page.getByRole('button', { name: 'Sang trang của dịch vụ' }).click();
    await phone.page.getByText('Đã ký 2 văn bản.').waitFor();
    await phone.page.waitForURL(`${town.url}/app/phong-ky`);
    await phone.page.getByRole('heading', { level: 1, name: 'Phòng ký' }).waitFor();
    await look(phone.page, 'phòng ký sau khi đồng ý');
  });

  await t.test('the clerk seals the document with its attachment, number and date and all, with one consent of the agency’s own service', async () => {
    await connect(clerk.page, { service: 'Ký số cơ quan', kind: 'Đóng dấu cơ quan', image: demoSealPng('Sở Nội vụ', 240), button: 'Hình con dấu' });
    await call(clerk.page, `${base}/${id}/number`, {});
    await clerk.page.goto(`${town.url}/app/dong-dau/${id}`);
    await clerk.page.getByText('trang của Ký số cơ quan mở ra để bạn đồng ý').waitFor();
    await look(clerk.page, 'đóng dấu, cần đồng ý');
    await picture(clerk.page, 'dong-y-dong-dau');
    await clerk.page.getByRole('button', { name: 'Đóng dấu' }).click();
    await clerk.page.getByText('Đã ký 1 văn bản.').waitFor();
    await clerk.page.waitForURL(`${town.url}/app/van-ban-di/${id}`);
    assert.equal(await stateOf(clerk.page, id), 'sealed');
    assert.equal(official.asked.filter((path) => path === 'token').length, 1);
  });
});

type Connecting = { service: string; kind?: string; image: Buffer; button: string };

async function connect(page: Page, { service, kind, image, button }: Connecting): Promise<void> {
  await page.goto(`${town.url}/app/chu-ky-cua-toi?ket-noi=1`);
  if (kind !== undefined) await page.getByRole('radio', { name: kind }).check();
  await page.getByRole('radio', { name: service }).check();
  await page.getByRole('button', { name: 'Tiếp tục' }).click();
  await page.getByRole('button', { name: 'Tìm chứng thư' }).click();
  await page.getByRole('button', { name: 'Kết nối', exact: true }).click();
  await page.getByText('Đã kết nối').first().waitFor();
  await page.getByRole('button', { name: button }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('input[type=file]').setInputFiles({ name: 'hinh.png', mimeType: 'image/png', buffer: image });
  await dialog.getByRole('img').waitFor();
  await dialog.getByRole('button', { name: 'Lưu' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

async function stateOf(page: Page, id: string): Promise<string> {
  return ((await (await page.request.get(`${town.url}${base}/${id}`)).json()) as { state: string }).state; // safe because the contract says so
}

async function call(page: Page, url: string, data: object): Promise<void> {
  const reply = await page.request.post(`${town.url}${url}`, { data, headers: { 'x-csrf': '1' } });
  assert.ok(reply.ok(), await reply.text());
}

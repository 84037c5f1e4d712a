import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { cscAccount, testCscService, type TestCscService } from '#engines/signatures/adapters/csc-client/testing.ts';
import { createRootAuthority, generateKey, issueCertificate, personSubject } from '#engines/signatures/domain/pki/authority.ts';
import type { Certificate } from '#engines/signatures/domain/pki/certificate.ts';
import { writePkcs12 } from '#engines/signatures/domain/pki/pkcs12.ts';
import { DEMO_PIN } from '#seeds/credentials.ts';
import { look, picture } from './accessibility.ts';
import { holdUploads } from './held-uploads.ts';
import { openTown, type Town, type Visitor } from './town.ts';

const scan = resolve(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf');
const PASSWORD = 'Toa-soan@2026-moi';
const QUESTION = 'Đề nghị cung cấp thông tin về tuyển dụng viên chức';
const THANKS = 'Cảm ơn và đề nghị bổ sung số liệu';
const CODED = 'Đề nghị cho phép đưa tin hội nghị';
const ANSWER = 'V/v trả lời Báo Thanh Hóa về tuyển dụng viên chức';

const folder = mkdtempSync(join(tmpdir(), 'press-office-'));
const authority = await createRootAuthority({ organization: 'CA công cộng', now: new Date() });
let service: TestCscService;
let byCode: TestCscService;
let town: Town;
before(async () => {
  const { publicKey, privateKey } = await generateKey('rsa-2048');
  service = await testCscService({ key: privateKey, certificate: certificateOf(publicKey).raw, chain: [] });
  service.behave.mode = 'oauth2code';
  service.person = 'confirms';
  const other = await generateKey('rsa-2048');
  byCode = await testCscService({ key: other.privateKey, certificate: certificateOf(other.publicKey).raw, chain: [] });
  byCode.behave.code = 'online';
  town = await openTown({ signingServicesFile: join(folder, 'services.json') });
  service.redirects = [`${town.url}/app/chu-ky-cua-toi/dong-y`];
  const access = { kind: 'authorization-code', oauth2Url: service.oauth2Url, clientId: cscAccount.clientId, clientSecret: cscAccount.clientSecret, redirectUri: service.redirects[0] };
  const services = [
    { name: 'ky-so-bao', label: 'Ký số báo chí', kind: 'csc', version: 2, baseUrl: service.url(2), access },
    { name: 'ky-so-ma', label: 'Ký số có mã', kind: 'csc', version: 1, baseUrl: byCode.url(1), access: { kind: 'login', user: cscAccount.user, password: cscAccount.password } },
  ];
  // Read when somebody first asks for it.
  writeFileSync(join(folder, 'services.json'), JSON.stringify(services));
}, { timeout: 240_000 });
after(async () => {
  await town.close();
  await service.close();
  await byCode.close();
  rmSync(folder, { recursive: true });
});

test('a press office is invited, asks a question and reads the answer; its suspension ends the session', { timeout: 300_000 }, async (t) => {
  const clerk = await town.visit('vanthu.snv');
  const press = await town.passerBy();
  const province = await town.administrator();
  let link = '';
  let login = '';

  await t.test('the clerk makes a link for the press office', async () => {
    const { page } = clerk;
    await page.goto(`${town.url}/app/to-chuc-ngoai`);
    await page.getByRole('button', { name: 'Mời tổ chức' }).click();
    await page.getByLabel('Tên tổ chức được mời').fill('Báo Thanh Hóa');
    await look(page, 'mời tổ chức');
    await page.getByRole('button', { name: 'Tạo liên kết' }).click();
    link = (await page.getByRole('dialog', { name: 'Liên kết mời' }).locator('code').textContent()) ?? '';
    assert.match(link, /\/loi-moi-gui-nhan\//);
    await page.locator('button:focus[aria-label="Sao chép Liên kết mời"]').waitFor();
    await page.getByRole('button', { name: 'Đóng' }).first().click();
    await look(page, 'tổ chức ngoài hệ thống');
    await picture(page, 'to-chuc-ngoai-van-thu');
  });

  await t.test('who withdraws a link that a colleague has just withdrawn reads what to do', async () => {
    const { page } = clerk;
    await page.getByRole('button', { name: 'Mời tổ chức' }).click();
    await page.getByLabel('Tên tổ chức được mời').fill('Đài Phát thanh');
    await page.getByRole('button', { name: 'Tạo liên kết' }).click();
    await page.getByRole('button', { name: 'Đóng' }).first().click();
    await page.route('**/invitations/*/revoke', async (route) => {
      await route.fetch();
      await route.continue();
    });
    await page.getByRole('tab', { name: /^Lời mời/ }).click();
    await page.getByRole('row', { name: /Đài Phát thanh/ }).getByRole('button', { name: 'Thu hồi' }).click();
    await page.getByRole('log').filter({ hasText: /không còn hiệu lực.*Tải lại trang/ }).waitFor();
    await picture(page, 'loi-moi-da-thu-hoi');
    await page.unroute('**/invitations/*/revoke');
  });

  await t.test('the press office fills in who it is and chooses a password', async () => {
    const { page } = press;
    await page.goto(link);
    await look(page, 'nhận lời mời');
    await picture(page, 'loi-moi-gui-nhan');
    await page.getByLabel('Tên viết tắt').fill('BTH');
    await page.getByLabel('Mã số thuế hoặc số giấy phép').fill('123/GP-BTTTT');
    await page.getByLabel('Địa chỉ').fill('101 Lê Lợi, phường Hạc Thành');
    await page.getByLabel(/Bản chụp giấy phép/).setInputFiles(scan);
    await page.getByLabel('Họ và tên').fill('Trần Thu Hà');
    await page.getByLabel('Chức vụ').fill('Thư ký tòa soạn');
    await page.getByLabel('Thư điện tử').fill('toasoan@example.vn');
    await page.getByLabel('Điện thoại').fill('0237 3852 111');
    await page.getByLabel('Mật khẩu', { exact: true }).fill('ngắn');
    await page.getByLabel('Nhập lại mật khẩu').fill('ngắn');
    await page.getByRole('button', { name: 'Gửi hồ sơ' }).click();
    await page.getByRole('alert').waitFor();
    await look(page, 'hồ sơ có lỗi');
    await picture(page, 'dang-ky-co-loi');
    await page.getByLabel(/Bản chụp giấy phép/).setInputFiles(scan);
    await page.getByLabel('Mật khẩu', { exact: true }).fill(PASSWORD);
    await page.getByLabel('Nhập lại mật khẩu').fill(PASSWORD);
    await page.getByRole('button', { name: 'Gửi hồ sơ' }).click();
    await page.getByText('Đang chờ duyệt').waitFor();
    await look(page, 'hồ sơ chờ duyệt');
    await picture(page, 'ho-so-cho-duyet');
    login = (await page.locator('.login').textContent()) ?? '';
    assert.match(login, /^bth\.\d{6}$/);
  });

  await t.test('the province approves it', async () => {
    const { page } = province;
    await page.goto(`${town.url}/app/to-chuc-ngoai`);
    await page.getByRole('button', { name: 'Xem', exact: true }).click();
    await look(page, 'hồ sơ của tổ chức');
    await picture(page, 'duyet-ho-so');
    await page.getByRole('button', { name: 'Duyệt' }).click();
    await page.getByText('Đã duyệt, tài khoản đã mở.').waitFor();
  });

  await t.test('the press office signs in and connects its certificate', async () => {
    const { page } = press;
    await page.reload();
    await page.getByRole('link', { name: 'Đăng nhập' }).click();
    await page.getByLabel('Tên đăng nhập').fill(login);
    await page.getByLabel(/^Mật khẩu/).fill(PASSWORD);
    await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
    await page.getByRole('heading', { name: 'Hộp đến' }).waitFor();
    await look(page, 'hộp đến, trống');
    await picture(page, 'hop-den-trong');
    await connectKeyFile(province, press);
  });

  await t.test('it says what is missing, waits for a file that is on its way, and asks for the key once the file turns out unsigned', async () => {
    const { page } = press;
    await page.getByRole('link', { name: 'Gửi', exact: true }).click();
    await page.getByRole('button', { name: 'Gửi', exact: true }).click();
    for (const missing of ['Chọn tệp văn bản.', 'Chọn nơi nhận.', 'Nhập trích yếu nội dung.']) await page.getByText(missing).waitFor();
    await page.locator('.lt-file-drop').first().locator('button:focus').waitFor();
    await look(page, 'gửi văn bản, còn thiếu');
    await picture(page, 'gui-van-ban-con-thieu');
    const { context } = press;
    const other = await context.newPage();
    const uploads = await holdUploads(other);
    await other.goto(`${town.url}/app/gui`);
    await other.locator('input[type=file]').first().setInputFiles(scan);
    await other.getByText(/^Đang gửi/).waitFor();
    await address(other, QUESTION);
    await other.getByRole('button', { name: 'Gửi', exact: true }).click();
    await other.getByText('Sẽ gửi ngay khi tệp tải lên xong').waitFor();
    await look(other, 'gửi văn bản, chờ tệp tải lên');
    await picture(other, 'gui-van-ban-cho-tep');
    uploads.release();
    await other.getByText('Chọn chứng thư số để ký tệp này.').waitFor();
    await other.getByText('Nhập mã PIN của khóa.').waitFor();
    await other.locator('select:focus[aria-invalid="true"]').waitFor();
    await look(other, 'gửi văn bản, chưa chọn chứng thư');
    await picture(other, 'gui-van-ban-chua-chon-chung-thu');
    await other.close();
  });

  await t.test('the press office sends its question', async () => {
    const { page } = press;
    await writeLetter(page, { certificate: { index: 1 }, summary: QUESTION });
    await page.getByLabel('Mã PIN').fill(DEMO_PIN);
    await look(page, 'gửi văn bản');
    await picture(page, 'gui-van-ban');
    await page.getByRole('button', { name: 'Ký và gửi' }).click();
    await page.getByRole('heading', { name: QUESTION }).waitFor();
    await page.getByText('Đã đến').first().waitFor();
    await look(page, 'đã gửi');
    await picture(page, 'da-gui');
  });

  await t.test('the clerk registers it and the department answers', async () => {
    const { page } = clerk;
    await page.goto(`${town.url}/app/van-ban-den`);
    await page.getByRole('link', { name: QUESTION }).click();
    await page.getByRole('button', { name: 'Tiếp nhận' }).click();
    await page.getByText(/Đã tiếp nhận, số đến/).waitFor();
    await answer(clerk, await town.visit('giamdoc.snv'));
  });

  await t.test('the press office sees its question registered and reads the answer', async () => {
    const { page } = press;
    await page.getByText('Đã tiếp nhận').first().waitFor();
    await page.getByRole('link', { name: 'Hộp đến' }).click();
    await page.getByRole('link', { name: ANSWER }).click();
    await page.getByRole('heading', { name: ANSWER }).waitFor();
    await page.getByText('Đã đọc').first().waitFor();
    await page.locator('canvas').first().waitFor();
    await look(page, 'văn bản nhận được');
    await picture(page, 'van-ban-nhan-duoc');
    await page.getByRole('link', { name: 'Trả lời', exact: true }).click();
    await page.getByText(/Trả lời văn bản/).waitFor();
    await page.getByRole('link', { name: 'Tổ chức của tôi' }).click();
    await page.getByRole('heading', { level: 1, name: 'Báo Thanh Hóa', exact: true }).waitFor();
    await page.getByText('Trần Thu Hà').first().waitFor();
    await look(page, 'tổ chức của tôi');
    await picture(page, 'to-chuc-cua-toi');
  });

  await t.test('with a key whose service wants a consent for every signature it lets the system in, signs on the page of the service, and the letter goes', async () => {
    const { page } = press;
    await page.goto(`${town.url}/app/chu-ky-cua-toi?ket-noi=1`);
    await page.getByRole('radio', { name: 'Ký số báo chí' }).check();
    await page.getByRole('button', { name: 'Tiếp tục' }).click();
    await page.getByRole('button', { name: 'Sang trang của dịch vụ' }).click();
    await page.getByText('Bạn đã cho phép.').waitFor();
    await page.getByRole('button', { name: 'Tìm chứng thư' }).click();
    await page.getByRole('button', { name: 'Kết nối', exact: true }).click();
    await page.getByText('Đã kết nối chữ ký số').waitFor();
    await page.goto(`${town.url}/app/gui`);
    await writeLetter(page, { certificate: { index: 1 }, summary: THANKS });
    await page.getByText('sang trang của dịch vụ giữ khóa để đồng ý').waitFor();
    await page.getByRole('button', { name: 'Ký và gửi' }).click();
    await page.getByRole('heading', { name: 'Chờ bạn đồng ý trên trang của dịch vụ' }).waitFor();
    await look(page, 'thư chờ đồng ý');
    await picture(page, 'thu-cho-dong-y');
    await page.getByRole('button', { name: 'Dừng lần ký này' }).click();
    await page.getByLabel('Chứng thư số').selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Ký và gửi' }).click();
    await page.getByRole('button', { name: 'Sang trang của dịch vụ' }).click();
    await page.getByText('Đã ký 1 văn bản.').waitFor();
    await page.getByRole('heading', { name: THANKS }).waitFor();
    await page.getByText('Đã đến').first().waitFor();
    await look(page, 'thư đã đi sau khi đồng ý');
  });

  await t.test('with a key whose service wants a one-time code the press office has one sent, and its letter goes', async () => {
    const { page } = press;
    await page.goto(`${town.url}/app/chu-ky-cua-toi?ket-noi=1`);
    await page.getByRole('radio', { name: 'Ký số có mã' }).check();
    await page.getByRole('button', { name: 'Tiếp tục' }).click();
    await page.getByRole('button', { name: 'Tìm chứng thư' }).click();
    await page.getByRole('button', { name: 'Kết nối', exact: true }).click();
    await page.getByText('Đã kết nối chữ ký số').waitFor();
    await page.goto(`${town.url}/app/gui`);
    await writeLetter(page, { certificate: { label: 'Trần Thu Hà' }, summary: CODED });
    await page.getByLabel('Mã PIN').fill(cscAccount.pin);
    await page.getByText('Ký số có mã gửi mã tới điện thoại').waitFor();
    await page.getByRole('button', { name: 'Gửi mã' }).click();
    await page.getByText('Đã gửi mã').waitFor();
    assert.equal(await page.getByLabel('Mã dùng một lần').evaluate((field) => field === document.activeElement), true);
    await page.keyboard.type(byCode.codes.sent.at(-1) ?? '');
    await look(page, 'gửi văn bản, ký bằng mã dùng một lần');
    await picture(page, 'gui-van-ban-ma-mot-lan');
    await page.getByRole('button', { name: 'Ký và gửi' }).click();
    await page.getByRole('heading', { name: CODED }).waitFor();
    await page.getByText('Đã đến').first().waitFor();
  });

  await t.test('the province suspends it, and the press office is signed out', async () => {
    const { page } = province;
    await page.getByRole('tab', { name: 'Tổ chức có tài khoản' }).click();
    await page.getByRole('button', { name: 'Tạm dừng' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Lý do').fill('Giấy phép bị thu hồi');
    await look(page, 'tạm dừng tổ chức');
    await dialog.getByRole('button', { name: 'Tạm dừng' }).click();
    await page.getByText('Đã tạm dừng.').waitFor();
    await picture(page, 'to-chuc-tam-dung');
    // The page hears of it and leaves for the sign-in by itself; going there at the same moment would cross its way.
    await press.page.getByLabel('Tên đăng nhập').waitFor();
    await press.page.goto(`${town.url}/app/hop-den`);
    await press.page.getByLabel('Tên đăng nhập').waitFor();
  });
});

type Letter = { certificate: { index: number } | { label: string }; summary: string };

/** On the form: an unsigned file, the key to sign it with, to whom it goes and what it is about. */
async function writeLetter(page: Page, { certificate, summary }: Letter): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles(scan);
  await page.getByText('Tệp chưa có chữ ký số').waitFor();
  await page.getByLabel('Chứng thư số').selectOption(certificate);
  await address(page, summary);
}

async function address(page: Page, summary: string): Promise<void> {
  await page.getByRole('combobox', { name: /Nơi nhận/ }).fill('so noi vu');
  await page.getByRole('listbox').getByRole('option', { name: /Sở Nội vụ/ }).first().click();
  await page.getByLabel('Trích yếu nội dung').fill(summary);
}

/** The way of an outgoing document is a story of its own; here it goes through the same doors without the screens. */
async function answer(clerk: Visitor, director: Visitor): Promise<void> {
  const call = async ({ page }: { page: Page }, path: string, data: object = {}) => {
    const reply = await page.request.post(`${town.url}/api/v1/${path}`, { data });
    assert.ok(reply.ok(), `${path}: ${await reply.text()}`);
    const text = await reply.text();
    // safe because each caller reads what this address answers with
    return (text === '' ? {} : JSON.parse(text)) as { id: string };
  };
  const read = async <Body>({ page }: { page: Page }, path: string) => (await (await page.request.get(`${town.url}/api/v1/${path}`)).json()) as Body;
  const page = clerk.page;
  await page.goto(`${town.url}/app/soan-van-ban`);
  await page.locator('input[type=file]').first().setInputFiles(scan);
  await page.getByText('Đã nhận').waitFor();
  await page.getByLabel('Trích yếu').fill(ANSWER);
  await page.getByRole('combobox', { name: /Nơi nhận/ }).fill('bao thanh hoa');
  await page.getByRole('listbox').getByRole('option').first().click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Lưu dự thảo' }).click();
  await page.getByRole('heading', { name: ANSWER }).waitFor();
  const id = page.url().split('/').at(-1) ?? '';
  const { approvers } = await read<{ approvers: { postId: string; title: string }[] }>(clerk, 'outgoing-documents/approvers');
  await call(clerk, `outgoing-documents/${id}/submit`, { approverPostId: approvers.find(({ title }) => title === 'Giám đốc')?.postId });
  const keyOf = async (visitor: Visitor, kind: string) => (await read<{ credentials: { id: string; kind: string }[] }>(visitor, 'signatures/credentials')).credentials.find((each) => each.kind === kind)?.id;
  await call(director, `outgoing-documents/${id}/sign`, { credentialId: await keyOf(director, 'person'), pin: DEMO_PIN, placement: { page: 1, x: 380, y: 560, width: 113, height: 43 } });
  await call(clerk, `outgoing-documents/${id}/number`);
  await call(clerk, `outgoing-documents/${id}/seal`, { credentialId: await keyOf(clerk, 'agency'), pin: DEMO_PIN });
  await call(clerk, `outgoing-documents/${id}/issue`);
}

const certificateOf = (publicKey: KeyObject): Certificate =>
  issueCertificate(authority, { kind: 'signer', subject: personSubject({ name: 'Trần Thu Hà', organization: 'Báo Thanh Hóa' }), publicKey, now: new Date() });

/** A public authority that the province trusts has given the journalist a key file; it is connected as the page of the keys does it. */
async function connectKeyFile(province: Visitor, press: Visitor): Promise<void> {
  const { publicKey, privateKey } = await generateKey('rsa-2048');
  const certificate = certificateOf(publicKey);
  const container = await writePkcs12({ privateKey, certificate, password: DEMO_PIN, iterations: 10_000 });
  const anchor = { certificate: authority.certificate.raw.toString('base64'), legalBasis: 'Danh sách tổ chức chứng thực công cộng', validFrom: '2026-01-01', validTo: null };
  const trusted = await province.page.request.post(`${town.url}/api/v1/signatures/trust-anchors`, { data: anchor });
  assert.ok(trusted.ok(), await trusted.text());
  const connected = await press.page.request.post(`${town.url}/api/v1/signatures/credentials/import`, { data: { kind: 'person', pin: DEMO_PIN, container: container.toString('base64') } });
  assert.ok(connected.ok(), await connected.text());
}

import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { signIn, type DemoClient } from '#app/demo/client.ts';
import { demoSealPng, demoSignaturePng } from '#engines/signatures/index.ts';
import { testSmartCa, type PhoneService } from '#engines/signatures/adapters/phone-services/testing.ts';
import { cmsSigner } from '#engines/signatures/domain/cms/sign.ts';
import { agencySubject, createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from '#engines/signatures/domain/pki/authority.ts';
import { signAsProgram } from '#engines/signatures/hand-over/testing.ts';
import { makeCertificate, startProgram, vgcaAnswers, vnptAnswers, type FakeProgram, type FakeToken, type VgcaMood } from '#ui/signing-agents/testing.ts';
import { DEMO_PIN } from '#seeds/credentials.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { sealedLetter } from '../bench/house/letter.ts';
import { look, picture } from './accessibility.ts';
import { openTown, type Town, type Visitor } from './town.ts';

const letter = readFileSync(resolve(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf'));
const base = '/api/v1/outgoing-documents';
const PLUGIN_LICENSE = '<license>localhost</license>';
const ACCOUNT = '0987654321';

const organization = 'CA công cộng của câu chuyện';
const now = new Date(Date.now() - 86_400_000);
const root = await createRootAuthority({ organization, now });
const issuing = await createIssuingAuthority(root, { organization, now });
const selfMade = makeCertificate();

/** The programs on everybody's computer of this story, with whichever token is plugged in and in whatever mood. */
const computer = { token: await tokenFor('Lê Thị Hồng Nhung'), mood: 'signs' as VgcaMood, called: [] as string[] };
const folder = mkdtempSync(join(tmpdir(), 'keys-everywhere-'));
let phone: PhoneService;
let town: Town;
let vgca: FakeProgram | undefined;
let vnpt: FakeProgram | undefined;

before(async () => {
  const pair = await generateKey('rsa-2048');
  const certificate = issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name: 'Nguyễn Văn Bình', organization: 'Sở Nội vụ' }), publicKey: pair.publicKey, now, validDays: 365 }).raw;
  phone = await testSmartCa({ key: generateKeyPairSync('ed25519').privateKey, certificate: Buffer.alloc(0), chain: [] });
  phone.identity = { key: pair.privateKey, certificate, chain: [issuing.certificate.raw] };
  mkdirSync(join(folder, 'anchors'));
  for (const [name, { certificate: each }] of Object.entries({ root, issuing })) writeFileSync(join(folder, 'anchors', `${name}.pem`), new X509Certificate(each.raw).toString());
  const services = [
    { name: 'smartca', kind: 'smartca', baseUrl: phone.url, spId: 'sp', spPassword: 'sp-secret' },
    { name: 'vnpt-plugin', kind: 'vnpt-plugin', license: PLUGIN_LICENSE },
  ];
  writeFileSync(join(folder, 'services.json'), JSON.stringify(services));
  town = await openTown({ signingServicesFile: join(folder, 'services.json'), trustAnchorsDir: join(folder, 'anchors') });
  if (selfMade === undefined) return;
  const host = { tls: selfMade, origin: new URL(town.url).origin };
  const signFile = (file: Buffer): Promise<Buffer> => signAsProgram(file, { signer: cmsSigner({ certificate: Buffer.from(computer.token.certificate, 'base64'), chain: [] }), key: computer.token.key }, { signingTime: new Date() });
  vgca = await startProgram({
    ...host,
    port: 8987,
    answer: (path, text) => {
      computer.called.push(path);
      return vgcaAnswers(computer.token, { mood: computer.mood, signFile })(path, text);
    },
  });
  const plugin = vnptAnswers(await tokenFor('Phạm Minh Tuấn'), { mood: 'signs', license: PLUGIN_LICENSE, domain: 'localhost', signFile: (file) => file });
  vnpt = await startProgram({ ...host, port: 4434, answer: plugin });
}, { timeout: 240_000 });
after(async () => {
  await town.close();
  await phone.close();
  await vgca?.close();
  await vnpt?.close();
  rmSync(folder, { recursive: true });
});

test('an official connects a phone service and signs with a confirmation that comes later', { timeout: 240_000 }, async (t) => {
  const clerk = await town.visit('vanthu.snv');
  const { page } = await town.visit('giamdoc.snv');

  await t.test('from the account to the list of keys, and to where the key is', async () => {
    await page.goto(`${town.url}/app/tai-khoan`);
    await page.getByRole('link', { name: 'Chữ ký của tôi' }).click();
    await page.getByRole('heading', { level: 3, name: 'Nguyễn Văn Bình' }).waitFor();
    await page.getByText('Tệp khóa, mã hóa bằng mã PIN trên hệ thống này').waitFor();
    await look(page, 'chữ ký của tôi');
    await picture(page, 'chu-ky-cua-toi');
    await page.getByRole('button', { name: 'Kết nối chữ ký số' }).click();
    await page.getByRole('radio', { name: 'VNPT SmartCA' }).check();
    await look(page, 'kết nối, nơi giữ khóa');
    await picture(page, 'ket-noi-noi-giu-khoa');
    await page.getByRole('button', { name: 'Tiếp tục' }).click();
  });

  await t.test('an account that the service does not know is refused with what to do; the right one is connected', async () => {
    await page.getByLabel('Tài khoản SmartCA').fill('nobody');
    await page.getByRole('button', { name: 'Tìm chứng thư' }).click();
    await page.getByText('Dùng đúng thiết bị của chứng thư, hoặc chọn chứng thư khác.').waitFor();
    await look(page, 'kết nối, sai tài khoản');
    await page.getByLabel('Tài khoản SmartCA').fill(ACCOUNT);
    await page.getByRole('button', { name: 'Tìm chứng thư' }).click();
    await page.getByRole('radio', { name: 'Nguyễn Văn Bình' }).waitFor();
    await look(page, 'kết nối, chọn chứng thư');
    await picture(page, 'ket-noi-chon-chung-thu');
    await page.getByRole('button', { name: 'Kết nối', exact: true }).click();
    await page.getByText('Đã kết nối chữ ký số').waitFor();
    await addPicture(page, 'Hình chữ ký', demoSignaturePng('Nguyễn Văn Bình'));
    await page.getByRole('link', { name: 'Xem danh sách' }).first().click();
    await page.getByText('Chọn sẵn trên máy này').waitFor();
    await page.getByText('VNPT SmartCA').waitFor();
    await look(page, 'chữ ký của tôi, đã kết nối');
    await picture(page, 'chu-ky-cua-toi-da-ket-noi');
  });

  await t.test('the document waits for the phone, on this page and after a reload, and is signed once confirmed', async () => {
    const id = await submit(clerk.page, { summary: 'V/v xác nhận trên điện thoại' });
    await page.goto(`${town.url}/app/ky-van-ban/${id}`);
    await page.getByText('Đã tìm thấy chỗ ký').waitFor();
    await page.getByText('mở ứng dụng VNPT SmartCA trên điện thoại').waitFor();
    await look(page, 'ký bằng điện thoại');
    phone.phone = 'waits';
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByRole('heading', { name: 'Xác nhận trên điện thoại' }).waitFor();
    assert.match((await page.getByRole('timer').textContent()) ?? '', /^Còn (10:00|9:\d\d)$/);
    await look(page, 'chờ xác nhận trên điện thoại');
    await picture(page, 'cho-dien-thoai');
    await page.reload();
    await page.getByRole('heading', { name: 'Xác nhận trên điện thoại' }).waitFor();
    phone.phone = 'confirms';
    await page.getByText('Đã ký.').waitFor();
    assert.equal(await stateOf(clerk.page, id), 'signed');
  });

  await t.test('refused on the phone it says so, and the form comes back', async () => {
    const id = await submit(clerk.page, { summary: 'V/v từ chối trên điện thoại' });
    await page.goto(`${town.url}/app/ky-van-ban/${id}`);
    await page.getByText('Đã tìm thấy chỗ ký').waitFor();
    phone.phone = 'refuses';
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByText('Yêu cầu ký đã bị từ chối trên thiết bị giữ khóa.').waitFor();
    await look(page, 'bị từ chối trên điện thoại');
    await picture(page, 'bi-tu-choi');
    await page.getByRole('button', { name: 'Ký lại' }).click();
    await page.getByRole('button', { name: 'Ký số' }).waitFor();
    phone.phone = 'waits';
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByRole('button', { name: 'Dừng lần ký này' }).click();
    await page.getByRole('button', { name: 'Ký số' }).waitFor();
    assert.equal(await stateOf(clerk.page, id), 'submitted');
  });
});

test('a clerk whose seal is with a phone service confirms once for a document and its attachment', { timeout: 240_000 }, async () => {
  const { page } = await town.visit('vanthu.snv');
  const director = await town.visit('giamdoc.snv');
  const id = await submit(page, { summary: 'V/v đóng dấu bằng điện thoại', attachment: true });
  const { credentials } = (await (await director.page.request.get(`${town.url}/api/v1/signatures/credentials`)).json()) as { credentials: { id: string; kind: string; place: string }[] }; // safe because the contract says so
  const credentialId = credentials.find(({ kind, place }) => kind === 'person' && place === 'file')?.id;
  await call(director.page, `${base}/${id}/sign`, { credentialId, pin: DEMO_PIN, placement: { page: 1, x: 380, y: 560, width: 113, height: 43 } });
  await call(page, `${base}/${id}/number`, {});
  const pair = await generateKey('rsa-2048');
  const subject = agencySubject({ name: 'Sở Nội vụ tỉnh Thanh Hóa', agencyCode: 'H56.05' });
  phone.identity = { key: pair.privateKey, certificate: issueCertificate(issuing, { kind: 'signer', subject, publicKey: pair.publicKey, now, validDays: 365 }).raw, chain: [issuing.certificate.raw] };
  await page.goto(`${town.url}/app/chu-ky-cua-toi?ket-noi=1`);
  await page.getByRole('radio', { name: 'Đóng dấu cơ quan' }).check();
  await page.getByRole('radio', { name: 'VNPT SmartCA' }).check();
  await page.getByRole('button', { name: 'Tiếp tục' }).click();
  await page.getByLabel('Tài khoản SmartCA').fill(ACCOUNT);
  await page.getByRole('button', { name: 'Tìm chứng thư' }).click();
  await page.getByRole('radio', { name: 'Sở Nội vụ tỉnh Thanh Hóa' }).waitFor();
  await page.getByRole('button', { name: 'Kết nối', exact: true }).click();
  await page.getByText('Đã kết nối chữ ký số').waitFor();
  await addPicture(page, 'Hình con dấu', demoSealPng('Sở Nội vụ', 240));

  phone.phone = 'waits';
  phone.asked.length = 0;
  await page.goto(`${town.url}/app/dong-dau/${id}`);
  await page.getByText('sẽ được ghi vào chỗ trống').waitFor();
  await page.getByText('mở ứng dụng VNPT SmartCA trên điện thoại').waitFor();
  await page.getByRole('button', { name: 'Đóng dấu' }).click();
  await page.getByRole('heading', { name: 'Xác nhận trên điện thoại' }).waitFor();
  const requests = (): number[] => phone.asked.flatMap(({ body }) => (Array.isArray(body['sign_files']) ? [body['sign_files'].length] : []));
  assert.deepEqual(requests(), [2], 'the letter and its attachment');
  await look(page, 'đóng dấu, chờ xác nhận trên điện thoại');
  await picture(page, 'dong-dau-cho-dien-thoai');
  phone.phone = 'confirms';
  await page.getByText('Đã đóng dấu.').waitFor();
  assert.equal(await stateOf(page, id), 'sealed');
  assert.deepEqual([...new Set(requests().slice(1))], [1], 'each further one is the letter’s own next signature, and none is for a file alone that came with the first');
});

test('officials sign with tokens at their own computers, and are helped when the browser does not get there', { timeout: 300_000 }, async (t) => {
  if (vgca === undefined) {
    t.skip('openssl is missing: no program on a signer’s computer was imitated');
    return;
  }
  const trusting = { ignoreHTTPSErrors: true };
  const clerk = await town.visit('vanthu.snv', undefined, trusting);
  const deputy = await town.visit('phogiamdoc.snv', undefined, trusting);

  await t.test('a browser that refuses the socket shows how to trust the program, at the desk and on a phone', async () => {
    const { page, context } = await town.visit('phogiamdoc.snv');
    await findToken(page, 'VGCA Sign Service');
    await page.getByText('Chưa kết nối được VGCA Sign Service trên máy này').waitFor();
    assert.equal(await page.getByRole('link', { name: /127\.0\.0\.1:8987/ }).getAttribute('href'), 'https://127.0.0.1:8987/');
    await page.getByRole('button', { name: 'Thử lại' }).waitFor();
    await look(page, 'trình duyệt chưa tin phần mềm ký số');
    await picture(page, 'huong-dan-phan-mem');
    await context.close();
  });

  await t.test('somebody else’s token is not connected, the own one is', async () => {
    const { page } = deputy;
    const own = computer.token;
    computer.token = await tokenFor('Trần Văn Khác');
    await findToken(page, 'VGCA Sign Service');
    await page.getByRole('button', { name: 'Kết nối', exact: true }).click();
    await page.getByRole('alert').waitFor();
    await look(page, 'token của người khác');
    computer.token = own;
    await connectToken(page, 'VGCA Sign Service', { button: 'Hình chữ ký', png: demoSignaturePng('Lê Thị Hồng Nhung') });
  });

  await t.test('the program signs the hash after it was refused once, and the document is signed', async () => {
    const { page } = deputy;
    const id = await submit(clerk.page, { summary: 'V/v ký bằng token', to: 'Lê Thị Hồng Nhung' });
    computer.mood = 'refuses';
    await page.goto(`${town.url}/app/ky-van-ban/${id}`);
    await page.getByText(/Khung đặt ở chỗ thường dùng/).waitFor();
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByText('VGCA Sign Service không ký').waitFor();
    await page.getByText('Người dùng đã hủy').waitFor();
    await look(page, 'phần mềm không ký');
    await picture(page, 'phan-mem-khong-ky');
    computer.mood = 'silent';
    await page.getByRole('button', { name: 'Thử lại' }).click();
    await page.getByText('Nhập mã PIN của USB token trong cửa sổ VGCA Sign Service').waitFor();
    await look(page, 'phần mềm đang ký');
    await picture(page, 'phan-mem-dang-ky');
    await page.reload();
    computer.mood = 'signs';
    await page.getByRole('button', { name: 'Ký bằng VGCA Sign Service' }).click();
    await page.getByText('Đã ký.').waitFor();
    assert.equal(await stateOf(clerk.page, id), 'signed');
  });

  await t.test('several documents are signed one after the other, which the screen says; one that was stopped holds up nobody', async () => {
    const { page } = deputy;
    const ids = [];
    for (const summary of ['V/v lần lượt một', 'V/v lần lượt hai', 'V/v lần lượt ba']) ids.push(await submit(clerk.page, { summary, to: 'Lê Thị Hồng Nhung' }));
    await page.goto(`${town.url}/app/phong-ky`);
    await page.getByLabel('Chọn tất cả').check();
    await page.getByRole('button', { name: 'Ký 3 văn bản' }).click();
    await page.getByText('nhận mỗi lần một văn bản: 3 văn bản được ký lần lượt').waitFor();
    for (const left of [3, 2, 1]) {
      await page.getByText(`Còn ${String(left)} văn bản có chỗ ký phỏng đoán`).waitFor();
      const confirm = page.getByRole('button', { name: 'Đúng chỗ này' });
      if (!(await confirm.isVisible())) await page.getByRole('button', { name: /Xem chỗ ký/ }).first().click();
      await confirm.click();
    }
    computer.mood = 'refuses';
    await page.getByRole('button', { name: 'Ký 3 văn bản' }).click();
    await page.getByText('VGCA Sign Service không ký').waitFor();
    await page.getByText('Đã ký 0 trên 3 văn bản').waitFor();
    await look(page, 'ký lần lượt bằng token');
    await picture(page, 'ky-lan-luot-bang-token');
    await page.getByRole('button', { name: 'Dừng lần ký này' }).click();
    computer.mood = 'signs';
    await page.getByRole('button', { name: 'Ký bằng VGCA Sign Service' }).click();
    await page.getByText('Xong: 2 văn bản đã ký').waitFor();
    await page.getByText('1 văn bản chưa ký được').waitFor();
    await look(page, 'ký lần lượt bằng token, xong');
    assert.deepEqual((await Promise.all(ids.map((id) => stateOf(clerk.page, id)))).sort(), ['signed', 'signed', 'submitted']);
  });

  await t.test('a program that signs whole files is lent the file, and what it sends back is checked', async () => {
    const { page } = deputy;
    const id = await submit(clerk.page, { summary: 'V/v ký cả tệp', to: 'Lê Thị Hồng Nhung' });
    computer.mood = 'refuses';
    await page.goto(`${town.url}/app/ky-van-ban/${id}`);
    await page.getByText(/Khung đặt ở chỗ thường dùng/).waitFor();
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByText('VGCA Sign Service không ký').waitFor();
    computer.mood = 'signs';
    const own = computer.token;
    computer.token = await tokenFor('Lê Thị Hồng Nhung');
    await page.getByRole('button', { name: 'Ký cả tệp trong cửa sổ VGCA Sign Service' }).click();
    await page.getByText('không phải chứng thư đã chọn').waitFor();
    await look(page, 'tệp gửi về không được nhận');
    computer.token = own;
    computer.mood = 'refuses';
    await page.getByRole('button', { name: 'Ký lại' }).click();
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByText('VGCA Sign Service không ký').waitFor();
    computer.mood = 'signs';
    await page.getByRole('button', { name: 'Ký cả tệp trong cửa sổ VGCA Sign Service' }).click();
    await page.getByText('Đã ký.').waitFor();
    assert.equal(await stateOf(clerk.page, id), 'signed');
  });

  await t.test('the clerk seals a document and its attachment with a token: number, date and seal by themselves', async () => {
    const { page } = clerk;
    const id = await submit(page, { summary: 'V/v đóng dấu bằng token', to: 'Lê Thị Hồng Nhung', attachment: true });
    await deputy.page.goto(`${town.url}/app/ky-van-ban/${id}`);
    await deputy.page.getByText(/Khung đặt ở chỗ thường dùng/).waitFor();
    await deputy.page.getByRole('button', { name: 'Ký số' }).click();
    await deputy.page.getByText('Đã ký.').waitFor();
    computer.token = await tokenFor(undefined);
    await connectToken(page, 'VGCA Sign Service', { button: 'Hình con dấu', png: demoSealPng('Sở Nội vụ', 240), forAgency: true });
    await call(page, `${base}/${id}/number`, {});
    await page.goto(`${town.url}/app/dong-dau/${id}`);
    await page.getByText('sẽ được ghi vào chỗ trống').waitFor();
    await look(page, 'đóng dấu bằng token');
    await page.getByRole('button', { name: 'Đóng dấu' }).click();
    await page.getByText('Đã đóng dấu.').waitFor();
    assert.equal(await stateOf(page, id), 'sealed');
  });

  await t.test('the clerk makes an electronic copy of scanned paper in the program’s own window for copies', async () => {
    const { page } = clerk;
    const { id } = await call<{ id: string }>(page, '/api/v1/incoming-documents/paper', { scanUploadId: await upload(page, 'ban-quet.pdf'), senderName: 'Công ty cổ phần Lam Sơn', issuedOn: '2026-11-02', typeCode: 'cong-van', summary: 'V/v sao y bằng token' });
    await page.goto(`${town.url}/app/sao-van-ban/${id}`);
    await page.getByText('nhập mã PIN của USB token').waitFor();
    computer.mood = 'refuses';
    await page.getByRole('button', { name: 'Ký số bản sao' }).click();
    await page.getByText('VGCA Sign Service không ký').waitFor();
    computer.mood = 'signs';
    computer.called = [];
    await page.getByRole('button', { name: 'Ký cả tệp trong cửa sổ VGCA Sign Service' }).click();
    await page.getByText(/Đã ký bản sao số \d+\/SY-SNV/).waitFor();
    assert.deepEqual(computer.called, ['/SignCopy']);
    await page.getByRole('heading', { name: /^Sao y số/ }).waitFor();
    await look(page, 'bản sao ký bằng token');
  });

  await t.test('the arrival mark on an electronic document is put in the program’s own window for it', async () => {
    const { page } = clerk;
    const open = (login: string): Promise<DemoClient> => signIn(town.url, { login, password: DEMO_PASSWORD });
    const [sender, director] = await Promise.all([open('vanthu.stc'), open('giamdoc.stc')]);
    const { agencies } = await sender.get<{ agencies: { id: string }[] }>('/api/v1/accounts/agencies?text=so%20noi%20vu');
    const { documentId } = await sealedLetter({ clerk: sender, leader: director }, [agencies[0]?.id ?? '']);
    await sender.post(`${base}/${documentId}/issue`);
    await page.goto(`${town.url}/app/van-ban-den?trang_thai=arrived`);
    await page.getByRole('link', { name: /rà soát hồ sơ/ }).first().click();
    await page.getByRole('button', { name: 'Tiếp nhận' }).click();
    await page.getByRole('tab', { name: 'Dấu đến' }).click();
    await page.getByRole('link', { name: 'Đóng dấu đến' }).click();
    await page.getByText('nhập mã PIN của USB token').waitFor();
    computer.mood = 'refuses';
    await page.getByRole('button', { name: 'Đóng dấu đến' }).click();
    await page.getByText('VGCA Sign Service không ký').waitFor();
    computer.mood = 'signs';
    computer.called = [];
    await page.getByRole('button', { name: 'Ký cả tệp trong cửa sổ VGCA Sign Service' }).click();
    await page.getByText(/Đã đóng dấu đến số \d+/).waitFor();
    assert.deepEqual(computer.called, ['/SignIncome']);
  });

  await t.test('the plugin of VNPT-CA is offered with the installation’s licence, and its certificate connected', async () => {
    const { page } = await town.visit('chanhvanphong.snv', undefined, trusting);
    await connectToken(page, 'VNPT-CA Plugin', { button: 'Hình chữ ký', png: demoSignaturePng('Phạm Minh Tuấn') });
  });
});

/** A token of somebody, or of the agency, as the programs see it. */
async function tokenFor(name: string | undefined): Promise<FakeToken> {
  const { publicKey, privateKey: key } = await generateKey('rsa-2048');
  const subject = name === undefined ? agencySubject({ name: 'Sở Nội vụ tỉnh Thanh Hóa', agencyCode: 'H56.05' }) : personSubject({ name, organization: 'Sở Nội vụ' });
  const { raw, serialHex: serial } = issueCertificate(issuing, { kind: 'signer', subject, publicKey, now, validDays: 365 });
  return { key, publicKey, certificate: raw.toString('base64'), serial };
}

async function findToken(page: Page, program: string, { forAgency = false } = {}): Promise<void> {
  await page.goto(`${town.url}/app/chu-ky-cua-toi?ket-noi=1`);
  if (forAgency) await page.getByRole('radio', { name: 'Đóng dấu cơ quan' }).check();
  await page.getByRole('radio', { name: program }).check();
  await page.getByRole('button', { name: 'Tiếp tục' }).click();
  await page.getByRole('heading', { name: program }).waitFor();
  await page.getByRole('button', { name: 'Tìm chứng thư' }).click();
}

async function connectToken(page: Page, program: string, { button, png, forAgency = false }: { button: string; png: Buffer; forAgency?: boolean }): Promise<void> {
  await findToken(page, program, { forAgency });
  await page.getByRole('button', { name: 'Kết nối', exact: true }).click();
  await page.getByText('Đã kết nối chữ ký số').waitFor();
  await addPicture(page, button, png);
}

async function addPicture(page: Page, button: string, png: Buffer): Promise<void> {
  await page.getByRole('button', { name: button }).click();
  const dialog = page.getByRole('dialog');
  await dialog.locator('input[type=file]').setInputFiles({ name: 'hinh.png', mimeType: 'image/png', buffer: png });
  await dialog.getByRole('img').waitFor();
  await look(page, 'hình chữ ký');
  await picture(page, 'hinh-chu-ky');
  await dialog.getByRole('button', { name: 'Lưu' }).click();
  await page.getByText('Đã lưu hình chữ ký.').waitFor();
}

/** As the clerk's screen would: uploads, drafts and submits, to the director unless told. */
async function submit(page: Page, { summary, to = 'Nguyễn Văn Bình', attachment = false }: { summary: string; to?: string; attachment?: boolean }): Promise<string> {
  const attachmentUploadIds = attachment ? [await upload(page, 'phu-luc.pdf')] : [];
  const { id } = await call<{ id: string }>(page, base, { mainUploadId: await upload(page, 'cong-van.pdf'), attachmentUploadIds, typeCode: 'cong-van', summary });
  const { approvers } = (await (await page.request.get(`${town.url}${base}/approvers`)).json()) as { approvers: { postId: string; name: string }[] }; // safe because the contract says so
  await call(page, `${base}/${id}/submit`, { approverPostId: approvers.find(({ name }) => name === to)?.postId });
  return id;
}

async function stateOf(page: Visitor['page'], id: string): Promise<string> {
  return ((await (await page.request.get(`${town.url}${base}/${id}`)).json()) as { state: string }).state; // safe because the contract says so
}

async function call<Reply>(page: Page, url: string, data: object): Promise<Reply> {
  const reply = await page.request.post(`${town.url}${url}`, { data, headers: { 'x-csrf': '1' } });
  assert.equal(reply.status(), 200, await reply.text());
  return (await reply.json()) as Reply; // safe because the server's own tests hold its replies to their contracts
}

async function upload(page: Page, name: string): Promise<string> {
  const headers = { 'x-csrf': '1', 'tus-resumable': '1.0.0', 'upload-length': String(letter.length), 'upload-metadata': `filename ${Buffer.from(name).toString('base64')}`, 'content-type': 'application/offset+octet-stream' };
  const reply = await page.request.post(`${town.url}/api/v1/uploads`, { data: letter, headers });
  assert.equal(reply.status(), 201, await reply.text());
  return reply.headers()['location']?.split('/').at(-1) ?? '';
}

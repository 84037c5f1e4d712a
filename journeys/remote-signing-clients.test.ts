import assert from 'node:assert/strict';
import { createHash, randomBytes, verify, X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { DEMO_PIN } from '#seeds/credentials.ts';
import { look, picture } from './accessibility.ts';
import { signInWithCode } from './sign-in-with-code.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
/** The application that the first story registers and the second one signs with. */
const application = { id: '', secret: '' };
before(async () => {
  town = await openTown();
});
after(() => town.close());

test('the province’s administrator registers an application, is shown its secret once, renews it, suspends and resumes it', async () => {
  const { page } = await town.passerBy({ width: 1440, height: 900 });
  await signInWithCode(page, town.url, 'quantri.tinh');
  await page.goto(`${town.url}/app/phan-mem-ky-tu-xa`);
  await page.getByRole('heading', { name: 'Phần mềm ký số từ xa' }).waitFor();
  await page.getByText('Chưa có phần mềm nào').waitFor();
  await look(page, 'no applications');
  await page.getByRole('button', { name: 'Đăng ký phần mềm' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Tên phần mềm/).fill('Cổng dịch vụ công tỉnh');
  await dialog.getByLabel(/^Địa chỉ quay về/).fill('http://khong-an-toan.example/');
  await dialog.getByRole('button', { name: 'Đăng ký phần mềm' }).click();
  await dialog.getByText('phải bắt đầu bằng https://').waitFor();
  await look(page, 'registering an application');
  await picture(page, 'clients-register');
  await dialog.getByLabel(/^Địa chỉ quay về/).fill('https://dichvucong.thanhhoa.gov.vn/ky-so/quay-ve');
  await dialog.getByRole('button', { name: 'Đăng ký phần mềm' }).click();
  await page.getByRole('dialog', { name: 'Khóa bí mật của Cổng dịch vụ công tỉnh' }).waitFor();
  const secret = await dialog.locator('code').nth(1).textContent();
  assert.ok((secret ?? '').length >= 40);
  await look(page, 'the secret');
  await picture(page, 'clients-secret');
  await dialog.getByRole('button', { name: 'Tôi đã chép' }).click();
  await page.getByText('Đang dùng').waitFor();
  assert.equal(await page.getByText(secret ?? '').count(), 0, 'the secret is gone');
  await look(page, 'the applications');
  await picture(page, 'clients-list');
  await page.getByRole('button', { name: 'Đổi khóa bí mật' }).click();
  await dialog.getByRole('button', { name: 'Đổi khóa bí mật' }).click();
  await page.getByRole('dialog', { name: /^Khóa bí mật của/ }).waitFor();
  application.id = (await dialog.locator('code').nth(0).textContent()) ?? '';
  application.secret = (await dialog.locator('code').nth(1).textContent()) ?? '';
  assert.notEqual(application.secret, secret);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Tạm ngừng' }).click();
  await dialog.getByRole('button', { name: 'Tạm ngừng' }).click();
  await page.getByText(/^Tạm ngừng từ/).waitFor();
  await page.getByRole('button', { name: 'Cho dùng lại' }).click();
  await page.getByText('Đang dùng').waitFor();
});

test('who is not the province’s administrator has no such place', async () => {
  const { page } = await town.visit('giamdoc.snv');
  assert.equal(await page.getByRole('link', { name: 'Phần mềm ký từ xa' }).count(), 0);
});

/** A call of the application, as any other program makes it. */
async function csc(path: string, body: object, token: string): Promise<Record<string, unknown>> {
  const reply = await fetch(`${town.url}/csc/v2/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify(body) });
  assert.ok(reply.ok, `${path}: ${await reply.clone().text()}`);
  // safe because the service answers with objects only
  return (await reply.json()) as Record<string, unknown>;
}

async function tokenOfApplication(): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: application.id, client_secret: application.secret });
  const reply = await fetch(`${town.url}/csc/v2/oauth2/token`, { method: 'POST', body });
  // safe because the service answers with objects only
  return String(((await reply.json()) as { access_token: unknown }).access_token);
}

type Phone = { page: Page; /** How often a finger was put on it for an answer. */ touches: () => number; /** What the page sent, to see what it did not. */ sent: string[] };

/** A phone with a fingerprint reader, which gives out a PRF or not. Browsers make passkeys for names and not for addresses in numbers. */
async function phoneOf(login: string, { hasPrf }: { hasPrf: boolean }): Promise<Phone> {
  const { page, context } = await town.passerBy({ width: 360, height: 740 });
  const devices = await context.newCDPSession(page);
  await devices.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, hasPrf } as const;
  await devices.send('WebAuthn.addVirtualAuthenticator', { options });
  let touches = 0;
  await page.exposeFunction('countTouch', () => {
    touches += 1;
  });
  // What the page asks of the device: the device itself also looks, unseen, which of several passkeys it has.
  await page.addInitScript(`{ const ask = navigator.credentials.get.bind(navigator.credentials); navigator.credentials.get = (options) => (countTouch(), ask(options)); }`);
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.postData() ?? ''));
  await page.goto(`${town.url.replace('127.0.0.1', 'localhost')}/app/viec-cua-toi`);
  await page.getByLabel('Tên đăng nhập').fill(login);
  await page.getByLabel(/^Mật khẩu/).fill(DEMO_PASSWORD);
  await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
  await page.getByRole('heading', { name: 'Việc của tôi' }).waitFor();
  return { page, touches: () => touches, sent };
}

const placeOf = (page: Page): string => `${new URL(page.url()).origin}/app/xac-nhan-ky`;
const PIN_FIELD = 'Mã PIN của chứng thư số';

/** Opens the director's certificate on this phone, which remembers the PIN if it can. */
async function openOn(page: Page, button: string, device: string): Promise<void> {
  await page.goto(placeOf(page));
  await page.getByRole('button', { name: button }).click();
  await page.getByLabel('Tên thiết bị').fill(device);
  await page.getByLabel('Mật khẩu đăng nhập').fill(DEMO_PASSWORD);
  await page.getByLabel(PIN_FIELD).fill(DEMO_PIN);
  assert.ok(await page.getByRole('checkbox', { name: 'Nhớ mã PIN trên thiết bị này' }).isChecked());
  await look(page, 'opening a certificate on a phone');
  await picture(page, 'remote-signing-enrolment');
  await page.getByRole('button', { name: button === 'Thêm thiết bị này' ? 'Bật trên thiết bị này' : button }).click();
  await page.getByRole('listitem').filter({ hasText: device }).first().waitFor();
}

type ListedCredential = { credentialID: string; key: { algo: string[] }; cert: { certificates: string[] } };

async function credentialOfDirector(token: string): Promise<ListedCredential> {
  const listed = await csc('credentials/list', { userID: 'giamdoc.snv', credentialInfo: true }, token);
  // safe because the specification says so, and the assertion below fails otherwise
  const [credential] = listed['credentialInfos'] as ListedCredential[];
  assert.ok(credential !== undefined);
  return credential;
}

/** One document that the application asks the director to sign. @returns the handle with which it asks whether it is */
async function askOne(description: string): Promise<unknown> {
  const token = await tokenOfApplication();
  const { credentialID } = await credentialOfDirector(token);
  const hashes = [randomBytes(32).toString('base64')];
  return (await csc('credentials/authorize', { credentialID, hashes, hashAlgorithmOID: '2.16.840.1.101.3.4.2.1', numSignatures: 1, description }, token))['handle'];
}

const isSigned = async (handle: unknown): Promise<boolean> => (await csc('credentials/authorizeCheck', { handle }, await tokenOfApplication()))['SAD'] !== undefined;

/** The director's phone that remembers the PIN, on which the stories go on. */
let rememberingPhone: Phone | undefined;

test('the director opens a certificate on the phone, is told what an application asks, sees three documents and signs them with one touch and no PIN', { timeout: 180_000 }, async () => {
  const phone = await phoneOf('giamdoc.snv', { hasPrf: true });
  rememberingPhone = phone;
  const { page } = phone;
  const place = placeOf(page);
  await page.goto(place);
  await page.getByText('Không có yêu cầu nào chờ bạn').waitFor();
  await openOn(page, 'Bật trên thiết bị này', 'Điện thoại của tôi');
  await page.getByText('Nhớ mã PIN, ký bằng một lần chạm').waitFor();
  await look(page, 'a phone that remembers the PIN');
  await picture(page, 'remote-signing-remembers');
  const atEnrolment = phone.touches();
  phone.sent.length = 0;

  const token = await tokenOfApplication();
  const credential = await credentialOfDirector(token);
  const files = Array.from({ length: 3 }, () => randomBytes(40));
  const hashes = files.map((file) => createHash('sha256').update(file).digest('base64'));
  const documentNames = ['Quyết định bổ nhiệm', 'Tờ trình ngân sách', 'Giấy mời họp'];
  const about = { credentialID: credential.credentialID, hashes, hashAlgorithmOID: '2.16.840.1.101.3.4.2.1' };
  const { handle } = await csc('credentials/authorize', { ...about, numSignatures: 3, description: 'Ba văn bản của phòng họp', documentNames }, token);
  const askAnother = (description: string) => csc('credentials/authorize', { ...about, numSignatures: 1, hashes: [randomBytes(32).toString('base64')], description }, token);
  await askAnother('Gửi nhầm');

  await page.goto(place.replace('xac-nhan-ky', 'viec-cua-toi'));
  await page.getByRole('link', { name: /Ba văn bản của phòng họp/ }).first().click();
  await page.getByRole('heading', { name: 'Xác nhận ký từ xa' }).waitFor();
  for (const name of documentNames) await page.getByText(name).waitFor();
  await look(page, 'three documents on a phone');
  await picture(page, 'remote-signing-phone');
  // What comes while the list is being read is shown, and not signed with the rest until it is chosen.
  await askAnother('Đến sau');
  await page.getByRole('listitem').filter({ hasText: 'Gửi nhầm' }).getByRole('button', { name: 'Từ chối' }).click();
  const late = page.getByRole('listitem').filter({ hasText: 'Đến sau' });
  await late.waitFor();
  assert.equal(await late.getByRole('checkbox').isChecked(), false);
  assert.equal(await page.getByLabel(PIN_FIELD).count(), 0, 'no PIN is asked for');
  await page.getByRole('button', { name: 'Xác nhận 3 văn bản' }).click();
  await page.getByText('Đã ký 3 văn bản').first().waitFor();
  assert.equal(phone.touches() - atEnrolment, 1, 'one touch');
  assert.ok(phone.sent.some((body) => body.includes('"isRemembered":true')) && !phone.sent.some((body) => body.includes('"prf"')), 'what the device gives out stays in the browser');
  await late.getByRole('button', { name: 'Từ chối' }).click();
  await page.getByText('Không có yêu cầu nào chờ bạn').waitFor();
  await look(page, 'three documents on a phone, signed');

  const { SAD } = await csc('credentials/authorizeCheck', { handle }, token);
  // safe because the specification says so, and the assertion below fails otherwise
  const signatures = (await csc('signatures/signHash', { ...about, SAD, signAlgo: credential.key.algo[0] }, token))['signatures'] as string[];
  const { publicKey } = new X509Certificate(Buffer.from(credential.cert.certificates[0] ?? '', 'base64'));
  for (const [index, file] of files.entries()) assert.ok(verify('sha256', file, publicKey, Buffer.from(signatures[index] ?? '', 'base64')), documentNames[index]);
});

test('a phone that cannot remember takes the PIN after the touch: one touch still, and the PIN is typed each time', { timeout: 180_000 }, async () => {
  const phone = await phoneOf('giamdoc.snv', { hasPrf: false });
  const { page } = phone;
  await openOn(page, 'Thêm thiết bị này', 'Máy tính bảng cũ');
  await page.getByText('Thiết bị này chưa nhớ được mã PIN; lần sau bạn vẫn nhập mã PIN.').waitFor();
  await page.getByText('Hỏi mã PIN mỗi lần ký').waitFor();
  const handle = await askOne('Giấy mời họp giao ban');
  await page.goto(placeOf(page));
  // Another device of the owner remembers the PIN: whether this one does shows with the touch.
  await page.getByRole('button', { name: 'Xác nhận 1 văn bản' }).click();
  await page.getByText('Nhập mã PIN để ký; không phải chạm lại.').waitFor();
  assert.ok(!(await isSigned(handle)), 'nothing was sent');
  assert.equal(await page.getByRole('checkbox', { name: 'Nhớ mã PIN trên thiết bị này' }).count(), 0, 'it cannot');
  await look(page, 'the PIN is still wanted');
  await picture(page, 'remote-signing-pin-wanted');
  await page.getByLabel(PIN_FIELD).fill(DEMO_PIN);
  await page.keyboard.press('Enter');
  await page.getByText('Đã ký 1 văn bản').first().waitFor();
  assert.equal(phone.touches(), 1);
  assert.ok(await isSigned(handle));
});

test('the owner has the phone forget the PIN, types it, and lets the phone remember it again', { timeout: 180_000 }, async () => {
  const phone = rememberingPhone ?? assert.fail('the story before opened no phone');
  const { page } = phone;
  await page.goto(placeOf(page));
  await page.getByRole('button', { name: 'Thôi nhớ mã PIN trên Điện thoại của tôi' }).click();
  await page.getByText('Thiết bị không còn nhớ mã PIN').first().waitFor();
  await page.getByText('Nhớ mã PIN, ký bằng một lần chạm').waitFor({ state: 'detached' });
  const handle = await askOne('Quyết định nâng lương');
  await page.goto(placeOf(page));
  const remember = page.getByRole('checkbox', { name: 'Nhớ mã PIN trên thiết bị này' });
  await remember.waitFor();
  assert.ok(!(await remember.isChecked()), 'what was turned off stays off until it is turned on again');
  await look(page, 'the PIN is typed');
  await picture(page, 'remote-signing-typed');
  await remember.check();
  await page.getByLabel(PIN_FIELD).fill(DEMO_PIN);
  await page.getByRole('button', { name: 'Xác nhận 1 văn bản' }).click();
  await page.getByText('Lần sau trên thiết bị này chỉ cần một lần chạm.').first().waitFor();
  await page.getByText('Nhớ mã PIN, ký bằng một lần chạm').waitFor();
  assert.ok(await isSigned(handle));
  assert.ok(!phone.sent.some((body) => body.includes('"prf"')));
});

test('a remembered PIN that is no longer right is tried once: the screen says so and asks for the present one', { timeout: 180_000 }, async () => {
  const { page } = rememberingPhone ?? assert.fail('the story before opened no phone');
  const handle = await askOne('Tờ trình kinh phí');
  await page.goto(placeOf(page));
  await page.getByText('Chỉ cần một lần chạm: thiết bị sẽ hỏi').waitFor();
  await look(page, 'one touch is enough');
  await picture(page, 'remote-signing-one-touch');
  // As after a change of the PIN that this installation did not see: on a token it is made with the program of its maker.
  await page.route(/\/approvals\/[0-9a-f-]+$/, (route) => route.continue({ postData: (route.request().postData() ?? '').replace(DEMO_PIN, '000000') }), { times: 1 });
  await page.getByRole('button', { name: 'Xác nhận 1 văn bản' }).click();
  await page.getByText('Mã PIN mà thiết bị này nhớ không còn đúng nên đã được xóa.').waitFor();
  await look(page, 'the remembered PIN is wrong');
  await picture(page, 'remote-signing-wrong-memory');
  assert.ok(!(await isSigned(handle)));
  assert.ok(await page.getByRole('checkbox', { name: 'Nhớ mã PIN trên thiết bị này' }).isChecked());
  await page.getByLabel(PIN_FIELD).fill(DEMO_PIN);
  await page.getByRole('button', { name: 'Xác nhận 1 văn bản' }).click();
  await page.getByText('Đã ký 1 văn bản').first().waitFor();
  assert.ok(await isSigned(handle));
});

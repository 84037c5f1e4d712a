import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { DEMO_PIN } from '#seeds/credentials.ts';
import { look, picture } from './accessibility.ts';
import { submitLetter } from './submit-letter.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

/** A phone whose fingerprint reader gives out a PRF, signed in. Browsers make passkeys for names and not for addresses in numbers. */
async function phoneOf(login: string): Promise<{ page: Page; home: string; touches: () => number }> {
  const { page, context } = await town.passerBy({ width: 360, height: 740 });
  const devices = await context.newCDPSession(page);
  await devices.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true, hasPrf: true } as const;
  await devices.send('WebAuthn.addVirtualAuthenticator', { options });
  let touches = 0;
  devices.on('WebAuthn.credentialAsserted', () => (touches += 1));
  const home = `${town.url.replace('127.0.0.1', 'localhost')}/app`;
  await signIn(page, home, login);
  return { page, home, touches: () => touches };
}

/** A finger that is slow: what the reader is asked, before its touch, waits for that. */
async function slowReader(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    const get = navigator.credentials.get.bind(navigator.credentials);
    const touched = new Promise((resolve) => addEventListener('touch-now', resolve, { once: true }));
    navigator.credentials.get = async (options) => {
      await touched;
      return get(options);
    };
  });
  return () => page.evaluate(() => void dispatchEvent(new Event('touch-now')));
}

/** A computer that has no reader of its own: its user closes the browser's dialog. */
async function withoutReader(page: Page): Promise<void> {
  const devices = await page.context().newCDPSession(page);
  await devices.send('WebAuthn.enable');
  await devices.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'usb', hasUserVerification: false, automaticPresenceSimulation: true } });
}

async function signIn(page: Page, home: string, login: string): Promise<void> {
  await page.goto(`${home}/viec-cua-toi`);
  await page.getByLabel('Tên đăng nhập').fill(login);
  await page.getByLabel(/^Mật khẩu/).fill(DEMO_PASSWORD);
  await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
  await page.getByRole('heading', { name: 'Việc của tôi' }).waitFor();
}

test('a director signs three documents on a phone with one touch, and a fourth from the desk with the phone', { timeout: 300_000 }, async (t) => {
  const clerk = await town.visit('vanthu.snv');
  const { page, home, touches } = await phoneOf('giamdoc.snv');
  for (const summary of ['V/v một', 'V/v hai', 'V/v ba']) await submitLetter(town, clerk.page, { summary });

  await t.test('the certificate is opened on the phone, which remembers the PIN', async () => {
    await page.goto(`${home}/xac-nhan-ky`);
    await page.getByRole('button', { name: 'Bật trên thiết bị này' }).click();
    await page.getByLabel('Mật khẩu đăng nhập').fill(DEMO_PASSWORD);
    await page.getByLabel('Mã PIN của chứng thư số').fill(DEMO_PIN);
    await page.getByRole('button', { name: 'Bật trên thiết bị này' }).click();
    await page.getByText('Nhớ mã PIN, ký bằng một lần chạm').waitFor();
  });

  await t.test('three documents are looked over and signed with one touch, without a PIN', async () => {
    await page.goto(`${home}/phong-ky`);
    await page.getByLabel('Chọn tất cả').check();
    await page.getByRole('button', { name: 'Ký 3 văn bản' }).click();
    await page.getByText('Bấm ký rồi chạm vân tay').waitFor();
    assert.equal(await page.getByLabel('Mã PIN').count(), 0, 'no PIN is asked for');
    await look(page, 'three documents on a phone, by passkey');
    await picture(page, 'sign-on-phone');
    const before = touches();
    const touch = await slowReader(page);
    await page.getByRole('button', { name: 'Ký 3 văn bản' }).click();
    await page.getByText('Chờ xác nhận trên thiết bị').nth(2).waitFor();
    assert.equal(await page.getByText('Đang hoàn tất chữ ký').count(), 0, 'nothing is completed before the owner’s touch');
    await page.getByText('Đã ký 0 trên 3 văn bản').first().waitFor();
    await look(page, 'three documents on a phone, before the touch');
    await picture(page, 'sign-on-phone-touch');
    await touch();
    await page.getByText('Xong: 3 văn bản đã ký').waitFor();
    assert.equal(touches() - before, 1, 'one touch');
    await look(page, 'three documents on a phone, signed by passkey');
    await picture(page, 'sign-on-phone-done');
    await page.getByRole('button', { name: 'Về phòng ký' }).click();
    await page.getByText('Bạn đã xử lý hết').or(page.getByText('Không còn văn bản nào chờ bạn ký')).first().waitFor();
  });

  await t.test('at the desk, where there is no passkey, the document waits; the phone shows it by its name and page, and signs it', async () => {
    await submitLetter(town, clerk.page, { summary: 'V/v bốn' });
    const desk = (await town.passerBy({ width: 1440, height: 900 })).page;
    await withoutReader(desk);
    await signIn(desk, home, 'giamdoc.snv');
    await desk.goto(`${home}/phong-ky`);
    await desk.getByRole('link', { name: /V\/v bốn/ }).click();
    await desk.locator('canvas').first().waitFor();
    await desk.getByText('Đã tìm thấy chỗ ký').waitFor();
    // By keyboard: without a PIN to type, the key that goes to it goes to the button.
    await desk.keyboard.press('s');
    await desk.keyboard.press('Enter');
    await desk.getByText('Chờ khóa truy cập của bạn').waitFor();
    await look(desk, 'waiting for the passkey at the desk');
    await picture(desk, 'sign-by-phone-waiting');
    await page.goto(`${home}/viec-cua-toi`);
    await page.getByRole('main').locator('a[href$="/app/xac-nhan-ky"]').first().click();
    // The list that is left also names the document.
    await page.getByRole('heading', { level: 1, name: 'Xác nhận ký từ xa' }).waitFor();
    const asked = page.getByRole('link', { name: /V\/v bốn/ });
    await asked.waitFor();
    assert.match((await asked.getAttribute('href')) ?? '', /\/app\/van-ban-di\/[0-9a-f-]+$/);
    await look(page, 'a document of the house on the phone');
    await picture(page, 'sign-by-phone');
    await page.getByRole('button', { name: 'Xác nhận 1 văn bản' }).click();
    await page.getByText('Đã ký 1 văn bản').first().waitFor();
    await desk.getByText('Đã ký.').waitFor();
  });

  await t.test('chosen again at the desk with the PIN, a document that waits for the phone says so and leads to its request', async () => {
    for (const summary of ['V/v năm', 'V/v sáu']) await submitLetter(town, clerk.page, { summary });
    const desk = (await town.passerBy({ width: 1440, height: 900 })).page;
    await withoutReader(desk);
    await signIn(desk, home, 'giamdoc.snv');
    await desk.goto(`${home}/phong-ky`);
    await desk.getByLabel('Chọn tất cả').check();
    await desk.getByRole('button', { name: 'Ký 2 văn bản' }).click();
    await desk.getByRole('button', { name: 'Nhập mã PIN' }).waitFor();
    // Another window of the same person asked the phone for both meanwhile.
    const second = await desk.context().newPage();
    await withoutReader(second);
    await second.goto(`${home}/phong-ky`);
    await second.getByLabel('Chọn tất cả').check();
    await second.getByRole('button', { name: 'Ký 2 văn bản' }).click();
    await second.getByText('Bấm ký rồi chạm vân tay').waitFor();
    await second.getByRole('button', { name: 'Ký 2 văn bản' }).click();
    await second.getByText('Chờ xác nhận trên thiết bị').nth(1).waitFor();
    await desk.getByRole('button', { name: 'Nhập mã PIN' }).click();
    await desk.getByLabel('Mã PIN').fill(DEMO_PIN);
    await desk.getByRole('button', { name: 'Ký 2 văn bản' }).click();
    await desk.getByText('Văn bản này đang chờ bạn xác nhận bằng khóa truy cập').first().waitFor();
    await look(desk, 'documents that wait for the phone already');
    await picture(desk, 'sign-again-while-waiting');
    await desk.getByRole('link', { name: 'Mở yêu cầu đang chờ' }).first().click();
    await desk.locator('.lt-remote-request[aria-current]').waitFor();
    await desk.getByRole('button', { name: /^Xác nhận 2 văn bản/ }).waitFor();
    await look(desk, 'the request that a document waits in');
    await picture(desk, 'sign-again-request');
    await page.goto(`${home}/xac-nhan-ky`);
    await page.getByRole('button', { name: 'Xác nhận 2 văn bản' }).click();
    await page.getByText('Đã ký 2 văn bản').first().waitFor();
  });

  await t.test('each document has one valid signature of the director', async () => {
    await clerk.page.goto(`${town.url}/app/van-ban-di`);
    for (const summary of ['V/v một', 'V/v bốn']) {
      await clerk.page.goto(`${town.url}/app/van-ban-di`);
      await clerk.page.getByRole('link', { name: new RegExp(summary) }).first().click();
      await clerk.page.getByRole('tab', { name: 'Nhật ký' }).click();
      await clerk.page.getByText('Nguyễn Văn Bình, Giám đốc: Ký số').waitFor();
    }
  });
});

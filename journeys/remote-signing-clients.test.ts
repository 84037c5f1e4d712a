import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { look, picture } from './accessibility.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
before(async () => {
  town = await openTown();
});
after(() => town.close());

/** An administrator's first sign-in sets up codes on the phone. */
async function signInWithCode(page: Page, login: string): Promise<void> {
  await page.goto(`${town.url}/app/viec-cua-toi`);
  await page.getByLabel('Tên đăng nhập').fill(login);
  await page.getByLabel(/^Mật khẩu/).fill(DEMO_PASSWORD);
  await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
  const key = (await page.locator('.lt-accounts-code__key').textContent()) ?? '';
  await page.getByLabel(/^Mã xác thực/).fill(codeOf(key.replace(/\s/g, '')));
  await page.keyboard.press('Enter');
  await page.locator('.lt-rail').waitFor();
}

/** RFC 6238 with the usual choices: SHA-1, thirty seconds, six digits. */
function codeOf(secret: string): string {
  const bits = Array.from(secret, (letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

test('the province’s administrator registers an application, is shown its secret once, renews it, suspends and resumes it', async () => {
  const { page } = await town.passerBy({ width: 1440, height: 900 });
  await signInWithCode(page, 'quantri.tinh');
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
  assert.notEqual(await dialog.locator('code').nth(1).textContent(), secret);
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

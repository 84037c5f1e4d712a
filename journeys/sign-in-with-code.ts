import { createHmac } from 'node:crypto';
import type { Page } from 'playwright-core';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';

/** An administrator's first sign-in sets up codes on the phone. */
export async function signInWithCode(page: Page, address: string, login: string): Promise<void> {
  await page.goto(`${address}/app/viec-cua-toi`);
  await page.getByLabel('Tên đăng nhập').fill(login);
  await page.getByLabel(/^Mật khẩu/).fill(DEMO_PASSWORD);
  await page.getByRole('button', { name: 'Đăng nhập', exact: true }).click();
  const key = (await page.locator('.lt-accounts-code__key').textContent()) ?? '';
  await page.getByLabel(/^Mã xác thực/).fill(codeOf(key.replace(/\s/g, '')));
  await page.keyboard.press('Enter');
  await page.locator('.lt-rail').waitFor();
}

/** RFC 6238 with the usual choices: SHA-1, thirty seconds, six digits. */
export function codeOf(secret: string): string {
  const bits = (secret.match(/./g) ?? []).map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(at) & 0x7fff_ffff) % 1_000_000).padStart(6, '0');
}

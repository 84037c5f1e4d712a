import { after, before, test } from 'node:test';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { look, picture } from './accessibility.ts';
import { codeOf } from './sign-in-with-code.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

test('codes on the phone are set up and removed with the own password, not by a session alone', { timeout: 240_000 }, async (t) => {
  const { page } = await town.visit('vanthu.snv');
  const codes = page.locator('section', { has: page.getByRole('heading', { name: 'Mã xác thực trên điện thoại' }) });

  await t.test('they are set up', async () => {
    await page.goto(`${town.url}/app/tai-khoan`);
    await codes.getByLabel(/^Mật khẩu để xác nhận/).fill('sai');
    await page.keyboard.press('Enter');
    await codes.getByText('Mật khẩu hiện tại không đúng.').first().waitFor();
    await look(page, 'cài mã xác thực, mật khẩu sai');
    await picture(page, 'cai-ma-xac-thuc');
    await codes.getByLabel(/^Mật khẩu để xác nhận/).fill(DEMO_PASSWORD);
    await page.keyboard.press('Enter');
    const key = (await page.locator('.lt-accounts-code__key').textContent()) ?? '';
    await codes.getByLabel(/^Mã xác thực/).fill(codeOf(key.replace(/\s/g, '')));
    await page.keyboard.press('Enter');
    await page.getByText('Đã bật mã xác thực.').waitFor();
  });

  await t.test('they are removed, with the keyboard alone', async () => {
    await codes.getByRole('button', { name: 'Gỡ', exact: true }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Gỡ mã xác thực' });
    await dialog.getByLabel(/^Mật khẩu để xác nhận/).fill('sai');
    await page.keyboard.press('Enter');
    await dialog.getByText('Mật khẩu hiện tại không đúng.').first().waitFor();
    await look(page, 'gỡ mã xác thực, mật khẩu sai');
    await picture(page, 'go-ma-xac-thuc');
    await dialog.getByLabel(/^Mật khẩu để xác nhận/).fill(DEMO_PASSWORD);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await codes.getByRole('button', { name: 'Cài mã xác thực' }).waitFor();
  });
});

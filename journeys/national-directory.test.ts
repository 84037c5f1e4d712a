import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { generate } from 'otplib';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { look, picture } from './accessibility.ts';
import { openTown, type Town, type Visitor } from './town.ts';

// A made-up piece of the national list: a code of ours with another name, one ended there, one without its superior.
const list = [
  { id: 'q1', pid: null, code: 'G09', name: 'Bộ Nội vụ (theo danh bạ quốc gia)', deleted: false },
  { id: 'q2', pid: 'q1', code: 'G09.88', name: 'Cục Văn thư và Lưu trữ nhà nước', deleted: false },
  { id: 'q3', pid: 'khong-co', code: 'G09.89', name: 'Trung tâm Lưu trữ quốc gia I', deleted: false },
  { id: 'q4', pid: null, code: '00.22.W00', name: 'Cơ quan có mã lạ', deleted: false },
];

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

test('the national list is read, its differences are decided, and its agencies are recipients', { timeout: 300_000 }, async (t) => {
  const province = await provinceAdministrator();

  await t.test('the administrator reads a file and sees the report of differences', async () => {
    const { page } = province;
    await page.goto(`${town.url}/app/danh-ba`);
    await page.getByRole('tab', { name: 'Danh bạ quốc gia' }).click();
    await page.getByText('Chưa nạp danh bạ quốc gia lần nào').waitFor();
    await page.getByRole('button', { name: 'Nạp từ tệp' }).click();
    await page.locator('input[type=file]').setInputFiles({ name: 'danh-ba-quoc-gia.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ status: 'OK', ErrorCode: '0', data: list })) });
    await page.getByText('Đã nhận').waitFor();
    await look(page, 'nạp danh bạ quốc gia');
    await page.getByRole('button', { name: 'Bắt đầu nạp' }).click();
    await page.getByText('Đã nạp xong').first().waitFor();
    await page.locator('li').filter({ hasText: 'Thiếu cơ quan cấp trên' }).waitFor();
    await look(page, 'danh bạ quốc gia');
    await picture(page, 'danh-ba-quoc-gia');
  });

  await t.test('each difference is decided and leaves the report', async () => {
    const { page } = province;
    const before = await page.getByRole('button', { name: /^Giữ của tỉnh/ }).count();
    assert.ok(before >= 2);
    const follow = page.getByRole('button', { name: /^Theo quốc gia/ });
    if ((await follow.count()) > 0) {
      await follow.first().click();
      await look(page, 'theo danh bạ quốc gia');
      await page.getByRole('dialog').getByRole('button', { name: 'Theo quốc gia' }).click();
      await page.getByText('Đã theo danh bạ quốc gia.').waitFor();
    }
    for (let left = await page.getByRole('button', { name: /^Giữ của tỉnh/ }).count(); left > 0; left -= 1) {
      await page.getByRole('button', { name: /^Giữ của tỉnh/ }).first().click();
      await page.getByRole('heading', { name: `Khác biệt chờ xử lý (${String(left - 1)})` }).waitFor();
    }
    await page.getByText('Không còn khác biệt nào').waitFor();
  });

  await t.test('a clerk finds an agency of the list by typing, and keeps the choice as a group', async () => {
    const clerk = await town.visit('vanthu.snv');
    const { page } = clerk;
    await page.goto(`${town.url}/app/soan-van-ban`);
    const box = page.getByRole('combobox', { name: 'Nơi nhận' });
    await box.fill('cuc van thu');
    await page.getByRole('option', { name: /Cục Văn thư và Lưu trữ nhà nước/ }).click();
    await box.fill('so tai chinh');
    await page.getByRole('option', { name: /Sở Tài chính/ }).first().click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Nhóm của cơ quan…' }).click();
    await page.getByLabel('Tên nhóm mới').fill('Thường gửi');
    await look(page, 'nhóm nơi nhận');
    await page.getByRole('button', { name: 'Lưu thành nhóm' }).click();
    await page.getByText('Đã lưu nhóm Thường gửi.').waitFor();
    await picture(page, 'nhom-noi-nhan');
    await page.getByRole('dialog').getByRole('button', { name: 'Đóng', exact: true }).last().click();
    await box.fill('thuong gui');
    await page.getByRole('option', { name: /Thường gửi/ }).waitFor();
    await clerk.context.close();
  });
});

/** Signs in with a second factor, which the first sign-in sets up. */
async function provinceAdministrator(): Promise<Visitor> {
  const visitor = await town.passerBy({ width: 1440, height: 900 });
  const { page } = visitor;
  const ask = async (path: string, data: object) => (await page.request.post(`${town.url}/api/v1/${path}`, { data })).json() as Promise<{ step: string; secret: string }>;
  const { step } = await ask('sign-in', { login: 'quantri.tinh', password: DEMO_PASSWORD });
  const { secret } = await ask('sign-in/enrol-code', { step });
  await ask('sign-in/confirm-code', { step, code: await generate({ secret }) });
  return visitor;
}

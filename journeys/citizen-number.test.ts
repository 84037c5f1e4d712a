import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { look, picture } from './accessibility.ts';
import { signInWithCode } from './sign-in-with-code.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

test('an administrator records the citizen number of a colleague, and sees only its last three digits from then on', { timeout: 240_000 }, async (t) => {
  const { page } = await town.passerBy();
  await signInWithCode(page, town.url, 'quantri.snv');

  await t.test('a new colleague’s number is refused when it is not one, and saved', async () => {
    await page.goto(`${town.url}/app/nguoi-dung`);
    await page.getByRole('button', { name: 'Thêm người dùng' }).click();
    await page.getByLabel(/^Họ và tên/).fill('Bùi Thị Cẩm Vân');
    await page.getByLabel(/^Tên đăng nhập/).fill('camvan.snv');
    await page.getByLabel(/^Số định danh cá nhân/).fill('03819500012');
    await page.getByRole('textbox', { name: /^Chức danh/ }).fill('Chuyên viên');
    await page.getByRole('button', { name: 'Thêm', exact: true }).click();
    await page.getByText('Số định danh cá nhân gồm 12 chữ số.').first().waitFor();
    await look(page, 'thêm người dùng, số định danh sai');
    await picture(page, 'them-nguoi-dung-so-dinh-danh');
    await page.getByLabel(/^Số định danh cá nhân/).fill('038 195 000 123');
    await page.getByRole('button', { name: 'Thêm', exact: true }).click();
    await page.getByText('Mật khẩu tạm').first().waitFor();
  });

  await t.test('a person sees the last three digits of the own number on the account page, and whose word changes it', async () => {
    await page.goto(`${town.url}/app/tai-khoan`);
    await page.getByRole('heading', { name: 'Số định danh cá nhân' }).waitFor();
    await page.getByText('Chưa ghi', { exact: true }).waitFor();
    await page.goto(`${town.url}/app/nguoi-dung?tim=${encodeURIComponent('Cao Thế Kiên')}`);
    await page.getByRole('table').getByText('Cao Thế Kiên').first().click();
    // Nobody gives themselves a post.
    await page.getByText('Chức danh của chính bạn do').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Thêm chức danh' }).count(), 0);
    await page.getByRole('button', { name: 'Kết thúc chức danh' }).first().waitFor();
    assert.equal(await page.getByRole('button', { name: /^Đổi vai trò/ }).count(), 0);
    await look(page, 'chức danh của chính mình');
    await picture(page, 'chuc-danh-cua-chinh-minh');
    await page.getByRole('button', { name: 'Ghi số định danh' }).click();
    await page.getByRole('textbox', { name: /^Số định danh cá nhân/ }).fill('038195000789');
    await page.keyboard.press('Enter');
    await page.getByText('Đã ghi, ba số cuối 789').waitFor();
    await page.goto(`${town.url}/app/tai-khoan`);
    const own = page.getByText('Đã ghi, ba số cuối 789');
    await own.waitFor();
    await own.scrollIntoViewIfNeeded();
    await look(page, 'số định danh của tôi');
    await picture(page, 'so-dinh-danh-cua-toi');
  });

  await t.test('with the keyboard it is changed, and removed', async () => {
    await page.goto(`${town.url}/app/nguoi-dung?tim=cam+van`);
    await page.getByText('Bùi Thị Cẩm Vân').first().click();
    await page.getByText('Đã ghi, ba số cuối 123').waitFor();
    await look(page, 'một người dùng có số định danh');
    await picture(page, 'nguoi-dung-so-dinh-danh');
    await page.getByRole('button', { name: 'Ghi số khác' }).press('Enter');
    await page.getByRole('textbox', { name: /^Số định danh cá nhân/ }).fill('038195000456');
    await look(page, 'ghi số định danh');
    await picture(page, 'ghi-so-dinh-danh');
    await page.keyboard.press('Enter');
    await page.getByText('Đã ghi, ba số cuối 456').waitFor();
    assert.equal((await page.content()).includes('038195000456'), false, 'the number is not on the screen any more');
    await page.getByRole('button', { name: 'Xóa số đã ghi' }).press('Enter');
    await page.getByText(/sẽ được nhận theo họ tên/).waitFor();
    await look(page, 'xóa số định danh');
    await picture(page, 'xoa-so-dinh-danh');
    await page.getByRole('dialog').last().getByRole('button', { name: 'Xóa số đã ghi' }).press('Enter');
    await page.getByText('Chưa ghi', { exact: true }).waitFor();
  });
});

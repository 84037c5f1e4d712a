import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { look, picture } from './accessibility.ts';
import { holdUploads, pressOnceReceived } from './held-uploads.ts';
import { openTown, type Town } from './town.ts';

// A made-up piece of the national list: a code of ours with another name, one ended there, one without its superior.
const list = [
  { id: 'q1', pid: null, code: 'G09', name: 'Bộ Nội vụ (theo danh bạ quốc gia)', deleted: false },
  { id: 'q2', pid: 'q1', code: 'G09.88', name: 'Cục Văn thư và Lưu trữ nhà nước', deleted: false },
  { id: 'q3', pid: 'khong-co', code: 'G09.89', name: 'Trung tâm Lưu trữ quốc gia I', deleted: false },
  { id: 'q4', pid: null, code: '00.22.W00', name: 'Cơ quan có mã lạ', deleted: false },
  { id: 'q5', pid: null, code: null, name: null, deleted: false },
];

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

test('the national list is read, its differences are decided, and its agencies are recipients', { timeout: 300_000 }, async (t) => {
  const province = await town.administrator();

  await t.test('the administrator reads a file and sees the report of differences', async () => {
    const { page } = province;
    await page.goto(`${town.url}/app/danh-ba`);
    await page.getByRole('tab', { name: 'Danh bạ quốc gia' }).click();
    await page.getByText('Chưa nạp danh bạ quốc gia lần nào').waitFor();
    await page.getByRole('button', { name: 'Nạp từ tệp' }).click();
    await page.getByRole('button', { name: 'Bắt đầu nạp' }).click();
    await page.getByText('Chọn tệp danh bạ.').waitFor();
    await page.locator('.lt-file-drop button:focus').waitFor();
    const uploads = await holdUploads(page);
    await page.locator('input[type=file]').setInputFiles({ name: 'danh-ba-quoc-gia.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ status: 'OK', ErrorCode: '0', data: list })) });
    await page.getByText(/^Đang gửi/).waitFor();
    await page.getByRole('button', { name: 'Bắt đầu nạp' }).click();
    await page.getByText('Sẽ bắt đầu nạp ngay khi tệp tải lên xong').waitFor();
    await look(page, 'nạp danh bạ quốc gia, chờ tệp tải lên');
    await picture(page, 'nap-danh-ba-cho-tep');
    uploads.release();
    await page.getByText('Đã nạp xong').first().waitFor();
    await page.locator('li').filter({ hasText: 'Thiếu cơ quan cấp trên' }).waitFor();
    await page.getByRole('row', { name: /^5 .*"id":"q5"/ }).waitFor();
    await look(page, 'danh bạ quốc gia');
    await picture(page, 'danh-ba-quoc-gia');
    await page.setViewportSize({ width: 360, height: 740 });
    await look(page, 'danh bạ quốc gia trên điện thoại');
    const content = page.locator('.lt-page__content');
    assert.ok(await content.evaluate((part) => part.scrollWidth <= part.clientWidth), 'the report is no wider than a phone');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByLabel('Loại khác biệt').selectOption('code_differs');
    await page.getByText('Không có khác biệt loại này').waitFor();
    await page.getByRole('button', { name: 'Mọi loại khác biệt' }).click();
  });

  await t.test('each difference is decided and leaves the report', async () => {
    const { page } = province;
    const keep = page.getByRole('button', { name: /^Giữ của tỉnh/ });
    const conflicts = page.locator('.lt-national__conflict');
    const left = async (count: number): Promise<void> => {
      await page.getByRole('heading', { name: `Khác biệt chờ xử lý (${String(count)})` }).waitFor();
      await conflicts.nth(count).waitFor({ state: 'detached' });
    };
    await keep.nth(1).waitFor();
    let count = await keep.count();
    await keep.first().press('Enter');
    await left(count - 1);
    // The keyboard goes on with the next difference; a selector, since the focus is set a moment after the list is drawn.
    await conflicts.first().locator('button:focus').waitFor();
    await page.getByRole('button', { name: 'Hoàn tác' }).click();
    await left(count);
    await conflicts.nth(count - 1).waitFor();
    const follow = page.getByRole('button', { name: /^Theo quốc gia/ });
    if ((await follow.count()) > 0) {
      await follow.first().click();
      await look(page, 'theo danh bạ quốc gia');
      await page.getByRole('dialog').getByRole('button', { name: 'Theo quốc gia' }).click();
      await page.getByText('Đã theo danh bạ quốc gia.').waitFor();
      count -= 1;
      await left(count);
    }
    for (; count > 0; count -= 1) {
      await keep.first().click();
      await left(count - 1);
    }
    await page.getByText('Không còn khác biệt nào').waitFor();
  });

  await t.test('several differences are chosen by keyboard and kept at once, with one way back; what was decided meanwhile is told apart', async () => {
    const { page } = province;
    // safe because the contract of the address says so
    const { agencies } = (await (await page.request.get(`${town.url}/api/v1/accounts/agencies?text=ubnd%20phuong&limit=5`)).json()) as { agencies: { name: string; code: string | null }[] };
    const names = agencies.slice(0, 2).map(({ name, code }, index) => ({ id: `t${String(index)}`, pid: null, code, name: `${name} (theo quốc gia)`, deleted: false }));
    assert.equal(names.length, 2);
    const odd = ['1', '2', '3'].map((place) => ({ id: `w${place}`, pid: null, code: `00.22.W0${place}`, name: `Cơ quan mã lạ thứ ${place}`, deleted: false }));
    await page.getByRole('button', { name: 'Nạp từ tệp' }).click();
    await page.locator('input[type=file]').setInputFiles({ name: 'lan-hai.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify([...names, ...odd])) });
    await page.getByRole('button', { name: 'Bắt đầu nạp' }).click();
    const waiting = (count: number) => page.getByRole('heading', { name: `Khác biệt chờ xử lý (${String(count)})` }).waitFor();
    await waiting(5);
    await page.getByLabel('Loại khác biệt').selectOption('code_malformed');
    const all = page.getByRole('checkbox', { name: 'Chọn tất cả 3 khác biệt đang hiện' });
    await all.press('Space');
    await page.getByText('Đã chọn 3').waitFor();
    await look(page, 'danh bạ quốc gia, chọn nhiều khác biệt');
    await picture(page, 'khac-biet-chon-nhieu');
    await page.setViewportSize({ width: 360, height: 740 });
    await look(page, 'chọn nhiều khác biệt trên điện thoại');
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'Giữ của tỉnh cho 3 mục' }).press('Enter');
    await page.getByRole('dialog').getByText('Mã không đúng dạng: 3').waitFor();
    await look(page, 'giữ của tỉnh cho nhiều khác biệt');
    await picture(page, 'giu-nhieu-khac-biet');
    await page.getByRole('dialog').getByRole('button', { name: 'Giữ của tỉnh', exact: true }).press('Enter');
    await page.getByText('Đã giữ của tỉnh cho 3 khác biệt.').waitFor();
    await page.locator('select:focus').waitFor();
    await page.getByRole('button', { name: 'Hoàn tác' }).last().click();
    await page.getByText('3 khác biệt đã trở lại danh sách chờ.').waitFor();
    await waiting(5);
    for (const place of ['1', '2']) await page.getByRole('checkbox', { name: `Chọn Mã không đúng dạng: Cơ quan mã lạ thứ ${place}` }).press('Space');
    await page.getByRole('button', { name: 'Giữ của tỉnh cho 2 mục' }).press('Enter');
    await page.getByRole('dialog').getByText('Mã không đúng dạng: 2').waitFor();
    const meanwhile = await page.request.post(`${town.url}/api/v1/accounts/national-directory/conflicts/settle`, { data: { ref: 'w1', problem: 'code_malformed', resolution: 'keep_ours' } });
    assert.equal(meanwhile.status(), 204);
    await page.getByRole('dialog').getByRole('button', { name: 'Giữ của tỉnh', exact: true }).press('Enter');
    await page.getByText('Cơ quan mã lạ thứ 1: đã có người xử lý').waitFor();
    await waiting(3);
    await look(page, 'khác biệt đã có người xử lý');
    await picture(page, 'khac-biet-da-co-nguoi-xu-ly');
    await page.getByRole('button', { name: 'Đã rõ' }).click();
    await page.getByRole('button', { name: 'Giữ của tỉnh: Mã không đúng dạng: Cơ quan mã lạ thứ 3' }).click();
    await waiting(2);

    await page.getByLabel('Loại khác biệt').selectOption('all');
    await page.getByRole('checkbox', { name: 'Chọn tất cả 2 khác biệt đang hiện' }).press('Space');
    await page.getByRole('button', { name: 'Theo quốc gia cho 2 mục' }).press('Enter');
    await page.getByRole('dialog').getByText(`thành “${names[0]?.name ?? ''}”`).waitFor();
    await look(page, 'theo quốc gia cho nhiều tên');
    await picture(page, 'theo-nhieu-ten');
    await page.getByRole('dialog').getByRole('button', { name: 'Theo quốc gia', exact: true }).press('Enter');
    await page.getByText('Đã theo danh bạ quốc gia cho 2 tên.').waitFor();
    await waiting(0);
    await page.getByText('Không còn khác biệt nào').waitFor();
  });

  await t.test('once all that are shown are chosen, all that there are can be, and are decided at once', async () => {
    const { page } = province;
    const many = Array.from({ length: 70 }, (_unused, place) => ({ id: `m${String(place)}`, pid: null, code: `00.22.M${String(place).padStart(2, '0')}`, name: `Đơn vị mã lạ ${String(place)}`, deleted: false }));
    await page.getByRole('button', { name: 'Nạp từ tệp' }).click();
    await page.getByRole('button', { name: 'Bắt đầu nạp' }).waitFor();
    await pressOnceReceived(page, 'Bắt đầu nạp');
    await page.locator('input[type=file]').setInputFiles({ name: 'lan-ba.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(many)) });
    await page.getByRole('heading', { name: 'Khác biệt chờ xử lý (70)' }).waitFor();
    await page.getByRole('checkbox', { name: 'Chọn tất cả 50 khác biệt đang hiện' }).press('Space');
    const matching = page.getByRole('button', { name: 'Chọn cả 70 khác biệt' });
    await matching.waitFor();
    await look(page, 'chọn tất cả khác biệt đang hiện');
    await picture(page, 'khac-biet-chon-dang-hien');
    await page.setViewportSize({ width: 360, height: 740 });
    await look(page, 'chọn tất cả khác biệt đang hiện trên điện thoại');
    await page.setViewportSize({ width: 1440, height: 900 });
    await matching.press('Enter');
    await page.getByText('Đã chọn 70').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Chọn cả/ }).count(), 0);
    await page.locator('.lt-national__choice button:focus').press('Enter');
    await page.getByRole('dialog').getByText('Mã không đúng dạng: 70').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Giữ của tỉnh', exact: true }).press('Enter');
    await page.getByText('Đã giữ của tỉnh cho 70 khác biệt.').waitFor();
    await page.getByText('Không còn khác biệt nào').waitFor();
  });

  await t.test('what the province exports changes nothing when it is read again', async () => {
    const { page } = province;
    await page.getByRole('button', { name: 'Xuất cơ quan của tỉnh' }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /CSV/ }).click()]);
    await page.getByRole('button', { name: 'Nạp từ tệp' }).click();
    await page.locator('input[type=file]').setInputFiles({ name: 'xuat-lai.csv', mimeType: 'text/csv', buffer: readFileSync(await download.path()) });
    await page.getByText('Đã nhận').waitFor();
    await page.getByRole('button', { name: 'Bắt đầu nạp' }).click();
    await page.getByText('Tệp xuat-lai.csv').first().waitFor();
    await page.getByText(/^thêm 0, cập nhật 0, giữ nguyên \d+$/).first().waitFor();
    await page.getByRole('heading', { name: 'Khác biệt chờ xử lý (0)' }).waitFor();
  });

  await t.test('the way down and up: an agency names those below it, and all is shown again after a search without a find', async () => {
    const { page } = province;
    await page.goto(`${town.url}/app/danh-ba?tim=khong+co+ai`);
    await page.getByRole('button', { name: 'Xem tất cả' }).click();
    await page.getByRole('link', { name: /^Ủy ban nhân dân tỉnh/ }).first().click();
    await page.getByRole('heading', { name: /^Cơ quan trực thuộc/ }).waitFor();
    assert.equal(await page.getByRole('searchbox').inputValue(), '');
    await look(page, 'cơ quan và cơ quan trực thuộc');
    await picture(page, 'danh-ba-co-quan');
    await page.getByRole('button', { name: /^Xem cả/ }).click();
    await page.getByRole('region', { name: 'Cơ quan', exact: true }).or(page.locator('.lt-list-detail__detail')).first().getByRole('link', { name: /^Sở Y tế/ }).click();
    await page.getByRole('heading', { name: /^Sở Y tế/ }).waitFor();
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
    const act = async (verb: RegExp | string): Promise<void> => {
      await page.getByRole('button', { name: /^Sửa nhóm/ }).click();
      await page.getByRole('menuitem', { name: verb }).click();
    };
    await act('Đổi tên');
    await page.getByLabel('Tên mới của nhóm').fill('Gửi hằng tháng');
    await page.getByRole('button', { name: 'Lưu tên' }).click();
    await page.getByText('Đã sửa nhóm Gửi hằng tháng.').waitFor();
    await page.getByRole('button', { name: 'Hoàn tác' }).last().click();
    await page.getByText('Đã khôi phục nhóm Thường gửi.').waitFor();
    await act(/^Thay bằng 2 nơi nhận/);
    await page.getByText('Đã sửa nhóm Thường gửi.').waitFor();
    await act('Xóa nhóm');
    await page.getByText('Cơ quan chưa có nhóm nào').waitFor();
    await page.getByRole('button', { name: 'Hoàn tác' }).last().click();
    await page.getByRole('button', { name: 'Sửa nhóm Thường gửi' }).waitFor();
    await picture(page, 'nhom-noi-nhan');
    await page.getByRole('dialog').getByRole('button', { name: 'Đóng', exact: true }).last().click();
    await box.fill('thuong gui');
    await page.getByRole('option', { name: /Thường gửi/ }).waitFor();
    await clerk.context.close();
  });
});


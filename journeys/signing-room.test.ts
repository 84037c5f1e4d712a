import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { DEMO_PIN } from '#seeds/credentials.ts';
import { look, picture } from './accessibility.ts';
import { submitLetter } from './submit-letter.ts';
import { openTown, type Town } from './town.ts';

const PHONE = { width: 360, height: 740 };

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

test('a leader signs three documents in one go, after the head of a unit has initialled; a delegate signs on a phone', { timeout: 300_000 }, async (t) => {
  const clerk = await town.visit('vanthu.snv');
  const head = await town.visit('truongphong.snv');
  const director = await town.visit('giamdoc.snv');

  await t.test('documents are submitted, one of them by way of the head of the unit', async () => {
    await submitLetter(town, clerk.page, { summary: 'V/v báo cáo công tác văn thư quý IV', initialsBy: 'Hoàng Hữu Dũng' });
    await submitLetter(town, clerk.page, { summary: 'V/v kiểm tra công tác lưu trữ', urgency: 'urgent', attachment: true });
    await submitLetter(town, clerk.page, { summary: 'V/v tập huấn phần mềm' });
    await submitLetter(town, clerk.page, { summary: 'V/v lịch trực cơ quan', bytes: paperWithoutName() });
    await submitLetter(town, clerk.page, { summary: 'V/v thiếu căn cứ' });
  });

  await t.test('the head of the unit finds it in the signing room and initials it with a remark', async () => {
    const { page } = head;
    await page.getByRole('link', { name: /Việc của tôi/ }).first().click();
    await page.getByRole('main').getByRole('link', { name: /quý IV/ }).click();
    await page.waitForURL(/\/app\/phong-ky\/[0-9a-f-]+$/);
    await paperDrawn(page);
    await page.getByText('Ký nháy đặt ngay sau dòng cuối').waitFor();
    await page.getByRole('group', { name: /Ký nháy của Hoàng Hữu Dũng/ }).waitFor();
    await look(page, 'phòng ký, ký nháy');
    await picture(page, 'phong-ky-nhay');
    await page.getByLabel('Ý kiến gửi lãnh đạo').fill('Số liệu đã được rà soát');
    await page.getByLabel('Mã PIN').fill(DEMO_PIN);
    await page.getByRole('button', { name: 'Ký nháy' }).click();
    await page.getByText('Đã ký nháy. Văn bản chuyển tới lãnh đạo.').waitFor();
    await page.getByText('Bạn đã xử lý hết').waitFor();
    await look(page, 'phòng ký, đã hết việc');
  });

  await t.test('the director goes through the queue by keyboard, returns one, and the next opens by itself', async () => {
    const { page } = director;
    await page.getByRole('link', { name: /Phòng ký/ }).first().click();
    const queue = page.getByRole('list', { name: 'Văn bản chờ ký' });
    await queue.getByRole('link').nth(4).waitFor();
    await look(page, 'phòng ký, danh sách');
    await picture(page, 'phong-ky-danh-sach');
    await page.keyboard.press('j');
    await page.getByRole('heading', { level: 2, name: 'V/v kiểm tra công tác lưu trữ' }).waitFor();
    await paperDrawn(page);
    await page.getByText('Đã tìm thấy chỗ ký trên trang 1').waitFor();
    await look(page, 'phòng ký, văn bản đang mở');
    await picture(page, 'phong-ky');
    const box = page.getByRole('checkbox', { name: 'Chọn: V/v kiểm tra công tác lưu trữ' });
    await page.keyboard.press(' ');
    await page.getByRole('toolbar', { name: 'Đã chọn 1 văn bản' }).waitFor();
    assert.ok(await box.isChecked());
    await page.keyboard.press('x');
    assert.ok(!(await box.isChecked()));
    await page.keyboard.press('?');
    for (const help of ['Văn bản sau', 'Văn bản trước', 'Trả lại', 'Ký']) await page.getByRole('dialog').getByText(help, { exact: true }).first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.getByRole('heading', { level: 2, name: 'V/v tập huấn phần mềm' }).waitFor();
    await page.keyboard.press('k');
    await page.getByRole('heading', { level: 2, name: 'V/v kiểm tra công tác lưu trữ' }).waitFor();
    const stands = await queue.getByRole('link', { name: /thiếu căn cứ/ }).boundingBox();
    await queue.getByRole('link', { name: /thiếu căn cứ/ }).click();
    await page.getByRole('heading', { level: 2, name: 'V/v thiếu căn cứ' }).waitFor();
    await page.keyboard.press('r');
    await page.getByRole('dialog').getByLabel('Lý do').fill('Bổ sung căn cứ pháp lý');
    await page.getByRole('dialog').getByRole('button', { name: 'Trả lại' }).click();
    await queue.getByText('Đã trả lại').waitFor();
    assert.deepEqual((await queue.getByRole('link', { name: /thiếu căn cứ/ }).boundingBox())?.y, stands?.y, 'what is done keeps its place');
    await page.getByRole('heading', { level: 2, name: 'V/v báo cáo công tác văn thư quý IV' }).waitFor();
  });

  await t.test('one is signed at its place with s, and what the head of the unit said is read beside it', async () => {
    const { page } = director;
    await page.getByText('Số liệu đã được rà soát').waitFor();
    await page.getByText('Đã tìm thấy chỗ ký').waitFor();
    await page.keyboard.press('s');
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('type')), 'password');
    await page.keyboard.type(DEMO_PIN);
    await page.keyboard.press('Enter');
    await page.getByText('Đã ký.').waitFor();
  });

  await t.test('the other three are looked over and signed with one PIN; a wrong one stops at once', async () => {
    const { page } = director;
    await page.getByLabel('Chọn tất cả').check();
    await page.getByRole('button', { name: 'Ký 3 văn bản' }).click();
    await page.getByText('chỗ phỏng đoán: hãy xem và xác nhận').waitFor();
    // the places of the three are looked for one beside the other
    await page.getByText('trên tên Nguyễn Văn Bình').nth(1).waitFor();
    assert.equal(await page.getByText('trên tên Nguyễn Văn Bình').count(), 2);
    await look(page, 'ký nhiều văn bản');
    await picture(page, 'ky-nhieu-van-ban');
    const sign = page.getByRole('button', { name: 'Ký 3 văn bản' });
    await page.getByLabel('Mã PIN').fill('000000');
    assert.ok(await sign.isDisabled(), 'a guessed place has to be confirmed first');
    await page.getByRole('button', { name: /Xem chỗ ký/ }).click();
    await page.getByRole('button', { name: 'Đúng chỗ này' }).click();
    await sign.click();
    await page.getByText('Mã PIN không đúng. Còn 4 lần thử.').waitFor();
    assert.equal(await page.getByText('Đã ký', { exact: true }).count(), 0);
    await page.getByLabel('Mã PIN').fill(DEMO_PIN);
    await sign.click();
    await page.getByText('Xong: 3 văn bản đã ký').waitFor();
    assert.equal(await page.getByText('Đã ký', { exact: true }).count(), 3);
    await look(page, 'ký nhiều văn bản, xong');
    await picture(page, 'ky-nhieu-van-ban-xong');
    await page.getByRole('button', { name: 'Về phòng ký' }).click();
    await page.getByRole('heading', { level: 1, name: 'Phòng ký' }).waitFor();
  });

  await t.test('a deputy signs three in one go on a phone, after confirming each guessed place', async () => {
    for (const summary of ['V/v một', 'V/v hai', 'V/v ba']) await submitLetter(town, clerk.page, { summary, to: 'Lê Thị Hồng Nhung' });
    const { page } = await town.visit('phogiamdoc.snv', PHONE);
    await page.getByRole('link', { name: /Phòng ký/ }).first().click();
    await page.getByLabel('Chọn tất cả').check();
    await look(page, 'phòng ký trên điện thoại, đã chọn');
    await picture(page, 'phong-ky-da-chon');
    await page.getByRole('button', { name: 'Ký 3 văn bản' }).click();
    for (const left of [3, 2, 1]) {
      await page.getByText(`Còn ${String(left)} văn bản có chỗ ký phỏng đoán`).waitFor();
      const confirm = page.getByRole('button', { name: 'Đúng chỗ này' });
      if (!(await confirm.isVisible())) await page.getByRole('button', { name: /Xem chỗ ký/ }).first().click();
      await confirm.click();
    }
    await look(page, 'ký nhiều văn bản trên điện thoại');
    await page.getByLabel('Mã PIN').fill(DEMO_PIN);
    await page.getByRole('button', { name: 'Ký 3 văn bản' }).click();
    await page.getByText('Xong: 3 văn bản đã ký').waitFor();
    await look(page, 'ký nhiều văn bản trên điện thoại, xong');
    await page.getByRole('button', { name: 'Về phòng ký' }).click();
    await page.getByText('Bạn đã xử lý hết').or(page.getByText('Không còn văn bản nào chờ bạn ký')).first().waitFor();
  });

  await t.test('on a phone the chief of office signs with the director’s authority and his own certificate', async () => {
    await submitLetter(town, clerk.page, { summary: 'V/v đôn đốc nộp báo cáo' });
    const { page } = await town.visit('chanhvanphong.snv', PHONE);
    await actFor(page, 'Nguyễn Văn Bình');
    await page.goto(`${town.url}/app/phong-ky`);
    await look(page, 'phòng ký trên điện thoại');
    await page.getByRole('link', { name: /đôn đốc/ }).click();
    await page.getByText('Bạn ký theo ủy quyền của Giám đốc Nguyễn Văn Bình').waitFor();
    await page.getByText('TUQ. (thừa ủy quyền)').waitFor();
    await page.getByText('Chưa tìm thấy tên người ký trong văn bản').waitFor();
    await paperDrawn(page);
    await look(page, 'phòng ký trên điện thoại, văn bản đang mở');
    await picture(page, 'phong-ky-thua-uy-quyen');
    await inOneHand(page);
    // The phone's keyboard takes its part of the window.
    await page.getByLabel('Mã PIN').fill(DEMO_PIN);
    await page.setViewportSize({ ...PHONE, height: 430 });
    await page.getByRole('navigation').first().waitFor({ state: 'hidden' });
    for (const part of [page.getByLabel('Mã PIN'), page.getByRole('button', { name: 'Ký số' })]) await inWindow(part);
    await look(page, 'phòng ký trên điện thoại, bàn phím đang mở');
    await page.setViewportSize(PHONE);
    await page.getByRole('button', { name: 'Ký số' }).click();
    await page.getByText('Đã ký.').waitFor();
    await page.getByText('Bạn đã xử lý hết').or(page.getByText('Không còn văn bản nào chờ bạn ký')).first().waitFor();
  });

  await t.test('the record names both people', async () => {
    const { page } = clerk;
    await page.goto(`${town.url}/app/van-ban-di`);
    await page.getByRole('link', { name: /đôn đốc/ }).click();
    await page.getByText('thay Giám đốc Nguyễn Văn Bình, TUQ.').waitFor();
    await page.getByRole('tab', { name: 'Nhật ký' }).click();
    await page.getByText(/^Phạm Minh Tuấn, .*: Ký số$/).waitFor();
    await look(page, 'nhật ký của văn bản ký thay');
    await page.goto(`${town.url}/app/van-ban-di`);
    await page.getByRole('link', { name: /thiếu căn cứ/ }).click();
    await page.getByRole('tab', { name: 'Thông tin' }).click();
    await page.getByText('Bổ sung căn cứ pháp lý').last().waitFor();
    await look(page, 'văn bản bị trả lại, ý kiến');
    await picture(page, 'van-ban-bi-tra-lai');
  });
});

/** A leader reads most of the page, and the PIN and the button stand under the thumb, without a scroll. */
async function inOneHand(page: Page): Promise<void> {
  const paper = await page.locator('.lt-pdf__scroll').boundingBox();
  assert.ok(paper !== null && paper.height > 350, `the paper has ${String(paper?.height)} px`);
  for (const part of [page.getByLabel('Mã PIN'), page.getByRole('button', { name: 'Ký số' })]) await inWindow(part);
}

/** Wholly in the window, and nothing lies over it. */
async function inWindow(part: Locator): Promise<void> {
  const hit = await part.evaluate((element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(left + width / 2, top + 2)) && element.contains(document.elementFromPoint(left + width / 2, top + height - 2));
  });
  assert.ok(hit, `${String(part)} is in reach`);
}

/** Drawing the first page takes its time on a machine that does other things as well. */
async function paperDrawn(page: Page): Promise<void> {
  await page.locator('canvas').first().waitFor();
}

async function actFor(page: Page, name: string): Promise<void> {
  const me = (await (await page.request.get(`${town.url}/api/v1/me`)).json()) as { posts: { id: string; onBehalfOf?: { name: string } }[] }; // safe because the contract says so
  const reply = await page.request.post(`${town.url}/api/v1/me/post`, { data: { postId: me.posts.find((post) => post.onBehalfOf?.name === name)?.id }, headers: { 'x-csrf': '1' } });
  assert.equal(reply.status(), 204);
}

/** One page on which no name stands. */
function paperWithoutName(): Buffer {
  const text = 'BT /F1 14 Tf 72 720 Td (LICH TRUC CO QUAN) Tj 0 -24 Td (Tu thu Hai den thu Sau, moi ngay hai nguoi.) Tj ET';
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${String(text.length)}>>\nstream\n${text}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
  ];
  let file = '%PDF-1.7\n';
  const offsets = objects.map((object, index) => {
    const at = file.length;
    file += `${String(index + 1)} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const start = file.length;
  file += `xref\n0 6\n0000000000 65535 f \n${offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n${String(start)}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}

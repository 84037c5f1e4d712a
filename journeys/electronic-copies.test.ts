import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DEMO_PIN } from '#seeds/credentials.ts';
import { signIn, type DemoClient } from '#app/demo/client.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { sealedLetter } from '../bench/house/letter.ts';
import { look, picture } from './accessibility.ts';
import { holdUploads } from './held-uploads.ts';
import { openTown, type Town } from './town.ts';

const SCAN = join(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf');
const EXTRACT = join(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf');
const PHONE = { width: 360, height: 740 };
const SUMMARY = 'V/v đề nghị xác nhận thời gian công tác';

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

test('paper is registered with its scan, and the clerk makes a sao y with the agency’s signature', { timeout: 240_000 }, async (t) => {
  const { page } = await town.visit('vanthu.stc');
  let documentUrl = '';

  await t.test('from the inbox the clerk writes the paper into the register', async () => {
    await page.goto(`${town.url}/app/van-ban-den`);
    await page.getByRole('link', { name: 'Vào sổ văn bản giấy' }).click();
    await page.getByRole('heading', { level: 1, name: 'Vào sổ văn bản giấy' }).waitFor();
    await look(page, 'vào sổ văn bản giấy');
    await page.getByRole('button', { name: 'Vào sổ' }).click();
    for (const missing of ['Tải lên bản quét của văn bản giấy.', 'Nhập tên cơ quan, tổ chức hoặc người gửi.', 'Nhập ngày văn bản.', 'Nhập trích yếu.']) await page.getByText(missing).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Chọn tệp', 'the focus stands in the first that is missing');
    await look(page, 'vào sổ văn bản giấy, còn thiếu');
    await picture(page, 'vao-so-con-thieu');
    await page.locator('input[type=file]').setInputFiles(SCAN);
    await page.getByText('Đã nhận').waitFor();
    await page.getByLabel(/^Nơi gửi/).fill('Công ty cổ phần Mía đường Lam Sơn');
    await page.getByLabel(/^Số/).fill('128');
    await page.getByLabel(/^Ký hiệu/).fill('CV-LS');
    await page.getByRole('textbox', { name: /^Ngày văn bản/ }).fill('02/11/2026');
    await page.getByLabel(/^Trích yếu/).fill(SUMMARY);
    await look(page, 'vào sổ văn bản giấy, đã điền');
    await picture(page, 'vao-so-van-ban-giay');
    await page.getByRole('button', { name: 'Vào sổ' }).click();
    await page.getByText(/Đã vào sổ, số đến \d+/).waitFor();
    await page.getByRole('heading', { name: SUMMARY }).waitFor();
    await page.getByText('Văn bản giấy', { exact: true }).filter({ visible: true }).first().waitFor();
    documentUrl = page.url();
    await look(page, 'văn bản giấy đã vào sổ');
    await picture(page, 'van-ban-giay');
  });

  await t.test('a sender of the directory is found without diacritics, by keyboard, and what is changed afterwards is free text again', async () => {
    await page.goto(`${town.url}/app/vao-so-van-ban-giay`);
    await page.locator('input[type=file]').setInputFiles(SCAN);
    await page.getByText('Đã nhận').waitFor();
    const sender = page.getByRole('combobox', { name: /^Nơi gửi/ });
    await sender.pressSequentially('so noi vu');
    await page.getByRole('option', { name: /Sở Nội vụ/ }).first().waitFor();
    await look(page, 'vào sổ văn bản giấy, tìm nơi gửi');
    await picture(page, 'vao-so-tim-noi-gui');
    await sender.press('ArrowDown');
    await sender.press('Enter');
    await page.getByText('Cơ quan trong danh bạ.').waitFor();
    assert.equal(await sender.inputValue(), 'Sở Nội vụ tỉnh Thanh Hóa');
    await sender.press('End');
    await sender.pressSequentially(' tỉnh bạn');
    await page.getByText('Chưa chọn từ danh bạ: ghi như đã nhập.').waitFor();
    await sender.fill('so noi vu');
    await page.getByRole('option', { name: /Sở Nội vụ/ }).first().click();
    await page.getByRole('textbox', { name: /^Ngày văn bản/ }).fill('03/11/2026');
    await page.getByLabel(/^Trích yếu/).fill('V/v mời họp giao ban');
    await page.getByRole('button', { name: 'Vào sổ' }).click();
    await page.getByText(/Đã vào sổ, số đến \d+/).first().waitFor();
    await page.getByRole('heading', { name: 'V/v mời họp giao ban' }).waitFor();
    const reply = await page.request.get(`${town.url}/api/v1/incoming-documents/${page.url().split('/').at(-1) ?? ''}`);
    // safe because the contract says so
    const { senderName, senderCode } = (await reply.json()) as { senderName: string; senderCode: string };
    assert.deepEqual([senderName, senderCode], ['Sở Nội vụ tỉnh Thanh Hóa', 'H56.02']);
    await page.goto(documentUrl);
  });

  await t.test('pressed while the scan is on its way it waits, is stopped by hand, by a change and by a failure, and goes on by itself once the scan is there', async () => {
    const { page: desk, context } = await town.visit('vanthu.stc');
    const uploads = await holdUploads(desk);
    await desk.goto(`${town.url}/app/vao-so-van-ban-giay`);
    await desk.locator('input[type=file]').setInputFiles(SCAN);
    await desk.getByText(/^Đang gửi/).waitFor();
    const save = desk.getByRole('button', { name: 'Vào sổ' });
    const waiting = desk.getByRole('status').filter({ hasText: 'Sẽ vào sổ ngay khi tệp tải lên xong' });
    await save.click();
    // What else is missing is not first said when the file is there.
    await desk.getByText('Nhập trích yếu.').waitFor();
    assert.equal(await waiting.count(), 0);
    assert.equal(await desk.getByText('Tải lên bản quét của văn bản giấy.').count(), 0, 'the scan is on its way, not missing');
    await desk.getByLabel(/^Nơi gửi/).fill('Hợp tác xã Thọ Xuân');
    await desk.getByRole('textbox', { name: /^Ngày văn bản/ }).fill('04/11/2026');
    await desk.getByLabel(/^Trích yếu/).fill('V/v xin cấp phép');
    await save.click();
    await waiting.waitFor();
    await look(desk, 'vào sổ, chờ tệp tải lên');
    await picture(desk, 'vao-so-cho-tep');
    await desk.getByRole('button', { name: 'Dừng chờ' }).press('Enter');
    await waiting.waitFor({ state: 'detached' });
    await desk.locator('button[type=submit]:focus').waitFor();
    await desk.keyboard.press('Enter');
    await waiting.waitFor();
    await desk.getByLabel(/^Trích yếu/).fill('V/v xin cấp phép xây dựng');
    await desk.getByText('Đã dừng chờ vì biểu mẫu vừa được sửa').waitFor();
    await look(desk, 'vào sổ, thôi chờ vì có sửa');
    await picture(desk, 'vao-so-thoi-cho');
    await save.click();
    await waiting.waitFor();
    uploads.refuse();
    await desk.getByText('Chưa vào sổ được vì tệp chưa tải lên xong').waitFor();
    assert.equal(await waiting.count(), 0);
    await desk.locator('.lt-file-drop button:focus').waitFor();
    await look(desk, 'vào sổ, tệp tải lên không được');
    await picture(desk, 'vao-so-tep-hong');
    await desk.getByRole('button', { name: 'Gửi tiếp' }).click();
    await save.click();
    await waiting.waitFor();
    uploads.release();
    await desk.getByText(/Đã vào sổ, số đến \d+/).waitFor();
    await desk.getByRole('heading', { name: 'V/v xin cấp phép xây dựng' }).waitFor();
    await context.close();
  });

  await t.test('the kinds that the law knows are offered, with the reason for the others', async () => {
    await page.getByRole('tab', { name: 'Bản sao' }).click();
    await page.getByText('Chưa có bản sao điện tử').waitFor();
    await look(page, 'chưa có bản sao');
    await picture(page, 'chua-co-ban-sao');
    await page.getByRole('link', { name: 'Lập bản sao' }).click();
    await page.getByRole('radio', { name: 'Bản gốc hoặc bản chính' }).waitFor();
    assert.equal(await page.getByRole('radio', { name: 'Sao lục' }).count(), 0);
    await page.getByText('Sao lục chỉ lập từ bản sao y').waitFor();
    await page.getByRole('radio', { name: 'Bản sao y' }).check();
    await page.getByRole('radio', { name: 'Sao lục' }).waitFor();
    await page.getByText('Từ bản sao y chỉ lập được sao lục').waitFor();
    await page.getByRole('radio', { name: 'Bản gốc hoặc bản chính' }).check();
    await page.getByText('ghi “SAO Y”').waitFor();
    await look(page, 'lập bản sao');
    await picture(page, 'lap-ban-sao');
  });

  await t.test('a wrong PIN leaves the copy begun; it is given up, begun anew and signed', async () => {
    await page.getByLabel(/^Mã PIN/).fill('111111');
    await page.getByRole('button', { name: 'Ký số bản sao' }).click();
    await page.getByText('Bản sao này đã lập, chưa ký.').waitFor();
    await look(page, 'bản sao đã lập, chưa ký');
    await picture(page, 'ban-sao-chua-ky');
    await page.getByRole('button', { name: 'Bỏ bản sao này' }).click();
    await page.getByText('Đã bỏ bản sao đang lập.').waitFor();
    await page.getByLabel(/^Mã PIN/).fill(DEMO_PIN);
    await page.getByRole('button', { name: 'Ký số bản sao' }).click();
    await page.getByText('Đã ký bản sao số 01/SY-STC.').waitFor();
    await page.getByRole('heading', { name: 'Sao y số 01/SY-STC' }).waitFor();
    await page.getByText('Chữ ký hợp lệ').first().waitFor();
    await look(page, 'bản sao đã ký');
    await picture(page, 'ban-sao-da-ky');
    assert.equal(new URL(page.url()).pathname, new URL(documentUrl).pathname);
  });

  await t.test('the copy is downloaded, stands in the record, and is not offered again', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Tải về' }).click()]);
    assert.equal(download.suggestedFilename(), 'Sao y 01-SY-STC.pdf');
    const folder = process.env['LIENTHONG_SCREENS'];
    if (folder !== undefined) await download.saveAs(join(folder, 'ban-sao.pdf'));
    await page.getByRole('tab', { name: 'Nhật ký' }).click();
    await page.getByText('Sao y số 01/SY-STC, ký số cơ quan').waitFor();
    await page.getByRole('tab', { name: /^Bản sao/ }).click();
    await page.getByRole('link', { name: 'Lập bản sao' }).click();
    await page.getByRole('radio', { name: 'Trích sao' }).waitFor();
    assert.equal(await page.getByRole('radio', { name: 'Sao y', exact: true }).count(), 0);
    await look(page, 'lập trích sao');
    await picture(page, 'lap-trich-sao');
  });

  await t.test('whoever handles the document sees the copy and has nothing to make', async () => {
    const { page: leader, context } = await town.visit('giamdoc.stc', PHONE);
    await leader.goto(`${documentUrl}?xem=ban-sao`);
    await leader.getByRole('heading', { name: 'Sao y số 01/SY-STC' }).waitFor();
    assert.equal(await leader.getByRole('link', { name: 'Lập bản sao' }).count(), 0);
    await look(leader, 'bản sao, lãnh đạo xem trên điện thoại');
    await context.close();
  });
});

test('of an electronic document only an extract is made, and it gets its arrival mark, on a phone too', { timeout: 240_000 }, async () => {
  const open = (login: string): Promise<DemoClient> => signIn(town.url, { login, password: DEMO_PASSWORD });
  const [sender, director, receiver] = await Promise.all([open('vanthu.snv'), open('giamdoc.snv'), open('vanthu.stc')]);
  const { agencies } = await sender.get<{ agencies: { id: string }[] }>('/api/v1/accounts/agencies?text=so%20tai%20chinh');
  const { documentId } = await sealedLetter({ clerk: sender, leader: director }, [agencies[0]?.id ?? '']);
  await sender.post(`/api/v1/outgoing-documents/${documentId}/issue`);
  let id: string | undefined;
  for (let tries = 0; id === undefined && tries < 60; tries += 1) {
    id = (await receiver.get<{ rows: { id: string }[] }>('/api/v1/incoming-documents?state=arrived')).rows[0]?.id;
    if (id === undefined) await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await receiver.post(`/api/v1/incoming-documents/${id ?? ''}/register`);
  const { page } = await town.visit('vanthu.stc', PHONE);
  await page.goto(`${town.url}/app/sao-van-ban/${id ?? ''}`);
  await page.getByText('không có sao y hay sao lục điện tử').waitFor();
  assert.equal(await page.getByRole('radio').count(), 1);
  await look(page, 'trích sao văn bản điện tử');
  await page.getByLabel(/^Mã PIN/).fill(DEMO_PIN);
  await page.getByRole('button', { name: 'Ký số bản sao' }).click();
  await page.getByText('Tải lên tệp trích.').waitFor();
  await page.locator('.lt-file-drop button:focus').waitFor();
  await look(page, 'trích sao, còn thiếu tệp');
  await picture(page, 'trich-sao-thieu-tep');
  const uploads = await holdUploads(page);
  await page.locator('input[type=file]').setInputFiles(EXTRACT);
  await page.getByText(/^Đang gửi/).waitFor();
  await page.getByRole('button', { name: 'Ký số bản sao' }).click();
  await page.getByText('Sẽ ký số bản sao ngay khi tệp tải lên xong').waitFor();
  await look(page, 'trích sao, chờ tệp tải lên');
  await picture(page, 'trich-sao-cho-tep');
  uploads.release();
  await page.getByText(/Đã ký bản sao số \d+\/TrS-STC/).waitFor();
  await page.getByRole('heading', { name: /^Trích sao số \d+\/TrS-STC/ }).waitFor();
  await look(page, 'trích sao đã ký');
  await picture(page, 'trich-sao-da-ky');
  await page.getByRole('tab', { name: 'Dấu đến' }).click();
  await page.getByText('Chưa đóng dấu đến').waitFor();
  await look(page, 'chưa đóng dấu đến');
  await picture(page, 'chua-dong-dau-den');
  await page.getByRole('link', { name: 'Đóng dấu đến' }).click();
  await page.getByText(/“ĐẾN”, số \d+/).waitFor();
  await look(page, 'đóng dấu đến');
  await page.getByLabel(/^Mã PIN/).fill(DEMO_PIN);
  await picture(page, 'dong-dau-den');
  await page.getByRole('button', { name: 'Đóng dấu đến' }).click();
  await page.getByText(/Đã đóng dấu đến số \d+\./).waitFor();
  await page.getByRole('heading', { name: /^Số đến \d+\/2026/ }).waitFor();
  await page.getByText('Nguyễn Văn Bình').first().waitFor();
  await look(page, 'đã đóng dấu đến');
  await picture(page, 'da-dong-dau-den');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Tải về' }).click()]);
  const folder = process.env['LIENTHONG_SCREENS'];
  if (folder !== undefined) await download.saveAs(join(folder, 'dau-den.pdf'));
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { look, picture } from './accessibility.ts';
import { issueDraft } from './issue-draft.ts';
import { openTown, type Town } from './town.ts';

const letter = resolve(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf');
const SUMMARY = 'V/v cung cấp số liệu biên chế năm 2026';
const PHONE = { width: 360, height: 740 };

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

/** Drafted, submitted, signed, numbered, sealed and issued on the screen. */
async function issueLetter(clerk: Page, director: Page): Promise<void> {
  await clerk.goto(`${town.url}/app/soan-van-ban`);
  await clerk.locator('input[type=file]').first().setInputFiles(letter);
  await clerk.getByText('Đã nhận').waitFor();
  await clerk.getByLabel('Trích yếu').fill(SUMMARY);
  await clerk.getByRole('combobox', { name: /Nơi nhận/ }).fill('so noi vu');
  await clerk.getByRole('listbox').getByRole('option').first().click();
  await clerk.keyboard.press('Escape');
  await issueDraft({ url: town.url, clerk, director, signer: 'Trần Anh Quân (Giám đốc)', summary: SUMMARY });
}

/** From the list of work to the document. */
async function openFromWork(page: Page): Promise<void> {
  await page.goto(`${town.url}/app/viec-cua-toi`);
  await page.getByRole('link', { name: SUMMARY }).click();
  await page.getByRole('heading', { name: SUMMARY }).waitFor();
}

const choose = async (page: Page, field: RegExp, typed: string): Promise<void> => {
  await page.getByRole('combobox', { name: field }).fill(typed);
  await page.getByRole('listbox').getByRole('option').first().click();
};

test('a document is submitted, assigned, handled and completed, and its sender sees each of it at once', { timeout: 400_000 }, async (t) => {
  const sender = (await town.visit('vanthu.stc')).page;
  const clerk = (await town.visit('vanthu.snv')).page;
  const director = (await town.visit('giamdoc.snv')).page;
  const officer = (await town.visit('chuyenvien.snv')).page;
  const seen = (state: RegExp) => sender.getByRole('row', { name: state }).waitFor();

  await t.test('the clerk registers it and submits it to the director', async () => {
    await issueLetter(sender, (await town.visit('giamdoc.stc')).page);
    await openFromWork(clerk);
    await clerk.getByRole('button', { name: 'Tiếp nhận' }).click();
    await clerk.getByText('Đã tiếp nhận, số đến 1').waitFor();
    await clerk.getByRole('button', { name: 'Trình', exact: true }).click();
    const dialog = clerk.getByRole('dialog');
    await dialog.getByLabel('Người cho ý kiến').selectOption({ label: 'Nguyễn Văn Bình (Giám đốc)' });
    await dialog.getByLabel('Đề xuất của văn thư').fill('Đề xuất giao Phòng Tổ chức cán bộ');
    await look(clerk, 'trình văn bản đến');
    await picture(clerk, 'trinh-van-ban-den');
    await dialog.getByRole('button', { name: 'Trình', exact: true }).click();
    await clerk.getByText('Đã trình Giám đốc Nguyễn Văn Bình.').waitFor();
    await seen(/Sở Nội vụ.*Đã tiếp nhận/);
  });

  await t.test('the director instructs and assigns; the sender sees “Đã phân công”', async () => {
    await openFromWork(director);
    await director.getByRole('button', { name: 'Cho ý kiến, phân công' }).waitFor();
    await director.keyboard.press('b');
    const dialog = director.getByRole('dialog');
    await dialog.getByLabel('Ý kiến chỉ đạo').fill('Giao đồng chí tham mưu văn bản trả lời, báo cáo trước hạn');
    await choose(director, /Xử lý chính/, 'phuong thao');
    await choose(director, /Phối hợp/, 'cong dat');
    await director.keyboard.press('Escape');
    await look(director, 'phân công xử lý');
    await picture(director, 'phan-cong-xu-ly');
    await dialog.getByRole('button', { name: 'Cho ý kiến, phân công' }).click();
    await director.getByText('Đã phân công Vũ Thị Phương Thảo. Nơi gửi đã được báo.').waitFor();
    await director.getByRole('tab', { name: 'Xử lý', exact: true }).click();
    await director.getByText('Lương Công Đạt').first().waitFor();
    await look(director, 'cây xử lý');
    await seen(/Sở Nội vụ.*Đã phân công.*Nguyễn Văn Bình/);
  });

  await t.test('when the officer opens it, the sender sees “Đang xử lý”', async () => {
    await openFromWork(officer);
    await officer.getByRole('button', { name: 'Hoàn thành' }).waitFor();
    await seen(/Sở Nội vụ.*Đang xử lý.*Vũ Thị Phương Thảo/);
    await picture(officer, 'xu-ly-van-ban');
  });

  await t.test('the officer notes progress and drafts the reply, which stands filled in', async () => {
    await officer.getByRole('button', { name: 'Việc khác' }).click();
    await officer.getByRole('menuitem', { name: 'Ghi tiến độ' }).click();
    await officer.getByRole('dialog').getByLabel('Nội dung').fill('Đã tổng hợp xong số liệu của các phòng');
    await officer.getByRole('dialog').getByRole('button', { name: 'Ghi tiến độ' }).click();
    await officer.getByText('Đã ghi tiến độ.').waitFor();
    const address = officer.url();
    await officer.getByRole('button', { name: 'Việc khác' }).click();
    await officer.getByRole('menuitem', { name: 'Soạn văn bản trả lời' }).click();
    await officer.getByRole('heading', { name: 'Soạn văn bản trả lời' }).waitFor();
    assert.match(await officer.getByLabel('Trích yếu').inputValue(), /^V\/v trả lời văn bản số 01\/STC về cung cấp số liệu/);
    await officer.getByText('Sở Tài chính').first().waitFor();
    await officer.locator('input[type=file]').first().setInputFiles(letter);
    await officer.getByText('Đã nhận').waitFor();
    await look(officer, 'soạn văn bản trả lời');
    await picture(officer, 'soan-van-ban-tra-loi');
    await officer.getByRole('button', { name: 'Lưu dự thảo' }).click();
    await officer.getByText('Trả lời một văn bản đến').waitFor();
    await officer.goto(address);
    await officer.getByRole('tab', { name: 'Xử lý', exact: true }).click();
    await officer.getByText(/dự thảo của Vũ Thị Phương Thảo/).waitFor();
    await picture(officer, 'cay-xu-ly');
  });

  await t.test('the officer completes it; the sender sees “Đã hoàn thành” with the name', async () => {
    await officer.getByRole('button', { name: 'Hoàn thành' }).click();
    const dialog = officer.getByRole('dialog');
    await look(officer, 'hoàn thành xử lý');
    await picture(officer, 'hoan-thanh-xu-ly');
    await dialog.getByRole('button', { name: 'Hoàn thành' }).click();
    await dialog.getByText('Nêu kết quả đã làm.').waitFor();
    await dialog.getByLabel('Nội dung kết quả').fill('Đã cung cấp số liệu qua hệ thống');
    await dialog.getByRole('button', { name: 'Hoàn thành' }).click();
    await officer.getByText('Đã hoàn thành. Nơi gửi đã được báo.').waitFor();
    await seen(/Sở Nội vụ.*Đã hoàn thành.*Vũ Thị Phương Thảo/);
    await look(sender, 'nơi nhận với trạng thái 06');
    await picture(sender, 'noi-nhan-hoan-thanh');
  });

  await t.test('the slip names everybody in its three parts, and the evidence can be taken along', async () => {
    await clerk.reload();
    await clerk.getByRole('tab', { name: 'Phiếu giải quyết' }).click();
    await clerk.getByRole('heading', { name: 'Phiếu giải quyết văn bản đến' }).waitFor();
    await clerk.getByText('Giao đồng chí tham mưu văn bản trả lời').first().waitFor();
    await look(clerk, 'phiếu giải quyết');
    await picture(clerk, 'phieu-giai-quyet');
    await clerk.getByRole('tab', { name: 'Thông tin văn bản' }).click();
    await picture(clerk, 'thong-tin-van-ban-den');
    for (const [page, name] of [[clerk, 'Gói chứng cứ'], [sender, 'Gói chứng cứ'], [sender, 'Gói chứng cứ của Sở Nội vụ']] as const) {
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name, exact: false }).first().click();
      assert.match((await download).suggestedFilename(), /\.(asice|asics|zip)$/);
    }
  });

  await t.test('the list is narrowed to one’s work, on a phone too', async () => {
    const phone = (await town.visit('chuyenvien2.snv', PHONE)).page;
    await phone.goto(`${town.url}/app/van-ban-den`);
    await phone.getByRole('link', { name: SUMMARY }).waitFor();
    await look(phone, 'văn bản đến của chuyên viên');
    await officer.goto(`${town.url}/app/van-ban-den`);
    await officer.getByRole('tab', { name: 'Tôi xử lý chính' }).click();
    await officer.getByText('Không có văn bản nào khớp').waitFor();
    await officer.getByRole('tab', { name: 'Đã xong' }).click();
    await officer.getByRole('link', { name: SUMMARY }).waitFor();
    await look(officer, 'văn bản đã xong');
    await picture(officer, 'van-ban-den-da-xong');
  });
});

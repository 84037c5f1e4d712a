import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { signIn, type DemoClient } from '#app/demo/client.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { sealedLetter } from '../bench/house/letter.ts';
import { look, picture } from './accessibility.ts';
import { issueDraft } from './issue-draft.ts';
import { openTown, type Town } from './town.ts';

const letter = resolve(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf');
const FIRST = 'V/v báo cáo công tác văn thư quý IV';
const SECOND = 'V/v báo cáo công tác văn thư năm 2026';

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

async function compose(page: Page, summary: string, recipients: readonly string[]): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles(letter);
  await page.getByText('Đã nhận').waitFor();
  await page.getByLabel('Trích yếu').fill(summary);
  const field = page.getByRole('combobox', { name: /Nơi nhận/ });
  for (const typed of recipients) {
    await field.fill(typed);
    await page.getByRole('listbox').getByRole('option').first().click();
  }
  await page.keyboard.press('Escape');
}

async function afterIssue(page: Page, entry: string): Promise<void> {
  await page.getByRole('button', { name: 'Sau phát hành' }).click();
  await page.getByRole('menuitem', { name: new RegExp(`^${entry}`) }).click();
}

test('a document is taken back, replaced and recalled, and everybody sees what is in force', { timeout: 400_000 }, async (t) => {
  const clerk = (await town.visit('vanthu.snv')).page;
  const director = (await town.visit('giamdoc.snv')).page;
  const finance = (await town.visit('vanthu.stc')).page;
  const justice = (await town.visit('vanthu.stp')).page;
  let first = '';

  await t.test('the clerk issues a letter to two departments and sees who has opened it', async () => {
    await clerk.goto(`${town.url}/app/soan-van-ban`);
    await compose(clerk, FIRST, ['so tai chinh', 'so tu phap']);
    await issueDraft({ url: town.url, clerk, director, signer: 'Nguyễn Văn Bình (Giám đốc)', summary: FIRST });
    first = clerk.url();
    await finance.goto(`${town.url}/app/van-ban-den`);
    await finance.getByRole('link', { name: FIRST }).click();
    await finance.getByRole('button', { name: 'Tiếp nhận' }).click();
    await finance.getByText('Đã tiếp nhận, số đến 1').waitFor();
    await clerk.getByRole('tab', { name: 'Nơi nhận' }).click();
    await clerk.getByRole('row', { name: /Sở Tài chính.*Đã tiếp nhận/ }).waitFor();
    await clerk.getByRole('row', { name: /Sở Tư pháp.*chưa mở/ }).waitFor();
    await look(clerk, 'nơi nhận của văn bản đi');
    await picture(clerk, 'noi-nhan');
    const csv = await clerk.request.get(`${town.url}/api/v1/outgoing-documents/${first.split('/').at(-1) ?? ''}/recipients.csv`);
    assert.match(await csv.text(), /Sở Tài chính[^\r]*Đã tiếp nhận/);
  });

  await t.test('it reminds the one who has not registered, and the reminder stands in that clerk’s work', async () => {
    await afterIssue(clerk, 'Nhắc');
    await look(clerk, 'hộp thoại nhắc');
    await clerk.getByRole('dialog').getByRole('button', { name: 'Nhắc' }).click();
    await clerk.getByText('Đã nhắc.').waitFor();
    await justice.goto(`${town.url}/app/viec-cua-toi`);
    await justice.getByText('Được nhắc').first().waitFor();
    await look(justice, 'việc của tôi, được nhắc');
  });

  await t.test('it takes it back from who has not opened it, and sends it again', async () => {
    await afterIssue(clerk, 'Lấy lại');
    const dialog = clerk.getByRole('dialog');
    assert.equal(await dialog.getByRole('checkbox').count(), 1);
    await dialog.getByLabel('Lý do').fill('Thiếu phụ lục');
    await look(clerk, 'hộp thoại lấy lại');
    await picture(clerk, 'lay-lai');
    await dialog.getByRole('button', { name: 'Lấy lại' }).click();
    await clerk.getByRole('row', { name: /Sở Tư pháp.*Đã thu hồi/ }).waitFor();
    await afterIssue(clerk, 'Gửi lại');
    await clerk.getByRole('dialog').getByRole('button', { name: 'Gửi lại' }).click();
    await clerk.getByRole('row', { name: /Sở Tư pháp.*Đã đến/ }).waitFor();
  });

  await t.test('it updates the summary: at once where it is not registered, asked where it is', async () => {
    await afterIssue(clerk, 'Cập nhật nơi nhận');
    const dialog = clerk.getByRole('dialog');
    await dialog.getByLabel('Lý do').fill('Ghi rõ thời hạn');
    await dialog.getByLabel('Trích yếu').fill(`${FIRST}, hạn 15/12`);
    await look(clerk, 'hộp thoại cập nhật');
    await picture(clerk, 'cap-nhat');
    await dialog.getByRole('button', { name: 'Cập nhật', exact: true }).click();
    await clerk.getByRole('row', { name: /Sở Tư pháp.*Cập nhật: Đồng ý/ }).waitFor();
    await finance.getByText('đề nghị cập nhật thông tin').waitFor();
    await finance.getByRole('button', { name: 'Đồng ý cập nhật' }).click();
    await finance.getByRole('dialog').getByRole('button', { name: 'Đồng ý cập nhật' }).click();
    await finance.getByRole('heading', { name: `${FIRST}, hạn 15/12` }).waitFor();
    await clerk.getByRole('row', { name: /Sở Tài chính.*Cập nhật: Đồng ý/ }).waitFor();
  });

  await t.test('it replaces it by a new letter, and the old one points there', async () => {
    await afterIssue(clerk, 'Thay thế');
    await clerk.getByText('Thay thế văn bản số').first().waitFor();
    await clerk.getByLabel('Lý do thay thế').fill('Bổ sung biểu mẫu báo cáo');
    await compose(clerk, SECOND, []);
    await look(clerk, 'soạn văn bản thay thế');
    await picture(clerk, 'soan-thay-the');
    await issueDraft({ url: town.url, clerk, director, signer: 'Nguyễn Văn Bình (Giám đốc)', summary: SECOND });
    await finance.getByText('Văn bản đã được thay thế').waitFor();
    await look(finance, 'văn bản đến đã được thay thế');
    await picture(finance, 'den-da-thay-the');
    await clerk.goto(first);
    await clerk.getByText('Văn bản đã được thay thế').waitFor();
    await clerk.getByRole('tab', { name: 'Nơi nhận' }).click();
    await clerk.getByRole('row', { name: /Sở Tài chính.*Đã thay thế/ }).waitFor();
    await picture(clerk, 'di-da-thay-the');
  });

  await t.test('it recalls the new one: cancelled at once here, asked there, refused with a reason, asked again and agreed to', async () => {
    await finance.goto(`${town.url}/app/van-ban-den`);
    await finance.getByRole('link', { name: SECOND }).click();
    await finance.getByRole('button', { name: 'Tiếp nhận' }).click();
    await finance.getByText('Đã tiếp nhận, số đến 2').waitFor();
    await clerk.goto(`${town.url}/app/van-ban-di`);
    await clerk.getByRole('link', { name: SECOND }).click();
    await clerk.getByRole('tab', { name: 'Nơi nhận' }).click();
    await clerk.getByRole('row', { name: /Sở Tài chính.*Đã tiếp nhận/ }).waitFor();
    await afterIssue(clerk, 'Thu hồi');
    const dialog = clerk.getByRole('dialog');
    await dialog.getByText('Hủy ngay (chưa vào sổ)').waitFor();
    await dialog.getByText('Chờ văn thư nơi nhận trả lời').waitFor();
    await dialog.getByRole('button', { name: 'Thu hồi' }).click();
    await dialog.getByText('Nêu lý do').waitFor();
    await dialog.getByLabel('Lý do').fill('Ban hành nhầm thẩm quyền');
    await look(clerk, 'hộp thoại thu hồi');
    await picture(clerk, 'thu-hoi');
    await dialog.getByRole('button', { name: 'Thu hồi' }).click();
    await clerk.getByText('Văn bản đã thu hồi, bản lưu được khóa').waitFor();
    await clerk.getByRole('row', { name: /Sở Tư pháp.*Đã thu hồi/ }).waitFor();
    await finance.getByText('đề nghị thu hồi văn bản này').waitFor();
    await look(finance, 'văn bản đến được đề nghị thu hồi');
    await picture(finance, 'den-de-nghi-thu-hoi');
    await finance.getByRole('button', { name: 'Không đồng ý' }).click();
    await finance.getByRole('dialog').getByLabel('Lý do').fill('Đã chuyển cấp xã thực hiện');
    await finance.getByRole('dialog').getByRole('button', { name: 'Không đồng ý' }).click();
    await clerk.getByText('Có nơi nhận không đồng ý').waitFor();
    await clerk.getByText(/^Sở Tài chính.*: Không đồng ý thu hồi\. Lý do: Đã chuyển cấp xã thực hiện/).waitFor();
    await look(clerk, 'văn bản đi, có nơi không đồng ý');
    await picture(clerk, 'di-khong-dong-y');
    await clerk.getByRole('button', { name: 'Đã xem' }).click();
    await clerk.getByText('Đã ghi nhận.').waitFor();
    await clerk.getByText('Có nơi nhận không đồng ý').waitFor({ state: 'detached' });
    await clerk.getByRole('tab', { name: 'Tuyến xử lý' }).click();
    await clerk.getByText(/Đã chuyển cấp xã thực hiện/).waitFor();
    await look(clerk, 'tuyến của văn bản có nơi không đồng ý thu hồi');
    await picture(clerk, 'di-tuyen-khong-dong-y');
    await clerk.getByRole('tab', { name: 'Nơi nhận' }).click();
    await afterIssue(clerk, 'Thu hồi');
    await clerk.getByRole('dialog').getByLabel('Lý do').fill('Đã thống nhất qua điện thoại');
    await clerk.getByRole('dialog').getByRole('button', { name: 'Thu hồi' }).click();
    await finance.getByRole('button', { name: 'Đồng ý và hủy văn bản' }).click();
    await finance.getByRole('dialog').getByRole('button', { name: 'Đồng ý và hủy văn bản' }).click();
    await finance.getByText('Văn bản đã bị thu hồi', { exact: true }).waitFor();
    await clerk.getByRole('row', { name: /Sở Tài chính.*Đã thu hồi/ }).waitFor();
    await clerk.getByRole('tab', { name: 'Tuyến xử lý' }).click();
    await look(clerk, 'tuyến của văn bản đã thu hồi');
    await picture(clerk, 'di-da-thu-hoi');
  });

  await t.test('the receiver keeps facts and a notice of destruction, and no file opens', async () => {
    await finance.getByRole('tab', { name: 'Thông báo hủy' }).click();
    await finance.getByRole('heading', { name: 'Thông báo hủy văn bản điện tử' }).waitFor();
    await look(finance, 'thông báo hủy');
    await picture(finance, 'thong-bao-huy');
    await finance.getByRole('tab', { name: 'Văn bản', exact: true }).click();
    await finance.getByText('Tệp không mở được nữa').waitFor();
    await finance.goto(`${town.url}/app/van-ban-den?trang_thai=recalled`);
    await finance.getByRole('link', { name: SECOND }).waitFor();
    await look(finance, 'văn bản đến đã thu hồi');
    await picture(finance, 'hop-den-thu-hoi');
  });
});

test('of many recipients the clerk finds those in a state, and reminds the one that was meant', { timeout: 300_000 }, async () => {
  const [own, leader] = await Promise.all(['vanthu.snv', 'giamdoc.snv'].map((login): Promise<DemoClient> => signIn(town.url, { login, password: DEMO_PASSWORD })));
  assert.ok(own !== undefined && leader !== undefined);
  const { agencies } = await own.get<{ agencies: { id: string; name: string; hosting: string }[] }>('/api/v1/accounts/agencies');
  const others = agencies.filter(({ name }) => !name.startsWith('Sở Nội vụ'));
  const count = others.length;
  assert.ok(count > 20, String(count));
  const { documentId } = await sealedLetter({ clerk: own, leader }, others.map(({ id }) => id));
  await own.post(`/api/v1/outgoing-documents/${documentId}/issue`);

  const clerk = (await town.visit('vanthu.snv')).page;
  await clerk.goto(`${town.url}/app/van-ban-di/${documentId}`);
  await clerk.getByRole('tab', { name: 'Nơi nhận' }).click();
  const states = clerk.getByRole('combobox', { name: 'Lọc theo trạng thái' });
  await clerk.getByRole('option', { name: /^Đã đến, chưa mở/ }).waitFor({ state: 'attached' });
  const rows = clerk.getByRole('table', { name: 'Tình trạng tại từng nơi nhận' }).getByRole('row');
  await states.selectOption({ label: (await clerk.getByRole('option', { name: /^Chờ kết nối/ }).textContent()) ?? '' });
  await rows.nth(1).filter({ hasText: 'Báo và Phát thanh' }).waitFor();
  await clerk.getByText(`Đang hiện 1/${String(count)} nơi nhận`).waitFor();
  await look(clerk, 'nơi nhận đã lọc');
  await picture(clerk, 'noi-nhan-da-loc');
  await states.selectOption('');
  await clerk.getByRole('searchbox', { name: 'Tìm nơi nhận' }).fill('hac thanh');
  await rows.nth(1).filter({ hasText: 'phường Hạc Thành' }).waitFor();

  await afterIssue(clerk, 'Nhắc');
  const dialog = clerk.getByRole('dialog');
  const every = dialog.getByRole('checkbox', { name: /^Tất cả \d+ nơi nhận/ });
  await every.press('Space');
  await dialog.getByText(/^Đã chọn 0\//).waitFor();
  await dialog.getByRole('searchbox', { name: 'Tìm nơi nhận' }).fill('hac thanh');
  await dialog.getByRole('checkbox', { name: /phường Hạc Thành/ }).press('Space');
  await dialog.getByText(/^Đã chọn 1\//).waitFor();
  await look(clerk, 'nhắc một trong nhiều nơi');
  await picture(clerk, 'nhac-mot-noi');
  await dialog.getByRole('button', { name: 'Nhắc' }).click();
  await clerk.getByText('Đã nhắc.').waitFor();
  await clerk.getByRole('row', { name: /phường Hạc Thành.*Nhắc lần 1/ }).waitFor();
});

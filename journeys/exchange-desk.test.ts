import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { signIn, type DemoClient } from '#app/demo/client.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { sealedLetter } from '../bench/house/letter.ts';
import { look, picture } from './accessibility.ts';
import { signInWithCode } from './sign-in-with-code.ts';
import { openTown, type Town } from './town.ts';

const PHONE = { width: 360, height: 740 };

let town: Town;
before(async () => {
  town = await openTown();
  const open = (login: string): Promise<DemoClient> => signIn(town.url, { login, password: DEMO_PASSWORD });
  const [clerk, leader] = await Promise.all([open('vanthu.snv'), open('giamdoc.snv')]);
  const { agencies } = await clerk.get<{ agencies: { id: string; name: string }[] }>('/api/v1/accounts/agencies?text=so');
  const { documentId } = await sealedLetter({ clerk, leader }, agencies.filter((agency) => !agency.name.includes('Nội vụ')).slice(0, 6).map((agency) => agency.id));
  await clerk.post(`/api/v1/outgoing-documents/${documentId}/issue`);
}, { timeout: 300_000 });
after(() => town.close());

const go = async (page: Page, path: string): Promise<void> => {
  await page.goto(`${town.url}/app${path}`);
};

test('who audits the province sees the flow live, the statistics with their files, and one document’s way without its content', { timeout: 300_000 }, async () => {
  const { page } = await town.visit('kiemtra.tinh');
  await go(page, '/lien-thong/luong');
  await page.getByRole('img', { name: /Bản đồ trao đổi/ }).waitFor();
  await page.getByRole('cell', { name: /Sở Nội vụ/ }).first().waitFor();
  await look(page, 'luồng trao đổi');
  await picture(page, 'lien-thong-luong');
  await page.getByLabel('Làm nổi một cơ quan').selectOption(await page.getByRole('option', { name: /Sở Nội vụ/ }).first().getAttribute('value') ?? '');
  await look(page, 'luồng của một cơ quan');
  await page.setViewportSize(PHONE);
  await page.reload();
  await page.getByRole('img', { name: /Bản đồ trao đổi/ }).waitFor();
  const { left, room } = await page.locator('.lt-flow-map').evaluate((map) => ({ left: map.scrollLeft, room: map.scrollWidth - map.clientWidth }));
  assert.ok(room > 0 && Math.abs(left - room / 2) < 2, 'a phone shows the middle of the ring first');
  await look(page, 'luồng trên điện thoại');
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.getByRole('link', { name: 'Thống kê', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Thống kê gửi, nhận văn bản' }).waitFor();
  await page.getByRole('link', { name: /^Sở Nội vụ/ }).waitFor();
  await page.getByRole('columnheader', { name: 'Đang gửi' }).waitFor();
  await page.getByText(/^Tháng \d{2}\/\d{4} · Mọi cấp · Số liệu đến/).waitFor();
  await look(page, 'thống kê liên thông');
  await picture(page, 'lien-thong-thong-ke');
  for (const [name, begins] of [['Tải Excel', 'PK'], ['Tải PDF', '%PDF']] as const) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
    const path = await download.path();
    assert.ok(readFileSync(path).subarray(0, begins.length).toString() === begins, name);
  }

  await page.getByRole('link', { name: /^Sở Nội vụ/ }).press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Theo dõi văn bản' }).waitFor();
  await page.getByText(/Văn bản của Sở Nội vụ/).first().waitFor();
  await look(page, 'theo dõi văn bản');
  await picture(page, 'lien-thong-van-ban');
  await page.getByRole('link', { name: /^Văn bản của Sở Nội vụ/ }).first().click();
  await page.getByRole('heading', { level: 1, name: /Đường đi của văn bản/ }).waitFor();
  await page.getByText('Chỉ cơ quan có văn bản được xem nội dung').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Gói chứng cứ' }).count(), 0);
  await look(page, 'đường đi, người giám sát');
});

test('the clerk follows the own document to each recipient, and takes the evidence along', { timeout: 300_000 }, async () => {
  const { page } = await town.visit('vanthu.snv');
  await go(page, '/lien-thong/van-ban');
  await page.getByRole('link', { name: /V\/v rà soát/ }).click();
  await page.getByRole('heading', { level: 1, name: /Đường đi của văn bản \d+\/SNV/ }).waitFor();
  await page.getByText('Các bước kiểm tra khi đến').first().click();
  await page.getByText('Các tệp còn nguyên vẹn: Đạt').first().waitFor();
  await look(page, 'đường đi của văn bản');
  await picture(page, 'lien-thong-duong-di');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Gói chứng cứ', exact: true }).click()]);
  assert.ok(readFileSync(await download.path()).subarray(0, 2).toString() === 'PK');
  await page.setViewportSize(PHONE);
  await look(page, 'đường đi của văn bản trên điện thoại');
});

test('alerts and their rules are kept from the keyboard; without a mail server no address is asked for', { timeout: 300_000 }, async () => {
  const { page } = await town.passerBy({ width: 1440, height: 900 });
  await signInWithCode(page, town.url, 'quantri.tinh');
  await go(page, '/lien-thong/canh-bao');
  await page.getByText('Không có cảnh báo nào').waitFor();
  await page.getByText('Chưa cấu hình máy chủ thư').waitFor();
  await look(page, 'cảnh báo');
  await picture(page, 'lien-thong-canh-bao');
  const edit = page.getByRole('row', { name: /Mất kết nối với đối tác/ }).getByRole('button', { name: 'Sửa' });
  await edit.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByLabel(/Báo sau/).fill('7');
  await look(page, 'quy tắc cảnh báo');
  assert.equal(await page.getByLabel('Địa chỉ thư điện tử').count(), 0);
  await page.getByRole('dialog').getByRole('button', { name: 'Lưu' }).press('Enter');
  await page.getByRole('row', { name: /Mất kết nối với đối tác/ }).getByRole('cell', { name: '7 phút', exact: true }).waitFor();
  await page.setViewportSize(PHONE);
  await look(page, 'cảnh báo trên điện thoại');
  for (const [path, name] of [['/lien-thong/luong', 'luồng'], ['/lien-thong/thong-ke', 'thống kê'], ['/lien-thong/van-ban', 'theo dõi']] as const) {
    await go(page, path);
    await page.getByRole('navigation', { name: 'Các phần của liên thông văn bản' }).waitFor();
    await look(page, `${name} trên điện thoại`);
  }
});

test('the clerk tries what did not arrive again, one by one or all at once; who oversees sees where each one stands', { timeout: 300_000 }, async () => {
  await twoLettersWithoutWay();
  const { page } = await town.visit('vanthu.snv');
  await go(page, '/lien-thong');
  await page.getByRole('row', { name: /Chưa kết nối/ }).nth(1).waitFor();
  await look(page, 'sự cố gửi nhận');
  await picture(page, 'lien-thong-su-co');
  await page.getByRole('checkbox', { name: 'Chọn tất cả dòng đang hiện' }).press('Space');
  const retry = page.getByRole('button', { name: 'Thử lại 2 lần gửi' });
  await retry.waitFor();
  await look(page, 'sự cố đã chọn');
  await retry.press('Enter');
  await page.getByText('Đã yêu cầu gửi lại tới 2 nơi nhận').waitFor();
  await retry.waitFor({ state: 'detached' });
  await page.getByRole('row', { name: /Chưa kết nối/ }).first().getByRole('button', { name: 'Thử lại' }).click();
  await page.getByText(/^Chưa có đường gửi tới/).waitFor();
  await page.setViewportSize(PHONE);
  await look(page, 'sự cố trên điện thoại');

  const { page: auditor } = await town.visit('kiemtra.tinh');
  await go(auditor, '/lien-thong');
  await auditor.getByRole('row', { name: /Chưa kết nối/ }).first().waitFor();
  assert.equal(await auditor.getByRole('columnheader', { name: 'Thao tác' }).count(), 0, 'nothing to do, no column for it');
  await auditor.getByRole('row', { name: /Chưa kết nối/ }).first().getByRole('link').click();
  await auditor.getByRole('heading', { level: 1, name: /Đường đi của văn bản/ }).waitFor();
  await auditor.getByText('đang ở đây').waitFor();
  assert.equal(await auditor.getByText('trả lại', { exact: true }).count(), 0, 'what waits for a way did not come back');
  await look(auditor, 'đường đi, chưa có đường gửi');

  await go(auditor, '/lien-thong/van-ban');
  const agency = auditor.getByRole('combobox', { name: 'Cơ quan' });
  await agency.fill('so noi vu');
  await auditor.getByRole('option', { name: /^Sở Nội vụ/ }).click();
  await auditor.getByRole('link', { name: /^Văn bản của Sở Nội vụ/ }).first().waitFor();
  await look(auditor, 'theo dõi văn bản của một cơ quan');
});

/** To an office outside that is not connected. */
async function twoLettersWithoutWay(): Promise<void> {
  const [clerk, leader] = await Promise.all(['vanthu.snv', 'giamdoc.snv'].map((login) => signIn(town.url, { login, password: DEMO_PASSWORD })));
  assert.ok(clerk !== undefined && leader !== undefined);
  const { agencies } = await clerk.get<{ agencies: { id: string; hosting: string }[] }>('/api/v1/accounts/agencies?text=bao va phat thanh');
  const outside = agencies.find((agency) => agency.hosting === 'external');
  assert.ok(outside);
  for (let letter = 0; letter < 2; letter += 1) {
    const { documentId } = await sealedLetter({ clerk, leader }, [outside.id]);
    await clerk.post(`/api/v1/outgoing-documents/${documentId}/issue`);
  }
}

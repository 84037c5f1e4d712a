import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { look, picture } from './accessibility.ts';
import { issueDraft } from './issue-draft.ts';
import { openTown, type Town } from './town.ts';

const letter = resolve(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf');
const SUMMARY = 'V/v cung cấp số liệu biên chế năm 2026';

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

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

test('a clerk reads the register of outgoing documents, prints it in the form of the decree and takes it along; the receiver has it in the other one', { timeout: 400_000 }, async () => {
  const sender = (await town.visit('vanthu.stc')).page;
  const receiver = (await town.visit('vanthu.snv')).page;

  await sender.goto(`${town.url}/app/van-ban-di`);
  await sender.getByRole('link', { name: 'Sổ văn bản', exact: true }).waitFor();
  await picture(sender, 'van-ban-di-co-so');
  await sender.getByRole('link', { name: 'Sổ văn bản', exact: true }).click();
  await sender.getByText('Sổ chưa có số nào').waitFor();
  await look(sender, 'sổ văn bản đi, chưa có số');
  await picture(sender, 'so-van-ban-trong');
  await issueLetter(sender, (await town.visit('giamdoc.stc')).page);

  await sender.goto(`${town.url}/app/so-van-ban`);
  await sender.getByRole('row', { name: /01\/STC.*Công văn V\/v cung cấp số liệu.*Trần Anh Quân.*Sở Nội vụ/ }).waitFor();
  await sender.getByText('1 văn bản trong khoảng ngày này').waitFor();
  await look(sender, 'sổ văn bản đi');
  await picture(sender, 'so-van-ban-di');

  const download = sender.waitForEvent('download');
  await sender.getByRole('link', { name: 'Tải Excel' }).click();
  assert.match((await download).suggestedFilename(), /^so-van-ban-di-.*\.xlsx$/);

  // The browser's own print window would wait for somebody.
  await sender.evaluate(() => Object.assign(window, { print: () => document.body.setAttribute('data-printed', '') }));
  await sender.getByRole('button', { name: 'In sổ' }).click();
  await sender.locator('body[data-printed]').waitFor();
  await sender.emulateMedia({ media: 'print' });
  await sender.getByRole('heading', { name: 'Sổ đăng ký văn bản đi' }).waitFor();
  await sender.getByText(/Từ số 1 đến số 1/).waitFor();
  await sender.getByText('Quyển số:').waitFor();
  await picture(sender, 'so-van-ban-di-in');
  const folder = process.env['LIENTHONG_SCREENS'];
  if (folder !== undefined) await sender.pdf({ path: `${folder}/so-van-ban-di.pdf`, preferCSSPageSize: true });
  await sender.emulateMedia({ media: 'screen' });

  await receiver.goto(`${town.url}/app/viec-cua-toi`);
  await receiver.getByRole('link', { name: SUMMARY }).click();
  await receiver.getByRole('button', { name: 'Tiếp nhận' }).click();
  await receiver.getByText('Đã tiếp nhận, số đến 1').waitFor();
  await receiver.goto(`${town.url}/app/van-ban-den`);
  await receiver.getByRole('link', { name: 'Sổ văn bản', exact: true }).waitFor();
  await look(receiver, 'văn bản đến, với sổ văn bản');
  await picture(receiver, 'van-ban-den-co-so');
  await receiver.getByRole('link', { name: 'Sổ văn bản', exact: true }).click();
  await receiver.getByRole('row', { name: /Sở Tài chính.*01\/STC.*Công văn V\/v cung cấp/ }).waitFor();
  await look(receiver, 'sổ văn bản đến');
  await picture(receiver, 'so-van-ban-den');
  await receiver.getByRole('button', { name: 'Cả năm' }).click();
  await receiver.getByRole('link', { name: '1', exact: true }).click();
  await receiver.getByRole('heading', { name: SUMMARY }).waitFor();

  const officer = (await town.visit('chuyenvien.snv')).page;
  await officer.goto(`${town.url}/app/so-van-ban`);
  await officer.getByRole('heading', { name: 'Sổ văn bản', exact: true }).waitFor();
  await look(officer, 'sổ văn bản, không được xem');
  await officer.goto(`${town.url}/app/van-ban-den`);
  await officer.getByRole('heading', { name: 'Văn bản đến' }).first().waitFor();
  assert.equal(await officer.getByRole('link', { name: 'Sổ văn bản', exact: true }).count(), 0);
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { smallPdf } from '#engines/files/testing.ts';
import { look, picture } from './accessibility.ts';
import { holdUploads } from './held-uploads.ts';
import { openTown, type Town } from './town.ts';

const MEGABYTE = 1024 * 1024;
const SIZE_BYTES = 8 * MEGABYTE;
const SUMMARY = 'V/v báo cáo kết quả số hóa hồ sơ lưu trữ';

let town: Town;
let folder: string;
before(async () => {
  town = await openTown();
  folder = mkdtempSync(join(tmpdir(), 'lienthong-interrupted-'));
}, { timeout: 240_000 });
after(async () => {
  await town.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** The requests that move a file, as `METHOD offset`. */
function watchUploads(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', (request) => {
    if (!request.url().includes('/api/v1/uploads')) return;
    if (request.method() === 'POST' || request.method() === 'PATCH') seen.push(`${request.method()} ${request.headers()['upload-offset'] ?? ''}`.trim());
  });
  return seen;
}

/** The line of an office with a slow connection. */
async function slowDown(page: Page, bytesPerSecond: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 20, downloadThroughput: -1, uploadThroughput: bytesPerSecond });
}

/** The browser's processes are gone at once, without a goodbye to any page. */
async function kill(page: Page): Promise<void> {
  const closed = new Promise((resolve) => page.context().once('close', resolve));
  const session = await page.context().newCDPSession(page);
  await session.send('Browser.crash').catch(() => undefined); // there is nobody left to answer
  await closed;
}

test('a browser that dies in the middle of an upload goes on where it was, and the draft is saved', { timeout: 180_000 }, async () => {
  const letter = join(folder, 'bao-cao-so-hoa.pdf');
  writeFileSync(letter, smallPdf(SIZE_BYTES / 1024, 'a report that is long on its way'));
  const profile = join(folder, 'profile');

  const first = await town.visitWithProfile('vanthu.snv', profile);
  const firstUploads = watchUploads(first.page);
  await first.page.goto(`${town.url}/app/soan-van-ban`);
  await first.page.locator('input[type=file]').first().waitFor({ state: 'attached' });
  await slowDown(first.page, MEGABYTE / 2);
  await first.page.locator('input[type=file]').first().setInputFiles(letter);
  const bar = first.page.locator('progress');
  while (Number(await bar.getAttribute('value')) < SIZE_BYTES / 2) await sleep(50);
  await kill(first.page);
  assert.deepEqual(firstUploads, ['POST', 'PATCH 0']);

  const second = await town.visitWithProfile('vanthu.snv', profile);
  const { page } = second;
  try {
    const uploads = watchUploads(page);
    await page.goto(`${town.url}/app/soan-van-ban`);
    await page.locator('input[type=file]').first().setInputFiles(letter);
    await page.getByText('Đã nhận').waitFor();
    assert.equal(uploads.length, 1, uploads.join(', '));
    const [method, offset] = (uploads[0] ?? '').split(' ');
    assert.equal(method, 'PATCH', 'the upload is not begun anew');
    assert.ok(Number(offset) > SIZE_BYTES / 4, `it goes on from ${String(offset)}`);

    await page.getByLabel('Trích yếu').fill(SUMMARY);
    const recipients = page.getByRole('combobox', { name: /Nơi nhận/ });
    await recipients.fill('so tai chinh');
    await page.getByRole('listbox').getByRole('option').first().click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Lưu dự thảo' }).click();
    await page.getByRole('heading', { name: SUMMARY }).waitFor();
  } finally {
    await second.context.close();
  }
});

test('a draft says what it misses, and pressed while its files are on their way it is saved by itself once they are there', { timeout: 180_000 }, async () => {
  const letter = join(folder, 'cong-van.pdf');
  const appendix = join(folder, 'phu-luc.pdf');
  writeFileSync(letter, smallPdf(20, 'a letter'));
  writeFileSync(appendix, smallPdf(20, 'an appendix'));
  const { page, context } = await town.visit('vanthu.snv');
  const save = page.getByRole('button', { name: 'Lưu dự thảo' });
  const waiting = page.getByRole('status').filter({ hasText: 'Sẽ lưu dự thảo ngay khi tệp tải lên xong' });
  await page.goto(`${town.url}/app/soan-van-ban`);
  await save.click();
  for (const missing of ['Tải lên tệp chính.', 'Nhập trích yếu.']) await page.getByText(missing).waitFor();
  await page.locator('.lt-file-drop').first().locator('button:focus').waitFor();
  await look(page, 'soạn văn bản, còn thiếu');
  await picture(page, 'soan-van-ban-con-thieu');

  const uploads = await holdUploads(page);
  await page.locator('input[type=file]').first().setInputFiles(letter);
  await page.getByText(/^Đang gửi/).waitFor();
  await page.getByLabel('Trích yếu').fill('V/v tự lưu khi tệp tới');
  await save.click();
  await waiting.waitFor();
  await look(page, 'soạn văn bản, chờ tệp tải lên');
  await picture(page, 'soan-van-ban-cho-tep');
  uploads.refuse();
  await page.getByText('Chưa lưu dự thảo được vì tệp chưa tải lên xong').waitFor();
  await page.locator('.lt-file-drop button:focus').waitFor();
  await page.getByRole('button', { name: 'Gửi tiếp' }).click();
  await page.locator('input[type=file]').last().setInputFiles(appendix);
  await save.click();
  await waiting.waitFor();
  uploads.release();
  await page.getByRole('heading', { name: 'V/v tự lưu khi tệp tới' }).waitFor();
  const reply = await page.request.get(`${town.url}/api/v1/outgoing-documents/${page.url().split('/').at(-1) ?? ''}`);
  // safe because the contract says so
  const { files } = (await reply.json()) as { files: { name: string }[] };
  assert.ok(files.some(({ name }) => name === 'phu-luc.pdf'), 'the appendix went along');
  await context.close();
});

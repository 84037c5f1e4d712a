import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { launchBrowser } from './browser.ts';

const page = `data:text/html;charset=utf-8,${encodeURIComponent('<title>Liên Thông</title><p>Đã tiếp nhận</p>')}`;

async function readTitle(t: TestContext, use: 'any' | 'bundled'): Promise<string> {
  const browser = await launchBrowser({ use });
  t.after(() => browser.close());
  const tab = await browser.newPage();
  await tab.goto(page);
  assert.equal(await tab.locator('p').textContent(), 'Đã tiếp nhận');
  return tab.title();
}

test('a browser opens a page, whichever Chromium this machine has', async (t) => {
  assert.equal(await readTitle(t, 'any'), 'Liên Thông');
});

const isForThisMachine = process.platform === 'linux' && process.arch === 'x64';

test('the browser inside the npm package opens a page too', { skip: !isForThisMachine && 'the package is for Linux on x64' }, async (t) => {
  assert.equal(await readTitle(t, 'bundled'), 'Liên Thông');
});

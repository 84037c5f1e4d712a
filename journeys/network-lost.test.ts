import { after, before, test } from 'node:test';
import { assertNoSidewaysScroll, look, picture } from './accessibility.ts';
import { openTown, type Town } from './town.ts';

let town: Town;
before(async () => {
  town = await openTown();
}, { timeout: 240_000 });
after(() => town.close());

test('a clerk goes to another place while the network is gone: the workplace stays, says so, and shows the place once the network is back', { timeout: 240_000 }, async () => {
  const { page, context } = await town.visit('vanthu.snv');
  // The code of the place that is gone to was never loaded.
  for (const round of [1, 2]) {
    await page.goto(`${town.url}/app/viec-cua-toi`);
    await page.getByRole('heading', { name: 'Việc của tôi' }).waitFor();
    await context.setOffline(true);
    await page.getByText('Mất kết nối mạng.').waitFor();
    await page.getByRole('link', { name: round === 1 ? 'Văn bản đi' : 'Chứng thư số' }).first().click();
    await page.waitForURL(round === 1 ? /van-ban-di/ : /chung-thu-so/);
    await page.locator('.lt-skeleton').first().waitFor();
    await page.getByText('Hệ thống đang tự thử lại.').waitFor();
    await page.getByText('Mất kết nối mạng.').waitFor();
    await picture(page, `mat-mang-${String(round)}`);
    await context.setOffline(false);
    await page.getByRole('heading', { level: 1, name: round === 1 ? 'Văn bản đi' : 'Chứng thư số' }).waitFor();
    await page.getByText('Mất kết nối mạng.').waitFor({ state: 'detached' });
    await look(page, 'có mạng trở lại');
  }
});

test('whoever opens the workplace while its first script is missing reads what to do, and the link opens it', { timeout: 240_000 }, async () => {
  const { page } = await town.passerBy({ width: 360, height: 740 });
  await page.route(/\/app\/assets\/index-[^/]*\.js/, (route) => route.fulfill({ status: 404, body: '{}', contentType: 'application/json' }));
  await page.goto(`${town.url}/app/dang-nhap`);
  const words = page.getByText('Nơi làm việc chưa mở xong.');
  await words.waitFor();
  await assertNoSidewaysScroll(page, 'nơi làm việc chưa mở xong');
  await picture(page, 'chua-mo-xong');
  await page.unroute(/\/app\/assets\/index-[^/]*\.js/);
  await page.getByRole('link', { name: 'tải lại trang' }).click();
  await page.getByLabel('Tên đăng nhập').waitFor();
  await words.waitFor({ state: 'detached' });
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { signIn, type DemoClient } from '#app/demo/client.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { sealedLetter } from '../bench/house/letter.ts';
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

test('after “Thử lại” the focus stands in what was loaded, though the list failed twice', { timeout: 240_000 }, async () => {
  const { page } = await town.visit('vanthu.snv');
  const asked = /\/api\/v1\/outgoing-documents(\?|$)/;
  await page.route(asked, (route) => route.fulfill({ status: 503, body: '{}', contentType: 'application/json' }));
  await page.goto(`${town.url}/app/van-ban-di`);
  const retry = page.getByRole('button', { name: 'Thử lại' });
  await retry.press('Enter');
  await page.locator('#main :focus').waitFor();
  await look(page, 'danh sách chưa tải được');
  await retry.waitFor();
  await picture(page, 'danh-sach-chua-tai-duoc');
  await page.unroute(asked);
  await retry.press('Enter');
  await page.getByText('Chưa có văn bản đi').waitFor();
  await page.locator('#main :focus').waitFor();
  await picture(page, 'danh-sach-thu-lai');
});

test('while the server is away, what is open stays open, and what is being typed with it; once it is back, all is asked again', { timeout: 240_000 }, async () => {
  const open = (login: string): Promise<DemoClient> => signIn(town.url, { login, password: DEMO_PASSWORD });
  const [clerk, leader] = await Promise.all([open('vanthu.snv'), open('giamdoc.snv')]);
  const { agencies } = await clerk.get<{ agencies: { id: string }[] }>('/api/v1/accounts/agencies?text=so tai chinh');
  const { documentId } = await sealedLetter({ clerk, leader }, agencies.slice(0, 1).map(({ id }) => id));
  await clerk.post(`/api/v1/outgoing-documents/${documentId}/issue`);

  const { page } = await town.visit('vanthu.snv');
  await page.goto(`${town.url}/app/van-ban-di/${documentId}`);
  await page.getByRole('button', { name: 'Sau phát hành' }).click();
  await page.getByRole('menuitem', { name: /^Thu hồi/ }).click();
  const reason = page.getByRole('dialog').getByRole('textbox');
  await reason.fill('Sai căn cứ pháp lý');
  const questions = /\/api\/v1\//;
  await page.route(questions, (route) => (route.request().method() === 'GET' ? route.abort() : route.fallback()));
  const askAgain = () => page.evaluate(() => new BroadcastChannel('lienthong.live').postMessage('*'));
  await askAgain();
  const notice = page.getByText('Chưa cập nhật được từ máy chủ');
  await notice.waitFor();
  assert.equal(await reason.inputValue(), 'Sai căn cứ pháp lý');
  await look(page, 'máy chủ chưa trả lời');
  await picture(page, 'may-chu-chua-tra-loi');
  await page.unroute(questions);
  await askAgain();
  await notice.waitFor({ state: 'detached' });
  assert.equal(await reason.inputValue(), 'Sai căn cứ pháp lý');
});

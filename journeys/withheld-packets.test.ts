import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { aPacket } from '../src/engines/exchange/partners/adapters/provincial-axis/testing.ts';
import { openFakeNationalAxis, type FakeNationalAxis } from '../src/engines/exchange/testing/national-axis.ts';
import { look, picture } from './accessibility.ts';
import { openTown, type Town } from './town.ts';

const SYSTEM = 'H56.LIENTHONG';
const ministry = { code: 'G09', name: 'Bộ Nội vụ' };

let town: Town;
let axis: FakeNationalAxis;
before(async () => {
  axis = await openFakeNationalAxis({ systemId: SYSTEM, secret: 'khóa chung', serves: () => true, now: () => new Date() });
  town = await openTown();
}, { timeout: 300_000 });
after(async () => {
  await town.close();
  await axis.close();
});

test('packets that the national axis lists and does not give stand on its page with the reason, and are fetched at once when the operator asks', { timeout: 300_000 }, async () => {
  const page = (await town.administrator()).page;
  for (const [number, code] of [['41', '10'], ['42', '21'], ['43', '100']] as const) {
    axis.withheld.set(await axis.bring(await aPacket({ from: ministry, to: ['H56.01'], document: { number, notation: 'BNV' } })), code);
  }
  const body = { protocol: 'national_axis', name: 'Trục liên thông văn bản quốc gia', address: axis.address, config: { systemId: SYSTEM }, secrets: { secret: 'khóa chung' } };
  const added = await page.request.post(`${town.url}/api/v1/exchange/partners`, { data: body });
  assert.ok(added.ok(), await added.text());
  const { partnerId } = await added.json() as { partnerId: string };
  // The axis is asked within half a minute.
  const withheld = async (): Promise<number> => ((await (await page.request.get(`${town.url}/api/v1/exchange/partners/${partnerId}`)).json()) as { line: { withheld: number } }).line.withheld;
  while ((await withheld()) < 3) await page.waitForTimeout(500);

  await page.goto(`${town.url}/app/he-thong-ket-noi/${partnerId}`);
  const heading = page.getByRole('heading', { name: 'Gói tin trục chưa giao (3)' });
  await heading.waitFor();
  await page.locator('dd', { hasText: '3 gói trục chưa giao' }).waitFor();
  await page.getByText(/Trục liệt kê mà chưa giao: Tệp gói tin không hợp lệ \(10\).*Báo đơn vị vận hành trục/).waitFor();
  await page.getByText('Nơi gửi: G09').first().waitFor();
  await look(page, 'gói tin trục chưa giao');
  await picture(page, 'goi-truc-chua-giao');
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByText('Mã kỹ thuật: axis100').scrollIntoViewIfNeeded();
  await look(page, 'gói tin trục chưa giao, trên điện thoại');
  await picture(page, 'goi-truc-chua-giao-duoi');
  await page.setViewportSize({ width: 1440, height: 900 });

  // From the moment in which the operator asks, the axis gives them: a round before that would take them away unasked.
  await page.route('**/withheld/ask-again', async (route) => {
    axis.withheld.clear();
    await route.continue();
  });
  await page.getByRole('button', { name: 'Lấy lại ngay' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Trục đang được hỏi lại. Gói nào được giao thì rời danh sách.').first().waitFor();
  await heading.waitFor({ state: 'detached' });
  await page.locator('dt', { hasText: 'Cần xử lý' }).waitFor();
  await page.getByText('3 gói trục chưa giao').first().waitFor({ state: 'detached' });
  assert.equal(await withheld(), 0);
});

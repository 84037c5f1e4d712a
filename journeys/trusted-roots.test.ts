import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRootAuthority } from '#engines/signatures/domain/pki/authority.ts';
import { buildTrustedList } from '#engines/signatures/domain/trust-list/testing.ts';
import { createTestPki } from '#engines/signatures/domain/validation/testing.ts';
import { signXml, testSigner } from '#engines/signatures/domain/xml/testing.ts';
import { runStory } from '#app/demo/story.ts';
import type { Page } from 'playwright-core';
import { look, picture } from './accessibility.ts';
import { openTown, type Town } from './town.ts';

const root = async (organization: string) => (await createRootAuthority({ organization, now: new Date() })).certificate;

let town: Town;
let issue: (number: number) => void;
const folder = mkdtempSync(join(tmpdir(), 'lienthong-trusted-roots-'));
before(async () => {
  const current = { status: 'granted', from: new Date('2026-01-01T00:00:00Z') };
  const soon = new Date(Date.now() + 90 * 86_400_000).toISOString();
  const xml = buildTrustedList(await root('Tổ chức chứng thực theo danh sách'), { current }).toString().replace(/<NextUpdate><dateTime>[^<]+/, `<NextUpdate><dateTime>${soon}`);
  writeFileSync(join(folder, 'nepac.unsigned.xml'), xml);
  writeFileSync(join(folder, 'vn.xml'), xml);
  const keeper = await createTestPki(new Date(Date.now() - 30 * 86_400_000));
  const operator = testSigner(keeper, keeper.agency);
  issue = (number) => {
    writeFileSync(join(folder, 'quoc-gia.xml'), signXml(Buffer.from(xml.replace(/<TSLSequenceNumber>\d+/, `<TSLSequenceNumber>${String(number)}`)), operator, { signingTime: new Date() }));
  };
  writeFileSync(join(folder, 'quoc-gia.list-signer.crt'), keeper.agency.certificate.raw);
  issue(9);
  town = await openTown({ trustAnchorsDir: folder });
}, { timeout: 240_000 });
after(async () => {
  await town.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the administrator of the province trusts the authorities of a bundle after comparing them, and ends the trust in one', { timeout: 400_000 }, async (t) => {
  const { page } = await town.administrator();
  const [first, second] = [await root('Cục Chứng thực số và Bảo mật thông tin'), await root('Tổ chức chứng thực công cộng mẫu')];
  const bundle = join(folder, 'goc.txt');
  writeFileSync(bundle, [first, second].map(({ raw }) => new X509Certificate(raw).toString()).join('\n'));

  await t.test('what is trusted from the beginning is the installation itself', async () => {
    await page.goto(`${town.url}/app/chung-thu-so`);
    await page.getByRole('button', { name: 'Việc khác' }).click();
    await page.getByRole('menuitem', { name: 'Gốc tin cậy' }).click();
    await page.getByRole('link', { name: /CA gốc nội bộ/ }).first().waitFor();
    await look(page, 'chứng thư gốc tin cậy');
    await picture(page, 'goc-tin-cay-dau');
    await page.goto(`${town.url}/app/danh-sach-tin-cay`);
    await page.getByText('quoc-gia.xml').waitFor();
    issue(8);
  });

  await t.test('a bundle shows its fingerprints, and is trusted with its legal basis', async () => {
    await page.goto(`${town.url}/app/chung-thu-goc`);
    await page.getByRole('button', { name: 'Thêm từ tệp' }).click();
    await page.locator('input[type=file]').setInputFiles(bundle);
    await page.getByText('2 chứng thư trong tệp').first().waitFor();
    await look(page, 'xem tệp chứng thư gốc');
    await picture(page, 'them-goc-tin-cay');
    await page.getByRole('button', { name: 'Tin cậy', exact: true }).click();
    await page.getByRole('alert').first().waitFor();
    await page.getByLabel(/^Căn cứ pháp lý/).fill('Thông báo 15/TB-BCY ngày 05/3/2026');
    await page.getByRole('button', { name: 'Tin cậy', exact: true }).click();
    await page.getByText('Đã tin cậy thêm 2 chứng thư.').waitFor();
    await page.getByText('Thông báo 15/TB-BCY').first().waitFor();
  });

  await t.test('the trust is ended with a reason, and stays to be seen as ended', async () => {
    await page.goto(`${town.url}/app/chung-thu-goc?nguon=table`);
    await page.getByRole('link', { name: /CA gốc/ }).first().click();
    await page.getByRole('button', { name: 'Thôi tin cậy' }).waitFor();
    await look(page, 'một chứng thư gốc');
    await picture(page, 'mot-goc-tin-cay');
    await page.getByRole('button', { name: 'Thôi tin cậy' }).click();
    await page.getByLabel(/^Lý do/).fill('Nơi cấp chấm dứt hoạt động từ hôm nay');
    await look(page, 'thôi tin cậy');
    await picture(page, 'thoi-tin-cay');
    await page.getByRole('dialog').getByRole('button', { name: 'Thôi tin cậy' }).click();
    await page.getByText('Đã ghi nhận.').first().waitFor();
    await page.getByText('Nơi cấp chấm dứt hoạt động từ hôm nay').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Thôi tin cậy' }).count(), 0);
    await look(page, 'đã thôi tin cậy');
    await picture(page, 'da-thoi-tin-cay');
  });

  await t.test('trusted lists say whether they are used and why not', async () => {
    await page.goto(`${town.url}/app/chung-thu-goc`);
    await page.getByRole('button', { name: 'Danh sách tin cậy: có lỗi' }).click();
    await page.getByText('không có chữ ký nên không được dùng').waitFor();
    await look(page, 'danh sách tin cậy');
    await picture(page, 'danh-sach-tin-cay');
  });

  await t.test('an older list that lies in place of a newer one is used all the same only after a reason', async () => {
    await page.goto(`${town.url}/app/danh-sach-tin-cay`);
    const older = page.getByText('cũ hơn bản đã đọc trước đó').first();
    // the folder is read again once a minute
    for (let turn = 0; turn < 14 && !(await older.isVisible()); turn += 1) {
      await page.waitForTimeout(5_000);
      await page.reload();
      await page.getByText('quoc-gia.xml').waitFor();
    }
    await older.waitFor();
    await look(page, 'danh sách tin cậy cũ hơn');
    await picture(page, 'danh-sach-cu-hon');
    await page.getByRole('button', { name: 'Vẫn dùng danh sách cũ hơn' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Vẫn dùng danh sách cũ hơn' }).click();
    await dialog.getByText('Nêu lý do dùng lại danh sách cũ hơn.').waitFor();
    await look(page, 'vẫn dùng danh sách cũ hơn');
    await picture(page, 'van-dung-danh-sach-cu-hon');
    await dialog.getByLabel(/^Lý do dùng lại/).fill('Bản số 9 phát hành nhầm');
    await dialog.getByRole('button', { name: 'Vẫn dùng danh sách cũ hơn' }).click();
    await page.getByText(/Đã dùng danh sách số/).waitFor();
    // the dialog goes, and the list is asked again
    await page.getByRole('button', { name: 'Vẫn dùng danh sách cũ hơn' }).waitFor({ state: 'detached' });
    await picture(page, 'danh-sach-cu-hon-da-dung');
  });

  await t.test('a document that came before is shown with its kept report and its time, and then with the one that is made of what is trusted now', async () => {
    assert.deepEqual(await runStory({ url: town.url, outFolder: folder, onStep: () => undefined }), []);
    const { page: reader, context } = await town.visit('vanthu.stc');
    await reader.goto(`${town.url}/app/van-ban-den`);
    await reader.getByRole('row').filter({ hasText: 'Sở Nội vụ' }).getByRole('link').first().click();
    await reader.getByRole('tab', { name: 'Chữ ký số' }).click();
    await reader.getByText(/^Kiểm tra lúc/).waitFor();
    const anew = reader.getByText('Đang kiểm tra lại chữ ký');
    assert.equal(await anew.count(), 0);
    const kept = await reportOf(town, reader);

    const file = (await root('Tổ chức chứng thực mới')).raw.toString('base64');
    const reply = await page.request.post(`${town.url}/api/v1/signatures/trust-anchors`, { data: { certificate: file, legalBasis: 'Thông báo 16/TB-BCY', validFrom: new Date().toISOString().slice(0, 10), validTo: null } });
    assert.ok(reply.ok(), await reply.text());
    // Only the first look is answered until the screen was seen as it is meanwhile.
    const seen = Promise.withResolvers<undefined>();
    let looks = 0;
    await reader.route('**/validation', async (asked) => {
      looks += 1;
      if (looks > 1) await seen.promise;
      await asked.continue();
    });
    await reader.reload();
    await reader.getByRole('tab', { name: 'Chữ ký số' }).click();
    await anew.waitFor();
    await reader.getByText(/^Kiểm tra lúc/).waitFor();
    await look(reader, 'chữ ký số đang kiểm tra lại');
    await picture(reader, 'chu-ky-so-kiem-tra-lai');
    seen.resolve(undefined);
    await anew.waitFor({ state: 'hidden' });
    await reader.getByText(/^Kiểm tra lúc/).waitFor();
    const made = await reportOf(town, reader);
    assert.ok(made.validatedAt > kept.validatedAt, 'another report stands there now');
    await picture(reader, 'chu-ky-so-da-kiem-tra-lai');

    // What it said earlier is folded away, for whoever has to know it; by keyboard too.
    await reader.getByText('Các lần kiểm tra trước (1)').focus();
    await reader.keyboard.press('Enter');
    await reader.getByText(/Được thay lúc .* Tin cậy thêm CA gốc/).waitFor();
    await reader.getByRole('button', { name: /^Xem kết quả lúc đó/ }).click();
    await reader.getByRole('group', { name: 'Kết quả kiểm tra chữ ký số' }).nth(1).waitFor();
    await look(reader, 'kết quả kiểm tra chữ ký trước');
    await picture(reader, 'chu-ky-so-lan-truoc');
    await reader.setViewportSize({ width: 360, height: 800 });
    await look(reader, 'kết quả kiểm tra chữ ký trước trên điện thoại');
    await reader.setViewportSize({ width: 1440, height: 900 });
    await context.close();
  });

  await t.test('the clerk of an agency is shown neither', async () => {
    const { page: other } = await town.visit('vanthu.snv');
    await other.goto(`${town.url}/app/chung-thu-so`);
    await other.getByRole('heading', { name: 'Chứng thư số' }).first().waitFor();
    await other.getByRole('button', { name: 'Việc khác' }).click();
    await other.getByRole('menuitem', { name: 'Tải bảng Excel' }).waitFor();
    assert.equal(await other.getByRole('menuitem', { name: 'Gốc tin cậy' }).count(), 0);
    await other.goto(`${town.url}/app/chung-thu-goc`);
    await other.getByRole('alert').first().waitFor();
    assert.equal(await other.getByRole('link', { name: /CA gốc/ }).count(), 0);
    await look(other, 'không được xem gốc tin cậy');
    await picture(other, 'goc-tin-cay-khong-duoc-xem');
  });
});

/** The report that a screen with one document shows. */
async function reportOf({ url }: Town, page: Page): Promise<{ validatedAt: string }> {
  const reply = await page.request.get(`${url}/api/v1/incoming-documents/${new URL(page.url()).pathname.split('/').at(-1) ?? ''}/validation`);
  // safe because the contract says so
  return (await reply.json()) as { validatedAt: string };
}


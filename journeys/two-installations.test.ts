import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { freePort } from '../bench/house/free-port.ts';
import { NGHE_AN } from '../tests/second-province.ts';
import { look, picture } from './accessibility.ts';
import { issueDraft } from './issue-draft.ts';
import { openTown, type Town } from './town.ts';

const letter = resolve(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf');
const FIRST = 'V/v phối hợp quản lý địa giới hành chính giữa hai tỉnh';
const SECOND = 'V/v mời tham dự hội nghị giao ban hai tỉnh';
const THIRD = 'V/v phối hợp quản lý địa giới hành chính, thay thế văn bản trước';
/** Directories are read within half a minute, and lines are looked at every five seconds. */
const WITHIN = { timeout: 60_000 };
const OVER_THERE = { timeout: 30_000 };

let thanhHoa: Town;
let ngheAn: Town;
let trusted: string;
before(async () => {
  trusted = mkdtempSync(join(tmpdir(), 'lienthong-trusted-'));
  thanhHoa = await openTown(await ownAddress());
  // In the country both trust the state's authority; here the operators of one put the root of the other into their folder.
  for (const file of ['root.crt', 'root.crl', 'crl.crl']) {
    const reply = await fetch(`${thanhHoa.url}/pki/${file}`);
    writeFileSync(join(trusted, file), Buffer.from(await reply.arrayBuffer()));
  }
  ngheAn = await openTown({ ...(await ownAddress()), trustAnchorsDir: trusted }, NGHE_AN);
}, { timeout: 300_000 });
after(async () => {
  await thanhHoa.close();
  await ngheAn.close();
  rmSync(trusted, { recursive: true });
});

async function ownAddress(): Promise<{ port: number; publicUrl: string }> {
  const port = await freePort();
  return { port, publicUrl: `http://127.0.0.1:${String(port)}` };
}

/** Signs in and goes to the connected systems. */
async function administratorOf(town: Town): Promise<Page> {
  const { page } = await town.administrator();
  await page.goto(`${town.url}/app/he-thong-ket-noi`);
  await page.getByText('Chưa có hệ thống nào kết nối').waitFor();
  return page;
}

async function chooseToAdd(page: Page, entry: string): Promise<void> {
  await page.getByRole('button', { name: 'Thêm hệ thống' }).click();
  await page.getByRole('menuitem', { name: entry }).click();
}

async function compose(page: Page, summary: string, recipients: readonly string[]): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles(letter);
  await page.getByText('Đã nhận').waitFor();
  await page.getByLabel('Trích yếu').fill(summary);
  for (const typed of recipients) {
    await page.getByRole('combobox', { name: /Nơi nhận/ }).fill(typed);
    await page.getByRole('listbox').getByRole('option', { name: /Nghệ An/ }).first().click();
  }
  await page.keyboard.press('Escape');
}

async function openArrived(page: Page, summary: string): Promise<void> {
  await page.goto(`${ngheAn.url}/app/van-ban-den`);
  await page.getByRole('link', { name: summary }).first().click(OVER_THERE);
  await page.getByRole('heading', { name: summary }).waitFor();
}

async function register(page: Page, number: number): Promise<void> {
  await page.getByRole('button', { name: 'Tiếp nhận' }).click();
  await page.getByText(`Đã tiếp nhận, số đến ${String(number)}`).waitFor();
}

async function afterIssue(page: Page, entry: string): Promise<void> {
  await page.getByRole('button', { name: 'Sau phát hành' }).click();
  await page.getByRole('menuitem', { name: new RegExp(`^${entry}`) }).click();
}

test('two provinces connect, and a signed letter goes from one to the other, is answered, recalled and replaced there', { timeout: 600_000 }, async (t) => {
  const [here, there] = [await administratorOf(thanhHoa), await administratorOf(ngheAn)];
  let invitation = { text: '', fingerprint: '' };
  let answer = '';

  await t.test('one administrator invites: a text to send, a fingerprint to tell', async () => {
    await chooseToAdd(here, 'Mời Liên Thông khác');
    const dialog = here.getByRole('dialog');
    await dialog.getByLabel('Tên gọi của bên kia').fill('Tỉnh Nghệ An');
    await look(here, 'mời hệ thống khác');
    await dialog.getByRole('button', { name: 'Tạo thư mời' }).click();
    const shown = here.getByRole('dialog', { name: 'Thư mời', exact: true });
    await shown.waitFor();
    const [text, fingerprint] = await shown.locator('code').allTextContents();
    invitation = { text: text ?? '', fingerprint: fingerprint ?? '' };
    await look(here, 'thư mời');
    await picture(here, 'thu-moi');
    await shown.locator('footer').getByRole('button', { name: 'Đóng' }).click();
    await here.getByRole('link', { name: 'Tỉnh Nghệ An' }).waitFor();
    await here.getByText('Đã mời').first().waitFor();
  });

  await t.test('the other one accepts it, only with the right fingerprint, and reads out its own', async () => {
    await chooseToAdd(there, 'Nhập thư mời');
    const dialog = there.getByRole('dialog');
    await dialog.getByRole('textbox', { name: /Thư mời/ }).fill(invitation.text);
    await dialog.getByLabel(/^Vân tay khóa/).fill(invitation.fingerprint.replace(/^..../, '0000'));
    await dialog.getByLabel(/^Tên gọi của bên kia/).fill('Tỉnh Thanh Hóa');
    await dialog.getByRole('button', { name: 'Chấp nhận' }).click();
    await dialog.getByText('Vân tay khóa không khớp').waitFor();
    await look(there, 'nhập thư mời, vân tay sai');
    await picture(there, 'nhap-thu-moi');
    await dialog.getByLabel(/^Vân tay khóa/).fill(invitation.fingerprint);
    await dialog.getByRole('button', { name: 'Chấp nhận' }).click();
    const shown = there.getByRole('dialog', { name: 'Đã chấp nhận thư mời' });
    await shown.waitFor();
    answer = (await shown.locator('code').textContent()) ?? '';
    await look(there, 'đã chấp nhận thư mời');
    await picture(there, 'da-chap-nhan-thu-moi');
    await shown.locator('footer').getByRole('button', { name: 'Đóng' }).click();
    await there.getByRole('link', { name: 'Tỉnh Thanh Hóa' }).click();
    await there.getByText(answer).waitFor();
    await look(there, 'hệ thống vừa kết nối');
  });

  await t.test('the first one confirms it, both directories come by themselves, and the line is good', async () => {
    await here.reload();
    await here.getByRole('link', { name: 'Tỉnh Nghệ An' }).click();
    await here.getByText('Chờ xác nhận khóa').first().waitFor();
    assert.equal(await here.getByText(answer).count(), 0, 'the fingerprint is heard on the telephone, not copied');
    await here.getByRole('button', { name: 'Xác nhận vân tay' }).click();
    const dialog = here.getByRole('dialog');
    await dialog.getByLabel(/^Vân tay khóa/).fill(answer.toLowerCase().replaceAll('-', ' '));
    await look(here, 'xác nhận vân tay');
    await picture(here, 'xac-nhan-van-tay');
    await dialog.getByRole('button', { name: 'Xác nhận vân tay' }).click();
    await here.getByText('Đã xác nhận. Hai hệ thống trao đổi được với nhau.').waitFor();
    await here.getByRole('button', { name: 'Thao tác' }).click();
    await here.getByRole('menuitem', { name: 'Thử kết nối' }).click();
    await here.getByRole('dialog').getByRole('button', { name: 'Thử kết nối' }).click();
    await here.getByText(/trả lời, giao thức 1/).waitFor();
    await here.getByRole('tab', { name: 'Cơ quan' }).click();
    await here.getByRole('cell', { name: 'Sở Tài chính tỉnh Nghệ An' }).waitFor(WITHIN);
    await look(here, 'cơ quan của tỉnh bạn');
    await picture(here, 'co-quan-tinh-ban');
    await here.getByRole('tab', { name: 'Khác biệt danh bạ' }).click();
    await here.getByText('Không có khác biệt nào').waitFor();
    await there.getByRole('tab', { name: 'Cơ quan' }).click();
    await there.getByRole('cell', { name: 'Sở Nội vụ tỉnh Thanh Hóa' }).waitFor(WITHIN);
    await there.getByRole('tab', { name: 'Tình trạng' }).click();
    await look(there, 'tình trạng của đường nối');
    await picture(there, 'tinh-trang-duong-noi');
  });

  const clerk = (await thanhHoa.visit('vanthu.snv')).page;
  const director = (await thanhHoa.visit('giamdoc.snv')).page;
  const receiver = (await ngheAn.visit('vanthu.stc')).page;
  const seen = (state: RegExp) => clerk.getByRole('row', { name: state }).waitFor(OVER_THERE);
  let first = '';

  await t.test('a signed letter goes over, its signatures are valid there, and it is registered', async () => {
    await clerk.goto(`${thanhHoa.url}/app/soan-van-ban`);
    await compose(clerk, FIRST, ['so tai chinh nghe an']);
    await issueDraft({ url: thanhHoa.url, clerk, director, signer: 'Nguyễn Văn Bình (Giám đốc)', summary: FIRST });
    first = clerk.url();
    await openArrived(receiver, FIRST);
    await receiver.getByText('Sở Nội vụ tỉnh Thanh Hóa').first().waitFor();
    await receiver.getByRole('tab', { name: 'Chữ ký số' }).click();
    await receiver.getByText('Nguyễn Văn Bình').first().waitFor();
    await look(receiver, 'chữ ký số của văn bản tỉnh bạn');
    await picture(receiver, 'chu-ky-tinh-ban');
    await receiver.getByText('Chữ ký hợp lệ').first().waitFor();
    await register(receiver, 1);
  });

  await t.test('the sender sees who registered it there, and when', async () => {
    await seen(/Sở Tài chính tỉnh Nghệ An.*Đã tiếp nhận/);
    const row = clerk.getByRole('row', { name: /Sở Tài chính tỉnh Nghệ An/ });
    assert.match((await row.textContent()) ?? '', /\d{2}\/\d{1,2}\/\d{4}.*Võ Thị Hoài Thu/);
    await look(clerk, 'nơi nhận ở tỉnh bạn');
    await picture(clerk, 'noi-nhan-tinh-ban');
  });

  await t.test('a second letter: who has not looked is reminded there and then does, and the sender sees both; recalled, the clerk there is asked and agrees', async () => {
    await clerk.goto(`${thanhHoa.url}/app/soan-van-ban`);
    await compose(clerk, SECOND, ['so tai chinh nghe an', 'truong vinh']);
    await issueDraft({ url: thanhHoa.url, clerk, director, signer: 'Nguyễn Văn Bình (Giám đốc)', summary: SECOND });
    await openArrived(receiver, SECOND);
    await register(receiver, 2);
    await seen(/Sở Tài chính tỉnh Nghệ An.*Đã tiếp nhận/);
    await seen(/phường Trường Vinh.*Đã đến.*chưa mở/);
    await afterIssue(clerk, 'Nhắc');
    const reminder = clerk.getByRole('dialog');
    await look(clerk, 'nhắc nơi nhận ở tỉnh bạn');
    await picture(clerk, 'nhac-tinh-ban');
    await reminder.getByRole('button', { name: 'Nhắc', exact: true }).click();
    await seen(/phường Trường Vinh.*Nhắc lần 1/);
    const ward = (await ngheAn.visit('vanthu.truongvinh')).page;
    await ward.getByText(SECOND).first().waitFor(OVER_THERE);
    await look(ward, 'việc được tỉnh bạn nhắc');
    await openArrived(ward, SECOND);
    await ward.getByText('Nơi gửi đã nhắc lúc').waitFor(OVER_THERE);
    await look(ward, 'văn bản được tỉnh bạn nhắc');
    await picture(ward, 'den-duoc-tinh-ban-nhac');
    await seen(/phường Trường Vinh.*Đã đến.*\d{2}\/\d{1,2}\/\d{4}, \d{2}:\d{2}.*\d{2}\/\d{1,2}\/\d{4}, \d{2}:\d{2}.*Nhắc lần 1/);
    await clerk.getByText('chưa mở').waitFor({ state: 'detached' });
    await look(clerk, 'tỉnh bạn đã mở');
    await picture(clerk, 'tinh-ban-da-mo');
    await afterIssue(clerk, 'Thu hồi');
    const dialog = clerk.getByRole('dialog');
    await dialog.getByLabel('Lý do').fill('Thay đổi thời gian tổ chức');
    await look(clerk, 'thu hồi ở tỉnh bạn');
    await picture(clerk, 'thu-hoi-tinh-ban');
    await dialog.getByRole('button', { name: 'Thu hồi' }).click();
    await clerk.getByText('Văn bản đã thu hồi, bản lưu được khóa').waitFor();
    await seen(/phường Trường Vinh.*Đã thu hồi/);
    await receiver.getByText('đề nghị thu hồi văn bản này').waitFor(OVER_THERE);
    await look(receiver, 'tỉnh bạn đề nghị thu hồi');
    await picture(receiver, 'tinh-ban-de-nghi-thu-hoi');
    await receiver.getByRole('button', { name: 'Đồng ý và hủy văn bản' }).click();
    await receiver.getByRole('dialog').getByRole('button', { name: 'Đồng ý và hủy văn bản' }).click();
    await receiver.getByText('Văn bản đã bị thu hồi', { exact: true }).waitFor();
    await seen(/Sở Tài chính tỉnh Nghệ An.*Đã thu hồi/);
    await seen(/Sở Tài chính tỉnh Nghệ An.*Thu hồi: Đồng ý/);
    await clerk.getByRole('tab', { name: 'Tuyến xử lý' }).click();
    await clerk.getByText('Võ Thị Hoài Thu').first().waitFor();
    await look(clerk, 'tuyến của văn bản thu hồi ở tỉnh bạn');
    await picture(clerk, 'di-thu-hoi-tinh-ban');
  });

  await t.test('the first letter is replaced, and what lies there points to the new one', async () => {
    await clerk.goto(first);
    await afterIssue(clerk, 'Thay thế');
    await clerk.getByText('Thay thế văn bản số').first().waitFor();
    await clerk.getByLabel('Lý do thay thế').fill('Bổ sung bản đồ kèm theo');
    await compose(clerk, THIRD, []);
    await issueDraft({ url: thanhHoa.url, clerk, director, signer: 'Nguyễn Văn Bình (Giám đốc)', summary: THIRD });
    await openArrived(receiver, THIRD);
    await look(receiver, 'văn bản thay thế của tỉnh bạn');
    await picture(receiver, 'den-thay-the-tinh-ban');
    await openArrived(receiver, FIRST);
    await receiver.getByText('Văn bản đã được thay thế').waitFor();
    await look(receiver, 'văn bản của tỉnh bạn đã được thay thế');
    await picture(receiver, 'den-da-thay-the-tinh-ban');
    await receiver.locator('.lt-banner').filter({ hasText: 'Văn bản đã được thay thế' }).getByRole('link').click();
    await receiver.getByRole('heading', { name: THIRD }).waitFor();
    await clerk.goto(first);
    await clerk.getByText('Văn bản đã được thay thế').waitFor();
    await clerk.getByRole('tab', { name: 'Nơi nhận' }).click();
    await seen(/Sở Tài chính tỉnh Nghệ An.*Đã thay thế/);
  });

  await t.test('both administrators see what went through, and nothing is left over', async () => {
    for (const [page, town] of [[here, thanhHoa], [there, ngheAn]] as const) {
      await page.goto(`${town.url}/app/goi-gui-doi-tac`);
      await page.getByText('Đã xử lý').nth(1).waitFor();
      await look(page, 'gói gửi tỉnh bạn');
      await page.goto(`${town.url}/app/goi-cach-ly`);
      await page.getByText('Không có gói nào bị cách ly').waitFor();
    }
    await here.goto(`${thanhHoa.url}/app/goi-gui-doi-tac`);
    await here.getByText('Đã xử lý').nth(1).waitFor();
    await picture(here, 'goi-gui-tinh-ban');
  });
});

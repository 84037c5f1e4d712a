import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { openTestHouse } from '#kernel/testkit.ts';
import { parseCalendarDay } from '#kernel/time.ts';
import { createAgency } from '#engines/identity/index.ts';
import { toPem } from '#engines/signatures/domain/pdf/testing-signer.ts';
import { createTestPki } from '#engines/signatures/domain/validation/testing.ts';
import { freePort } from '../bench/house/free-port.ts';
import { exchangeHouse } from '../src/engines/exchange/testing.ts';
import type { InstallationLine } from '../src/engines/exchange/partners/adapters/installation/client.ts';
import { digestOf, signRequest } from '../src/engines/exchange/partners/adapters/installation/http-signatures.ts';
import { signingKey } from '../src/engines/exchange/partners/adapters/installation/settings.ts';
import { PEER } from '../src/engines/exchange/partners/adapters/installation/wire.ts';
import { findPartner, openLine } from '../src/engines/exchange/partners/partner-rows.ts';
import { serveHouse, type Installation } from '../src/engines/exchange/partners/testing.ts';
import { look, picture } from './accessibility.ts';
import { openTown, type Town } from './town.ts';

const folder = mkdtempSync(join(tmpdir(), 'lienthong-connection-'));
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
/** Directories are read within half a minute. */
const WITHIN = { timeout: 60_000 };

let town: Town;
let neighbour: Installation;
before(async () => {
  const port = await freePort();
  town = await openTown({ port, publicUrl: `http://127.0.0.1:${String(port)}` });
  neighbour = await serveHouse(await openTestHouse({ modules: exchangeHouse, realTime: true }));
}, { timeout: 300_000 });
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await town.close();
  await neighbour.close();
});

async function api<Reply>(page: Page, method: 'GET' | 'POST' | 'PUT', path: string, data?: object): Promise<Reply> {
  const reply = await page.request.fetch(`${town.url}/api/v1${path}`, { method, ...(data === undefined ? {} : { data }) });
  assert.ok(reply.ok(), `${path}: ${await reply.text()}`);
  // safe because the caller names the shape of the route's reply
  return (reply.status() === 204 ? {} : await reply.json()) as Reply;
}

/** The neighbour invites, the town accepts, the neighbour confirms. */
async function connect(page: Page): Promise<string> {
  const invited = await neighbour.call<{ partnerId: string; text: string; fingerprint: string }>('POST', '/api/v1/exchange/invitations', { body: { name: 'Tỉnh Thanh Hóa' } });
  const { text, fingerprint } = invited.body;
  const accepted = await api<{ partnerId: string; fingerprint: string }>(page, 'POST', '/exchange/invitations/accept', { text, fingerprint, name: 'Tỉnh Nghệ An' });
  assert.equal((await neighbour.call('POST', `/api/v1/exchange/partners/${invited.body.partnerId}/confirm`, { body: { fingerprint: accepted.fingerprint } })).status, 204);
  return accepted.partnerId;
}

/** The neighbour asks the town what waits for it, in a version of the protocol. */
async function callOfTheirs(version: string): Promise<number> {
  const { kernel } = neighbour.house;
  const [row] = await neighbour.house.sql(`select id from exchange.partner where state = 'active'`);
  // safe because a partner of this protocol has settings of its adapter
  const { secrets } = openLine(kernel, (await findPartner(kernel.database.pool, String(row?.['id']))) ?? assert.fail(), AbortSignal.timeout(0)) as InstallationLine;
  const target = `${PEER}/waiting`;
  const { headers } = signRequest({ method: 'GET', target, digest: digestOf(Buffer.alloc(0)), version }, signingKey(secrets), kernel.clock.now());
  return (await fetch(town.url + target, { headers })).status;
}

/** At the neighbour an agency lives under the code that one of the town has. */
async function aClaimOfTheirs(page: Page): Promise<void> {
  const { agencies } = await api<{ agencies: { name: string; hosting: string; code: string | null }[] }>(page, 'GET', '/accounts/agencies?text=S%E1%BB%9F%20N%E1%BB%99i%20v%E1%BB%A5');
  const own = agencies.find(({ hosting, code }) => hosting === 'local' && code !== null);
  const since = parseCalendarDay('2025-07-01');
  assert.ok(own !== undefined && since !== undefined && own.code !== null);
  const facts = { kind: 'department' as const, level: 'province' as const, parentId: null, hosting: 'local' as const, establishedOn: since, name: 'Sở Nội vụ tỉnh bạn', abbreviation: 'SNV', codes: [{ scheme: 'qd20' as const, code: own.code }] };
  await run(neighbour.house.kernel, createAgency, facts, { actor: systemActor('test') });
}

test('an operator sees and replaces the keys of a connection, who reaches whom, whose certificates are believed, and takes the differences of directories away', { timeout: 300_000 }, async (t) => {
  const page = (await town.administrator()).page;
  await aClaimOfTheirs(page);
  const partnerId = await connect(page);
  await page.goto(`${town.url}/app/he-thong-ket-noi/${partnerId}`);
  await page.getByText('Hai bên gửi sang nhau').waitFor();
  const tab = (name: RegExp | string) => page.getByRole('tab', { name });
  const dialog = page.getByRole('dialog');

  await t.test('the key is replaced: the new fingerprint to tell, the former key with its end, and ended at once', async () => {
    await tab('Khóa, chứng thư').click();
    await page.getByText('Khóa của kết nối').first().waitFor();
    await look(page, 'khóa của kết nối');
    const [before] = await page.locator('.lt-partners__fingerprint').allTextContents();
    await page.getByRole('button', { name: 'Đổi khóa', exact: true }).click();
    await dialog.getByRole('button', { name: 'Đổi khóa', exact: true }).click();
    const shown = page.getByRole('dialog', { name: 'Khóa mới của hệ thống này' });
    await shown.waitFor();
    await look(page, 'khóa mới');
    await picture(page, 'khoa-moi');
    const fingerprint = await shown.locator('code').textContent();
    await shown.locator('footer').getByRole('button', { name: 'Đóng' }).click();
    await page.getByText('Khóa cũ, còn nhận').waitFor();
    const [now, former] = await page.locator('.lt-partners__fingerprint').allTextContents();
    assert.deepEqual([now, former], [fingerprint, before]);
    await picture(page, 'khoa-ket-noi');
    await page.getByRole('button', { name: 'Kết thúc ngay' }).click();
    await dialog.getByRole('button', { name: 'Kết thúc ngay' }).click();
    await page.getByText('Khóa cũ, còn nhận').waitFor({ state: 'detached' });
  });

  await t.test('one that goes over to another version of the protocol is told apart, until it calls in ours', async () => {
    assert.equal(await callOfTheirs('2'), 401);
    await page.reload();
    await page.getByText(/gọi đến bằng phiên bản giao thức 2 mà ở đây chưa dùng/).waitFor();
    await look(page, 'phiên bản giao thức khác');
    await picture(page, 'phien-ban-khac');
    assert.equal(await callOfTheirs('1'), 200);
    await page.reload();
    await tab('Khóa, chứng thư').click();
    await page.getByText('Khóa của kết nối').first().waitFor();
    await page.getByText(/gọi đến bằng phiên bản giao thức 2/).waitFor({ state: 'detached' });
  });

  await t.test('a certificate is trusted from a file and withdrawn', { skip: hasOpenssl ? false : 'openssl is not installed' }, async () => {
    const [key, file] = [join(folder, 'ca.key'), join(folder, 'ca-nghe-an.crt')];
    assert.equal(spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-subj', '/O=UBND tinh Nghe An/CN=CA may chu Nghe An', '-keyout', key, '-out', file]).status, 0);
    assert.match(readFileSync(file, 'utf8'), /BEGIN CERTIFICATE/);
    await page.getByRole('button', { name: 'Thêm chứng thư' }).click();
    await dialog.locator('input[type=file]').setInputFiles(file);
    await look(page, 'thêm chứng thư');
    await picture(page, 'them-chung-thu');
    await dialog.getByRole('button', { name: 'Thêm chứng thư' }).click();
    await page.getByText('CA may chu Nghe An').first().waitFor();
    await page.getByText(/^ca-nghe-an\.crt, .* thêm /).waitFor();
    await look(page, 'chứng thư tin cậy');
    await picture(page, 'chung-thu-tin-cay');
    await page.getByRole('button', { name: 'Gỡ: CA may chu Nghe An' }).click();
    await dialog.getByRole('button', { name: 'Gỡ', exact: true }).click();
    await page.getByText('Chưa thêm chứng thư riêng').waitFor();
  });

  await t.test('who fetches is set, with its explanation, and counts at once', async () => {
    await tab('Tình trạng').click();
    await page.getByRole('button', { name: 'Thao tác' }).click();
    await page.getByRole('menuitem', { name: 'Cách trao đổi' }).click();
    await dialog.getByRole('radio', { name: 'Hệ thống này tự đến lấy' }).check();
    await look(page, 'cách trao đổi');
    await picture(page, 'cach-trao-doi');
    await dialog.getByRole('button', { name: 'Lưu' }).click();
    await page.getByText('Đã đổi cách trao đổi.').waitFor();
    await page.locator('dd', { hasText: 'Hệ thống này tự đến lấy' }).waitFor();
  });

  await t.test('differences of the directories are filtered and leave as a file', async () => {
    await tab(/^Khác biệt danh bạ/).click();
    await page.getByText('Sở Nội vụ tỉnh bạn').waitFor(WITHIN);
    await page.getByRole('searchbox', { name: 'Tìm tên, mã' }).fill('so noi vu tinh ban');
    await look(page, 'khác biệt danh bạ');
    await picture(page, 'khac-biet-danh-ba');
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Tải CSV' }).click();
    const path = await (await coming).path();
    assert.match(readFileSync(path, 'utf8'), /"Họ nhận một cơ quan đang thuộc hệ thống này","Sở Nội vụ tỉnh bạn"/);
    await page.getByRole('searchbox', { name: 'Tìm tên, mã' }).fill('không có tên này');
    await page.getByText('Không có khác biệt nào khớp').waitFor();
  });

  await t.test('a vendor’s key is replaced beside the one in use, and how often it comes is set', async () => {
    const made = await api<{ partnerId: string }>(page, 'POST', '/exchange/systems', { name: 'Phần mềm một cửa', systemId: 'mot-cua', isSandbox: false, agencies: [] });
    await page.goto(`${town.url}/app/he-thong-ket-noi/${made.partnerId}`);
    await tab('Khóa').click();
    await page.getByRole('button', { name: 'Đổi khóa' }).click();
    await dialog.getByLabel(/^Hết hạn ngày/).fill('31/12/2027');
    await look(page, 'đổi khóa nhà cung cấp');
    await picture(page, 'doi-khoa-nha-cung-cap');
    await dialog.getByRole('button', { name: 'Cấp khóa' }).click();
    const shown = page.getByRole('dialog', { name: 'Khóa của hệ thống' });
    await shown.locator('footer').getByRole('button', { name: 'Đóng' }).click();
    await picture(page, 'khoa-nha-cung-cap');
    await tab('Tình trạng').click();
    await page.getByRole('button', { name: 'Thao tác' }).click();
    await page.getByRole('menuitem', { name: 'Đặt nhịp đến lấy' }).click();
    await dialog.getByLabel(/^Số phút giữa hai lần/).fill('15');
    await look(page, 'nhịp đến lấy');
    await picture(page, 'nhip-den-lay');
    await dialog.getByRole('button', { name: 'Lưu' }).click();
    await page.getByText('15 phút một lần (đã đặt)').waitFor();
  });

  await t.test('how much is taken is set, and the national axis is added by what its operators gave', async () => {
    await page.getByRole('button', { name: 'Thao tác' }).click();
    await page.getByRole('menuitem', { name: 'Dung lượng nhận' }).click();
    await dialog.getByLabel(/^Một gói tin, tối đa/).fill('200');
    await look(page, 'dung lượng nhận');
    await dialog.getByRole('button', { name: 'Lưu' }).click();
    await page.getByText('Đã đặt dung lượng nhận.').waitFor();
    await page.getByRole('button', { name: 'Thêm hệ thống' }).click();
    await page.getByRole('menuitem', { name: 'Trục quốc gia' }).click();
    await dialog.getByLabel(/^Tên gọi/).fill('Trục liên thông văn bản quốc gia');
    await dialog.getByLabel(/^Địa chỉ của trục/).fill('http://127.0.0.1:9');
    await dialog.getByLabel(/^Mã hệ thống trên trục/).fill('H56.LIENTHONG');
    await dialog.getByLabel(/^Khóa dùng chung/).fill('khóa của trục');
    await look(page, 'thêm trục quốc gia');
    await picture(page, 'them-truc-quoc-gia');
    await dialog.getByRole('button', { name: 'Thêm', exact: true }).click();
    await page.getByRole('link', { name: 'Trục liên thông văn bản quốc gia' }).click();
    await tab('Khóa, chứng thư').click();
    await page.getByRole('button', { name: 'Đổi khóa dùng chung' }).click();
    await dialog.getByLabel(/^Khóa mới/).fill('khóa mới của trục');
    await dialog.getByRole('button', { name: 'Đổi khóa dùng chung' }).click();
    await dialog.getByText(/^Chưa kết nối được với đối tác/).waitFor();
    await look(page, 'đổi khóa dùng chung');
    await picture(page, 'doi-khoa-dung-chung');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  await t.test('packets for the axis are signed as the administrator sets it; while the certificate has ended, it is said that they wait', async () => {
    const former = await createTestPki(new Date('2020-01-01T00:00:00Z'));
    const present = await createTestPki(new Date(Date.now() - 3_600_000));
    const keyOf = ({ person }: typeof former) => String(person.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const file = (name: string, text: string) => ({ name, mimeType: 'application/x-pem-file', buffer: Buffer.from(text) });
    const sign = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Đặt chữ ký gói tin' }).focus();
      await page.keyboard.press('Enter');
      await dialog.getByRole('radio', { name: /^Theo chuẩn/ }).waitFor();
      // the keyboard begins at what is set
      await dialog.locator('input[type=radio]:checked:focus').waitFor();
    };
    await page.getByText('Không ký', { exact: true }).waitFor();
    const id = page.url().split('/').at(-1) ?? '';
    await api(page, 'PUT', `/exchange/partners/${id}/secrets`, { secrets: { packetKey: { certificate: toPem(former.person.certificate.raw), privateKey: keyOf(former) } } });
    await page.reload();
    await tab('Khóa, chứng thư').click();
    await page.getByText(/^Chứng thư ký gói tin đã hết hạn /).waitFor();
    await page.getByRole('button', { name: 'Đặt chữ ký gói tin' }).waitFor();
    await look(page, 'chứng thư ký gói tin đã hết hạn');
    await picture(page, 'ky-goi-tin-truc-het-han');
    await sign();
    await dialog.locator('input[type=file]').nth(0).setInputFiles(file('ky-goi-tin.pem', toPem(present.person.certificate.raw)));
    await dialog.locator('input[type=file]').nth(1).setInputFiles(file('khoa-rieng.pem', keyOf(present)));
    await dialog.getByText('khoa-rieng.pem').waitFor();
    await look(page, 'chữ ký gói tin của trục');
    await picture(page, 'ky-goi-tin-truc');
    await dialog.getByRole('button', { name: 'Lưu' }).click();
    await page.getByText(/^Chứng thư ký gói tin đã hết hạn /).waitFor({ state: 'detached' });
    await page.getByText('Theo chuẩn, SHA-256', { exact: true }).waitFor();
    await look(page, 'gói tin của trục được ký');
    await page.getByText('Theo chuẩn, SHA-256', { exact: true }).scrollIntoViewIfNeeded();
    await picture(page, 'ky-goi-tin-truc-da-dat');
  });

  await t.test('a wrong day in a bar of filters leaves the fields beside it where they are', async () => {
    await page.goto(`${town.url}/app/nhat-ky`);
    const box = page.getByRole('searchbox').first();
    const place = async () => (await box.boundingBox())?.y;
    const day = page.getByLabel('Từ ngày').first();
    await day.waitFor();
    const before = await place();
    await day.fill('99/99');
    await box.focus();
    await page.getByText(/^Không có ngày này/).waitFor();
    assert.equal(await place(), before);
    await look(page, 'ngày sai trong thanh lọc');
    await picture(page, 'ngay-sai');
  });
});

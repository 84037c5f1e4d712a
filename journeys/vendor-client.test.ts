import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { signIn, type DemoClient } from '#app/demo/client.ts';
import { readWhole } from '#engines/exchange/edxml/testing.ts';
import { aPacket, openPacket } from '#engines/exchange/partners/adapters/provincial-axis/testing.ts';
import { toPem } from '#engines/signatures/domain/pdf/testing-signer.ts';
import { createTestPki } from '#engines/signatures/domain/validation/testing.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { sealedLetter } from '../bench/house/letter.ts';
import { look, picture } from './accessibility.ts';
import { signInWithCode } from './sign-in-with-code.ts';
import { openTown, type Town } from './town.ts';

const script = resolve(import.meta.dirname, '../docs/clients/client.sh');
const SUMMARY = 'V/v phối hợp cấp nước sạch khu vực nông thôn';
const OWN = { code: 'H56.90.01', name: 'Công ty Cấp nước Thanh Hóa' };

let town: Town;
let clerk: DemoClient;
let leader: DemoClient;
let folder: string;
before(async () => {
  town = await openTown();
  folder = mkdtempSync(join(tmpdir(), 'lienthong-vendor-'));
  const open = (login: string): Promise<DemoClient> => signIn(town.url, { login, password: DEMO_PASSWORD });
  [clerk, leader] = await Promise.all([open('vanthu.snv'), open('giamdoc.snv')]);
}, { timeout: 240_000 });
after(async () => {
  await town.close();
  rmSync(folder, { recursive: true });
});

type Access = { systemId: string; key: string };
type Item = { docId: string; messageType: string; documentId: string };
type Reply = { ErrorCode: string; DocId: string; items: Item[]; agencies: { code: string; name: string }[]; isMore: boolean };

/** The vendor's side: the script of the documentation, and nothing else. */
function vendor({ systemId, key }: Access) {
  const run = promisify(execFile);
  const call = async (...words: string[]): Promise<Buffer> => {
    const { stdout } = await run('sh', [script, ...words], { encoding: 'buffer', maxBuffer: 50_000_000, env: { ...process.env, LIENTHONG_URL: town.url, LIENTHONG_SYSTEM: systemId, LIENTHONG_KEY: key } });
    return stdout;
  };
  // safe because all answers but packets have this form
  const ask = async (...words: string[]): Promise<Reply> => JSON.parse((await call(...words)).toString('utf8')) as Reply;
  return {
    ask,
    fetch: (docId: string) => call('getEdoc', JSON.stringify({ docId })),
    /** Asks until something of this kind waits. */
    async waitFor(messageType: string): Promise<Item> {
      for (let look = 0; look < 40; look += 1) {
        const [item] = (await ask('getReceivedEdocList', JSON.stringify({ messageType }))).items;
        if (item !== undefined) return item;
        await new Promise((wake) => setTimeout(wake, 500));
      }
      throw new Error(`nothing came: ${messageType}`);
    },
    done: (docId: string) => ask('updateStatus', JSON.stringify({ docId, status: 'done' })),
    async send(packet: Buffer): Promise<Reply> {
      const path = join(folder, 'packet.edxml');
      writeFileSync(path, packet);
      return ask('sendEdoc', path);
    },
  };
}

test('another vendor’s system is let in, receives a signed letter, sends one, and is told that it was registered', { timeout: 240_000 }, async (t) => {
  const admin = (await town.passerBy({ width: 1440, height: 900 })).page;
  await signInWithCode(admin, town.url, 'quantri.tinh');
  const access: Access = { systemId: 'cap-nuoc', key: '' };

  await t.test('the administrator adds the system on the screen and is shown its key once', async () => {
    await admin.goto(`${town.url}/app/he-thong-ket-noi`);
    await admin.getByText('Chưa có hệ thống nào kết nối').waitFor();
    await look(admin, 'no connected systems');
    await admin.getByRole('button', { name: 'Thêm hệ thống' }).click();
    await admin.getByRole('menuitem', { name: 'Hệ thống nhà cung cấp' }).click();
    const dialog = admin.getByRole('dialog');
    await dialog.getByLabel(/^Tên hệ thống/).fill('Phần mềm Cấp nước');
    await dialog.getByLabel(/^Mã hệ thống/).fill('Có Dấu');
    await dialog.getByLabel(/^Mã cơ quan/).fill(OWN.code);
    await dialog.getByLabel(/^Tên cơ quan/).fill(OWN.name);
    await dialog.getByLabel('Bắt đầu ở chế độ thử nghiệm').click();
    await dialog.getByRole('button', { name: 'Thêm', exact: true }).click();
    await dialog.getByText('Từ 3 đến 60 chữ thường').waitFor();
    await look(admin, 'adding a system');
    await picture(admin, 'partners-add');
    await dialog.getByLabel(/^Mã hệ thống/).fill(access.systemId);
    await dialog.getByRole('button', { name: 'Thêm', exact: true }).click();
    await admin.getByRole('dialog', { name: 'Khóa của hệ thống' }).waitFor();
    access.key = (await dialog.locator('code').nth(1).textContent()) ?? '';
    assert.match(access.key, /^lt_/);
    await look(admin, 'the key');
    await picture(admin, 'partners-key');
    await dialog.locator('footer').getByRole('button', { name: 'Đóng' }).click();
    await admin.getByRole('link', { name: 'Phần mềm Cấp nước' }).waitFor();
    assert.equal(await admin.getByText(access.key).count(), 0, 'the key is gone');
    await look(admin, 'the connected systems');
    await picture(admin, 'partners-list');
  });
  const system = vendor(access);
  const askText = async (call: string): Promise<string> => JSON.stringify(await system.ask(call));

  await t.test('the system reports its agency and receives a signed letter of the department', async () => {
    assert.equal((await system.ask('registerAgency', JSON.stringify({ code: OWN.code }))).ErrorCode, '0');
    const { agencies } = await clerk.get<{ agencies: { id: string }[] }>(`/api/v1/accounts/agencies?text=${encodeURIComponent('cong ty cap nuoc')}`);
    const { documentId } = await sealedLetter({ clerk, leader }, [agencies[0]?.id ?? '']);
    await clerk.post(`/api/v1/outgoing-documents/${documentId}/issue`);
    const item = await system.waitFor('edoc');
    const { message, files } = await openPacket(await system.fetch(item.docId));
    assert.ok(message.kind === 'document');
    assert.match(message.from.organName, /^Sở Nội vụ/);
    assert.equal(files[0]?.subarray(0, 5).toString('latin1'), '%PDF-');
    assert.match(files[0].toString('latin1'), /\/ByteRange/, 'the signatures are inside the file');
    writeFileSync(join(folder, 'letter.pdf'), files[0]);
    assert.equal((await system.done(item.docId)).ErrorCode, '0');
  });

  await t.test('the administrator has packets for the system signed, and the system reads the certificate', async () => {
    assert.doesNotMatch(await askText('getSigningCertificate'), /BEGIN CERTIFICATE/);
    const { person } = await createTestPki(new Date(Date.now() - 3_600_000));
    const file = (name: string, text: string) => ({ name, mimeType: 'application/x-pem-file', buffer: Buffer.from(text) });
    await admin.getByRole('link', { name: 'Phần mềm Cấp nước' }).click();
    await admin.getByText('Không ký', { exact: true }).waitFor();
    await admin.getByRole('button', { name: 'Thao tác' }).click();
    await admin.getByRole('menuitem', { name: 'Đặt chữ ký gói tin' }).click();
    const dialog = admin.getByRole('dialog');
    await dialog.getByRole('radio', { name: /^Không ký/ }).focus();
    await admin.keyboard.press('ArrowDown');
    assert.ok(await dialog.getByRole('button', { name: 'Lưu' }).isDisabled(), 'a form wants a key');
    await dialog.locator('input[type=file]').nth(0).setInputFiles(file('ky-goi-tin.pem', toPem(person.certificate.raw)));
    await dialog.locator('input[type=file]').nth(1).setInputFiles(file('khoa-rieng.pem', String(person.privateKey.export({ type: 'pkcs8', format: 'pem' }))));
    await dialog.getByText('khoa-rieng.pem').waitFor();
    await look(admin, 'the signature of packets');
    await picture(admin, 'partners-signing');
    await dialog.getByRole('button', { name: 'Lưu' }).click();
    await admin.getByText(/^Theo chuẩn, SHA-256: /).waitFor();
    await look(admin, 'a system whose packets are signed');
    await picture(admin, 'partners-signed');
    await admin.getByRole('button', { name: 'Thao tác' }).click();
    await admin.getByRole('menuitem', { name: 'Đặt chữ ký gói tin' }).click();
    await dialog.getByText(/^Đang ký bằng chứng thư/).waitFor();
    await picture(admin, 'partners-signing-kept');
    await admin.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.match(await askText('getSigningCertificate'), /"signature":"standard".*BEGIN CERTIFICATE/);
    await admin.goto(`${town.url}/app/he-thong-ket-noi`);
  });

  await t.test('the system sends a signed letter, the clerk registers it in the browser, and the system is told 03', async () => {
    const to = (await system.ask('getAgenciesList')).agencies.find((each) => each.name.startsWith('Sở Tài chính'));
    assert.ok(to);
    const packet = await aPacket({ from: OWN, to: [to.code], document: { number: '15', notation: 'CN-KT', summary: SUMMARY, issuedOn: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10) }, file: readFileSync(join(folder, 'letter.pdf')), fileName: 'cong-van.pdf', sentAt: new Date() });
    const sent = await system.send(packet);
    assert.equal(sent.ErrorCode, '0');
    assert.equal((await system.send(packet)).DocId, sent.DocId);
    const receiver = (await town.visit('vanthu.stc')).page;
    await receiver.getByRole('link', { name: SUMMARY }).waitFor({ timeout: 20_000 });
    await receiver.goto(`${town.url}/app/van-ban-den`);
    await receiver.getByRole('link', { name: SUMMARY }).first().waitFor();
    assert.equal(await receiver.getByRole('link', { name: SUMMARY }).count(), 1, 'sent twice, it came once');
    await receiver.getByRole('link', { name: SUMMARY }).click();
    await receiver.getByText(OWN.name).first().waitFor();
    await receiver.getByRole('button', { name: 'Tiếp nhận' }).click();
    await receiver.getByText(/Đã tiếp nhận, số đến/).waitFor();
    const told: string[] = [];
    while (!told.includes('03')) {
      const item = await system.waitFor('status');
      const { message, signature } = await readWhole(await system.fetch(item.docId));
      assert.ok(message.kind === 'status');
      assert.equal(signature.state, 'intact');
      told.push(message.statusCode);
      await system.done(item.docId);
    }
    assert.deepEqual(told, ['01', '03']);
  });

  await t.test('the administrator sees what could not be read, and the state of the system; the vendor sees its checklist', async () => {
    await assert.rejects(system.send(Buffer.from('<edXML><Subject>')), 'the script ends with a failure');
    await admin.getByRole('link', { name: 'Phần mềm Cấp nước' }).click();
    await admin.getByRole('tab', { name: 'Khóa' }).waitFor();
    await look(admin, 'a connected system');
    await picture(admin, 'partners-detail');
    await admin.getByRole('tab', { name: 'Khóa' }).click();
    await admin.getByText('Đang dùng').waitFor();
    await look(admin, 'its keys');
    await picture(admin, 'partners-keys');
    await admin.goto(`${town.url}/app/goi-cach-ly`);
    await admin.getByText('Gói tin không phải XML đúng quy cách').first().waitFor();
    await look(admin, 'the quarantine');
    await admin.getByText(/^Chi tiết: .*the message ends early/).waitFor();
    await picture(admin, 'partners-quarantine');
    await admin.getByRole('button', { name: 'Thử lại' }).click();
    await admin.getByText('Gói này vẫn chưa xử lý được.').waitFor();
    await admin.getByRole('row').filter({ hasText: 'Gói tin không phải XML đúng quy cách' }).waitFor();
    await admin.getByRole('button', { name: 'Thao tác' }).first().click();
    await admin.getByRole('menuitem', { name: 'Chuyển cho người xử lý' }).click();
    await admin.getByRole('dialog').getByRole('combobox').fill('so tai chinh');
    await admin.getByRole('option', { name: /Sở Tài chính/ }).first().click();
    await admin.getByRole('dialog').getByRole('button', { name: 'Chuyển', exact: true }).click();
    await admin.getByText('Đã chuyển.').waitFor();
    await admin.goto(`${town.url}/app/goi-gui-doi-tac`);
    await admin.getByText('Đã xử lý').first().waitFor();
    await look(admin, 'the parcels');
    await picture(admin, 'partners-transfers');
    await admin.goto(`${town.url}/app/he-thong-ket-noi`);
    await admin.getByRole('link', { name: 'Phần mềm Cấp nước' }).click();
    await admin.getByRole('button', { name: 'Thao tác' }).click();
    await admin.getByRole('menuitem', { name: 'Bật thử nghiệm' }).click();
    await admin.getByRole('dialog').getByRole('button', { name: 'Bật thử nghiệm' }).click();
    await admin.getByText('Đã chuyển chế độ.').waitFor();
    assert.equal((await system.ask('registerAgency', JSON.stringify({ code: 'Z99.1' }))).ErrorCode, '0');
    await admin.getByRole('tab', { name: 'Bảng kiểm' }).click();
    await admin.getByText('Đăng ký cơ quan').waitFor();
    await look(admin, 'its checklist');
    await picture(admin, 'partners-checklist');

    const { page } = await town.passerBy({ width: 1440, height: 900 });
    await page.goto(`${town.url}/ket-noi-thu`);
    await look(page, 'the public page');
    await page.getByLabel('Mã hệ thống').fill(access.systemId);
    await page.getByLabel('Khóa').fill('lt_sai');
    await page.getByRole('button', { name: 'Xem bảng kiểm' }).click();
    await page.getByText('Sai mã hệ thống hoặc khóa').waitFor();
    await look(page, 'a wrong key');
    await picture(page, 'conformance-wrong');
    await page.getByLabel('Khóa').fill(access.key);
    await page.getByRole('button', { name: 'Xem bảng kiểm' }).click();
    await page.getByText('Đã xong 1 trên 12 bước.').waitFor();
    await look(page, 'the checklist');
    await picture(page, 'conformance');
  });
});

test('the Postman collection names every call of the axis, and nothing else', async () => {
  // safe because the file is ours
  const collection = JSON.parse(readFileSync(resolve(import.meta.dirname, '../docs/clients/lienthong.postman_collection.json'), 'utf8')) as { item: { name: string; request: { url: string; method: string } }[] };
  // safe because the file is generated from the routes
  const api = JSON.parse(readFileSync(resolve(import.meta.dirname, '../openapi.json'), 'utf8')) as { paths: Record<string, Record<string, unknown>> };
  const offered = Object.keys(api.paths).filter((path) => path.startsWith('/v1/')).sort();
  assert.deepEqual(collection.item.map((item) => item.request.url.replace('{{url}}', '')).sort(), offered);
  for (const { request } of collection.item) {
    const reply = await fetch(request.url.replace('{{url}}', town.url), { method: request.method, headers: { 'content-type': 'application/json' }, body: '{}' });
    // safe because every answer has this form
    assert.equal(((await reply.json()) as Reply).ErrorCode, '15', `${request.url} asks for a key`);
  }
});

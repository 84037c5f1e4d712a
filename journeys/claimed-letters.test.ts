import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { keepClaim } from '#engines/exchange/partners/adapters/installation/claims.ts';
import { envelopeHash, writeEnvelope } from '#engines/exchange/envelope.ts';
import { findPartner } from '#engines/exchange/partners/partner-rows.ts';
import { aDocument } from '#engines/exchange/testing.ts';
import { createAgency } from '#engines/identity/index.ts';
import type { SeedPlan } from '#seeds/seed-plan.ts';
import { seedThanhHoa } from '#seeds/thanh-hoa.ts';
import { look, picture } from './accessibility.ts';
import { signInWithCode } from './sign-in-with-code.ts';
import { openTown, type Town } from './town.ts';

const NUMBER = '45/SNV-VP';
const CENTRE = 'Trung tâm Lưu trữ lịch sử tỉnh';
const SUMMARY = 'V/v cung cấp số liệu biên chế';

/** After a restore the other province says that it has two letters of the department, and nothing proves it. */
async function seed(kernel: Kernel): Promise<SeedPlan> {
  const plan = await seedThanhHoa(kernel);
  const department = plan.agencies.find((agency) => agency.name.startsWith('Sở Nội vụ'));
  assert.ok(department);
  const now = kernel.clock.now();
  const partnerId = newId<'partner'>();
  const recipient = await run(kernel, createAgency, { kind: 'department', level: 'province', parentId: null, hosting: 'external', establishedOn: vietnamDay(now), name: 'Sở Nội vụ tỉnh Nghệ An', abbreviation: 'SNV' }, { actor: systemActor('seed') });
  const { pool } = kernel.database;
  await pool.query(
    `insert into exchange.partner (id, protocol, name, address, state, config, sealed_secrets, pinned, valid_from, created_at, changed_at) values ($1, 'installation', 'Tỉnh Nghệ An', null, 'active', '{}', '', '{}', $2, $3, $3)`,
    [partnerId, vietnamDay(now), now],
  );
  await pool.query(`insert into exchange.partner_line (partner_id, circuit, failures) values ($1, 'closed', 0)`, [partnerId]);
  await pool.query(`insert into exchange.partner_agency (partner_id, agency_id, valid_from, remote_id, name) values ($1, $2, $3, $4, 'Sở Nội vụ tỉnh Nghệ An')`, [partnerId, recipient, vietnamDay(now), recipient]);
  const empty = await run(kernel, createAgency, { kind: 'public_unit', level: 'province', parentId: null, hosting: 'local', establishedOn: vietnamDay(now), name: CENTRE, abbreviation: 'TTLT' }, { actor: systemActor('test') });
  await claimed(kernel, { partnerId, recipient, sender: empty, number: '47' });
  await pool.query(
    `insert into exchange.inbound (id, partner_id, partner_ref, original_hash, size_bytes, media_type, state, attempts, problem_code, problem, received_at, changed_at)
     values ($1, $2, 'gói 1', sha256('x'), 1, 'application/json', 'quarantined', 1, 'parcelUnreadable', 'không đọc được', $3, $3)`,
    [newId(), partnerId, now],
  );
  for (const number of ['45', '46']) await claimed(kernel, { partnerId, recipient, sender: department.agencyId, number });
  return plan;
}

async function claimed(kernel: Kernel, of: { partnerId: Id<'partner'>; recipient: Id<'agency'>; sender: Id<'agency'>; number: string }): Promise<void> {
  const partner = await findPartner(kernel.database.pool, of.partnerId);
  assert.ok(partner);
  const envelopeId = newId<'envelope'>();
  const document = { ...aDocument({ number: of.number, code: `H56.12.2026.${of.number}`, summary: SUMMARY }), secrecy: 'none' as const };
  const original = writeEnvelope({ version: 1, envelopeId, sentAt: kernel.clock.now().toISOString(), sender: { agencyId: of.sender, name: 'Sở Nội vụ', code: 'H56.12' }, document, files: [{ sha256: 'ab'.repeat(32), name: 'cong-van.pdf', mediaType: 'application/pdf', sizeBytes: 1000, role: 'main', flags: [] }] });
  const row = { messageId: newId(), envelopeId, contentHash: envelopeHash(original), senderRef: of.sender, addressedRef: of.recipient, parcelId: newId() };
  await keepClaim(kernel, { partner, claim: { row, original } });
}

let town: Town;
let admin: Page;
before(async () => {
  town = await openTown({}, { name: 'thanh-hoa with claimed letters and an agency without a clerk', seed });
  admin = (await town.passerBy({ width: 1440, height: 900 })).page;
  await signInWithCode(admin, town.url, 'quantri.tinh');
}, { timeout: 240_000 });
after(() => town.close());

const menuOf = async (page: Page, number: string): Promise<string[]> => {
  await page.getByRole('row').filter({ hasText: number }).getByRole('button', { name: 'Thao tác' }).click();
  return (await page.getByRole('menuitem').allTextContents()).map((text) => text.trim());
};

test('a letter that a partner has in the name of an agency is handed to that agency alone, and its clerk can do all that is offered', { timeout: 180_000 }, async () => {
  await admin.goto(`${town.url}/app/goi-cach-ly`);
  await admin.getByText(NUMBER).first().waitFor();
  await look(admin, 'claims in the quarantine');
  await picture(admin, 'claims-administrator');
  assert.deepEqual(await menuOf(admin, NUMBER), ['Ghi lại vào sổ đi', 'Chuyển cho người xử lý', 'Tải bản gốc', 'Kết thúc']);
  await admin.getByRole('menuitem', { name: 'Chuyển cho người xử lý' }).click();
  const dialog = admin.getByRole('dialog');
  await dialog.getByText(new RegExp(`Văn bản ${NUMBER} mang tên Sở Nội vụ`)).waitFor();
  assert.equal(await dialog.getByRole('combobox').count(), 0, 'there is no other agency to choose');
  await look(admin, 'handing a claim over');
  await picture(admin, 'claims-hand-over');
  await dialog.getByRole('button', { name: 'Chuyển', exact: true }).click();
  await admin.getByText('Đã chuyển.').waitFor();
  await menuOf(admin, NUMBER);
  // It is there already; the list that says so comes after the notice.
  await admin.getByRole('menuitem', { name: 'Chuyển cho người xử lý' }).waitFor({ state: 'detached' });
  await admin.getByRole('menuitem', { name: 'Kết thúc' }).waitFor();

  const clerk = (await town.visit('vanthu.snv')).page;
  await clerk.getByText('Gói đến từ Tỉnh Nghệ An cần xử lý bằng tay').click();
  await clerk.getByText(NUMBER).first().waitFor();
  assert.equal(await clerk.getByText('46/SNV-VP').count(), 0, 'what was not handed over is not seen');
  assert.equal(await clerk.getByRole('button', { name: 'Thử lại' }).count(), 0);
  await look(clerk, 'a claim at the clerk’s');
  await picture(clerk, 'claims-clerk');
  assert.deepEqual(await menuOf(clerk, NUMBER), ['Ghi lại vào sổ đi', 'Tải bản gốc', 'Kết thúc']);
  await clerk.getByRole('menuitem', { name: 'Ghi lại vào sổ đi' }).click();
  await clerk.getByRole('dialog').getByRole('textbox').fill('Đúng số 45 trong sổ giấy, trang 12');
  await clerk.getByRole('dialog').getByRole('button', { name: 'Ghi lại vào sổ đi' }).click();
  await clerk.getByText('Đã ghi lại văn bản vào sổ đi.').waitFor();
  await clerk.getByText(NUMBER).first().waitFor({ state: 'detached' });
});

test('an agency in which nobody is clerk is not chosen to deal with an arrival, and the screen says why', { timeout: 180_000 }, async () => {
  const page = admin;
  await page.goto(`${town.url}/app/goi-cach-ly`);
  await page.getByRole('row').filter({ hasText: 'Không đọc được nội dung' }).getByRole('button', { name: 'Thao tác' }).click();
  await page.getByRole('menuitem', { name: 'Chuyển cho người xử lý' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: /Cơ quan/ }).fill('tinh');
  const option = page.getByRole('option', { name: new RegExp(CENTRE) });
  await option.getByText('Chưa có văn thư').waitFor();
  assert.equal(await option.getAttribute('aria-disabled'), 'true');
  await look(page, 'choosing who deals with an arrival');
  await picture(page, 'arrival-hand-over');
  await dialog.getByRole('combobox', { name: /Cơ quan/ }).fill('trung tam luu tru');
  await option.waitFor();
  await page.keyboard.press('Enter');
  assert.equal(await dialog.getByRole('button', { name: 'Chuyển', exact: true }).isDisabled(), true, 'nor by the keyboard');
  await page.reload();

  await menuOf(page, '47');
  await page.getByRole('menuitem', { name: 'Chuyển cho người xử lý' }).click();
  await dialog.getByText('chưa có ai giữ vai trò văn thư').waitFor();
  assert.equal(await dialog.getByRole('button', { name: 'Chuyển', exact: true }).isDisabled(), true);
  await look(page, 'a claim of an agency without a clerk');
  await picture(page, 'claims-no-clerk');
});

test('who is writing how an arrival ended keeps the words when a colleague ends it first, and reads that it is over', { timeout: 180_000 }, async () => {
  const page = admin;
  await page.goto(`${town.url}/app/goi-cach-ly`);
  const end = async (screen: Page, words: string): Promise<void> => {
    await menuOf(screen, '47');
    await screen.getByRole('menuitem', { name: 'Kết thúc' }).click();
    await screen.getByRole('dialog').getByRole('textbox').fill(words);
  };
  await end(page, 'Đã gọi điện xác nhận');
  const colleague = await page.context().newPage();
  await colleague.goto(`${town.url}/app/goi-cach-ly`);
  await end(colleague, 'Đã xử lý bằng tay');
  await colleague.getByRole('dialog').getByRole('button', { name: 'Kết thúc' }).click();
  await colleague.getByRole('dialog').waitFor({ state: 'detached' });
  await page.locator('tr').filter({ hasText: '47/SNV-VP' }).waitFor({ state: 'detached' });
  const dialog = page.getByRole('dialog');
  assert.equal(await dialog.getByRole('textbox').inputValue(), 'Đã gọi điện xác nhận');
  await dialog.getByRole('button', { name: 'Kết thúc' }).click();
  await dialog.getByRole('alert').waitFor();
  await look(page, 'an arrival that a colleague has ended');
  await picture(page, 'arrival-ended-meanwhile');
});

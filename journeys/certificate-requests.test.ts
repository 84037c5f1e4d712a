import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { startWorker } from '#kernel/worker.ts';
import { issueCredential } from '#engines/signatures/index.ts';
import { warnOfEnd } from '#capabilities/certificates/schedules.ts';
import { DEMO_PIN } from '#seeds/credentials.ts';
import type { SeedPlan } from '#seeds/seed-plan.ts';
import { seedThanhHoa } from '#seeds/thanh-hoa.ts';
import { look, picture } from './accessibility.ts';
import { openTown, type Town } from './town.ts';

const CLERK = 'Trần Thị Thu Hà';
const NEWCOMER = 'Vũ Thị Phương Thảo';
const letter = readFileSync(resolve(import.meta.dirname, '../seeds/letters/cong-van-mau.pdf'));
const documents = '/api/v1/outgoing-documents';
const PLACE = { page: 1, x: 320, y: 120, width: 140, height: 60 };

let town: Town;
before(async () => {
  town = await openTown({}, { name: 'thanh-hoa with a certificate in its last weeks', seed: withOneThatEnds });
}, { timeout: 240_000 });
after(() => town.close());

test('a clerk has certificates issued, renewed and shown, and one that is revoked signs nothing more', { timeout: 300_000 }, async (t) => {
  const { page: clerk } = await town.visit('vanthu.snv');
  const province = (await town.administrator('quantri.tinh')).page;
  const keeper = (await town.administrator('quantri.snv')).page;

  await t.test('the clerk writes the request in the form; all that is missing is said at once', async () => {
    await clerk.goto(`${town.url}/app/chung-thu-so`);
    await clerk.getByRole('button', { name: 'Lập đề nghị' }).click();
    const form = clerk.getByRole('dialog');
    await form.getByText('Mẫu số 01').waitFor();
    await form.getByLabel(/^Tên chủ thể/).fill(NEWCOMER);
    await form.getByRole('button', { name: 'Gửi đề nghị' }).click();
    await form.getByText('Mẫu đề nghị yêu cầu điền mục này.').nth(8).waitFor();
    await look(clerk, 'phiếu đề nghị còn thiếu');
    await picture(clerk, 'de-nghi-con-thieu');
    await fillForm(clerk);
    await form.getByRole('button', { name: 'Gửi đề nghị' }).click();
    await clerk.getByText('Đã gửi đề nghị.').waitFor();
  });

  await t.test('the province’s administrator finds it among the work and refuses it with a reason', async () => {
    await openTask(province, /Vũ Thị Phương Thảo: Đề nghị cấp/);
    await province.getByText('Kính gửi: Cục Chứng thực số và Bảo mật thông tin').waitFor();
    await look(province, 'đề nghị chờ duyệt');
    await picture(province, 'de-nghi-cho-duyet');
    assert.ok(!(await province.getByText('Độc lập - Tự do - Hạnh phúc').isVisible()));
    await province.emulateMedia({ media: 'print' });
    await province.getByText('Độc lập - Tự do - Hạnh phúc').waitFor();
    await picture(province, 'de-nghi-in');
    await province.emulateMedia({ media: null });
    await province.getByRole('button', { name: 'Từ chối' }).click();
    await province.getByRole('dialog').getByRole('button', { name: 'Từ chối' }).click();
    await province.getByRole('dialog').getByRole('alert').first().waitFor();
    await province.getByRole('dialog').getByLabel(/^Lý do/).fill('Chưa có quyết định giao nhiệm vụ');
    await province.getByRole('dialog').getByRole('button', { name: 'Từ chối' }).click();
    await province.getByRole('main').getByText('Không duyệt').last().waitFor();
    await province.goto(`${town.url}/app/viec-cua-toi`);
    await province.getByRole('heading', { name: 'Việc của tôi' }).waitFor();
    assert.equal(await province.getByRole('link', { name: /Vũ Thị Phương Thảo/ }).count(), 0);
  });

  await t.test('the clerk reads why, and the task ends with it', async () => {
    await openTask(clerk, /Vũ Thị Phương Thảo: Đề nghị cấp/);
    await clerk.getByText('Chưa có quyết định giao nhiệm vụ').waitFor();
    await clerk.getByRole('button', { name: 'Đã xem lý do' }).click();
    await clerk.getByRole('dialog').getByRole('button', { name: 'Đã xem lý do' }).click();
    await clerk.getByText('Đã ghi nhận.').first().waitFor();
    await clerk.getByRole('button', { name: 'Đã xem lý do' }).waitFor({ state: 'detached' });
    await look(clerk, 'đề nghị không được duyệt');
    await picture(clerk, 'de-nghi-khong-duyet');
  });

  await t.test('her own certificate ends soon: the reminder leads to the request to renew it, which is approved', async () => {
    await openTask(clerk, new RegExp(`^(?!.*Đề nghị).*${CLERK}`));
    await clerk.getByText(/Sắp hết hạn, còn \d+ ngày/).first().waitFor();
    await look(clerk, 'chứng thư sắp hết hạn');
    await picture(clerk, 'chung-thu-sap-het-han');
    // That of the certificate, which comes after the one above the list.
    await clerk.getByRole('button', { name: 'Lập đề nghị' }).nth(1).click();
    const form = clerk.getByRole('dialog');
    await form.getByText('Mẫu số 04').waitFor();
    await fillForm(clerk);
    await form.getByRole('button', { name: 'Gửi đề nghị' }).click();
    await clerk.getByText('Đã gửi đề nghị.').waitFor();
    await openTask(province, new RegExp(`${CLERK}: Đề nghị gia hạn`));
    await province.getByRole('button', { name: 'Duyệt', exact: true }).click();
    await province.getByRole('dialog').getByRole('button', { name: 'Duyệt', exact: true }).click();
    await province.getByRole('main').getByText('Đã duyệt').last().waitFor();
    await openTask(clerk, new RegExp(`${CLERK}: Đề nghị gia hạn`));
    await clerk.getByRole('main').getByText('Đã duyệt').last().waitFor();
  });

  await t.test('the inspector sees it in the statistics, and behind the figure the certificates of that agency', async () => {
    const { page } = await town.visit('kiemtra.tinh');
    await page.goto(`${town.url}/app/chung-thu-so`);
    await page.getByRole('button', { name: 'Việc khác' }).click();
    await picture(page, 'chung-thu-viec-khac');
    await page.getByRole('menuitem', { name: 'Thống kê' }).click();
    await page.getByText(/trong đó 1 hết hạn trong 60 ngày tới/).waitFor();
    await look(page, 'thống kê chứng thư');
    await picture(page, 'thong-ke-chung-thu');
    await page.getByRole('link', { name: 'Sở Nội vụ tỉnh Thanh Hóa' }).click();
    await page.getByRole('link', { name: new RegExp(CLERK) }).waitFor();
    assert.equal(await page.getByRole('link', { name: /Sở Tài chính/ }).count(), 0);
    await look(page, 'chứng thư của một cơ quan');
    await picture(page, 'chung-thu-cua-mot-co-quan');
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Việc khác' }).click();
    await page.getByRole('menuitem', { name: 'Tải bảng Excel' }).click();
    assert.match((await file).suggestedFilename(), /^chung-thu-so-\d{4}-\d{2}-\d{2}\.xlsx$/);
  });

  await t.test('the director’s certificate is revoked on the screen, and the next signature is refused', async () => {
    const { page: director } = await town.visit('giamdoc.snv');
    const documentId = await submitTo(clerk, 'V/v kiểm tra công tác lưu trữ');
    await director.goto(`${town.url}/app/phong-ky`);
    await director.getByRole('link', { name: /kiểm tra công tác lưu trữ/ }).click();
    await director.getByText('Đã tìm thấy chỗ ký').waitFor();
    const { credentials } = (await (await director.request.get(`${town.url}/api/v1/signatures/credentials`)).json()) as { credentials: { id: string }[] }; // safe because the contract says so
    const credentialId = credentials[0]?.id;
    await keeper.goto(`${town.url}/app/chung-thu-so`);
    await keeper.getByRole('link', { name: /Nguyễn Văn Bình/ }).click();
    await keeper.getByRole('button', { name: 'Thu hồi', exact: true }).click();
    await look(keeper, 'thu hồi chứng thư');
    await picture(keeper, 'thu-hoi-chung-thu');
    assert.ok(await keeper.getByRole('dialog').getByRole('button', { name: 'Thu hồi', exact: true }).isDisabled(), 'nobody revokes without a reason of their own');
    await keeper.getByRole('dialog').getByLabel(/^Lý do/).selectOption({ label: 'Lộ hoặc mất khóa, mất thiết bị' });
    await keeper.getByRole('dialog').getByRole('button', { name: 'Thu hồi', exact: true }).click();
    await keeper.getByText('Đã thu hồi chứng thư số.').first().waitFor();
    // the screen that was open before has no key any more, and whoever sends from one that did not hear of it is refused
    await director.getByText('Bạn chưa có chữ ký số còn hiệu lực trong cơ quan này.').waitFor();
    assert.ok(await director.getByRole('button', { name: 'Ký số', exact: true }).isDisabled());
    await look(director, 'ký bằng chứng thư đã thu hồi');
    await picture(director, 'ky-bang-chung-thu-da-thu-hoi');
    const reply = await director.request.post(`${town.url}${documents}/${documentId}/sign`, { data: { credentialId, pin: DEMO_PIN, placement: PLACE }, headers: { 'x-csrf': '1' } });
    assert.deepEqual([reply.status(), ((await reply.json()) as { code: string }).code], [409, 'signatures.certificateRevoked']); // safe because refusals have a code
    assert.equal(await director.getByText('Đã ký.').count(), 0);
  });
});

/** The clerk's own certificate ends in three weeks, and those who have to know were told. */
async function withOneThatEnds(kernel: Kernel): Promise<SeedPlan> {
  const plan = await seedThanhHoa(kernel);
  const { rows } = await kernel.database.pool.query('select p.agency_id, p.person_id from identity.post p join identity.person h on h.id = p.person_id where h.full_name = $1', [CLERK]);
  // safe because the statement selects exactly these columns
  const [post] = rows as { agency_id: SeedPlan['agencies'][number]['agencyId']; person_id: SeedPlan['people'][number]['personId'] }[];
  assert.ok(post);
  const system = { actor: systemActor('seeds') };
  const key = { kind: 'person', agencyId: post.agency_id, personId: post.person_id, name: CLERK, organization: 'Sở Nội vụ tỉnh Thanh Hóa', pin: DEMO_PIN, rounds: 10_000, keyKind: 'p-256', validDays: 21 } as const;
  await issueCredential(kernel, key, system);
  const worker = await startWorker(kernel, { loop: false });
  await worker.drain();
  await worker.stop();
  await run(kernel, warnOfEnd, undefined, { actor: systemActor('certificates') });
  return plan;
}

async function openTask(page: Page, name: RegExp): Promise<void> {
  await page.goto(`${town.url}/app/viec-cua-toi`);
  await page.getByRole('main').getByRole('link', { name }).first().click();
}

const answers: readonly [RegExp, string][] = [
  [/^Ngày sinh/, '03/02/1990'],
  [/^Số định danh cá nhân/, '038085004321'],
  [/^Ngày cấp/, '01/06/2022'],
  [/^Nơi cấp/, 'Cục Cảnh sát quản lý hành chính về trật tự xã hội'],
  [/^Địa chỉ thư điện tử công vụ/, 'ha@thanhhoa.gov.vn'],
  [/^Tỉnh/, 'Thanh Hóa'],
  [/^Chức vụ/, 'Chuyên viên'],
  [/^Số điện thoại di động/, '0912000222'],
  [/^Địa chỉ tiếp nhận/, 'Số 1 Hạc Thành'],
  [/^Lý do đề nghị/, 'Được giao ký bản sao điện tử'],
];

/** Writes into every field of the form that asks for one of the answers, of the holder and of who receives the device. */
async function fillForm(page: Page): Promise<void> {
  for (const [label, answer] of answers) {
    for (const field of await page.getByRole('dialog').getByLabel(label).all()) await field.fill(answer);
  }
}

/** As the clerk's screen would: uploads, drafts and submits to the director. */
async function submitTo({ request }: Page, summary: string): Promise<string> {
  const upload = await request.post(`${town.url}/api/v1/uploads`, {
    data: letter,
    headers: {
      'x-csrf': '1',
      'tus-resumable': '1.0.0',
      'upload-length': String(letter.length),
      'upload-metadata': `filename ${Buffer.from('cong-van.pdf').toString('base64')}`,
      'content-type': 'application/offset+octet-stream',
    },
  });
  const post = async (url: string, data: object) => {
    const reply = await request.post(`${town.url}${url}`, { data, headers: { 'x-csrf': '1' } });
    assert.equal(reply.status(), 200, await reply.text());
    return reply;
  };
  const mainUploadId = upload.headers()['location']?.split('/').at(-1);
  const draft = (await (await post(documents, { mainUploadId, attachmentUploadIds: [], typeCode: 'cong-van', summary, urgency: 'normal' })).json()) as { id: string }; // safe because the contract says so
  const { approvers } = (await (await request.get(`${town.url}${documents}/approvers`)).json()) as { approvers: { postId: string; name: string }[] }; // safe because the contract says so
  await post(`${documents}/${draft.id}/submit`, { approverPostId: approvers.find(({ name }) => name === 'Nguyễn Văn Bình')?.postId, initialsPostId: null });
  return draft.id;
}

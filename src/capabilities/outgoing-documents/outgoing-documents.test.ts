import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { addDays, vietnamDay } from '#kernel/time.ts';
import { mergeAgencies, type AgencyId } from '#engines/identity/index.ts';
import { lockedInput } from '#engines/signatures/domain/pdf/testing/inputs.ts';
import { hasOracle } from '#engines/signatures/domain/pdf/testing-signer.ts';
import { credential, draft, issuedDocument, openOffice, seal, sign, signedDocument, submit, type Clerk, type Document, type Office, type Refusal } from '../../../tests/office.ts';

let office: Office;
let clerk: Clerk;
let director: Clerk;
let officer: Clerk;
let stranger: Clerk;
before(async () => {
  office = await openOffice();
  [clerk, director, officer, stranger] = await Promise.all([office.signIn('vanthu.snv'), office.signIn('giamdoc.snv'), office.signIn('chuyenvien.snv'), office.signIn('vanthu.stc')]);
});
after(() => office.close());

const base = '/api/v1/outgoing-documents';
const read = async (client: Clerk, id: string) => (await client.get<Document>(`${base}/${id}`)).body;
const tasksOf = (id: string) =>
  office.house.sql<{ kind: string; state: string }>(`select kind, state from cases.task where subject_id::text = $1 order by opened_at, id`, [id]);
const eventsOf = async (id: string) => (await office.house.sql<{ type: string }>('select type from audit.entry where subject_id = $1 order by at, id', [id])).map((row) => row.type);

test('a draft is seen by its agency’s clerk and its drafter, and does not exist for anybody else', async () => {
  const id = await draft(officer);
  assert.equal((await officer.get(`${base}/${id}`)).status, 200);
  assert.equal((await clerk.get(`${base}/${id}`)).status, 200);
  assert.equal((await stranger.get(`${base}/${id}`)).status, 404);
  assert.equal((await stranger.post(`${base}/${id}/withdraw`, { reason: 'không phải của tôi' })).status, 404);
  const list = await stranger.get<{ rows: { id: string }[] }>(base);
  assert.ok(!list.body.rows.some((row) => row.id === id));
  assert.deepEqual(await eventsOf(id), ['outgoing-documents.draft-created']);
});

test('a document is found by words in any order and without marks, and by its number as written or as spoken, also after an update', async () => {
  const id = await issuedDocument(clerk, director, await office.agencies('Sở Tài chính'));
  const { numberAndNotation } = (await read(clerk, id)) as Document & { numberAndNotation: string };
  const spoken = numberAndNotation.replace(/^0+/, '');
  const finds = async (text: string): Promise<boolean> =>
    (await clerk.get<{ rows: { id: string }[] }>(`${base}?text=${encodeURIComponent(text)}`)).body.rows.some((row) => row.id === id);
  for (const text of [numberAndNotation, spoken, spoken.toLowerCase().slice(0, -2), numberAndNotation.split('/')[0] ?? '', 'công tác, kiem tra', 'van thu cong van']) assert.ok(await finds(text), text);
  for (const text of [`1${spoken}`, `9${numberAndNotation}`, 'kiem tra ngan sach']) assert.ok(!(await finds(text)), text);
  const reply = await clerk.post(`${base}/${id}/update`, { reason: 'Ghi rõ năm', changed: { summary: 'V/v kiểm tra công tác văn thư năm 2026', urgency: 'normal', answerDue: null } });
  assert.equal(reply.status, 200);
  for (const text of [numberAndNotation, 'nam 2026']) assert.ok(await finds(text), text);
});

test('a document with a secrecy mark is refused with the law’s reason, and nothing is kept', async () => {
  const before = await office.house.sql('select 1 from outgoing_documents.document');
  const reply = await clerk.post<Refusal>(base, { mainUploadId: await clerk.upload(), typeCode: 'cong-van', summary: 'Mật', secrecy: 'secret' });
  assert.equal(reply.status, 422);
  assert.equal(reply.body.code, 'outgoing-documents.stateSecret');
  assert.match(reply.body.message, /bí mật nhà nước/);
  assert.equal((await office.house.sql('select 1 from outgoing_documents.document')).length, before.length);
});

test('a PDF with a password, main file or attachment, is refused when it is drafted, not when it lies before the leader', async (t) => {
  if (!hasOracle(t, 'qpdf')) return;
  const body = { typeCode: 'cong-van', summary: 'V/v tệp có mật khẩu', urgency: 'normal' };
  const asMain = await clerk.post<Refusal>(base, { ...body, mainUploadId: await clerk.upload(lockedInput(), 'khoa.pdf') });
  assert.equal(asMain.status, 422);
  assert.equal(asMain.body.code, 'outgoing-documents.fileLocked');
  assert.match(asMain.body.message, /khoa\.pdf/);
  const asAttachment = await clerk.post<Refusal>(base, { ...body, mainUploadId: await clerk.upload(), attachmentUploadIds: [await clerk.upload(lockedInput(), 'khoa.pdf')] });
  assert.equal(asAttachment.body.code, 'outgoing-documents.fileLocked');
  const id = await draft(clerk);
  const { revision } = (await read(clerk, id)) as Document & { revision: number };
  const edited = await clerk.put<Refusal>(`${base}/${id}`, { ...body, revision, mainUploadId: await clerk.upload(lockedInput(), 'khoa.pdf') });
  assert.equal(edited.body.code, 'outgoing-documents.fileLocked');
});

test('a PDF that is cut short, main file or attachment, is refused when it is drafted', async () => {
  const cut = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(400, 'x')]);
  const body = { typeCode: 'cong-van', summary: 'V/v tệp hỏng', urgency: 'normal' };
  const asMain = await clerk.post<Refusal>(base, { ...body, mainUploadId: await clerk.upload(cut, 'hong.pdf') });
  assert.equal(asMain.body.code, 'outgoing-documents.fileDamaged');
  assert.match(asMain.body.message, /hong\.pdf/);
  const asAttachment = await clerk.post<Refusal>(base, { ...body, mainUploadId: await clerk.upload(), attachmentUploadIds: [await clerk.upload(cut, 'hong.pdf')] });
  assert.equal(asAttachment.body.code, 'outgoing-documents.fileDamaged');
});

test('each step has its own person, and the others are told that it is not theirs', async () => {
  const id = await draft(officer);
  assert.equal((await submit(officer, id)).status, 200);
  assert.equal((await office.house.sql('select 1 from cases.task where subject_id::text = $1 and state = $2', [id, 'open'])).length, 1);
  const tooEarly = await clerk.post<Refusal>(`${base}/${id}/number`);
  assert.equal(tooEarly.status, 409);
  assert.match(tooEarly.body.message, /chờ ký/);
  assert.equal((await sign(officer, id)).status, 403);
  assert.equal((await sign(clerk, id)).status, 403);
  assert.equal((await officer.post(`${base}/${id}/number`)).status, 403);
  assert.equal((await sign(director, id)).status, 200);
  assert.deepEqual((await read(director, id)).abilities, []);
  assert.deepEqual((await read(clerk, id)).abilities.includes('number'), true);
});

test('a wrong PIN signs nothing and says so; the right one signs once', async () => {
  const id = await draft(clerk);
  await submit(clerk, id);
  const wrong = await sign(director, id, '000000');
  assert.ok(wrong.status >= 400 && wrong.status < 500);
  assert.match(wrong.body.message, /PIN/);
  assert.equal((await read(clerk, id)).state, 'submitted');
  const [first, second] = await Promise.all([sign(director, id), sign(director, id)]);
  assert.deepEqual([first.status, second.status].filter((status) => status === 200).length, 1);
  assert.equal((await office.house.sql(`select 1 from audit.entry where subject_id = $1 and type = 'outgoing-documents.document-signed'`, [id])).length, 1);
});

test('a returned document goes back to its drafter with the reason, can be changed and submitted again', async () => {
  const id = await draft(officer);
  await submit(officer, id);
  assert.equal((await director.post(`${base}/${id}/return`, { reason: '' })).status, 422);
  assert.equal((await director.post(`${base}/${id}/return`, { reason: 'Bổ sung căn cứ pháp lý' })).status, 200);
  const returned = await read(officer, id);
  assert.equal(returned.state, 'returned');
  const fields = { typeCode: 'cong-van', summary: 'V/v kiểm tra công tác văn thư (đã sửa)', revision: returned.revision };
  assert.equal((await officer.put(`${base}/${id}`, fields)).status, 200);
  const late = await clerk.put<Refusal>(`${base}/${id}`, fields);
  assert.equal(late.body.code, 'outgoing-documents.changedMeanwhile');
  assert.equal((await submit(officer, id)).status, 200);
  assert.deepEqual((await tasksOf(id)).map((task) => `${task.kind} ${task.state}`), ['outgoing-documents.sign done', 'outgoing-documents.revise done', 'outgoing-documents.sign open']);
});

test('fifty clerks numbering at once get fifty numbers without a gap or a twin', { timeout: 120_000 }, async () => {
  const ids = await Promise.all(Array.from({ length: 50 }, () => draft(clerk)));
  // The signatures themselves are not under test: the rows are put where a signature would have left them.
  await office.house.sql(`update outgoing_documents.document set state = 'signed', signed_at = $1 where id = any($2)`, [office.house.clock.now(), ids]);
  const replies = await Promise.all(ids.map((id) => clerk.post<Document>(`${base}/${id}/number`)));
  assert.ok(replies.every((reply) => reply.status === 200));
  const numbers = replies.map((reply) => reply.body.number ?? 0).sort((a, b) => a - b);
  const first = numbers[0] ?? 0;
  assert.deepEqual(numbers, Array.from({ length: 50 }, (_, index) => first + index));
});

test('a number that was taken stays in the register when its document is withdrawn', async () => {
  const id = await signedDocument(clerk, director);
  const numbered = (await clerk.post<Document>(`${base}/${id}/number`)).body;
  assert.equal((await clerk.post(`${base}/${id}/withdraw`, { reason: 'Sai nội dung, ban hành văn bản khác' })).status, 200);
  const next = await signedDocument(clerk, director);
  assert.equal((await clerk.post<Document>(`${base}/${next}/number`)).body.number, (numbered.number ?? 0) + 1);
  assert.equal((await read(clerk, id)).numberAndNotation, numbered.numberAndNotation);
});

test('the date of a document lies neither in the future nor before its signature', async () => {
  const id = await signedDocument(clerk, director);
  for (const issuedOn of ['2026-11-21', '2026-11-19']) {
    const reply = await clerk.post<Refusal>(`${base}/${id}/number`, { issuedOn });
    assert.equal(reply.body.code, 'outgoing-documents.dateInFuture', issuedOn);
  }
  assert.equal((await clerk.post(`${base}/${id}/number`, { issuedOn: '2026-11-20' })).status, 200);
});

test('two clerks who press Phát hành at once issue it once', async () => {
  const [finance = '', justice = ''] = await office.agencies('Sở Tài chính', 'Sở Tư pháp');
  const id = await signedDocument(clerk, director, [finance, justice]);
  await clerk.post(`${base}/${id}/number`);
  await seal(clerk, id);
  const second = await office.signIn('vanthu.snv');
  const replies = await Promise.all([clerk.post<Refusal>(`${base}/${id}/issue`), second.post<Refusal>(`${base}/${id}/issue`)]);
  assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 409]);
  assert.match(replies.find((reply) => reply.status === 409)?.body.message ?? '', /đã phát hành/);
  assert.equal((await office.house.sql('select 1 from exchange.envelope where subject_id::text = $1', [id])).length, 1);
});

test('a recipient that was closed meanwhile is refused with its successor offered, and nothing is sent', async () => {
  const yesterday = addDays(vietnamDay(office.house.clock.now()), -1);
  const [closed = '', finance = ''] = await office.agencies('Sở Khoa học và Công nghệ', 'Sở Tài chính');
  const id = await signedDocument(clerk, director, [closed]);
  await clerk.post(`${base}/${id}/number`);
  await seal(clerk, id);
  await run(
    office.house.kernel,
    mergeAgencies,
    // safe because both were just read from the directory
    { predecessorIds: [closed as AgencyId], successorIds: [finance as AgencyId], kind: 'merged', lastDay: yesterday, legalBasis: 'Nghị quyết thử' },
    { actor: systemActor('test') },
  );
  const reply = await clerk.post<Refusal & { data: { successors: { id: string }[] } }>(`${base}/${id}/issue`);
  assert.equal(reply.body.code, 'outgoing-documents.recipientClosed');
  assert.equal(reply.body.data.successors[0]?.id, finance);
  assert.equal((await office.house.sql('select 1 from exchange.envelope where subject_id::text = $1', [id])).length, 0);
  assert.equal((await clerk.put(`${base}/${id}/recipients`, { recipientIds: [finance] })).status, 200);
  assert.equal((await clerk.post(`${base}/${id}/issue`)).status, 200);
});

test('a main file that is no PDF is refused with what to do', async () => {
  const text = await clerk.upload(Buffer.from('Chỉ là văn bản thường, không phải PDF.\n'.repeat(5)), 'ghi-chu.txt');
  const reply = await clerk.post<Refusal>(base, { mainUploadId: text, typeCode: 'cong-van', summary: 'x' });
  assert.ok(reply.status === 422, JSON.stringify(reply.body));
});

test('an upload makes one draft, however often it is named', async () => {
  const mainUploadId = await clerk.upload();
  const fields = { mainUploadId, typeCode: 'cong-van', summary: 'Một lần' };
  const replies = await Promise.all([clerk.post(base, fields), clerk.post(base, fields)]);
  assert.equal(replies.filter((reply) => reply.status === 200).length, 1);
});

test('a repeated request with one key makes one draft', async () => {
  const fields = { mainUploadId: await clerk.upload(), typeCode: 'cong-van', summary: 'Một khóa' };
  const headers = { 'idempotency-key': 'draft-once-and-for-all' };
  const first = await clerk.post<{ id: string }>(base, fields, headers);
  const second = await clerk.post<{ id: string }>(base, fields, headers);
  assert.equal(first.body.id, second.body.id);
});

test('the seal covers the main file and each PDF attachment, and the leader’s signature stays whole', async () => {
  const id = await draft(clerk, [], { attachmentUploadIds: [await clerk.upload(undefined, 'phu-luc.pdf')] });
  await submit(clerk, id);
  await sign(director, id);
  await clerk.post(`${base}/${id}/number`);
  const { body } = await seal(clerk, id);
  assert.equal(body.document.state, 'sealed');
  assert.ok(body.document.files.every((file) => file.sealed));
  for (const file of body.document.files) {
    const report = await clerk.get<{ indication: string; signatures: { indication: string; changesAfter: string; role: string }[] }>(`/api/v1/signatures/validations/${file.sha256}?fileId=${file.fileId}`);
    assert.equal(report.body.indication, 'TOTAL-PASSED', file.role);
    // the leader, the QR code in the margin (a widget of its own where no number is written), the seal
    assert.equal(report.body.signatures.length, file.role === 'main' ? 3 : 1);
    assert.ok(report.body.signatures.every((signature) => signature.changesAfter !== 'forbidden' && signature.changesAfter !== 'suspicious'));
  }
  assert.equal(await credential(clerk, 'agency') === '', false);
});

test('every recipient is told to the sender as 01, then as 03 or 02 with time and name', async () => {
  const [finance = '', justice = ''] = await office.agencies('Sở Tài chính', 'Sở Tư pháp');
  const id = await issuedDocument(clerk, director, [finance, justice]);
  await office.house.drain();
  assert.deepEqual((await read(clerk, id)).recipients.map((recipient) => recipient.delivery?.state), ['arrived', 'arrived']);
  const inbox = await stranger.get<{ rows: { id: string; state: string }[] }>('/api/v1/incoming-documents?state=arrived');
  const arrived = inbox.body.rows[0]?.id ?? '';
  assert.equal((await stranger.post(`/api/v1/incoming-documents/${arrived}/register`)).status, 200);
  const other = await office.signIn('vanthu.stp');
  const theirs = await other.get<{ rows: { id: string }[] }>('/api/v1/incoming-documents?state=arrived');
  assert.equal((await other.post(`/api/v1/incoming-documents/${theirs.body.rows[0]?.id ?? ''}/refuse`, { reason: 'Gửi nhầm nơi nhận' })).status, 204);
  await office.house.drain();
  const [first, second] = (await read(clerk, id)).recipients;
  assert.equal(first?.delivery?.state, 'registered');
  assert.equal(first.delivery.answeredBy, 'Lê Thị Thùy Dung');
  assert.equal(second?.delivery?.state, 'refused');
  assert.equal(second.delivery.reason, 'Gửi nhầm nơi nhận');
});

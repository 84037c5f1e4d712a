import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anonymous } from '#kernel/actor.ts';
import { createHttpServer } from '#kernel/http.ts';
import { allRoutes } from '#app/server.ts';
import { issuedDocument, openOffice, seal, sign, submit, type Clerk, type Office, type Refusal, type Reply } from './office.ts';

let office: Office;
let clerk: Clerk;
let director: Clerk;
let officer: Clerk;
let finance: Clerk;
let justice: Clerk;
let financeId = '';
let justiceId = '';
before(async () => {
  office = await openOffice();
  [clerk, director, officer, finance, justice] = await Promise.all(['vanthu.snv', 'giamdoc.snv', 'chuyenvien.snv', 'vanthu.stc', 'vanthu.stp'].map((login) => office.signIn(login)) as [Promise<Clerk>, Promise<Clerk>, Promise<Clerk>, Promise<Clerk>, Promise<Clerk>]);
  [financeId = '', justiceId = ''] = await office.agencies('Sở Tài chính', 'Sở Tư pháp');
});
after(() => office.close());

const out = '/api/v1/outgoing-documents';
const inbox = '/api/v1/incoming-documents';
type Outgoing = {
  state: string;
  abilities: string[];
  numberAndNotation: string;
  files: { fileId: string }[];
  replacedBy: { id: string; numberAndNotation: string } | null;
  recipients: { agencyId: string; delivery: { state: string; openedAt: string | null; effects: { recall: string; takeBack: string }; notices: { kind: string; state: string; answerReason: string | null }[] } | null }[];
};
type Incoming = {
  id: string;
  state: string;
  summary: string;
  abilities: string[];
  asked: boolean;
  filesWithheld: boolean;
  files: { fileId: string }[];
  notices: { id: string; kind: string; answer: { agreed: boolean } | null }[];
  recall: { reason: string; agreedBy: string | null } | null;
  replacedBy: { id: string | null; number: string } | null;
  replaces: { id: string | null } | null;
};

const REASON = 'Sai căn cứ pháp lý';
const read = async (id: string, as = clerk): Promise<Outgoing> => (await as.get<Outgoing>(`${out}/${id}`)).body;
const post = (id: string, verb: string, body: object = { reason: REASON }, as = clerk): Promise<Reply<Outgoing & Refusal>> => as.post(`${out}/${id}/${verb}`, body);
const statesOf = async (id: string): Promise<string[]> => (await read(id)).recipients.map(({ delivery }) => delivery?.state ?? '');
const tasksOf = async (subjectId: string): Promise<string[]> => (await office.house.sql<{ task: string }>(`select kind || ' ' || state as task from cases.task where subject_id = $1 order by opened_at, id`, [subjectId])).map(({ task }) => task);

async function issued(recipients = [financeId, justiceId]): Promise<string> {
  const id = await issuedDocument(clerk, director, recipients);
  await office.house.drain();
  return id;
}
async function newest(as: Clerk): Promise<Incoming> {
  const { body } = await as.get<{ rows: { id: string }[] }>(inbox);
  return (await as.get<Incoming>(`${inbox}/${body.rows[0]?.id ?? ''}`)).body;
}
async function registered(as: Clerk): Promise<Incoming> {
  const { body } = await as.get<{ rows: { id: string }[] }>(`${inbox}?state=arrived`);
  await as.post(`${inbox}/${body.rows[0]?.id ?? ''}/register`);
  await office.house.drain();
  return (await as.get<Incoming>(`${inbox}/${body.rows[0]?.id ?? ''}`)).body;
}
async function acting(verb: string, id: string, body: object = { reason: REASON }): Promise<void> {
  const reply = await post(id, verb, body);
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  await office.house.drain();
}
const publicState = async (id: string): Promise<string> => {
  const [row] = await office.house.sql<{ state: string }>('select state from verification.issued_document where document_id = $1', [id]);
  return row?.state ?? '';
};

test('a recall freezes the sender’s copy, cancels what is not registered at once, and asks the clerk who registered', async () => {
  const id = await issued();
  const held = await registered(finance);
  await acting('recall', id);
  const document = await read(id);
  assert.equal(document.state, 'recalled');
  assert.deepEqual(document.abilities, ['replace']);
  assert.deepEqual(document.recipients.map(({ delivery }) => delivery?.state), ['registered', 'recalled']);
  assert.equal(await publicState(id), 'recalled');
  const cancelled = await newest(justice);
  assert.equal(cancelled.state, 'recalled');
  assert.deepEqual([cancelled.filesWithheld, cancelled.abilities, cancelled.recall?.reason], [true, [], REASON]);
  assert.deepEqual(await tasksOf(cancelled.id), ['incoming-documents.register cancelled']);
  const asked = (await finance.get<Incoming>(`${inbox}/${held.id}`)).body;
  assert.deepEqual([asked.state, asked.asked, asked.abilities], ['registered', true, ['submit', 'answer-notice']]);
  assert.ok((await tasksOf(held.id)).includes('incoming-documents.answer-notice open'));
});

test('the clerk confirms: the document is cancelled, keeps its place in the register, its files open for the auditor only, and the sender sees it', async () => {
  const id = await issued([financeId]);
  const held = await registered(finance);
  const fileUrl = `/api/v1/files/${held.files[0]?.fileId ?? ''}`;
  assert.equal((await bytes(finance, fileUrl)).status, 200);
  await acting('recall', id);
  const asked = (await finance.get<Incoming>(`${inbox}/${held.id}`)).body;
  const url = `${inbox}/${held.id}/notices/${asked.notices[0]?.id ?? ''}/answer`;
  const reply = await finance.post<Incoming>(url, { agree: true });
  assert.deepEqual([reply.status, reply.body.state, reply.body.recall?.agreedBy], [200, 'recalled', 'Lê Thị Thùy Dung']);
  assert.equal((await finance.post<Refusal>(url, { agree: false, reason: 'đổi ý' })).status, 409);
  await office.house.drain();
  assert.deepEqual(await statesOf(id), ['recalled']);
  const refused = await bytes(finance, fileUrl);
  assert.deepEqual([refused.status, refused.body.code], [403, 'exchange.fileWithheld']);
  const [row] = await office.house.sql<{ n: number | null; entries: number }>(
    `select arrival_number as n, (select count(*)::int from audit.entry where subject_id = d.id::text and type = 'incoming-documents.document-recalled') as entries from incoming_documents.document d where id = $1`,
    [held.id],
  );
  assert.ok(row?.n);
  assert.equal(row.entries, 1, 'the cancelling stands in the record once');
});

async function bytes(as: Clerk, url: string): Promise<Reply<Refusal>> {
  // a PDF is no JSON: only its refusal is
  return as.get<Refusal>(url).catch(() => ({ status: 200, body: { code: '', message: '' } }));
}

test('the clerk refuses with a reason: the sender’s clerk gets a task, reads it, and the document stays registered', async () => {
  const id = await issued([financeId]);
  const held = await registered(finance);
  await acting('recall', id);
  const asked = (await finance.get<Incoming>(`${inbox}/${held.id}`)).body;
  const url = `${inbox}/${held.id}/notices/${asked.notices[0]?.id ?? ''}/answer`;
  assert.equal((await finance.post(url, { agree: false })).status, 422);
  assert.equal((await finance.post(url, { agree: false, reason: 'Đã thi hành' })).status, 200);
  await office.house.drain();
  const document = await read(id);
  assert.deepEqual([document.recipients[0]?.delivery?.state, document.recipients[0]?.delivery?.notices[0]?.state, document.recipients[0]?.delivery?.notices[0]?.answerReason], ['registered', 'declined', 'Đã thi hành']);
  assert.ok((await tasksOf(id)).includes('outgoing-documents.read-answer open'));
  assert.deepEqual(document.abilities, ['recall', 'replace', 'read-answer']);
  await acting('read-answers', id, {});
  assert.ok((await tasksOf(id)).includes('outgoing-documents.read-answer done'));
  assert.ok(!(await read(id)).abilities.includes('read-answer'));
});

test('each verb after issuing has its own people, a stranger finds no document, and a leader may recall what was submitted to them', async () => {
  const id = await issued();
  for (const verb of ['recall', 'take-back', 'update', 'resend', 'remind']) {
    const body = verb === 'take-back' ? { reason: REASON, recipientIds: [financeId] } : { reason: REASON };
    const byStranger = (await post(id, verb, body, finance)).status;
    assert.equal(byStranger, 404, verb);
    assert.ok([403, 404].includes((await post(id, verb, body, officer)).status), verb);
  }
  assert.equal((await finance.get(`${out}/${id}/recipients.csv`).catch(() => ({ status: 200 }))).status, 404);
  assert.deepEqual((await read(id, director)).abilities, ['recall']);
  assert.equal((await post(id, 'recall', { reason: ' ' }, director)).status, 422);
  assert.equal((await post(id, 'recall', { reason: REASON }, director)).status, 200);
  await office.house.drain();
  const again = await post(id, 'recall');
  assert.equal(again.status, 409, 'nobody is left to be told');
});

test('two clerks who recall at once recall once', async () => {
  const id = await issued([financeId]);
  const second = await office.signIn('vanthu.snv');
  const replies = await Promise.all([post(id, 'recall'), post(id, 'recall', { reason: REASON }, second)]);
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409]);
  await office.house.drain();
  assert.equal((await read(id)).recipients[0]?.delivery?.notices.length, 1);
});

test('what nobody opened is taken back and can be sent again; what was opened stays', async () => {
  const id = await issued();
  await newest(finance);
  await office.house.drain();
  const before = await read(id);
  assert.ok(before.recipients[0]?.delivery?.openedAt, 'the sender sees that it was opened');
  assert.deepEqual(before.recipients.map(({ delivery }) => delivery?.effects.takeBack), ['too_late', 'at_once']);
  const late = await post(id, 'take-back', { reason: REASON, recipientIds: [financeId] });
  assert.deepEqual([late.status, late.body.code], [409, 'exchange.tooLateToTakeBack']);
  await acting('take-back', id, { reason: REASON, recipientIds: [justiceId] });
  assert.deepEqual(await statesOf(id), ['arrived', 'recalled']);
  assert.equal((await read(id)).state, 'issued');
  await acting('resend', id, {});
  assert.deepEqual(await statesOf(id), ['arrived', 'arrived']);
  assert.equal((await post(id, 'resend', {})).status, 409);
});

test('an update adds and removes recipients and puts the facts right at all who have it', async () => {
  const id = await issued([financeId]);
  const changed = { summary: 'V/v kiểm tra công tác văn thư năm 2026', urgency: 'urgent', answerDue: '2026-12-15' };
  assert.equal((await post(id, 'update', { reason: REASON })).status, 422);
  await acting('update', id, { reason: REASON, addIds: [justiceId], changed });
  assert.deepEqual(await statesOf(id), ['arrived', 'arrived']);
  assert.equal((await newest(finance)).summary, changed.summary);
  await acting('update', id, { reason: 'Gửi nhầm', removeIds: [financeId] });
  assert.deepEqual(await statesOf(id), ['recalled', 'arrived']);
  assert.equal((await newest(finance)).state, 'recalled');
});

test('a replacement is drafted, signed and issued like any document: the old one points to it on both sides and in public', async () => {
  const id = await issued();
  await registered(finance);
  const draft = await clerk.post<{ id: string }>(out, { mainUploadId: await clerk.upload(), typeCode: 'cong-van', summary: 'Thay thế', recipientIds: [financeId], replaces: { documentId: id, reason: 'Sai số liệu' } });
  const next = draft.body.id;
  await submit(clerk, next);
  await sign(director, next);
  await clerk.post(`${out}/${next}/number`);
  await seal(clerk, next);
  assert.equal((await clerk.post(`${out}/${next}/issue`)).status, 200);
  await office.house.drain();
  const old = await read(id);
  assert.deepEqual([old.state, old.replacedBy?.id], ['replaced', next]);
  assert.deepEqual(old.recipients.map(({ delivery }) => delivery?.state), ['replaced', 'recalled'], 'who does not get the new one is told to cancel the old one');
  assert.deepEqual([await publicState(id), await publicState(next)], ['replaced', 'in_force']);
  const fresh = await newest(finance);
  assert.ok(fresh.replaces?.id);
  const theirs = (await finance.get<Incoming>(`${inbox}/${fresh.replaces.id}`)).body;
  assert.deepEqual([theirs.state, theirs.replacedBy?.id, theirs.filesWithheld], ['replaced', fresh.id, false]);
  const twice = await clerk.post<Refusal>(out, { mainUploadId: await clerk.upload(), typeCode: 'cong-van', summary: 'Lần nữa', replaces: { documentId: id, reason: 'Sai số liệu' } });
  assert.equal(twice.status, 409);
});

test('the public page says that a document was recalled, or by which one it was replaced, and shows nothing of its content', async () => {
  const server = createHttpServer({ kernel: office.house.kernel, authenticate: () => Promise.resolve(anonymous), routes: allRoutes(), checkReplies: true });
  const pageOf = async (row: { code: string } | undefined): Promise<string> => (await server.inject({ method: 'GET', url: `/xac-thuc/${row?.code ?? ''}` })).body;
  try {
    const [recalled] = await office.house.sql<{ code: string }>(`select code from verification.issued_document where state = 'recalled' limit 1`);
    assert.match(await pageOf(recalled), /Văn bản thật, đã bị thu hồi[\s\S]*đã thu hồi lúc \d\d\/11\/2026/);
    const [replaced] = await office.house.sql<{ code: string; by: string; number: string }>(`select code, replaced_by_code as by, replaced_by_number as number from verification.issued_document where state = 'replaced' limit 1`);
    const page = await pageOf(replaced);
    assert.match(page, /Văn bản thật, đã được thay thế/);
    assert.ok(page.includes(`/xac-thuc/${replaced?.by ?? '?'}`) && page.includes(replaced?.number ?? '?'));
    const reply: { replacedBy: { code: string } } = (await server.inject({ method: 'GET', url: `/api/v1/issued-documents/${replaced?.code ?? ''}` })).json();
    assert.equal(reply.replacedBy.code, replaced?.by);
    assert.ok(!page.includes('Sai số liệu'), 'the reason is for the recipients');
  } finally {
    await server.close();
  }
});

test('a draft cannot replace what was never issued, or a document of somebody else', async () => {
  const own = await clerk.post<{ id: string }>(out, { mainUploadId: await clerk.upload(), typeCode: 'cong-van', summary: 'Dự thảo' });
  const body = async (as: Clerk, documentId: string) => as.post<Refusal>(out, { mainUploadId: await as.upload(), typeCode: 'cong-van', summary: 'Thay', replaces: { documentId, reason: 'Sai số liệu' } });
  assert.equal((await body(clerk, own.body.id)).status, 409);
  assert.equal((await body(finance, own.body.id)).status, 404);
});

test('a reminder stands in the receiving clerk’s work, and goes when the document is registered', async () => {
  const id = await issued([financeId]);
  await acting('remind', id, {});
  const { body } = await finance.get<{ rows: { id: string; reminded: boolean }[] }>(`${inbox}?state=arrived`);
  assert.equal(body.rows[0]?.reminded, true);
  assert.ok((await tasksOf(body.rows[0].id)).includes('incoming-documents.reminder open'));
  assert.equal((await post(id, 'remind', {})).status, 409);
  await registered(finance);
  assert.deepEqual((await tasksOf(body.rows[0].id)).filter((task) => !task.endsWith('done')), ['incoming-documents.submit open']);
});

test('the times that the law measures stand with envelope and delivery', async () => {
  const id = await issued([financeId]);
  await registered(finance);
  const [row] = await office.house.sql<Record<string, Date>>(
    `select e.signed_at, e.sent_at, e.send_due_at, d.arrived_at, d.answered_at from exchange.envelope e join exchange.delivery d on d.agency_id = e.agency_id and d.envelope_id = e.id where e.subject_id = $1`,
    [id],
  );
  assert.ok(row);
  for (const column of ['signed_at', 'sent_at', 'send_due_at', 'arrived_at', 'answered_at']) assert.ok(row[column] instanceof Date, column);
  assert.ok((row['send_due_at'] ?? 0) > (row['signed_at'] ?? 1));
});

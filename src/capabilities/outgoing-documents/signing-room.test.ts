import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { actFor, credential, draft, initial, openOffice, seal, sign, submit, type Clerk, type Document, type Office, type Refusal } from '../../../tests/office.ts';

type Opinion = { kind: string; text: string; person: { name: string }; onBehalfOf: { name: string } | null };
type Detail = Document & {
  initials: { name: string; initialledAt: string | null } | null;
  opinions: Opinion[];
  signAs: { formula: string | null; onBehalfOf: { name: string } | null } | null;
  signerName: string | null;
  signerTitle: string | null;
  signingFormula: string | null;
  signedOnBehalfOf: { name: string; title: string } | null;
};
type Report = { indication: string; signatures: { indication: string; role: string; changesAfter: string; signer?: { name?: string } }[] };
type Queue = { rows: { id: string; act: string; urgency: string; summary: string; main: { fileId: string } | null }[]; next: string | null };

const HEAD = 'Hoàng Hữu Dũng';
const base = '/api/v1/outgoing-documents';
let office: Office;
let clerk: Clerk;
let director: Clerk;
let officer: Clerk;
let head: Clerk;
let chief: Clerk;
let stranger: Clerk;
before(async () => {
  office = await openOffice();
  const signIn = (login: string) => office.signIn(login);
  [clerk, director, officer] = await Promise.all([signIn('vanthu.snv'), signIn('giamdoc.snv'), signIn('chuyenvien.snv')]);
  [head, chief, stranger] = await Promise.all([signIn('truongphong.snv'), signIn('chanhvanphong.snv'), signIn('giamdoc.stc')]);
});
after(() => office.close());

const read = async (client: Clerk, id: string) => (await client.get<Detail>(`${base}/${id}`)).body;
const queueOf = async (client: Clerk) => (await client.get<Queue>(`${base}/signing-room`)).body.rows;
const waits = async (client: Clerk, id: string) => (await queueOf(client)).find((row) => row.id === id)?.act;
const eventsOf = async (id: string) => (await office.house.sql<{ type: string }>(`select type from audit.entry where subject_id = $1 and type like 'outgoing-documents.%' order by at, id`, [id])).map((row) => row.type.split('.')[1]);
const tasksOf = async (id: string) =>
  (await office.house.sql<{ kind: string; state: string }>('select kind, state from cases.task where subject_id::text = $1 order by opened_at, id', [id])).map((task) => `${task.kind.split('.')[1] ?? ''} ${task.state}`);
const reportOf = async (client: Clerk, id: string): Promise<Report> => {
  const main = (await read(client, id)).files.find((file) => file.role === 'main');
  return (await client.get<Report>(`/api/v1/signatures/validations/${main?.sha256 ?? ''}?fileId=${main?.fileId ?? ''}`)).body;
};

async function askedForInitials(): Promise<string> {
  const id = await draft(officer);
  const reply = await submit(officer, id, { initialsBy: HEAD });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return id;
}

test('the head of the unit initials, the leader signs, the clerk seals, and every signature stays valid in its role', async () => {
  const id = await askedForInitials();
  assert.equal((await read(officer, id)).state, 'initialling');
  assert.equal(await waits(head, id), 'initial');
  assert.equal(await waits(director, id), undefined, 'the leader does not get it before');
  const reply = await initial(head, id, { remark: 'Đã rà soát số liệu' });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  assert.equal(reply.body.document.state, 'submitted');
  assert.equal(await waits(head, id), undefined);
  assert.equal(await waits(director, id), 'sign');
  const forDirector = await read(director, id);
  assert.deepEqual(forDirector.opinions.map(({ kind, text, person }) => [kind, text, person.name]), [['initials', 'Đã rà soát số liệu', HEAD]]);
  assert.equal(forDirector.initials?.name, HEAD);
  assert.ok(forDirector.initials.initialledAt !== null);
  assert.equal((await sign(director, id)).status, 200);
  assert.equal((await clerk.post(`${base}/${id}/number`)).status, 200);
  assert.equal((await seal(clerk, id)).status, 200);
  const report = await reportOf(clerk, id);
  assert.equal(report.indication, 'TOTAL-PASSED', JSON.stringify(report.signatures.map(({ indication, role, changesAfter }) => ({ indication, role, changesAfter }))));
  assert.deepEqual(report.signatures.map(({ role }) => role), ['initials', 'person', ...report.signatures.slice(2).map(() => 'agency')]);
  assert.ok(report.signatures.length >= 3);
  assert.ok(report.signatures.every(({ indication, changesAfter }) => indication === 'TOTAL-PASSED' && changesAfter !== 'forbidden' && changesAfter !== 'suspicious'));
  assert.deepEqual(await eventsOf(id), ['draft-created', 'initials-asked', 'document-initialled', 'document-signed', 'document-numbered', 'file-sealed', 'document-sealed']);
  assert.deepEqual((await tasksOf(id)).slice(0, 2), ['initial done', 'sign done']);
});

test('before the initials nobody signs, and only who was asked initials', async () => {
  const id = await askedForInitials();
  const early = await sign(director, id);
  assert.equal(early.status, 409);
  assert.match(early.body.message, /chờ ký nháy/);
  assert.equal((await initial(chief, id)).status, 403, 'another head');
  assert.equal((await initial(officer, id)).status, 403, 'the drafter');
  assert.equal((await initial(director, id)).status, 403, 'the leader');
  assert.equal((await initial(stranger, id)).status, 403, 'no head of a unit');
  const elsewhere = await office.signIn('vanthu.stc');
  assert.equal((await elsewhere.get(`${base}/${id}`)).status, 404);
  const wrongPin = await initial(head, id, { pin: '000000' });
  assert.equal(wrongPin.body.code, 'signatures.wrongPin');
  assert.equal((await read(head, id)).state, 'initialling');
  assert.equal((await initial(head, id)).status, 200);
  const twice = await initial(head, id);
  assert.equal(twice.status, 409, 'initialled already');
});

test('a person who is no head of a unit cannot be asked for initials', async () => {
  const id = await draft(officer);
  const { body } = await officer.get<{ approvers: { postId: string }[] }>(`${base}/approvers`);
  const postId = body.approvers[0]?.postId;
  const reply = await officer.post<Refusal>(`${base}/${id}/submit`, { approverPostId: postId, initialsPostId: postId });
  assert.equal(reply.body.code, 'outgoing-documents.initiallerCannotInitial');
  assert.equal((await read(officer, id)).state, 'draft');
});

test('the head of the unit returns it with a reason, and the leader who returns it later takes the initials with it', async () => {
  const id = await askedForInitials();
  assert.equal((await director.post(`${base}/${id}/return`, { reason: 'Chưa tới lượt tôi' })).status, 403);
  assert.equal((await head.post(`${base}/${id}/return`, { reason: 'Thiếu căn cứ pháp lý' })).status, 200);
  assert.equal((await read(officer, id)).state, 'returned');
  await submit(officer, id, { initialsBy: HEAD });
  const uploaded = (await read(officer, id)).files[0]?.sha256;
  await initial(head, id);
  assert.notEqual((await read(officer, id)).files[0]?.sha256, uploaded);
  assert.equal((await director.post(`${base}/${id}/return`, { reason: 'Sửa nơi nhận' })).status, 200);
  const returned = await read(officer, id);
  assert.equal(returned.files[0]?.sha256, uploaded, 'the drafter goes on from the file as it was uploaded');
  assert.equal(returned.initials?.initialledAt, null);
  assert.deepEqual(returned.opinions.map(({ text }) => text), ['Thiếu căn cứ pháp lý', 'Sửa nơi nhận']);
  assert.equal((await submit(officer, id)).status, 200);
  assert.equal((await read(officer, id)).initials, null, 'submitted without initials this time');
  assert.equal((await sign(director, id)).status, 200);
});

test('who acts under a delegation signs with the own certificate, by authorisation, and both people are on record', async () => {
  const id = await draft(clerk);
  await submit(clerk, id);
  const delegate = await office.signIn('chanhvanphong.snv');
  assert.equal((await sign(delegate, id)).status, 403, 'not in the own post');
  await actFor(delegate, 'Nguyễn Văn Bình');
  assert.equal(await waits(delegate, id), 'sign');
  assert.deepEqual((await read(delegate, id)).signAs, { formula: 'TUQ', onBehalfOf: { name: 'Nguyễn Văn Bình', title: 'Giám đốc' } });
  const theirs = await director.post<Refusal>(`${base}/${id}/sign`, { credentialId: await credential(delegate, 'person'), pin: '202612', placement: { page: 1, x: 380, y: 560, width: 113, height: 43 } });
  assert.equal(theirs.status, 403, 'the delegator cannot use the delegate’s certificate');
  assert.equal((await sign(delegate, id)).status, 200);
  const signed = await read(clerk, id);
  assert.deepEqual([signed.signerName, signed.signerTitle, signed.signingFormula, signed.signedOnBehalfOf], ['Phạm Minh Tuấn', 'Chánh Văn phòng', 'TUQ', { name: 'Nguyễn Văn Bình', title: 'Giám đốc' }]);
  const [entry] = await office.house.sql<{ actor: { name: string; onBehalfOf?: { name: string } } }>(`select actor from audit.entry where subject_id = $1 and type = 'outgoing-documents.document-signed'`, [id]);
  assert.deepEqual([entry?.actor.name, entry?.actor.onBehalfOf?.name], ['Phạm Minh Tuấn', 'Nguyễn Văn Bình']);
  const timeline = await clerk.get<{ entries: { text: string; actorName: string; onBehalfOf: string | null }[] }>(`${base}/${id}/timeline`);
  assert.ok(timeline.body.entries.some((line) => line.actorName === 'Phạm Minh Tuấn' && line.onBehalfOf?.includes('Nguyễn Văn Bình') === true && /ký số/.test(line.text)));
  const report = await reportOf(clerk, id);
  assert.equal(report.indication, 'TOTAL-PASSED');
  assert.match(JSON.stringify(report.signatures[0]), /Phạm Minh Tuấn/);
});

test('the leader and the delegate who sign at once sign once', async () => {
  const id = await draft(clerk);
  await submit(clerk, id);
  const delegate = await office.signIn('chanhvanphong.snv');
  await actFor(delegate, 'Nguyễn Văn Bình');
  const replies = await Promise.all([sign(director, id), sign(delegate, id)]);
  assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 409], JSON.stringify(replies.map((reply) => reply.body.code)));
  assert.equal((await office.house.sql(`select 1 from audit.entry where subject_id = $1 and type = 'outgoing-documents.document-signed'`, [id])).length, 1);
});

test('the queue begins with what is most urgent, holds only what waits for this post, and its count agrees', async () => {
  const normal = await draft(clerk, [], { summary: 'Thường' });
  const flash = await draft(clerk, [], { summary: 'Hỏa tốc', urgency: 'flash' });
  for (const id of [normal, flash]) await submit(clerk, id);
  const rows = await queueOf(director);
  assert.ok(rows.findIndex((row) => row.id === flash) < rows.findIndex((row) => row.id === normal));
  assert.ok(rows.every((row) => row.main !== null));
  assert.equal((await director.get<{ waiting: number }>(`${base}/signing-room/count`)).body.waiting, rows.length);
  for (const client of [clerk, officer, stranger]) assert.ok(!(await queueOf(client)).some((row) => row.id === flash));
  assert.equal((await director.get(`${base}/signing-room?after=somewhere`)).status, 422);
});

test('the queue is turned page by page without a gap', async () => {
  const ids = await Promise.all(Array.from({ length: 55 }, (_, index) => draft(clerk, [], { summary: `Lô ${String(index)}` })));
  const { body } = await clerk.get<{ approvers: { postId: string; title: string }[] }>(`${base}/approvers`);
  const approver = body.approvers.find(({ title }) => title === 'Phó Giám đốc');
  await Promise.all(ids.map((id) => clerk.post(`${base}/${id}/submit`, { approverPostId: approver?.postId })));
  const deputy = await office.signIn('phogiamdoc.snv');
  const first = (await deputy.get<Queue>(`${base}/signing-room`)).body;
  assert.equal(first.rows.length, 50);
  const second = (await deputy.get<Queue>(`${base}/signing-room?after=${encodeURIComponent(first.next ?? '')}`)).body;
  assert.deepEqual(new Set([...first.rows, ...second.rows].map((row) => row.id)), new Set(ids));
  assert.equal(second.next, null);
  assert.equal((await read(deputy, ids[0] ?? '')).signAs?.formula, 'KT', 'a deputy signs for the head');
});

test('an agency chooses what initials look like; without a mark they are in the file all the same', async () => {
  assert.equal((await head.put(`${base}/practice`, { initialsLook: 'none' })).status, 403);
  assert.equal((await director.put(`${base}/practice`, { initialsLook: 'none' })).status, 204);
  assert.deepEqual((await head.get(`${base}/practice`)).body, { initialsLook: 'none', mayChange: false });
  const id = await askedForInitials();
  assert.equal((await initial(head, id)).status, 200);
  assert.equal((await sign(director, id)).status, 200);
  const report = await reportOf(clerk, id);
  assert.deepEqual([report.indication, ...report.signatures.map(({ role }) => role)], ['TOTAL-PASSED', 'initials', 'person']);
  for (const initialsLook of ['text', 'image']) {
    assert.equal((await chief.put(`${base}/practice`, { initialsLook })).status, 204);
    const next = await askedForInitials();
    assert.equal((await initial(head, next, { placement: { page: 1, x: 60, y: 700, width: 71, height: 25.5 } })).status, 200, initialsLook);
    assert.equal((await reportOf(clerk, next)).indication, 'TOTAL-PASSED', initialsLook);
  }
});

test('the signing room is a place only for whoever signs or initials', async () => {
  const able = async (client: Clerk) => (await client.get<{ abilities: string[] }>('/api/v1/me')).body.abilities.includes('outgoing-documents.sign');
  assert.deepEqual(await Promise.all([director, head, chief, clerk, officer].map(able)), [true, true, true, false, false]);
});

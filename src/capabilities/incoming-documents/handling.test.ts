import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { actFor, draft, issuedDocument, openOffice, seal, sign, submit, type Clerk, type Document, type Office, type Refusal, type Reply } from '../../../tests/office.ts';
import type { HandlersReply, IncomingDetail } from './contract.ts';

let office: Office;
let sender: Clerk;
let senderDirector: Clerk;
let clerk: Clerk;
let director: Clerk;
let deputy: Clerk;
let head: Clerk;
let officer: Clerk;
let other: Clerk;
let interior = '';
let finance = '';
let people: HandlersReply;
before(async () => {
  office = await openOffice();
  [sender, senderDirector, clerk, director, deputy, head, officer, other] = await Promise.all(
    ['vanthu.stc', 'giamdoc.stc', 'vanthu.snv', 'giamdoc.snv', 'phogiamdoc.snv', 'truongphong.snv', 'chuyenvien.snv', 'chuyenvien2.snv'].map((login) => office.signIn(login)) as [Promise<Clerk>, Promise<Clerk>, Promise<Clerk>, Promise<Clerk>, Promise<Clerk>, Promise<Clerk>, Promise<Clerk>, Promise<Clerk>],
  );
  [interior = '', finance = ''] = await office.agencies('Sở Nội vụ', 'Sở Tài chính');
  people = (await clerk.get<HandlersReply>(`${base}/handlers`)).body;
});
after(() => office.close());

const base = '/api/v1/incoming-documents';
type Answer = Reply<IncomingDetail & Refusal>;
const read = async (who: Clerk, id: string): Promise<IncomingDetail> => (await who.get<IncomingDetail>(`${base}/${id}`)).body;
const step = (who: Clerk, id: string, verb: string, body: object = {}): Promise<Answer> => who.post(`${base}/${id}/${verb}`, body);
const postOf = (name: string): string => [...people.leaders, ...people.assignees].find((post) => post.name === name)?.postId ?? '';

const DIRECTOR = 'Nguyễn Văn Bình';
const OFFICE = 'Phạm Minh Tuấn';
const HEAD = 'Hoàng Hữu Dũng';
const OFFICER = 'Vũ Thị Phương Thảo';
const OTHER = 'Lương Công Đạt';

type Letter = { id: string; sentId: string };

async function arrived(): Promise<Letter> {
  const sentId = await issuedDocument(sender, senderDirector, [interior]);
  await office.house.drain();
  const { body } = await clerk.get<{ rows: { id: string }[] }>(`${base}?state=arrived`);
  return { sentId, id: body.rows[0]?.id ?? '' };
}

const ok = (reply: Answer): IncomingDetail => {
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body;
};
const refused = (reply: Answer, status: number, code: string): void => assert.deepEqual([reply.status, reply.body.code], [status, code]);

async function submitted(leader = DIRECTOR): Promise<Letter> {
  const letter = await arrived();
  await clerk.post(`${base}/${letter.id}/register`);
  ok(await step(clerk, letter.id, 'submit', { leaderPostId: postOf(leader), note: 'Thuộc lĩnh vực tổ chức cán bộ' }));
  return letter;
}

const order = (main: string, more: object = {}) => ({ instruction: 'Tham mưu trả lời, báo cáo tôi', mainPostId: postOf(main), dueOn: '2026-12-04', ...more });

async function assigned(main = OFFICER, more: object = {}): Promise<Letter> {
  const letter = await submitted();
  ok(await step(director, letter.id, 'assign', order(main, more)));
  return letter;
}

/** What the sender sees: the state, and everything that was answered, oldest first. */
async function seenBySender(letter: Letter): Promise<{ state: string | undefined; statuses: string[]; by: string | null | undefined }> {
  await office.house.drain();
  const { body } = await sender.get<Document>(`/api/v1/outgoing-documents/${letter.sentId}`);
  const answers = await office.house.sql<{ status: string }>(
    `select a.status from exchange.delivery_answer a join exchange.envelope e on e.agency_id = a.agency_id and e.id = a.envelope_id where e.subject_id = $1 order by a.ordinal`,
    [letter.sentId],
  );
  const delivery = body.recipients[0]?.delivery;
  return { state: delivery?.state, statuses: answers.map(({ status }) => status), by: delivery?.answeredBy };
}

const tasksOf = async (who: Clerk, id: string): Promise<string[]> =>
  (await who.get<{ items: { kind: string; href: string }[] }>('/api/v1/my-work')).body.items.filter(({ href }) => href.endsWith(id)).map(({ kind }) => kind.replace('incoming-documents.', ''));
const listed = async (who: Clerk, work: string, id: string): Promise<boolean> => (await who.get<{ rows: { id: string }[] }>(`${base}?work=${work}`)).body.rows.some((row) => row.id === id);

test('what the leader assigns, an officer opens and completes is told to the sender as 04, 05 and 06, each at once and once', async () => {
  const letter = await submitted();
  assert.deepEqual(await tasksOf(director, letter.id), ['instruct']);
  const given = ok(await step(director, letter.id, 'assign', order(OFFICER, { cooperatingPostIds: [postOf(OTHER)] })));
  assert.equal(given.state, 'assigned');
  assert.deepEqual(await seenBySender(letter), { state: 'assigned', statuses: ['01', '03', '04'], by: DIRECTOR });
  assert.deepEqual([await tasksOf(director, letter.id), await tasksOf(officer, letter.id), await tasksOf(other, letter.id)], [[], ['handle'], ['cooperate']]);

  await read(director, letter.id);
  await read(other, letter.id);
  assert.equal((await seenBySender(letter)).state, 'assigned', 'whoever only reads or cooperates has not begun the work');
  assert.equal((await read(officer, letter.id)).state, 'in-process');
  await read(officer, letter.id);
  await step(officer, letter.id, 'progress', { text: 'Đã xin số liệu' });
  assert.deepEqual(await seenBySender(letter), { state: 'in_process', statuses: ['01', '03', '04', '05'], by: OFFICER });

  const done = ok(await step(officer, letter.id, 'complete', { result: 'done', text: 'Đã cung cấp số liệu qua thư điện tử' }));
  assert.equal(done.state, 'completed');
  assert.deepEqual(done.abilities, []);
  assert.deepEqual(await seenBySender(letter), { state: 'completed', statuses: ['01', '03', '04', '05', '06'], by: OFFICER });
  assert.deepEqual([await tasksOf(officer, letter.id), await tasksOf(other, letter.id)], [[], []]);
  const [part] = done.handling.assignments;
  assert.deepEqual([part?.state, part?.outcome, part?.progress?.text], ['done', 'Đã cung cấp số liệu qua thư điện tử', 'Đã xin số liệu']);
});

test('what arrives is to be registered by the end of the next working day, whatever day the sender wants an answer by', async () => {
  const letter = await arrived();
  const [task] = (await clerk.get<{ items: { href: string; dueAt: string }[] }>('/api/v1/my-work')).body.items.filter(({ href }) => href.endsWith(letter.id));
  assert.equal(new Date(task?.dueAt ?? '').toISOString(), '2026-11-23T10:30:00.000Z');
});

test('registering gives the clerk the next task, to submit, due at the end of the next working day, and asks for the lasting copy of what is valid', async () => {
  const letter = await arrived();
  await clerk.post(`${base}/${letter.id}/register`);
  assert.deepEqual(await tasksOf(clerk, letter.id), ['submit']);
  const { files } = await read(clerk, letter.id);
  const main = files.find(({ role }) => role === 'main');
  const copies = await office.house.sql('select state from signatures.archived_file where agency_id = $1 and sha256 = $2', [interior, main?.sha256]);
  assert.equal(copies.length, 1);
  ok(await step(clerk, letter.id, 'submit', { leaderPostId: postOf(DIRECTOR) }));
  assert.deepEqual(await tasksOf(clerk, letter.id), []);
});

test('the clerk may submit to somebody else as long as nobody has instructed, and the leader may give it back', async () => {
  const letter = await submitted();
  ok(await step(clerk, letter.id, 'submit', { leaderPostId: postOf(OFFICE) }));
  assert.deepEqual([await tasksOf(director, letter.id), await listed(director, 'to-instruct', letter.id), await listed(clerk, 'to-instruct', letter.id)], [[], false, true]);
  const chief = await office.signIn('chanhvanphong.snv');
  assert.deepEqual([await tasksOf(chief, letter.id), await listed(chief, 'to-instruct', letter.id)], [['instruct'], true]);
  assert.equal((await step(chief, letter.id, 'return', { text: ' ' })).status, 422);
  const back = ok(await step(chief, letter.id, 'return', { text: 'Trình đồng chí Phó Giám đốc phụ trách' }));
  assert.deepEqual([back.state, back.handling.returnReason], ['registered', 'Trình đồng chí Phó Giám đốc phụ trách']);
  assert.deepEqual([await tasksOf(chief, letter.id), await tasksOf(clerk, letter.id)], [[], ['submit']]);
  assert.equal((await seenBySender(letter)).state, 'registered');
});

test('what is only to be known is completed by the leader without assigning it', async () => {
  const letter = await submitted();
  assert.equal(ok(await step(director, letter.id, 'complete', { result: 'information' })).state, 'completed');
  assert.deepEqual((await seenBySender(letter)).statuses, ['01', '03', '06']);
});

test('the head of a unit assigns on inside the unit; opening it for that is not yet work', async () => {
  const letter = await assigned(HEAD);
  await read(head, letter.id);
  assert.equal((await seenBySender(letter)).state, 'assigned');
  refused(await step(head, letter.id, 'pass', { postId: postOf(OTHER), instruction: 'Giao bạn tham mưu' }), 422, 'incoming-documents.assigneeUnknown');
  refused(await step(head, letter.id, 'pass', { postId: postOf(HEAD), instruction: 'Giao bạn tham mưu' }), 422, 'incoming-documents.assigneeUnknown');
  const passed = ok(await step(head, letter.id, 'pass', { postId: postOf(OFFICER), instruction: 'Giao bạn tham mưu', dueOn: '2026-12-02' }));
  assert.deepEqual(passed.handling.assignments.map((part) => [part.assignee.name, part.state]), [[HEAD, 'passed'], [OFFICER, 'open']]);
  assert.equal(passed.handlerName, OFFICER);
  assert.deepEqual([await tasksOf(head, letter.id), await tasksOf(officer, letter.id)], [[], ['handle']]);
  assert.equal((await read(officer, letter.id)).state, 'in-process');
  // The officer gives it back, the head does it: the head's part is open again.
  const released = await step(officer, letter.id, 'release', { text: 'Tôi đang nghỉ phép' });
  assert.equal(ok(released).handling.assignments.at(-1)?.state, 'released');
  assert.deepEqual(await tasksOf(head, letter.id), ['handle']);
  assert.equal(ok(await step(head, letter.id, 'complete', { result: 'information' })).state, 'completed');
  assert.deepEqual((await seenBySender(letter)).statuses, ['01', '03', '04', '05', '06']);
});

test('what was given back to the leader is assigned anew, and the sender hears 04 once', async () => {
  const letter = await assigned(OFFICER);
  ok(await step(officer, letter.id, 'release', { text: 'Không thuộc nhiệm vụ của tôi' }));
  assert.deepEqual(await tasksOf(director, letter.id), ['reassign']);
  const again = ok(await step(director, letter.id, 'assign', order(OTHER)));
  assert.equal(again.state, 'assigned');
  assert.deepEqual([await tasksOf(director, letter.id), await tasksOf(officer, letter.id), await tasksOf(other, letter.id)], [[], [], ['handle']]);
  refused(await step(officer, letter.id, 'progress', { text: 'Vẫn làm' }), 403, 'incoming-documents.notYourWork');
  assert.equal((await officer.get(`${base}/${letter.id}`)).status, 200, 'who had a part still sees what became of it');
  assert.deepEqual((await seenBySender(letter)).statuses, ['01', '03', '04']);
});

test('where the leader wants to see the result first, 06 waits for the approval; a result that is given back is worked on', async () => {
  const letter = await assigned(OFFICER, { isReviewed: true });
  refused(await step(officer, letter.id, 'complete', { result: 'information' }), 403, 'incoming-documents.notYourWork');
  assert.equal(ok(await step(officer, letter.id, 'report', { result: 'done', text: 'Đã soạn phương án' })).state, 'reported');
  assert.deepEqual((await seenBySender(letter)).statuses, ['01', '03', '04', '05']);
  assert.deepEqual(await tasksOf(director, letter.id), ['review']);
  const back = ok(await step(director, letter.id, 'return', { text: 'Bổ sung số liệu năm 2025' }));
  assert.deepEqual([back.state, back.handling.result, back.handling.returnReason], ['in-process', null, 'Bổ sung số liệu năm 2025']);
  assert.deepEqual([await tasksOf(director, letter.id), await tasksOf(officer, letter.id)], [[], ['handle']]);
  ok(await step(officer, letter.id, 'report', { result: 'done', text: 'Đã bổ sung' }));
  refused(await step(officer, letter.id, 'approve'), 403, 'incoming-documents.notYourWork');
  assert.equal(ok(await step(director, letter.id, 'approve')).state, 'completed');
  assert.deepEqual((await seenBySender(letter)).statuses, ['01', '03', '04', '05', '06']);
  refused(await step(director, letter.id, 'approve'), 409, 'cases.notInThisState');
});

test('the leader moves the deadline with a reason; what is late stands under “Quá hạn”', async () => {
  const letter = await assigned(OFFICER);
  refused(await step(director, letter.id, 'extend', { dueOn: '2020-01-01', reason: 'Chờ số liệu' }), 422, 'incoming-documents.dueIsOver');
  refused(await step(officer, letter.id, 'extend', { dueOn: '2026-12-11', reason: 'Chờ số liệu' }), 403, 'incoming-documents.notYourWork');
  const moved = ok(await step(director, letter.id, 'extend', { dueOn: '2026-12-11', reason: 'Chờ số liệu' }));
  assert.deepEqual([moved.handlingDue, moved.handling.assignments[0]?.extensionReason], ['2026-12-11T10:30:00.000Z', 'Chờ số liệu']);
  const [task] = (await officer.get<{ items: { href: string; dueAt: string }[] }>('/api/v1/my-work')).body.items.filter(({ href }) => href.endsWith(letter.id));
  assert.equal(new Date(task?.dueAt ?? '').toISOString(), '2026-12-11T10:30:00.000Z');
  assert.deepEqual([await listed(officer, 'overdue', letter.id), await listed(officer, 'main', letter.id), await listed(other, 'main', letter.id)], [false, true, false]);
  await office.house.sql('update incoming_documents.document set handling_due_at = $2 where id = $1', [letter.id, new Date(office.house.clock.now().getTime() - 60_000)]);
  assert.equal(await listed(officer, 'overdue', letter.id), true);
  assert.equal(await listed(clerk, 'overdue', letter.id), true);
});

test('co-operating people see the document, give their opinion once, and leave the main part alone', async () => {
  const letter = await assigned(HEAD, { cooperatingPostIds: [postOf(OTHER)] });
  assert.deepEqual([await listed(other, 'cooperating', letter.id), await listed(other, 'main', letter.id)], [true, false]);
  refused(await step(other, letter.id, 'complete', { result: 'information' }), 403, 'incoming-documents.notYourWork');
  ok(await step(other, letter.id, 'advise', { text: 'Nhất trí' }));
  refused(await step(other, letter.id, 'advise', { text: 'Nhất trí' }), 403, 'incoming-documents.notYourWork');
  assert.deepEqual([await tasksOf(other, letter.id), await listed(other, 'cooperating', letter.id)], [[], false]);
});

test('a reply is drafted from the document, and completes it once it is issued', async () => {
  const letter = await assigned(HEAD);
  assert.equal((await read(head, letter.id)).handling.mayReply, true);
  assert.equal((await read(director, letter.id)).handling.mayReply, false);
  const replyId = await draft(clerk, [finance], { answersId: letter.id, summary: 'V/v trả lời Sở Tài chính' });
  await office.house.drain();
  const [reply] = (await read(head, letter.id)).handling.replies;
  assert.deepEqual([reply?.id, reply?.number], [replyId, null]);
  refused(await step(head, letter.id, 'complete', { result: 'answered', replyId }), 409, 'incoming-documents.replyNotIssued');
  refused(await step(head, letter.id, 'complete', { result: 'done' }), 422, 'incoming-documents.resultMissing');
  await submit(clerk, replyId);
  await sign(director, replyId);
  for (const go of [() => clerk.post(`/api/v1/outgoing-documents/${replyId}/number`), () => seal(clerk, replyId), () => clerk.post(`/api/v1/outgoing-documents/${replyId}/issue`)]) assert.equal((await go()).status, 200);
  await office.house.drain();
  const done = ok(await step(head, letter.id, 'complete', { result: 'answered', replyId }));
  assert.deepEqual(done.handling.result, { kind: 'answered', text: '', by: HEAD, replyId });
  assert.match(done.handling.replies[0]?.number ?? '', /^\d+\/SNV/);
});

test('a reply that names a document of another agency is noted nowhere', async () => {
  const letter = await assigned(OFFICER);
  await draft(sender, [interior], { answersId: letter.id });
  await office.house.drain();
  assert.deepEqual((await read(officer, letter.id)).handling.replies, []);
});

test('each verb belongs to its people; a stranger does not learn that the document exists', async () => {
  const letter = await submitted();
  refused(await step(clerk, letter.id, 'assign', order(OFFICER)), 403, 'incoming-documents.notYourWork');
  refused(await step(officer, letter.id, 'assign', order(OFFICER)), 404, 'incoming-documents.notFound');
  refused(await step(sender, letter.id, 'assign', order(OFFICER)), 404, 'incoming-documents.notFound');
  assert.equal((await step(director, letter.id, 'submit', { leaderPostId: postOf(DIRECTOR) })).status, 403);
  assert.equal((await officer.get(`${base}/${letter.id}`)).status, 404);
  const auditor = await office.signIn('kiemtra.tinh');
  assert.equal((await auditor.get(`${base}/${letter.id}`)).status, 404);
  refused(await step(clerk, letter.id, 'submit', { leaderPostId: postOf(OFFICER) }), 422, 'incoming-documents.leaderCannotInstruct');
  refused(await step(director, letter.id, 'assign', order('nobody', { mainPostId: letter.id })), 422, 'incoming-documents.assigneeUnknown');
  refused(await step(director, letter.id, 'assign', order(OFFICER, { cooperatingPostIds: [postOf(OFFICER)] })), 422, 'incoming-documents.assignedTwice');
  refused(await step(director, letter.id, 'assign', order(OFFICER, { dueOn: '2020-01-01' })), 422, 'incoming-documents.dueIsOver');
  // any leader may step in; the answer names who did
  assert.equal(ok(await step(deputy, letter.id, 'assign', order(OFFICER))).state, 'assigned');
  const detail = await read(clerk, letter.id);
  assert.equal(detail.handling.assignments[0]?.assignedBy.title, 'Phó Giám đốc');
});

test('nothing is done out of its turn', async () => {
  const letter = await arrived();
  refused(await step(clerk, letter.id, 'submit', { leaderPostId: postOf(DIRECTOR) }), 409, 'cases.notInThisState');
  refused(await step(director, letter.id, 'assign', order(OFFICER)), 409, 'cases.notInThisState');
  await clerk.post(`${base}/${letter.id}/register`);
  for (const [verb, body] of [['assign', order(OFFICER)], ['complete', { result: 'information' }], ['approve', {}], ['return', { text: 'Không được' }], ['extend', { dueOn: '2026-12-11', reason: 'Chờ số liệu' }], ['progress', { text: 'Đang làm' }]] as const) {
    refused(await step(director, letter.id, verb, body), 409, 'cases.notInThisState');
  }
  ok(await step(clerk, letter.id, 'submit', { leaderPostId: postOf(DIRECTOR) }));
  ok(await step(director, letter.id, 'complete', { result: 'information' }));
  refused(await step(director, letter.id, 'assign', order(OFFICER)), 409, 'cases.notInThisState');
  refused(await step(clerk, letter.id, 'submit', { leaderPostId: postOf(DIRECTOR) }), 409, 'cases.notInThisState');
});

test('two who complete, or open, at the same moment tell the sender once', async () => {
  const letter = await assigned(OFFICER);
  const second = await office.signIn('chuyenvien.snv');
  await Promise.all([read(officer, letter.id), read(second, letter.id)]);
  assert.deepEqual((await seenBySender(letter)).statuses, ['01', '03', '04', '05']);
  const replies = await Promise.all([officer, second].map((who) => step(who, letter.id, 'complete', { result: 'information' })));
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409]);
  assert.deepEqual((await seenBySender(letter)).statuses, ['01', '03', '04', '05', '06']);
});

test('two leaders who assign at the same moment leave one main person', async () => {
  const letter = await submitted();
  const replies = await Promise.all([step(director, letter.id, 'assign', order(OFFICER)), step(deputy, letter.id, 'assign', order(OTHER))]);
  assert.deepEqual(replies.map(({ status }) => status), [200, 200]);
  const { handling } = await read(clerk, letter.id);
  assert.equal(handling.assignments.filter((part) => part.state === 'open').length, 1);
  assert.deepEqual((await seenBySender(letter)).statuses.filter((status) => status === '04'), ['04']);
});

test('the same request twice has one effect', async () => {
  const letter = await submitted();
  const headers = { 'idempotency-key': `assign-${letter.id}` };
  const once = await director.post<IncomingDetail>(`${base}/${letter.id}/assign`, order(OFFICER), headers);
  const twice = await director.post<IncomingDetail>(`${base}/${letter.id}/assign`, order(OFFICER), headers);
  assert.deepEqual([once.status, twice.status, twice.body.handling.assignments.length], [200, 200, 1]);
});

test('a recall during the handling goes to the clerk, and with the answer everybody’s task ends', async () => {
  const letter = await assigned(HEAD, { cooperatingPostIds: [postOf(OTHER)] });
  ok(await step(head, letter.id, 'pass', { postId: postOf(OFFICER), instruction: 'Giao bạn tham mưu' }));
  await read(officer, letter.id);
  await sender.post(`/api/v1/outgoing-documents/${letter.sentId}/recall`, { reason: 'Ban hành nhầm nội dung' });
  await office.house.drain();
  const asked = await read(clerk, letter.id);
  assert.deepEqual([asked.state, asked.asked, asked.abilities.includes('answer-notice')], ['in-process', true, true]);
  assert.ok((await tasksOf(clerk, letter.id)).includes('answer-notice'));
  const notice = asked.notices[0]?.id ?? '';
  assert.equal((await clerk.post(`${base}/${letter.id}/notices/${notice}/answer`, { agree: true })).status, 200);
  const after = await read(officer, letter.id);
  assert.deepEqual([after.state, after.abilities, after.handling.assignments.map((part) => part.state)], ['recalled', [], ['ended', 'ended', 'ended']]);
  for (const who of [clerk, director, head, officer, other]) assert.deepEqual(await tasksOf(who, letter.id), []);
  refused(await step(officer, letter.id, 'complete', { result: 'information' }), 409, 'cases.notInThisState');
  assert.equal((await seenBySender(letter)).state, 'recalled');
});

test('completing during an open question of the sender leaves the question with the clerk', async () => {
  const letter = await assigned(OFFICER);
  await sender.post(`/api/v1/outgoing-documents/${letter.sentId}/recall`, { reason: 'Ban hành nhầm nội dung' });
  await office.house.drain();
  ok(await step(officer, letter.id, 'complete', { result: 'information' }));
  assert.deepEqual(await tasksOf(clerk, letter.id), ['answer-notice']);
  assert.ok((await read(clerk, letter.id)).abilities.includes('answer-notice'));
});

test('a document that is replaced during the handling is nobody’s task any more', async () => {
  const letter = await assigned(OFFICER);
  const next = await draft(sender, [interior], { replaces: { documentId: letter.sentId, reason: 'Sửa phụ lục' } });
  await submit(sender, next);
  await sign(senderDirector, next);
  for (const go of [() => sender.post(`/api/v1/outgoing-documents/${next}/number`), () => seal(sender, next), () => sender.post(`/api/v1/outgoing-documents/${next}/issue`)]) assert.equal((await go()).status, 200);
  await office.house.drain();
  const after = await read(officer, letter.id);
  assert.deepEqual([after.state, after.handling.assignments[0]?.state, await tasksOf(officer, letter.id)], ['replaced', 'ended', []]);
});

test('who acts for the leader instructs in that one’s place, and both are named', async () => {
  const letter = await submitted();
  const acting = await office.signIn('chanhvanphong.snv');
  refused(await step(acting, letter.id, 'assign', order(OFFICER)), 403, 'incoming-documents.notYourWork');
  await actFor(acting, DIRECTOR);
  const given = ok(await step(acting, letter.id, 'assign', order(OFFICER)));
  assert.equal(given.handling.assignments[0]?.assignedBy.title, 'Chánh Văn phòng, thay mặt Nguyễn Văn Bình (Giám đốc)');
});

test('evidence is offered to whoever the exchange hands it to', async () => {
  const letter = await assigned(OFFICER);
  const [byClerk, byOfficer] = [await read(clerk, letter.id), await read(officer, letter.id)];
  assert.deepEqual([byClerk.mayTakeEvidence, byOfficer.mayTakeEvidence], [true, false]);
  assert.equal((await officer.get(`/api/v1/exchange/messages/${byClerk.messageId}/evidence`)).status, 403);
  const sent = await sender.get<{ mayTakeEvidence: boolean }>(`/api/v1/outgoing-documents/${letter.sentId}`);
  assert.equal(sent.body.mayTakeEvidence, true);
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { HandlersReply, IncomingDetail } from '#capabilities/incoming-documents/contract.ts';
import type { OutgoingDetail } from '#capabilities/outgoing-documents/contract.ts';
import { issuedDocument, seal, sign, submit, type Clerk, type Refusal, type Reply } from './office.ts';
import { administratorOf, openTwoOffices, type TwoOffices } from './two-offices.ts';

// Thanh Hóa sends, Nghệ An receives, each with its own database, port, people and pages.
let pair: TwoOffices;
let sender: Clerk;
let signer: Clerk;
let interior: Clerk;
let director: Clerk;
let officer: Clerk;
let finance: Clerk;
let ward: Clerk;
let interiorId = '';
let financeId = '';
let wardId = '';
before(async () => {
  pair = await openTwoOffices();
  const { thanhHoa, ngheAn } = pair;
  [sender, signer] = [await thanhHoa.signIn('vanthu.snv'), await thanhHoa.signIn('giamdoc.snv')];
  [interior, director, officer, finance, ward] = [await ngheAn.signIn('vanthu.snv'), await ngheAn.signIn('giamdoc.snv'), await ngheAn.signIn('chuyenvien.snv'), await ngheAn.signIn('vanthu.stc'), await ngheAn.signIn('vanthu.truongvinh')];
  [interiorId = '', financeId = '', wardId = ''] = await thanhHoa.agencies('Sở Nội vụ tỉnh Nghệ An', 'Sở Tài chính tỉnh Nghệ An', 'Ủy ban nhân dân phường Trường Vinh');
});
after(() => pair.close());

const out = '/api/v1/outgoing-documents';
const inbox = '/api/v1/incoming-documents';
const REASON = 'Sai căn cứ pháp lý';

type Delivery = NonNullable<OutgoingDetail['recipients'][number]['delivery']>;
const sentState = async (id: string): Promise<OutgoingDetail> => (await sender.get<OutgoingDetail>(`${out}/${id}`)).body;
const statesOf = async (id: string): Promise<(string | undefined)[]> => (await sentState(id)).recipients.map(({ delivery }) => delivery?.state);
async function deliveryTo(id: string, agencyId: string): Promise<Delivery> {
  const found = (await sentState(id)).recipients.find((recipient) => recipient.agencyId === agencyId)?.delivery;
  assert.ok(found);
  return found;
}

async function issued(recipients: readonly string[]): Promise<string> {
  const id = await issuedDocument(sender, signer, recipients);
  await pair.settle();
  return id;
}

/** Every arrived document of the agency, newest first, without opening any of them. */
const arrivedAt = async (as: Clerk): Promise<{ id: string; summary: string; state: string }[]> => (await as.get<{ rows: { id: string; summary: string; state: string }[] }>(inbox)).body.rows;
async function newestId(as: Clerk): Promise<string> {
  const [first] = await arrivedAt(as);
  assert.ok(first);
  return first.id;
}
const read = async (as: Clerk, id: string): Promise<IncomingDetail> => (await as.get<IncomingDetail>(`${inbox}/${id}`)).body;

async function registered(as: Clerk): Promise<string> {
  const id = await newestId(as);
  await good(as.post(`${inbox}/${id}/register`));
  await pair.settle();
  return id;
}

async function good<Body>(reply: Promise<Reply<Body>>): Promise<Body> {
  const { status, body } = await reply;
  assert.ok(status === 200 || status === 204, JSON.stringify(body));
  return body;
}

async function acting(verb: string, id: string, body: object = { reason: REASON }): Promise<void> {
  await good(sender.post(`${out}/${id}/${verb}`, body));
  await pair.settle();
}

async function answers(as: Clerk, id: string, answer: { agree: boolean; reason?: string }): Promise<void> {
  const asked = (await read(as, id)).notices.find((notice) => notice.answer === null);
  assert.ok(asked, 'the clerk is asked');
  await good(as.post(`${inbox}/${id}/notices/${asked.id}/answer`, answer));
  await pair.settle();
}

/** Drafted, signed, numbered, sealed and issued in the place of another. */
async function replacementOf(documentId: string, recipientIds: readonly string[]): Promise<string> {
  const { id } = await good(sender.post<{ id: string }>(out, { mainUploadId: await sender.upload(), typeCode: 'cong-van', summary: 'Văn bản thay thế', recipientIds, replaces: { documentId, reason: 'Sai số liệu' } }));
  await submit(sender, id);
  await sign(signer, id);
  await sender.post(`${out}/${id}/number`);
  await seal(sender, id);
  await acting('issue', id, {});
  return id;
}

const changed = { summary: 'V/v kiểm tra công tác văn thư năm 2026, hạn 15/12', urgency: 'urgent' as const, answerDue: '2026-12-15' };

test('an update changes what is not registered there at once, asks the clerk about what is, and both answers come back', async () => {
  const id = await issued([financeId, interiorId, wardId]);
  const [held, kept] = [await registered(finance), await registered(interior)];
  await acting('update', id, { reason: 'Ghi rõ thời hạn', changed });
  assert.deepEqual((await arrivedAt(ward)).map((row) => row.summary), [changed.summary]);
  assert.deepEqual((await deliveryTo(id, wardId)).notices.map((notice) => [notice.kind, notice.state]), [['update', 'agreed']]);
  assert.notEqual((await read(finance, held)).summary, changed.summary);
  await answers(finance, held, { agree: true });
  await answers(interior, kept, { agree: false, reason: 'Đã giao việc theo hạn cũ' });
  const [taken, refused] = [await read(finance, held), await read(interior, kept)];
  assert.deepEqual([taken.summary, taken.urgency, taken.answerDue], [changed.summary, changed.urgency, changed.answerDue]);
  assert.notEqual(refused.summary, changed.summary);
  const told = async (agencyId: string) => (await deliveryTo(id, agencyId)).notices.map((notice) => [notice.state, notice.answeredBy, notice.answerReason]);
  assert.deepEqual(await told(financeId), [['agreed', 'Võ Thị Hoài Thu', null]]);
  assert.deepEqual(await told(interiorId), [['declined', 'Cao Thị Diệu Linh', 'Đã giao việc theo hạn cũ']]);
  const { body } = await sender.get<{ entries: { text: string }[] }>(`${out}/${id}/timeline`);
  assert.ok(body.entries.some(({ text }) => text.endsWith(': Không đồng ý cập nhật. Đã giao việc theo hạn cũ')), 'what was refused, by whom and why stands in the record');
  await pair.assertSame();
});

test('an update of the receivers: the added one gets the letter itself, the removed one is told and its copy is cancelled', async () => {
  const id = await issued([financeId]);
  const mine = await newestId(finance);
  await acting('update', id, { reason: 'Thêm nơi nhận', addIds: [wardId] });
  // What follows its document goes when that is taken; whoever looks in between waits a minute at the longest.
  await pair.catchUp();
  const added = await read(ward, await newestId(ward));
  const original = await read(finance, mine);
  assert.deepEqual([added.state, added.documentCode, added.files.map((file) => file.sha256)], ['arrived', original.documentCode, original.files.map((file) => file.sha256)]);
  assert.deepEqual(await statesOf(id), ['arrived', 'arrived']);
  await acting('update', id, { reason: 'Gửi nhầm nơi nhận', removeIds: [financeId] });
  const removed = await read(finance, mine);
  assert.deepEqual([removed.state, removed.filesWithheld, removed.recall?.reason], ['recalled', true, 'Gửi nhầm nơi nhận']);
  assert.equal((await read(ward, added.id)).state, 'arrived', 'the others keep it');
  assert.deepEqual(await statesOf(id), ['recalled', 'arrived']);
  await pair.assertSame();
});

test('a removed receiver who had registered it is asked, and may refuse', async () => {
  const id = await issued([financeId, wardId]);
  const held = await registered(finance);
  await acting('update', id, { reason: 'Không thuộc thẩm quyền', removeIds: [financeId] });
  await answers(finance, held, { agree: false, reason: 'Đã thi hành' });
  const { state, notices } = await deliveryTo(id, financeId);
  assert.deepEqual([state, notices.map((notice) => [notice.state, notice.answerReason])], ['registered', [['declined', 'Đã thi hành']]]);
  await pair.assertSame();
});

test('what nobody there has opened is taken back and can be sent again', async () => {
  const id = await issued([financeId, wardId]);
  const before = await newestId(ward);
  await acting('take-back', id, { reason: 'Thiếu phụ lục', recipientIds: [wardId] });
  assert.deepEqual(await statesOf(id), ['arrived', 'recalled']);
  assert.deepEqual([(await read(ward, before)).state, (await sentState(id)).state], ['recalled', 'issued']);
  await acting('resend', id, {});
  assert.deepEqual(await statesOf(id), ['arrived', 'arrived']);
  assert.notEqual(await newestId(ward), before);
  await pair.assertSame();
});

test('what somebody there has opened is seen here with its time, and is not taken back', async () => {
  const id = await issued([financeId]);
  assert.deepEqual([(await deliveryTo(id, financeId)).tellsOpenings, (await deliveryTo(id, financeId)).openedAt], [true, null]);
  const opened = await newestId(finance);
  await read(finance, opened);
  await pair.settle();
  const known = await deliveryTo(id, financeId);
  assert.deepEqual([known.via, known.openedAt === null, known.effects.takeBack], ['Tỉnh Nghệ An', false, 'too_late']);
  assert.equal(new Date(known.openedAt ?? '').getTime(), new Date((await read(finance, opened)).openedAt ?? '').getTime());
  assert.ok(!(await sentState(id)).abilities.includes('take-back'));
  await pair.assertSame();
});

test('a taking back that crosses the first look on its way is refused there: the answer is 16', async () => {
  const id = await issued([financeId]);
  const opened = await newestId(finance);
  // Nobody here has heard of it yet when the clerk takes it back.
  await read(finance, opened);
  await acting('take-back', id, { reason: 'Gửi nhầm', recipientIds: [financeId] });
  const { state, notices } = await deliveryTo(id, financeId);
  assert.deepEqual([state, notices.map((notice) => [notice.kind, notice.state])], ['arrived', [['take_back', 'declined']]]);
  assert.equal((await read(finance, opened)).state, 'arrived');
  await pair.assertSame();
});

test('a replacement arrives like any document, the old one there points to it, and who is left out loses the old one', async () => {
  const id = await issued([financeId, wardId]);
  const old = await registered(finance);
  const oldOfWard = await newestId(ward);
  const next = await replacementOf(id, [financeId]);
  const fresh = await read(finance, await newestId(finance));
  const theirs = await read(finance, old);
  assert.deepEqual([fresh.replaces?.id, theirs.state, theirs.replacedBy?.id, theirs.filesWithheld], [old, 'replaced', fresh.id, false]);
  assert.equal((await read(ward, oldOfWard)).state, 'recalled');
  const document = await sentState(id);
  assert.deepEqual([document.state, document.replacedBy?.id, document.recipients.map(({ delivery }) => delivery?.state)], ['replaced', next, ['replaced', 'recalled']]);
  await pair.assertSame();
});

test('what happens to a letter there comes back as 03, 04, 05 and 06, each with the name of who did it, and a recall in the middle is asked', async () => {
  const id = await issued([interiorId]);
  const held = await registered(interior);
  const { leaders, assignees } = (await interior.get<HandlersReply>(`${inbox}/handlers`)).body;
  const postOf = (name: string): string => [...leaders, ...assignees].find((post) => post.name === name)?.postId ?? '';
  const step = async (as: Clerk, verb: string, body: object): Promise<void> => {
    await good(as.post(`${inbox}/${held}/${verb}`, body));
    await pair.settle();
  };
  const seen = async () => {
    const { state, answeredBy } = await deliveryTo(id, interiorId);
    return [state, answeredBy];
  };
  assert.deepEqual(await seen(), ['registered', 'Cao Thị Diệu Linh']);
  await step(interior, 'submit', { leaderPostId: postOf('Hồ Sỹ Nguyên'), note: 'Trình Giám đốc' });
  await step(director, 'assign', { instruction: 'Tham mưu trả lời', mainPostId: postOf('Phan Văn Thìn'), dueOn: '2026-12-04' });
  assert.deepEqual(await seen(), ['assigned', 'Hồ Sỹ Nguyên']);
  await read(officer, held);
  await pair.settle();
  assert.deepEqual(await seen(), ['in_process', 'Phan Văn Thìn']);
  await acting('recall', id);
  await answers(interior, held, { agree: false, reason: 'Đang thi hành' });
  assert.deepEqual(await seen(), ['in_process', 'Phan Văn Thìn']);
  await step(officer, 'complete', { result: 'done', text: 'Đã trả lời' });
  assert.deepEqual(await seen(), ['completed', 'Phan Văn Thìn']);
  const statuses = await pair.thanhHoa.house.sql<{ status: string }>(
    `select a.status from exchange.delivery_answer a join exchange.envelope e on e.agency_id = a.agency_id and e.id = a.envelope_id where e.subject_id = $1 and e.kind = 'new' order by a.ordinal`,
    [id],
  );
  assert.deepEqual(statuses.map(({ status }) => status), ['01', '03', '04', '05', '06']);
  await pair.assertSame();
});

test('a refusal there comes back as 02 with its reason', async () => {
  const id = await issued([wardId]);
  await good(ward.post(`${inbox}/${await newestId(ward)}/refuse`, { reason: 'Không thuộc địa bàn' }));
  await pair.settle();
  const { state, reason } = await deliveryTo(id, wardId);
  assert.deepEqual([state, reason], ['refused', 'Không thuộc địa bàn']);
  const { deliveries, answers: count } = await pair.assertSame();
  assert.ok(deliveries > 15 && count > 25, `${String(deliveries)} deliveries and ${String(count)} answers were compared`);
});

test('what happens to a letter that is still on its way: it is recalled, changed, replaced and sent further, and arrives as what it is now', async () => {
  const admin = administratorOf(pair.thanhHoa);
  const line = `/api/v1/exchange/partners/${pair.partners.atInviter}`;
  assert.equal((await admin.call('POST', `${line}/suspend`, { body: { reason: 'Bảo trì đường truyền' } })).status, 204);
  const before = { finance: (await arrivedAt(finance)).length, ward: (await arrivedAt(ward)).length };
  const [updated, withdrawn, replaced] = [await issued([financeId, wardId]), await issued([wardId]), await issued([financeId])];
  await acting('update', updated, { reason: 'Thêm nơi nhận', addIds: [interiorId] });
  await acting('update', updated, { reason: 'Ghi rõ thời hạn', changed });
  await acting('update', updated, { reason: 'Gửi nhầm nơi nhận', removeIds: [financeId] });
  await acting('recall', withdrawn);
  const next = await replacementOf(replaced, [financeId]);
  assert.equal((await arrivedAt(finance)).length + (await arrivedAt(ward)).length, before.finance + before.ward, 'nothing goes over a suspended line');
  assert.equal((await admin.call('POST', `${line}/resume`)).status, 204);
  await pair.catchUp();
  assert.deepEqual(await statesOf(updated), ['recalled', 'arrived', 'arrived']);
  assert.deepEqual([(await arrivedAt(ward)).find((row) => row.state === 'arrived')?.summary, (await arrivedAt(interior))[0]?.summary], [changed.summary, changed.summary]);
  assert.deepEqual([await statesOf(withdrawn), await statesOf(replaced), await statesOf(next)], [['recalled'], ['replaced'], ['arrived']]);
  await pair.assertSame();
});

test('a receiver that is added after a change gets the letter as it was signed and the change right behind it', async () => {
  const id = await issued([financeId]);
  await acting('update', id, { reason: 'Ghi rõ thời hạn', changed });
  await acting('update', id, { reason: 'Thêm nơi nhận', addIds: [wardId] });
  // What follows its document goes when that is taken; whoever looks in between waits a minute at the longest.
  await pair.catchUp();
  const added = await read(ward, await newestId(ward));
  assert.deepEqual([added.summary, added.urgency, added.answerDue], [changed.summary, changed.urgency, changed.answerDue]);
  assert.deepEqual((await deliveryTo(id, wardId)).notices.map((notice) => [notice.kind, notice.state]), [['update', 'agreed']]);
  const later = { ...changed, answerDue: '2026-12-20' };
  await acting('update', id, { reason: 'Lùi thời hạn', changed: later, addIds: [interiorId] });
  await pair.catchUp();
  for (const as of [finance, ward, interior]) assert.equal((await read(as, await newestId(as))).answerDue, later.answerDue);
  await pair.assertSame();
});

test('what is still on its way there is taken back: it arrives, and is cancelled unopened', async () => {
  const admin = administratorOf(pair.thanhHoa);
  const line = `/api/v1/exchange/partners/${pair.partners.atInviter}`;
  assert.equal((await admin.call('POST', `${line}/suspend`, { body: { reason: 'Bảo trì đường truyền' } })).status, 204);
  const id = await issued([wardId]);
  assert.deepEqual(await statesOf(id), ['waiting']);
  await acting('take-back', id, { reason: 'Thiếu phụ lục', recipientIds: [wardId] });
  assert.equal((await admin.call('POST', `${line}/resume`)).status, 204);
  await pair.catchUp();
  assert.deepEqual([await statesOf(id), (await read(ward, await newestId(ward))).state], [['recalled'], 'recalled']);
  await pair.assertSame();
});

test('a receiver at another installation is reminded: it stands on top of the clerk’s work there, once', async () => {
  const id = await issued([wardId]);
  assert.ok((await sentState(id)).abilities.includes('remind'));
  await good(sender.post(`${out}/${id}/remind`, { recipientIds: [wardId] }));
  await pair.settle();
  const mine = await newestId(ward);
  const { reminded, remindedAt } = await read(ward, mine);
  assert.deepEqual([reminded, remindedAt !== null], [true, true]);
  const tasks = await pair.ngheAn.house.sql<{ state: string }>(`select state from cases.task where kind = 'incoming-documents.reminder' and subject_id::text = $1`, [mine]);
  assert.deepEqual(tasks, [{ state: 'open' }]);
  const { remindedAt: told, reminderCount, mayRemind } = await deliveryTo(id, wardId);
  assert.deepEqual([told !== null, reminderCount, mayRemind], [true, 1, true]);
  const again = await sender.post<Refusal>(`${out}/${id}/remind`, {});
  assert.deepEqual([again.status, again.body.code], [409, 'exchange.nobodyToRemind'], 'once an hour at most');
  await registered(ward);
  assert.ok(!(await sentState(id)).abilities.includes('remind'));
});

test('a receiver at a partner that understands neither is not reminded, and nobody claims to know whether it was opened', async () => {
  const features = async (told: string[]) => pair.thanhHoa.house.sql('update exchange.partner set features = $2 where id = $1', [pair.partners.atInviter, told]);
  const [partner] = await pair.thanhHoa.house.sql<{ features: string[] }>('select features from exchange.partner where id = $1', [pair.partners.atInviter]);
  const id = await issued([wardId]);
  await features(['directory']);
  const reply = await sender.post<Refusal>(`${out}/${id}/remind`, {});
  assert.deepEqual([reply.status, reply.body.code], [409, 'exchange.nobodyToRemind']);
  const { tellsOpenings, mayRemind } = await deliveryTo(id, wardId);
  assert.deepEqual([tellsOpenings, mayRemind, (await sentState(id)).abilities.includes('remind')], [false, false, false]);
  await features(partner?.features ?? []);
});

test('administrators see of each parcel whose document it carries or answers, and which', async () => {
  type Seen = { transfers: { kind: string; state: string; about: { senderName: string; number: string; business: string; status: string | null } }[] };
  const seen = async (office: TwoOffices['thanhHoa']) => (await administratorOf(office).call<Seen>('GET', '/api/v1/exchange/transfers')).body.transfers;
  const [sent, answered] = [await seen(pair.thanhHoa), await seen(pair.ngheAn)];
  assert.deepEqual([...new Set(sent.map(({ kind }) => kind))].sort(), ['envelope', 'reminder']);
  assert.deepEqual([...new Set(sent.map(({ about }) => about.business))].sort(), ['new', 'recall', 'replace', 'take_back', 'update']);
  for (const { about, state } of sent) assert.ok(about.senderName === 'Sở Nội vụ tỉnh Thanh Hóa' && /^\d+\/SNV-VP$/.test(about.number) && about.status === null && state === 'processed', JSON.stringify(about));
  assert.deepEqual([...new Set(answered.map(({ about }) => about.status ?? 'opened'))].sort(), ['01', '02', '03', '04', '05', '06', '15', '16', 'opened']);
  for (const { about, kind } of answered) assert.ok(kind === (about.status === null ? 'opening' : 'answer') && about.senderName === 'Sở Nội vụ tỉnh Thanh Hóa', JSON.stringify(about));
});

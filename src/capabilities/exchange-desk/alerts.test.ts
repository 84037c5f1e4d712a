import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor, type PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { addDays, formatDay, vietnamDay } from '#kernel/time.ts';
import { storeBytes } from '#engines/files/index.ts';
import { createAgency } from '#engines/identity/index.ts';
import { sendEnvelope } from '#engines/exchange/index.ts';
import { judgeRules } from './alerts.ts';
import type { AlertRow, AlertsReply, RuleRow, RulesReply } from './contract.ts';
import { openDesk, type Desk } from './testing.ts';
import { openMailServer, type MailServer } from '../../../tests/mail-server.ts';

let desk: Desk;
let mail: MailServer;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
let clerk: PersonActor;
let receiver: PersonActor;
let province: PersonActor;
let auditor: PersonActor;
before(async () => {
  mail = await openMailServer();
  desk = await openDesk({ smtpUrl: mail.url, mailFrom: 'Liên Thông <lienthong@thanhhoa.gov.vn>' });
  sender = await desk.agency('Sở Nội vụ');
  commune = await desk.agency('UBND xã Hoằng Hóa', { kind: 'commune' });
  clerk = await desk.person(sender, 'Trần Thị Thu Hà', ['clerk']);
  receiver = await desk.person(commune, 'Lê Văn Sơn', ['clerk']);
  const office = await desk.agency('UBND tỉnh', { kind: 'province' });
  province = await desk.person(office, 'Đinh Trọng Hiếu', ['province_admin']);
  auditor = await desk.person(office, 'Vũ Thị Lan', ['auditor']);
});
after(async () => {
  await mail.close();
  await desk.house.close();
});

const standing = async (as: PersonActor): Promise<AlertRow[]> => (await desk.call<AlertsReply>(as, 'GET', '/alerts')).body.rows;
const rules = async (): Promise<RulesReply> => (await desk.call<RulesReply>(province, 'GET', '/alert-rules')).body;
async function rule(kind: RuleRow['kind']): Promise<RuleRow> {
  const found = (await rules()).rules.find((each) => each.kind === kind);
  assert.ok(found);
  return found;
}
async function change(kind: RuleRow['kind'], changes: Partial<RuleRow>): Promise<number> {
  const wanted = { ...(await rule(kind)), ...changes };
  return (await desk.call(province, 'PUT', `/alert-rules/${wanted.id}`, bodyOf(wanted))).status;
}
/** What a rule's form sends: everything that may be changed. */
function bodyOf({ name, thresholdMinutes, quietMinutes, isOn, agencyRoles, keeperRoles, emails, posts }: RuleRow) {
  return { name, thresholdMinutes, quietMinutes, isOn, agencyRoles, keeperRoles, emails, postIds: posts.map(({ agencyId, postId }) => ({ agencyId, postId })) };
}
const tasks = (): Promise<{ agency_id: string; assignee: string; state: string; title: string }[]> =>
  desk.house.sql(`select agency_id, assignee, state, title from cases.task where kind = 'exchange-desk.alert' order by opened_at, assignee`);

async function addPartner(name: string): Promise<string> {
  const id = newId();
  await desk.house.sql(
    `insert into exchange.partner (id, protocol, name, address, state, config, sealed_secrets, pinned, valid_from, created_at, changed_at) values ($1, 'installation', $2, null, 'active', '{}', '', '{}', '2026-01-01', now(), now())`,
    [id, name],
  );
  await desk.house.sql(`insert into exchange.partner_line (partner_id, circuit, failures) values ($1, 'closed', 0)`, [id]);
  return id;
}
const breakLine = (id: string): Promise<unknown> => desk.house.sql(`update exchange.partner_line set circuit = 'open', opened_at = $2, failures = 5 where partner_id = $1`, [id, desk.house.kernel.clock.now()]);
const mendLine = (id: string): Promise<unknown> => desk.house.sql(`update exchange.partner_line set circuit = 'closed', opened_at = null, failures = 0 where partner_id = $1`, [id]);

test('a partner that is away for five minutes is told once: in the lists of work and by letter; it ends when the line works', async () => {
  assert.equal(await change('partner_down', { emails: ['truc.ban@thanhhoa.gov.vn'] }), 204);
  const partner = await addPartner('Trục tỉnh Nghệ An');
  await breakLine(partner);
  await desk.pass(4);
  assert.deepEqual(await standing(province), []);
  await desk.pass(1);
  await desk.pass(1);
  assert.deepEqual((await standing(province)).map(({ kind, about, state }) => [kind, about, state]), [['partner_down', 'Trục tỉnh Nghệ An', 'open']]);
  assert.deepEqual((await tasks()).map((task) => [task.assignee, task.state]), [[`post:${province.postId}`, 'open']]);
  assert.equal(mail.letters.length, 1);
  const [letter] = mail.letters;
  assert.deepEqual(letter?.to, ['truc.ban@thanhhoa.gov.vn']);
  assert.match(letter.text, /Subject: =\?UTF-8\?/);
  const body = Buffer.from(letter.text.split('\n\n').slice(1).join('').replaceAll('\n', ''), 'base64').toString();
  assert.match(/base64/.test(letter.text) ? body : letter.text, /Trục tỉnh Nghệ An|Tr=E1=BB=A5c/);
  await mendLine(partner);
  await desk.pass(1);
  assert.deepEqual(await standing(province), []);
  assert.deepEqual((await tasks()).map((task) => task.state), ['done']);
});

test('within the quiet period the same is not told again; afterwards it is', async () => {
  const partner = await addPartner('Trục quốc gia');
  await breakLine(partner);
  await desk.pass(6);
  await desk.pass(1);
  const told = mail.letters.length;
  await desk.pass(30);
  assert.equal(mail.letters.length, told);
  await desk.pass(31);
  await desk.pass(1);
  assert.equal(mail.letters.length, told + 1);
  await mendLine(partner);
  await desk.pass(1);
});

test('a mail server that is away for a while gets the letter later', async () => {
  const partner = await addPartner('Bộ Nội vụ');
  mail.refuse(1);
  const told = mail.letters.length;
  await breakLine(partner);
  await desk.pass(6);
  assert.equal(mail.letters.length, told);
  await desk.pass(1);
  await desk.pass(1);
  assert.equal(mail.letters.length, told + 1);
  await mendLine(partner);
  await desk.pass(1);
});

/** A vendor's system, with one agency, that calls as its makers would. */
type Vendor = {
  agencyId: Id<'agency'>;
  ask(path: string, body?: object): Promise<{ status: number; items: { docId: string }[] }>;
  /** What an operator does with it; the administrator of the province unless told. */
  operate(method: 'GET' | 'PUT', path?: string, body?: object, as?: PersonActor): Promise<{ status: number; fetching: unknown }>;
};
async function aVendor(name: string, code: string, system = 'nuoc-sach'): Promise<Vendor> {
  let caller = province;
  const server = desk.house.server(() => Promise.resolve(caller));
  const made = await server.inject({ method: 'POST', url: '/api/v1/exchange/systems', payload: { name, systemId: system, isSandbox: false, agencies: [{ code, name: 'Công ty cấp nước' }] } });
  const { partnerId, systemId, key } = made.json<{ partnerId: string; systemId: string; key: { secret: string } }>();
  const [linked] = await desk.house.sql<{ id: Id<'agency'> }>('select agency_id as id from exchange.partner_agency where code = $1', [code]);
  assert.ok(linked);
  return {
    agencyId: linked.id,
    async ask(path, body = {}) {
      const reply = await server.inject({ method: 'POST', url: `/v1/${path}`, headers: { 'x-systemid': systemId, 'x-secretkey': key.secret }, payload: body });
      return { status: reply.statusCode, items: reply.json<{ items?: { docId: string }[] }>().items ?? [] };
    },
    async operate(method, path = '', body, as = province) {
      caller = as;
      const reply = await server.inject({ method, url: `/api/v1/exchange/systems/${partnerId}${path}`, ...(body === undefined ? {} : { payload: body }) });
      return { status: reply.statusCode, fetching: reply.body === '' ? undefined : reply.json<{ fetching?: unknown }>().fetching };
    },
  };
}

test('a vendor’s system that stops coming for what waits is told after five minutes, since when and how much; it ends when it comes, or when nothing waits', async () => {
  const vendor = await aVendor('Phần mềm nước sạch', 'H56.70.01');
  const health = await withCode('Sở Y tế', 'H56.15');
  const writer = await desk.person(health, 'Phạm Thị Mai', ['clerk']);
  await run(desk.house.kernel, sendEnvelope, await aLetter(health, vendor.agencyId), { actor: writer });
  await desk.pass(1);
  await desk.pass(3);
  const down = async () => (await standing(province)).map(({ kind, about, cause, count }) => [kind, about, cause, count]);
  const found = [['partner_down', 'Phần mềm nước sạch', 'not_fetched', 1]];
  assert.deepEqual(await desk.house.sql('select state from exchange.axis_parcel'), [{ state: 'initial' }]);
  assert.deepEqual(await down(), [], 'it waits for less than five minutes');
  const told = mail.letters.length;
  await desk.pass(2);
  await desk.pass(1);
  assert.deepEqual(await down(), found);
  const [task] = (await tasks()).filter((each) => each.state === 'open');
  assert.match(task?.title ?? '', /^Phần mềm nước sạch chưa đến lấy gói từ 20\/11\/2026, \d\d:\d\d, 1 gói đang chờ$/);
  assert.equal(mail.letters.length, told + 1);

  assert.equal((await vendor.ask('getAgenciesList')).status, 200);
  await desk.pass(1);
  assert.deepEqual(await down(), found, 'calling for something else is not coming for it');

  const [waiting] = (await vendor.ask('getReceivedEdocList')).items;
  assert.ok(waiting);
  await desk.pass(1);
  assert.deepEqual(await down(), []);
  assert.deepEqual((await tasks()).filter((each) => each.state === 'open'), []);
  await desk.pass(3);
  assert.deepEqual(await down(), [], 'it came four minutes ago');
  await desk.pass(2);
  assert.deepEqual(await down(), found);
  assert.equal((await vendor.ask('updateStatus', { docId: waiting.docId, status: 'processing' })).status, 200);
  await desk.pass(1);
  assert.deepEqual(await down(), [], 'it has it, and nothing waits');
});

test('a vendor’s system that asks every quarter of an hour is away when it missed two of its own times; an operator may say how often it comes', async () => {
  const vendor = await aVendor('Phần mềm hộ tịch', 'H56.75.01', 'ho-tich');
  const office = await withCode('Sở Tư pháp', 'H56.16');
  const writer = await desk.person(office, 'Ngô Thị Lý', ['clerk']);
  const down = async () => (await standing(province)).filter(({ about }) => about === 'Phần mềm hộ tịch').map(({ cause }) => cause);
  for (let asked = 0; asked < 5; asked += 1) {
    assert.equal((await vendor.ask('getReceivedEdocList')).status, 200);
    await desk.pass(15);
  }
  await vendor.ask('getReceivedEdocList');
  const system = async () => (await vendor.operate('GET')).fetching;
  assert.deepEqual(await system(), { setMinutes: null, observedMinutes: 15 });
  await run(desk.house.kernel, sendEnvelope, await aLetter(office, vendor.agencyId), { actor: writer });
  await desk.pass(14);
  assert.deepEqual(await down(), [], 'by its rhythm it was not expected yet');
  await desk.pass(14);
  assert.deepEqual(await down(), [], 'it missed one time');
  await desk.pass(3);
  assert.deepEqual(await down(), ['not_fetched']);

  assert.equal((await vendor.operate('PUT', '/fetching', { everyMinutes: 60 })).status, 204);
  await desk.pass(1);
  assert.deepEqual([await down(), await system()], [[], { setMinutes: 60, observedMinutes: 15 }], 'what the operator says counts before what was seen');
  await desk.pass(90);
  assert.deepEqual(await down(), ['not_fetched']);
  assert.equal((await vendor.operate('PUT', '/fetching', { everyMinutes: null })).status, 204);
  assert.deepEqual(await system(), { setMinutes: null, observedMinutes: 15 });
  assert.equal((await vendor.operate('PUT', '/fetching', { everyMinutes: 0 })).status, 422);
  assert.equal((await vendor.operate('PUT', '/fetching', { everyMinutes: 60 }, auditor)).status, 403);
  assert.equal((await vendor.operate('PUT', '/fetching', { everyMinutes: 60 }, clerk)).status, 403);
  await vendor.ask('getReceivedEdocList');
  for (const { docId } of (await vendor.ask('getReceivedEdocList')).items) await vendor.ask('updateStatus', { docId, status: 'processing' });
  await desk.pass(1);
  assert.deepEqual(await down(), []);
});

/** An agency here that vendors' systems can be told of. */
function withCode(name: string, code: string): Promise<Id<'agency'>> {
  const facts = { kind: 'department', level: 'province', parentId: null, hosting: 'local', establishedOn: vietnamDay(desk.house.clock.now()), name, abbreviation: code.replaceAll('.', ''), codes: [{ scheme: 'qd20', code }] } as const;
  return run(desk.house.kernel, createAgency, { ...facts, codes: [...facts.codes] }, { actor: systemActor('test') });
}

/** What is sent between two agencies. */
async function aLetter(from: Id<'agency'>, to: Id<'agency'>) {
  const stored = await storeBytes(desk.house.kernel, Buffer.from('văn bản'), { limitBytes: 1000 });
  const document = {
    code: 'H56.12.2026.9', number: '9', notation: 'SNV-VP', issuedOn: '2026-11-20', documentType: 'cong-van', typeName: 'Công văn', summary: 'V/v thử', urgency: 'normal' as const, answerDue: null,
    signerName: 'A', signerTitle: 'B', senderName: 'Sở Nội vụ', senderCode: 'H56.12', pageCount: 1,
  };
  return { agencyId: from, subject: { type: 'outgoing-document', id: newId() }, recipients: [to], document, files: [{ ...stored, name: 'a.txt', mediaType: 'text/plain', role: 'main' as const }] };
}

test('a partner whose calls are turned away, since it calls in another version, is told with that reason; it ends when it calls in ours', async () => {
  const partner = await addPartner('Tỉnh Quảng Trị');
  const call = (version: string | null) => desk.house.sql('update exchange.partner set foreign_version = $2::text, foreign_version_since = case when $2::text is not null then $3::timestamptz end where id = $1', [partner, version, desk.house.kernel.clock.now()]);
  const found = async () => (await standing(province)).filter(({ about }) => about === 'Tỉnh Quảng Trị').map(({ kind, cause }) => [kind, cause]);
  await call('2');
  await desk.pass(4);
  assert.deepEqual(await found(), []);
  await desk.pass(2);
  assert.deepEqual(await found(), [['partner_down', 'version_foreign']]);
  assert.ok((await tasks()).some(({ title }) => title.startsWith('Tỉnh Quảng Trị gọi đến bằng phiên bản giao thức khác từ ')));
  await breakLine(partner);
  await desk.pass(1);
  assert.equal((await found()).length, 1, 'one partner is down once');
  await mendLine(partner);
  await call(null);
  await desk.pass(1);
  assert.deepEqual(await found(), []);
});

test('a partner whose record contradicts what was witnessed of it is told with that reason, whatever else is wrong; it ends when the record goes on from what was witnessed', async () => {
  const partner = await addPartner('Tỉnh Quảng Bình');
  const witness = (size: number, problem: string | null) =>
    desk.house.sql(`insert into exchange.witnessed_head (partner_id, origin, size, root, key_id, checkpoint, problem, witnessed_at) values ($1, 'quangbinh/audit', $2, $3, 'k', 'c', $4, $5)`, [partner, size, Buffer.alloc(32, size), problem, desk.house.kernel.clock.now()]);
  const found = async () => (await standing(province)).filter(({ about }) => about === 'Tỉnh Quảng Bình').map(({ kind, cause }) => [kind, cause]);
  await witness(1, null);
  await desk.pass(6);
  assert.deepEqual(await found(), []);
  await witness(2, 'rewritten');
  await breakLine(partner);
  await desk.pass(6);
  assert.deepEqual(await found(), [['partner_down', 'record_contradicts']]);
  assert.ok((await tasks()).some(({ title }) => title.startsWith('Nhật ký của Tỉnh Quảng Bình mâu thuẫn với bản đã làm chứng')));
  await mendLine(partner);
  await witness(3, null);
  await desk.pass(1);
  assert.deepEqual(await found(), []);
});

test('a delivery that nobody takes for ten minutes is told to the agency’s clerks and to the province', async () => {
  await run(desk.house.kernel, sendEnvelope, await aLetter(sender, commune), { actor: clerk });
  // Nobody works on it: only the rules are looked at.
  desk.house.clock.advance(9 * 60_000);
  await judgeRules(desk.house.kernel);
  assert.deepEqual(await standing(clerk), []);
  desk.house.clock.advance(2 * 60_000);
  await judgeRules(desk.house.kernel);
  assert.deepEqual((await standing(clerk)).map(({ kind, about, count, abilities }) => [kind, about, count, abilities]), [['queue_old', 'Sở Nội vụ', 1, ['acknowledge']]]);
  assert.deepEqual(await standing(receiver), [], 'another agency does not see it');
  assert.deepEqual((await tasks()).filter((task) => task.state === 'open').map((task) => task.assignee).toSorted(), [`post:${province.postId}`, 'role:clerk']);
});

test('whoever takes note of it takes it out of all lists of work; it stands until its cause is gone; a second note and a stranger are refused', async () => {
  const [alert] = await standing(clerk);
  assert.ok(alert);
  const path = `/alerts/${alert.id}/acknowledge`;
  assert.equal((await desk.call(receiver, 'POST', path, {})).status, 404, 'for a stranger there is no such alert');
  assert.equal((await desk.call(auditor, 'POST', path, {})).status, 404, 'an auditor only looks');
  assert.equal((await desk.call(clerk, 'POST', path, { note: 'Đã báo quản trị' })).status, 204);
  assert.equal((await desk.call(province, 'POST', path, {})).status, 409);
  assert.deepEqual((await standing(province)).map(({ state, acknowledgedBy, note }) => [state, acknowledgedBy, note]), [['acknowledged', 'Trần Thị Thu Hà', 'Đã báo quản trị']]);
  assert.deepEqual((await tasks()).filter((task) => task.state === 'open'), []);
  await desk.pass(1);
  await desk.pass(1);
  assert.deepEqual(await standing(province), [], 'the worker delivered it');
});

test('documents that were not acknowledged on the day of arrival are told to the receiver’s clerks', async () => {
  await desk.pass(24 * 60);
  await desk.pass(1);
  assert.deepEqual((await standing(receiver)).map(({ kind, count }) => [kind, count]), [['receipt_late', 1]]);
  assert.ok((await tasks()).some((task) => task.agency_id === commune && task.assignee === 'role:clerk' && task.state === 'open' && task.title.includes('1 văn bản chưa báo nhận')));
});

test('a rule that is switched off ends its alerts and tells nobody', async () => {
  assert.equal(await change('receipt_late', { isOn: false }), 204);
  await desk.pass(1);
  assert.deepEqual(await standing(receiver), []);
});

test('rules are kept by the province’s administrator only; a rule that tells nobody, an unknown person and a wrong address are refused', async () => {
  const queue = await rule('queue_old');
  const { id } = queue;
  const body = bodyOf(queue);
  const put = async (as: PersonActor, changes: object): Promise<number> => (await desk.call(as, 'PUT', `/alert-rules/${id}`, { ...body, postIds: [], ...changes })).status;
  assert.equal(await put(auditor, {}), 403);
  assert.equal(await put(clerk, {}), 403);
  assert.equal(await put(province, { agencyRoles: [], keeperRoles: [], emails: [] }), 400);
  assert.equal(await put(province, { postIds: [{ agencyId: sender, postId: newId() }] }), 404);
  assert.equal(await put(province, { emails: ['không phải thư'] }), 422);
  assert.equal((await desk.call(province, 'PUT', `/alert-rules/${newId()}`, { ...body, postIds: [] })).status, 404);
  assert.equal(await put(province, { postIds: [{ agencyId: sender, postId: clerk.postId }] }), 204);
  assert.deepEqual((await rule('queue_old')).posts.map((post) => post.name), ['Trần Thị Thu Hà (Chuyên viên)']);
  assert.equal((await desk.call(province, 'POST', '/alert-rules', { ...body, postIds: [], kind: 'partner_down', name: 'Mất kết nối một giờ', thresholdMinutes: 60 })).status, 200);
  assert.equal((await rules()).rules.length, 5);
});

test('a vendor’s key that ends within thirty days is told in the list of work and by letter, with its day, and the alert ends when there is a newer key', async () => {
  assert.equal(await change('connection_ends', { emails: ['truc.ban@thanhhoa.gov.vn'] }), 204);
  await aVendor('Phần mềm đất đai', 'H56.80.01', 'dat-dai');
  const endsIn = (days: number) =>
    desk.house.sql(`update exchange.axis_key k set expires_at = $1 from exchange.partner p where p.id = k.partner_id and p.name = 'Phần mềm đất đai' returning p.id`, [new Date(desk.house.kernel.clock.now().getTime() + days * 86_400_000)]);
  const ending = async () => (await standing(province)).filter(({ kind }) => kind === 'connection_ends');
  await endsIn(31);
  await desk.pass(2);
  assert.deepEqual(await ending(), []);
  const told = mail.letters.length;
  const [key] = await endsIn(29);
  await desk.pass(1);
  await desk.pass(1);
  const [alert] = await ending();
  const endsOn = new Date(desk.house.kernel.clock.now().getTime() + 29 * 86_400_000 - 120_000);
  assert.deepEqual([alert?.about, alert?.cause, alert?.endsAt], ['Phần mềm đất đai', 'vendor_key', endsOn.toISOString()]);
  const task = (await tasks()).find(({ title }) => title.startsWith('Phần mềm đất đai'));
  assert.deepEqual([task?.state, task?.title], ['open', `Phần mềm đất đai: khóa kết nối hết hạn ngày ${formatDay(vietnamDay(endsOn))}, cần thay trước ngày đó`]);
  assert.equal(mail.letters.length, told + 1);
  await desk.pass(60);
  assert.equal(mail.letters.length, told + 1, 'once a week is enough');

  const server = desk.house.server(() => Promise.resolve(province));
  const expiresOn = addDays(vietnamDay(desk.house.kernel.clock.now()), 365);
  const issued = await server.inject({ method: 'POST', url: `/api/v1/exchange/systems/${String(key?.['id'])}/keys`, payload: { expiresOn } });
  assert.equal(issued.statusCode, 200, issued.body);
  await desk.pass(1);
  assert.deepEqual(await ending(), []);
  assert.equal((await tasks()).find(({ title }) => title.startsWith('Phần mềm đất đai'))?.state, 'done');
});

test('without a mail server no e-mail is offered', async () => {
  const bare = await openDesk();
  try {
    const admin = await bare.person(await bare.agency('UBND tỉnh', { kind: 'province' }), 'Đinh Trọng Hiếu', ['province_admin']);
    const reply = (await bare.call<RulesReply>(admin, 'GET', '/alert-rules')).body;
    assert.equal(reply.canMail, false);
    const [first] = reply.rules;
    assert.ok(first);
    assert.equal((await bare.call(admin, 'PUT', `/alert-rules/${first.id}`, { ...bodyOf(first), emails: ['a@b.vn'] })).status, 400);
  } finally {
    await bare.house.close();
  }
});

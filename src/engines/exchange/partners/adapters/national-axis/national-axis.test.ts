import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { storeBytes } from '#engines/files/index.ts';
import { answerMessage } from '../../../commands/answer-message.ts';
import { sendNotice } from '../../../commands/send-notice.ts';
import { builtInProfiles, writeEdxml, type DocumentMessage, type EdxmlAgency, type EdxmlBusiness, type EdxmlStatusCode, type StatusMessage } from '../../../edxml/index.ts';
import { deliveriesOf } from '../../../queries/deliveries-of.ts';
import { aClerk, aDay, aMainFile, anAgency, aSentLetter } from '../../../testing.ts';
import { openFakeNationalAxis, type FakeNationalAxis } from '../../../testing/national-axis.ts';
import { openInstallation, type Installation } from '../../testing.ts';
import { axisTimestamp, signedHeaders } from './signed-headers.ts';
import { classOfHttp, errorRules, ruleFor } from './error-codes.ts';

const SECRET = 'khóa bí mật dùng chung';
const SYSTEM = 'H56.LIENTHONG';

let a: Installation;
let axis: FakeNationalAxis;
let partnerId: string;
let sender: Id<'agency'>;
let senderCode: string;
/** Agencies elsewhere in the country. */
const far = [
  { id: 'u1', pid: null, code: 'G09', name: 'Bộ Nội vụ', version: 1, deleted: false },
  { id: 'u2', pid: 'u1', code: 'G09.05', name: 'Cục Văn thư và Lưu trữ nhà nước', version: 2, deleted: false },
  { id: 'u3', pid: null, code: 'H41.12', name: 'Sở Tài chính tỉnh Nghệ An', version: 3, deleted: false },
];

before(async () => {
  a = await openInstallation();
  sender = await anAgency(a.house.kernel, 'Sở Nội vụ');
  senderCode = await codeOf(sender);
  axis = await openFakeNationalAxis({ systemId: SYSTEM, secret: SECRET, serves: (code) => code.startsWith('H56'), now: () => a.house.clock.now() });
  axis.units.push(...far);
  for (const unit of far) axis.registered.add(unit.code);
  axis.registered.add(senderCode);
  const added = await a.call<{ partnerId: string }>('POST', '/api/v1/exchange/partners', {
    body: { protocol: 'national_axis', name: 'Trục liên thông văn bản quốc gia', address: axis.address, config: { systemId: SYSTEM, answerWithinSeconds: 1, packetLimitMb: 2 }, secrets: { secret: SECRET } },
  });
  assert.equal(added.status, 200, JSON.stringify(added.body));
  partnerId = added.body.partnerId;
  assert.ok(partnerId, JSON.stringify(added.body));
  await poll('directory');
});
after(async () => {
  await axis.close();
  await a.close();
});
beforeEach(() => {
  axis.decide(() => ({ kind: 'none' }));
  axis.packets.length = 0;
  axis.calls.length = 0;
});

const kernel = () => a.house.kernel;
const codeOf = async (id: string): Promise<string> => String((await a.house.sql(`select code from identity.agency_code where agency_id = $1 and scheme = 'qd20'`, [id]))[0]?.['code']);
const agencyAt = async (code: string): Promise<Id<'agency'>> => {
  const [row] = await a.house.sql<{ id: Id<'agency'> }>('select agency_id as id from identity.agency_code where code = $1 and valid_to is null', [code]);
  assert.ok(row, code);
  return row.id;
};
/** One round of asking the axis, as the worker does it every half minute. */
async function poll(kind: 'collect' | 'directory'): Promise<void> {
  const schedule = kernel().modules.flatMap((module) => module.schedules ?? []).find((each) => each.name === `exchange.${kind}`);
  assert.ok(schedule);
  await a.house.sql(`delete from kernel.job where kind in ('exchange.collect', 'exchange.read-directory')`);
  await schedule.run(kernel());
  await a.house.drain();
}
const transfer = async (envelopeId: string) => (await a.house.sql('select id, state, attempts, problem_code, problem, partner_ref from exchange.transfer where envelope_id = $1', [envelopeId]))[0];
const circuit = async (): Promise<unknown> => (await a.house.sql('select circuit, problem_code from exchange.partner_line where partner_id = $1', [partnerId]))[0]?.['circuit'];
const send = async (to: readonly string[], more: { number?: string; files?: Parameters<typeof aSentLetter>[1]['files'] } = {}) =>
  aSentLetter(kernel(), {
    from: sender,
    to: await Promise.all(to.map(agencyAt)),
    document: { senderCode, code: `${senderCode},2026/11/20,${more.number ?? '1'}/SNV-VP`, number: more.number ?? '1' },
    files: more.files ?? [await aMainFile(kernel())],
  });
const lineOf = async (letter: Awaited<ReturnType<typeof send>>, index = 0) => (await deliveriesOf(kernel().database.pool, { agencyId: sender, subject: letter.subject }))[index];
/** Lets the pauses pass. */
async function wait(hours = 1): Promise<void> {
  a.house.clock.advance(hours * 3_600_000);
  await a.house.drain();
}
const inbound = async (docId: string) => (await a.house.sql('select state, problem_code, problem, kind from exchange.inbound where partner_ref = $1', [docId]))[0];

const party = (organId: string, organName: string): EdxmlAgency => ({ organId, organizationInCharge: '', organName, organAdd: '', email: '', telephone: '', fax: '', website: '' });
const profile = { ...(builtInProfiles.find(({ code }) => code === 'national-axis') ?? assert.fail()), signature: { form: 'none' as const } };
async function bytesOf(message: DocumentMessage | StatusMessage, content?: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const attachments = content === undefined ? [] : [{ contentId: 'f1', name: 'van-ban.txt', description: 'Văn bản chính', mediaType: 'text/plain', open: async function* () { yield await Promise.resolve(Buffer.from(content)); } }];
  for await (const piece of writeEdxml(message, { profile, attachments })) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
const NEW: EdxmlBusiness = { kind: 'new', reason: 'Văn bản điện tử mới', paper: 0, staff: null, documentId: '' };
function aDocument(number: string, more: { business?: EdxmlBusiness; to?: EdxmlAgency[]; subject?: string; at?: string } = {}): DocumentMessage {
  const subject = more.subject ?? `V/v thử trục ${number}`;
  return {
    kind: 'document', from: party('G09', 'Bộ Nội vụ'), to: more.to ?? [party(senderCode, 'Sở Nội vụ')], documentId: `G09,2026/11/19,${number}/BNV-VP`, codeNumber: number, codeNotation: 'BNV-VP', place: 'Hà Nội', promulgationDay: aDay('2026-11-19'),
    type: 2, typeDetail: 18, typeName: 'Công văn', subject, content: subject, competence: 'KT. BỘ TRƯỞNG', position: 'Thứ trưởng', fullName: 'Nguyễn Văn A', dueDay: null,
    otherInfo: { priority: 0, sphereOfPromulgation: '', typerNotation: '', promulgationAmount: null, pageAmount: 1, appendixes: [], direction: null },
    responseFor: [], steeringType: 1, taskCodes: [], applicationType: '', toPlaces: [], trace: [{ organId: 'G09', at: more.at ?? '2026-11-19T08:00:00.000Z' }], business: more.business ?? NEW,
  };
}
function aStatus(statusCode: EdxmlStatusCode, of: { from: EdxmlAgency; documentId: string; organId: string; code: string }, description = ''): StatusMessage {
  return { kind: 'status', from: of.from, responseFor: { organId: of.organId, code: of.code, promulgationDay: aDay('2026-11-20'), documentId: of.documentId }, staff: { department: 'Văn phòng', departmentId: '', staff: 'Trần Thị B', staffId: '', email: '', mobile: '' }, statusCode, description, at: a.house.clock.now().toISOString() };
}
const ministry = party('G09', 'Bộ Nội vụ');
const answerOf = (statusCode: EdxmlStatusCode, number: string, description = '') =>
  bytesOf(aStatus(statusCode, { from: ministry, documentId: `${senderCode},2026/11/20,${number}/SNV-VP`, organId: senderCode, code: `${number}/SNV-VP` }, description));
const messageOf = async (number: string) =>
  (await a.house.sql<{ id: Id<'message'>; state: string; agency_id: Id<'agency'> }>(`select id, state, agency_id from exchange.message where original like $1 and kind in ('new', 'replace')`, [`%"number":"${number}","notation":"BNV-VP"%`]))[0];
const statusesSent = (): string[] => axis.packets.flatMap(({ message, to }) => (message?.kind === 'status' && to === 'G09' ? [message.statusCode] : []));

test('headers and HMAC are those of the toolkit', () => {
  const at = new Date('2026-11-22T03:04:05.067Z');
  assert.equal(axisTimestamp(at), '22112026T100405+0067');
  const headers = signedHeaders({ docId: 'x' }, 'application/json', { systemId: 'S', secret: 'k', now: at });
  assert.equal(headers['XroadVnpt-sign-header'], '{"XroadVnpt-timestamp":"22112026T100405+0067","XroadVnpt-systemid":"S","XroadVnpt-Content-Type":"application/json","XroadVnpt-docId":"x"}');
  assert.equal(headers['XroadVnpt-sign-header-key'], 'timestamp;systemid;Content-Type;docId');
  // Made with: printf '%s' "$sign_header" | openssl dgst -sha256 -hmac k
  assert.equal(headers['XroadVnpt-hash-header'], '025717439fab3c92a6fc96f2b755bcf2ae4fcb9dcd985b16779cb16ca103628e');
});

test('each code has a class and a source; settings come before the table; an unknown one may pass', () => {
  assert.ok(errorRules.every((rule) => rule.source !== '' && rule.vi !== ''));
  assert.deepEqual(errorRules.filter(({ retry }) => retry === 'final').map(({ code }) => code), ['10', '18', '22', '23']);
  assert.equal(ruleFor('18', [{ code: '18', retry: 'later', source: 'Công văn của VPCP' }]).retry, 'later');
  assert.equal(ruleFor('777', []).retry, 'later');
  assert.deepEqual([200, 401, 413, 429, 500, 404].map((status) => classOfHttp(status)?.retry), [undefined, 'again', 'final', 'later', 'again', 'later']);
});

test('the list of agencies is read with its hierarchy, and each is reached through the axis', async () => {
  const [row] = await a.house.sql(
    `select n.name, p.code from identity.agency g join identity.agency_name n on n.agency_id = g.parent_id join exchange.partner_agency p on p.agency_id = g.id where g.id = $1`,
    [await agencyAt('G09.05')],
  );
  assert.deepEqual(row, { name: 'Bộ Nội vụ', code: 'G09.05' });
});

test('the list is read again after a day only, and only what changed is taken', async () => {
  const reads = async () => Number((await a.house.sql(`select count(*) from identity.directory_import where state = 'finished'`))[0]?.['count']);
  const before = await reads();
  await poll('directory');
  assert.equal(await reads(), before);
  axis.units.push({ id: 'u9', pid: 'u1', code: 'G09.09', name: 'Vụ Mới', version: 9, deleted: false });
  await wait(25);
  await poll('directory');
  assert.equal(await reads(), before + 1);
  const [told] = await a.house.sql('select added, unchanged from identity.directory_import order by started_at desc limit 1');
  assert.deepEqual(told, { added: 1, unchanged: 0 });
});

test('a list that breaks off goes on with the next reading, and a failure in its head is told', async () => {
  // The worker's own rounds run as soon as their time has come; that one of them goes well beside it would end what the directory told.
  a.house.clock.advance(25 * 3_600_000);
  for (const { name } of kernel().schedules) kernel().scheduleMemory.set(name, a.house.clock.now().getTime());
  axis.decide(({ path }) => (path === 'getSynchronizeUnit' ? { kind: 'code', code: '20' } : { kind: 'none' }));
  await poll('directory');
  assert.equal((await a.house.sql('select problem_code from exchange.partner_line where partner_id = $1', [partnerId]))[0]?.['problem_code'], 'axis20');
  axis.decide(({ path }) => (path === 'getSynchronizeUnit' ? { kind: 'cut' } : { kind: 'none' }));
  await poll('directory');
  assert.deepEqual((await a.house.sql('select state from identity.directory_import order by started_at desc, id desc limit 1'))[0], { state: 'running' });
  axis.decide(() => ({ kind: 'none' }));
  await poll('directory');
  assert.deepEqual((await a.house.sql('select state from identity.directory_import order by started_at desc, id desc limit 1'))[0], { state: 'finished' });
});

test('a document goes out once, is asked after by the packet’s own state, and the statuses 01 to 06 come back as answers', async () => {
  const letter = await send(['G09'], { number: '101' });
  await a.house.drain();
  const [packet] = axis.packets;
  assert.ok(packet?.message?.kind === 'document');
  assert.equal(packet.message.documentId, `${senderCode},2026/11/20,101/SNV-VP`);
  const sent = await transfer(letter.envelopeId);
  assert.deepEqual([sent?.['state'], sent?.['partner_ref']], ['sent', packet.docId]);
  axis.tell(packet.docId, 'done');
  await wait();
  assert.equal((await transfer(letter.envelopeId))?.['state'], 'processed');
  assert.equal((await lineOf(letter))?.state, 'waiting', 'the packet is there; the document is not answered');
  for (const [code, state] of [['01', 'arrived'], ['03', 'registered'], ['04', 'assigned'], ['05', 'in_process'], ['06', 'completed']] as const) {
    await axis.bring(await answerOf(code, '101'));
    await poll('collect');
    assert.equal((await lineOf(letter))?.state, state);
  }
  assert.equal(axis.calls.filter(({ path }) => path === 'sendEdoc').length, 1);
  assert.equal((await lineOf(letter))?.answeredBy, 'Trần Thị B');
});

test('02 comes back with its reason, and a status that comes twice changes nothing', async () => {
  const letter = await send(['G09'], { number: '102' });
  await a.house.drain();
  const refusal = await answerOf('02', '102', 'Không thuộc thẩm quyền');
  const docId = await axis.bring(refusal);
  await poll('collect');
  await axis.bring(refusal);
  axis.tell(docId, 'initial');
  await poll('collect');
  const line = await lineOf(letter);
  assert.deepEqual([line?.state, line?.reason, line?.answers.length], ['refused', 'Không thuộc thẩm quyền', 1]);
});

test('a document that comes is kept, acknowledged, and answered 01 and then 03 in the sender’s words; receivers elsewhere are not our concern', async () => {
  const docId = await axis.bring(await bytesOf(aDocument('201', { to: [party(senderCode, 'Sở Nội vụ'), party('H41.12', 'Sở Tài chính')] }), 'nội dung'), { to: [senderCode] });
  await poll('collect');
  assert.deepEqual(await inbound(docId), { state: 'applied', problem_code: null, problem: null, kind: 'envelope' });
  assert.equal(axis.packets.find((packet) => packet.docId === docId)?.status, 'done');
  const message = await messageOf('201');
  assert.equal(message?.state, 'arrived');
  await run(kernel(), answerMessage, { agencyId: message.agency_id, messageId: message.id, status: '03' }, { actor: aClerk(message.agency_id) });
  await a.house.drain();
  assert.deepEqual(statusesSent(), ['01', '03']);
  const status = axis.packets.find((packet) => packet.to === 'G09')?.message;
  assert.ok(status?.kind === 'status');
  assert.deepEqual(status.responseFor, { organId: 'G09', code: '201/BNV-VP', promulgationDay: '2026-11-19', documentId: 'G09,2026/11/19,201/BNV-VP' });
  assert.equal(status.from.organId, senderCode);
});

test('the same packet again, under the same id or another one, has no second effect and is acknowledged', async () => {
  const bytes = await bytesOf(aDocument('202'), 'nội dung');
  const first = await axis.bring(bytes);
  await poll('collect');
  axis.tell(first, 'initial');
  const again = await axis.bring(bytes);
  await poll('collect');
  assert.deepEqual(axis.packets.filter(({ docId }) => docId === first || docId === again).map(({ status }) => status), ['done', 'done']);
  assert.equal((await a.house.sql(`select 1 from exchange.message where original like '%"number":"202","notation":"BNV-VP"%'`)).length, 1);
});

test('a crash between keeping and acknowledging: the axis lists the packet again, and it is acknowledged without being fetched again', async () => {
  const docId = await axis.bring(await bytesOf(aDocument('203'), 'nội dung'));
  axis.decide(({ path }) => (path === 'updateStatus' ? { kind: 'http', status: 503 } : { kind: 'none' }));
  await poll('collect');
  assert.equal((await inbound(docId))?.['state'], 'applied');
  assert.equal(axis.packets.find((packet) => packet.docId === docId)?.status, 'initial');
  axis.decide(() => ({ kind: 'none' }));
  await wait();
  axis.calls.length = 0;
  await poll('collect');
  assert.equal(axis.packets.find((packet) => packet.docId === docId)?.status, 'done');
  assert.equal(axis.calls.filter(({ path }) => path === 'getEdoc').length, 0);
});

test('revoke, update and replace take effect on what came, and are answered; 13 takes back', async () => {
  await axis.bring(await bytesOf(aDocument('301'), 'a'));
  await axis.bring(await bytesOf(aDocument('302'), 'b'));
  await axis.bring(await bytesOf(aDocument('303'), 'c'));
  await axis.bring(await bytesOf(aDocument('304'), 'd'));
  await poll('collect');
  const about = (number: string): string => `G09,2026/11/19,${number}/BNV-VP`;
  const base = { reason: 'Sai sót', paper: 0, staff: null };
  await axis.bring(await bytesOf(aDocument('301', { business: { kind: 'revoke', ...base, documentId: about('301') }, at: '2026-11-19T09:00:00.000Z' })));
  await axis.bring(await bytesOf(aDocument('302', { subject: 'Trích yếu mới', business: { kind: 'update', ...base, documentId: about('302'), isContentChanged: true, areReceiversChanged: false, receivers: [] }, at: '2026-11-19T09:00:00.000Z' })));
  await axis.bring(await bytesOf(aDocument('305', { business: { kind: 'replace', ...base, documentId: '', replacements: [{ documentId: about('303'), organIds: [senderCode] }] } }), 'e'));
  await axis.bring(await bytesOf(aStatus('13', { from: ministry, documentId: about('304'), organId: senderCode, code: '304/BNV-VP' }, 'Gửi nhầm')), { to: [senderCode] });
  axis.packets.splice(0, axis.packets.length, ...axis.packets.filter(({ to }) => to !== 'G09'));
  await poll('collect');
  await a.house.drain();
  assert.deepEqual(await Promise.all(['301', '303', '304', '305'].map(async (number) => (await messageOf(number))?.state)), ['recalled', 'replaced', 'recalled', 'arrived']);
  assert.deepEqual(statusesSent().filter((code) => code === '15').length, 3, statusesSent().join());
});

test('our own revocation and taking back go out in the axis’ words, and 15 comes back', async () => {
  const letter = await send(['G09', 'H41.12'], { number: '401' });
  await a.house.drain();
  for (const [organId, name] of [['G09', 'Bộ Nội vụ'], ['H41.12', 'Sở Tài chính tỉnh Nghệ An']] as const) {
    await axis.bring(await bytesOf(aStatus('01', { from: party(organId, name), documentId: `${senderCode},2026/11/20,401/SNV-VP`, organId: senderCode, code: '401/SNV-VP' })));
  }
  await poll('collect');
  axis.packets.length = 0;
  const input = { agencyId: sender, subject: letter.subject, reason: 'Gửi nhầm' };
  await run(kernel(), sendNotice, { ...input, kind: 'take_back' }, { actor: aClerk(sender) });
  await a.house.drain();
  const asked = axis.packets.flatMap(({ message, to }) => (message?.kind === 'status' ? [`${message.statusCode} ${to}`] : []));
  assert.deepEqual(asked.sort(), ['13 G09', '13 H41.12']);
  await axis.bring(await answerOf('15', '401'));
  await poll('collect');
  assert.deepEqual((await deliveriesOf(kernel().database.pool, { agencyId: sender, subject: letter.subject })).map(({ state }) => state).sort(), ['arrived', 'recalled']);
});

test('an agency that the axis does not know, or has locked, brings the document back with the reason; the line stays good', async () => {
  axis.registered.delete('H41.12');
  axis.locked.add('G09.05');
  const unknown = await send(['H41.12'], { number: '501' });
  const locked = await send(['G09.05'], { number: '502' });
  await a.house.drain();
  assert.deepEqual([(await lineOf(unknown))?.state, (await lineOf(locked))?.state], ['returned', 'returned']);
  assert.deepEqual([(await transfer(unknown.envelopeId))?.['problem_code'], (await transfer(locked.envelopeId))?.['problem_code']], ['axis18', 'axis23']);
  assert.equal(await circuit(), 'closed');
  axis.registered.add('H41.12');
  axis.locked.clear();
});

for (const [name, fault, code] of [
  ['an expired secret', { kind: 'code', code: '15' }, 'axis15'],
  ['the page of a proxy with status 200', { kind: 'page' }, 'replyUnreadable'],
  ['an axis that never answers', { kind: 'silence' }, 'timeout'],
  ['an axis that is down', { kind: 'http', status: 503 }, 'http503'],
  ['a reply that breaks off', { kind: 'cut' }, 'unreachable'],
  ['a code that nobody knows', { kind: 'code', code: '777' }, 'axis777'],
] as const) {
  test(`${name} sends no document back: it goes out when the axis is well again, once`, { timeout: 60_000 }, async () => {
    const number = String(600 + code.length * 7 + name.length);
    axis.decide(() => fault);
    const letter = await send(['G09'], { number });
    await a.house.drain();
    const stuck = await transfer(letter.envelopeId);
    assert.deepEqual([stuck?.['state'], stuck?.['problem_code']], ['waiting', code]);
    axis.decide(() => ({ kind: 'none' }));
    for (let round = 0; round < 8 && (await transfer(letter.envelopeId))?.['state'] === 'waiting'; round += 1) await wait();
    assert.equal((await transfer(letter.envelopeId))?.['state'], 'sent');
    assert.equal(new Set(axis.packets.map(({ docId }) => docId)).size, 1);
  });
}

test('a reply that was lost: the axis is asked for the very bytes before anything is sent again', async () => {
  axis.decide(({ path }) => (path === 'sendEdoc' ? { kind: 'lose-reply' } : { kind: 'none' }));
  const letter = await send(['G09'], { number: '701' });
  await a.house.drain();
  assert.equal(axis.packets.length, 1);
  axis.decide(() => ({ kind: 'none' }));
  for (let round = 0; round < 8 && (await transfer(letter.envelopeId))?.['state'] === 'waiting'; round += 1) await wait();
  assert.deepEqual([(await transfer(letter.envelopeId))?.['state'], (await transfer(letter.envelopeId))?.['partner_ref']], ['sent', axis.packets[0]?.docId]);
  assert.equal(axis.packets.length, 1);
});

test('a packet that its receivers could not process comes back; when only some could not it waits in sight', async () => {
  const letter = await send(['G09'], { number: '702' });
  await a.house.drain();
  axis.tell(axis.packets[0]?.docId ?? '', 'fail', { description: 'không giải mã được' });
  await wait();
  const refused = await transfer(letter.envelopeId);
  assert.deepEqual([refused?.['state'], (await lineOf(letter))?.state], ['refused', 'returned']);
  // Sent again by an operator, it is a new packet.
  assert.equal((await a.call('POST', `/api/v1/exchange/agencies/${sender}/transfers/${String(refused?.['id'])}/retry`)).status, 204);
  await a.house.drain();
  assert.deepEqual([axis.packets.map(({ status }) => status), (await transfer(letter.envelopeId))?.['state']], [['fail', 'initial'], 'sent']);
  axis.tell(axis.packets[1]?.docId ?? '', 'done');
  await wait();
  assert.deepEqual([axis.packets.length, (await transfer(letter.envelopeId))?.['state'], (await lineOf(letter))?.state], [2, 'processed', 'waiting']);
  axis.packets.length = 0;
  const two = await send(['G09', 'H41.12'], { number: '703' });
  await a.house.drain();
  axis.tell(axis.packets[0]?.docId ?? '', 'done', { to: 'G09' });
  axis.tell(axis.packets[0]?.docId ?? '', 'fail', { to: 'H41.12', description: 'hỏng' });
  await wait();
  const stuck = await transfer(two.envelopeId);
  assert.deepEqual([stuck?.['state'], stuck?.['problem_code'], stuck?.['problem']], ['sent', 'packetFailedForSome', 'H41.12: hỏng']);
});

test('what is larger than the axis takes is not written, and comes back with the reason', async () => {
  const stored = await storeBytes(kernel(), randomBytes(3 * 1024 * 1024), { limitBytes: 10_000_000 });
  const letter = await send(['G09'], { number: '704', files: [{ ...stored, name: 'lon.bin', mediaType: 'application/octet-stream', role: 'main' }] });
  await a.house.drain();
  assert.deepEqual([(await transfer(letter.envelopeId))?.['problem_code'], (await lineOf(letter))?.state], ['packetTooLarge', 'returned']);
  assert.equal(axis.calls.filter(({ path }) => path === 'sendEdoc').length, 0);
});

test('a packet of 5 GB is given up at the limit, told to the axis, and kept in sight; the others come through', { timeout: 60_000 }, async () => {
  const large = await axis.bring(await bytesOf(aDocument('801'), 'x'));
  const other = await axis.bring(await bytesOf(aDocument('802'), 'y'));
  let fetched = 0;
  axis.decide(({ path }) => {
    if (path === 'getEdoc') fetched += 1;
    return path === 'getEdoc' && fetched === 1 ? { kind: 'endless' } : { kind: 'none' };
  });
  const before = process.memoryUsage().rss;
  await poll('collect');
  assert.ok(process.memoryUsage().rss - before < 300e6);
  const kept = await inbound(large);
  assert.deepEqual([kept?.['state'], kept?.['problem_code']], ['quarantined', 'packetTooLarge']);
  assert.deepEqual([large, other].map((docId) => axis.packets.find((packet) => packet.docId === docId)?.status), ['fail', 'done']);
  assert.equal((await messageOf('802'))?.state, 'arrived');
});

test('what is no edXML, or from nobody known, is acknowledged and put apart', async () => {
  const rubbish = await axis.bring(Buffer.from('không phải edXML'), { to: [senderCode] });
  const stranger = await axis.bring(await bytesOf({ ...aDocument('901'), from: party('H99.01', 'Không rõ') }, 'x'));
  await poll('collect');
  // What cannot be read has no type; this axis lists it among the documents.
  assert.deepEqual([(await inbound(rubbish))?.['state'], (await inbound(stranger))?.['problem_code']], ['quarantined', 'senderUnknown']);
  assert.ok(axis.packets.every(({ status }) => status === 'done'));
});

test('a packet with an id that nothing can have, or without one of its files, is put apart and holds up nobody', async () => {
  const endless = await axis.bring(await bytesOf({ ...aDocument('911'), documentId: `G09,2026/11/19,${'x'.repeat(400)}` }, 'x'));
  const whole = (await bytesOf(aDocument('912'), 'x')).toString('utf8');
  const lacking = await axis.bring(Buffer.from(whole.replace(/<Attachment>.*<\/Attachment>/s, '')));
  const other = await axis.bring(await bytesOf(aDocument('913'), 'x'));
  await poll('collect');
  assert.deepEqual([(await inbound(endless))?.['problem_code'], (await inbound(lacking))?.['problem_code'], (await inbound(other))?.['state']], ['notEnvelope', 'filesIncomplete', 'applied']);
  assert.ok(axis.packets.filter(({ to }) => to === senderCode).every(({ status }) => status === 'done'));
});

test('packets that the axis lists and never gives do not stand in the way of those behind them', async () => {
  const rubbish = Buffer.from('không lấy được');
  for (let number = 0; number < 60; number += 1) await axis.bring(rubbish, { to: [senderCode] });
  const behind = await axis.bring(await bytesOf(aDocument('921'), 'x'));
  let fetched = 0;
  axis.decide(({ path }) => {
    if (path === 'getEdoc') fetched += 1;
    return path === 'getEdoc' && fetched <= 60 ? { kind: 'code', code: '10' } : { kind: 'none' };
  });
  await poll('collect');
  assert.equal((await inbound(behind))?.['state'], 'applied');
});

test('the operator’s test says how much waits, or why the axis does not answer', async () => {
  await axis.bring(await bytesOf(aDocument('902'), 'x'));
  const well = await a.call<{ vi: string }>('POST', `/api/v1/exchange/partners/${partnerId}/test`);
  assert.match(well.body.vi, /1 gói tin đang chờ nhận/);
  axis.decide(() => ({ kind: 'code', code: '15' }));
  const wrong = await a.call<{ code: string }>('POST', `/api/v1/exchange/partners/${partnerId}/test`);
  assert.equal(wrong.status, 502);
});

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { strFromU8, unzipSync } from 'fflate';
import type { PersonActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import { answerMessage, sendEnvelope } from '#engines/exchange/index.ts';
import { newId } from '#kernel/ids.ts';
import { storeBytes } from '#engines/files/index.ts';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { figureNames, type DocumentsReply, type Figures, type FlowReply, type StatisticsReply } from './contract.ts';
import { openDesk, type Desk } from './testing.ts';

let desk: Desk;
let sender: Id<'agency'>;
let commune: Id<'agency'>;
let press: Id<'agency'>;
let clerk: PersonActor;
let receiver: PersonActor;
let province: PersonActor;
before(async () => {
  desk = await openDesk();
  sender = await desk.agency('Sở Nội vụ');
  commune = await desk.agency('UBND xã Hoằng Hóa', { kind: 'commune' });
  press = await desk.agency('Báo Thanh Hóa', { hosting: 'external' });
  clerk = await desk.person(sender, 'Trần Thị Thu Hà', ['clerk']);
  receiver = await desk.person(commune, 'Lê Văn Sơn', ['clerk']);
  province = await desk.person(await desk.agency('UBND tỉnh', { kind: 'province' }), 'Đinh Trọng Hiếu', ['province_admin']);
});
after(() => desk.house.close());

const document = (number: string) => ({
  code: `H56.12.2026.${number}`, number, notation: 'SNV-VP', issuedOn: '2026-11-20', documentType: 'cong-van', typeName: 'Công văn', summary: `V/v số ${number}`, urgency: 'normal' as const, answerDue: null,
  signerName: 'Nguyễn Minh Đức', signerTitle: 'Giám đốc', senderName: 'Sở Nội vụ', senderCode: 'H56.12', pageCount: 1,
});

async function send(number: string, to: Id<'agency'>[], timing?: { signedAt: Date; sendDueAt: Date }): Promise<string> {
  const stored = await storeBytes(desk.house.kernel, Buffer.from(`văn bản ${number} ${newId()}`), { limitBytes: 1_000_000 });
  const files = [{ ...stored, name: 'van-ban.txt', mediaType: 'text/plain', role: 'main' as const }];
  const input = { agencyId: sender, subject: { type: 'outgoing-document', id: newId() }, recipients: to, document: document(number), files, ...(timing === undefined ? {} : { timing }) };
  return run(desk.house.kernel, sendEnvelope, input, { actor: clerk });
}
const statistics = async (as: PersonActor, query = 'from=2026-11&to=2026-11'): Promise<StatisticsReply> => (await desk.call<StatisticsReply>(as, 'GET', `/statistics?${query}`)).body;
const figuresOf = (reply: StatisticsReply, agencyId: string): Figures => {
  const found = reply.agencies.find((each) => each.agencyId === agencyId);
  assert.ok(found);
  return found.figures;
};
async function answer(envelopeId: string, status: '02' | '03'): Promise<void> {
  const [row] = await desk.house.sql<{ id: Id<'message'> }>('select id from exchange.message where agency_id = $1 and envelope_id = $2', [commune, envelopeId]);
  assert.ok(row);
  await run(desk.house.kernel, answerMessage, { agencyId: commune, messageId: row.id, status, ...(status === '02' ? { reason: 'Gửi nhầm nơi nhận' } : {}) }, { actor: receiver });
}

test('what is sent, arrives, is refused, sent late and needs paper stands in the figures of both sides', async () => {
  const now = desk.house.kernel.clock.now();
  const hours = (count: number): Date => new Date(now.getTime() + count * 3_600_000);
  const first = await send('1', [commune, press], { signedAt: hours(-1), sendDueAt: hours(20) });
  const second = await send('2', [commune], { signedAt: hours(-50), sendDueAt: hours(-20) });
  await send('3', [commune]);
  await desk.house.drain();
  await answer(first, '03');
  await answer(second, '02');
  await desk.pass(1);
  await desk.pass(1);
  const reply = await statistics(province);
  const sent = figuresOf(reply, sender);
  assert.deepEqual([sent.sent, sent.recipients, sent.arrived, sent.refused, sent.needPaper], [3, 4, 3, 1, 1]);
  assert.deepEqual([sent.sentOnTime, sent.sentLate, sent.sentSigned], [1, 1, 0], 'whose sender stated no time is in neither');
  const came = figuresOf(reply, commune);
  assert.deepEqual([came.received, came.noticeOnTime, came.noticeLate, came.noticeOpen, came.noticeOverdue], [3, 2, 0, 1, 0]);
  assert.equal(reply.total.sent, 3);
  assert.deepEqual(reply.levels.map((level) => level.group), ['department', 'commune']);
  assert.deepEqual(reply.months.map((each) => each.month), ['2026-11']);
});

test('a notice that is not given on the day of arrival is overdue when the day is over, and late when it comes', async () => {
  await desk.pass(24 * 60);
  await desk.pass(6);
  assert.deepEqual([figuresOf(await statistics(province), commune).noticeOverdue], [1]);
  const list = (await desk.call<DocumentsReply>(receiver, 'GET', '/documents?box=received&filter=unanswered&from=2026-11&to=2026-11')).body;
  assert.deepEqual(list.rows.map((row) => [row.number, row.isLate, row.summary]), [['3/SNV-VP', true, 'V/v số 3']]);
  const [row] = list.rows;
  assert.ok(row);
  await run(desk.house.kernel, answerMessage, { agencyId: commune, messageId: row.id as Id<'message'>, status: '03' }, { actor: receiver });
  await desk.pass(1);
  await desk.pass(1);
  const came = figuresOf(await statistics(province), commune);
  assert.deepEqual([came.noticeOnTime, came.noticeLate, came.noticeOverdue], [2, 1, 0]);
});

test('a second counting, and a rebuild, change no figure', async () => {
  const before = await statistics(province);
  assert.equal((await desk.call(province, 'POST', '/statistics/rebuild')).status, 204);
  await desk.pass(1);
  await desk.pass(1);
  const after = await statistics(province);
  assert.deepEqual(after.agencies, before.agencies);
  const flows = await desk.house.sql<{ grain: string; sent: number }>('select grain, sum(sent)::int as sent from exchange_desk.flow group by 1 order by 1');
  assert.deepEqual(flows.map((row) => row.sent), [4, 4, 4], 'day, hour and minute tell the same');
});

test('an agency sees its own figures only, and nobody without a role at the desk sees any', async () => {
  assert.deepEqual((await statistics(clerk)).agencies.map((each) => each.agencyId), [sender]);
  const officer = await desk.person(sender, 'Phạm Văn Nam', ['officer']);
  for (const path of ['/statistics?from=2026-11&to=2026-11', '/flow', '/documents?box=sent&from=2026-11&to=2026-11', '/alerts']) {
    assert.equal((await desk.call(officer, 'GET', path)).status, 403, path);
  }
  assert.equal((await desk.call(clerk, 'POST', '/statistics/rebuild')).status, 403);
  assert.equal((await desk.call(clerk, 'GET', `/documents?box=received&from=2026-11&to=2026-11&agencyId=${commune}`)).status, 404);
});

test('who oversees the province follows the documents of all agencies, and reads nothing of them', async () => {
  const list = (await desk.call<DocumentsReply>(province, 'GET', `/documents?box=sent&filter=late&from=2026-11&to=2026-11&agencyId=${sender}`)).body;
  assert.deepEqual(list.rows.map((row) => [row.number, row.summary, row.isLate]), [['2/SNV-VP', null, true]]);
  const own = (await desk.call<DocumentsReply>(clerk, 'GET', '/documents?box=sent&filter=undelivered&from=2026-11&to=2026-11')).body;
  assert.deepEqual(own.rows.map((row) => [row.number, row.troubled]), [['2/SNV-VP', 1], ['1/SNV-VP', 1]]);
});

test('the map shows each pair with its volume, by hour, day and month; an agency sees the lines that end with it', async () => {
  const month = (await desk.call<FlowReply>(province, 'GET', '/flow?span=month')).body;
  assert.deepEqual(month.edges.map((edge) => [edge.from === sender, edge.to === commune, edge.sent, edge.arrived]), [[true, true, 3, 3], [true, false, 1, 0]]);
  assert.deepEqual(month.nodes.map((node) => [node.name, node.group]).toSorted(), [['Báo Thanh Hóa', 'outside'], ['Sở Nội vụ', 'department'], ['UBND xã Hoằng Hóa', 'commune']]);
  assert.deepEqual([month.throughput.length, month.throughput.reduce((sum, slot) => sum + slot.sent, 0)], [30, 4]);
  assert.equal((await desk.call<FlowReply>(province, 'GET', '/flow?span=hour')).body.pairs, 0, 'yesterday is not in the last hour');
  await send('4', [commune]);
  await desk.house.drain();
  await desk.pass(1);
  const hour = (await desk.call<FlowReply>(receiver, 'GET', '/flow?span=hour')).body;
  assert.deepEqual([hour.pairs, hour.arrived, hour.throughput.length], [1, 1, 60]);
});

test('the workbook and the paper carry the figures with Vietnamese words', async () => {
  const { bytes, status } = await desk.call(province, 'GET', '/statistics.xlsx?from=2026-11&to=2026-11');
  assert.equal(status, 200);
  const text = strFromU8(unzipSync(bytes)['xl/worksheets/sheet1.xml'] ?? new Uint8Array());
  assert.match(text, /Thống kê gửi, nhận văn bản điện tử.*UBND xã Hoằng Hóa/s);
  assert.match(text, /Tháng 11\/2026, mọi cấp/);
  const paper = await desk.call(province, 'GET', '/statistics.pdf?from=2026-11&to=2026-11&level=commune');
  assert.equal(paper.bytes.subarray(0, 5).toString(), '%PDF-');
  const { total } = (await desk.call<StatisticsReply>(province, 'GET', '/statistics?from=2026-11&to=2026-11&level=commune')).body;
  const words = await wordsOf(paper.bytes);
  assert.match(words, /Tháng 11\/2026, Xã, phường/, 'what was left out is said');
  assert.ok(words.includes(['Tổng cộng', ...figureNames.map((name) => String(total[name]))].join(' ')), words);
  assert.equal((await desk.call(province, 'GET', '/statistics?from=2026-12&to=2026-11')).status, 422);
});

/** What a reader of the file finds on its pages, one space between the pieces. */
async function wordsOf(pdf: Uint8Array): Promise<string> {
  const document = await getDocument({ data: new Uint8Array(pdf), verbosity: 0 }).promise;
  const pages = await Promise.all(Array.from({ length: document.numPages }, async (_, index) => (await (await document.getPage(index + 1)).getTextContent()).items));
  return pages.flat().flatMap((item) => ('str' in item && item.str.trim() !== '' ? [item.str.trim()] : [])).join(' ');
}

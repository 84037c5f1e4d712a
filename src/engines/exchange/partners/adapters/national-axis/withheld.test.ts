import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { somebody } from '#kernel/testkit.ts';
import { openFakeNationalAxis, type FakeNationalAxis } from '../../../testing/national-axis.ts';
import { findPartner, openLine } from '../../partner-rows.ts';
import { partnersHealth } from '../../health.ts';
import { openInstallation, type Installation } from '../../testing.ts';
import { collectPackets } from './collect.ts';
import type { AxisLine } from './settings.ts';
import { noteWithheld } from './withheld.ts';

const SYSTEM = 'H56.LIENTHONG';
const MINUTE = 60_000;

type Withheld = { docId: string; messageType: string; fromCode: string | null; since: string; refusals: number; nextAskAt: string; trouble: { vi: string; fixVi: string; raw: string } };
type Page = { packets: Withheld[]; total: number; next: string | null; abilities: string[] };

let place: Installation;
let axis: FakeNationalAxis;
let partnerId: string;
let url: string;

before(async () => {
  place = await openInstallation();
  axis = await openFakeNationalAxis({ systemId: SYSTEM, secret: 'khóa chung', serves: () => true, now: () => place.house.clock.now() });
  const body = { protocol: 'national_axis', name: 'Trục liên thông văn bản quốc gia', address: axis.address, config: { systemId: SYSTEM, answerWithinSeconds: 5 }, secrets: { secret: 'khóa chung' } };
  const added = await place.call<{ partnerId: string }>('POST', '/api/v1/exchange/partners', { body });
  assert.equal(added.status, 200, JSON.stringify(added.body));
  partnerId = added.body.partnerId;
  url = `/api/v1/exchange/partners/${partnerId}/withheld`;
});
after(async () => {
  await axis.close();
  await place.close();
});
beforeEach(async () => {
  axis.decide(() => ({ kind: 'none' }));
  axis.packets.length = 0;
  axis.withheld.clear();
  place.house.clock.advance(1000);
  await poll();
  axis.calls.length = 0;
  assert.deepEqual((await withheld()).packets, []);
});

/** One round of asking the axis, as the worker does it every half minute. */
async function poll(): Promise<void> {
  const schedule = place.house.kernel.modules.flatMap((module) => module.schedules ?? []).find((each) => each.name === 'exchange.collect');
  assert.ok(schedule);
  await schedule.run(place.house.kernel);
  await place.house.drain();
}
const withheld = async (query = ''): Promise<Page> => {
  const reply = await place.call<Page>('GET', url + query);
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return reply.body;
};
const isHere = async (docId: string): Promise<boolean> => (await place.house.sql('select 1 from exchange.inbound where partner_id = $1 and partner_ref = $2', [partnerId, docId])).length === 1;
/** How often each packet was asked for since the last look. */
function asked(): number {
  const count = axis.calls.filter(({ path }) => path === 'getEdoc').length;
  axis.calls.length = 0;
  return count;
}
const bring = (text = 'gói tin'): Promise<string> => axis.bring(Buffer.from(text), { to: ['H56.01'] });
async function bringWithheld(code: string): Promise<string> {
  const docId = await bring();
  axis.withheld.set(docId, code);
  return docId;
}
/** The round after a pause. */
async function later(ms: number): Promise<void> {
  place.house.clock.advance(ms);
  await poll();
}

for (const code of ['10', '100'] as const) {
  test(`250 packets that the axis lists and refuses to give (${code}) hold up no packet behind them, and all stand in sight, page by page`, async () => {
    for (let number = 0; number < 250; number += 1) await bringWithheld(code);
    const good = await bring('gói giao được');
    await poll();
    assert.ok(await isHere(good));
    assert.equal(asked(), 251);
    const first = await withheld();
    assert.deepEqual([first.packets.length, first.total], [100, 250]);
    const second = await withheld(`?after=${encodeURIComponent(first.next ?? '')}`);
    const third = await withheld(`?after=${encodeURIComponent(second.next ?? '')}`);
    assert.deepEqual([third.packets.length, third.next], [50, null]);
    assert.equal(new Set([first, second, third].flatMap(({ packets }) => packets.map(({ docId }) => docId))).size, 250);
    const partner = await place.call<{ line: { withheld: number; circuit: string } }>('GET', `/api/v1/exchange/partners/${partnerId}`);
    assert.deepEqual([partner.body.line.withheld, partner.body.line.circuit], [250, 'closed']);
  });
}

test('a packet that was not given is asked for again after a minute, two, four … six hours, and is gone from the list when it is given', async () => {
  const docId = await bringWithheld('21');
  await poll();
  const since = place.house.clock.now();
  const [row] = (await withheld()).packets;
  assert.ok(row);
  assert.deepEqual([row.docId, row.messageType, row.since, row.refusals, row.nextAskAt], [docId, 'edoc', since.toISOString(), 1, new Date(since.getTime() + MINUTE).toISOString()]);
  assert.match(row.trouble.vi, /Trục chưa xử lý được tệp \(21\): chưa giao được/);
  assert.ok(row.trouble.fixVi.length > 20);
  assert.equal(row.trouble.raw, 'axis21');
  assert.equal(asked(), 1);
  const pauses: number[] = [];
  for (let minutes = 1; minutes <= 512; minutes *= 2) {
    const pause = Math.min(minutes, 360) * MINUTE;
    await later(pause - 1000);
    assert.equal(asked(), 0, `not before ${String(minutes)} minutes`);
    await later(1000);
    pauses.push(asked());
  }
  assert.deepEqual(new Set(pauses), new Set([1]));
  const [still] = (await withheld()).packets;
  assert.deepEqual([still?.since, still?.refusals], [since.toISOString(), 11]);
  axis.withheld.clear();
  await later(6 * 60 * MINUTE);
  assert.ok(await isHere(docId));
  assert.deepEqual((await withheld()).packets, []);
});

test('a pause that a machine with a clock ahead has set does not keep a packet waiting', async () => {
  const docId = await bringWithheld('10');
  await poll();
  await place.house.sql(`update exchange.axis_withheld set next_ask_at = next_ask_at + interval '1 year'`);
  asked();
  await later(1000);
  assert.equal(asked(), 1);
  assert.deepEqual((await withheld()).packets.map(({ refusals, nextAskAt }) => [refusals, Date.parse(nextAskAt) - place.house.clock.now().getTime()]), [[2, 2 * MINUTE]]);
  axis.withheld.clear();
  await later(2 * MINUTE);
  assert.ok(await isHere(docId));
});

test('what the axis lists no more is not waited for any more', async () => {
  const docId = await bringWithheld('10');
  await poll();
  assert.equal((await withheld()).total, 1);
  axis.tell(docId, 'fail');
  await later(1000);
  assert.equal((await withheld()).total, 0);
});

test('those whose pause is over stand behind what was never asked for', async () => {
  for (let number = 0; number < 210; number += 1) await bringWithheld('10');
  await poll();
  asked();
  const good = await bring('gói mới');
  place.house.clock.advance(MINUTE);
  const line = await openedLine();
  assert.equal(await collectPackets(line), true);
  assert.equal(axis.calls.find(({ path }) => path === 'getEdoc')?.headers['docId'], good);
  assert.equal(asked(), 200, 'no call does more than its share');
  assert.equal(await collectPackets(line), false);
  assert.equal(asked(), 11);
});

test('a packet on which the call itself breaks stands aside too: the others come with the next round', async () => {
  const broken = await bring('gói hỏng');
  const good = await bring('gói lành');
  let fetched = 0;
  axis.decide(({ path }) => {
    if (path === 'getEdoc') fetched += 1;
    return path === 'getEdoc' && fetched === 1 ? { kind: 'http', status: 500 } : { kind: 'none' };
  });
  await poll();
  await poll();
  assert.deepEqual([await isHere(broken), await isHere(good)], [false, true]);
  assert.deepEqual((await withheld()).packets.map(({ docId, trouble }) => [docId, trouble.raw]), [[broken, 'http500']]);
});

test('an axis that asks for fewer calls is left alone; no packet is blamed', async () => {
  await bring();
  await bring();
  axis.decide(({ path }) => (path === 'getEdoc' ? { kind: 'http', status: 429 } : { kind: 'none' }));
  await poll();
  assert.equal((await withheld()).total, 0);
});

test('a packet that lies here and of which the axis does not take the receipt is told apart', async () => {
  const docId = await bring();
  axis.decide(({ path }) => (path === 'updateStatus' ? { kind: 'code', code: '10' } : { kind: 'none' }));
  await poll();
  assert.ok(await isHere(docId));
  assert.match((await withheld()).packets[0]?.trouble.vi ?? '', /đã lấy về/);
  axis.decide(() => ({ kind: 'none' }));
  await later(MINUTE);
  assert.equal((await withheld()).total, 0);
});

test('two workers that ask at once count one refusal, and two rounds side by side lose nothing', async () => {
  const docId = await bringWithheld('10');
  const line = await openedLine();
  await Promise.all([collectPackets(line), collectPackets(line)]);
  assert.deepEqual((await withheld()).packets.map(({ refusals }) => refusals), [1]);
  const failure = { code: 'axis10', message: 'Tệp gói tin không hợp lệ (10)' };
  place.house.clock.advance(MINUTE);
  await Promise.all([1, 2, 3].map(() => noteWithheld(line, { docId, messageType: 'edoc' }, failure)));
  assert.deepEqual((await withheld()).packets.map(({ refusals }) => refusals), [2]);
  axis.withheld.clear();
  place.house.clock.advance(2 * MINUTE);
  await Promise.all([collectPackets(line), collectPackets(line)]);
  assert.ok(await isHere(docId));
  place.house.clock.advance(1000);
  await poll();
  assert.equal((await withheld()).total, 0);
});

test('the operator has all of them asked for at once, which stands on record; who only watches cannot, and others see nothing of it', async () => {
  const docId = await bringWithheld('10');
  await poll();
  await later(MINUTE);
  asked();
  axis.withheld.clear();
  const again = (as = place.admin) => place.call<{ code?: string }>('POST', `${url}/ask-again`, { as });
  const auditor = somebody({ roles: ['auditor'] });
  assert.deepEqual((await withheld()).abilities, ['ask-again']);
  assert.deepEqual((await place.call<Page>('GET', url, { as: auditor })).body.abilities, []);
  assert.equal((await again(auditor)).status, 403);
  for (const stranger of [somebody({ roles: ['clerk'] }), somebody({ roles: [] })]) {
    assert.equal((await place.call('GET', url, { as: stranger })).status, 403);
    assert.equal((await again(stranger)).status, 403);
  }
  assert.equal(asked(), 0);
  assert.equal((await again()).status, 204);
  await place.house.drain();
  assert.ok(await isHere(docId));
  assert.equal((await withheld()).total, 0);
  const [entry] = await place.house.sql(`select data ->> 'count' as count, actor ->> 'name' as name from audit.entry where type = 'exchange.withheld-retried'`);
  assert.deepEqual(entry, { count: '1', name: place.admin.name });
});

test('there is nothing of the kind at another partner, and nothing is asked while the axis is suspended', async () => {
  const nobody = '/api/v1/exchange/partners/00000000-0000-7000-8000-000000000000/withheld';
  assert.equal((await place.call('GET', nobody)).status, 404);
  assert.equal((await place.call('POST', `${nobody}/ask-again`)).status, 404);
  const made = await place.call<{ partnerId: string }>('POST', '/api/v1/exchange/systems', { body: { name: 'Phần mềm một cửa', systemId: 'mot-cua', isSandbox: false, agencies: [] } });
  assert.equal((await place.call('POST', `/api/v1/exchange/partners/${made.body.partnerId}/withheld/ask-again`)).status, 404);
  await bringWithheld('10');
  await poll();
  assert.equal((await place.call('POST', `/api/v1/exchange/partners/${partnerId}/suspend`, { body: { reason: 'Bảo trì' } })).status, 204);
  assert.deepEqual((await withheld()).abilities, []);
  assert.equal((await place.call('POST', `${url}/ask-again`)).status, 409);
  assert.equal((await place.call('POST', `/api/v1/exchange/partners/${partnerId}/resume`)).status, 204);
});

test('the health check warns of them, and is silent without', async () => {
  const health = () => partnersHealth.check(place.house.kernel);
  const of = async () => /(\d+) gói trục chưa giao/.exec((await health()).vi)?.[1];
  assert.equal(await of(), '0');
  await bringWithheld('10');
  await poll();
  assert.deepEqual([(await health()).status, await of()], ['warn', '1']);
});

async function openedLine(): Promise<AxisLine> {
  const { kernel } = place.house;
  const partner = await findPartner(kernel.database.pool, partnerId);
  assert.ok(partner);
  // safe because a partner of this protocol has settings of its adapter
  return openLine(kernel, partner, AbortSignal.timeout(600_000)) as AxisLine;
}

test('a packet under an id that no call can carry, or that we fail on, holds up no other', async () => {
  const strange = await axis.bring(Buffer.from('mã lạ'), { docId: 'gói-số-một-ạ', to: ['H56.01'] });
  await axis.bring(Buffer.from('mã quá dài'), { docId: 'x'.repeat(201), to: ['H56.01'] });
  await axis.bring(Buffer.from('không có mã'), { docId: '', to: ['H56.01'] });
  const failing = await bring('gói làm hỏng');
  await place.house.sql(`create function exchange.fail_on_it() returns trigger language plpgsql as $$ begin if new.partner_ref = '${failing}' then raise exception 'defect'; end if; return new; end $$`);
  await place.house.sql('create trigger fail_on_it before insert on exchange.inbound for each row execute function exchange.fail_on_it()');
  const good = await bring('gói lành');
  await poll();
  await place.house.sql('drop trigger fail_on_it on exchange.inbound');
  await place.house.sql('drop function exchange.fail_on_it()');
  assert.ok(await isHere(good));
  const { packets } = await withheld();
  assert.deepEqual(packets.map(({ docId, trouble }) => [docId, trouble.raw]).sort(), [[failing, 'defect'], [strange, 'defect']].sort());
  await later(MINUTE);
  assert.ok(await isHere(failing), 'taken when we can');
});

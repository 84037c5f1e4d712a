import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { codeAt, openAccountsHouse, signIn, type AccountsHouse } from './testing.ts';

let house: AccountsHouse;
before(async () => {
  house = await openAccountsHouse();
});
after(() => house.close());

const attempt = (login: string, password: string, ip?: string) => house.browser(ip === undefined ? {} : { ip }).send('POST', '/api/v1/sign-in', { login, password });
const codeOf = (reply: { json<T>(): T }): string => reply.json<{ code: string }>().code;

async function events(type: string): Promise<{ subject_id: string; data: Record<string, unknown>; actor: Record<string, unknown> }[]> {
  return house.sql('select subject_id, data, actor from audit.entry where type = $1 order by at, id', [type]);
}

test('a right password opens a session whose token only the browser has', async () => {
  const reply = await attempt('vanthu.snv', DEMO_PASSWORD);
  assert.equal(reply.statusCode, 200);
  assert.deepEqual(reply.json(), { state: 'signed_in' });
  const [cookie] = reply.cookies;
  assert.equal(cookie?.name, 'session');
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Strict');
  assert.match(cookie.value, /^[\w-]{43}$/);
  const rows = await house.sql<{ text: string }>('select s::text as text from identity.session s');
  assert.ok(rows.every((row) => !row.text.includes(cookie.value)));
  const [event, ...more] = await events('identity.signed-in');
  assert.equal(more.length, 0);
  assert.deepEqual([event?.actor['kind'], event?.actor['name'], event?.actor['postTitle'], event?.actor['personId']], ['person', 'Trần Thị Thu Hà', 'Văn thư', event?.subject_id], 'it is on record as that person’s');
});

test('capitals and spaces around a login do not matter', async () => {
  assert.equal((await attempt('  VanThu.SNV ', DEMO_PASSWORD)).statusCode, 200);
});

test('a wrong password and a login that nobody has get the same answer, and both are recorded', async () => {
  const wrong = await attempt('giamdoc.snv', 'Sai mật khẩu 123!');
  const unknown = await attempt('khong.co.ai', 'Sai mật khẩu 123!');
  assert.equal(wrong.statusCode, 401);
  assert.equal(unknown.statusCode, 401);
  const without = (reply: typeof wrong): object => ({ ...reply.json<object>(), requestId: '' });
  assert.deepEqual(without(wrong), without(unknown));
  const refused = await events('identity.sign-in-refused');
  assert.equal(refused.length, 2);
  assert.ok(refused.every((event) => !JSON.stringify(event).includes('khong.co.ai')));
});

test('a login that nobody has takes about as long as a wrong password', async () => {
  const time = async (login: string): Promise<number> => {
    const start = performance.now();
    await attempt(login, 'Sai mật khẩu 123!');
    return performance.now() - start;
  };
  const known = [await time('chutich.samson'), await time('vanthu.samson'), await time('phochutich.samson')].sort((a, b) => a - b)[1] ?? 0;
  const unknown = [await time('ai.do.1'), await time('ai.do.2'), await time('ai.do.3')].sort((a, b) => a - b)[1] ?? 0;
  assert.ok(unknown > known / 3, `known ${String(known)} ms, unknown ${String(unknown)} ms`);
});

test('the fifth failure locks the login for twelve hours, also for the right password, and says so', async () => {
  for (let failure = 1; failure <= 4; failure += 1) assert.equal((await attempt('vanthu.sxd', 'sai')).statusCode, 401);
  const fifth = await attempt('vanthu.sxd', 'sai');
  assert.equal(fifth.statusCode, 423);
  assert.match(fifth.json<{ message: string }>().message, /Còn 720 phút/);
  assert.equal(codeOf(await attempt('vanthu.sxd', DEMO_PASSWORD)), 'identity.locked');
  assert.equal((await events('identity.sign-in-locked')).length, 1);
});

test('a login that nobody has is locked in the same way', async () => {
  for (let failure = 1; failure <= 4; failure += 1) assert.equal((await attempt('khong.ton.tai', 'sai')).statusCode, 401);
  assert.equal((await attempt('khong.ton.tai', 'sai')).statusCode, 423);
});

test('many guesses at the same moment do not get past the limit', async () => {
  const replies = await Promise.all(Array.from({ length: 12 }, () => attempt('vanthu.sct', 'sai')));
  assert.equal(replies.filter((reply) => reply.statusCode === 401).length <= 4, true);
  assert.equal(codeOf(await attempt('vanthu.sct', DEMO_PASSWORD)), 'identity.locked');
});

test('a lock ends by itself after its time', async () => {
  for (let failure = 1; failure <= 5; failure += 1) await attempt('vanthu.sgddt', 'sai');
  house.clock.advance(12 * 3_600_000 + 1000);
  assert.equal((await attempt('vanthu.sgddt', DEMO_PASSWORD)).statusCode, 200);
});

test('a right password forgets the failures before it', async () => {
  for (let round = 1; round <= 3; round += 1) {
    for (let failure = 1; failure <= 4; failure += 1) assert.equal((await attempt('vanthu.syt', 'sai')).statusCode, 401);
    assert.equal((await attempt('vanthu.syt', DEMO_PASSWORD)).statusCode, 200);
  }
});

test('an address with too many failures has to wait, whatever the login', async () => {
  await house.sql(`update identity.setting set value = 3 where name = 'address_failures'`);
  house.clock.advance(31_000);
  for (const login of ['a.b.c', 'd.e.f', 'g.h.i']) assert.equal((await attempt(login, 'sai', '198.51.100.7')).statusCode, 401);
  const refused = await attempt('vanthu.stp', DEMO_PASSWORD, '198.51.100.7');
  assert.equal(refused.statusCode, 429);
  assert.equal((await attempt('vanthu.stp', DEMO_PASSWORD, '198.51.100.8')).statusCode, 200);
  await house.sql(`update identity.setting set value = 100 where name = 'address_failures'`);
  house.clock.advance(31_000);
});

test('an administrator sets up codes before the first session, and needs one ever after', async () => {
  const first = await attempt('quantri.tinh', DEMO_PASSWORD);
  const { state, step } = first.json<{ state: string; step: string }>();
  assert.equal(state, 'enrol_second_factor');
  assert.equal(first.cookies.length, 0);
  const browser = house.browser();
  const { secret, uri } = (await browser.send('POST', '/api/v1/sign-in/enrol-code', { step })).json<{ secret: string; uri: string }>();
  assert.match(uri, /^otpauth:\/\/totp\/Li.*secret=/);
  assert.equal(codeOf(await browser.send('POST', '/api/v1/sign-in/confirm-code', { step, code: '000000' })), 'identity.wrongCode');
  const code = await codeAt(secret, house.clock.now());
  assert.equal((await browser.send('POST', '/api/v1/sign-in/confirm-code', { step, code })).statusCode, 200);
  assert.equal((await browser.get('/api/v1/me')).statusCode, 200);
  const stored = await house.sql<{ totp_secret: Buffer }>(`select totp_secret from identity.account where login = 'quantri.tinh'`);
  assert.ok(!stored[0]?.totp_secret.toString('latin1').includes(secret));

  const second = await attempt('quantri.tinh', DEMO_PASSWORD);
  const waiting = second.json<{ state: string; step: string; methods: string[] }>();
  assert.deepEqual({ state: waiting.state, methods: waiting.methods }, { state: 'second_factor', methods: ['totp'] });
  const again = await house.browser().send('POST', '/api/v1/sign-in/code', { step: waiting.step, code });
  assert.equal(codeOf(again), 'identity.wrongCode', 'a code counts once');
  house.clock.advance(30_000);
  const fresh = house.browser();
  const inside = await fresh.send('POST', '/api/v1/sign-in/code', { step: waiting.step, code: await codeAt(secret, house.clock.now()) });
  assert.deepEqual(inside.json(), { state: 'signed_in' });
  assert.equal(codeOf(await house.browser().send('POST', '/api/v1/sign-in/code', { step: waiting.step, code: '123456' })), 'identity.stepExpired');
});

test('two sign-ins with the same code at the same moment open one session', async () => {
  const { secret = '' } = await signIn(house, 'quantri.snv');
  house.clock.advance(60_000);
  const steps = await Promise.all([attempt('quantri.snv', DEMO_PASSWORD), attempt('quantri.snv', DEMO_PASSWORD)]);
  const code = await codeAt(secret, house.clock.now());
  const replies = await Promise.all(steps.map((reply) => house.browser().send('POST', '/api/v1/sign-in/code', { step: reply.json<{ step: string }>().step, code })));
  assert.deepEqual(replies.map((reply) => reply.statusCode).sort(), [200, 422]);
});

test('wrong codes are counted like wrong passwords, and knowing the password does not reset them', async () => {
  const browser = await signIn(house, 'kiemtra.tinh');
  const { secret } = (await browser.send('POST', '/api/v1/me/code', { password: DEMO_PASSWORD })).json<{ secret: string }>();
  assert.equal((await browser.send('POST', '/api/v1/me/code/confirm', { code: await codeAt(secret, house.clock.now()) })).statusCode, 204);
  const outcomes: number[] = [];
  for (let guess = 1; guess <= 5; guess += 1) {
    const { step } = (await attempt('kiemtra.tinh', DEMO_PASSWORD)).json<{ step: string }>();
    outcomes.push((await house.browser().send('POST', '/api/v1/sign-in/code', { step, code: String(guess).repeat(6) })).statusCode);
  }
  assert.deepEqual(outcomes, [422, 422, 422, 422, 423]);
});

test('a step is forgotten after ten minutes', async () => {
  const { step } = (await attempt('quantri.snv', DEMO_PASSWORD)).json<{ step: string }>();
  house.clock.advance(10 * 60_000 + 1);
  assert.equal(codeOf(await house.browser().send('POST', '/api/v1/sign-in/code', { step, code: '123456' })), 'identity.stepExpired');
});

test('who only knew the password does not replace the codes that an administrator has set up meanwhile', async () => {
  await house.sql(`update identity.post set roles = '{agency_admin}' where person_id = (select person_id from identity.account where login = 'vanthu.stc')`);
  const stepOf = async (): Promise<string> => (await attempt('vanthu.stc', DEMO_PASSWORD)).json<{ step: string }>().step;
  const [stranger, owner] = [await stepOf(), await stepOf()];
  const browser = house.browser();
  const { secret } = (await browser.send('POST', '/api/v1/sign-in/enrol-code', { step: owner })).json<{ secret: string }>();
  assert.equal((await browser.send('POST', '/api/v1/sign-in/confirm-code', { step: owner, code: await codeAt(secret, house.clock.now()) })).statusCode, 200);
  assert.equal(codeOf(await house.browser().send('POST', '/api/v1/sign-in/enrol-code', { step: stranger })), 'identity.stepExpired');
  assert.equal(codeOf(await house.browser().send('POST', '/api/v1/sign-in/confirm-code', { step: stranger, code: '123456' })), 'identity.stepExpired');
});

test('a new password ends the sign-ins and the sessions that the former one has opened', async () => {
  const session = await signIn(house, 'chuyenvien.snnmt');
  await house.sql(`update identity.account set must_change_password = true where login = 'chuyenvien.snnmt'`);
  const stepOf = async (): Promise<string> => (await attempt('chuyenvien.snnmt', DEMO_PASSWORD)).json<{ step: string }>().step;
  const [stranger, owner] = [await stepOf(), await stepOf()];
  const browser = house.browser();
  assert.deepEqual((await browser.send('POST', '/api/v1/sign-in/new-password', { step: owner, newPassword: 'Mùa thu Hà Nội 1945!' })).json(), { state: 'signed_in' });
  assert.equal(codeOf(await house.browser().send('POST', '/api/v1/sign-in/new-password', { step: stranger, newPassword: 'Của người lạ 2026!!' })), 'identity.stepExpired');
  assert.equal((await session.get('/api/v1/me')).statusCode, 401, 'the session of the former password');
  assert.equal((await browser.get('/api/v1/me')).statusCode, 200, 'the new one');
});

test('a first password has to be changed, by the policy, before the first session', async () => {
  await house.sql(`update identity.account set must_change_password = true where login = 'chuyenvien.sct'`);
  const { state, step } = (await attempt('chuyenvien.sct', DEMO_PASSWORD)).json<{ state: string; step: string }>();
  assert.equal(state, 'change_password');
  const browser = house.browser();
  const weak = await browser.send('POST', '/api/v1/sign-in/new-password', { step, newPassword: 'ngắn' });
  assert.equal(weak.statusCode, 422);
  assert.ok(weak.json<{ fields: unknown[] }>().fields.length >= 2);
  assert.equal(codeOf(await browser.send('POST', '/api/v1/sign-in/new-password', { step, newPassword: DEMO_PASSWORD })), 'identity.reusedPassword');
  assert.deepEqual((await browser.send('POST', '/api/v1/sign-in/new-password', { step, newPassword: 'Mùa thu Hà Nội 1945!' })).json(), { state: 'signed_in' });
  assert.equal((await attempt('chuyenvien.sct', DEMO_PASSWORD)).statusCode, 401);
  assert.equal((await attempt('chuyenvien.sct', 'Mùa thu Hà Nội 1945!'.normalize('NFD'))).statusCode, 200);
});

test('somebody without a post cannot sign in', async () => {
  await house.sql(`update identity.post set ends_on = '2026-01-01' where person_id = (select person_id from identity.account where login = 'chuyenvien.stp')`);
  assert.equal(codeOf(await attempt('chuyenvien.stp', DEMO_PASSWORD)), 'identity.noPost');
});

test('an account that is no demonstration’s is closed after 45 days without a sign-in', async () => {
  await house.sql(`update identity.account set is_demo = false, last_sign_in_at = $1 where login = 'chuyenvien.sdttg'`, [new Date(house.clock.now().getTime() - 46 * 86_400_000)]);
  assert.equal(codeOf(await attempt('chuyenvien.sdttg', DEMO_PASSWORD)), 'identity.dormant');
});

test('a sign-in from another site’s page is refused', async () => {
  const reply = await house.server.inject({
    method: 'POST',
    url: '/api/v1/sign-in',
    headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    payload: { login: 'vanthu.snv', password: DEMO_PASSWORD },
  });
  assert.equal(codeOf(reply), 'kernel.crossSite');
});

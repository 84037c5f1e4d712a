import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemActor } from '#kernel/actor.ts';
import { run } from '#kernel/command.ts';
import { addDays, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { authenticate, endPost, revokeDelegation, watchIdentity, type AgencyId, type DelegationId, type PostId } from '#engines/identity/index.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import type { MeReply } from './contract.ts';
import { openAccountsHouse, signIn, type AccountsHouse } from './testing.ts';

let house: AccountsHouse;
before(async () => {
  house = await openAccountsHouse();
});
after(() => house.close());

const minutes = (count: number): number => count * 60_000;
const me = async (browser: { get(url: string): Promise<{ statusCode: number; json<T>(): T }> }): Promise<MeReply> => (await browser.get('/api/v1/me')).json<MeReply>();
const system = { actor: systemActor('test') };

async function postOf(login: string, title?: string): Promise<{ postId: PostId; agencyId: AgencyId }> {
  const [row] = await house.sql<{ postId: PostId; agencyId: AgencyId }>(
    `select p.id as "postId", p.agency_id as "agencyId" from identity.post p join identity.account a on a.person_id = p.person_id
      where a.login = $1 and ($2::text is null or p.title = $2) order by p.sort_order`,
    [login, title ?? null],
  );
  assert.ok(row);
  return row;
}

test('nobody gets in with a token that was never given', async () => {
  for (const token of ['x'.repeat(43), 'short', "' or 1=1 --", '']) {
    assert.equal((await house.browser({ token }).get('/api/v1/me')).statusCode, 401);
  }
});

test('a session ends after fifteen idle minutes, and activity keeps it', async () => {
  const browser = await signIn(house, 'vanthu.snv');
  for (let look = 1; look <= 4; look += 1) {
    house.clock.advance(minutes(14));
    assert.equal((await browser.get('/api/v1/me/sessions')).statusCode, 200);
  }
  house.clock.advance(minutes(15) + 1);
  assert.equal((await browser.get('/api/v1/me/sessions')).statusCode, 401);
});

test('a background refresh does not keep a session', async () => {
  const browser = await signIn(house, 'vanthu.snv');
  const background = () => house.server.inject({ url: '/api/v1/me/sessions', cookies: { session: browser.token() ?? '' }, headers: { 'x-background': '1' } });
  house.clock.advance(minutes(10));
  assert.equal((await background()).statusCode, 200);
  house.clock.advance(minutes(6));
  assert.equal((await background()).statusCode, 401);
});

test('an administrator’s session ends after five idle minutes', async () => {
  const browser = await signIn(house, 'quantri.snv');
  house.clock.advance(minutes(4));
  assert.equal((await browser.get('/api/v1/me/sessions')).statusCode, 200);
  house.clock.advance(minutes(5) + 1);
  assert.equal((await browser.get('/api/v1/me/sessions')).statusCode, 401);
});

test('a session ends after twelve hours, however busy', async () => {
  const browser = await signIn(house, 'vanthu.stc');
  for (let look = 1; look <= 71; look += 1) {
    house.clock.advance(minutes(10));
    assert.equal((await browser.get('/api/v1/me/sessions')).statusCode, 200, `after ${String(look * 10)} minutes`);
  }
  house.clock.advance(minutes(10));
  assert.equal((await browser.get('/api/v1/me/sessions')).statusCode, 401);
});

test('after an hour the token changes; the old one is accepted for a minute more', async () => {
  const browser = await signIn(house, 'chutich.hacthanh');
  const old = browser.token() ?? '';
  for (let look = 1; look <= 6; look += 1) {
    house.clock.advance(minutes(10));
    await browser.get('/api/v1/me');
  }
  const fresh = browser.token() ?? '';
  assert.notEqual(fresh, old);
  assert.equal((await house.browser({ token: old }).get('/api/v1/me/sessions')).statusCode, 200);
  house.clock.advance(minutes(1) + 1);
  assert.equal((await house.browser({ token: old }).get('/api/v1/me/sessions')).statusCode, 401);
  assert.equal((await house.browser({ token: fresh }).get('/api/v1/me/sessions')).statusCode, 200);
});

test('two requests at the hour get one new token between them, and both are answered', async () => {
  const browser = await signIn(house, 'chutich.samson');
  for (let look = 1; look <= 6; look += 1) {
    house.clock.advance(minutes(10));
    if (look < 6) await browser.get('/api/v1/me/sessions');
  }
  const token = browser.token() ?? '';
  const replies = await Promise.all([1, 2, 3].map(() => house.browser({ token }).get('/api/v1/me')));
  assert.deepEqual(replies.map((reply) => reply.statusCode), [200, 200, 200]);
  assert.equal(replies.filter((reply) => reply.cookies.some((cookie) => cookie.name === 'session')).length, 1);
});

test('my sessions are listed, and one that I end is dead at once', async () => {
  const first = await signIn(house, 'giamdoc.stc');
  const second = await signIn(house, 'giamdoc.stc');
  assert.equal((await second.get('/api/v1/me')).statusCode, 200);
  const { sessions } = (await first.get('/api/v1/me/sessions')).json<{ sessions: { id: string; isPresent: boolean; ip: string }[] }>();
  assert.deepEqual(sessions.map((session) => session.isPresent), [true, false]);
  const other = sessions[1]?.id ?? '';
  assert.equal((await first.send('DELETE', `/api/v1/me/sessions/${other}`)).statusCode, 204);
  assert.equal((await second.get('/api/v1/me')).statusCode, 401);
  assert.equal((await first.get('/api/v1/me')).statusCode, 200);
  assert.equal((await first.send('DELETE', `/api/v1/me/sessions/${other}`)).statusCode, 404);
});

test('nobody ends the session of somebody else', async () => {
  const victim = await signIn(house, 'giamdoc.sct');
  const { sessions } = (await victim.get('/api/v1/me/sessions')).json<{ sessions: { id: string }[] }>();
  const other = await signIn(house, 'vanthu.sct');
  assert.equal((await other.send('DELETE', `/api/v1/me/sessions/${sessions[0]?.id ?? ''}`)).statusCode, 404);
  assert.equal((await victim.get('/api/v1/me')).statusCode, 200);
});

test('signing out ends the session on the server, not only the cookie', async () => {
  const browser = await signIn(house, 'vanthu.ttt');
  const token = browser.token() ?? '';
  assert.equal((await browser.send('POST', '/api/v1/sign-out')).statusCode, 204);
  assert.equal(browser.token(), undefined);
  assert.equal((await house.browser({ token }).get('/api/v1/me')).statusCode, 401);
});

test('signing out everywhere ends all sessions, or all others', async () => {
  const browsers = [await signIn(house, 'vanthu.nghison'), await signIn(house, 'vanthu.nghison'), await signIn(house, 'vanthu.nghison')] as const;
  const reply = await browsers[0].send('POST', '/api/v1/me/sessions/revoke-all', { keepPresent: true });
  assert.deepEqual(reply.json(), { ended: 2 });
  assert.deepEqual(await Promise.all(browsers.map(async (browser) => (await browser.get('/api/v1/me')).statusCode)), [200, 401, 401]);
  await browsers[0].send('POST', '/api/v1/me/sessions/revoke-all', { keepPresent: false });
  assert.equal((await browsers[0].get('/api/v1/me')).statusCode, 401);
});

test('a changed password ends the other sessions', async () => {
  const here = await signIn(house, 'vanthu.vptu');
  const there = await signIn(house, 'vanthu.vptu');
  const wrong = await here.send('POST', '/api/v1/me/password', { presentPassword: 'sai', newPassword: 'Đường về Lam Kinh 1418!' });
  assert.equal(wrong.json<{ code: string }>().code, 'identity.wrongPresentPassword');
  assert.equal((await here.send('POST', '/api/v1/me/password', { presentPassword: DEMO_PASSWORD, newPassword: 'Đường về Lam Kinh 1418!' })).statusCode, 204);
  assert.equal((await here.get('/api/v1/me')).statusCode, 200);
  assert.equal((await there.get('/api/v1/me')).statusCode, 401);
});

test('a person with two posts switches without signing in again, and the old token dies within a minute', async () => {
  const browser = await signIn(house, 'vanthu.ubnd');
  const before_ = await me(browser);
  assert.equal(before_.posts.length, 2);
  const other = before_.posts.find((post) => post.id !== before_.post.id);
  assert.ok(other);
  const old = browser.token();
  assert.equal((await browser.send('POST', '/api/v1/me/post', { postId: other.id })).statusCode, 204);
  assert.notEqual(browser.token(), old);
  const now = await me(browser);
  assert.equal(now.post.id, other.id);
  assert.equal(now.agency.name, other.agencyName);
  const switched = await house.sql(`select 1 from audit.entry where type = 'identity.post-switched' and agency_id = $1`, [now.agency.id]);
  assert.equal(switched.length, 1);
});

test('nobody switches to a post that is not theirs', async () => {
  const browser = await signIn(house, 'chuyenvien.snv');
  const { postId } = await postOf('giamdoc.snv');
  const reply = await browser.send('POST', '/api/v1/me/post', { postId });
  assert.equal(reply.statusCode, 403);
  assert.equal(reply.json<{ code: string }>().code, 'identity.notYourPost');
});

test('under a delegation a person acts with the delegated roles in the delegator’s name, and both are recorded', async () => {
  const browser = await signIn(house, 'chanhvanphong.snv');
  const { postId: directorPost } = await postOf('giamdoc.snv');
  assert.equal((await browser.send('POST', '/api/v1/me/post', { postId: directorPost })).statusCode, 204);
  const now = await me(browser);
  assert.equal(now.post.id, directorPost);
  assert.deepEqual(now.post.roles, ['leader']);
  assert.equal(now.post.onBehalfOf, 'Nguyễn Văn Bình');
  assert.equal(now.person.name, 'Phạm Minh Tuấn');
  const actor = await authenticate(house.kernel, { cookies: { session: browser.token() }, headers: {}, ip: '192.0.2.1' });
  assert.equal(actor.kind === 'person' && actor.onBehalfOf?.name, 'Nguyễn Văn Bình');
  await browser.send('POST', '/api/v1/sign-out');
  const [entry] = await house.sql<{ actor: { name: string; onBehalfOf: { name: string } } }>(
    `select actor from audit.entry where type = 'identity.signed-out' and actor ->> 'name' = 'Phạm Minh Tuấn'`,
  );
  assert.deepEqual([entry?.actor.name, entry?.actor.onBehalfOf.name], ['Phạm Minh Tuấn', 'Nguyễn Văn Bình']);
});

/** Five minutes before midnight in Vietnam, so that the next day comes before a session is idle. */
function lateToday(): CalendarDay {
  const today = vietnamDay(house.clock.now());
  house.clock.set(`${today}T23:55:00+07:00`);
  return today;
}

test('a session under a delegation ends with its last day', async () => {
  const today = lateToday();
  const browser = await signIn(house, 'chanhvanphong.snv');
  const { postId } = await postOf('giamdoc.snv');
  await browser.send('POST', '/api/v1/me/post', { postId });
  await house.sql(`update identity.delegation set ends_on = $1`, [today]);
  assert.equal((await browser.get('/api/v1/me')).statusCode, 200);
  house.clock.set(`${addDays(today, 1)}T00:00:01+07:00`);
  assert.equal((await browser.get('/api/v1/me')).statusCode, 401);
  const late = await signIn(house, 'chanhvanphong.snv');
  assert.equal((await late.send('POST', '/api/v1/me/post', { postId })).statusCode, 403);
  await house.sql(`update identity.delegation set ends_on = $1`, [addDays(today, 60)]);
});

test('a delegation that is taken back ends the session under it at once', async () => {
  const browser = await signIn(house, 'chanhvanphong.snv');
  const { postId, agencyId } = await postOf('giamdoc.snv');
  await browser.send('POST', '/api/v1/me/post', { postId });
  assert.equal((await browser.get('/api/v1/me')).statusCode, 200);
  const [row] = await house.sql<{ id: DelegationId }>('select id from identity.delegation');
  assert.ok(row);
  await run(house.kernel, revokeDelegation, { agencyId, delegationId: row.id }, system);
  assert.equal((await browser.get('/api/v1/me')).statusCode, 401);
});

test('a person whose post has ended cannot act, at once and without signing out', async () => {
  const browser = await signIn(house, 'chuyenvien.syt');
  assert.equal((await browser.get('/api/v1/me')).statusCode, 200);
  const yesterday = addDays(vietnamDay(house.clock.now()), -1);
  await run(house.kernel, endPost, { ...(await postOf('chuyenvien.syt')), lastDay: yesterday, reason: 'Chuyển công tác' }, system);
  assert.equal((await browser.get('/api/v1/me')).statusCode, 401);
  const again = await house.browser().send('POST', '/api/v1/sign-in', { login: 'chuyenvien.syt', password: DEMO_PASSWORD });
  assert.equal(again.json<{ code: string }>().code, 'identity.noPost');
});

test('a post that ends with today still counts today and no longer tomorrow', async () => {
  const today = lateToday();
  const browser = await signIn(house, 'chuyenvien.sxd');
  await run(house.kernel, endPost, { ...(await postOf('chuyenvien.sxd')), lastDay: today, reason: 'Nghỉ hưu' }, system);
  assert.equal((await browser.get('/api/v1/me')).statusCode, 200);
  const colleague = await signIn(house, 'vanthu.sxd');
  house.clock.set(`${addDays(today, 1)}T00:00:01+07:00`);
  assert.equal((await browser.get('/api/v1/me')).statusCode, 401);
  assert.equal((await colleague.get('/api/v1/me')).statusCode, 200);
});

test('a password-only session is dead once its post has become an administrator’s', async () => {
  const browser = await signIn(house, 'chuyenvien.sgddt');
  assert.equal((await browser.get('/api/v1/me')).statusCode, 200);
  await house.sql(`update identity.post set roles = array['agency_admin'] where id = $1`, [(await postOf('chuyenvien.sgddt')).postId]);
  house.clock.advance(5001);
  assert.equal((await browser.get('/api/v1/me')).statusCode, 401);
});

test('what another process changed takes effect here with its hint', async () => {
  const browser = await signIn(house, 'vanthu.svhttdl');
  assert.equal((await browser.get('/api/v1/me')).statusCode, 200);
  let tell: (hint: { topic: string; agencyIds: string[] }) => void = () => undefined;
  const stop = watchIdentity(house.kernel, {
    subscribe(listener) {
      tell = listener;
      return () => undefined;
    },
  });
  const { agencyId } = await postOf('vanthu.svhttdl');
  await house.sql(`update identity.session set ended_at = now() where person_id = (select person_id from identity.account where login = 'vanthu.svhttdl')`);
  assert.equal((await browser.get('/api/v1/me')).statusCode, 200, 'believed for five seconds without a hint');
  tell({ topic: 'identity', agencyIds: [agencyId] });
  assert.equal((await browser.get('/api/v1/me')).statusCode, 401);
  stop();
});

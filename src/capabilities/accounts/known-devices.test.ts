import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { openAccountsHouse, signIn, type AccountsHouse, type Browser } from './testing.ts';

let house: AccountsHouse;
before(async () => {
  house = await openAccountsHouse();
});
after(() => house.close());

const codeOf = (reply: { json<T>(): T }): string => reply.json<{ code: string }>().code;
const enter = (browser: Browser, login: string, password = DEMO_PASSWORD) => browser.send('POST', '/api/v1/sign-in', { login, password });

/** Somebody elsewhere, who knows only the login. */
async function lockFromOutside(login: string): Promise<void> {
  for (let failure = 1; failure <= 5; failure += 1) await enter(house.browser({ ip: '198.51.100.1' }), login, 'sai');
  assert.equal(codeOf(await enter(house.browser({ ip: '198.51.100.1' }), login)), 'identity.locked');
}

test('who locks a login from outside does not keep out a browser that has signed in with it before', async () => {
  const known = await signIn(house, 'vanthu.snv');
  await lockFromOutside('vanthu.snv');
  assert.equal((await enter(known, 'vanthu.snv')).statusCode, 200);
  assert.equal(codeOf(await enter(house.browser(), 'vanthu.snv')), 'identity.locked', 'a sign-in there does not give the stranger new guesses');
});

test('the own password can be proved while strangers have locked the login', async () => {
  const known = await signIn(house, 'giamdoc.snv');
  await lockFromOutside('giamdoc.snv');
  assert.equal((await known.send('POST', '/api/v1/me/password', { presentPassword: DEMO_PASSWORD, newPassword: 'Mùa thu Hà Nội 1945!' })).statusCode, 204);
});

test('a browser that is known guesses no more often than another, and locks itself alone', async () => {
  const known = await signIn(house, 'vanthu.stc');
  for (let failure = 1; failure <= 4; failure += 1) assert.equal((await enter(known, 'vanthu.stc', 'sai')).statusCode, 401);
  assert.equal((await enter(known, 'vanthu.stc', 'sai')).statusCode, 423);
  assert.equal(codeOf(await enter(known, 'vanthu.stc')), 'identity.locked');
  assert.equal((await enter(house.browser(), 'vanthu.stc')).statusCode, 200);
});

test('the cookie of a browser counts for the logins that signed in there, and no script can read it', async () => {
  const shared = await signIn(house, 'vanthu.hacthanh');
  await enter(shared, 'vanthu.ubnd');
  await lockFromOutside('vanthu.sct');
  assert.equal(codeOf(await enter(shared, 'vanthu.sct')), 'identity.locked', 'not for another');
  await lockFromOutside('vanthu.hacthanh');
  const reply = await enter(shared, 'vanthu.hacthanh');
  assert.equal(reply.statusCode, 200, 'also for the one before the last');
  const cookie = reply.cookies.find(({ name }) => name === 'device');
  assert.deepEqual([cookie?.httpOnly, cookie?.sameSite, cookie?.path, (cookie?.maxAge ?? 0) > 300 * 86_400], [true, 'Strict', '/api/v1/', true]);
  const [id = '', mark = ''] = cookie?.value.split('.') ?? [];
  for (const forged of [`${id}.${'A'.repeat(22)}`, `${'A'.repeat(22)}.${mark}`, id, `${id}.${mark}.x`]) {
    const refused = await house.server.inject({ method: 'POST', url: '/api/v1/sign-in', cookies: { device: forged }, payload: { login: 'vanthu.hacthanh', password: DEMO_PASSWORD } });
    assert.equal(codeOf(refused), 'identity.locked', forged);
  }
});

test('a password that was right makes no browser known before the second factor', async () => {
  const first = await enter(house.browser(), 'quantri.tinh');
  assert.equal(first.cookies.length, 0);
});

test('an administrator sees a lock of strangers and of a known browser, and lifts both', async () => {
  const province = await signIn(house, 'quantri.tinh');
  const known = await signIn(house, 'vanthu.sxd');
  for (let failure = 1; failure <= 5; failure += 1) await enter(known, 'vanthu.sxd', 'sai');
  const row = async () => (await province.get('/api/v1/accounts/people?text=vanthu.sxd')).json<{ people: { personId: string; lockedUntil: string | null }[] }>().people[0];
  const own = (await row())?.lockedUntil;
  assert.ok(own);
  house.clock.advance(60_000);
  await lockFromOutside('vanthu.sxd');
  const later = (await row())?.lockedUntil;
  assert.ok(later !== undefined && later !== null && later > own, 'until the last of them ends');
  assert.equal((await province.send('POST', `/api/v1/accounts/people/${(await row())?.personId ?? ''}/unlock`)).statusCode, 204);
  assert.equal((await row())?.lockedUntil, null);
  assert.equal((await enter(known, 'vanthu.sxd')).statusCode, 200);
  assert.equal((await enter(house.browser(), 'vanthu.sxd')).statusCode, 200);
});

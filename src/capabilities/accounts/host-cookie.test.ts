import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { openAccountsHouse, type AccountsHouse } from './testing.ts';

let house: AccountsHouse;
before(async () => {
  house = await openAccountsHouse({ publicUrl: 'https://lienthong.thanhhoa.test' });
});
after(() => house.close());

test('behind https the session’s cookie is one that no other host can set or replace', async () => {
  const reply = await house.browser().send('POST', '/api/v1/sign-in', { login: 'vanthu.snv', password: DEMO_PASSWORD });
  const cookie = reply.cookies.find(({ name }) => name === '__Host-session');
  assert.deepEqual([cookie?.secure, cookie?.path, cookie?.domain, cookie?.httpOnly], [true, '/', undefined, true], 'what browsers ask of such a name');
  const me = async (cookies: Record<string, string>) => (await house.server.inject({ method: 'GET', url: '/api/v1/me', cookies })).statusCode;
  const token = cookie?.value ?? '';
  assert.equal(await me({ '__Host-session': token }), 200);
  assert.equal(await me({ session: token }), 401, 'the name that another site of the domain could set opens nothing');
  const out = await house.server.inject({ method: 'POST', url: '/api/v1/sign-out', cookies: { '__Host-session': token } });
  assert.deepEqual(out.cookies.map(({ name, value, secure }) => [name, value, secure]), [['__Host-session', '', true]]);
});

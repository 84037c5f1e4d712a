import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { signInForTest } from '#engines/identity/testing.ts';
import { DEMO_PASSWORD } from '#seeds/demo-accounts.ts';
import { accountsModule } from './index.ts';
import { openAccountsHouse, type AccountsHouse, type Browser } from './testing.ts';

let house: AccountsHouse;
let province: Browser;
let agency: Browser;
let clerk: Browser;
const ids = { snv: '', stc: '', hacthanh: '', director: '', directorPost: '', stcClerk: '', stcClerkPost: '', provinceAdmin: '', clerkPost: '', chiefPost: '' };

before(async () => {
  house = await openAccountsHouse();
  const as = async (login: string): Promise<Browser> => {
    const { session } = (await signInForTest(house.kernel, login)).cookies;
    return house.browser({ token: session ?? '' });
  };
  province = await as('quantri.tinh');
  agency = await as('quantri.snv');
  clerk = await as('vanthu.snv');
  const post = async (login: string): Promise<{ agency: string; person: string; post: string }> => {
    const [row] = await house.sql<{ agency: string; person: string; post: string }>(
      `select p.agency_id as agency, p.person_id as person, p.id as post from identity.post p join identity.account a on a.person_id = p.person_id where a.login = $1`,
      [login],
    );
    assert.ok(row);
    return row;
  };
  const [director, stcClerk, admin, ward, ownClerk, chief] = [
    await post('giamdoc.snv'),
    await post('vanthu.stc'),
    await post('quantri.tinh'),
    await post('chutich.hacthanh'),
    await post('vanthu.snv'),
    await post('chanhvanphong.snv'),
  ];
  Object.assign(ids, {
    snv: director.agency,
    stc: stcClerk.agency,
    hacthanh: ward.agency,
    director: director.person,
    directorPost: director.post,
    stcClerk: stcClerk.person,
    stcClerkPost: stcClerk.post,
    provinceAdmin: admin.person,
    clerkPost: ownClerk.post,
    chiefPost: chief.post,
  });
});
after(() => house.close());

const codeOf = (reply: LightMyRequestResponse): string => reply.json<{ code: string }>().code;
const day = '2026-12-01';
const newPost = { title: 'Chuyên viên', roles: ['officer'], startsOn: '2026-11-20' };
const person = (agencyId: string, login: string) => ({ agencyId, fullName: 'Trần Văn Mới', login, post: newPost });

test('every route of the module answers 401 to nobody, except those before the sign-in', async () => {
  const nil = '00000000-0000-7000-8000-000000000000';
  for (const route of accountsModule.routes ?? []) {
    const url = route.url.replace(/:\w+/g, nil);
    const reply = await house.server.inject({ method: route.method, url, ...(route.method === 'GET' ? {} : { payload: {} }) });
    if (route.access.kind === 'public') assert.match(route.url, /^\/api\/v1\/sign-in/);
    else assert.equal(reply.statusCode, 401, `${route.method} ${route.url}`);
  }
});

test('every route for administrators answers 403 to a clerk, and those of the province to an agency’s administrator', async () => {
  const nil = '00000000-0000-7000-8000-000000000000';
  let checked = 0;
  for (const route of accountsModule.routes ?? []) {
    if (route.access.kind !== 'roles') continue;
    const url = route.url.replace(/:\w+/g, nil);
    const send = (browser: Browser) => (route.method === 'GET' ? browser.get(url) : browser.send(route.method as 'POST' | 'PUT' | 'DELETE', url, {}));
    assert.equal((await send(clerk)).statusCode, 403, `${route.method} ${route.url} for a clerk`);
    if (!route.access.roles.includes('agency_admin')) assert.equal((await send(agency)).statusCode, 403, `${route.method} ${route.url} for an agency's administrator`);
    checked += 1;
  }
  assert.ok(checked >= 15);
});

test('what does not exist is 404, also with a malformed id', async () => {
  const nil = '00000000-0000-7000-8000-000000000000';
  assert.equal((await clerk.get(`/api/v1/accounts/agencies/${nil}`)).statusCode, 404);
  assert.equal((await clerk.get('/api/v1/accounts/agencies/khong-phai-ma')).statusCode, 404);
  assert.equal((await province.send('POST', `/api/v1/accounts/people/${nil}/unlock`)).statusCode, 404);
  assert.equal((await province.send('POST', `/api/v1/accounts/agencies/${ids.snv}/posts/${nil}/end`, { lastDay: day, reason: 'Thử' })).statusCode, 404);
  assert.equal((await province.send('POST', `/api/v1/accounts/agencies/${ids.stc}/posts/${ids.directorPost}/end`, { lastDay: day, reason: 'Thử' })).statusCode, 404);
  assert.equal((await province.send('PUT', '/api/v1/accounts/settings/khong_co', { value: 1 })).statusCode, 404);
});

test('an agency’s administrator adds a colleague, who changes the temporary password at the first sign-in', async () => {
  const reply = await agency.send('POST', '/api/v1/accounts/people', person(ids.snv, 'moi.snv'));
  assert.equal(reply.statusCode, 200, reply.body);
  const { temporaryPassword } = reply.json<{ temporaryPassword: string }>();
  assert.match(temporaryPassword, /^[A-Z][a-z]{3}-[2-9][a-z]{3}-[A-Z][a-z]{3}-[2-9][a-z]{3}$/);
  const first = await house.browser().send('POST', '/api/v1/sign-in', { login: 'moi.snv', password: temporaryPassword });
  assert.equal(first.json<{ state: string }>().state, 'change_password');
  const found = (await agency.get('/api/v1/accounts/people?text=tran+van+moi')).json<{ people: { login: string; posts: { title: string }[] }[] }>();
  assert.deepEqual(found.people.map(({ login, posts }) => [login, posts[0]?.title]), [['moi.snv', 'Chuyên viên']]);
  const kept = await house.sql<{ text: string }>(`select e::text as text from audit.entry e`);
  assert.ok(kept.every((row) => !row.text.includes(temporaryPassword)));
});

test('an agency’s administrator stays inside the own agency', async () => {
  assert.equal(codeOf(await agency.send('POST', '/api/v1/accounts/people', person(ids.stc, 'moi.stc'))), 'identity.notYourAgency');
  assert.equal(codeOf(await agency.get(`/api/v1/accounts/people?agencyId=${ids.stc}`)), 'identity.notYourAgency');
  assert.equal(codeOf(await agency.send('POST', `/api/v1/accounts/agencies/${ids.stc}/posts/${ids.stcClerkPost}/end`, { lastDay: day, reason: 'Thử' })), 'identity.notYourAgency');
  assert.equal(codeOf(await agency.send('POST', `/api/v1/accounts/people/${ids.stcClerk}/reset-password`)), 'kernel.forbidden');
  assert.equal(codeOf(await agency.send('POST', `/api/v1/accounts/agencies/${ids.stc}/units`, { name: 'Phòng Mới', abbreviation: 'PM', from: day })), 'identity.notYourAgency');
  const own = (await agency.get('/api/v1/accounts/people?limit=200')).json<{ people: { posts: { agencyId: string }[] }[] }>();
  assert.ok(own.people.length >= 9);
  assert.ok(own.people.every(({ posts }) => posts.some((post) => post.agencyId === ids.snv)));
});

test('an agency’s administrator cannot reach for the province’s roles, by giving them or by taking over who holds them', async () => {
  const wider = { ...person(ids.snv, 'lan.quyen'), post: { ...newPost, roles: ['province_admin'] } };
  assert.equal(codeOf(await agency.send('POST', '/api/v1/accounts/people', wider)), 'identity.roleNotYours');
  const change = { roles: ['clerk', 'auditor'], signingPowers: [] };
  assert.equal(codeOf(await agency.send('PUT', `/api/v1/accounts/agencies/${ids.snv}/posts/${ids.clerkPost}`, change)), 'identity.roleNotYours');
  const joined = await agency.send('POST', '/api/v1/accounts/posts', { ...newPost, agencyId: ids.snv, personId: ids.provinceAdmin });
  assert.equal(joined.statusCode, 200, 'a person of another agency may get a post here');
  assert.equal(codeOf(await agency.send('POST', `/api/v1/accounts/people/${ids.provinceAdmin}/reset-password`)), 'kernel.forbidden');
  assert.equal(codeOf(await agency.send('POST', `/api/v1/accounts/people/${ids.provinceAdmin}/reset-second-factor`)), 'kernel.forbidden');
  const registered = await house.sql(`select 1 from identity.account where login = 'lan.quyen'`);
  assert.equal(registered.length, 0, 'a refused registration leaves nothing behind');
});

test('an agency’s administrator gives themselves no post and no role; the province’s does, and whoever else administers the agency', async () => {
  const [own] = await house.sql<{ person: string; post: string }>(`select p.person_id as person, p.id as post from identity.post p join identity.account a on a.person_id = p.person_id where a.login = 'quantri.snv' and p.agency_id = $1`, [ids.snv]);
  assert.ok(own);
  const leads = { ...newPost, title: 'Phó Giám đốc', roles: ['leader'], agencyId: ids.snv, personId: own.person };
  assert.equal(codeOf(await agency.send('POST', '/api/v1/accounts/posts', leads)), 'identity.ownPost');
  assert.equal(codeOf(await agency.send('PUT', `/api/v1/accounts/agencies/${ids.snv}/posts/${own.post}`, { roles: ['agency_admin', 'leader'], signingPowers: ['TM'] })), 'identity.ownPost');
  const page = async (post: string) => (await agency.get(`/api/v1/accounts/agencies/${ids.snv}/posts/${post}`)).json<{ abilities: string[] }>().abilities;
  assert.deepEqual(await page(own.post), ['end']);
  assert.deepEqual(await page(ids.clerkPost), ['change', 'end']);
  const given = await province.send('POST', '/api/v1/accounts/posts', { ...leads, title: 'Chuyên viên', roles: ['officer'] });
  assert.equal(given.statusCode, 200, given.body);
});

test('an agency’s administrator does not take over somebody who becomes the province’s administrator tomorrow', async () => {
  const { personId } = (await agency.send('POST', '/api/v1/accounts/people', person(ids.snv, 'ngay.mai'))).json<{ personId: string }>();
  assert.equal((await agency.send('POST', `/api/v1/accounts/people/${personId}/reset-password`)).statusCode, 200);
  const coming = await province.send('POST', '/api/v1/accounts/posts', { title: 'Quản trị viên tỉnh', roles: ['province_admin'], startsOn: '2026-11-21', agencyId: ids.snv, personId });
  assert.equal(coming.statusCode, 200, coming.body);
  for (const verb of ['reset-password', 'reset-second-factor', 'unlock', 'enable']) {
    assert.equal(codeOf(await agency.send('POST', `/api/v1/accounts/people/${personId}/${verb}`)), 'kernel.forbidden', verb);
  }
  assert.equal((await province.send('POST', `/api/v1/accounts/people/${personId}/reset-password`)).statusCode, 200);
});

test('an administrator unlocks a locked account at once', async () => {
  const attempt = (password: string) => house.browser().send('POST', '/api/v1/sign-in', { login: 'vanthu2.snv', password });
  for (let failure = 1; failure <= 5; failure += 1) await attempt('sai');
  assert.equal((await attempt(DEMO_PASSWORD)).statusCode, 423);
  const { people } = (await agency.get('/api/v1/accounts/people?text=vanthu2')).json<{ people: { personId: string; lockedUntil: string | null }[] }>();
  assert.ok(people[0]?.lockedUntil);
  assert.equal((await agency.send('POST', `/api/v1/accounts/people/${people[0].personId}/unlock`)).statusCode, 204);
  assert.equal((await attempt(DEMO_PASSWORD)).statusCode, 200);
});

test('a disabled account is out at once and back when enabled', async () => {
  const browser = house.browser();
  await browser.send('POST', '/api/v1/sign-in', { login: 'chuyenvien2.snv', password: DEMO_PASSWORD });
  assert.equal((await browser.get('/api/v1/me')).statusCode, 200);
  const { people } = (await agency.get('/api/v1/accounts/people?text=chuyenvien2')).json<{ people: { personId: string }[] }>();
  const id = people[0]?.personId ?? '';
  assert.equal((await agency.send('POST', `/api/v1/accounts/people/${id}/disable`, { reason: 'Nghỉ thai sản' })).statusCode, 204);
  assert.equal((await browser.get('/api/v1/me')).statusCode, 401);
  assert.equal(codeOf(await house.browser().send('POST', '/api/v1/sign-in', { login: 'chuyenvien2.snv', password: DEMO_PASSWORD })), 'identity.accountDisabled');
  await agency.send('POST', `/api/v1/accounts/people/${id}/enable`);
  assert.equal((await house.browser().send('POST', '/api/v1/sign-in', { login: 'chuyenvien2.snv', password: DEMO_PASSWORD })).statusCode, 200);
});

test('a leader delegates the own post and nobody else’s', async () => {
  const { cookies } = await signInForTest(house.kernel, 'giamdoc.snv');
  const director = house.browser({ token: cookies['session'] ?? '' });
  const { cookies: deputyCookies } = await signInForTest(house.kernel, 'phogiamdoc.snv');
  const deputy = house.browser({ token: deputyCookies['session'] ?? '' });
  const request = {
    agencyId: ids.snv,
    delegatorPostId: ids.directorPost,
    delegateAgencyId: ids.snv,
    delegatePostId: ids.clerkPost,
    roles: ['leader'],
    content: 'Ký giấy đi đường trong tháng 12',
    startsOn: '2026-12-01',
    endsOn: '2026-12-31',
  };
  assert.equal((await deputy.send('POST', '/api/v1/accounts/delegations', request)).statusCode, 403);
  assert.equal(codeOf(await director.send('POST', '/api/v1/accounts/delegations', { ...request, roles: ['clerk'] })), 'identity.delegationTooWide');
  assert.equal(codeOf(await director.send('POST', '/api/v1/accounts/delegations', { ...request, endsOn: '2026-11-01', startsOn: '2026-10-01' })), 'identity.postNotActive');
  assert.equal(
    codeOf(await director.send('POST', '/api/v1/accounts/delegations', { ...request, delegateAgencyId: ids.stc, delegatePostId: ids.stcClerkPost })),
    'identity.delegateOutside',
  );
  const made = await director.send('POST', '/api/v1/accounts/delegations', request);
  assert.equal(made.statusCode, 200, made.body);
  const { delegations } = (await clerk.get(`/api/v1/accounts/agencies/${ids.snv}/delegations`)).json<{ delegations: { id: string; state: string }[] }>();
  const { id } = made.json<{ id: string }>();
  assert.equal(delegations.find((row) => row.id === id)?.state, 'coming');
  assert.equal((await deputy.send('POST', `/api/v1/accounts/agencies/${ids.snv}/delegations/${id}/revoke`)).statusCode, 403);
  assert.equal((await director.send('POST', `/api/v1/accounts/agencies/${ids.snv}/delegations/${id}/revoke`)).statusCode, 204);
  assert.equal(codeOf(await director.send('POST', `/api/v1/accounts/agencies/${ids.snv}/delegations/${id}/revoke`)), 'identity.delegationEnded');
});

test('an administrator enters the delegations of others, and none to themselves', async () => {
  const [own] = await house.sql<{ id: string }>(
    `select p.id from identity.post p join identity.account a on a.person_id = p.person_id where a.login = 'quantri.snv' and p.agency_id = $1 limit 1`,
    [ids.snv],
  );
  const request = {
    agencyId: ids.snv,
    delegatorPostId: ids.directorPost,
    delegateAgencyId: ids.snv,
    delegatePostId: own?.id,
    roles: ['leader'],
    content: 'Ký văn bản trong thời gian Giám đốc đi công tác',
    startsOn: '2026-12-01',
    endsOn: '2026-12-05',
  };
  const refused = await agency.send('POST', '/api/v1/accounts/delegations', request);
  assert.deepEqual([refused.statusCode, codeOf(refused)], [403, 'identity.delegateSelf']);
  assert.equal((await agency.send('POST', '/api/v1/accounts/delegations', { ...request, delegatePostId: ids.clerkPost })).statusCode, 200);
  assert.equal((await province.send('POST', '/api/v1/accounts/delegations', request)).statusCode, 200, 'another administrator may');
});

test('who acts under a delegation cannot delegate further', async () => {
  const { cookies } = await signInForTest(house.kernel, 'chanhvanphong.snv');
  const chief = house.browser({ token: cookies['session'] ?? '' });
  assert.equal((await chief.send('POST', '/api/v1/me/post', { postId: ids.directorPost })).statusCode, 204);
  const reply = await chief.send('POST', '/api/v1/accounts/delegations', {
    agencyId: ids.snv,
    delegatorPostId: ids.directorPost,
    delegateAgencyId: ids.snv,
    delegatePostId: ids.clerkPost,
    roles: ['leader'],
    content: 'Ủy quyền lại là trái quy định',
    startsOn: '2026-12-01',
    endsOn: '2026-12-31',
  });
  assert.equal(codeOf(reply), 'identity.noRedelegation');
});

test('delegations of another agency are not shown', async () => {
  assert.equal((await clerk.get(`/api/v1/accounts/agencies/${ids.stc}/delegations`)).statusCode, 404);
  assert.equal((await province.get(`/api/v1/accounts/agencies/${ids.stc}/delegations`)).statusCode, 200);
});

test('the page of an agency shows what may be done there by whom', async () => {
  const abilities = async (browser: Browser, id: string): Promise<string[]> => (await browser.get(`/api/v1/accounts/agencies/${id}`)).json<{ abilities: string[] }>().abilities;
  assert.deepEqual(await abilities(clerk, ids.snv), []);
  assert.deepEqual(await abilities(agency, ids.snv), ['administer-people']);
  assert.deepEqual(await abilities(agency, ids.stc), []);
  assert.deepEqual(await abilities(province, ids.stc), ['administer-people', 'keep-directory']);
});

test('a limit that the province’s administrator changes holds at once', async () => {
  assert.equal((await province.send('PUT', '/api/v1/accounts/settings/lock_failures', { value: 2 })).statusCode, 204);
  const attempt = () => house.browser().send('POST', '/api/v1/sign-in', { login: 'vanthu.hoanghoa', password: 'sai' });
  assert.equal((await attempt()).statusCode, 401);
  assert.equal((await attempt()).statusCode, 423);
  const refused = await province.send('PUT', '/api/v1/accounts/settings/lock_failures', { value: 0 });
  assert.equal(refused.statusCode, 422, 'nobody locks everybody out by a typing error');
  assert.match(refused.body, /từ 2 đến 5/);
});

test('a reset second factor is set up anew at the next sign-in', async () => {
  await house.sql(`update identity.account set totp_secret = '\\x00', totp_confirmed_at = now() where login = 'quantri.snv'`);
  const { people } = (await province.get('/api/v1/accounts/people?text=quantri.snv')).json<{ people: { personId: string; hasSecondFactor: boolean }[] }>();
  assert.equal(people[0]?.hasSecondFactor, true);
  assert.equal((await province.send('POST', `/api/v1/accounts/people/${people[0].personId}/reset-second-factor`)).statusCode, 204);
  const reply = await house.browser().send('POST', '/api/v1/sign-in', { login: 'quantri.snv', password: DEMO_PASSWORD });
  assert.equal(reply.json<{ state: string }>().state, 'enrol_second_factor');
});

/** Where in the whole database a text stands. */
async function tablesWith(text: string): Promise<string[]> {
  const tables = await house.sql<{ name: string }>(`select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`);
  const found: string[] = [];
  for (const { name } of tables) if ((await house.sql(`select 1 from ${name} t where t::text like $1 limit 1`, [`%${text}%`])).length > 0) found.push(name);
  return found;
}

test('a person’s citizen number is recorded by who looks after the account, shown by its last three digits, and stands nowhere in the database', async () => {
  const [province, agency, clerk] = await Promise.all(['quantri.tinh', 'quantri.snv', 'vanthu.snv'].map(async (login) => house.browser({ token: (await signInForTest(house.kernel, login)).cookies.session ?? '' })));
  assert.ok(province && agency && clerk);
  const byName = async (browser: Browser, name: string): Promise<{ personId: string; citizenNumberEnding: string | null } | undefined> =>
    (await browser.get(`/api/v1/accounts/people?text=${encodeURIComponent(name)}`)).json<{ people: { personId: string; citizenNumberEnding: string | null }[] }>().people[0];
  const request = { ...person(ids.snv, 'canmoi.snv'), fullName: 'Bùi Thị Cần Mới' };
  const refused = await agency.send('POST', '/api/v1/accounts/people', { ...request, citizenNumber: '03800000012' });
  assert.deepEqual([refused.statusCode, refused.json<{ fields: { path: string }[] }>().fields.map(({ path }) => path)], [422, ['citizenNumber']]);
  assert.equal((await agency.send('POST', '/api/v1/accounts/people', { ...request, citizenNumber: '038 195 000 123' })).statusCode, 200);
  const added = await byName(agency, 'Bùi Thị Cần Mới');
  assert.equal(added?.citizenNumberEnding, '123');

  const url = `/api/v1/accounts/people/${added.personId}/citizen-number`;
  assert.equal((await agency.send('PUT', url, { citizenNumber: '038195000456' })).statusCode, 204);
  assert.equal((await byName(province, 'Bùi Thị Cần Mới'))?.citizenNumberEnding, '456');
  assert.equal((await clerk.send('PUT', url, { citizenNumber: '038195000456' })).statusCode, 403);
  assert.equal((await clerk.send('DELETE', url)).statusCode, 403);
  const elsewhere = `/api/v1/accounts/people/${ids.stcClerk}/citizen-number`;
  assert.equal((await agency.send('PUT', elsewhere, { citizenNumber: '038195000456' })).statusCode, 403);
  assert.equal((await province.send('PUT', elsewhere, { citizenNumber: '038195000789' })).statusCode, 204);
  const own = async (login: string): Promise<string | null> => {
    const browser = house.browser({ token: (await signInForTest(house.kernel, login)).cookies.session ?? '' });
    return (await browser.get('/api/v1/me/security')).json<{ citizenNumberEnding: string | null }>().citizenNumberEnding;
  };
  assert.deepEqual([await own('vanthu.stc'), await own('vanthu.snv')], ['789', null], 'each person sees the ending of their own');
  assert.equal(codeOf(await province.send('PUT', `/api/v1/accounts/people/${crypto.randomUUID()}/citizen-number`, { citizenNumber: '038195000456' })), 'identity.personNotFound');
  for (const number of ['038195000123', '038195000456', '038195000789']) assert.deepEqual(await tablesWith(number), [], number);

  assert.equal((await agency.send('DELETE', url)).statusCode, 204);
  assert.equal((await agency.send('DELETE', url)).statusCode, 204, 'what is gone may be removed again');
  assert.equal((await byName(agency, 'Bùi Thị Cần Mới'))?.citizenNumberEnding, null);
  const lines = await house.sql<{ type: string; data: object }>(`select type, data from audit.entry where subject_id = $1 and type like '%citizen-number%' order by at, type`, [added.personId]);
  assert.deepEqual(lines.map(({ type }) => type), ['identity.citizen-number-recorded', 'identity.citizen-number-recorded', 'identity.citizen-number-removed']);
  assert.deepEqual(lines.map(({ data }) => Object.keys(data).sort()), lines.map(() => ['personId', 'personName']));
});

test('an account that nobody signed in to for too long is shown as idle, and disabled it is shown as that', async () => {
  const found = async () => (await province.get('/api/v1/accounts/people?text=vanthu.stc')).json<{ people: { personId: string; isDormant: boolean; disabledAt: string | null }[] }>().people.find(({ personId }) => personId === ids.stcClerk);
  assert.equal((await found())?.isDormant, false);
  const [before] = await house.sql<{ is_demo: boolean; last_sign_in_at: Date | null }>('select is_demo, last_sign_in_at from identity.account where person_id = $1', [ids.stcClerk]);
  await house.sql('update identity.account set is_demo = false, last_sign_in_at = $2 where person_id = $1', [ids.stcClerk, new Date(house.clock.now().getTime() - 46 * 86_400_000)]);
  assert.equal((await found())?.isDormant, true);
  assert.equal((await province.send('POST', `/api/v1/accounts/people/${ids.stcClerk}/disable`, { reason: 'Nghỉ dài ngày' })).statusCode, 204);
  const disabled = await found();
  assert.deepEqual([disabled?.isDormant, disabled?.disabledAt !== null], [false, true]);
  assert.equal((await province.send('POST', `/api/v1/accounts/people/${ids.stcClerk}/enable`)).statusCode, 204);
  assert.equal((await found())?.isDormant, false, 'whoever opens it again begins anew');
  await house.sql('update identity.account set is_demo = $2, last_sign_in_at = $3 where person_id = $1', [ids.stcClerk, before?.is_demo, before?.last_sign_in_at]);
});

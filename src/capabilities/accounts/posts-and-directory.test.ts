import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { LightMyRequestResponse } from 'fastify';
import { signInForTest } from '#engines/identity/testing.ts';
import { openAccountsHouse, type AccountsHouse, type Browser } from './testing.ts';

let house: AccountsHouse;
let province: Browser;
let agency: Browser;
let clerk: Browser;
const ids = { snv: '', stc: '', directorPost: '', stcClerkPost: '', provinceAdmin: '', clerkPost: '', chiefPost: '' };

const as = async (login: string): Promise<Browser> => house.browser({ token: (await signInForTest(house.kernel, login)).cookies['session'] ?? '' });

before(async () => {
  house = await openAccountsHouse();
  [province, agency, clerk] = await Promise.all([as('quantri.tinh'), as('quantri.snv'), as('vanthu.snv')]);
  const post = async (login: string): Promise<{ agency: string; person: string; post: string }> => {
    const [row] = await house.sql<{ agency: string; person: string; post: string }>(
      `select p.agency_id as agency, p.person_id as person, p.id as post from identity.post p join identity.account a on a.person_id = p.person_id where a.login = $1`,
      [login],
    );
    assert.ok(row);
    return row;
  };
  const director = await post('giamdoc.snv');
  const stcClerk = await post('vanthu.stc');
  Object.assign(ids, {
    snv: director.agency,
    stc: stcClerk.agency,
    directorPost: director.post,
    stcClerkPost: stcClerk.post,
    provinceAdmin: (await post('quantri.tinh')).person,
    clerkPost: (await post('vanthu.snv')).post,
    chiefPost: (await post('chanhvanphong.snv')).post,
  });
});
after(() => house.close());

const codeOf = (reply: LightMyRequestResponse): string => reply.json<{ code: string }>().code;
const newPost = { title: 'Chuyên viên', roles: ['officer'], startsOn: '2026-11-20' };

test('an administrator sees a post with everything that is changed about it, and what may be done there', async () => {
  type Page = { title: string; unitName: string | null; roles: string[]; signingPowers: string[]; startsOn: string; endsOn: string | null; abilities: string[] };
  const post = async (browser: Browser, agencyId: string, postId: string): Promise<Page> => (await browser.get(`/api/v1/accounts/agencies/${agencyId}/posts/${postId}`)).json<Page>();
  const chief = await post(agency, ids.snv, ids.chiefPost);
  assert.deepEqual([chief.title, chief.unitName, chief.signingPowers, chief.endsOn, chief.abilities], ['Chánh Văn phòng', 'Văn phòng Sở', ['TL'], null, ['change', 'end']]);
  assert.deepEqual((await post(agency, ids.stc, ids.stcClerkPost)).abilities, [], 'of another agency');
  assert.deepEqual((await post(province, ids.stc, ids.stcClerkPost)).abilities, ['change', 'end']);
  const [admin] = await house.sql<{ agency: string; post: string }>(`select agency_id as agency, id as post from identity.post where person_id = $1 and 'province_admin' = any(roles)`, [ids.provinceAdmin]);
  assert.ok(admin);
  assert.deepEqual((await post(agency, admin.agency, admin.post)).abilities, [], 'a role of the province');
  assert.equal((await agency.get(`/api/v1/accounts/agencies/${ids.stc}/posts/${ids.chiefPost}`)).statusCode, 404);
  assert.equal((await clerk.get(`/api/v1/accounts/agencies/${ids.snv}/posts/${ids.clerkPost}`)).statusCode, 403);
});

test('a post is added, changed and ended; the last day counts, and an ended post is only looked at', async () => {
  const registered = await agency.send('POST', '/api/v1/accounts/people', { agencyId: ids.snv, fullName: 'Trần Văn Mới', login: 'hai.chucdanh', post: newPost });
  const { personId } = registered.json<{ personId: string }>();
  const added = await agency.send('POST', '/api/v1/accounts/posts', { ...newPost, agencyId: ids.snv, personId, title: 'Phó Trưởng phòng', roles: ['unit_head'], signingPowers: ['TL'] });
  assert.equal(added.statusCode, 200, added.body);
  const url = `/api/v1/accounts/agencies/${ids.snv}/posts/${added.json<{ id: string }>().id}`;
  assert.equal((await agency.send('PUT', url, { roles: ['unit_head', 'clerk'], signingPowers: [] })).statusCode, 204);
  assert.equal((await agency.send('POST', `${url}/end`, { lastDay: '2026-11-19', reason: 'Trước ngày bắt đầu' })).json<{ code: string }>().code, 'identity.validityOrder');
  assert.equal((await agency.send('POST', `${url}/end`, { lastDay: '2026-11-20', reason: 'Điều động' })).statusCode, 204);
  const onLastDay = (await agency.get(url)).json<{ roles: string[]; endsOn: string; abilities: string[] }>();
  assert.deepEqual([onLastDay.roles, onLastDay.endsOn, onLastDay.abilities], [['unit_head', 'clerk'], '2026-11-20', ['change', 'end']]);
  await house.sql(`update identity.post set starts_on = '2026-11-01', ends_on = '2026-11-19' where title = 'Phó Trưởng phòng' and person_id = $1`, [personId]);
  assert.deepEqual((await agency.get(url)).json<{ abilities: string[] }>().abilities, []);
  assert.equal(codeOf(await agency.send('PUT', url, { roles: ['clerk'], signingPowers: [] })), 'identity.postEnded');
});

test('the list of delegations says from which posts the caller may delegate, what, and which may be revoked', async () => {
  type List = { from: { postId: string; roles: string[] }[]; delegations: { delegatorPostId: string; state: string; abilities: string[] }[] };
  const list = async (browser: Browser, id = ids.snv): Promise<List> => (await browser.get(`/api/v1/accounts/agencies/${id}/delegations`)).json<List>();
  const director = await list(await as('giamdoc.snv'));
  assert.deepEqual(director.from.map(({ postId, roles }) => [postId, roles]), [[ids.directorPost, ['leader']]]);
  const own = director.delegations.filter(({ delegatorPostId }) => delegatorPostId === ids.directorPost);
  assert.ok(own.some(({ state }) => state === 'in_force'));
  assert.ok(own.every(({ state, abilities }) => abilities.includes('revoke') === (state !== 'ended')));
  const seen = await list(clerk);
  assert.deepEqual(seen.from.map(({ postId }) => postId), [ids.clerkPost]);
  assert.ok(seen.delegations.every(({ abilities }) => abilities.length === 0), 'a clerk takes back nothing of the director’s');
  const administrators = await list(agency);
  assert.ok(administrators.from.length > 5 && administrators.from.some(({ postId }) => postId === ids.directorPost));
  assert.ok(administrators.from.every(({ roles }) => roles.length > 0 && !roles.includes('agency_admin')), 'administration is not handed on');
  assert.deepEqual((await list(province, ids.stc)).delegations, [], 'an agency where nobody delegated');
  const acting = await as('chanhvanphong.snv');
  await acting.send('POST', '/api/v1/me/post', { postId: ids.directorPost });
  assert.deepEqual((await list(acting)).from, [], 'what was delegated is not given on');
});

test('the directory is kept from a day on, and an agency that ends is history with its successors', async () => {
  const legalBasis = 'Quyết định thử nghiệm';
  const make = async (name: string, code: string): Promise<string> => {
    const reply = await province.send('POST', '/api/v1/accounts/agencies', { kind: 'public_unit', level: 'province', parentId: ids.snv, hosting: 'local', establishedOn: '2026-11-01', name, abbreviation: 'TT', legalBasis, codes: [{ scheme: 'qd20', code }] });
    assert.equal(reply.statusCode, 200, reply.body);
    return reply.json<{ id: string }>().id;
  };
  type Shown = { agency: { name: string; code: string; state: string }; names: { name: string; legalBasis: string }[]; units: { name: string }[]; successors: { id: string }[]; abilities: string[] };
  const page = async (id: string): Promise<Shown> => (await province.get(`/api/v1/accounts/agencies/${id}`)).json<Shown>();
  const [first, second, third] = [await make('Trung tâm Một', 'H56.02.91'), await make('Trung tâm Hai', 'H56.02.92'), await make('Trung tâm Ba', 'H56.02.93')];
  const at = (id: string, verb: string, body: object) => province.send('POST', `/api/v1/accounts/agencies/${id}/${verb}`, body);
  assert.equal((await at(first, 'rename', { from: '2026-11-20', name: 'Trung tâm Mới', abbreviation: 'TTM', legalBasis })).statusCode, 204);
  assert.equal((await at(first, 'codes', { scheme: 'qd20', code: 'h56.02.94', from: '2026-11-20' })).statusCode, 204);
  assert.equal((await at(first, 'units', { name: 'Phòng Nghiệp vụ', abbreviation: 'NV', from: '2026-11-20' })).statusCode, 200);
  const changed = await page(first);
  assert.deepEqual([changed.agency.name, changed.agency.code, changed.units.map(({ name }) => name)], ['Trung tâm Mới', 'H56.02.94', ['Phòng Nghiệp vụ']]);
  assert.deepEqual(changed.names.map(({ name }) => name), ['Trung tâm Mới', 'Trung tâm Một']);
  assert.deepEqual(changed.abilities, ['administer-people', 'keep-directory']);

  const merger = { predecessorIds: [first, second], successorIds: [third], kind: 'merged', lastDay: '2026-11-25', legalBasis };
  assert.equal(codeOf(await province.send('POST', '/api/v1/accounts/agencies/merge', { ...merger, successorIds: [second, third] })), 'identity.successorItself');
  assert.equal(codeOf(await at(first, 'close', { lastDay: '2026-11-25', legalBasis, successorIds: [first] })), 'identity.successorItself');
  assert.equal((await province.send('POST', '/api/v1/accounts/agencies/merge', merger)).statusCode, 204);
  const coming = await page(first);
  assert.deepEqual([coming.agency.state, coming.successors.map(({ id }) => id), coming.abilities], ['active', [third], ['administer-people']], 'people work there until the last day');
  assert.equal((await at(third, 'close', { lastDay: '2026-11-19', legalBasis })).statusCode, 204);
  assert.deepEqual([(await page(third)).agency.state, (await page(third)).abilities], ['closed', []]);
  assert.equal(codeOf(await at(third, 'close', { lastDay: '2026-11-19', legalBasis })), 'identity.agencyClosed');
});

test('an agency’s page names the agencies directly below it that still exist, by their codes', async () => {
  type Below = { agency: { name: string }; subordinates: { id: string; name: string; code: string | null }[] };
  const [top] = await house.sql<{ id: string }>(`select agency_id as id from identity.agency_code where code = 'H56'`);
  const page = (await clerk.get(`/api/v1/accounts/agencies/${top?.id ?? ''}`)).json<Below>();
  const names = page.subordinates.map(({ name }) => name);
  assert.ok(names.includes('Sở Nội vụ tỉnh Thanh Hóa'));
  assert.ok(!names.some((name) => name.includes('Lao động - Thương binh')), 'merged agencies are not below any more');
  const codes = page.subordinates.flatMap(({ code }) => code ?? []);
  assert.deepEqual(codes, codes.toSorted());
  assert.deepEqual((await clerk.get(`/api/v1/accounts/agencies/${ids.snv}`)).json<Below>().subordinates.filter(({ name }) => name === 'Sở Nội vụ tỉnh Thanh Hóa'), []);
});

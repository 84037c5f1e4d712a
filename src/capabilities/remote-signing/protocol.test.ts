import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSigningHouse, type SigningHouse } from './testing.ts';
import { idOf, RSA, SHA256, signingCalls, type SigningCalls, someHash } from './testing/signing-calls.ts';

let house: SigningHouse;
let calls: SigningCalls;
before(async () => {
  house = await openSigningHouse();
  calls = await signingCalls(house);
});
after(() => house.close());

const problemOf = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body['error'], body['error_description']];
/** A bare call, with the header as it is given. */
async function bare(path: string, options: { authorization?: string; body?: string; type?: string } = {}): Promise<Response> {
  const { authorization, body = '{}', type = 'application/json' } = options;
  return fetch(`${house.origin}/csc/${path}`, { method: 'POST', headers: { 'content-type': type, ...(authorization === undefined ? {} : { authorization }) }, body });
}
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
async function loggedIn(body: object = {}, authorization: string | undefined = basic(`${house.client.clientId}:${house.client.clientSecret}`)) {
  const reply = await bare('v1/auth/login', { ...(authorization === '' ? {} : { authorization }), body: JSON.stringify(body) });
  // safe because the service answers with objects only
  return { status: reply.status, body: (await reply.json()) as { access_token: string; refresh_token?: string; error?: string } };
}

test('a text that no database keeps, or that turns what the owner reads, is refused and never an error of ours', async () => {
  for (const text of ['Ký\u0000', 'Ký \u202Efdp.exe', 'Ký\u0007']) {
    assert.equal((await calls.ask([someHash()], { description: text })).status, 400, JSON.stringify(text));
    assert.equal((await calls.ask([someHash()], { documentNames: [text] })).status, 400, JSON.stringify(text));
    assert.equal((await calls.csc('credentials/list', { userID: text })).status, 400, JSON.stringify(text));
  }
  assert.equal((await calls.ask([someHash()], { description: 'Ký\nhai dòng' })).status, 202);
  assert.equal((await bare('v2/auth/login', { authorization: basic('a\u0000b:c') })).status, 401);
  assert.equal((await bare('v2/oauth2/token', { type: 'application/x-www-form-urlencoded', body: 'grant_type=client_credentials&client_id=%00&client_secret=x' })).status, 400);
  const url = new URL(`${house.origin}/csc/v2/oauth2/authorize?response_type=code&scope=service&code_challenge_method=S256&state=%00`);
  for (const [name, value] of [['client_id', house.client.clientId], ['redirect_uri', 'https://dichvucong.example/quay-ve'], ['code_challenge', 'a'.repeat(43)]] as const) url.searchParams.set(name, value);
  assert.equal((await fetch(url, { redirect: 'manual' })).status, 422);
});

test('who is not let in is told which way to come: each 401 names its scheme', async () => {
  assert.match((await bare('v2/credentials/list')).headers.get('www-authenticate') ?? '', /^Bearer/);
  assert.match((await bare('v2/credentials/list', { authorization: 'Bearer khong-co' })).headers.get('www-authenticate') ?? '', /^Bearer .*error="invalid_token"/);
  assert.match((await bare('v1/auth/login', { authorization: basic('khong:co') })).headers.get('www-authenticate') ?? '', /^Basic/);
});

test('info names what the specification requires, and every method that it names is there', async () => {
  for (const version of ['v1', 'v2']) {
    const reply = await bare(`${version}/info`);
    // safe because the service answers with objects only
    const info = (await reply.json()) as Record<string, unknown>;
    const wanted = ['specs', 'name', 'logo', 'region', 'lang', 'description', 'authType', 'oauth2', 'methods', ...(version === 'v2' ? ['signAlgorithms', 'signature_formats', 'conformance_levels'] : [])];
    for (const name of wanted) assert.ok(info[name] !== undefined, `${version} ${name}`);
    // safe because the specification says so, and the loop fails otherwise
    for (const method of info['methods'] as string[]) if (method !== 'oauth2/authorize') assert.ok(![404, 501].includes((await bare(`${version}/${method}`)).status), `${version} ${method}`);
  }
});

test('methods that the service does not offer say so', async () => {
  for (const [version, name] of [[1, 'credentials/extendTransaction'], [1, 'credentials/sendOTP'], [1, 'signatures/timestamp'], [2, 'credentials/extendTransaction'], [2, 'credentials/getChallenge'], [2, 'credentials/sendOTP'], [2, 'signatures/signDoc'], [2, 'signatures/timestamp']] as const) {
    assert.equal((await calls.csc(name, {}, { version })).status, 501, `${String(version)} ${name}`);
  }
});

test('version 2 lists certificates with what they are, and only usable ones when asked so', async () => {
  const revoked = await house.issue(house.director);
  await house.enrol(house.director, revoked);
  await house.sql(`update signatures.credential set state = 'revoked', revoked_at = now(), revoked_reason = 'superseded' where id = $1`, [revoked]);
  const { body } = await calls.csc('credentials/list', { userID: 'giamdoc.snv', credentialInfo: true, certificates: 'chain', certInfo: true });
  // safe because the specification says so, and the assertions fail otherwise
  const infos = body['credentialInfos'] as { credentialID: string; key: { status: string }; cert: { certificates: string[]; subjectDN: string } }[];
  assert.deepEqual(infos.map((each) => each.credentialID), body['credentialIDs']);
  const own = infos.find((each) => each.credentialID === calls.credentialID());
  assert.ok(own?.key.status === 'enabled' && own.cert.certificates.length > 1 && own.cert.subjectDN !== '');
  assert.equal(infos.find((each) => each.credentialID.endsWith(revoked))?.key.status, 'disabled');
  assert.equal(body['onlyValid'], undefined);
  const valid = (await calls.csc('credentials/list', { userID: 'giamdoc.snv', onlyValid: true })).body;
  assert.deepEqual([valid['credentialIDs'], valid['onlyValid'], valid['credentialInfos']], [[calls.credentialID()], true, undefined]);
  const paged = (await calls.csc('credentials/list', { userID: 'giamdoc.snv', maxResults: 1 })).body;
  const rest = (await calls.csc('credentials/list', { userID: 'giamdoc.snv', maxResults: 1, pageToken: paged['nextPageToken'] })).body;
  assert.deepEqual([...(paged['credentialIDs'] as string[]), ...(rest['credentialIDs'] as string[])], body['credentialIDs']);
  assert.equal(rest['nextPageToken'], undefined);
});

test('what is wrong with a call is said in the words of the specification', async () => {
  const hashes = [someHash()];
  const own = calls.credentialID();
  const many = Array.from({ length: 51 }, someHash);
  for (const [path, body, description] of [
    ['credentials/info', {}, 'Missing (or invalid type) string parameter credentialID'],
    ['credentials/info', { credentialID: 7 }, 'Missing (or invalid type) string parameter credentialID'],
    ['credentials/info', { credentialID: 'khac' }, 'Invalid parameter credentialID'],
    ['credentials/info', { credentialID: own, certificates: 'tat-ca' }, 'Invalid parameter certificates'],
    ['credentials/list', { userID: 'giamdoc.snv', credentialInfo: true, certificates: 'tat-ca' }, 'Invalid parameter certificates'],
    ['credentials/list', { userID: 'giamdoc.snv', pageToken: 'khong-phai' }, 'Invalid parameter pageToken'],
    ['credentials/list', { userID: 'giamdoc.snv', maxResults: 'nhieu' }, 'Invalid parameter maxResults'],
    ['credentials/authorize', { credentialID: own, hashes, hashAlgorithmOID: SHA256 }, 'Missing (or invalid type) integer parameter numSignatures'],
    ['credentials/authorize', { credentialID: own, hashes, hashAlgorithmOID: SHA256, numSignatures: true }, 'Missing (or invalid type) integer parameter numSignatures'],
    ['credentials/authorize', { credentialID: own, hashes, hashAlgorithmOID: SHA256, numSignatures: 0 }, 'Invalid value for parameter numSignatures'],
    ['credentials/authorize', { credentialID: own, hashes: many, hashAlgorithmOID: SHA256, numSignatures: 51 }, 'Numbers of signatures is too high'],
    ['credentials/authorize', { credentialID: own, numSignatures: 1 }, 'Missing (or invalid type) array parameter hashes'],
    ['signatures/signHash', { credentialID: own, SAD: 'x', hashes: [], signAlgo: RSA }, 'Empty hash array'],
    ['signatures/signHash', { credentialID: own, SAD: 'x', hashes: ['?'], signAlgo: RSA }, 'Invalid Base64 hash string parameter'],
    ['signatures/signHash', { credentialID: own, SAD: 'x', hashes: [Buffer.alloc(48, 1).toString('base64')], signAlgo: RSA, hashAlgorithmOID: SHA256 }, 'Invalid digest value length'],
    ['signatures/signHash', { credentialID: own, SAD: 'x', hashes, signAlgo: RSA, hashAlgorithmOID: '1.3.14.3.2.26' }, 'Invalid parameter hashAlgorithmOID'],
    ['signatures/signHash', { credentialID: own, SAD: 'x', hashes, hashAlgorithmOID: SHA256 }, 'Missing (or invalid type) string parameter signAlgo'],
    ['signatures/signHash', { credentialID: own, hashes, signAlgo: RSA, hashAlgorithmOID: SHA256 }, 'Missing (or invalid type) string parameter SAD'],
    ['signatures/signHash', { credentialID: own, SAD: 'x', hashes, signAlgo: RSA, hashAlgorithmOID: SHA256, operationMode: 'B' }, 'Invalid parameter operationMode'],
    ['credentials/authorizeCheck', { handle: 'x' }, 'Invalid parameter handle'],
  ] as const) {
    assert.deepEqual(problemOf(await calls.csc(path, body)), [400, 'invalid_request', description], `${path} ${JSON.stringify(body).slice(0, 120)}`);
  }
});

test('a lasting login is renewed with its refresh token alone, once, and revoking it ends the tokens that came of it', async () => {
  const first = await loggedIn({ rememberMe: true });
  const renewed = await loggedIn({ refresh_token: first.body.refresh_token }, '');
  assert.equal(renewed.status, 200);
  assert.equal((await loggedIn({ refresh_token: first.body.refresh_token }, '')).status, 400);
  const list = (token: string) => calls.csc('credentials/list', { userID: 'giamdoc.snv' }, { token });
  assert.equal((await list(renewed.body.access_token)).status, 200);
  const other = await house.newClient();
  const stranger = (await calls.form({ grant_type: 'client_credentials', client_id: other.clientId, client_secret: other.clientSecret })).body['access_token'];
  const revoke = (token: unknown, by: unknown) => bare('v1/auth/revoke', { authorization: `Bearer ${String(by)}`, body: JSON.stringify({ token, token_type_hint: 'refresh_token' }) });
  assert.equal((await revoke(renewed.body.refresh_token, stranger)).status, 204, 'another application is told nothing');
  assert.equal((await list(renewed.body.access_token)).status, 200, 'and ends nothing');
  assert.equal((await revoke(renewed.body.refresh_token, renewed.body.access_token)).status, 204);
  assert.equal((await list(renewed.body.access_token)).status, 401);
  assert.equal((await loggedIn({ refresh_token: renewed.body.refresh_token }, '')).status, 400);
  assert.equal((await calls.csc('credentials/list', { userID: 'giamdoc.snv' })).status, 200, 'another login of the same application goes on');
});

test('oauth2/revoke ends an access token for the application that it belongs to', async () => {
  const { clientId: id, clientSecret: secret } = house.client;
  const token = String((await calls.form({ grant_type: 'client_credentials', client_id: id, client_secret: secret })).body['access_token']);
  const revoke = (fields: Record<string, string>) => bare('v2/oauth2/revoke', { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(fields).toString() });
  assert.equal((await revoke({ token, client_id: id, client_secret: 'sai' })).status, 401);
  assert.equal((await calls.csc('credentials/list', { userID: 'giamdoc.snv' }, { token })).status, 200);
  assert.equal((await revoke({ token, client_id: id, client_secret: secret })).status, 204);
  assert.equal((await calls.csc('credentials/list', { userID: 'giamdoc.snv' }, { token })).status, 401);
});

test('the browser’s way of version 1 names its hashes as version 1 does', async () => {
  const url = new URL(`${house.origin}/csc/v1/oauth2/authorize`);
  const hash = Buffer.from(someHash(), 'base64').toString('base64url');
  const query = { response_type: 'code', client_id: house.client.clientId, redirect_uri: 'https://dichvucong.example/quay-ve', scope: 'credential', code_challenge: 'a'.repeat(43), code_challenge_method: 'S256', credentialID: calls.credentialID(), numSignatures: '1', hash };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  assert.equal((await fetch(url, { redirect: 'manual' })).status, 303);
});

test('an application that is registered for signatures only does not look through people’s certificates', async () => {
  const { body: client } = await house.call<{ clientId: string; clientSecret: string }>(house.administrator, 'POST', '/clients', { name: 'Một cửa', redirectUris: [], perMinute: 100, scopes: ['credential'] });
  assert.deepEqual(problemOf(await calls.csc('credentials/list', { userID: 'giamdoc.snv' }, { client })).slice(0, 2), [403, 'access_denied']);
  assert.equal((await calls.csc('credentials/info', { credentialID: calls.credentialID() }, { client })).status, 200, 'what it signs with it may see');
});

test('what a suspended application asked for ends with it: the owner is asked no longer, and nothing can be approved', async () => {
  const client = await house.newClient();
  const { body } = await calls.csc('credentials/authorize', { credentialID: calls.credentialID(), numSignatures: 1, hashes: [someHash()], hashAlgorithmOID: SHA256 }, { client });
  const id = idOf(body['handle']);
  assert.ok((await house.waiting()).some((each) => each.id === id));
  assert.equal((await house.call(house.administrator, 'POST', `/clients/${client.clientId}/disable`)).status, 204);
  assert.ok((await house.waiting()).every((each) => each.id !== id));
  assert.equal((await house.approve([id])).body.code, 'remote-signing.authorizationEnded');
  assert.deepEqual(await calls.eventsOf(id), ['authorization-asked', 'authorization-expired']);
  assert.equal((await house.sql(`select 1 from cases.task where subject_id = $1 and state = 'open'`, [id])).length, 0);
});

test('an approval that fails stands in the record with its reason', async () => {
  const { body } = await calls.ask([someHash()]);
  const id = idOf(body['handle']);
  assert.equal((await house.approve([id], { pin: '000000' })).body.code, 'signatures.wrongPin');
  const [failed] = await house.sql<{ data: { code: string } }>(`select data from audit.entry where subject_id = $1 and type = 'remote-signing.authorization-failed'`, [id]);
  assert.equal(failed?.data.code, 'signatures.wrongPin');
  assert.equal((await house.approve([id])).status, 200);
});

test('guessing tokens from one address is stopped, and an application with a right one goes on', async () => {
  assert.equal((await calls.csc('credentials/list', { userID: 'giamdoc.snv' })).status, 200);
  house.clock.advance(61_000);
  const replies: number[] = [];
  for (let round = 0; round < 125; round += 1) replies.push((await bare('v2/credentials/list', { authorization: `Bearer doan-${String(round)}` })).status);
  assert.deepEqual([replies[0], replies[119], replies[124]], [401, 401, 429]);
  assert.equal((await calls.csc('credentials/list', { userID: 'giamdoc.snv' })).status, 200);
});

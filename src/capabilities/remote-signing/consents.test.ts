import assert from 'node:assert/strict';
import { createHash, randomBytes, verify, X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import { beginAuthorization, finishAuthorization, finishRelease, refreshAccess, type CscAccess } from '#engines/signatures/adapters/csc-client/access.ts';
import { cscApi } from '#engines/signatures/adapters/csc-client/csc-api.ts';
import { cscDriver } from '#engines/signatures/adapters/csc-client/csc-driver.ts';
import { SigningDriverError } from '#engines/signatures/adapters/signing-driver.ts';
import type { Consent } from './contract.ts';
import { openSigningHouse, type SigningHouse } from './testing.ts';

const RETURN = 'https://dichvucong.example/quay-ve';
let house: SigningHouse;
let access: Extract<CscAccess, { kind: 'authorization-code' }>;
before(async () => {
  house = await openSigningHouse();
  access = { kind: 'authorization-code', oauth2Url: `${house.origin}/csc/v2/oauth2`, clientId: house.client.clientId, clientSecret: house.client.clientSecret, redirectUri: RETURN };
});
after(() => house.close());

/** Follows the browser from the application to our page. */
async function arrive(url: string): Promise<string> {
  const reply = await fetch(url, { redirect: 'manual' });
  assert.equal(reply.status, 303, await reply.text());
  const id = /^\/app\/xac-nhan-ky\?ket-noi=([0-9a-f-]{36})$/.exec(reply.headers.get('location') ?? '')?.[1];
  return id ?? assert.fail(String(reply.headers.get('location')));
}

async function answer(id: string, how: 'grant' | 'refuse', who = house.director): Promise<URL> {
  const reply = await house.call<{ location: string }>(who, 'POST', `/consents/${id}/${how}`);
  assert.equal(reply.status, 200);
  return new URL(reply.body.location);
}

const open = (id: string, who = house.director) => house.call<Consent & { code: string }>(who, 'POST', `/consents/${id}/open`);
const refused = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => assert.fail('it was given'),
    (error: unknown) => (error instanceof SigningDriverError ? error.message : assert.fail(String(error))),
  );

test('a person lets an application in: the browser brings a code that is good once, with its verifier only', async () => {
  const begun = beginAuthorization(access);
  const id = await arrive(begun.url);
  const { body } = await open(id);
  assert.deepEqual([body.clientName, body.scope, body.returnsTo, body.authorizationId], ['Cổng dịch vụ công', 'service', 'dichvucong.example', null]);
  assert.equal((await open(id, house.colleague)).status, 404);
  const location = await answer(id, 'grant');
  assert.equal(location.origin + location.pathname, RETURN);
  assert.equal(location.searchParams.get('state'), begun.state);
  const code = location.searchParams.get('code') ?? '';
  const token = await finishAuthorization(access, { code, verifier: begun.verifier });
  assert.match(await refused(finishAuthorization(access, { code, verifier: begun.verifier })), /invalid_grant/);
  const api = cscApi(`${house.origin}/csc/v2`, 2);
  assert.deepEqual(await api.list(token.token), [`${house.agencyId}.${house.credentialId}`]);
  const renewed = await refreshAccess(access, token.refreshToken ?? '');
  assert.equal((await api.list(renewed.token)).length, 1);
  assert.match(await refused(refreshAccess(access, token.refreshToken ?? '')), /invalid_grant/);
});

test('a code whose verifier is wrong is worth nothing afterwards', async () => {
  const begun = beginAuthorization(access);
  const id = await arrive(begun.url);
  await open(id);
  const code = (await answer(id, 'grant')).searchParams.get('code') ?? '';
  assert.match(await refused(finishAuthorization(access, { code, verifier: 'khac' })), /invalid_grant/);
  assert.match(await refused(finishAuthorization(access, { code, verifier: begun.verifier })), /invalid_grant/);
});

test('nobody is sent to an address that was not registered, and PKCE is wanted', async () => {
  for (const [name, value] of [['redirect_uri', 'https://ke-gian.example/'], ['client_id', house.agencyId], ['code_challenge_method', 'plain'], ['scope', 'tat-ca']] as const) {
    const url = new URL(beginAuthorization(access).url);
    url.searchParams.set(name, value);
    const reply = await fetch(url, { redirect: 'manual' });
    assert.ok([400, 401].includes(reply.status) && reply.headers.get('location') === null, name);
    await reply.text();
  }
});

test('a person who says no sends the browser back with access_denied', async () => {
  const id = await arrive(beginAuthorization(access).url);
  await open(id);
  assert.equal((await answer(id, 'refuse')).searchParams.get('error'), 'access_denied');
  assert.equal((await house.call(house.director, 'POST', `/consents/${id}/grant`)).status, 404);
});

test('an authorisation in the browser is bound to its hashes: the code becomes activation data for them and no others', async () => {
  const attributes = [randomBytes(40), randomBytes(40)];
  const items = attributes.map((each) => ({ attributes: each, digest: createHash('sha256').update(each).digest() }));
  const credentialID = `${house.agencyId}.${house.credentialId}`;
  const begun = beginAuthorization(access, { credentialID, hashes: items.map(({ digest }) => digest), hashOid: '2.16.840.1.101.3.4.2.1', description: 'Ký giấy phép' });
  const id = await arrive(begun.url);
  assert.deepEqual(await house.waiting(), [], 'nothing is put before an owner until the owner comes');
  assert.equal((await open(id, house.colleague)).body.code, 'remote-signing.notEnrolled');
  const { authorizationId } = (await open(id)).body;
  assert.equal((await house.call(house.director, 'POST', `/consents/${id}/grant`)).body.code, 'remote-signing.notApprovedYet');
  assert.equal((await house.approve([authorizationId ?? ''])).status, 200);
  const code = (await answer(id, 'grant')).searchParams.get('code') ?? '';
  const { secret: sad } = await finishRelease(access, { code, verifier: begun.verifier });
  const api = cscApi(`${house.origin}/csc/v2`, 2);
  const { clientId, clientSecret } = house.client;
  const service = await fetch(`${house.origin}/csc/v2/oauth2/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }) });
  // safe because the status was that of a token
  const { access_token: token } = (await service.json()) as { access_token: string };
  const wanted = { credentialID, sad, hashOid: '2.16.840.1.101.3.4.2.1', signAlgo: '1.2.840.113549.1.1.1', signAlgoParams: undefined, clientData: '', isAsynchronous: false };
  assert.match(await refused(api.signHash(token, { ...wanted, hashes: [randomBytes(32)] })), /not authorized/);
  const signed = await api.signHash(token, { ...wanted, hashes: items.map(({ digest }) => digest) });
  assert.ok('signatures' in signed);
  const { certificates } = await api.credential(token, credentialID);
  const { publicKey } = new X509Certificate(Buffer.from(certificates[0] ?? '', 'base64'));
  for (const [index, value] of signed.signatures.entries()) assert.ok(verify('sha256', attributes[index] ?? Buffer.alloc(0), publicKey, Buffer.from(value, 'base64')));
  const driver = cscDriver({ name: 'remote', baseUrl: `${house.origin}/csc/v2`, version: 2, access: { kind: 'client-credentials', oauth2Url: `${house.origin}/csc/v2/oauth2`, clientId, clientSecret } });
  assert.equal((await driver.listCertificates({ user: 'giamdoc.snv' })).length, 1);
});

type Connections = { connections: { clientId: string; clientName: string; connectedAt: string; lastUsedAt: string | null }[] };
const connections = async (who = house.director) => (await house.call<Connections>(who, 'GET', '/connections')).body.connections;
const revoke = (clientId: string, who = house.director) => house.call<{ code: string } | undefined>(who, 'DELETE', `/connections/${clientId}`);

/** An application that the director lets in, with a code that was not exchanged yet. */
async function letIn(): Promise<{ own: typeof access; code: string; verifier: string }> {
  const { clientId, clientSecret } = await house.newClient([RETURN]);
  const own = { ...access, clientId, clientSecret };
  return { own, ...(await letInAgain(own)) };
}

async function letInAgain(own: typeof access): Promise<{ code: string; verifier: string }> {
  const begun = beginAuthorization(own);
  const id = await arrive(begun.url);
  await open(id);
  return { code: (await answer(id, 'grant')).searchParams.get('code') ?? '', verifier: begun.verifier };
}

test('a person sees which applications they let connect, since when and when last used, and takes one back: its tokens end at once', async () => {
  const { own, ...given } = await letIn();
  const since = house.clock.now();
  const token = await finishAuthorization(own, given);
  const api = cscApi(`${house.origin}/csc/v2`, 2);
  const find = async () => (await connections()).find(({ clientId }) => clientId === own.clientId);
  assert.deepEqual([Date.parse((await find())?.connectedAt ?? ''), (await find())?.lastUsedAt], [Math.floor(since.getTime() / 1000) * 1000, null]);
  house.clock.advance(10 * 60_000);
  await api.list(token.token);
  const { lastUsedAt = null } = (await find()) ?? {};
  assert.equal(Date.parse(lastUsedAt ?? ''), Math.floor(house.clock.now().getTime() / 1000) * 1000);
  assert.equal((await connections(house.colleague)).length, 0, 'whose it is not sees nothing');
  assert.deepEqual([(await revoke(own.clientId, house.colleague)).status, (await revoke(house.agencyId)).body?.code], [404, 'remote-signing.connectionNotFound']);
  assert.equal((await revoke(own.clientId)).status, 204);
  assert.equal(await find(), undefined);
  assert.match(await refused(api.list(token.token)), /invalid_token|not valid/);
  assert.match(await refused(refreshAccess(own, token.refreshToken ?? '')), /invalid_grant/);
  assert.equal((await revoke(own.clientId)).status, 404);
  const [entry] = await house.sql<{ data: { client: string } }>(`select data from audit.entry where subject_id = $1 and type = 'remote-signing.consent-revoked'`, [own.clientId]);
  assert.equal(entry?.data.client, 'Cổng dịch vụ công');
  const renewed = await finishAuthorization(own, await letInAgain(own));
  assert.equal((await api.list(renewed.token)).length, 1, 'let in anew, it may come again');
  assert.deepEqual([Date.parse((await find())?.connectedAt ?? '') >= Date.parse(lastUsedAt ?? ''), (await find())?.clientName], [true, 'Cổng dịch vụ công']);
});

test('a code that was given before the consent was taken back is worth nothing, even where the application is let in anew', async () => {
  const { own, ...given } = await letIn();
  assert.equal((await connections()).some(({ clientId }) => clientId === own.clientId), true, 'a yes that is not used yet can be taken back, too');
  assert.equal((await revoke(own.clientId)).status, 204);
  await letInAgain(own);
  assert.match(await refused(finishAuthorization(own, given)), /invalid_grant/);
});

test('taken back in the moment in which the application renews its tokens, no token is left', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { own, ...given } = await letIn();
    const token = await finishAuthorization(own, given);
    const [renewed] = await Promise.allSettled([refreshAccess(own, token.refreshToken ?? ''), revoke(own.clientId)]);
    assert.deepEqual(await house.sql('select kind from remote_signing.token where client_id = $1 and person_id is not null', [own.clientId]), [], `round ${String(round)}: ${renewed.status}`);
  }
});

test('an application whose tokens all ran out is connected no more, and its own login is nobody’s connection', async () => {
  const { own, ...given } = await letIn();
  await finishAuthorization(own, given);
  house.clock.advance(31 * 86_400_000);
  assert.equal((await connections()).some(({ clientId }) => clientId === own.clientId), false);
});

test('version 1 is asked for the same in its own words', async () => {
  const older = { ...access, oauth2Url: `${house.origin}/csc/v1/oauth2` };
  const digest = createHash('sha256').update(randomBytes(40)).digest();
  const begun = beginAuthorization(older, { version: 1, credentialID: `${house.agencyId}.${house.credentialId}`, hashes: [digest], hashOid: '2.16.840.1.101.3.4.2.1' });
  assert.deepEqual([new URL(begun.url).searchParams.get('hash'), new URL(begun.url).searchParams.get('hashes')], [digest.toString('base64url'), null]);
  const id = await arrive(begun.url);
  const { authorizationId } = (await open(id)).body;
  assert.equal((await house.approve([authorizationId ?? ''])).status, 200);
  const code = (await answer(id, 'grant')).searchParams.get('code') ?? '';
  const { lastsMs } = await finishRelease(older, { code, verifier: begun.verifier });
  assert.ok(lastsMs > 0);
  assert.match(await refused(finishRelease(older, { code, verifier: begun.verifier })), /releaseSpent/);
});

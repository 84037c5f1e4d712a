import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSigningHouse, type SigningHouse } from './testing.ts';
import { SHA256, signingCalls, type SigningCalls, someHash } from './testing/signing-calls.ts';

let house: SigningHouse;
let calls: SigningCalls;
before(async () => {
  house = await openSigningHouse();
  calls = await signingCalls(house);
});
after(() => house.close());

test('each application has its own limit in a minute, and wrong secrets from one address are stopped', async () => {
  const client = await house.newClient([], 3);
  const replies: number[] = [];
  for (let round = 0; round < 4; round += 1) replies.push((await calls.csc('credentials/list', { userID: 'giamdoc.snv' }, { client })).status);
  assert.deepEqual(replies, [200, 200, 200, 429]);
  const wrong: number[] = [];
  for (let round = 0; round < 12; round += 1) wrong.push((await calls.form({ grant_type: 'client_credentials', client_id: client.clientId, client_secret: 'sai' })).status);
  assert.deepEqual([wrong[0], wrong[9], wrong[11]], [401, 401, 429]);
  assert.equal((await calls.form({ grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret })).status, 429);
});

test('only the province’s administrator registers applications; a disabled one is out at once', async () => {
  assert.equal((await house.call(house.director, 'POST', '/clients', { name: 'x', redirectUris: [], perMinute: 10 })).status, 403);
  assert.equal((await house.call(house.administrator, 'POST', '/clients', { name: 'x', redirectUris: ['http://xa.example/'], perMinute: 10 })).body.code, 'remote-signing.redirectAddress');
  const client = await house.newClient();
  assert.equal((await calls.csc('credentials/list', { userID: 'giamdoc.snv' }, { client })).status, 200);
  assert.equal((await house.call(house.administrator, 'POST', `/clients/${client.clientId}/disable`)).status, 204);
  assert.equal((await calls.csc('credentials/list', { userID: 'giamdoc.snv' }, { client })).status, 401);
  const kept = await house.sql<{ text: string }>('select secret_hash::text as text from remote_signing.client');
  assert.ok(kept.every((row) => !row.text.includes(Buffer.from(client.clientSecret).toString('hex'))));
});

test('a suspended application is out until it is resumed, with the same secret; a renewed secret ends the former one', async () => {
  const { administrator, director } = house;
  const client = await house.newClient();
  const login = (secret: string) => calls.form({ grant_type: 'client_credentials', client_id: client.clientId, client_secret: secret });
  const resume = (as = administrator) => house.call(as, 'POST', `/clients/${client.clientId}/resume`);
  assert.equal((await resume()).body.code, 'remote-signing.clientNotFound', 'it is not suspended');
  await house.call(administrator, 'POST', `/clients/${client.clientId}/disable`);
  assert.equal((await login(client.clientSecret)).status, 401);
  assert.equal((await house.call(administrator, 'POST', `/clients/${client.clientId}/secret`)).status, 404, 'a suspended one gets no secret');
  assert.equal((await resume(director)).status, 403);
  assert.equal((await resume()).status, 204);
  assert.equal((await login(client.clientSecret)).status, 200);
  const renewed = await house.call<{ clientSecret: string }>(administrator, 'POST', `/clients/${client.clientId}/secret`);
  assert.equal((await login(client.clientSecret)).status, 401);
  assert.equal((await login(renewed.body.clientSecret)).status, 200);
  assert.deepEqual((await calls.eventsOf(client.clientId)).sort(), ['client-disabled', 'client-registered', 'client-resumed', 'client-secret-renewed']);
});

test('an application without the scope for signatures sees certificates and asks for nothing', async () => {
  const reply = await house.call<{ clientId: string; clientSecret: string }>(house.administrator, 'POST', '/clients', { name: 'Thống kê', redirectUris: [], perMinute: 100, scopes: ['service'] });
  assert.equal((await calls.csc('credentials/list', { userID: 'giamdoc.snv' }, { client: reply.body })).status, 200);
  const hashes = [someHash()];
  const asked = await calls.csc('credentials/authorize', { credentialID: calls.credentialID(), numSignatures: 1, hashes, hashAlgorithmOID: SHA256 }, { client: reply.body });
  assert.deepEqual([asked.status, asked.body['error']], [403, 'access_denied']);
  assert.equal((await house.call(house.administrator, 'POST', '/clients', { name: 'x', redirectUris: [], scopes: [] })).status, 422);
  const { clients } = (await house.call<{ clients: { id: string; scopes: string[] }[] }>(house.administrator, 'GET', '/clients')).body;
  assert.deepEqual(clients.find(({ id }) => id === reply.body.clientId)?.scopes, ['service']);
});

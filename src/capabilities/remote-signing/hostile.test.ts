import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { beginAuthorization } from '#engines/signatures/adapters/csc-client/access.ts';
import { openSigningHouse, PASSWORD, PIN, proof, type SigningHouse } from './testing.ts';
import { idOf, SHA256, signingCalls, type SigningCalls, someHash } from './testing/signing-calls.ts';

let house: SigningHouse;
let calls: SigningCalls;
before(async () => {
  house = await openSigningHouse();
  calls = await signingCalls(house);
});
after(() => house.close());

type Begun = { approvalId: string; options: { challenge: string } };
const begin = async (ids: readonly string[]): Promise<Begun> => (await house.call<Begun>(house.director, 'POST', '/approvals', { ids })).body;
const answer = (approvalId: string, response: object, who = house.director) => house.call<{ code: string; signed: number }>(who, 'POST', `/approvals/${approvalId}`, { pin: PIN, response });
const asked = async (...hashes: string[]): Promise<string> => idOf((await calls.ask(hashes.length === 0 ? [someHash()] : hashes)).body['handle']);

test('what a passkey signed for one request opens no other one, nor a batch that holds it', async () => {
  const [first, second] = [await asked(), await asked()];
  const forFirst = proof(house.device, (await begin([first])).options.challenge);
  for (const ids of [[second], [first, second]]) assert.equal((await answer((await begin(ids)).approvalId, forFirst)).body.code, 'remote-signing.passkeyRefused');
  const enrolling = await house.call<{ step: string; options: { challenge: string } }>(house.director, 'POST', `/credentials/${house.credentialId}/enrolment-options`, { password: PASSWORD });
  assert.equal((await answer(enrolling.body.step, proof(house.device, enrolling.body.options.challenge))).body.code, 'remote-signing.ceremonyEnded');
  assert.deepEqual((await house.approve([first, second])).body, { signed: 2 });
});

test('the passkey of another certificate of the same person, and that of a colleague, release nothing', async () => {
  const own = await house.enrol(house.director, await house.issue(house.director));
  const others = await house.enrol(house.colleague, await house.issue(house.colleague));
  const id = await asked();
  for (const device of [own, others]) assert.equal((await house.approve([id], { device })).body.code, 'remote-signing.passkeyRefused');
  assert.deepEqual((await house.approve([id])).body, { signed: 1 });
});

test('a passkey asked for more than five minutes ago releases nothing any more', async () => {
  const id = await asked();
  const begun = await begin([id]);
  house.clock.advance(5 * 60_000 + 1000);
  assert.equal((await answer(begun.approvalId, proof(house.device, begun.options.challenge))).body.code, 'remote-signing.ceremonyEnded');
  assert.deepEqual((await house.approve([id])).body, { signed: 1 });
});

test('activation data are worth nothing to another application, for another certificate, or a second time among twenty at once', async () => {
  const hashes = [someHash()];
  const sad = await calls.approved(hashes);
  const other = await house.newClient();
  const call = { SAD: sad, hashes, hashAlgorithmOID: SHA256, signAlgo: '1.2.840.113549.1.1.11' };
  assert.match(String((await calls.csc('signatures/signHash', { ...call, credentialID: calls.credentialID() }, { client: other })).body['error_description']), /Invalid parameter SAD/);
  const second = await house.issue(house.director, 'rsa-2048');
  await house.enrol(house.director, second);
  assert.match(String((await calls.csc('signatures/signHash', { ...call, credentialID: `${house.agencyId}.${second}` })).body['error_description']), /Invalid parameter SAD/);
  const replies = await Promise.all(Array.from({ length: 20 }, () => calls.signHash(sad, hashes)));
  assert.equal(replies.filter((each) => each.status === 200).length, 1);
  const refused = await house.sql<{ data: { client: string; reason: string } }>(`select data from audit.entry where subject_id = $1 and type = 'remote-signing.signatures-refused'`, [sad.split('.')[1]]);
  assert.equal(refused.length, 21, 'each that was refused stands in the record');
  assert.ok(refused.every(({ data }) => /SAD/.test(data.reason)));
});

test('two batches at once that share a request: one counts whole, the other not at all', async () => {
  const ids = [await asked(), await asked(), await asked()];
  const results = await Promise.all([house.approve(ids.slice(0, 2)), house.approve(ids.slice(1))]);
  assert.deepEqual(results.map((each) => each.status).sort(), [200, 409]);
  const states = await house.sql<{ state: string; count: number }>('select state, count(*)::int as count from remote_signing.asked_authorization where id = any($1::uuid[]) group by state order by state', [ids]);
  assert.deepEqual(states.map(({ state, count }) => [state, count]), [['approved', 2], ['waiting', 1]]);
});

test('at most fifty requests wait for one certificate, whatever application they come from; each that is answered makes room', async () => {
  for (const { id } of await house.waiting()) await house.call(house.director, 'POST', `/authorizations/${id}/refuse`, {});
  const other = await house.newClient();
  const ask = (client = house.client) => calls.csc('credentials/authorize', { credentialID: calls.credentialID(), numSignatures: 1, hashes: [someHash()], hashAlgorithmOID: SHA256 }, { client });
  const ids: string[] = [];
  for (let count = 0; count < 50; count += 1) ids.push(idOf((await ask(count % 2 === 0 ? house.client : other)).body['handle']));
  for (const client of [house.client, other]) assert.equal((await ask(client)).status, 429);
  assert.deepEqual((await house.approve(ids)).body, { signed: 50 });
  assert.equal((await ask()).status, 202);
});

test('a consent that the browser opened too long ago is gone, and its code is good for two minutes', async () => {
  const access = { kind: 'authorization-code', oauth2Url: `${house.origin}/csc/v2/oauth2`, ...house.client, redirectUri: 'https://dichvucong.example/quay-ve' } as const;
  const arrive = async () => {
    const begun = beginAuthorization(access);
    const reply = await fetch(begun.url, { redirect: 'manual' });
    return { verifier: begun.verifier, id: reply.headers.get('location')?.split('=')[1] ?? '' };
  };
  const late = await arrive();
  house.clock.advance(16 * 60_000);
  assert.equal((await house.call(house.director, 'POST', `/consents/${late.id}/open`)).status, 404);
  const { id, verifier } = await arrive();
  await house.call(house.director, 'POST', `/consents/${id}/open`);
  const granted = await house.call<{ location: string }>(house.director, 'POST', `/consents/${id}/grant`);
  house.clock.advance(2 * 60_000 + 1000);
  const code = new URL(granted.body.location).searchParams.get('code') ?? '';
  const { clientId, clientSecret } = house.client;
  const reply = await calls.form({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: access.redirectUri, client_id: clientId, client_secret: clientSecret });
  assert.deepEqual([reply.status, reply.body['error']], [400, 'invalid_grant']);
});

test('a session alone adds no passkey: the password is asked for again, and wrong ones lock as at signing in', async () => {
  const credentialId = await house.issue(house.colleague);
  for (let tried = 1; tried < 5; tried += 1) assert.equal((await house.enrol(house.colleague, credentialId, { password: 'sai mật khẩu' })).code, 'identity.wrongPresentPassword');
  assert.equal((await house.enrol(house.colleague, credentialId, { password: 'sai mật khẩu' })).code, 'identity.locked');
  assert.equal((await house.enrol(house.colleague, credentialId)).code, 'identity.locked');
  house.clock.advance(12 * 3_600_000 + 60_000);
  assert.equal((await house.enrol(house.colleague, credentialId)).status, 204);
});

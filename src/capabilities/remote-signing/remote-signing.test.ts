import assert from 'node:assert/strict';
import { constants, createHash, randomBytes, verify, X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { SignOutcome } from '#engines/signatures/adapters/signing-driver.ts';
import { openSigningHouse, PASSWORD, proof, type SigningHouse } from './testing.ts';
import { holds, idOf, SHA256, signingCalls, type SigningCalls, someHash } from './testing/signing-calls.ts';

let house: SigningHouse;
let calls: SigningCalls;
before(async () => {
  house = await openSigningHouse();
  calls = await signingCalls(house);
});
after(() => house.close());

test('version 2: a colleague’s client asks for three signatures, the owner approves with passkey and PIN, the client fetches them', async () => {
  const driver = calls.driverOf(2);
  const wanted = calls.request(3);
  const pending = await driver.sign(wanted);
  assert.ok(pending.state === 'pending');
  const [shown, ...more] = await house.waiting();
  assert.equal(more.length, 0);
  assert.equal(shown?.clientName, 'Cổng dịch vụ công');
  assert.deepEqual(shown.documents.map((each) => each.hash), wanted.items.map(({ digest }) => digest.toString('hex')));
  const still = await driver.poll({ ...wanted, reference: pending.reference });
  assert.equal(still.state, 'pending');
  assert.deepEqual((await house.approve([shown.id])).body, { signed: 3 });
  assert.ok(holds(wanted, await driver.poll({ ...wanted, reference: pending.reference })));
  assert.deepEqual((await calls.eventsOf(shown.id)).sort(), ['authorization-approved', 'authorization-asked', 'hash-signed', 'hash-signed', 'hash-signed', 'passkey-tried', 'signatures-released']);
  assert.deepEqual(await house.waiting(), []);
  const used = await house.sql(`select 1 from audit.entry where subject_id = $1 and type = 'signatures.signing-started' and data ->> 'signingId' = $2`, [house.credentialId, shown.id]);
  assert.equal(used.length, 1, 'the record of the key says that it was asked');
});

test('version 2, asynchronous: the answer lies under a number and can be fetched again', async () => {
  const driver = calls.driverOf(2, { isAsynchronous: true });
  const wanted = calls.request(2);
  const pending = await driver.sign(wanted);
  assert.ok(pending.state === 'pending');
  await house.approve((await house.waiting()).map((each) => each.id));
  const answered = await driver.poll({ ...wanted, reference: pending.reference });
  assert.ok(answered.state === 'pending' && answered.reference.includes('responseID'));
  for (let round = 0; round < 2; round += 1) assert.ok(holds(wanted, await driver.poll({ ...wanted, reference: answered.reference })));
});

test('version 1: the call waits for the owner, and whoever repeats it goes on waiting for the same request', async () => {
  const driver = calls.driverOf(1);
  const wanted = calls.request(2);
  const both = [1, 2].map(() => driver.sign(wanted).catch((error: unknown) => error));
  let shown = await house.waiting();
  while (shown.length === 0) shown = await house.waiting();
  assert.equal(shown.length, 1);
  assert.equal((await house.approve(shown.map((each) => each.id))).status, 200);
  const outcomes = await Promise.all(both);
  // Both hear of the approval; the signatures are handed out once.
  assert.equal(outcomes.filter((each) => typeof each === 'object' && each !== null && 'state' in each && holds(wanted, each as SignOutcome)).length, 1);
  assert.equal((await house.sql('select 1 from remote_signing.asked_hash where hash = $1', [wanted.items[0]?.digest])).length, 1);
});

test('a key on P-256 signs ready-made hashes through both versions', async () => {
  const credentialId = await house.issue(house.director);
  await house.enrol(house.director, credentialId);
  const device = await house.enrol(house.director, credentialId);
  const driver = calls.driverOf(2);
  const wanted = calls.request(2, { credentialId, certificate: await calls.certificateOf(credentialId) });
  const pending = await driver.sign(wanted);
  assert.ok(pending.state === 'pending');
  assert.equal((await house.approve((await house.waiting()).map((each) => each.id), { device })).status, 200);
  assert.ok(holds(wanted, await driver.poll({ ...wanted, reference: pending.reference })));
});

test('the certificates of a user are listed by the name with which the user signs in, and only those that were opened', async () => {
  await house.issue(house.colleague);
  const [found, ...more] = (await calls.driverOf(2).listCertificates({ user: 'giamdoc.snv' })).filter((each) => each.certificate.equals(calls.certificate));
  assert.equal(more.length, 0);
  assert.ok(found?.isUsable === true && found.chain.length > 0);
  assert.deepEqual(await calls.driverOf(1).listCertificates({ user: 'phogiamdoc.snv' }), []);
  assert.equal((await calls.csc('credentials/list', {})).status, 400);
});

test('activation data open exactly the approved hashes, each once', async () => {
  const hashes = [someHash(), someHash()];
  const sad = await calls.approved(hashes);
  assert.match(String((await calls.signHash(sad, [someHash()])).body['error_description']), /not authorized/);
  assert.equal((await calls.signHash(`${sad}x`, hashes)).status, 400);
  assert.equal((await calls.signHash(sad, hashes, { hashAlgorithmOID: '2.16.840.1.101.3.4.2.2' })).status, 400);
  assert.equal((await calls.signHash(sad, hashes, { signAlgo: '1.2.840.113549.1.1.10' })).status, 400);
  const first = await calls.signHash(sad, hashes.slice(0, 1));
  assert.equal(first.status, 200);
  assert.equal((await calls.signHash(sad, hashes)).status, 400);
  assert.equal((await calls.signHash(sad, hashes.slice(0, 1))).status, 400);
  assert.equal((await calls.signHash(sad, hashes.slice(1))).status, 200);
});

/** RSASSA-PSS-params (RFC 4055): SHA-256, MGF1 with SHA-256, a salt of so many bytes. */
const pssParams = (salt: number, hash = '300d06096086480165030402010500'): string =>
  Buffer.from(`3034a00f${hash}a11c301a06092a864886f70d010108${hash}a2030201${salt.toString(16).padStart(2, '0')}`, 'hex').toString('base64');

test('an application that names RSASSA-PSS when it fetches gets it, of one hash one value goes out, and a key that cannot is not said to', async () => {
  const texts = ['quyết định', 'công văn'].map((text) => Buffer.from(text));
  const hashes = texts.map((text) => createHash('sha256').update(text).digest('base64'));
  const key = { key: new X509Certificate(calls.certificate).publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const pss = { signAlgo: '1.2.840.113549.1.1.10', signAlgoParams: pssParams(32) };
  const sad = await calls.approved(hashes);
  for (const wrong of [{ signAlgoParams: undefined }, { signAlgoParams: pssParams(20) }, { signAlgoParams: 'MAA=' }]) assert.equal((await calls.signHash(sad, hashes, { ...pss, ...wrong })).status, 400);
  const { body } = await calls.signHash(sad, hashes.slice(0, 1), pss);
  // safe because the specification says so, and the assertions fail otherwise
  const [value = ''] = body['signatures'] as string[];
  assert.ok(verify('sha256', texts[0] ?? Buffer.alloc(0), key, Buffer.from(value, 'base64')));
  assert.equal((await calls.signHash(sad, hashes.slice(0, 1))).status, 400, 'not in the other way as well');
  assert.equal((await calls.signHash(sad, hashes.slice(0, 1), { operationMode: 'A' })).status, 400);
  const again = await calls.signHash(sad, hashes.slice(0, 1), { ...pss, operationMode: 'A' });
  assert.deepEqual((await calls.csc('signatures/signPolling', { requestID: again.body['responseID'] })).body['signatures'], [value]);
  const other = await calls.signHash(sad, hashes.slice(1));
  assert.equal(other.status, 200);
  const left = await house.sql<{ kept: number }>(`select (signature is not null)::int + (pss_signature is not null)::int as kept from remote_signing.asked_hash where hash = any($1)`, [hashes.map((each) => Buffer.from(each, 'base64'))]);
  assert.deepEqual(left.map(({ kept }) => kept), [1, 1]);

  const ofEc = await house.issue(house.director);
  await house.enrol(house.director, ofEc);
  // safe because the specification says so, and the assertions fail otherwise
  const algorithms = async (credentialID: string) => ((await calls.csc('credentials/info', { credentialID })).body['key'] as { algo: string[] }).algo;
  assert.ok((await algorithms(calls.credentialID())).includes(pss.signAlgo));
  assert.ok(!(await algorithms(`${house.agencyId}.${ofEc}`)).includes(pss.signAlgo));
});

test('a client whose answer was lost is told the number of the same answer: nothing is signed twice', async () => {
  const hashes = [someHash(), someHash()].reverse();
  const sad = await calls.approved(hashes);
  const reversed = [...hashes].reverse();
  const first = await calls.signHash(sad, reversed);
  const again = await calls.signHash(sad, reversed, { operationMode: 'A' });
  const fetched = await calls.csc('signatures/signPolling', { requestID: again.body['responseID'] });
  assert.deepEqual(fetched.body['signatures'], first.body['signatures']);
  assert.equal((await calls.csc('signatures/signPolling', { requestID: again.body['responseID'] }, { client: await house.newClient() })).status, 400);
});

test('asked twice is asked once; answered twice counts once', async () => {
  const hashes = [someHash()];
  const same = { clientData: 'giao-dich-7' };
  const [first, second] = await Promise.all([calls.ask(hashes, same), calls.ask(hashes, same)]);
  assert.equal(first.body['handle'], second.body['handle']);
  const id = idOf(first.body['handle']);
  const results = await Promise.all([house.approve([id]), house.approve([id])]);
  assert.deepEqual(results.map((each) => each.status).sort(), [200, 409]);
  assert.equal((await calls.eventsOf(id)).filter((type) => type === 'hash-signed').length, 1);
  const ready = await calls.ask(hashes, same);
  assert.equal(typeof ready.body['SAD'], 'string');
});

test('the same proof works once: a recorded answer of the passkey opens nothing', async () => {
  const { body } = await calls.ask([someHash()]);
  const id = idOf(body['handle']);
  const begun = await house.call<{ approvalId: string; options: { challenge: string } }>(house.director, 'POST', '/approvals', { ids: [id] });
  const response = proof(house.device, begun.body.options.challenge);
  assert.equal((await house.call(house.director, 'POST', `/approvals/${begun.body.approvalId}`, { pin: '000000', response })).body.code, 'signatures.wrongPin');
  assert.equal((await house.call(house.director, 'POST', `/approvals/${begun.body.approvalId}`, { pin: '202612', response })).body.code, 'remote-signing.ceremonyEnded');
  // The next ceremony has another random number, so that the old answer does not fit.
  const next = await house.call<{ approvalId: string }>(house.director, 'POST', '/approvals', { ids: [id] });
  assert.equal((await house.call(house.director, 'POST', `/approvals/${next.body.approvalId}`, { pin: '202612', response })).body.code, 'remote-signing.passkeyRefused');
  assert.equal((await house.approve([id])).status, 200);
});

test('a passkey signs these hashes: when one of them is exchanged in the database, nothing is signed', async () => {
  const { body } = await calls.ask([someHash(), someHash()]);
  const id = idOf(body['handle']);
  const begun = await house.call<{ approvalId: string; options: { challenge: string } }>(house.director, 'POST', '/approvals', { ids: [id] });
  await house.sql('update remote_signing.asked_hash set hash = $2 where authorization_id = $1 and position = 1', [id, randomBytes(32)]);
  const reply = await house.call(house.director, 'POST', `/approvals/${begun.body.approvalId}`, { pin: '202612', response: proof(house.device, begun.body.options.challenge) });
  assert.equal(reply.body.code, 'remote-signing.passkeyRefused');
  await house.call(house.director, 'POST', `/authorizations/${id}/refuse`, { reason: 'không phải văn bản của tôi' });
});

test('five wrong passkeys end a request', async () => {
  const { body } = await calls.ask([someHash()]);
  const id = idOf(body['handle']);
  const { newDevice } = await import('./testing.ts');
  for (let attempt = 1; attempt <= 5; attempt += 1) assert.equal((await house.approve([id], { device: newDevice() })).body.code, 'remote-signing.passkeyRefused');
  assert.equal((await house.approve([id])).body.code, 'remote-signing.authorizationEnded');
  assert.equal((await calls.csc('credentials/authorizeCheck', { handle: body['handle'] })).body['error'], 'access_denied');
});

test('nobody but the owner sees, approves or refuses a request', async () => {
  const { body } = await calls.ask([someHash()]);
  const id = idOf(body['handle']);
  for (const other of [house.colleague, house.administrator]) {
    assert.deepEqual(await house.waiting(other), []);
    assert.equal((await house.call(other, 'POST', '/approvals', { ids: [id] })).status, 404);
    assert.equal((await house.call(other, 'POST', `/authorizations/${id}/refuse`, { reason: '' })).status, 404);
  }
  const begun = await house.call<{ approvalId: string; options: { challenge: string } }>(house.director, 'POST', '/approvals', { ids: [id] });
  const stolen = { pin: '202612', response: proof(house.device, begun.body.options.challenge) };
  assert.equal((await house.call(house.colleague, 'POST', `/approvals/${begun.body.approvalId}`, stolen)).status, 409);
  const delegate = { ...house.director, onBehalfOf: { personId: house.colleague.personId, name: house.colleague.name, postId: house.colleague.postId, postTitle: 'Phó Giám đốc' } };
  assert.equal((await house.call(delegate, 'POST', '/approvals', { ids: [id] })).status, 403);
  assert.equal((await house.call(house.director, 'POST', `/authorizations/${id}/refuse`, { reason: 'nhầm' })).status, 204);
  assert.equal((await calls.csc('credentials/authorizeCheck', { handle: body['handle'] })).body['error'], 'access_denied');
  assert.equal((await calls.csc('credentials/authorizeCheck', { handle: body['handle'] }, { client: await house.newClient() })).body['error'], 'invalid_request');
});

test('fifty documents of several requests are approved in one go, fifty-one are not', async () => {
  const first = await calls.ask(Array.from({ length: 49 }, someHash), { documentNames: ['Quyết định 12/QĐ-SNV'] });
  const second = await calls.ask([someHash()]);
  const third = await calls.ask([someHash()]);
  const ids = [first, second, third].map((each) => idOf(each.body['handle']));
  assert.equal((await house.waiting()).find((each) => each.id === ids[0])?.documents[0]?.name, 'Quyết định 12/QĐ-SNV');
  assert.equal((await house.approve(ids)).body.code, 'remote-signing.tooManyDocuments');
  assert.deepEqual((await house.approve(ids.slice(0, 2))).body, { signed: 50 });
  await house.call(house.director, 'POST', `/authorizations/${ids[2] ?? ''}/refuse`, { reason: '' });
  assert.equal((await calls.ask(Array.from({ length: 51 }, someHash))).status, 400);
});

test('SHA-1, wrong lengths, repeated hashes and malformed bodies are refused in the protocol’s own words', async () => {
  const sha1 = randomBytes(20).toString('base64');
  for (const [hashes, changes] of [
    [[sha1], { hashAlgorithmOID: '1.3.14.3.2.26' }],
    [[sha1], { hashAlgorithmOID: SHA256 }],
    [['không phải Base64'], {}],
    [[someHash()], { numSignatures: 2 }],
    [[someHash()], { credentialID: 'khac' }],
    [[], {}],
  ] as const) {
    const { status, body } = await calls.ask([...hashes], changes);
    assert.equal(status, 400);
    assert.equal(body['error'], 'invalid_request');
  }
  const twice = someHash();
  assert.equal((await calls.ask([twice, twice])).status, 400);
  assert.equal((await calls.csc('credentials/authorize', { credentialID: calls.credentialID(), numSignatures: 1, hash: [sha1] }, { version: 1 })).status, 400);
  const broken = await fetch(`${house.origin}/csc/v2/info`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"lang":' });
  assert.deepEqual([broken.status, ((await broken.json()) as { error: string }).error], [400, 'invalid_request']);
  assert.equal((await calls.csc('credentials/sendOTP', { credentialID: calls.credentialID() }, { version: 1 })).status, 501);
  assert.equal((await calls.csc('credentials/list', {}, { token: 'khong-co' })).status, 401);
});

test('a passkey is added with the PIN of the key only, and a colleague cannot open somebody else’s certificate', async () => {
  const credentialId = await house.issue(house.colleague);
  assert.equal((await house.enrol(house.colleague, credentialId, { pin: '111111' })).status, 422);
  assert.equal((await house.call(house.director, 'POST', `/credentials/${credentialId}/enrolment-options`, { password: PASSWORD })).status, 404);
  assert.equal((await house.enrol(house.colleague, credentialId)).status, 204);
  const asked = await calls.ask([someHash()], { credentialID: `${house.agencyId}.${credentialId}` });
  assert.equal(asked.status, 202);
  assert.equal((await house.call(house.colleague, 'DELETE', `/credentials/${credentialId}/enrolment`)).status, 204);
  assert.equal((await calls.ask([someHash()], { credentialID: `${house.agencyId}.${credentialId}` })).status, 400);
  assert.match(String((await calls.csc('credentials/authorizeCheck', { handle: asked.body['handle'] })).body['error_description']), /timed out/);
});

import assert from 'node:assert/strict';
import { createHash, randomBytes, verify, X509Certificate } from 'node:crypto';
import { after, before, test } from 'node:test';
import { cscDriver } from '#engines/signatures/adapters/csc-client/csc-driver.ts';
import { SigningDriverError, type SignOutcome, type SignRequest, type SigningDriver } from '#engines/signatures/adapters/signing-driver.ts';
import { openSigningHouse, proof, type SigningHouse } from './testing.ts';

let house: SigningHouse;
let certificate: Buffer;
before(async () => {
  house = await openSigningHouse();
  certificate = await certificateOf(house.credentialId);
});
after(() => house.close());

async function certificateOf(id: string): Promise<Buffer> {
  const [row] = await house.sql<{ certificate: Buffer }>('select certificate from signatures.credential where id = $1', [id]);
  return row?.certificate ?? assert.fail('no certificate');
}

const driverOf = (version: 1 | 2, options: { isAsynchronous?: boolean; client?: { clientId: string; clientSecret: string } } = {}): SigningDriver => {
  const { clientId, clientSecret } = options.client ?? house.client;
  const access =
    version === 1 ? ({ kind: 'login', user: clientId, password: clientSecret } as const) : ({ kind: 'client-credentials', oauth2Url: `${house.origin}/csc/v2/oauth2`, clientId, clientSecret } as const);
  return cscDriver({ name: 'remote', baseUrl: `${house.origin}/csc/v${String(version)}`, version, access, isAsynchronous: options.isAsynchronous });
};

function request(count = 1, changes: Partial<SignRequest> & { credentialId?: string; certificate?: Buffer } = {}): SignRequest {
  const { credentialId = house.credentialId, certificate: own = certificate, ...rest } = changes;
  const items = Array.from({ length: count }, () => {
    const attributes = randomBytes(40);
    return { attributes, digest: createHash('sha256').update(attributes).digest() };
  });
  const container = Buffer.from(JSON.stringify({ credentialID: `${house.agencyId}.${credentialId}` }));
  return { credential: { credentialId: 'c', certificate: own, chain: [], container }, secret: undefined, hash: 'sha256', items, description: 'Ký quyết định', transactionId: `t-${randomBytes(6).toString('hex')}`, ...rest };
}

const holds = ({ items, credential }: SignRequest, outcome: SignOutcome): boolean =>
  outcome.state === 'signed' &&
  outcome.signatures.length === items.length &&
  items.every(({ attributes }, index) => verify('sha256', attributes, new X509Certificate(credential.certificate).publicKey, outcome.signatures[index] ?? Buffer.alloc(0)));

const errorOf = (work: Promise<unknown>): Promise<SigningDriverError> =>
  work.then(
    () => assert.fail('it signed'),
    (error: unknown) => (error instanceof SigningDriverError ? error : assert.fail(String(error))),
  );

const tokens = new Map<string, string>();
async function csc(path: string, body: object, options: { version?: 1 | 2; client?: { clientId: string; clientSecret: string }; token?: string } = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  const { version = 2, client = house.client } = options;
  const token = options.token ?? tokens.get(client.clientId) ?? (await form({ grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret })).body['access_token'];
  if (options.token === undefined) tokens.set(client.clientId, String(token));
  const reply = await fetch(`${house.origin}/csc/v${String(version)}/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${String(token)}` }, body: JSON.stringify(body) });
  // safe because the service answers with objects only
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
}

async function form(fields: Record<string, string>): Promise<{ status: number; body: Record<string, unknown> }> {
  const reply = await fetch(`${house.origin}/csc/v2/oauth2/token`, { method: 'POST', body: new URLSearchParams(fields) });
  // safe because the service answers with objects only
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
}

const SHA256 = '2.16.840.1.101.3.4.2.1';
const RSA = '1.2.840.113549.1.1.1';
const someHash = (): string => randomBytes(32).toString('base64');
const credentialID = (): string => `${house.agencyId}.${house.credentialId}`;
const ask = (hashes: string[], changes: object = {}) => csc('credentials/authorize', { credentialID: credentialID(), numSignatures: hashes.length, hashes, hashAlgorithmOID: SHA256, clientData: randomBytes(8).toString('hex'), ...changes });
const signHash = (sad: unknown, hashes: string[], changes: object = {}) => csc('signatures/signHash', { credentialID: credentialID(), SAD: sad, hashes, hashAlgorithmOID: SHA256, signAlgo: RSA, ...changes });
const idOf = (handle: unknown): string => String(handle).split('.')[1] ?? '';

/** Asks, approves, and returns the activation data. */
async function approved(hashes: string[]): Promise<string> {
  const { body } = await ask(hashes);
  assert.equal((await house.approve([idOf(body['handle'])])).status, 200);
  return String((await csc('credentials/authorizeCheck', { handle: body['handle'] })).body['SAD']);
}
const eventsOf = async (id: string): Promise<string[]> =>
  (await house.sql<{ type: string }>(`select type from audit.entry where subject_id = $1 order by at, id`, [id])).map((row) => row.type.replace('remote-signing.', ''));

test('version 2: a colleague’s client asks for three signatures, the owner approves with passkey and PIN, the client fetches them', async () => {
  const driver = driverOf(2);
  const wanted = request(3);
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
  assert.deepEqual((await eventsOf(shown.id)).sort(), ['authorization-approved', 'authorization-asked', 'hash-signed', 'hash-signed', 'hash-signed', 'passkey-tried', 'signatures-released']);
  assert.deepEqual(await house.waiting(), []);
  const used = await house.sql(`select 1 from audit.entry where subject_id = $1 and type = 'signatures.signing-started' and data ->> 'signingId' = $2`, [house.credentialId, shown.id]);
  assert.equal(used.length, 1, 'the record of the key says that it was asked');
});

test('version 2, asynchronous: the answer lies under a number and can be fetched again', async () => {
  const driver = driverOf(2, { isAsynchronous: true });
  const wanted = request(2);
  const pending = await driver.sign(wanted);
  assert.ok(pending.state === 'pending');
  await house.approve((await house.waiting()).map((each) => each.id));
  const answered = await driver.poll({ ...wanted, reference: pending.reference });
  assert.ok(answered.state === 'pending' && answered.reference.includes('responseID'));
  for (let round = 0; round < 2; round += 1) assert.ok(holds(wanted, await driver.poll({ ...wanted, reference: answered.reference })));
});

test('version 1: the call waits for the owner, and whoever repeats it goes on waiting for the same request', async () => {
  const driver = driverOf(1);
  const wanted = request(2);
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
  const driver = driverOf(2);
  const wanted = request(2, { credentialId, certificate: await certificateOf(credentialId) });
  const pending = await driver.sign(wanted);
  assert.ok(pending.state === 'pending');
  assert.equal((await house.approve((await house.waiting()).map((each) => each.id), { device })).status, 200);
  assert.ok(holds(wanted, await driver.poll({ ...wanted, reference: pending.reference })));
});

test('the certificates of a user are listed by the name with which the user signs in, and only those that were opened', async () => {
  await house.issue(house.colleague);
  const [found, ...more] = (await driverOf(2).listCertificates({ user: 'giamdoc.snv' })).filter((each) => each.certificate.equals(certificate));
  assert.equal(more.length, 0);
  assert.ok(found?.isUsable === true && found.chain.length > 0);
  assert.deepEqual(await driverOf(1).listCertificates({ user: 'phogiamdoc.snv' }), []);
  assert.equal((await csc('credentials/list', {})).status, 400);
});

test('activation data open exactly the approved hashes, each once', async () => {
  const hashes = [someHash(), someHash()];
  const sad = await approved(hashes);
  assert.match(String((await signHash(sad, [someHash()])).body['error_description']), /not authorized/);
  assert.equal((await signHash(`${sad}x`, hashes)).status, 400);
  assert.equal((await signHash(sad, hashes, { hashAlgorithmOID: '2.16.840.1.101.3.4.2.2' })).status, 400);
  assert.equal((await signHash(sad, hashes, { signAlgo: '1.2.840.113549.1.1.10' })).status, 400);
  const first = await signHash(sad, hashes.slice(0, 1));
  assert.equal(first.status, 200);
  assert.equal((await signHash(sad, hashes)).status, 400);
  assert.equal((await signHash(sad, hashes.slice(0, 1))).status, 400);
  assert.equal((await signHash(sad, hashes.slice(1))).status, 200);
});

test('a client whose answer was lost is told the number of the same answer: nothing is signed twice', async () => {
  const hashes = [someHash(), someHash()].reverse();
  const sad = await approved(hashes);
  const reversed = [...hashes].reverse();
  const first = await signHash(sad, reversed);
  const again = await signHash(sad, reversed, { operationMode: 'A' });
  const fetched = await csc('signatures/signPolling', { requestID: again.body['responseID'] });
  assert.deepEqual(fetched.body['signatures'], first.body['signatures']);
  assert.equal((await csc('signatures/signPolling', { requestID: again.body['responseID'] }, { client: await house.newClient() })).status, 400);
});

test('activation data that ran out open nothing, and the signatures are taken away after an hour', async () => {
  const hashes = [someHash()];
  const { body } = await ask(hashes);
  await house.approve([idOf(body['handle'])]);
  const sad = String((await csc('credentials/authorizeCheck', { handle: body['handle'] })).body['SAD']);
  house.clock.advance(6 * 60_000);
  assert.match(String((await signHash(sad, hashes)).body['error_description']), /SAD expired/);
  house.clock.advance(2 * 3_600_000);
  tokens.clear();
  const { remoteSigningSchedules } = await import('./schedules.ts');
  for (const schedule of remoteSigningSchedules) await schedule.run(house.kernel);
  assert.deepEqual(await house.sql('select 1 from remote_signing.asked_hash where authorization_id = $1 and signature is not null', [idOf(body['handle'])]), []);
});

test('a request that nobody answers ends, its task falls away, and the client hears it', async () => {
  const { body } = await ask([someHash()]);
  const id = idOf(body['handle']);
  assert.equal((await house.sql(`select 1 from cases.task where subject_id = $1 and state = 'open'`, [id])).length, 1);
  house.clock.advance(16 * 60_000);
  const { remoteSigningSchedules } = await import('./schedules.ts');
  for (const schedule of remoteSigningSchedules) await schedule.run(house.kernel);
  assert.match(String((await csc('credentials/authorizeCheck', { handle: body['handle'] })).body['error_description']), /timed out/);
  assert.deepEqual(await eventsOf(id), ['authorization-asked', 'authorization-expired']);
  assert.equal((await house.sql(`select 1 from cases.task where subject_id = $1 and state = 'open'`, [id])).length, 0);
  assert.equal((await house.approve([id])).body.code, 'remote-signing.authorizationEnded');
});

test('asked twice is asked once; answered twice counts once', async () => {
  const hashes = [someHash()];
  const same = { clientData: 'giao-dich-7' };
  const [first, second] = await Promise.all([ask(hashes, same), ask(hashes, same)]);
  assert.equal(first.body['handle'], second.body['handle']);
  const id = idOf(first.body['handle']);
  const results = await Promise.all([house.approve([id]), house.approve([id])]);
  assert.deepEqual(results.map((each) => each.status).sort(), [200, 409]);
  assert.equal((await eventsOf(id)).filter((type) => type === 'hash-signed').length, 1);
  const ready = await ask(hashes, same);
  assert.equal(typeof ready.body['SAD'], 'string');
});

test('the same proof works once: a recorded answer of the passkey opens nothing', async () => {
  const { body } = await ask([someHash()]);
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
  const { body } = await ask([someHash(), someHash()]);
  const id = idOf(body['handle']);
  const begun = await house.call<{ approvalId: string; options: { challenge: string } }>(house.director, 'POST', '/approvals', { ids: [id] });
  await house.sql('update remote_signing.asked_hash set hash = $2 where authorization_id = $1 and position = 1', [id, randomBytes(32)]);
  const reply = await house.call(house.director, 'POST', `/approvals/${begun.body.approvalId}`, { pin: '202612', response: proof(house.device, begun.body.options.challenge) });
  assert.equal(reply.body.code, 'remote-signing.passkeyRefused');
  await house.call(house.director, 'POST', `/authorizations/${id}/refuse`, { reason: 'không phải văn bản của tôi' });
});

test('five wrong passkeys end a request', async () => {
  const { body } = await ask([someHash()]);
  const id = idOf(body['handle']);
  const { newDevice } = await import('./testing.ts');
  for (let attempt = 1; attempt <= 5; attempt += 1) assert.equal((await house.approve([id], { device: newDevice() })).body.code, 'remote-signing.passkeyRefused');
  assert.equal((await house.approve([id])).body.code, 'remote-signing.authorizationEnded');
  assert.equal((await csc('credentials/authorizeCheck', { handle: body['handle'] })).body['error'], 'access_denied');
});

test('nobody but the owner sees, approves or refuses a request', async () => {
  const { body } = await ask([someHash()]);
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
  assert.equal((await csc('credentials/authorizeCheck', { handle: body['handle'] })).body['error'], 'access_denied');
  assert.equal((await csc('credentials/authorizeCheck', { handle: body['handle'] }, { client: await house.newClient() })).body['error'], 'invalid_request');
});

test('fifty documents of several requests are approved in one go, fifty-one are not', async () => {
  const first = await ask(Array.from({ length: 49 }, someHash), { documentNames: ['Quyết định 12/QĐ-SNV'] });
  const second = await ask([someHash()]);
  const third = await ask([someHash()]);
  const ids = [first, second, third].map((each) => idOf(each.body['handle']));
  assert.equal((await house.waiting()).find((each) => each.id === ids[0])?.documents[0]?.name, 'Quyết định 12/QĐ-SNV');
  assert.equal((await house.approve(ids)).body.code, 'remote-signing.tooManyDocuments');
  assert.deepEqual((await house.approve(ids.slice(0, 2))).body, { signed: 50 });
  await house.call(house.director, 'POST', `/authorizations/${ids[2] ?? ''}/refuse`, { reason: '' });
  assert.equal((await ask(Array.from({ length: 51 }, someHash))).status, 400);
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
    const { status, body } = await ask([...hashes], changes);
    assert.equal(status, 400);
    assert.equal(body['error'], 'invalid_request');
  }
  const twice = someHash();
  assert.equal((await ask([twice, twice])).status, 400);
  assert.equal((await csc('credentials/authorize', { credentialID: credentialID(), numSignatures: 1, hash: [sha1] }, { version: 1 })).status, 400);
  const broken = await fetch(`${house.origin}/csc/v2/info`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"lang":' });
  assert.deepEqual([broken.status, ((await broken.json()) as { error: string }).error], [400, 'invalid_request']);
  assert.equal((await csc('credentials/sendOTP', { credentialID: credentialID() }, { version: 1 })).status, 501);
  assert.equal((await csc('credentials/list', {}, { token: 'khong-co' })).status, 401);
});

test('each application has its own limit in a minute, and wrong secrets from one address are stopped', async () => {
  const client = await house.newClient([], 3);
  const replies: number[] = [];
  for (let round = 0; round < 4; round += 1) replies.push((await csc('credentials/list', { userID: 'giamdoc.snv' }, { client })).status);
  assert.deepEqual(replies, [200, 200, 200, 429]);
  const wrong: number[] = [];
  for (let round = 0; round < 12; round += 1) wrong.push((await form({ grant_type: 'client_credentials', client_id: client.clientId, client_secret: 'sai' })).status);
  assert.deepEqual([wrong[0], wrong[9], wrong[11]], [401, 401, 429]);
  assert.equal((await form({ grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret })).status, 429);
});

test('only the province’s administrator registers applications; a disabled one is out at once', async () => {
  assert.equal((await house.call(house.director, 'POST', '/clients', { name: 'x', redirectUris: [], perMinute: 10 })).status, 403);
  assert.equal((await house.call(house.administrator, 'POST', '/clients', { name: 'x', redirectUris: ['http://xa.example/'], perMinute: 10 })).body.code, 'remote-signing.redirectAddress');
  const client = await house.newClient();
  assert.equal((await csc('credentials/list', { userID: 'giamdoc.snv' }, { client })).status, 200);
  assert.equal((await house.call(house.administrator, 'POST', `/clients/${client.clientId}/disable`)).status, 204);
  assert.equal((await csc('credentials/list', { userID: 'giamdoc.snv' }, { client })).status, 401);
  const kept = await house.sql<{ text: string }>('select secret_hash::text as text from remote_signing.client');
  assert.ok(kept.every((row) => !row.text.includes(Buffer.from(client.clientSecret).toString('hex'))));
});

test('a suspended application is out until it is resumed, with the same secret; a renewed secret ends the former one', async () => {
  const { administrator, director } = house;
  const client = await house.newClient();
  const login = (secret: string) => form({ grant_type: 'client_credentials', client_id: client.clientId, client_secret: secret });
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
  assert.deepEqual((await eventsOf(client.clientId)).sort(), ['client-disabled', 'client-registered', 'client-resumed', 'client-secret-renewed']);
});

test('an application without the scope for signatures sees certificates and asks for nothing', async () => {
  const reply = await house.call<{ clientId: string; clientSecret: string }>(house.administrator, 'POST', '/clients', { name: 'Thống kê', redirectUris: [], perMinute: 100, scopes: ['service'] });
  assert.equal((await csc('credentials/list', { userID: 'giamdoc.snv' }, { client: reply.body })).status, 200);
  const hashes = [someHash()];
  const asked = await csc('credentials/authorize', { credentialID: credentialID(), numSignatures: 1, hashes, hashAlgorithmOID: SHA256 }, { client: reply.body });
  assert.deepEqual([asked.status, asked.body['error']], [403, 'access_denied']);
  assert.equal((await house.call(house.administrator, 'POST', '/clients', { name: 'x', redirectUris: [], scopes: [] })).status, 422);
  const { clients } = (await house.call<{ clients: { id: string; scopes: string[] }[] }>(house.administrator, 'GET', '/clients')).body;
  assert.deepEqual(clients.find(({ id }) => id === reply.body.clientId)?.scopes, ['service']);
});

test('a passkey is added with the PIN of the key only, and a colleague cannot open somebody else’s certificate', async () => {
  const credentialId = await house.issue(house.colleague);
  assert.equal((await house.enrol(house.colleague, credentialId, { pin: '111111' })).status, 422);
  assert.equal((await house.call(house.director, 'POST', `/credentials/${credentialId}/enrolment-options`)).status, 404);
  assert.equal((await house.enrol(house.colleague, credentialId)).status, 204);
  const asked = await ask([someHash()], { credentialID: `${house.agencyId}.${credentialId}` });
  assert.equal(asked.status, 202);
  assert.equal((await house.call(house.colleague, 'DELETE', `/credentials/${credentialId}/enrolment`)).status, 204);
  assert.equal((await ask([someHash()], { credentialID: `${house.agencyId}.${credentialId}` })).status, 400);
  assert.match(String((await csc('credentials/authorizeCheck', { handle: asked.body['handle'] })).body['error_description']), /timed out/);
});

test('a certificate that was revoked after the approval gives no signature', async () => {
  const credentialId = await house.issue(house.director);
  const device = await house.enrol(house.director, credentialId);
  const own = { credentialID: `${house.agencyId}.${credentialId}` };
  const hashes = [someHash()];
  const { body } = await ask(hashes, own);
  assert.equal((await house.approve([idOf(body['handle'])], { device })).status, 200);
  const sad = (await csc('credentials/authorizeCheck', { handle: body['handle'] })).body['SAD'];
  await house.sql(`update signatures.credential set state = 'revoked', revoked_at = now(), revoked_reason = 'superseded' where id = $1`, [credentialId]);
  assert.match(String((await signHash(sad, hashes, { ...own, signAlgo: '1.2.840.10045.4.3.2' })).body['error_description']), /disabled/);
  assert.equal((await errorOf(driverOf(2).sign(request(1, { credentialId, certificate: await certificateOf(credentialId) })))).problem, 'certificateRejected');
});

test('a request that ran out makes room for the same one again, and its end is recorded', async () => {
  const hashes = [someHash()];
  const same = { clientData: 'giao-dich-8' };
  const first = await ask(hashes, same);
  house.clock.advance(16 * 60_000);
  const second = await ask(hashes, same);
  assert.notEqual(first.body['handle'], second.body['handle']);
  assert.deepEqual(await eventsOf(idOf(first.body['handle'])), ['authorization-asked', 'authorization-expired']);
});

test('a process that dies between approval and fetching loses nothing: another one hands out what the owner approved, once', async () => {
  const hashes = [someHash()];
  const { body } = await ask(hashes);
  await house.approve([idOf(body['handle'])]);
  // Everything that a process remembers by itself is forgotten; only the database is left.
  house.kernel.services.clear();
  tokens.clear();
  const sad = (await csc('credentials/authorizeCheck', { handle: body['handle'] })).body['SAD'];
  const replies = await Promise.all([signHash(sad, hashes), signHash(sad, hashes)]);
  assert.deepEqual(replies.map((each) => each.status).sort(), [200, 400]);
});

test('a process that dies while it signs has signed nothing: the request still waits', async () => {
  const { body } = await ask([someHash()]);
  const id = idOf(body['handle']);
  // The last step of the approval fails as it does when the process or the database goes away.
  await house.sql('alter table remote_signing.asked_hash add constraint gone check (signature is null or authorization_id <> $$' + id + '$$)');
  assert.equal((await house.approve([id])).status, 500);
  await house.sql('alter table remote_signing.asked_hash drop constraint gone');
  assert.equal((await csc('credentials/authorizeCheck', { handle: body['handle'] })).status, 202);
  assert.equal((await house.sql('select 1 from remote_signing.asked_hash where authorization_id = $1 and signature is not null', [id])).length, 0);
  assert.deepEqual((await house.approve([id])).body, { signed: 1 });
  assert.equal((await eventsOf(id)).filter((type) => type === 'hash-signed').length, 1);
});

import assert from 'node:assert/strict';
import { createHash, verify } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from '../../domain/pki/authority.ts';
import { SigningDriverError, type PersonalTokens, type SignRequest, type SigningDriver } from '../signing-driver.ts';
import { beginAuthorization, finishAuthorization, finishRelease, type CscAccess } from './access.ts';
import { cscApi } from './csc-api.ts';
import { cscDriver } from './csc-driver.ts';
import { cscAccount, testCscService, type TestCscService } from './testing.ts';

const now = new Date('2026-03-02T01:00:00Z');
const root = await createRootAuthority({ organization: 'Tỉnh thử', now });
const issuing = await createIssuingAuthority(root, { organization: 'Tỉnh thử', now });
const pair = await generateKey('rsa-2048');
const leaf = (name: string, publicKey = pair.publicKey) => issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name, organization: 'Sở' }), publicKey, now });
const certificate = leaf('Lê Văn Tám');

let service: TestCscService;
before(async () => {
  service = await testCscService({ key: pair.privateKey, certificate: certificate.raw, chain: [issuing.certificate.raw] });
});
after(() => service.close());
beforeEach(() => {
  service.behave = { mode: 'explicit', code: 'none', multisign: 10, confirmsElsewhere: false, keyStatus: 'enabled', next: undefined, dropAnswerOf: undefined };
  service.person = 'waits';
  service.asked.length = 0;
});

const login: CscAccess = { kind: 'login', user: cscAccount.user, password: cscAccount.password };
const driverOf = (version: 1 | 2, changes: { access?: CscAccess; isAsynchronous?: boolean } = {}): SigningDriver =>
  cscDriver({ name: 'remote', baseUrl: service.url(version), version, access: login, ...changes });

function request(count = 1, changes: Partial<SignRequest> = {}): SignRequest {
  const items = Array.from({ length: count }, (_, index) => {
    const attributes = Buffer.from(`thuộc tính ${String(index)} ${String(Math.random())}`);
    return { attributes, digest: createHash('sha256').update(attributes).digest() };
  });
  const container = Buffer.from(JSON.stringify({ credentialID: cscAccount.credentialID }));
  const credential = { credentialId: 'c', certificate: certificate.raw, chain: [], container };
  return { credential, secret: cscAccount.pin, hash: 'sha256', items, description: 'Ký văn bản', transactionId: 't-1', ...changes };
}

const holds = ({ items }: SignRequest, signatures: readonly Buffer[]): boolean =>
  signatures.length === items.length && items.every(({ attributes }, index) => verify('sha256', attributes, pair.publicKey, signatures[index] ?? Buffer.alloc(0)));
const errorOf = (work: Promise<unknown>): Promise<SigningDriverError> =>
  work.then(
    () => assert.fail('it signed'),
    (error: unknown) => (error instanceof SigningDriverError ? error : assert.fail(String(error))),
  );

for (const version of [1, 2] as const) {
  test(`version ${String(version)}: the certificates of an account are listed with their chain and the place of their key`, async () => {
    assert.match((await cscApi(service.url(version), version).info()).specs ?? '', new RegExp(`^${String(version)}\\.0`));
    const [listed, ...more] = await driverOf(version).listCertificates({});
    assert.equal(more.length, 0);
    assert.ok(listed?.certificate.equals(certificate.raw) === true && listed.isUsable);
    assert.equal(listed.chain.length, 1);
    assert.deepEqual(JSON.parse(listed.container?.toString('utf8') ?? ''), { credentialID: cscAccount.credentialID });
  });

  test(`version ${String(version)}: a batch is signed with one authorisation bound to its hashes`, async () => {
    const given = request(7);
    const outcome = await driverOf(version).sign(given);
    assert.ok(outcome.state === 'signed' && holds(given, outcome.signatures));
    assert.equal(service.asked.filter((path) => path === 'credentials/authorize').length, 1);
    assert.equal(service.asked.filter((path) => path === 'signatures/signHash').length, 1);
  });

  test(`version ${String(version)}: a batch larger than one authorisation covers is split, and stays in order`, async () => {
    service.behave.multisign = 3;
    const given = request(7);
    const outcome = await driverOf(version).sign(given);
    assert.ok(outcome.state === 'signed' && holds(given, outcome.signatures));
    assert.equal(service.asked.filter((path) => path === 'credentials/authorize').length, 3);
  });

  test(`version ${String(version)}: the service says how many documents one authorisation covers`, async () => {
    service.behave.multisign = 3;
    const { credential } = request(1);
    assert.equal(await driverOf(version).mostItems?.(credential), 3);
  });

  test(`version ${String(version)}: PIN and one-time code are sent where they are wanted; wrong ones are told, and the service’s lock too`, async () => {
    service.behave.code = 'offline';
    const driver = driverOf(version);
    const given = request(1, { otp: cscAccount.otp });
    assert.equal((await driver.sign(given)).state, 'signed');
    assert.equal((await errorOf(driver.sign({ ...given, otp: undefined }))).problem, 'codeMissing');
    // Version 2 does not say which of two factors was wrong.
    assert.equal((await errorOf(driver.sign({ ...given, otp: '000000' }))).problem, version === 1 ? 'wrongCode' : 'wrongSecret');
    assert.equal((await errorOf(driver.sign({ ...given, secret: undefined }))).problem, 'secretMissing');
    for (const expected of ['wrongSecret', 'wrongSecret', 'wrongSecret', 'secretLocked']) assert.equal((await errorOf(driver.sign({ ...given, secret: '1' }))).problem, expected);
    // The operator of the service unlocks it.
    await service.close();
    service = await testCscService({ key: pair.privateKey, certificate: certificate.raw, chain: [issuing.certificate.raw] });
  });
}

test('activation data work for their own hashes only, and once', async () => {
  const api = cscApi(service.url(2), 2);
  const [first, second] = [request(1), request(1)];
  const digests = (given: SignRequest): Buffer[] => given.items.map(({ digest }) => digest);
  service.behave.mode = 'implicit';
  await driverOf(2).listCertificates({});
  const token = await tokenOf(service);
  const sign = (sad: string, hashes: Buffer[]) =>
    api.signHash(token, { credentialID: cscAccount.credentialID, sad, hashes, hashOid: '2.16.840.1.101.3.4.2.1', signAlgo: '1.2.840.113549.1.1.1', signAlgoParams: undefined, clientData: '', isAsynchronous: false });
  const authorized = await api.authorize(token, { credentialID: cscAccount.credentialID, hashes: digests(first), hashOid: '2.16.840.1.101.3.4.2.1', description: '', clientData: '', authData: [] });
  assert.ok('sad' in authorized);
  assert.match((await errorOf(sign(authorized.sad, digests(second)))).message, /not authorized by the SAD/);
  assert.ok('signatures' in (await sign(authorized.sad, digests(first))));
  assert.match((await errorOf(sign(authorized.sad, digests(first)))).message, /Invalid parameter SAD/);
});

async function tokenOf(from: TestCscService): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: cscAccount.clientId, client_secret: cscAccount.clientSecret });
  const reply: unknown = await (await fetch(`${from.oauth2Url}/token`, { method: 'POST', body })).json();
  // safe because the test's own service answers so
  return (reply as { access_token: string }).access_token;
}

test('version 2 signs asynchronously: pending until the service has signed, then polled', async () => {
  const driver = driverOf(2, { isAsynchronous: true });
  const given = request(2);
  const first = await driver.sign(given);
  assert.ok(first.state === 'pending');
  const waiting = await driver.poll({ ...given, reference: first.reference });
  assert.ok(waiting.state === 'pending' && waiting.reference === first.reference);
  service.person = 'confirms';
  const done = await driver.poll({ ...given, reference: first.reference });
  assert.ok(done.state === 'signed' && holds(given, done.signatures));
  service.person = 'refuses';
  assert.equal((await errorOf(driver.poll({ ...given, reference: first.reference }))).problem, 'refused');
});

test('version 2 waits while the person confirms the authorisation elsewhere, and takes a refusal for what it is', async () => {
  service.behave.confirmsElsewhere = true;
  const driver = driverOf(2);
  const given = request(3);
  const first = await driver.sign(given);
  assert.ok(first.state === 'pending');
  assert.equal((await driver.poll({ ...given, reference: first.reference })).state, 'pending');
  service.person = 'confirms';
  const done = await driver.poll({ ...given, reference: first.reference });
  assert.ok(done.state === 'signed' && holds(given, done.signatures));
  service.person = 'waits';
  const other = await driver.sign(given);
  service.person = 'refuses';
  assert.ok(other.state === 'pending');
  assert.equal((await errorOf(driver.poll({ ...given, reference: other.reference }))).problem, 'refused');
});

test('client credentials let the installation in; a token that the service forgot is replaced once', async () => {
  const access: CscAccess = { kind: 'client-credentials', oauth2Url: service.oauth2Url, clientId: cscAccount.clientId, clientSecret: cscAccount.clientSecret };
  const driver = driverOf(2, { access });
  assert.equal((await driver.sign(request())).state, 'signed');
  assert.equal((await driver.sign(request())).state, 'signed');
  assert.equal(service.asked.filter((path) => path === 'token').length, 1, 'the token is kept');
  service.forgetTokens();
  assert.equal((await driver.sign(request())).state, 'signed');
  const wrong = driverOf(2, { access: { ...access, clientSecret: 'no' } });
  assert.equal((await errorOf(wrong.sign(request()))).problem, 'accountRefused');
});

test('a person consents in the browser with PKCE: first to let us in, then to exactly these hashes', async () => {
  service.behave.mode = 'oauth2code';
  const access = { kind: 'authorization-code', oauth2Url: service.oauth2Url, clientId: cscAccount.clientId, clientSecret: cscAccount.clientSecret, redirectUri: 'https://lienthong.test/ky/quay-lai' } as const;
  service.redirects = [access.redirectUri];
  const inBrowser = async (url: string): Promise<{ code: string; state: string | null }> => {
    const back = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '');
    return { code: back.searchParams.get('code') ?? '', state: back.searchParams.get('state') };
  };
  const entry = beginAuthorization(access);
  const back = await inBrowser(entry.url);
  assert.equal(back.state, entry.state);
  assert.equal((await errorOf(finishAuthorization(access, { code: back.code, verifier: 'somebody else’s' }))).problem, 'accountRefused');
  const again = beginAuthorization(access);
  const { token: accessToken, refreshToken = '' } = await finishAuthorization(access, { code: (await inBrowser(again.url)).code, verifier: again.verifier });
  assert.notEqual(refreshToken, '');

  const driver = driverOf(2, { access });
  const given = request(2);
  let tokens: PersonalTokens = { accessToken, refreshToken };
  const credential = { ...given.credential, access: { tokens, renew: async (ask: (tokens: PersonalTokens) => Promise<PersonalTokens>) => (tokens = await ask(tokens)) } };
  const consent = beginAuthorization(access, { credentialID: cscAccount.credentialID, hashes: given.items.map(({ digest }) => digest), hashOid: '2.16.840.1.101.3.4.2.1' });
  const { secret: token } = await finishRelease(access, { code: (await inBrowser(consent.url)).code, verifier: consent.verifier });
  const outcome = await driver.sign({ ...given, credential, secret: token });
  assert.ok(outcome.state === 'signed' && holds(given, outcome.signatures));
  assert.equal((await driver.sign({ ...request(2), credential, secret: token }).catch((error: unknown) => error)) instanceof SigningDriverError, true, 'the consent covers no other hashes');
  assert.equal((await errorOf(driver.sign({ ...given, credential, secret: undefined }))).problem, 'releaseMissing');

  service.behave.mode = 'explicit';
  service.forgetTokens();
  assert.equal((await driver.sign({ ...request(), credential })).state, 'signed', 'a token that has ended is renewed');
  assert.notEqual(tokens.refreshToken, refreshToken, 'each refresh token brings the next');
  service.forgetTokens();
  const used = { ...credential, access: { tokens: { accessToken, refreshToken }, renew: (ask: (tokens: PersonalTokens) => Promise<PersonalTokens>) => ask({ accessToken, refreshToken }) } };
  assert.equal((await errorOf(driver.sign({ ...request(), credential: used }))).problem, 'consentMissing');
  assert.equal((await errorOf(driver.sign(request()))).problem, 'consentMissing');
});

test('another person’s certificate, a disabled key and an unknown credential are told before anything is signed', async () => {
  const driver = driverOf(2);
  const other = leaf('Trần Văn Bình', (await generateKey('rsa-2048')).publicKey);
  const given = request();
  assert.equal((await errorOf(driver.sign({ ...given, credential: { ...given.credential, certificate: other.raw } }))).problem, 'keyMissing');
  assert.equal((await errorOf(driver.sign({ ...given, credential: { ...given.credential, container: Buffer.from('{"credentialID":"other"}') } }))).problem, 'keyMissing');
  service.behave.keyStatus = 'disabled';
  assert.equal((await errorOf(driver.sign(given))).problem, 'certificateRejected');
  assert.ok(!service.asked.includes('signatures/signHash'));
});

test('a lost answer is told apart from a request that never went out', async () => {
  const driver = driverOf(2);
  assert.equal((await driver.sign(request())).state, 'signed');
  service.behave.dropAnswerOf = 'signatures/signHash';
  const lost = await errorOf(driver.sign(request()));
  assert.deepEqual([lost.problem, lost.isUncertain], ['unavailable', true]);
  service.behave.next = { path: 'signatures/signHash', status: 500, body: {} };
  assert.equal((await errorOf(driver.sign(request()))).isUncertain, true);
  service.behave.next = { path: 'signatures/signHash', status: 503, body: {} };
  assert.equal((await errorOf(driver.sign(request()))).isUncertain, false);
  service.behave.next = { path: 'signatures/signHash', status: 200, body: { signatures: [] } };
  assert.equal((await errorOf(driver.sign(request()))).problem, 'unavailable');
  const nobody = cscDriver({ name: 'nobody', baseUrl: 'http://127.0.0.1:9/csc/v2', version: 2, access: login });
  const away = await errorOf(nobody.sign(request()));
  assert.deepEqual([away.problem, away.isUncertain], ['unavailable', false]);
});

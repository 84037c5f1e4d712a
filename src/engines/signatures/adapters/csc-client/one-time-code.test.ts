/** One-time codes of services that keep to CSC API 1.0.4 and 2.0: sent, shown by a device, wrong, expired, used, and one for several signatures. */
import assert from 'node:assert/strict';
import { createHash, verify } from 'node:crypto';
import { after, before, beforeEach, test } from 'node:test';
import { createRootAuthority, generateKey, issueCertificate, personSubject } from '../../domain/pki/authority.ts';
import { SigningDriverError, type SignRequest, type SigningDriver } from '../signing-driver.ts';
import { cscDriver } from './csc-driver.ts';
import { cscAccount, testCscService, type TestCscService } from './testing.ts';

const now = new Date('2026-03-02T01:00:00Z');
const root = await createRootAuthority({ organization: 'Tỉnh thử', now });
const pair = await generateKey('rsa-2048');
const certificate = issueCertificate(root, { kind: 'signer', subject: personSubject({ name: 'Lê Văn Tám', organization: 'Sở' }), publicKey: pair.publicKey, now }).raw;
const credential = { credentialId: 'c', certificate, chain: [], container: Buffer.from(JSON.stringify({ credentialID: cscAccount.credentialID })) };

let service: TestCscService;
before(async () => {
  service = await testCscService({ key: pair.privateKey, certificate, chain: [] });
});
after(() => service.close());
beforeEach(() => {
  service.behave = { mode: 'explicit', code: 'online', multisign: 10, confirmsElsewhere: false, keyStatus: 'enabled', next: undefined, dropAnswerOf: undefined };
  Object.assign(service.codes, { lastsMs: 60_000, pauseMs: 0, onDevice: String(Math.random()).slice(2, 8) });
  service.asked.length = 0;
});

const driverOf = (version: 1 | 2): SigningDriver => cscDriver({ name: 'remote', baseUrl: service.url(version), version, access: { kind: 'login', user: cscAccount.user, password: cscAccount.password } });
const newest = (): string => service.codes.sent.at(-1) ?? assert.fail('no code was sent');
const callsOf = (path: string): number => service.asked.filter((each) => each === path).length;

function request(changes: Partial<SignRequest> = {}, count = 1): SignRequest {
  const items = Array.from({ length: count }, () => {
    const attributes = Buffer.from(`thuộc tính ${String(Math.random())}`);
    return { attributes, digest: createHash('sha256').update(attributes).digest() };
  });
  return { credential, secret: cscAccount.pin, hash: 'sha256', items, description: 'Ký văn bản', transactionId: 't-1', ...changes };
}

async function signs(driver: SigningDriver, given: SignRequest): Promise<boolean> {
  const outcome = await driver.sign(given);
  return outcome.state === 'signed' && given.items.every(({ attributes }, index) => verify('sha256', attributes, pair.publicKey, outcome.signatures[index] ?? Buffer.alloc(0)));
}

const problemOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof SigningDriverError ? error.problem : assert.fail(String(error))),
  );

async function send(driver: SigningDriver): Promise<string> {
  const sending = await driver.sendCode?.(credential);
  assert.equal(sending?.isSent, true);
  return newest();
}

for (const version of [1, 2] as const) {
  const name = `version ${String(version)}`;

  test(`${name}: the list and the credential itself say what has to be typed`, async () => {
    const driver = driverOf(version);
    const asked = async () => (await driver.listCertificates({}))[0]?.asked;
    assert.deepEqual(await asked(), { pin: true, code: 'online' });
    assert.deepEqual(await driver.asksFor?.(credential), { pin: true, code: 'online' });
    service.behave.code = 'offline';
    assert.deepEqual(await asked(), { pin: true, code: 'offline' });
    service.behave.code = 'none';
    assert.deepEqual(await asked(), { pin: true, code: 'no' });
    Object.assign(service.behave, { code: 'online', pin: 'false' });
    assert.deepEqual(await asked(), { pin: false, code: 'online' });
    service.behave.mode = 'implicit';
    assert.deepEqual(await asked(), { pin: false, code: 'no' }, 'the service asks the person itself');
  });

  test(`${name}: a code that the service sent signs once; then it is used, not wrong`, async () => {
    const driver = driverOf(version);
    const otp = await send(driver);
    assert.equal(callsOf(version === 1 ? 'credentials/sendOTP' : 'credentials/getChallenge'), 1);
    assert.ok(await signs(driver, request({ otp }, 3)));
    assert.equal(await problemOf(driver.sign(request({ otp }))), 'codeUsed');
    assert.ok(await signs(driver, request({ otp: await send(driver) })));
  });

  test(`${name}: a wrong code is told, and the right one still works; the next one makes the one before worthless`, async () => {
    const driver = driverOf(version);
    const first = await send(driver);
    const wrong = first === '111111' ? '222222' : '111111';
    const expected = version === 1 ? 'wrongCode' : 'wrongSecret';
    assert.equal(await problemOf(driver.sign(request({ otp: wrong }))), expected);
    const second = await send(driver);
    if (first !== second) assert.equal(await problemOf(driver.sign(request({ otp: first }))), expected);
    assert.ok(await signs(driver, request({ otp: second })));
  });

  test(`${name}: where the code is all that is wanted, a refusal is about the code`, async () => {
    service.behave.pin = 'false';
    const driver = driverOf(version);
    const otp = await send(driver);
    assert.equal(await problemOf(driver.sign(request({ secret: undefined, otp: '1' }))), 'wrongCode');
    assert.ok(await signs(driver, request({ secret: undefined, otp })));
  });

  test(`${name}: a code that came too late is told apart from a wrong one`, async () => {
    service.codes.lastsMs = -1;
    const driver = driverOf(version);
    assert.equal(await problemOf(driver.sign(request({ otp: await send(driver) }))), 'codeExpired');
  });

  test(`${name}: without the code nothing is asked of the service but what it wants`, async () => {
    assert.equal(await problemOf(driverOf(version).sign(request())), 'codeMissing');
    assert.equal(await problemOf(driverOf(version).sign(request({ otp: '' }))), 'codeMissing');
    assert.equal(callsOf('credentials/authorize'), 0);
  });

  test(`${name}: a code that a device shows is not sent`, async () => {
    service.behave.code = 'offline';
    const driver = driverOf(version);
    assert.deepEqual(await driver.sendCode?.(credential), { isSent: false, asked: { pin: true, code: 'offline' } });
    assert.equal(callsOf('credentials/sendOTP') + callsOf('credentials/getChallenge'), 0);
    assert.ok(await signs(driver, request({ otp: service.codes.onDevice })));
  });

  test(`${name}: a service that was asked too often says how long to wait`, async () => {
    service.codes.pauseMs = 0;
    const driver = driverOf(version);
    await send(driver);
    service.codes.pauseMs = 45_000;
    await assert.rejects(
      async () => driver.sendCode?.(credential),
      (error: unknown) => error instanceof SigningDriverError && error.problem === 'unavailable' && (error.retryAfterSeconds ?? 0) > 40 && (error.retryAfterSeconds ?? 0) <= 45,
    );
  });

  test(`${name}: one code does for several signatures, each over the one before, by an extended transaction`, async () => {
    const driver = driverOf(version);
    const otp = await send(driver);
    for (const followedBy of [2, 1, 0]) assert.ok(await signs(driver, request({ otp, followedBy })));
    assert.deepEqual([callsOf('credentials/authorize'), callsOf('credentials/extendTransaction')], [1, 2]);
    assert.equal(await problemOf(driver.sign(request({ otp }))), 'codeUsed', 'and for no more than were announced');
    service.behave.multisign = 2;
    assert.equal(await problemOf(driver.sign(request({ otp: await send(driver), followedBy: 2 }))), 'unavailable', 'more than the service covers is not begun');
  });
}

test('version 1: a PIN that is left to the person is sent when it was typed', async () => {
  Object.assign(service.behave, { code: 'none', pin: 'optional' });
  const driver = driverOf(1);
  assert.deepEqual(await driver.asksFor?.(credential), { pin: undefined, code: 'no' });
  assert.ok(await signs(driver, request({ secret: undefined })));
  assert.ok(await signs(driver, request()));
  assert.equal(await problemOf(driver.sign(request({ secret: '1' }))), 'wrongSecret');
});

test('version 2: the question that a code answers comes with its sending', async () => {
  service.behave.code = 'challenge';
  const sending = await driverOf(2).sendCode?.(credential);
  assert.deepEqual(sending, { isSent: true, asked: { pin: true, code: 'online' }, challenge: 'Mã số trên thẻ, ô B7?' });
});

test('version 2: a code whose origin is not said is sent where the service says that it can', async () => {
  service.behave.hasSendOtp = true;
  const driver = driverOf(2);
  const otp = await send(driver);
  assert.equal(callsOf('credentials/sendOTP'), 1);
  assert.ok(await signs(driver, request({ otp })));
});

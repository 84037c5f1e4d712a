import assert from 'node:assert/strict';
import { createHash, randomBytes, verify, X509Certificate } from 'node:crypto';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { pkcs11Driver } from '#engines/signatures/adapters/pkcs11/pkcs11-driver.ts';
import { missingForSoftToken, softToken, type SoftToken } from '#engines/signatures/adapters/pkcs11/testing.ts';
import type { SigningDriver } from '#engines/signatures/index.ts';
import type { AuthorizationList, RemoteCredentialList } from './contract.ts';
import { openSigningHouse, PASSWORD, type SigningHouse } from './testing.ts';
import { issueOnToken } from './testing/key-on-token.ts';
import { idOf, SHA256, signingCalls, type SigningCalls } from './testing/signing-calls.ts';

const missing = missingForSoftToken();
let house: SigningHouse;
let calls: SigningCalls;
let token: SoftToken;
let driver: SigningDriver;
before(async () => {
  if (missing !== undefined) return;
  token = softToken('HSM');
  // As SIGNING_SERVICES names an HSM whose PIN the installation keeps.
  driver = { ...pkcs11Driver({ name: 'hsm', modulePath: token.modulePath, pin: token.pin }), secretToSign: 'none' };
  house = await openSigningHouse([{ name: 'hsm', contributions: { 'signatures.key-holders': [driver] } }]);
  calls = await signingCalls(house);
});
after(async () => {
  if (missing !== undefined) return;
  await house.close();
  await driver.close?.();
  rmSync(token.folder, { recursive: true, force: true });
});

test('a key in an HSM whose PIN the installation keeps is opened with password and passkey, and released by the passkey alone', async (t) => {
  if (missing !== undefined) {
    t.skip(missing);
    return;
  }
  const credentialId = await issueOnToken(house, { token, label: 'HSM', driver: 'hsm', keyKind: 'rsa-2048', keyId: 'f1' });
  const own = { credentialID: `${house.agencyId}.${credentialId}` };
  const listed = async () => (await house.call<RemoteCredentialList>(house.director, 'GET', '/credentials')).body.credentials.find((each) => each.id === credentialId);
  assert.equal((await listed())?.needsPin, false);
  const begun = await house.call<{ memory: unknown }>(house.director, 'POST', `/credentials/${credentialId}/enrolment-options`, { password: PASSWORD, mayRememberPin: true });
  assert.equal(begun.body.memory, null, 'there is no PIN to remember');
  assert.equal((await house.enrol(house.director, credentialId, { pin: null, password: 'sai mật khẩu' })).code, 'identity.wrongPresentPassword');
  const device = await house.enrol(house.director, credentialId, { pin: null });
  assert.equal(device.status, 204);
  const files = Array.from({ length: 3 }, () => randomBytes(40));
  const hashes = files.map((file) => createHash('sha256').update(file).digest('base64'));
  const asked = await calls.ask(hashes, own);
  const id = idOf(asked.body['handle']);
  const { keys } = (await house.call<AuthorizationList>(house.director, 'GET', '/authorizations')).body;
  assert.deepEqual(keys, [{ credentialId, needsPin: false, remembersPin: false, mayRememberPin: false }]);
  const opened = await house.call<{ options: { extensions?: object }; memory: unknown }>(house.director, 'POST', '/approvals', { ids: [id] });
  assert.deepEqual([opened.body.memory, opened.body.options.extensions], [null, undefined]);
  assert.deepEqual((await house.approve([id], { device, pin: null })).body, { signed: 3 });
  const sad = (await calls.csc('credentials/authorizeCheck', { handle: asked.body['handle'] })).body['SAD'];
  const { body } = await calls.signHash(sad, hashes, { ...own, signAlgo: '1.2.840.113549.1.1.11', hashAlgorithmOID: SHA256 });
  const { publicKey } = new X509Certificate(await calls.certificateOf(credentialId));
  // safe because the specification says so, and the assertion fails otherwise
  const signatures = body['signatures'] as string[];
  assert.ok(files.every((file, index) => verify('sha256', file, publicKey, Buffer.from(signatures[index] ?? '', 'base64'))));
});

test('a PIN that is sent for such a key all the same means nothing, and nothing is remembered for it', async (t) => {
  if (missing !== undefined) {
    t.skip(missing);
    return;
  }
  const credentialId = await issueOnToken(house, { token, label: 'HSM', driver: 'hsm', keyKind: 'p-256', keyId: 'f2' });
  await driver.close?.();
  const device = await house.enrol(house.director, credentialId, { pin: null });
  const asked = await calls.ask(['A'.repeat(43) + '='], { credentialID: `${house.agencyId}.${credentialId}` });
  const approved = await house.approve([idOf(asked.body['handle'])], { device, pin: '000000' });
  assert.deepEqual(approved.body, { signed: 1 });
  const lockedPin = Buffer.concat([Buffer.from([1]), randomBytes(156)]).toString('base64url');
  assert.equal((await house.call(house.director, 'PUT', `/approvals/${approved.approvalId}/remembered-pin`, { lockedPin })).body.code, 'remote-signing.ceremonyEnded');
});

test('a key whose holder asks its owner elsewhere, or that the installation no longer names, is not offered and not opened here', async (t) => {
  if (missing !== undefined) {
    t.skip(missing);
    return;
  }
  for (const name of ['browser-agent', 'taken-out']) {
    const credentialId = await house.issue(house.director);
    await house.sql('update signatures.credential set driver = $2 where id = $1', [credentialId, name]);
    const { credentials } = (await house.call<RemoteCredentialList>(house.director, 'GET', '/credentials')).body;
    assert.equal(credentials.some((each) => each.id === credentialId), false, name);
    assert.equal((await house.enrol(house.director, credentialId)).code, 'signatures.holderUnavailable', name);
  }
});

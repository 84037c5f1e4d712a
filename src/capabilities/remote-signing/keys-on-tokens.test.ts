import assert from 'node:assert/strict';
import { createHash, randomBytes, verify, X509Certificate } from 'node:crypto';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pkcs11Driver } from '#engines/signatures/adapters/pkcs11/pkcs11-driver.ts';
import { missingForSoftToken, softToken, type SoftToken } from '#engines/signatures/adapters/pkcs11/testing.ts';
import { openSigningHouse, type Device, type SigningHouse } from './testing.ts';
import { issueOnToken } from './testing/key-on-token.ts';
import { idOf, SHA256, signingCalls, type SigningCalls } from './testing/signing-calls.ts';

const missing = missingForSoftToken();
let house: SigningHouse;
let calls: SigningCalls;
let token: SoftToken;
let driver: ReturnType<typeof pkcs11Driver>;
before(async () => {
  if (missing !== undefined) return;
  token = softToken('Giam doc');
  driver = pkcs11Driver({ name: 'token', modulePath: token.modulePath });
  house = await openSigningHouse([{ name: 'tokens', contributions: { 'signatures.key-holders': [driver] } }]);
  calls = await signingCalls(house);
});
after(async () => {
  if (missing !== undefined) return;
  await house.close();
  await driver.close();
  rmSync(token.folder, { recursive: true, force: true });
});

async function whilePulledOut(work: () => Promise<void>): Promise<void> {
  const plugged = join(token.tokens, readdirSync(token.tokens)[0] ?? '');
  const away = join(token.folder, 'away');
  renameSync(plugged, away);
  try {
    await work();
  } finally {
    renameSync(away, plugged);
  }
}

for (const [keyKind, keyId, signAlgo] of [
  ['rsa-2048', 'e1', '1.2.840.113549.1.1.11'],
  ['p-256', 'e2', '1.2.840.10045.4.3.2'],
] as const) {
  test(`a ${keyKind} key on a token: opened with its PIN only; a wrong PIN and a pulled token sign nothing and lose nothing; then fifty are signed in one go`, async (t) => {
    if (missing !== undefined) {
      t.skip(missing);
      return;
    }
    const credentialId = await issueOnToken(house, { token, label: 'Giam doc', driver: 'token', keyKind, keyId });
    await driver.close();
    const own = { credentialID: `${house.agencyId}.${credentialId}` };
    assert.notEqual((await house.enrol(house.director, credentialId, { pin: '000000' })).status, 204);
    assert.equal((await calls.ask(['A'.repeat(43) + '='], own)).status, 400, 'nothing is asked of a certificate that is not open');
    const device: Device & { status: number } = await house.enrol(house.director, credentialId, { pin: token.pin });
    assert.equal(device.status, 204);
    const files = Array.from({ length: 50 }, () => randomBytes(40));
    const hashes = files.map((file) => createHash('sha256').update(file).digest('base64'));
    const asked = await calls.ask(hashes, own);
    const id = idOf(asked.body['handle']);
    assert.equal((await house.approve([id], { device, pin: '000000' })).body.code, 'signatures.devicePinWrong');
    await whilePulledOut(async () => {
      assert.match((await house.approve([id], { device, pin: token.pin })).body.code, /^signatures\.device(?:Missing|Removed)$/);
    });
    assert.equal((await calls.csc('credentials/authorizeCheck', { handle: asked.body['handle'] })).status, 202, 'it still waits');
    assert.deepEqual((await house.approve([id], { device, pin: token.pin })).body, { signed: 50 });
    const sad = (await calls.csc('credentials/authorizeCheck', { handle: asked.body['handle'] })).body['SAD'];
    const { body } = await calls.signHash(sad, hashes, { ...own, signAlgo, hashAlgorithmOID: SHA256 });
    const { publicKey } = new X509Certificate(await calls.certificateOf(credentialId));
    // safe because the specification says so, and the assertion fails otherwise
    const signatures = body['signatures'] as string[];
    assert.ok(files.every((file, index) => verify('sha256', file, publicKey, Buffer.from(signatures[index] ?? '', 'base64'))));
    assert.equal((await calls.eventsOf(id)).filter((type) => type === 'authorization-failed').length, 2);
  });
}

import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { SigningDriverError, type OwnKeys } from '../signing-driver.ts';
import { pkcs11Driver } from './pkcs11-driver.ts';
import { missingForSoftToken, softToken, type SoftToken } from './testing.ts';

const missing = missingForSoftToken();
let token: SoftToken;
let driver: ReturnType<typeof pkcs11Driver>;
before(() => {
  if (missing !== undefined) return;
  token = softToken('CA noi bo');
  driver = pkcs11Driver({ name: 'hsm', modulePath: token.modulePath, tokenLabel: 'CA noi bo', pin: token.pin });
});
after(async () => {
  if (missing !== undefined) return;
  await driver.close();
  rmSync(token.folder, { recursive: true, force: true });
});

function skipped(t: TestContext): boolean {
  if (missing !== undefined) t.skip(missing);
  return missing !== undefined;
}

const ownKeys = (): OwnKeys => driver.ownKeys ?? assert.fail('the driver keeps no keys of the installation');
const problemOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => (error instanceof SigningDriverError ? error.problem : assert.fail(String(error))));

for (const kind of ['p-256', 'p-384', 'rsa-3072'] as const) {
  test(`a ${kind} key is made in the token and signs there, also after the module was started anew`, async (t) => {
    if (skipped(t)) return;
    const { keyId, publicKey } = await ownKeys().generate(kind, `thử ${kind}`);
    const data = Buffer.from('danh sách thu hồi');
    for (const hash of ['sha256', 'sha384'] as const) assert.ok(verify(hash, data, publicKey, await ownKeys().sign({ keyId, publicKey }, { hash, data })));
    await driver.close();
    assert.ok(verify('sha256', data, publicKey, await ownKeys().sign({ keyId, publicKey }, { hash: 'sha256', data })));
    assert.deepEqual(await ownKeys().missing([keyId, 'ab'.repeat(16)]), ['ab'.repeat(16)]);
  });
}

test('a token that is gone is told, and works again when it is back', async (t) => {
  if (skipped(t)) return;
  const key = await ownKeys().generate('p-256', 'mất rồi có lại');
  const what = { hash: 'sha256', data: Buffer.from('x') } as const;
  const plugged = join(token.tokens, readdirSync(token.tokens)[0] ?? '');
  const away = join(token.folder, 'away');
  renameSync(plugged, away);
  assert.notEqual(await problemOf(ownKeys().sign(key, what)), 'done');
  assert.equal(await problemOf(ownKeys().sign(key, what)), 'deviceMissing');
  assert.equal(await problemOf(ownKeys().missing([key.keyId])), 'deviceMissing');
  assert.equal(await problemOf(ownKeys().generate('p-256', 'không có chỗ')), 'deviceMissing');
  renameSync(away, plugged);
  assert.ok(verify('sha256', what.data, key.publicKey, await ownKeys().sign(key, what)));
});

test('a wrong PIN of the installation is tried once and not until the device locks', async (t) => {
  if (skipped(t)) return;
  const wrong = pkcs11Driver({ name: 'hsm', modulePath: token.modulePath, tokenLabel: 'CA noi bo', pin: '000000' });
  await driver.close();
  for (let round = 0; round < 20; round += 1) assert.equal(await problemOf(wrong.ownKeys?.missing(['00']) ?? Promise.resolve()), 'wrongSecret');
  await wrong.close();
  assert.deepEqual(await ownKeys().missing([]), []);
});

test('where each person types a PIN, the installation keeps no keys of its own', (t) => {
  if (skipped(t)) return;
  assert.equal(pkcs11Driver({ name: 'token', modulePath: token.modulePath }).ownKeys, undefined);
});

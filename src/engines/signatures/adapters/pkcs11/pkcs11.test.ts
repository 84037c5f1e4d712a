import assert from 'node:assert/strict';
import { constants, createHash, verify, X509Certificate } from 'node:crypto';
import { readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { SigningDriverError, type SignRequest } from '../signing-driver.ts';
import { pkcs11Driver, pkcs11Drivers } from './pkcs11-driver.ts';
import { addKey, missingForSoftToken, softToken, type SoftKey, type SoftToken } from './testing.ts';

const missing = missingForSoftToken();
let token: SoftToken;
let driver: ReturnType<typeof pkcs11Driver>;
const certificates = new Map<string, Buffer>();
const kinds = ['rsa-2048', 'rsa-3072', 'p-256', 'p-384'] as const;

before(() => {
  if (missing !== undefined) return;
  token = softToken('Van thu');
  for (const [index, kind] of kinds.entries()) certificates.set(kind, addKey(token, 'Van thu', { kind, id: `a${String(index)}` }));
  driver = pkcs11Driver({ name: 'token', modulePath: token.modulePath });
});
after(async () => {
  if (missing !== undefined) return;
  await driver.close();
  rmSync(token.folder, { recursive: true, force: true });
});

const skipped = (t: TestContext): boolean => {
  if (missing !== undefined) t.skip(missing);
  return missing !== undefined;
};

function request(certificate: Buffer, changes: Partial<SignRequest> & { count?: number } = {}): SignRequest {
  const { count = 1, ...others } = changes;
  const hash = others.hash ?? 'sha256';
  const items = Array.from({ length: count }, (_, index) => {
    const attributes = Buffer.from(`thuộc tính ${String(index)}`);
    return { attributes, digest: createHash(hash).update(attributes).digest() };
  });
  const credential = { credentialId: 'c', certificate, chain: [], container: null };
  return { credential, secret: token.pin, hash, items, description: '', transactionId: 't', ...others };
}

async function signed(given: SignRequest): Promise<Buffer[]> {
  const outcome = await driver.sign(given);
  assert.ok(outcome.state === 'signed');
  assert.equal(outcome.signatures.length, given.items.length);
  return outcome.signatures;
}

function holds(given: SignRequest, signature: Buffer, index = 0): boolean {
  const { publicKey } = new X509Certificate(given.credential.certificate);
  const data = given.items[index]?.attributes ?? Buffer.alloc(0);
  const key = given.scheme === 'rsa-pss' ? { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : publicKey;
  return verify(given.hash, data, key, signature);
}

const problemOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'signed',
    (error: unknown) => (error instanceof SigningDriverError ? error.problem : assert.fail(String(error))),
  );

const certificateOf = (kind: SoftKey['kind']): Buffer => certificates.get(kind) ?? assert.fail(kind);

for (const kind of kinds) {
  for (const hash of ['sha256', 'sha384', 'sha512'] as const) {
    test(`a token signs with ${kind} and ${hash}, and every signature holds`, async (t) => {
      if (skipped(t)) return;
      const given = request(certificateOf(kind), { hash, count: 3 });
      for (const [index, signature] of (await signed(given)).entries()) assert.ok(holds(given, signature, index));
    });
  }
}

test('RSASSA-PSS with a salt as long as the hash holds as well', async (t) => {
  if (skipped(t)) return;
  for (const hash of ['sha256', 'sha384', 'sha512'] as const) {
    const given = request(certificateOf('rsa-2048'), { hash, scheme: 'rsa-pss' });
    assert.ok(holds(given, (await signed(given))[0] ?? Buffer.alloc(0)));
  }
});

test('the certificates of a token are listed with the place of their keys', async (t) => {
  if (skipped(t)) return;
  const listed = await driver.listCertificates({});
  assert.deepEqual(new Set(listed.map(({ certificate }) => certificate.toString('hex'))), new Set([...certificates.values()].map((each) => each.toString('hex'))));
  assert.ok(listed.every(({ isUsable }) => isUsable));
  const rsa = listed.find(({ certificate }) => certificate.equals(certificateOf('rsa-2048')));
  assert.deepEqual(JSON.parse(rsa?.container?.toString('utf8') ?? ''), { keyId: 'a0' });
});

test('a key without a certificate on the token is found by the place that the credential keeps', async (t) => {
  if (skipped(t)) return;
  const certificate = addKey(token, 'Van thu', { kind: 'p-256', id: 'b0', withCertificate: false });
  assert.equal(await problemOf(driver.sign(request(certificate))), 'keyMissing');
  const credential = { credentialId: 'c', certificate, chain: [], container: Buffer.from('{"keyId":"b0"}') };
  const given = request(certificate, { credential });
  // The new key stands there for a module that starts anew.
  const fresh = pkcs11Driver({ name: 'token', modulePath: token.modulePath });
  await driver.close();
  const outcome = await fresh.sign(given);
  assert.ok(outcome.state === 'signed' && holds(given, outcome.signatures[0] ?? Buffer.alloc(0)));
  await driver.close();
  driver = fresh;
});

test('a wrong PIN is told as such, and nobody signs in the wake of another person’s login', async (t) => {
  if (skipped(t)) return;
  const right = request(certificateOf('p-256'));
  const wrong = request(certificateOf('p-256'), { secret: '000000' });
  await signed(right);
  const answers = await Promise.all([problemOf(driver.sign(right)), problemOf(driver.sign(wrong)), problemOf(driver.sign(right)), problemOf(driver.sign({ ...wrong, secret: '1' }))]);
  assert.deepEqual(answers, ['signed', 'wrongSecret', 'signed', 'wrongSecret']);
  assert.equal(await problemOf(driver.sign({ ...right, secret: undefined })), 'secretMissing');
});

test('with another person’s token in the reader nothing is signed', async (t) => {
  if (skipped(t)) return;
  const elsewhere = softTokenCertificate();
  assert.equal(await problemOf(driver.sign(request(elsewhere))), 'keyMissing');
});

/** A certificate whose key is on no token. */
function softTokenCertificate(): Buffer {
  const conf = process.env['SOFTHSM2_CONF'];
  const other = softToken('Khac');
  const certificate = addKey(other, 'Khac', { kind: 'p-256', id: 'c0' });
  rmSync(other.folder, { recursive: true });
  process.env['SOFTHSM2_CONF'] = conf;
  return certificate;
}

test('a token that is pulled out is missed, and works again when it is back, without a restart', async (t) => {
  if (skipped(t)) return;
  const given = request(certificateOf('rsa-2048'));
  await signed(given);
  const [folder] = readdirSync(token.tokens);
  const plugged = join(token.tokens, folder ?? '');
  const away = join(token.folder, 'away');
  renameSync(plugged, away);
  const answers = [await problemOf(driver.sign(given)), await problemOf(driver.sign(given))];
  assert.ok(answers.every((answer) => answer !== 'signed'), answers.join());
  assert.equal(answers[1], 'deviceMissing');
  renameSync(away, plugged);
  assert.ok(holds(given, (await signed(given))[0] ?? Buffer.alloc(0)));
});

test('an HSM with its own PIN signs on several sessions at once', async (t) => {
  if (skipped(t)) return;
  const hsm = pkcs11Driver({ name: 'hsm', modulePath: token.modulePath, tokenLabel: 'Van thu', pin: token.pin, sessions: 2 });
  try {
    const given = request(certificateOf('rsa-2048'), { secret: undefined, count: 5 });
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => hsm.sign(given)));
    for (const outcome of outcomes) {
      assert.ok(outcome.state === 'signed');
      for (const [index, signature] of outcome.signatures.entries()) assert.ok(holds(given, signature, index));
    }
  } finally {
    await hsm.close();
  }
});

test('threads that are begun and ended again and again never begin the module side by side', async (t) => {
  if (skipped(t)) return;
  const given = request(certificateOf('p-256'), { secret: undefined, count: 5 });
  for (let round = 0; round < 6; round += 1) {
    const hsm = pkcs11Driver({ name: 'hsm', modulePath: token.modulePath, pin: token.pin, sessions: 3 });
    const outcomes = await Promise.all(Array.from({ length: 9 }, () => hsm.sign(given)));
    for (const outcome of outcomes) assert.ok(outcome.state === 'signed' && outcome.signatures.every((signature, index) => holds(given, signature, index)));
    await hsm.close();
  }
});

test('a person’s token and the installation’s HSM behind one module do not sign on each other’s PIN', async (t) => {
  if (skipped(t)) return;
  const [person, hsm] = pkcs11Drivers([
    { name: 'person', modulePath: token.modulePath },
    { name: 'hsm', modulePath: token.modulePath, pin: token.pin, sessions: 2 },
  ]);
  assert.ok(person !== undefined && hsm !== undefined);
  const given = request(certificateOf('p-256'));
  assert.equal((await hsm.sign({ ...given, secret: undefined })).state, 'signed');
  assert.equal(await problemOf(person.sign({ ...given, secret: '000000' })), 'wrongSecret');
  assert.equal((await hsm.sign({ ...given, secret: undefined })).state, 'signed');
  assert.equal(await problemOf(person.sign({ ...given, secret: undefined })), 'secretMissing');
  await hsm.close();
});

test('a module that is no library is told as unavailable, and takes nothing down', async (t) => {
  if (skipped(t)) return;
  const broken = pkcs11Driver({ name: 'broken', modulePath: '/nonexistent/module.so' });
  assert.equal(await problemOf(broken.sign(request(certificateOf('p-256')))), 'unavailable');
  await broken.close();
});

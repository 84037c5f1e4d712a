/** Key files as other programs write them, or as people get them: several keys, old spellings of passwords, new integrity values. */
import assert from 'node:assert/strict';
import { createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { ctx, int, nul, oct, oid, seq, tlv } from '../asn1/der.ts';
import { children, fieldsOf, octetsOf, rawOf, readAsn1 } from '../asn1/reader.ts';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from './authority.ts';
import type { Certificate } from './certificate.ts';
import { PkiError } from './errors.ts';
import { OID } from './oids.ts';
import { encryptWithPassword, pkcs12Mac } from './pkcs12-encryption.ts';
import { passwordForms } from './pkcs12-passwords.ts';
import { readKeyFiles, readPkcs12, writePkcs12 } from './pkcs12.ts';

const password = 'Mật khẩu số 1';
const now = new Date('2026-03-02T01:00:00Z');
const root = await createRootAuthority({ organization: 'Tỉnh thử', now });
const issuing = await createIssuingAuthority(root, { organization: 'Tỉnh thử', now });

async function holder(name: string): Promise<{ privateKey: Awaited<ReturnType<typeof generateKey>>['privateKey']; certificate: Certificate }> {
  const { privateKey, publicKey } = await generateKey('p-256');
  return { privateKey, certificate: issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name, organization: 'Sở' }), publicKey, now }) };
}

const [first, second] = [await holder('Lê Văn Tám'), await holder('Lê Văn Chín')];
const file = (pair: typeof first, secret: string): Promise<Buffer> => writePkcs12({ ...pair, chain: [issuing.certificate], password: secret, iterations: 10_000 });

/** The contents that the integrity value is over. */
function safeOf(container: Buffer): Buffer {
  const fields = fieldsOf(readAsn1(container));
  fields.take(0x02);
  const info = fieldsOf(fields.take(0x30));
  info.take(0x06);
  return octetsOf(fieldsOf(info.take(0xa0), 0xa0).take());
}

async function withMac(safe: Buffer, secret: string, content = oct(safe)): Promise<Buffer> {
  const salt = randomBytes(8);
  const mac = await pkcs12Mac(secret, { hash: 'sha256', salt, iterations: 2000, data: safe });
  return seq(int(3), seq(oid(OID.data), ctx(0, content)), seq(seq(seq(oid(OID.sha256), nul()), oct(mac)), oct(salt), int(2000)));
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof PkiError ? error.code : assert.fail(String(error))),
  );

/** What the OpenSSL inside Node makes of a file. */
const opensslTakes = (pfx: Buffer, passphrase: string): boolean => {
  try {
    createSecureContext({ pfx, passphrase });
    return true;
  } catch {
    return false;
  }
};

test('of a file with several keys each is given with its own certificate', async () => {
  const parts = [await file(first, password), await file(second, password)].flatMap((each) => children(readAsn1(safeOf(each))).map(rawOf));
  const both = await readKeyFiles(await withMac(seq(...parts), password), password);
  assert.deepEqual(both.map(({ certificate }) => certificate.fingerprint), [first, second].map(({ certificate }) => certificate.fingerprint));
  assert.ok(both[1]?.privateKey.equals(second.privateKey));
});

test('a key that was certified again comes once with each of its certificates', async () => {
  const again = issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name: 'Lê Văn Tám', organization: 'Sở' }), publicKey: first.certificate.publicKey(), now: new Date('2026-03-03T01:00:00Z') });
  const renewed = await readKeyFiles(await writePkcs12({ ...first, chain: [again], password, iterations: 10_000 }), password);
  assert.deepEqual(renewed.map(({ certificate }) => certificate.fingerprint), [first.certificate.fingerprint, again.fingerprint]);
});

test('a password has the spellings that Vietnamese input methods and old programs make of it', () => {
  const spelled = passwordForms('ậ ề ữ đ').map(({ text }) => text);
  assert.ok(spelled.includes('a\u0323\u0302 e\u0302\u0300 u\u031b\u0303 đ'), 'decomposed');
  assert.ok(spelled.includes('\u00e2\u0323 \u00ea\u0300 \u01b0\u0303 đ'), 'letters composed, tone marks by themselves: the Vietnamese keyboard of Windows');
  assert.ok(spelled.includes(Buffer.from('ậ ề ữ đ').toString('latin1')), 'one character for each byte: OpenSSL before 1.1');
  assert.deepEqual(passwordForms('Abc@123').map(({ text }) => text), ['Abc@123']);
});

test('a password that was set with the keyboard of Windows opens the file when it is typed with any other input method', async () => {
  const typed = 'M\u00e2\u0323t kh\u00e2\u0309u s\u00f4\u0301 1';
  assert.equal(typed.normalize('NFC'), password);
  const salted = await file(first, password);
  assert.ok((await readPkcs12(salted, typed)).privateKey.equals(first.privateKey));
  // Written by a program that takes the password as it comes.
  const asTyped = await withMac(await encryptedWith(typed), typed);
  for (const form of ['NFC', 'NFD'] as const) assert.ok((await readPkcs12(asTyped, password.normalize(form))).privateKey.equals(first.privateKey));
  assert.equal(await codeOf(readPkcs12(asTyped, 'Mat khau so 1')), 'pkcs12.wrongPassword');
});

test('a file of OpenSSL before 1.1, which took each byte of the password for a character, opens', async () => {
  const old = Buffer.from(password).toString('latin1');
  // It gave the bytes themselves to the newer cipher.
  const written = await withMac(await encryptedWith(password), old);
  assert.ok((await readPkcs12(written, password)).privateKey.equals(first.privateKey));
});

test('a file without an integrity value opens with the password in either form, and with no other', async () => {
  const bare = seq(int(3), seq(oid(OID.data), ctx(0, oct(safeOf(await file(first, password))))));
  assert.ok((await readPkcs12(bare, password.normalize('NFD'))).privateKey.equals(first.privateKey));
  for (const wrong of ['sai', 'Mật khẩu số 2', '1', '2', '3']) assert.equal(await codeOf(readPkcs12(bare, wrong)), 'pkcs12.wrongPassword');
});

test('an integrity value by PBMAC1 (RFC 9579) is checked, as OpenSSL 3.5 does', async () => {
  const safe = safeOf(await file(first, password));
  for (const hash of ['sha256', 'sha512'] as const) {
    const [good, bent, short] = [pbmac1(safe, { hash }), pbmac1(Buffer.concat([safe.subarray(0, -1), Buffer.of(1)]), { hash, over: safe }), pbmac1(safe, { hash, keyBytes: 10 })];
    assert.ok(opensslTakes(good, password), 'the test writes what OpenSSL accepts');
    assert.ok((await readPkcs12(good, password.normalize('NFD'))).privateKey.equals(first.privateKey));
    assert.equal(await codeOf(readPkcs12(good, 'sai')), 'pkcs12.wrongPassword');
    assert.match(await codeOf(readPkcs12(bent, password)), /^pkcs12\.(?:malformed|wrongPassword)$/);
    assert.equal(await codeOf(readPkcs12(short, password)), 'pkcs12.malformed');
  }
});

test('an integrity value by PBMAC1 that asks for a billion rounds is refused at once', async () => {
  assert.equal(await codeOf(readPkcs12(pbmac1(safeOf(await file(first, password)), { hash: 'sha256', claimedRounds: 1_000_000_000 }), password)), 'pkcs12.tooCostly');
});

test('a file in pieces of indefinite length, as browsers wrote it, opens', async () => {
  const safe = safeOf(await file(first, password));
  const pieces = Buffer.concat([Buffer.from([0x24, 0x80]), oct(safe.subarray(0, 100)), oct(safe.subarray(100)), Buffer.alloc(2)]);
  assert.ok((await readPkcs12(await withMac(safe, password, pieces), password)).privateKey.equals(first.privateKey));
});

/** The safe of a file whose content is encrypted under exactly this text. */
async function encryptedWith(text: string): Promise<Buffer> {
  const key = await encryptWithPassword(first.privateKey.export({ format: 'der', type: 'pkcs8' }), text, 10_000);
  const keyBag = seq(oid(OID.shroudedKeyBag), ctx(0, seq(key.algorithm, oct(key.ciphertext))));
  const certBag = seq(oid(OID.certBag), ctx(0, seq(oid(OID.x509Certificate), ctx(0, oct(first.certificate.raw)))));
  return seq(seq(oid(OID.data), ctx(0, oct(seq(keyBag, certBag)))));
}

type Pbmac1 = { hash: 'sha256' | 'sha512'; over?: Buffer; keyBytes?: number; claimedRounds?: number };

function pbmac1(safe: Buffer, { hash, over = safe, keyBytes = 32, claimedRounds = 2048 }: Pbmac1): Buffer {
  const salt = randomBytes(16);
  const hmac = oid(hash === 'sha256' ? OID.hmacSha256 : OID.hmacSha512);
  const key = pbkdf2Sync(Buffer.from(password), salt, 2048, keyBytes, hash);
  const mac = createHmac(hash, key).update(over).digest();
  const kdf = seq(oid(OID.pbkdf2), seq(oct(salt), int(claimedRounds), int(keyBytes), seq(hmac, nul())));
  const algorithm = seq(oid(OID.pbmac1), seq(kdf, seq(hmac, nul())));
  return seq(int(3), seq(oid(OID.data), ctx(0, tlv(0x04, safe))), seq(seq(algorithm, oct(mac)), oct(Buffer.from('NOT USED')), int(1)));
}

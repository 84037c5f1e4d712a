/** A token as its issuer fills it, with the certificates of the authorities, and an HSM with the keys of a whole province. */
import assert from 'node:assert/strict';
import { createHash, verify } from 'node:crypto';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject } from '../../domain/pki/authority.ts';
import { parseCertificate } from '../../domain/pki/certificate.ts';
import { pkcs11Driver } from './pkcs11-driver.ts';
import { missingForSoftToken, putCertificates, putKey, softToken, type SoftToken } from './testing.ts';

const missing = missingForSoftToken();
const now = new Date();
const root = await createRootAuthority({ organization: 'CA công cộng thử', now });
const issuing = await createIssuingAuthority(root, { organization: 'CA công cộng thử', now });
const pair = await generateKey('rsa-2048');
const own = issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name: 'Lê Văn Tám', organization: 'Sở' }), publicKey: pair.publicKey, now });
const others = Array.from({ length: 70 }, (_, index) => issueCertificate(issuing, { kind: 'signer', subject: personSubject({ name: `Người ${String(index)}`, organization: 'Sở' }), publicKey: pair.publicKey, now }));
let token: SoftToken;
let driver: ReturnType<typeof pkcs11Driver>;

before(() => {
  if (missing !== undefined) return;
  token = softToken('Day');
  putCertificates(token, 'Day', { id: 'c0', certificates: others.map(({ raw }) => raw) });
  putCertificates(token, 'Day', { id: 'ca', certificates: [root.certificate.raw, issuing.certificate.raw] });
  putKey(token, 'Day', { privateKey: pair.privateKey, id: 'a0', certificate: own.raw });
  driver = pkcs11Driver({ name: 'token', modulePath: token.modulePath });
});
after(async () => {
  if (missing !== undefined) return;
  await driver.close();
  rmSync(token.folder, { recursive: true, force: true });
});

test('every certificate is listed, also beyond what a module gives at once; those of the authorities are their path and no choice', { skip: missing }, async () => {
  const listed = await driver.listCertificates({});
  const names = listed.map(({ certificate }) => parseCertificate(certificate).subject.commonName);
  assert.deepEqual(names.toSorted(), [own, ...others].map(({ subject }) => subject.commonName).toSorted());
  for (const { chain } of listed) assert.ok(Buffer.concat(chain).equals(Buffer.concat([issuing.certificate.raw, root.certificate.raw])));
});

test('the key of any certificate on a full token signs', { skip: missing }, async () => {
  const attributes = Buffer.from('thuộc tính');
  const items = [{ attributes, digest: createHash('sha256').update(attributes).digest() }];
  const credential = { credentialId: 'c', certificate: own.raw, chain: [], container: null };
  const outcome = await driver.sign({ credential, secret: token.pin, hash: 'sha256', items, description: '', transactionId: 't' });
  assert.ok(outcome.state === 'signed' && verify('sha256', attributes, pair.publicKey, outcome.signatures[0] ?? Buffer.alloc(0)));
});

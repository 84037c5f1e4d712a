import assert from 'node:assert/strict';
import { constants, createHash, verify, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { fieldsOf, children, oidOf, rawOf, readAsn1 } from '../asn1/reader.ts';
import { hasOracle, makeTestAuthority, makeTestSigner, runOracle, toPem } from '../pdf/testing-signer.ts';
import { generateKey, issueCertificate, serviceSubject } from '../pki/authority.ts';
import { createTimestampAuthority } from '../pki/timestamp-authority.ts';
import { assembleCms, cmsSigner, estimateCmsBytes, signAttributes, signedAttributes } from './sign.ts';

const authority = await makeTestAuthority();
const content = Buffer.from('Công văn số 05/SNV-VP');

const kinds = [
  { key: 'rsa-2048', hash: 'sha256' },
  { key: 'rsa-2048', hash: 'sha512', scheme: 'rsa-pss' },
  { key: 'rsa-2048', hash: 'sha256', scheme: 'rsa-pss' },
  { key: 'rsa-3072', hash: 'sha384' },
  { key: 'rsa-3072', hash: 'sha384', scheme: 'rsa-pss' },
  { key: 'rsa-4096', hash: 'sha512' },
  { key: 'p-256', hash: 'sha256' },
  { key: 'p-256', hash: 'sha512' },
  { key: 'p-384', hash: 'sha384' },
  { key: 'p-384', hash: 'sha512' },
] as const;

for (const { key: kind, ...options } of kinds) {
  const name = `${kind} ${options.hash}${'scheme' in options ? ` ${options.scheme}` : ''}`;

  test(`the signature of ${name} verifies over the attributes, and the size was estimated exactly`, async () => {
    const { signer, key } = await makeTestSigner(authority, kind, options);
    const attributes = signedAttributes(signer, createHash(options.hash).update(content).digest());
    const signature = signAttributes(signer, key, attributes);
    const publicKey = new X509Certificate(signer.certificate).publicKey;
    const padded = 'scheme' in options ? { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: createHash(options.hash).digest().length } : publicKey;
    assert.ok(verify(options.hash, attributes, padded, signature));
    const cms = assembleCms(signer, { attributes, signature });
    assert.equal(estimateCmsBytes(signer) - cms.length, signer.maxSignatureBytes - signature.length);
    readAsn1(cms); // strict DER, nothing behind it
  });

  test(`openssl accepts ${name} as CAdES`, async (t) => {
    if (!hasOracle(t, 'openssl')) return;
    const { signer, key } = await makeTestSigner(authority, kind, options);
    const attributes = signedAttributes(signer, createHash(options.hash).update(content).digest());
    const cms = assembleCms(signer, { attributes, signature: signAttributes(signer, key, attributes) });
    const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 's.der', '-content', 'c', '-CAfile', 'root.pem', '-purpose', 'any', '-out', 'x'];
    const { read } = runOracle('openssl', args, { 's.der': cms, c: content, 'root.pem': toPem(authority.root.certificate.raw) });
    assert.ok(read('x').equals(content));
  });
}

test('the signed attributes are exactly content type, message digest and signing certificate, in DER order', async () => {
  const { signer } = await makeTestSigner(authority, 'p-256');
  const attributes = children(readAsn1(signedAttributes(signer, Buffer.alloc(32))));
  const types = attributes.map((attribute) => oidOf(fieldsOf(attribute).take()));
  assert.deepEqual(types.toSorted(), ['1.2.840.113549.1.9.16.2.47', '1.2.840.113549.1.9.3', '1.2.840.113549.1.9.4'], 'no signing-time: /M says it');
  const encodings = attributes.map(rawOf);
  assert.deepEqual(encodings, encodings.toSorted((a, b) => Buffer.compare(a, b)));
});

test('a key cannot be used with the scheme of another kind', async () => {
  const { signer } = await makeTestSigner(authority, 'p-256');
  assert.throws(() => cmsSigner({ certificate: signer.certificate, chain: [], scheme: 'rsa-pss' }), TypeError);
});

test('a timestamp token over the signature value makes it B-T, within the estimated room', async (t) => {
  const now = authority.issuing.certificate.notBefore;
  const { publicKey, privateKey } = await generateKey('p-256');
  const subject = serviceSubject('Kiểm thử', 'Dấu thời gian');
  const certificate = issueCertificate(authority.issuing, { kind: 'timestamp', subject, publicKey, now });
  const clock = createTimestampAuthority({ certificate, privateKey, chain: [authority.issuing.certificate] });
  const { signer, key } = await makeTestSigner(authority, 'rsa-2048');
  const attributes = signedAttributes(signer, createHash('sha256').update(content).digest());
  const signature = signAttributes(signer, key, attributes);
  const timestampToken = clock.token({ hash: 'sha256', digest: createHash('sha256').update(signature).digest(), now });
  const cms = assembleCms(signer, { attributes, signature, timestampToken });
  assert.equal(cms.length, estimateCmsBytes(signer, timestampToken.length));
  const signerInfo = children(fieldsOf(fieldsOf(readAsn1(cms)).rest()[1], 0xa0).take()).at(-1);
  const unsigned = children(fieldsOf(signerInfo, 0x31).take()).at(-1);
  assert.ok(unsigned?.tag === 0xa1);
  assert.ok(rawOf(unsigned).includes(timestampToken));
  if (!hasOracle(t, 'openssl')) return;
  const args = ['ts', '-verify', '-token_in', '-in', 't', '-digest', createHash('sha256').update(signature).digest('hex'), '-CAfile', 'root.pem', '-untrusted', 'ca.pem'];
  const { output } = runOracle('openssl', args, { t: timestampToken, 'root.pem': toPem(authority.root.certificate.raw), 'ca.pem': toPem(authority.issuing.certificate.raw) });
  assert.match(output, /Verification: OK/);
});

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, after, test } from 'node:test';
import type { TestContext } from 'node:test';
import { int } from '../asn1/der.ts';
import { agencySubject, createIssuingAuthority, createRootAuthority, generateKey, issueCertificate, personSubject, serviceSubject } from './authority.ts';
import type { Authority, KeyHolder } from './authority.ts';
import { describeKey, isIssuedBy, parseCertificate, parseCertificates } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { parseRevocationList } from './crl.ts';
import { PkiError } from './errors.ts';
import { isAbout, parseOcspRequest, parseOcspResponse } from './ocsp.ts';
import type { CertificateStatus } from './ocsp.ts';
import { certificateIdOf, writeOcspRequest, writeOcspResponse } from './ocsp-responder.ts';
import { OID } from './oids.ts';
import { writeRevocationList } from './revocation-list.ts';
import { createTimestampAuthority, readTimestampResponse, writeTimestampRequest } from './timestamp-authority.ts';

// openssl judges by its own clock, so these tests stand at the present second.
const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const organization = 'UBND tỉnh Thanh Hóa';
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const needOpenssl = (t: TestContext) => {
  if (!hasOpenssl) t.skip('openssl is not on PATH');
  return hasOpenssl;
};

const folder = mkdtempSync(join(tmpdir(), 'authority-test-'));
after(() => {
  rmSync(folder, { recursive: true });
});
const put = (name: string, bytes: Buffer | string) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const pem = (certificate: Certificate) => `-----BEGIN CERTIFICATE-----\n${certificate.raw.toString('base64').match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END CERTIFICATE-----\n`;
const openssl = (...args: string[]) => {
  const run = spawnSync('openssl', args, { encoding: 'utf8' });
  return { status: run.status, text: run.stdout + run.stderr };
};

let root: Authority;
let issuing: Authority;
let person: KeyHolder;
let agency: KeyHolder;
let tsa: KeyHolder;
let responder: KeyHolder;

const leaf = async (kind: 'signer' | 'timestamp' | 'ocsp', subject: ReturnType<typeof personSubject>, key: 'rsa-2048' | 'p-256'): Promise<KeyHolder> => {
  const pair = await generateKey(key);
  const urls = { crl: 'http://ca.example.vn/ca.crl', ocsp: 'http://ca.example.vn/ocsp', caIssuers: 'http://ca.example.vn/ca.cer' };
  return { privateKey: pair.privateKey, certificate: issueCertificate(issuing, { kind, subject, publicKey: pair.publicKey, now, email: 'van-thu@example.vn', urls }) };
};

before(async () => {
  root = await createRootAuthority({ organization, now });
  issuing = await createIssuingAuthority(root, { organization, now });
  person = await leaf('signer', personSubject({ name: 'Nguyễn Thị Ngọc Ánh', organization: 'Sở Nội vụ tỉnh Thanh Hóa', units: ['Văn phòng Sở'], userId: 'CCCD:038000000001' }), 'rsa-2048');
  agency = await leaf('signer', agencySubject({ name: 'Sở Nội vụ tỉnh Thanh Hóa', parent: organization, agencyCode: 'H56.05' }), 'rsa-2048');
  tsa = await leaf('timestamp', serviceSubject(organization, 'Máy chủ cấp dấu thời gian nội bộ'), 'p-256');
  responder = await leaf('ocsp', serviceSubject(organization, 'Máy chủ OCSP nội bộ'), 'p-256');
});

test('the authority says in its own name that it is not a public one', () => {
  for (const { certificate } of [root, issuing]) {
    assert.match(certificate.subject.text, /không phải CA công cộng/);
    assert.match(certificate.subject.organizationalUnits.join(), /Không phải tổ chức chứng thực công cộng/);
    assert.ok((certificate.subject.commonName ?? '').length <= 64, 'X.520 allows 64 characters');
  }
});

test('each certificate carries the bytes of its issuer’s name and verifies with its key', () => {
  assert.ok(isIssuedBy(root.certificate, root.certificate));
  assert.ok(isIssuedBy(issuing.certificate, root.certificate));
  for (const { certificate } of [person, agency, tsa, responder]) {
    assert.ok(certificate.issuer.raw.equals(issuing.certificate.subject.raw));
    assert.ok(isIssuedBy(certificate, issuing.certificate));
    assert.ok(!isIssuedBy(certificate, root.certificate));
    assert.ok(certificate.authorityKeyIdentifier?.equals(issuing.certificate.subjectKeyIdentifier ?? Buffer.alloc(0)));
  }
  assert.equal(describeKey(person.certificate).text, 'RSA 2048');
  assert.equal(describeKey(root.certificate).text, 'EC P-384');
});

test('purposes are narrow: time stamping critical and alone, OCSP without a check of its own, signers cannot issue', () => {
  assert.deepEqual(tsa.certificate.extendedKeyUsage, [OID.timeStamping]);
  assert.equal(tsa.certificate.extensions.get(OID.extendedKeyUsage)?.critical, true);
  assert.ok(responder.certificate.hasOcspNoCheck);
  assert.deepEqual([...(person.certificate.keyUsage ?? [])], ['digitalSignature', 'nonRepudiation']);
  assert.equal(person.certificate.basicConstraints?.ca, false);
  assert.equal(issuing.certificate.basicConstraints?.pathLength, 0);
});

test('Vietnamese names, addresses and numbers are read back whole', () => {
  const { subject, crlUrls, ocspUrls, caIssuerUrls, emails } = person.certificate;
  assert.equal(subject.commonName, 'Nguyễn Thị Ngọc Ánh');
  assert.deepEqual(subject.organizationalUnits, ['Văn phòng Sở']);
  assert.deepEqual(subject.userIds, ['CCCD:038000000001']);
  assert.deepEqual([crlUrls, ocspUrls, caIssuerUrls, emails], [['http://ca.example.vn/ca.crl'], ['http://ca.example.vn/ocsp'], ['http://ca.example.vn/ca.cer'], ['van-thu@example.vn']]);
});

test('a leaf never outlives its issuer nor the five years of the decree', async () => {
  const { publicKey } = await generateKey('p-256');
  const subject = serviceSubject(organization, 'x');
  const long = issueCertificate(issuing, { kind: 'signer', subject, publicKey, now, validDays: 9999 });
  assert.ok(long.notAfter.getTime() - now.getTime() <= 1826 * 86_400_000);
  const late = new Date(issuing.certificate.notAfter.getTime() - 86_400_000);
  assert.deepEqual(issueCertificate(issuing, { kind: 'signer', subject, publicKey, now: late }).notAfter, issuing.certificate.notAfter);
  const tooLate = new Date(issuing.certificate.notAfter.getTime() + 1000);
  assert.throws(() => issueCertificate(issuing, { kind: 'signer', subject, publicKey, now: tooLate }), (error) => error instanceof PkiError && error.code === 'authority.expired');
});

test('a PEM bundle gives its certificates in order and damaged bytes a coded error', () => {
  const bundle = Buffer.from(`comment\n${pem(issuing.certificate)}${pem(root.certificate)}`);
  assert.deepEqual(parseCertificates(bundle).map((each) => each.fingerprint), [issuing.certificate.fingerprint, root.certificate.fingerprint]);
  for (const damaged of [Buffer.alloc(0), Buffer.from('abc'), person.certificate.raw.subarray(0, 300)]) {
    assert.throws(() => parseCertificate(damaged), (error) => error instanceof PkiError && error.code === 'certificate.malformed');
  }
});

test('openssl accepts the chain strictly, with revocation checked on every certificate, and sees a revoked one', (t) => {
  if (!needOpenssl(t)) return;
  const nextUpdate = new Date(now.getTime() + 86_400_000);
  const rootCrl = writeRevocationList(root, { number: 1n, now, nextUpdate, revoked: [] });
  const crl = writeRevocationList(issuing, { number: 7n, now, nextUpdate, revoked: [{ serial: agency.certificate.serial, revokedAt: now, reason: 'keyCompromise' }] });
  const crlPem = (der: Buffer) => `-----BEGIN X509 CRL-----\n${der.toString('base64').match(/.{1,64}/g)?.join('\n') ?? ''}\n-----END X509 CRL-----\n`;
  const crls = put('crls.pem', crlPem(rootCrl) + crlPem(crl));
  const rootFile = put('root.pem', pem(root.certificate));
  const chainFile = put('chain.pem', pem(issuing.certificate));
  const check = (certificate: Certificate) =>
    openssl('verify', '-x509_strict', '-crl_check_all', '-CAfile', rootFile, '-untrusted', chainFile, '-CRLfile', crls, put('leaf.pem', pem(certificate)));
  for (const holder of [person, tsa, responder]) assert.equal(check(holder.certificate).status, 0, check(holder.certificate).text);
  assert.match(check(agency.certificate).text, /certificate revoked/);
  assert.match(openssl('crl', '-inform', 'DER', '-text', '-noout', '-in', put('a.crl', crl)).text, /X509v3 CRL Number:\s+7/);

  const read = parseRevocationList(crl);
  assert.ok(read.isSignedBy(issuing.certificate));
  assert.ok(!read.isSignedBy(root.certificate));
  assert.equal(read.number, 7n);
  assert.ok(read.isComplete);
  assert.deepEqual(read.find(agency.certificate.serial), { revokedAt: now, reason: 'keyCompromise' });
  assert.equal(read.find(person.certificate.serial), undefined);
});

test('openssl accepts OCSP answers good, revoked and unknown, with nonce, for SHA-1 and SHA-256 ids', (t) => {
  if (!needOpenssl(t)) return;
  const rootFile = put('root.pem', pem(root.certificate));
  const issuerFile = put('issuer.pem', pem(issuing.certificate));
  const statuses: Record<string, CertificateStatus> = {
    [person.certificate.serialHex]: { status: 'good' },
    [agency.certificate.serialHex]: { status: 'revoked', revokedAt: now, reason: 'keyCompromise' },
  };
  for (const digest of ['-sha1', '-sha256']) {
    for (const [holder, expected] of [[person, /: good/], [agency, /: revoked[\s\S]*keyCompromise/], [tsa, /: unknown/]] as const) {
      const certFile = put('subject.pem', pem(holder.certificate));
      const requestFile = join(folder, 'request.der');
      execFileSync('openssl', ['ocsp', digest, '-issuer', issuerFile, '-cert', certFile, '-reqout', requestFile, '-no_cert_verify'], { stdio: 'pipe' });
      const request = parseOcspRequest(execFileSync('cat', [requestFile]));
      assert.ok(request.nonce, 'openssl sends a nonce');
      const response = writeOcspResponse({
        responder,
        issuer: issuing.certificate,
        ids: request.ids,
        statusOf: (id) => statuses[id.serial.toString('hex')] ?? { status: 'unknown' },
        nonce: request.nonce,
        now,
        nextUpdate: new Date(now.getTime() + 3_600_000),
      });
      const responseFile = put('response.der', response);
      const result = openssl('ocsp', digest, '-issuer', issuerFile, '-cert', certFile, '-respin', responseFile, '-no_nonce', '-CAfile', rootFile, '-verify_other', issuerFile);
      assert.match(result.text, /Response verify OK/);
      assert.match(result.text, expected);
      const parsed = parseOcspResponse(response);
      assert.ok(parsed.isSignedBy(responder.certificate));
      assert.ok(!parsed.isSignedBy(issuing.certificate));
      const answer = parsed.answers[0];
      assert.ok(answer && isAbout(answer.id, holder.certificate, issuing.certificate));
      assert.deepEqual(answer.status, statuses[holder.certificate.serialHex] ?? { status: 'unknown' });
      assert.ok(parsed.nonce?.equals(request.nonce));
    }
  }
});

test('an id of another issuer is answered "unknown" without asking about its serial', () => {
  const foreign = certificateIdOf(issuing.certificate, root.certificate);
  const request = parseOcspRequest(writeOcspRequest(foreign));
  const response = writeOcspResponse({
    responder,
    issuer: issuing.certificate,
    ids: request.ids,
    statusOf: () => assert.fail('asked about a foreign certificate'),
    now,
    nextUpdate: now,
  });
  assert.deepEqual(parseOcspResponse(response).answers[0]?.status, { status: 'unknown' });
});

test('openssl accepts time stamps with and without certificates and nonce; SHA-1 is refused with badAlg', (t) => {
  if (!needOpenssl(t)) return;
  const authority = createTimestampAuthority({ ...tsa, chain: [issuing.certificate] });
  const data = put('data.txt', 'Nội dung cần đóng dấu thời gian');
  const rootFile = put('root.pem', pem(root.certificate));
  const untrusted = put('untrusted.pem', pem(tsa.certificate) + pem(issuing.certificate));
  for (const flags of [['-sha256', '-cert'], ['-sha512'], ['-sha384', '-cert', '-no_nonce']]) {
    const query = join(folder, 'q.tsq');
    execFileSync('openssl', ['ts', '-query', '-data', data, ...flags, '-out', query], { stdio: 'pipe' });
    const response = put('r.tsr', authority.respond(execFileSync('cat', [query]), now));
    const result = openssl('ts', '-verify', '-queryfile', query, '-in', response, '-CAfile', rootFile, '-untrusted', untrusted);
    assert.match(result.text, /Verification: OK/, result.text);
    assert.match(openssl('ts', '-verify', '-data', data, '-in', response, '-CAfile', rootFile, '-untrusted', untrusted).text, /Verification: OK/);
  }
  const weak = join(folder, 'weak.tsq');
  execFileSync('openssl', ['ts', '-query', '-data', data, '-sha1', '-out', weak], { stdio: 'pipe' });
  const refused = openssl('ts', '-reply', '-in', put('weak.tsr', authority.respond(execFileSync('cat', [weak]), now)), '-text');
  assert.match(refused.text, /Status: Rejected[\s\S]*unrecognized or unsupported algorithm/);
});

test('a damaged or strange time stamp request is refused, never thrown', () => {
  const authority = createTimestampAuthority({ ...tsa, chain: [] });
  const digest = createHash('sha256').update('x').digest();
  const good = writeTimestampRequest({ hash: 'sha256', digest, nonce: int(12345) });
  assert.ok(readTimestampResponse(authority.respond(good, now)).length > 500);
  for (let i = 0; i < good.length; i += 1) {
    const bent = Buffer.from(good);
    bent[i] = (bent[i] ?? 0) ^ 0x41;
    assert.ok(authority.respond(bent, now).length > 5);
    assert.ok(authority.respond(good.subarray(0, i), now).length < 40);
  }
  assert.throws(() => authority.token({ hash: 'sha1', digest: Buffer.alloc(20), now }), PkiError);
});

test('keys of the authority are of the kinds that the design chose', () => {
  assert.equal(createPublicKey(root.privateKey).asymmetricKeyDetails?.namedCurve, 'secp384r1');
  assert.equal(createPublicKey(issuing.privateKey).asymmetricKeyDetails?.namedCurve, 'prime256v1');
});

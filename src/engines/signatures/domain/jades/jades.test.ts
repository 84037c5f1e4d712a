import assert from 'node:assert/strict';
import { constants, createHmac, hash, sign, verify, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { KeyHolder } from '../pki/authority.ts';
import { personSubject } from '../pki/authority.ts';
import { createTestPki, days, hours, later } from '../validation/testing.ts';
import { embedJades, prepareJades, validateJades } from './index.ts';
import type { JadesRequest } from './index.ts';

const start = new Date(Date.now() - days(2));
start.setUTCMilliseconds(0);
const pki = await createTestPki(start);
const signedAt = later(start, hours(1));
const now = later(start, hours(30));
const trust = { trustAnchors: [pki.root.certificate], now, given: { crls: pki.crls(later(start, hours(20))) } };
const payload = Buffer.from(JSON.stringify({ maHoSo: 'H56.05-261121-0001', trangThai: 'Đã giải quyết' }));
const other = await pki.leaf('signer', personSubject({ name: 'Phạm Văn Cường', organization: 'Sở Tài chính' }));
const p384 = await pki.leaf('signer', personSubject({ name: 'Lê Thị Bích', organization: 'Sở Tài chính' }), { key: 'p-384' });

function valueOf(holder: KeyHolder, algorithm: string, input: Buffer): Buffer {
  const hash = `sha${algorithm.slice(2)}`;
  if (!algorithm.startsWith('PS')) return sign(hash, input, holder.privateKey);
  return sign(hash, input, { key: holder.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

function signPayload(holder: KeyHolder = pki.agency, options: Partial<JadesRequest> = {}): string {
  const prepared = prepareJades({ certificate: holder.certificate.raw, chain: [pki.issuing.certificate.raw], payload, signingTime: signedAt, ...options });
  return embedJades(prepared, valueOf(holder, prepared.algorithm, prepared.signingInput));
}

/** A JWS with any header at all, signed rightly. */
function signHeader(change: (header: Record<string, unknown>) => unknown, holder = pki.agency): string {
  const text = Buffer.from(signPayload(holder).split('.')[0] ?? '', 'base64url').toString();
  const changed = change(JSON.parse(text) as Record<string, unknown>); // safe because our own header is an object
  const head = Buffer.from(typeof changed === 'string' ? changed : JSON.stringify(changed)).toString('base64url');
  const input = Buffer.from(`${head}.${payload.toString('base64url')}`);
  const value = sign('sha256', input, { key: holder.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${input.toString()}.${value.toString('base64url')}`;
}
const without = (header: Record<string, unknown>, name: string) => Object.fromEntries(Object.entries(header).filter(([key]) => key !== name));
const verdict = (jws: string, beside?: Buffer) => {
  const { report, payload: found } = validateJades({ jws, ...(beside ? { payload: beside } : {}) }, trust);
  return [report.indication, report.subIndication, found === null ? null : found.toString()];
};
const passed = ['TOTAL-PASSED', null, payload.toString()];

for (const [algorithm, holder] of [
  ['RS256', pki.person],
  ['RS512', pki.person],
  ['PS256', pki.person],
  ['PS384', pki.person],
  ['ES256', pki.agency],
  ['ES384', p384],
] as const) {
  test(`${algorithm}: what is signed passes, and plain node:crypto verifies it by the rules of RFC 7518 alone`, () => {
    const jws = signPayload(holder, { algorithm, contentType: 'json' });
    const { report, contentType } = validateJades({ jws }, trust);
    assert.deepEqual(verdict(jws), passed);
    assert.deepEqual([report.format, report.level, report.signingTime, report.timeSource, contentType, report.problems], ['JAdES', 'B-B', signedAt.toISOString(), 'claimed', 'json', []]);
    const [head = '', body = '', value = ''] = jws.split('.');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg: string; x5c: string[] }; // safe because the test reads its own output
    assert.equal(header.alg, algorithm);
    const key = new X509Certificate(Buffer.from(header.x5c[0] ?? '', 'base64')).publicKey;
    const padding = algorithm.startsWith('PS') ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {};
    const dsa = algorithm.startsWith('ES') ? { dsaEncoding: 'ieee-p1363' as const } : {};
    assert.ok(verify(`sha${algorithm.slice(2)}`, Buffer.from(`${head}.${body}`), { key, ...padding, ...dsa }, Buffer.from(value, 'base64url')));
  });
}

test('the algorithm follows the key, and a key is not used with the algorithm of another', () => {
  const base = { chain: [], payload, signingTime: signedAt };
  assert.equal(prepareJades({ ...base, certificate: pki.person.certificate.raw }).algorithm, 'RS256');
  assert.equal(prepareJades({ ...base, certificate: p384.certificate.raw }).algorithm, 'ES384');
  assert.throws(() => prepareJades({ ...base, certificate: p384.certificate.raw, algorithm: 'ES256' }), TypeError);
  assert.throws(() => prepareJades({ ...base, certificate: p384.certificate.raw, algorithm: 'PS256' }), TypeError);
});

test('numbers of an ECDSA value that begin with zeros keep their width', () => {
  for (let i = 0; i < 300; i += 1) assert.equal(signPayload().split('.')[2]?.length, 86);
});

test('detached and unencoded payloads pass beside the signature, and fail when another one stands there', () => {
  for (const payloadAs of ['detached', 'unencoded'] as const) {
    const jws = signPayload(pki.agency, { payloadAs });
    assert.equal(jws.split('.')[1], '');
    assert.deepEqual(verdict(jws, payload), passed);
    assert.deepEqual(verdict(jws, Buffer.from('{}')), ['TOTAL-FAILED', 'SIG_CRYPTO_FAILURE', null]);
    assert.equal(verdict(jws)[0], 'TOTAL-FAILED', 'without its payload');
  }
  assert.deepEqual(verdict(signPayload(), payload), ['TOTAL-FAILED', 'FORMAT_FAILURE', null], 'a payload at two places');
});

test('sigT of the first edition is written as critical and read', () => {
  const jws = signPayload(pki.agency, { timeAs: 'sigT' });
  assert.match(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString(), /"crit":\["sigT"\]/);
  assert.deepEqual(verdict(jws), passed);
  assert.equal(validateJades({ jws }, trust).report.claimedTime, signedAt.toISOString());
});

test('any change of header, payload or value breaks it', () => {
  const jws = signPayload();
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const [head = ''] = jws.split('.');
  for (let at = 0; at < jws.length; at += at > head.length - 5 ? 1 : 23) {
    if (jws[at] === '.') continue;
    const other = alphabet[(alphabet.indexOf(jws[at] ?? '') + 1) % 64] ?? '';
    assert.notEqual(verdict(jws.slice(0, at) + other + jws.slice(at + 1))[0], 'TOTAL-PASSED', `character ${at}`);
  }
});

for (const [name, change, expected] of [
  ['no algorithm at all', (h: object) => ({ ...h, alg: 'none' }), 'signature.unsupported'],
  ['a shared secret', (h: object) => ({ ...h, alg: 'HS256' }), 'signature.unsupported'],
  ['the algorithm of another curve', (h: object) => ({ ...h, alg: 'ES384' }), 'signature.mismatch'],
  ['a critical parameter that nobody knows', (h: object) => ({ ...h, crit: ['exp'], exp: 1 }), 'signature.unsupported'],
  ['a critical parameter that is not there', (h: object) => ({ ...h, crit: ['sigT'] }), 'format.contradiction'],
  ['an empty list of critical parameters', (h: object) => ({ ...h, crit: [] }), 'format.contradiction'],
  ['an unencoded payload that is not critical', (h: object) => ({ ...h, b64: false }), 'format.contradiction'],
  ['a reference to data elsewhere', (h: object) => ({ ...h, sigD: { mId: 'http://uri.etsi.org/19182/ObjectIdByURI' } }), 'signature.unsupported'],
  ['two times', (h: object) => ({ ...h, sigT: '2026-11-21T00:00:00Z', crit: ['sigT'] }), 'format.contradiction'],
  ['the hash of another certificate', (h: object) => ({ ...h, 'x5t#S256': Buffer.alloc(32).toString('base64url') }), 'signer.missing'],
  ['a hash that is none', (h: object) => ({ ...h, 'x5t#S256': 'abc' }), 'format.contradiction'],
  ['the SHA-1 of another certificate', (h: object) => ({ ...h, x5t: Buffer.alloc(20, 7).toString('base64url') }), 'signer.missing'],
  ['a SHA-1 that is none', (h: object) => ({ ...h, x5t: 5 }), 'format.contradiction'],
  ['certificates that are none', (h: object) => ({ ...h, x5c: ['AAAA'] }), 'signer.missing'],
  ['certificates in a wrong shape', (h: object) => ({ ...h, x5c: [1] }), 'format.contradiction'],
  ['a member twice', (h: object) => JSON.stringify(h).replace('{', '{"alg":"ES256",'), 'format.unreadable'],
  ['a member twice in disguise', (h: object) => JSON.stringify(h).replace('{', '{"\\u0061lg":"ES256",'), 'format.unreadable'],
  ['no object', () => '[]', 'format.unreadable'],
] as const) {
  test(`a header is refused with ${name}`, () => {
    const { report, payload: found } = validateJades({ jws: signHeader(change) }, trust);
    assert.deepEqual([report.problems.some(({ code }) => code === expected), found, report.indication === 'TOTAL-PASSED'], [true, null, false]);
  });
}

test('a header that is honest in another way passes: the control of the refusals above', () => {
  assert.deepEqual(verdict(signHeader((header) => ({ ...header, kid: 'khóa 1' }))), passed);
});

test('a key inside the header is never used: only the certificate counts', () => {
  const jws = signHeader((header) => ({
    ...header,
    x5c: [other.certificate.raw.toString('base64')],
    'x5t#S256': Buffer.from(other.certificate.fingerprint, 'hex').toString('base64url'),
    jwk: pki.agency.certificate.publicKey().export({ format: 'jwk' }),
  }));
  assert.deepEqual(verdict(jws), ['TOTAL-FAILED', 'SIG_CRYPTO_FAILURE', null]);
});

test('a header that is no UTF-8 is refused: what a program puts in the place of the wrong bytes is its own affair', () => {
  const [head = ''] = signPayload().split('.');
  const text = Buffer.from(head, 'base64url').toString('latin1').replace('{', '{"kid":"\u00ff\u00fe",');
  const input = `${Buffer.from(text, 'latin1').toString('base64url')}.${payload.toString('base64url')}`;
  const value = sign('sha256', Buffer.from(input), { key: pki.agency.privateKey, dsaEncoding: 'ieee-p1363' });
  assert.deepEqual(verdict(`${input}.${value.toString('base64url')}`), ['TOTAL-FAILED', 'FORMAT_FAILURE', null]);
});

test('the public key as a shared secret does not verify', () => {
  const [, body = ''] = signPayload().split('.');
  const head = Buffer.from(JSON.stringify({ alg: 'HS256', x5c: [pki.agency.certificate.raw.toString('base64')] })).toString('base64url');
  const value = createHmac('sha256', pki.agency.certificate.publicKey().export({ format: 'pem', type: 'spki' })).update(`${head}.${body}`).digest('base64url');
  assert.notEqual(verdict(`${head}.${body}.${value}`)[0], 'TOTAL-PASSED');
});

test('without the hash of its certificate a signature is undetermined; without x5c the certificate is found by the hash', () => {
  assert.deepEqual(verdict(signHeader((header) => without(header, 'x5t#S256'))).slice(0, 2), ['INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE']);
  const bothHashes = (x5t: Buffer) => signHeader((header) => ({ ...header, x5t: x5t.toString('base64url') }));
  assert.deepEqual(verdict(bothHashes(hash('sha1', pki.agency.certificate.raw, 'buffer'))), passed);
  const byHash = signHeader((header) => without(header, 'x5c'));
  assert.equal(verdict(byHash)[1], 'NO_SIGNING_CERTIFICATE_FOUND');
  const given = { ...trust.given, certificates: [pki.agency.certificate, pki.issuing.certificate] };
  assert.equal(validateJades({ jws: byHash }, { ...trust, given }).report.indication, 'TOTAL-PASSED');
});

test('without a claimed time it is no baseline level, and one in the future is undetermined', () => {
  assert.equal(validateJades({ jws: signHeader((header) => without(header, 'iat')) }, trust).report.level, 'UNKNOWN');
  assert.deepEqual(verdict(signPayload(pki.agency, { signingTime: later(now, hours(1)) })).slice(0, 2), ['INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE']);
});

test('an unknown root, a revoked and an ended certificate are told as for PDF', () => {
  const jws = signPayload();
  assert.equal(validateJades({ jws }, { ...trust, trustAnchors: [] }).report.subIndication, 'NO_CERTIFICATE_CHAIN_FOUND');
  const revoked = [{ serial: pki.agency.certificate.serial, revokedAt: later(start, hours(0.5)), reason: 'keyCompromise' as const }];
  assert.equal(validateJades({ jws }, { ...trust, given: { crls: pki.crls(later(start, hours(20)), revoked) } }).report.subIndication, 'REVOKED');
  const after = later(start, days(1200));
  assert.equal(validateJades({ jws }, { ...trust, now: after }).report.indication, 'INDETERMINATE');
});

test('what is no JWS gets a report, not an exception', () => {
  for (const text of ['', '.', '..', 'a.b', 'a.b.c', 'a.b.c.d', 'a.b.c.d.e', '{}', `${signPayload()}=`, signPayload().replace('.', '=.'), `${signPayload()}.`, ` ${signPayload()}`]) {
    assert.deepEqual(verdict(text), ['TOTAL-FAILED', 'FORMAT_FAILURE', null], text.slice(0, 20));
  }
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ctx, int, nul, oct, oid, seq, set, tlv } from '../asn1/der.ts';
import { children, fieldsOf, oidOf, rawOf, readAsn1 } from '../asn1/reader.ts';
import { cmsSigner, signAttributes } from '../cms/sign.ts';
import { CmsError } from '../cms/verify-errors.ts';
import { hasOracle, runOracle, toPem } from '../pdf/testing-signer.ts';
import type { KeyHolder } from '../pki/authority.ts';
import { OID } from '../pki/oids.ts';
import { createTestPki, days, hours, later } from '../validation/testing.ts';
import { addValidationData, cadesAttributes, digestOfStream, embedCades, validateCades } from './index.ts';

const start = new Date(Date.now() - days(2));
start.setUTCMilliseconds(0);
const pki = await createTestPki(start);
const signedAt = later(start, hours(1));
const now = later(start, hours(30));
const content = Buffer.from('Danh sách hồ sơ thủ tục hành chính đã giải quyết, quý III/2026\n'.repeat(500));
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

async function* piecesOf(bytes: Buffer, size = 1000) {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

interface Made {
  readonly holder?: KeyHolder;
  readonly withTimestamp?: boolean;
  readonly stampOver?: Buffer;
  readonly scheme?: 'rsa-pss';
}

async function signContent({ holder = pki.person, withTimestamp = false, stampOver, scheme }: Made = {}): Promise<Buffer> {
  const signer = cmsSigner({ certificate: holder.certificate.raw, chain: [pki.issuing.certificate.raw], ...(scheme ? { scheme } : {}) });
  const digest = await digestOfStream(piecesOf(content), signer.hash);
  const attributes = cadesAttributes(signer, { digest, signingTime: signedAt, mimeType: 'text/plain' });
  const signature = signAttributes(signer, holder.privateKey, attributes);
  if (!withTimestamp) return embedCades(signer, { attributes, signature });
  const timestampToken = pki.tsa.token({ hash: 'sha256', digest: sha256(stampOver ?? signature), now: signedAt });
  return embedCades(signer, { attributes, signature, timestampToken });
}

const anchors = [pki.root.certificate];
const validate = (signature: Buffer, { bytes = content, at = now, given = { crls: pki.crls(later(start, hours(20))) } } = {}) =>
  validateCades({ signature, name: 'so-lieu.txt.p7s', digestOf: (hash) => digestOfStream(piecesOf(bytes, 777), hash) }, { trustAnchors: anchors, now: at, given }).then(({ report }) => report);

for (const [name, made] of [
  ['RSA', {}],
  ['RSA-PSS', { scheme: 'rsa-pss' }],
  ['ECDSA', { holder: pki.agency }],
] as const) {
  test(`a detached signature of a file passes, and openssl accepts it as CAdES: ${name}`, async (t) => {
    const signature = await signContent(made);
    const report = await validate(signature);
    assert.deepEqual([report.indication, report.level, report.format, report.integrity], ['TOTAL-PASSED', 'B-B', 'CAdES', 'intact']);
    assert.equal(report.claimedTime, signedAt.toISOString());
    assert.deepEqual(report.problems.map(({ code }) => code), ['timestamp.missing']);
    if (!hasOracle(t, 'openssl')) return;
    const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 's.p7s', '-content', 'c', '-CAfile', 'root.pem', '-purpose', 'any', '-out', 'x'];
    const { read } = runOracle('openssl', args, { 's.p7s': signature, c: content, 'root.pem': toPem(pki.root.certificate.raw) });
    assert.ok(read('x').equals(content));
  });
}

test('the signed attributes are those of the CAdES baseline: a signing time and the media type among them', async () => {
  const signer = cmsSigner({ certificate: pki.person.certificate.raw, chain: [] });
  const attributes = cadesAttributes(signer, { digest: await digestOfStream(piecesOf(content), 'sha256'), signingTime: signedAt, mimeType: 'text/plain' });
  const types = children(readAsn1(attributes)).map((attribute) => oidOf(fieldsOf(attribute).take()));
  assert.deepEqual(types.toSorted(), ['0.4.0.1733.2.1', '1.2.840.113549.1.9.16.2.47', '1.2.840.113549.1.9.3', '1.2.840.113549.1.9.4', '1.2.840.113549.1.9.5']);
});

test('a changed file fails by its hash, a changed signature value by its mathematics', async () => {
  const signature = await signContent();
  const changed = await validate(signature, { bytes: Buffer.concat([content, Buffer.from(' ')]) });
  assert.deepEqual([changed.indication, changed.subIndication, changed.integrity, changed.level], ['TOTAL-FAILED', 'HASH_FAILURE', 'broken', 'UNKNOWN']);
  const flipped = Buffer.from(signature);
  flipped.writeUInt8(flipped.readUInt8(flipped.length - 5) ^ 1, flipped.length - 5);
  const broken = await validate(flipped);
  assert.deepEqual([broken.indication, broken.subIndication], ['TOTAL-FAILED', 'SIG_CRYPTO_FAILURE']);
});

test('a trusted timestamp makes it B-T and proves the time; one over another value is told and not used', async () => {
  const report = await validate(await signContent({ withTimestamp: true }));
  assert.deepEqual([report.indication, report.level, report.timeSource, report.timestamp?.indication], ['TOTAL-PASSED', 'B-T', 'timestamp', 'TOTAL-PASSED']);
  const wrong = await validate(await signContent({ withTimestamp: true, stampOver: Buffer.from('khác') }));
  assert.deepEqual([wrong.level, wrong.timeSource, wrong.timestamp?.subIndication], ['B-B', 'claimed', 'HASH_FAILURE']);
  assert.ok(wrong.problems.some(({ code }) => code === 'timestamp.invalid'));
});

test('embedded lists and OCSP answers make it B-LT: it passes alone after the certificate has ended, and openssl still accepts it', async (t) => {
  const short = await pki.leaf('signer', pki.person.certificate.subject.attributes.map(({ oid, value }) => ({ oid, value })), { validDays: 3 });
  const stamped = await signContent({ holder: short, withTimestamp: true });
  const at = later(start, hours(20));
  const longTerm = addValidationData(stamped, { certificates: [pki.issuing.certificate.raw], crls: pki.crls(at), ocsps: [pki.ocsp(short, { status: 'good' }, at)] });
  const much = later(start, days(6));
  const report = await validate(longTerm, { at: much, given: { crls: [] } });
  assert.deepEqual([report.indication, report.level, report.revocation.origin, report.problems], ['TOTAL-PASSED', 'B-LT', 'embedded', []]);
  const without = await validate(stamped, { at: much, given: { crls: [] } });
  assert.deepEqual([without.indication, without.subIndication, without.level], ['INDETERMINATE', 'OUT_OF_BOUNDS_NO_POE', 'B-T'], 'nobody vouches for the time stamp either');
  assert.ok(addValidationData(longTerm, { crls: pki.crls(at) }).length >= longTerm.length, 'growing again is allowed');
  if (!hasOracle(t, 'openssl')) return;
  const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 's.p7s', '-content', 'c', '-CAfile', 'root.pem', '-purpose', 'any', '-out', 'x'];
  runOracle('openssl', args, { 's.p7s': longTerm, c: content, 'root.pem': toPem(pki.root.certificate.raw) });
});

test('an OCSP answer alone is enough revocation material for B-LT', async () => {
  const at = later(start, hours(20));
  const stamped = await signContent({ withTimestamp: true });
  const report = await validate(addValidationData(stamped, { ocsps: [pki.ocsp(pki.person, { status: 'good' }, at)] }), { given: { crls: pki.crls(at) } });
  assert.deepEqual([report.level, report.indication], ['B-LT', 'TOTAL-PASSED']);
});

test('what a B-T validation rested on makes the signature B-LT; what it lacked is named', async () => {
  const signature = await signContent({ withTimestamp: true });
  const digestOf = () => Promise.resolve(sha256(content));
  const { used, missing } = await validateCades({ signature, digestOf }, { trustAnchors: anchors, now, given: { crls: pki.crls(later(start, hours(20))) } });
  assert.deepEqual([used.crls.length, missing], [2, []]);
  const grown = await validateCades({ signature: addValidationData(signature, used), digestOf }, { trustAnchors: anchors, now });
  assert.deepEqual([grown.report.indication, grown.report.level], ['TOTAL-PASSED', 'B-LT']);
  const lacking = await validateCades({ signature, digestOf }, { trustAnchors: anchors, now });
  assert.ok(lacking.missing.some(({ certificate }) => certificate.fingerprint === pki.person.certificate.fingerprint));
});

test('a timestamp that cannot be read is told as invalid, not as missing', async () => {
  const signer = cmsSigner({ certificate: pki.person.certificate.raw, chain: [pki.issuing.certificate.raw] });
  const attributes = cadesAttributes(signer, { digest: sha256(content), signingTime: signedAt });
  const signature = signAttributes(signer, pki.person.privateKey, attributes);
  const report = await validate(embedCades(signer, { attributes, signature, timestampToken: Buffer.from('3000', 'hex') }));
  assert.deepEqual([report.level, report.problems.map(({ code }) => code)], ['B-B', ['timestamp.invalid']]);
});

test('a signature without a timestamp does not become B-LT', async () => {
  const signature = await signContent();
  assert.throws(() => addValidationData(signature, { crls: pki.crls(now) }), TypeError);
  assert.throws(() => addValidationData(Buffer.from('không phải'), {}), CmsError);
});

test('revoked before the claimed time fails; an unknown root is undetermined', async () => {
  const signature = await signContent();
  const revoked = [{ serial: pki.person.certificate.serial, revokedAt: later(start, hours(0.5)), reason: 'keyCompromise' as const }];
  const report = await validate(signature, { given: { crls: pki.crls(later(start, hours(20)), revoked) } });
  assert.deepEqual([report.indication, report.subIndication, report.validityAtSigning], ['TOTAL-FAILED', 'REVOKED', 'revoked']);
  const { report: unknown } = await validateCades({ signature, digestOf: () => Promise.resolve(sha256(content)) }, { trustAnchors: [], now });
  assert.deepEqual([unknown.indication, unknown.subIndication], ['INDETERMINATE', 'NO_CERTIFICATE_CHAIN_FOUND']);
});

test('what is no signature gets a report, not an exception; mutated signatures never pass', async () => {
  const junk = await validate(Buffer.from('không phải chữ ký'));
  assert.deepEqual([junk.indication, junk.subIndication, junk.signer], ['TOTAL-FAILED', 'FORMAT_FAILURE', '']);
  const good = await signContent({ withTimestamp: true });
  const expected = JSON.stringify((await validate(good)).certificate);
  for (let at = 7; at < good.length; at += 61) {
    const mutated = Buffer.from(good);
    mutated.writeUInt8(mutated.readUInt8(at) ^ 0x55, at);
    const report = await validate(mutated);
    // Bytes of the timestamp and of the chain are not signed by the signer: there the same signer may still pass.
    if (report.indication === 'TOTAL-PASSED') assert.equal(JSON.stringify(report.certificate), expected);
  }
});

test('several signers in one container are not judged and not called forged; none at all is a damaged container', async () => {
  const outer = fieldsOf(readAsn1(await signContent()));
  outer.take();
  const parts = fieldsOf(fieldsOf(outer.take(0xa0), 0xa0).take(0x30)).rest();
  const info = rawOf(children(parts.at(-1) ?? assert.fail('no signers'))[0] ?? assert.fail('no signer'));
  const withSigners = (...infos: Buffer[]) => seq(oid(OID.signedData), ctx(0, seq(...parts.slice(0, -1).map(rawOf), set(...infos))));
  const verdict = async (signature: Buffer) => validate(signature).then(({ indication, problems }) => [indication, problems[0]?.code]);
  assert.deepEqual(await verdict(withSigners(info)), ['TOTAL-PASSED', 'timestamp.missing']);
  assert.deepEqual(await verdict(withSigners(info, info)), ['INDETERMINATE', 'signature.unsupported']);
  assert.deepEqual(await verdict(withSigners()), ['TOTAL-FAILED', 'format.unreadable']);
});

test('content enclosed in the signature contradicts the file beside it', async (t) => {
  if (!hasOracle(t, 'openssl')) return;
  const key = pki.person.privateKey.export({ format: 'pem', type: 'pkcs8' });
  const args = ['cms', '-sign', '-cades', '-nodetach', '-binary', '-in', 'c', '-signer', 's.pem', '-inkey', 'k.pem', '-outform', 'DER', '-out', 'o.p7m'];
  const { read } = runOracle('openssl', args, { c: content, 's.pem': toPem(pki.person.certificate.raw), 'k.pem': key });
  const report = await validate(read('o.p7m'));
  assert.deepEqual([report.indication, report.subIndication], ['TOTAL-FAILED', 'FORMAT_FAILURE']);
});

test('the signed attributes of a signature do not pass for a file that was signed without any', async () => {
  const { certificate, privateKey } = pki.person;
  const signer = cmsSigner({ certificate: certificate.raw, chain: [] });
  const attributes = cadesAttributes(signer, { digest: sha256(content), signingTime: signedAt, mimeType: 'text/plain' });
  const value = signAttributes(signer, privateKey, attributes);
  const sha256Algorithm = seq(oid(OID.sha256));
  const info = seq(int(1), seq(certificate.issuer.raw, tlv(0x02, certificate.serial)), sha256Algorithm, seq(oid(OID.rsaEncryption), nul()), oct(value));
  const container = (inside: readonly Buffer[]) => seq(oid(OID.signedData), ctx(0, seq(int(1), set(sha256Algorithm), seq(oid(OID.data), ...inside), ctx(0, certificate.raw, pki.issuing.certificate.raw), set(info))));
  for (const [signature, bytes] of [[container([]), attributes], [container([ctx(0, oct(attributes))]), undefined]] as const) {
    const { report } = await validateCades({ signature, ...(bytes ? { digestOf: (hash) => digestOfStream(piecesOf(bytes), hash) } : {}) }, { trustAnchors: anchors, now, given: { crls: pki.crls(later(start, hours(20))) } });
    assert.notEqual(report.indication, 'TOTAL-PASSED');
    assert.ok(report.problems.some(({ code }) => code === 'ess.missing' || code === 'format.contradiction'));
  }
});

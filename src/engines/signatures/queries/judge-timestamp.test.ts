import assert from 'node:assert/strict';
import { createHash, sign } from 'node:crypto';
import { test } from 'node:test';
import { ctx, int, oct, oid, retag, seq, set, setOf, tlv } from '../domain/asn1/der.ts';
import { parseTimestampToken } from '../domain/cms/verify-timestamp.ts';
import { hashOid } from '../domain/pki/algorithms.ts';
import { OID } from '../domain/pki/oids.ts';
import { createTestPki, days, hours, later } from '../domain/validation/testing.ts';
import { judgeTimestamp } from './judge-timestamp.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(10));
const now = later(at, hours(1));
const stamped = Buffer.from('bản ghi đã niêm phong');
const digest = createHash('sha256').update(stamped).digest();
const token = pki.tsa.token({ hash: 'sha256', digest, now: at });
const trust = { anchors: [pki.root.certificate], periods: [], crls: pki.crls(now), now };

/** The same statement, signed by the same authority over SHA-1. */
function signedWithSha1(): Buffer {
  const { certificate, privateKey } = pki.tsaHolder;
  const info = parseTimestampToken(token).cms.content ?? assert.fail('content');
  const algorithm = seq(oid(hashOid('sha1')));
  const attribute = (name: string, value: Buffer) => seq(oid(name), set(value));
  const attributes = setOf([
    attribute(OID.contentType, oid(OID.tstInfo)),
    attribute(OID.messageDigest, oct(createHash('sha1').update(info).digest())),
    attribute(OID.signingCertificateV2, seq(seq(seq(oct(Buffer.from(certificate.fingerprint, 'hex')))))),
  ]);
  const signer = seq(int(1), seq(certificate.issuer.raw, tlv(0x02, certificate.serial)), algorithm, retag(0xa0, attributes), seq(oid('1.2.840.10045.4.1')), oct(sign('sha1', attributes, privateKey)));
  const data = seq(int(3), set(algorithm), seq(oid(OID.tstInfo), ctx(0, oct(info))), ctx(0, certificate.raw, pki.issuing.certificate.raw), set(signer));
  return seq(oid(OID.signedData), ctx(0, data));
}

test('a token over these very bytes, by a trusted authority, proves its time', () => {
  assert.deepEqual(judgeTimestamp(token, stamped, trust), { time: at, authority: pki.tsaHolder.certificate.subject.commonName });
  assert.ok(judgeTimestamp(token, Buffer.from('khác'), trust).problem);
});

test('a token that its authority signed over SHA-1 proves nothing today, whatever it hashes the bytes with', () => {
  assert.match(judgeTimestamp(signedWithSha1(), stamped, trust).problem?.en ?? 'it was believed', /SHA-1/);
});

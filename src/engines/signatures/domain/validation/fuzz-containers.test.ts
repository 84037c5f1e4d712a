import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { seq, tlv } from '../asn1/der.ts';
import { assembleCms, cmsSigner, signAttributes, signedAttributes } from '../cms/sign.ts';
import { CmsError } from '../cms/verify-errors.ts';
import { parseTimestampToken, verifyTimestampToken } from '../cms/verify-timestamp.ts';
import { parseCms, verifyCms } from '../cms/verify.ts';
import { isIssuedBy, parseCertificate } from '../pki/certificate.ts';
import { parseRevocationList } from '../pki/crl.ts';
import { PkiError } from '../pki/errors.ts';
import { parseOcspResponse } from '../pki/ocsp.ts';
import { OID } from '../pki/oids.ts';
import { keepingWhatFails } from './testing-corpus.ts';
import { bounded, damage, randomSource } from './testing-fuzz.ts';
import { createTestPki, days, later } from './testing.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(10));
const rounds = 10_000;
const data = Buffer.from('nội dung đã ký');
const digest = createHash('sha256').update(data).digest();

/** What a coded error says, or what came out. Anything else that is thrown fails the test. */
function codedOr<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof CmsError || error instanceof PkiError) return undefined;
    throw error;
  }
}

function fuzz(name: string, bytes: Buffer, attempt: (bent: Buffer) => void): void {
  test(`${name}: damaged in ${rounds} ways it is refused with a code or says the same, in bounded time and memory`, () => {
    const random = randomSource(name.length * 7919 + 11);
    bounded(() => {
      attempt(bytes);
    }, 'untouched');
    for (let round = 0; round < rounds; round += 1) {
      let bent = damage(bytes, random);
      for (let more = random(3); more > 0 && bent.length > 0; more -= 1) bent = damage(bent, random);
      keepingWhatFails(bent, () => {
        bounded(() => {
          attempt(bent);
        }, `round ${round}`);
      });
    }
  });
}

const signer = cmsSigner({ certificate: pki.person.certificate.raw, chain: [pki.issuing.certificate.raw] });
const attributes = signedAttributes(signer, digest);
const timestampToken = (value: Buffer) => pki.tsa.token({ hash: 'sha256', digest: createHash('sha256').update(value).digest(), now: at });
const signature = signAttributes(signer, pki.person.privateKey, attributes);
const container = assembleCms(signer, { attributes, signature, timestampToken: timestampToken(signature) });
const genuine = parseCms(container);

fuzz('a signature container', container, (bent) => {
  const cms = codedOr(() => parseCms(bent));
  const result = cms && codedOr(() => verifyCms({ cms, digestOf: () => digest, expectedContentType: OID.data }));
  if (cms === undefined || result?.verdict !== 'ok') return;
  assert.ok(cms.signedAttributes?.encoded.equals(genuine.signedAttributes?.encoded ?? Buffer.alloc(0)), 'only what was signed');
  assert.equal(result.signer?.fingerprint, pki.person.certificate.fingerprint);
});

const token = pki.tsa.token({ hash: 'sha256', digest, now: at });
fuzz('a time stamp token', token, (bent) => {
  const read = codedOr(() => parseTimestampToken(bent));
  const result = read && codedOr(() => verifyTimestampToken(read, () => digest));
  if (read === undefined || result?.verdict !== 'ok') return;
  assert.deepEqual([read.time, result.signer?.fingerprint], [at, pki.tsaHolder.certificate.fingerprint]);
});

const answer = pki.ocsp(pki.person, { status: 'revoked', revokedAt: start, reason: 'keyCompromise' }, at);
const answers = JSON.stringify(parseOcspResponse(answer).answers);
fuzz('an OCSP answer', answer, (bent) => {
  const read = codedOr(() => parseOcspResponse(bent));
  if (read?.isSignedBy(pki.responder.certificate) !== true) return;
  assert.equal(JSON.stringify(read.answers), answers);
});

test('found once: an OCSP answer whose responder id is damaged is refused when it is read, not when it is asked', () => {
  const id = Buffer.from([0xa2, 0x16, 0x04, 0x14]);
  const bent = Buffer.from(answer);
  bent[bent.indexOf(id) + 2] = 0x50;
  assert.ok(bent.indexOf(id) < 0 && answer.indexOf(id) > 0);
  assert.equal(codedOr(() => parseOcspResponse(bent)), undefined);
});

const revoked = Array.from({ length: 50 }, (_, i) => ({ serial: i === 7 ? pki.person.certificate.serial : Buffer.from([0x40, i + 1]), revokedAt: start, reason: 'superseded' as const }));
const [, list = Buffer.alloc(0)] = pki.crls(at, revoked);
fuzz('a revocation list', list, (bent) => {
  const read = codedOr(() => parseRevocationList(bent));
  if (read?.isSignedBy(pki.issuing.certificate) !== true) return;
  assert.deepEqual([read.thisUpdate, codedOr(() => read.find(pki.person.certificate.serial))?.reason], [at, 'superseded']);
});

fuzz('a certificate', pki.person.certificate.raw, (bent) => {
  const read = codedOr(() => parseCertificate(bent));
  if (read === undefined) return;
  codedOr(() => read.publicKey());
  if (isIssuedBy(read, pki.issuing.certificate)) assert.ok(read.tbs.equals(pki.person.certificate.tbs), 'only what the issuer signed');
});

test('containers built to cost much are refused quickly: deep nesting, many elements, many attributes', () => {
  let deep: Buffer = Buffer.from([5, 0]);
  for (let i = 0; i < 5000; i += 1) deep = seq(deep);
  const wide = tlv(0x30, Buffer.alloc(600_000, Buffer.from([5, 0])));
  const indefinite = Buffer.concat([Buffer.alloc(200_000, Buffer.from([0x30, 0x80]))]);
  const setOfSets = tlv(0x31, Buffer.alloc(80_000, Buffer.from([0x31, 2, 5, 0])));
  for (const bomb of [deep, wide, indefinite, setOfSets, seq(setOfSets, deep)]) {
    bounded(() => {
      for (const read of [parseCms, parseTimestampToken, parseOcspResponse, parseRevocationList, parseCertificate]) assert.equal(codedOr(() => read(bomb)), undefined);
    }, 'bomb');
  }
});

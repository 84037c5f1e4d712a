import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bool, ctx, ctxPrim, int, oct, oid, seq, time, tlv } from '../asn1/der.ts';
import { children, fieldsOf, oidOf, rawOf, readAsn1 } from '../asn1/reader.ts';
import { addValidationStore } from '../pdf/levels/index.ts';
import { buildPdf } from '../pdf/testing.ts';
import { signatureAlgorithmFor, signingHashFor } from '../pki/algorithms.ts';
import { signed } from '../pki/draft.ts';
import type { Authority, KeyHolder } from '../pki/authority.ts';
import { parseCertificate } from '../pki/certificate.ts';
import type { RevocationReason } from '../pki/crl.ts';
import { OID } from '../pki/oids.ts';
import { writeRevocationList } from '../pki/revocation-list.ts';
import { timestampAccuracySeconds } from '../pki/timestamp-authority.ts';
import { addDocumentTimestamp, createTestPki, days, hours, later, signTestPdf } from './testing.ts';
import type { TestPki } from './testing.ts';
import { validateFully, validatePdf } from './validate-pdf.ts';
import type { ValidationOptions } from './validate-pdf.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
/** Time stamps come from an authority that has nothing to do with the signers'. */
const clock = await createTestPki(start);
const signers: TestPki = { ...pki, tsa: clock.tsa };
const signedAt = later(start, days(10));
const muchLater = later(start, days(100));
const letter = buildPdf();
const anchors = [pki.root.certificate, clock.root.certificate];

const validate = (pdf: Buffer, options: Partial<ValidationOptions> = {}) => validatePdf(pdf, { trustAnchors: anchors, now: muchLater, ...options });
const verdict = ({ indication, subIndication }: { indication: string; subIndication: string | null }) => (subIndication === null ? indication : `${indication} ${subIndication}`);
const firstOf = (pdf: Buffer, options: Partial<ValidationOptions> = {}) => validate(pdf, options).signatures[0] ?? assert.fail('no signature');
const codes = (pdf: Buffer, options: Partial<ValidationOptions> = {}) => firstOf(pdf, options).problems.map((problem) => problem.code);

const listOf = (authority: Authority, now: Date, revoked: readonly { holder: { readonly certificate: KeyHolder['certificate'] }; at: Date; reason: RevocationReason }[] = []) =>
  writeRevocationList(authority, {
    number: 7n,
    now,
    nextUpdate: later(now, days(7)),
    revoked: revoked.map(({ holder, at, reason }) => ({ serial: holder.certificate.serial, revokedAt: at, reason })),
  });
const stamped = signTestPdf(letter, { pki: signers, at: signedAt, withTimestamp: true });
const withStore = (pdf: Buffer, at: Date) =>
  Buffer.concat([pdf, addValidationStore(pdf, { certificates: [pki.issuing.certificate.raw], crls: pki.crls(at), ocsps: [pki.ocsp(pki.person, { status: 'good' }, at)] })]);

test('what a revoked authority said counts only if a time stamp proves it older than the revocation', () => {
  const caRevoked = listOf(pki.root, muchLater, [{ holder: pki.issuing, at: later(start, days(50)), reason: 'caCompromise' }]);
  const given = { crls: [caRevoked, listOf(pki.issuing, muchLater), ...clock.crls(muchLater)] };
  // The list of after the compromise may be the thief's.
  assert.equal(verdict(firstOf(stamped, { given })), 'INDETERMINATE REVOKED_CA_NO_POE');
  assert.equal(verdict(firstOf(withStore(stamped, later(signedAt, hours(1))), { given })), 'INDETERMINATE REVOKED_CA_NO_POE');
  const archived = addDocumentTimestamp(withStore(stamped, later(signedAt, hours(1))), clock, later(signedAt, hours(2)));
  assert.equal(verdict(firstOf(archived, { given })), 'TOTAL-PASSED');
  const tooLate = addDocumentTimestamp(withStore(stamped, later(signedAt, hours(1))), clock, later(start, days(60)));
  assert.equal(verdict(firstOf(tooLate, { given })), 'INDETERMINATE REVOKED_CA_NO_POE');
});

test('time stamps that contradict each other prove nothing', () => {
  const given = { crls: [...pki.crls(muchLater), ...clock.crls(muchLater)] };
  const inner = addDocumentTimestamp(stamped, clock, later(signedAt, hours(3)));
  assert.equal(validate(addDocumentTimestamp(inner, clock, later(signedAt, hours(4))), { given }).indication, 'TOTAL-PASSED');
  const contradicting = validate(addDocumentTimestamp(inner, clock, later(signedAt, hours(2))), { given });
  assert.deepEqual(contradicting.signatures.map(verdict), ['TOTAL-PASSED', 'INDETERMINATE TIMESTAMP_ORDER_FAILURE', 'TOTAL-PASSED']);
  const early = addDocumentTimestamp(stamped, clock, later(signedAt, -hours(1)));
  assert.equal(verdict(firstOf(early, { given })), 'INDETERMINATE TIMESTAMP_ORDER_FAILURE');
});

test('the best signature time is the latest instant that the earliest proof leaves open, and now without one', () => {
  const accuracyMs = timestampAccuracySeconds * 1000;
  const given = { crls: [...pki.crls(muchLater), ...clock.crls(muchLater)] };
  const plain = signTestPdf(letter, { pki, at: signedAt });
  assert.equal(firstOf(plain, { given }).bestSignatureTime, muchLater.toISOString());
  assert.equal(firstOf(stamped, { given }).bestSignatureTime, later(signedAt, accuracyMs).toISOString());
  const covered = addDocumentTimestamp(plain, clock, later(signedAt, hours(5)));
  assert.equal(firstOf(covered, { given }).bestSignatureTime, later(signedAt, hours(5) + accuracyMs).toISOString());
});

test('a certificate on hold leaves it open, and a hold that was lifted is forgotten', () => {
  const plain = signTestPdf(letter, { pki, at: signedAt });
  const held = listOf(pki.issuing, later(muchLater, -days(3)), [{ holder: pki.person, at: later(start, days(40)), reason: 'certificateHold' }]);
  const [rootList = Buffer.alloc(0)] = pki.crls(muchLater);
  assert.equal(verdict(firstOf(plain, { given: { crls: [rootList, held] } })), 'INDETERMINATE TRY_LATER');
  assert.ok(codes(plain, { given: { crls: [rootList, held] } }).includes('certificate.onHold'));
  assert.equal(verdict(firstOf(plain, { given: { crls: [rootList, held, listOf(pki.issuing, muchLater)] } })), 'TOTAL-PASSED');
  const lost = listOf(pki.issuing, later(muchLater, -days(3)), [{ holder: pki.person, at: later(start, days(40)), reason: 'keyCompromise' }]);
  assert.equal(verdict(firstOf(plain, { given: { crls: [rootList, lost, listOf(pki.issuing, muchLater)] } })), 'INDETERMINATE REVOKED_NO_POE');
});

/** A list with an issuing distribution point, which our own authority never writes. */
function narrowList(authority: Authority, point: Buffer, revoked: Buffer | undefined): Buffer {
  const { certificate, privateKey } = authority;
  const entries = revoked ? [seq(seq(tlv(0x02, revoked), time(start)))] : [];
  const extension = seq(oid(OID.issuingDistributionPoint), bool(true), oct(point));
  return signed(seq(int(1), signatureAlgorithmFor(privateKey, signingHashFor(privateKey)), certificate.subject.raw, time(muchLater), time(later(muchLater, days(7))), ...entries, ctx(0, seq(extension))), privateKey);
}
const flag = (n: number) => ctxPrim(n, Buffer.from([0xff]));

test('an indirect list is refused and named, whether or not it holds the serial', () => {
  const plain = signTestPdf(letter, { pki, at: signedAt });
  const [rootList = Buffer.alloc(0)] = pki.crls(muchLater);
  for (const serial of [undefined, pki.person.certificate.serial]) {
    const given = { crls: [rootList, narrowList(pki.issuing, seq(flag(4)), serial)] };
    assert.equal(verdict(firstOf(plain, { given })), 'INDETERMINATE TRY_LATER');
    assert.ok(codes(plain, { given }).includes('revocation.indirect'));
  }
});

test('a list for authorities says nothing about a signer, one for signers nothing about an authority, one for some reasons not that all is well', () => {
  const plain = signTestPdf(letter, { pki, at: signedAt });
  const [rootList = Buffer.alloc(0), issuingList = Buffer.alloc(0)] = pki.crls(muchLater);
  const about = (crls: Buffer[]) => verdict(firstOf(plain, { given: { crls } }));
  assert.equal(about([rootList, narrowList(pki.issuing, seq(flag(1)), undefined)]), 'TOTAL-PASSED');
  assert.equal(about([rootList, narrowList(pki.issuing, seq(flag(2)), undefined)]), 'INDETERMINATE TRY_LATER');
  assert.equal(about([narrowList(pki.root, seq(flag(1)), undefined), issuingList]), 'INDETERMINATE TRY_LATER');
  assert.equal(about([narrowList(pki.root, seq(flag(2)), undefined), issuingList]), 'TOTAL-PASSED');
  assert.equal(about([rootList, narrowList(pki.issuing, seq(ctxPrim(3, Buffer.from([1, 0x40]))), undefined)]), 'INDETERMINATE TRY_LATER');
  assert.equal(about([rootList, narrowList(pki.issuing, seq(ctxPrim(3, Buffer.from([1, 0x40]))), pki.person.certificate.serial)]), 'TOTAL-FAILED REVOKED');
});

test('a certificate is found on a list of two hundred thousand', () => {
  const { certificate, privateKey } = pki.issuing;
  const row = (serial: Buffer) => seq(tlv(0x02, serial), time(start));
  const rows = Array.from({ length: 200_000 }, (_, i) => row(Buffer.from([0x20, i >> 16, (i >> 8) & 255, i & 255])));
  const listWith = (more: readonly Buffer[]) =>
    signed(seq(int(1), signatureAlgorithmFor(privateKey, signingHashFor(privateKey)), certificate.subject.raw, time(muchLater), time(later(muchLater, days(7))), tlv(0x30, Buffer.concat([...rows, ...more]))), privateKey);
  const plain = signTestPdf(letter, { pki, at: signedAt });
  const [rootList = Buffer.alloc(0)] = pki.crls(muchLater);
  assert.equal(verdict(firstOf(plain, { given: { crls: [rootList, listWith([])] } })), 'TOTAL-PASSED');
  assert.equal(verdict(firstOf(plain, { given: { crls: [rootList, listWith([row(pki.person.certificate.serial)])] } })), 'TOTAL-FAILED REVOKED');
});

test('a list that is signed with an algorithm no longer safe does not count', () => {
  const plain = signTestPdf(letter, { pki, at: signedAt });
  // The root's key is P-384 and hashes with SHA-384.
  const rules = { hashes: [{ hash: 'sha384' as const, safeUntil: later(start, days(50)), basis: 'test' }], keys: [] };
  assert.ok(codes(plain, { given: { crls: pki.crls(muchLater) }, rules }).includes('revocation.weak'));
});

/** A responder whose certificate lacks id-pkix-ocsp-nocheck. */
function withoutNoCheck(holder: KeyHolder): KeyHolder {
  const fields = children(readAsn1(holder.certificate.tbs));
  const list = fields.at(-1) ?? assert.fail('extensions');
  const kept = children(fieldsOf(list, 0xa3).take(0x30)).filter((extension) => oidOf(fieldsOf(extension).take()) !== OID.ocspNoCheck);
  const tbs = seq(...fields.slice(0, -1).map(rawOf), ctx(3, seq(...kept.map(rawOf))));
  return { certificate: parseCertificate(signed(tbs, pki.issuing.privateKey)), privateKey: holder.privateKey };
}

test('a responder without nocheck counts only while a list says that it is not revoked', () => {
  const plain = signTestPdf(letter, { pki, at: signedAt });
  const responder = withoutNoCheck(pki.responder);
  const answer = pki.ocsp(pki.person, { status: 'good' }, muchLater, responder);
  const [rootList = Buffer.alloc(0)] = pki.crls(muchLater);
  const alone = validateFully(plain, { trustAnchors: anchors, now: muchLater, given: { crls: [rootList], ocsps: [answer] } });
  assert.ok(alone.report.signatures[0]?.problems.some((problem) => problem.code === 'revocation.responder'));
  assert.ok(alone.missing.some(({ certificate }) => certificate.fingerprint === responder.certificate.fingerprint));
  const aboutBoth = listOf(pki.issuing, muchLater);
  const together = firstOf(plain, { given: { crls: [rootList, aboutBoth], ocsps: [answer] } });
  assert.deepEqual([verdict(together), together.revocation.status], ['TOTAL-PASSED', 'good']);
  // A stale list about the signer, so that everything rests on the answer; and the responder is on it.
  const revoked = listOf(pki.issuing, later(muchLater, -days(20)), [{ holder: responder, at: later(start, days(60)), reason: 'keyCompromise' }]);
  assert.equal(verdict(firstOf(plain, { given: { crls: [rootList, revoked], ocsps: [answer] } })), 'INDETERMINATE TRY_LATER');
});

test('a root that was withdrawn keeps what is proven to be older, and nothing else', () => {
  const given = { crls: [...pki.crls(muchLater), ...clock.crls(muchLater)] };
  const trustPeriods = [{ fingerprint: pki.root.certificate.fingerprint, from: start, until: later(start, days(50)) }];
  const plain = signTestPdf(letter, { pki, at: signedAt });
  assert.equal(verdict(firstOf(plain, { given, trustPeriods })), 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND_NO_POE');
  assert.equal(verdict(firstOf(stamped, { given, trustPeriods })), 'TOTAL-PASSED');
  const late = signTestPdf(letter, { pki: signers, at: later(start, days(60)), withTimestamp: true });
  assert.equal(verdict(firstOf(late, { given, trustPeriods })), 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
  const again = [...trustPeriods, { fingerprint: pki.root.certificate.fingerprint, from: later(start, days(55)) }];
  assert.equal(verdict(firstOf(late, { given, trustPeriods: again })), 'TOTAL-PASSED');
});

test('a validation tells what it rests on and what it lacked', () => {
  const crls = [...pki.crls(muchLater), ...clock.crls(muchLater)];
  const complete = validateFully(stamped, { trustAnchors: anchors, now: muchLater, given: { crls } });
  assert.deepEqual([complete.missing.length, complete.used[0]?.crls.length, complete.used[0]?.ocsps.length], [0, 4, 0]);
  assert.equal(complete.used[0]?.certificates.length, 6, 'signer and time stamp, each with issuer and root');
  assert.equal(complete.protectedUntil, undefined);
  const lacking = validateFully(stamped, { trustAnchors: anchors, now: muchLater });
  assert.deepEqual(new Set(lacking.missing.map(({ certificate }) => certificate.fingerprint)), new Set([pki.person, pki.issuing, clock.tsaHolder, clock.issuing].map((holder) => holder.certificate.fingerprint)));
  const strange = validateFully(stamped, { trustAnchors: [], now: muchLater });
  assert.ok(strange.missing.every(({ issuer }) => issuer === undefined));
});

test('an archived file is protected until the newest time stamp weakens by certificate or by algorithm', () => {
  const given = { crls: [...pki.crls(muchLater), ...clock.crls(muchLater)] };
  const archived = addDocumentTimestamp(withStore(stamped, later(signedAt, hours(1))), clock, later(signedAt, hours(2)));
  const options = { trustAnchors: anchors, now: muchLater, given };
  assert.deepEqual(validateFully(archived, options).protectedUntil, clock.tsaHolder.certificate.notAfter);
  const end = later(start, days(200));
  assert.deepEqual(validateFully(archived, { ...options, rules: { hashes: [{ hash: 'sha256', safeUntil: end, basis: 'test' }], keys: [] } }).protectedUntil, end);
});

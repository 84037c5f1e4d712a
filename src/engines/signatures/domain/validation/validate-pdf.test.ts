import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareDocumentTimestamp } from '../pdf/levels/index.ts';
import { buildPdf } from '../pdf/testing.ts';
import { parseCertificate } from '../pki/certificate.ts';
import { serviceSubject } from '../pki/authority.ts';
import type { SignatureReport } from './report.ts';
import { addDocumentTimestamp, addValidationData, createTestPki, days, hours, later, signTestPdf } from './testing.ts';
import { validatePdf } from './validate-pdf.ts';
import type { ValidationOptions } from './validate-pdf.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const signedAt = later(start, days(10));
const now = later(signedAt, hours(1));
const letter = buildPdf({ pages: 2 });
const anchors = [pki.root.certificate];

const validate = (pdf: Buffer, options: Partial<ValidationOptions> = {}) =>
  validatePdf(pdf, { trustAnchors: anchors, now, given: { crls: pki.crls(now) }, ...options });
const only = (pdf: Buffer, options: Partial<ValidationOptions> = {}): SignatureReport => {
  const { signatures } = validate(pdf, options);
  assert.equal(signatures.length, 1);
  return signatures[0] ?? assert.fail('no signature');
};
const verdict = ({ indication, subIndication }: { indication: string; subIndication: string | null }) => (subIndication === null ? indication : `${indication} ${subIndication}`);

test('a signature of a trusted signer passes and shows what the law lists', () => {
  const pdf = signTestPdf(letter, { pki, at: signedAt, fieldName: 'Giam doc', reason: 'Phê duyệt', location: 'Thanh Hóa' });
  const report = validate(pdf);
  assert.equal(verdict(report), 'TOTAL-PASSED');
  const signature = only(pdf);
  assert.equal(signature.signer, 'Nguyễn Thị Ngọc Ánh');
  assert.equal(signature.title, 'Giám đốc');
  assert.equal(signature.organization, 'Sở Nội vụ tỉnh Thanh Hóa');
  assert.equal(signature.issuer, 'CA cấp chứng thư nội bộ Liên Thông (không phải CA công cộng)');
  assert.deepEqual([signature.role, signature.level, signature.algorithm], ['person', 'B-B', 'RSA 2048, SHA-256']);
  assert.deepEqual([signature.signingTime, signature.timeSource], [signedAt.toISOString(), 'claimed']);
  assert.deepEqual([signature.integrity, signature.validityAtSigning, signature.coversWholeFile, signature.changesAfter], ['intact', 'valid', true, 'none']);
  assert.deepEqual([signature.revocation.status, signature.revocation.source, signature.revocation.origin], ['good', 'crl', 'given']);
  assert.deepEqual([signature.reason, signature.location, signature.field], ['Phê duyệt', 'Thanh Hóa', 'Giam doc']);
  assert.equal(signature.chain.length, 3);
  assert.equal(report.sha256.length, 64);
});

for (const [name, options] of [
  ['RSA-PSS', { scheme: 'rsa-pss' }],
  ['ECDSA P-256', { holder: pki.agency }],
] as const) {
  for (const xref of ['table', 'stream', 'packed'] as const) {
    test(`${name} over a file with cross-references of kind ${xref} passes`, () => {
      assert.equal(verdict(validate(signTestPdf(buildPdf({ xref, pages: 3 }), { pki, at: signedAt, ...options }))), 'TOTAL-PASSED');
    });
  }
}

test('a time stamp makes it B-T, with the stamped time and its authority', () => {
  const signature = only(signTestPdf(letter, { pki, at: signedAt, withTimestamp: true }));
  assert.deepEqual([signature.level, signature.timeSource, verdict(signature)], ['B-T', 'timestamp', 'TOTAL-PASSED']);
  assert.equal(signature.timestamp?.indication, 'TOTAL-PASSED');
  assert.equal(signature.timestamp.authority, 'Máy chủ cấp dấu thời gian nội bộ');
});

test('person, then seal: both pass, the first sees only permitted changes', () => {
  const first = signTestPdf(letter, { pki, at: signedAt, fieldName: 'A' });
  const { signatures, indication } = validate(signTestPdf(first, { pki, holder: pki.agency, at: signedAt, fieldName: 'B' }));
  assert.equal(indication, 'TOTAL-PASSED');
  assert.deepEqual(signatures.map(({ role, changesAfter, coversWholeFile }) => [role, changesAfter, coversWholeFile]), [['person', 'permitted', false], ['agency', 'none', true]]);
  assert.deepEqual(signatures[0]?.changes.map((change) => change.code), ['signature.added']);
});

test('without configured roots the chain is undecided while integrity is certain', () => {
  const signature = only(signTestPdf(letter, { pki, at: signedAt }), { trustAnchors: [] });
  assert.equal(verdict(signature), 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
  assert.equal(signature.integrity, 'intact');
  assert.ok(signature.problems.some((problem) => problem.code === 'chain.notConfigured'));
});

test('another root of the same name does not make a chain', async () => {
  const other = await createTestPki(start);
  const signature = only(signTestPdf(letter, { pki, at: signedAt }), { trustAnchors: [other.root.certificate] });
  assert.equal(verdict(signature), 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
});

test('without revocation information the answer is to try later; a list that is too old says so', () => {
  const pdf = signTestPdf(letter, { pki, at: signedAt });
  assert.equal(verdict(only(pdf, { given: {} })), 'INDETERMINATE TRY_LATER');
  const old = only(pdf, { given: { crls: pki.crls(start) } });
  assert.equal(verdict(old), 'INDETERMINATE TRY_LATER');
  assert.ok(old.problems.some((problem) => problem.code === 'revocation.stale'));
});

test('an OCSP answer of the appointed responder counts, one of anybody else does not', () => {
  const pdf = signTestPdf(letter, { pki, at: signedAt });
  const [rootCrl] = pki.crls(now);
  assert.ok(rootCrl);
  const good = only(pdf, { given: { crls: [rootCrl], ocsps: [pki.ocsp(pki.person, { status: 'good' }, now)] } });
  assert.deepEqual([verdict(good), good.revocation.source], ['TOTAL-PASSED', 'ocsp']);
  const impostor = pki.ocsp(pki.person, { status: 'good' }, now, pki.agency);
  assert.equal(verdict(only(pdf, { given: { crls: [rootCrl], ocsps: [impostor] } })), 'INDETERMINATE TRY_LATER');
  const aboutAnother = pki.ocsp(pki.agency, { status: 'good' }, now);
  assert.equal(verdict(only(pdf, { given: { crls: [rootCrl], ocsps: [aboutAnother] } })), 'INDETERMINATE TRY_LATER');
  const revoked = pki.ocsp(pki.person, { status: 'revoked', revokedAt: start, reason: 'superseded' }, now);
  assert.equal(verdict(only(pdf, { given: { crls: pki.crls(now), ocsps: [revoked] } })), 'TOTAL-FAILED REVOKED');
});

test('a certificate revoked before signing fails; after signing only a time stamp saves the signature', () => {
  const revoked = (revokedAt: Date) => ({ given: { crls: pki.crls(now, [{ serial: pki.person.certificate.serial, revokedAt, reason: 'keyCompromise' as const }]) } });
  const plain = signTestPdf(letter, { pki, at: signedAt });
  const stamped = signTestPdf(letter, { pki, at: signedAt, withTimestamp: true });
  const before = only(plain, revoked(later(signedAt, -hours(1))));
  assert.equal(verdict(before), 'TOTAL-FAILED REVOKED');
  assert.deepEqual([before.validityAtSigning, before.revocation.reason], ['revoked', 'keyCompromise']);
  assert.equal(verdict(only(stamped, revoked(later(signedAt, -hours(1))))), 'TOTAL-FAILED REVOKED');
  assert.equal(verdict(only(plain, revoked(later(signedAt, hours(0.5))))), 'INDETERMINATE REVOKED_NO_POE');
  const saved = only(stamped, revoked(later(signedAt, hours(0.5))));
  assert.deepEqual([verdict(saved), saved.validityAtSigning], ['TOTAL-PASSED', 'valid']);
});

test('a revoked time stamping certificate proves nothing', () => {
  const stamped = signTestPdf(letter, { pki, at: signedAt, withTimestamp: true });
  const revoked = [pki.person, pki.tsaHolder].map((holder) => ({ serial: holder.certificate.serial, revokedAt: later(signedAt, hours(0.5)), reason: 'keyCompromise' as const }));
  assert.equal(verdict(only(stamped, { given: { crls: pki.crls(now, revoked) } })), 'INDETERMINATE REVOKED_NO_POE');
});

test('a certificate that had expired, or was not valid yet, when signing fails', () => {
  const late = later(start, days(1200));
  const expired = only(signTestPdf(letter, { pki, at: late }), { now: late, given: { crls: pki.crls(late) } });
  assert.deepEqual([verdict(expired), expired.validityAtSigning], ['TOTAL-FAILED EXPIRED', 'expired']);
  const early = only(signTestPdf(letter, { pki, at: later(start, -days(1)) }));
  assert.deepEqual([verdict(early), early.validityAtSigning], ['TOTAL-FAILED NOT_YET_VALID', 'not-yet-valid']);
});

test('a certificate that ends today still signs today', () => {
  const lastDay = later(pki.person.certificate.notAfter, -hours(2));
  const pdf = signTestPdf(letter, { pki, at: lastDay });
  const check = later(lastDay, hours(1));
  assert.equal(verdict(only(pdf, { now: check, given: { crls: pki.crls(check) } })), 'TOTAL-PASSED');
});

test('years later: plain is out of bounds, B-T with outside material and B-LT and B-LTA pass', () => {
  const muchLater = later(start, days(1500));
  const atNow = { now: muchLater, given: { crls: pki.crls(muchLater) } };
  const plain = signTestPdf(letter, { pki, at: signedAt });
  const stamped = signTestPdf(letter, { pki, at: signedAt, withTimestamp: true });
  assert.equal(verdict(only(plain, atNow)), 'INDETERMINATE OUT_OF_BOUNDS_NO_POE');
  const longTerm = addValidationData(stamped, { certificates: [pki.issuing.certificate.raw], crls: pki.crls(signedAt), ocsps: [pki.ocsp(pki.person, { status: 'good' }, later(signedAt, 60_000))] });
  const lt = only(longTerm, atNow);
  assert.deepEqual([verdict(lt), lt.level, lt.changesAfter], ['TOTAL-PASSED', 'B-LT', 'permitted']);
  const archived = addDocumentTimestamp(longTerm, pki, later(signedAt, hours(2)));
  const { signatures, indication } = validate(archived, atNow);
  assert.equal(indication, 'TOTAL-PASSED');
  assert.deepEqual(signatures.map(({ level, role, changesAfter }) => [level, role, changesAfter]), [['B-LTA', 'person', 'permitted'], ['DOC-TIMESTAMP', 'timestamp', 'none']]);
});

test('a document time stamp proves the existence of a plain signature under it', () => {
  const muchLater = later(start, days(1500));
  const pdf = addDocumentTimestamp(signTestPdf(letter, { pki, at: signedAt }), pki, later(signedAt, hours(2)));
  const report = validate(pdf, { now: muchLater, given: { crls: pki.crls(muchLater) } });
  assert.equal(verdict(report), 'TOTAL-PASSED');
  assert.equal(report.signatures[0]?.level, 'B-T');
});

test('a certificate for another purpose may not sign documents', async () => {
  const machine = await pki.leaf('ocsp', serviceSubject('x', 'OCSP'));
  assert.equal(verdict(only(signTestPdf(letter, { pki, holder: machine, at: signedAt }))), 'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE');
});

test('an ordinary certificate that issues another one makes no path', async () => {
  const rogue = await pki.leaf('signer', serviceSubject('x', 'Giả mạo'));
  const { issueCertificate, generateKey, personSubject } = await import('../pki/authority.ts');
  const pair = await generateKey('p-256');
  const forged = issueCertificate({ ...rogue, chain: [] }, { kind: 'signer', subject: personSubject({ name: 'Kẻ Giả', organization: 'x' }), publicKey: pair.publicKey, now: start });
  const pdf = signTestPdf(letter, { pki, holder: { certificate: forged, privateKey: pair.privateKey }, at: signedAt });
  const signature = only(pdf, { given: { crls: pki.crls(now), certificates: [parseCertificate(rogue.certificate.raw)] } });
  assert.equal(signature.isChainTrusted, true);
  assert.equal(verdict(signature), 'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE');
});

test('a weak hash counts by the day on which the signature is proven to exist', () => {
  const rules = (safeUntil: Date) => ({ hashes: [{ hash: 'sha256' as const, safeUntil, basis: 'test' }], keys: [] });
  const plain = signTestPdf(letter, { pki, at: signedAt });
  assert.equal(verdict(only(plain, { rules: rules(later(signedAt, -days(1))) })), 'INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE');
  assert.equal(verdict(only(plain, { rules: rules(later(signedAt, hours(0.5))) })), 'INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE_NO_POE');
  assert.equal(verdict(only(plain, { rules: { ...rules(later(now, days(1))), keys: [{ kind: 'rsa', belowBits: 3072, safeUntil: start, basis: 'test' }] } })), 'INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE');
});

test('a file without signatures is neither right nor wrong', () => {
  assert.equal(verdict(validate(letter)), 'INDETERMINATE SIGNATURE_NOT_FOUND');
});

test('a script in a signed file is reported and does not change the verdict', () => {
  const pdf = signTestPdf(buildPdf({ catalogEntries: '/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>' }), { pki, at: signedAt });
  const report = validate(pdf);
  assert.equal(verdict(report), 'TOTAL-PASSED');
  assert.deepEqual(report.flags.map((flag) => flag.kind), ['javascript']);
});

test('a file that nobody signed is not valid for having a time stamp, which anybody can get over anything', () => {
  const prepared = prepareDocumentTimestamp(letter, { reserveBytes: 4000 });
  const { head, tail } = prepared.finish(pki.tsa.token({ hash: 'sha256', digest: prepared.digest('sha256'), now: signedAt }));
  const report = validate(Buffer.concat([head, tail]));
  assert.deepEqual([verdict(report), report.signatures.map((each) => [each.role, each.indication])], ['INDETERMINATE SIGNATURE_NOT_FOUND', [['timestamp', 'TOTAL-PASSED']]]);
});

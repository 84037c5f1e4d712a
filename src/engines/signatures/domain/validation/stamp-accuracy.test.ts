/** What a time stamp proves when its authority says how far its clock may be off, or says nothing (RFC 3161 section 2.4.2). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bool, ctx, ctxPrim, int, oct, oid, seq, tlv } from '../asn1/der.ts';
import { parseTimestampToken } from '../cms/verify-timestamp.ts';
import { buildPdf } from '../pdf/testing.ts';
import { addDocumentTimestamp, createTestPki, days, hours, later, signTestPdf } from './testing.ts';
import { stamping } from './testing-stamps.ts';
import type { TestPki } from './testing.ts';
import { validatePdf } from './validate-pdf.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
/** Another authority, under another root. */
const other = await createTestPki(start);
const signedAt = later(start, days(10));
const now = later(start, days(100));
const seconds = (count: number): number => count * 1000;

const accuracy = (seconds: number, ...more: readonly Buffer[]): Buffer => seq(int(seconds), ...more);
const parsed = (...rest: readonly Buffer[]) => parseTimestampToken(stamping(pki.tsaHolder, ...rest).token({ hash: 'sha256', digest: Buffer.alloc(32), now: signedAt }));
const by = (base: TestPki, ...rest: readonly Buffer[]): TestPki => ({ ...base, tsa: stamping(base.tsaHolder, ...rest) });
const given = (revokedAt?: Date) => ({
  certificates: [pki.issuing.certificate, other.issuing.certificate],
  crls: [...pki.crls(now, revokedAt ? [{ serial: pki.person.certificate.serial, revokedAt, reason: 'cessationOfOperation' }] : []), ...other.crls(now)],
});
const judge = (pdf: Buffer, revokedAt?: Date) => validatePdf(pdf, { trustAnchors: [pki.root.certificate, other.root.certificate], now, given: given(revokedAt) });
const verdicts = (pdf: Buffer, revokedAt?: Date): string[] => judge(pdf, revokedAt).signatures.map(({ indication, subIndication }) => subIndication ?? indication);
const stamped = (base: TestPki, at = signedAt): Buffer => signTestPdf(buildPdf(), { pki: { ...pki, tsa: base.tsa }, at, withTimestamp: true });

test('the accuracy of a token is read to the millisecond, rounded up, and what is missing of it is zero', () => {
  const read = (...rest: readonly Buffer[]) => {
    const { accuracyMs, latest, isOrdered } = parsed(...rest);
    return [accuracyMs, latest.getTime() - signedAt.getTime(), isOrdered];
  };
  assert.deepEqual(read(accuracy(2, ctxPrim(0, Buffer.from([0x01, 0xf4])), ctxPrim(1, Buffer.from([0x01])))), [2501, 2501, false]);
  assert.deepEqual(read(seq(ctxPrim(0, Buffer.from([0x05])))), [5, 5, false]);
  assert.deepEqual(read(seq()), [0, 0, false]);
  assert.deepEqual(read(accuracy(60), bool(true)), [60_000, 60_000, true]);
  assert.deepEqual(read(bool(true), int(12345)), [undefined, 1000, true], 'one that states none is believed to the second that is the best an authority may state');
});

test('a token is refused whose accuracy is no length of time, or that carries behind its time what nobody can read', () => {
  const critical = tlv(0xa1, seq(oid('1.2.3.4'), bool(true), oct(Buffer.alloc(1))));
  const wrong: readonly (readonly Buffer[])[] = [[seq(int(-1))], [seq(int(400 * 86_400))], [seq(ctxPrim(0, Buffer.from([0x03, 0xe8])))], [seq(ctxPrim(1, Buffer.from([0xff])))], [accuracy(1), accuracy(1)], [seq(bool(true))], [int(1), int(2)], [critical]];
  for (const rest of wrong) assert.throws(() => parsed(...rest), { name: 'CmsError' }, Buffer.concat([...rest]).toString('hex'));
  assert.doesNotThrow(() => parsed(accuracy(1), int(5), ctx(0, ctx(4, pki.tsaHolder.certificate.subject.raw)), tlv(0xa1, seq(oid('1.2.3.4'), oct(Buffer.alloc(1))))));
});

test('a signature existed by the latest instant that its time stamp leaves open: a revocation before that is not proven to be later', () => {
  const minute = stamped(by(pki, accuracy(60)));
  assert.deepEqual(verdicts(minute, later(signedAt, seconds(61))), ['TOTAL-PASSED']);
  assert.deepEqual(verdicts(minute, later(signedAt, seconds(30))), ['REVOKED'], 'genTime lies before the revocation, but the token may have been made after it');
  const silent = stamped(by(pki));
  assert.deepEqual(verdicts(silent, later(signedAt, seconds(2))), ['TOTAL-PASSED']);
  assert.deepEqual(verdicts(silent, later(signedAt, 500)), ['REVOKED']);
  const [day] = judge(stamped(by(pki, accuracy(86_400))), later(signedAt, hours(5))).signatures;
  assert.deepEqual([day?.bestSignatureTime, day?.signingTime], [later(signedAt, days(1)).toISOString(), signedAt.toISOString()], 'shown is what the authority said');
});

test('the same holds for a time stamp over the document, and a finer one over it proves more', () => {
  const rough = addDocumentTimestamp(signTestPdf(buildPdf(), { pki, at: signedAt }), by(other, accuracy(3600)), signedAt);
  const revokedAt = later(signedAt, seconds(1800));
  assert.deepEqual(verdicts(rough, revokedAt), ['REVOKED', 'TOTAL-PASSED']);
  const fine = addDocumentTimestamp(rough, by(pki, accuracy(1)), later(signedAt, seconds(600)));
  assert.deepEqual(verdicts(fine, revokedAt), ['TOTAL-PASSED', 'TOTAL-PASSED', 'TOTAL-PASSED']);
});

test('two time stamps contradict each other when the inner one is younger by more than both may be off', () => {
  const over = (inner: TestPki, outer: TestPki, youngerMs: number) => verdicts(addDocumentTimestamp(stamped(inner), outer, later(signedAt, -youngerMs)))[0];
  const failure = 'TIMESTAMP_ORDER_FAILURE';
  assert.equal(over(by(pki, accuracy(1)), by(other, accuracy(1)), seconds(2)), 'TOTAL-PASSED');
  assert.equal(over(by(pki, accuracy(1)), by(other, accuracy(1)), seconds(2) + 1), failure);
  assert.equal(over(by(pki, accuracy(300)), by(other, accuracy(1)), seconds(300)), 'TOTAL-PASSED');
  assert.equal(over(by(pki), by(other, accuracy(1)), seconds(59)), 'TOTAL-PASSED', 'of an authority that states no accuracy nothing so fine can be said');
  assert.equal(over(by(pki), by(other, accuracy(1)), seconds(61)), failure);
});

test('tokens of one authority that vouches for their order stand in it to the millisecond', () => {
  const over = (rest: readonly Buffer[], base: TestPki) => verdicts(addDocumentTimestamp(stamped(by(pki, ...rest)), by(base, ...rest), later(signedAt, -1)))[0];
  assert.equal(over([accuracy(1), bool(true)], pki), 'TIMESTAMP_ORDER_FAILURE');
  assert.equal(over([accuracy(1)], pki), 'TOTAL-PASSED');
  assert.equal(over([accuracy(1), bool(false)], pki), 'TOTAL-PASSED');
  assert.equal(over([accuracy(1), bool(true)], other), 'TOTAL-PASSED', 'of two authorities neither vouches for the other');
});

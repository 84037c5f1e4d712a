import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildPdf } from '../pdf/testing.ts';
import { changeTexts } from './change-texts.ts';
import { combineExitStatuses, renderReport, verifyForCli } from './cli-text.ts';
import { describe, formatInstant } from './describe.ts';
import { problemKinds, problemText, sortProblems, verdictOf } from './problems.ts';
import type { ProblemCode } from './problems.ts';
import { createTestPki, days, hours, later, signTestPdf } from './testing.ts';
import { validatePdf } from './validate-pdf.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(10));
const options = { trustAnchors: [pki.root.certificate], now: later(at, hours(1)), given: { crls: pki.crls(at) } };
const signed = signTestPdf(buildPdf(), { pki, at, withTimestamp: true });

test('every code has its words and what to do, in both languages', () => {
  for (const code of Object.keys(problemKinds) as ProblemCode[]) { // safe because these are the table's own keys
    for (const language of ['vi', 'en'] as const) {
      const { text, todo } = problemText({ code }, language);
      assert.ok(text.endsWith('.') && todo.endsWith('.'), `${code} ${language}`);
    }
    assert.notEqual(problemText({ code }, 'vi').text, problemText({ code }, 'en').text);
  }
  for (const texts of Object.values(changeTexts)) assert.ok(texts.vi.endsWith('.') && texts.en.endsWith('.'));
});

test('a failure outweighs a doubt, and the table’s order decides among equals', () => {
  const problems = [{ code: 'revocation.unknown' }, { code: 'timestamp.missing' }, { code: 'hash.mismatch' }, { code: 'algorithm.weak' }] as const;
  assert.deepEqual(verdictOf(problems), { indication: 'TOTAL-FAILED', subIndication: 'HASH_FAILURE' });
  assert.deepEqual(verdictOf(problems.slice(0, 2)), { indication: 'INDETERMINATE', subIndication: 'TRY_LATER' });
  assert.deepEqual(verdictOf([{ code: 'timestamp.missing' }]), { indication: 'TOTAL-PASSED', subIndication: null });
  assert.deepEqual(sortProblems(problems).map((problem) => problem.code), ['hash.mismatch', 'algorithm.weak', 'revocation.unknown', 'timestamp.missing']);
});

test('the report shows all that TT 15/2025 lists, in Vietnamese and in local time', () => {
  const text = renderReport('công văn.pdf', validatePdf(signed, options));
  for (const part of [
    'HỢP LỆ (TOTAL-PASSED)',
    'Tổ chức cấp chứng thư           CA cấp chứng thư nội bộ Liên Thông',
    'Nguyễn Thị Ngọc Ánh (Giám đốc)',
    'Sở Nội vụ tỉnh Thanh Hóa',
    '12/03/2026 08:00:00 (theo dấu thời gian)',
    'Nguyên vẹn',
    'Còn hiệu lực khi ký',
    'từ 02/03/2026 08:00:00 đến',
    'Không bị thu hồi (CRL',
  ]) assert.ok(text.includes(part), `${part}\n${text}`);
});

test('the undecided chain is said in words a clerk understands', () => {
  const [signature] = describe(validatePdf(signed, { ...options, trustAnchors: [] }), 'vi').signatures;
  assert.equal(signature?.summary, 'Chữ ký còn nguyên vẹn; chưa kiểm tra được chứng thư vì chưa khai báo gốc tin cậy.');
  const [english] = describe(validatePdf(signed, { ...options, trustAnchors: [] }), 'en').signatures;
  assert.equal(english?.summary, 'The signature is intact; the certificate could not be checked because no trusted root is configured.');
});

test('control and direction characters from a file never reach the terminal', () => {
  const hostile = signTestPdf(buildPdf(), { pki, at, reason: 'x\u202e\u001b[31m', fieldName: 'x' });
  assert.doesNotMatch(renderReport('x', validatePdf(hostile, options)), /[\u001b\u202e]/);
});

test('exit statuses: 0 passed, 1 failed, 2 undecided, 3 unreadable; of several the gravest', () => {
  const status = (bytes: Buffer, trustAnchors = options.trustAnchors) => verifyForCli({ name: 'x', bytes }, { ...options, trustAnchors }).exitStatus;
  const broken = Buffer.from(signed);
  broken.write('%', 20, 'latin1');
  assert.deepEqual([status(signed), status(signed, []), status(buildPdf())], [0, 2, 2]);
  assert.equal(status(Buffer.concat([signed.subarray(0, 12), Buffer.from([signed[12] === 0x80 ? 0x81 : 0x80]), signed.subarray(13)])), 1);
  assert.equal(status(Buffer.from('không phải PDF')), 3);
  assert.deepEqual([combineExitStatuses([0, 2]), combineExitStatuses([2, 1]), combineExitStatuses([1, 3, 0]), combineExitStatuses([])], [2, 1, 3, 0]);
  assert.match(verifyForCli({ name: 'x', bytes: Buffer.from('x') }, options).text, /KHÔNG ĐỌC ĐƯỢC: Tệp này không phải là PDF\./);
});

test('the JSON has the promised members', () => {
  const { json } = verifyForCli({ name: 'x', bytes: signed }, options);
  const report = JSON.parse(JSON.stringify(json)) as { indication: string; signatures: Record<string, unknown>[] }; // safe because it is read field by field below
  assert.equal(report.indication, 'TOTAL-PASSED');
  const expected = ['signer', 'issuer', 'role', 'signingTime', 'timeSource', 'algorithm', 'level', 'indication', 'subIndication', 'coversWholeFile', 'changesAfter', 'revocation'];
  for (const member of expected) assert.ok(member in (report.signatures[0] ?? {}), member);
});

test('instants are shown in the time of Vietnam', () => {
  assert.equal(formatInstant('2026-12-31T17:00:00.000Z'), '01/01/2027 00:00:00');
});

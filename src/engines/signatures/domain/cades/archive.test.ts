import assert from 'node:assert/strict';
import { createHash, hash as hashOnce } from 'node:crypto';
import { test } from 'node:test';
import { cmsSigner, signAttributes } from '../cms/sign.ts';
import { CmsError } from '../cms/verify-errors.ts';
import { hasOracle, runOracle, toPem } from '../pdf/testing-signer.ts';
import { bounded, damage, isLong, randomSource } from '../validation/testing-fuzz.ts';
import { timestampAccuracySeconds } from '../pki/timestamp-authority.ts';
import { createTestPki, days, hours, later } from '../validation/testing.ts';
import { addValidationData, archiveInputOf, cadesAttributes, embedArchiveTimestamp, embedCades, validateCades } from './index.ts';

const start = new Date(Date.now() - days(2));
start.setUTCMilliseconds(0);
const pki = await createTestPki(start);
const short = await pki.leaf('signer', pki.person.certificate.subject.attributes.map(({ oid, value }) => ({ oid, value })), { validDays: 3 });
const at = later(start, hours(1));
const soon = later(start, hours(20));
const renewedAt = later(start, days(300));
const muchLater = later(start, days(500));
const content = Buffer.from('Danh sách hồ sơ\n'.repeat(50));
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();
const signer = cmsSigner({ certificate: short.certificate.raw, chain: [pki.issuing.certificate.raw] });

const validate = (signature: Buffer, now: Date, bytes = content) =>
  validateCades({ signature, digestOf: (hash) => Promise.resolve(hashOnce(hash, bytes, 'buffer')) }, { trustAnchors: [pki.root.certificate], now, given: { crls: pki.crls(now) } });

async function archive(signature: Buffer, when: Date): Promise<Buffer> {
  const { report, used } = await validate(signature, when);
  assert.equal(report.indication, 'TOTAL-PASSED', JSON.stringify(report.problems));
  const fixed = addValidationData(signature, used);
  const input = archiveInputOf(fixed, sha256(content));
  return embedArchiveTimestamp(fixed, pki.tsa.token({ hash: 'sha256', digest: sha256(input.bytes), now: when }), input);
}

const attributes = cadesAttributes(signer, { digest: sha256(content), signingTime: at, mimeType: 'text/plain' });
const value = signAttributes(signer, short.privateKey, attributes);
const stamped = embedCades(signer, { attributes, signature: value, timestampToken: pki.tsa.token({ hash: 'sha256', digest: sha256(value), now: at }) });
const once = await archive(stamped, soon);
const twice = await archive(once, renewedAt);

test('an archived signature passes from itself alone long after its certificate and its lists have ended', async () => {
  const { report, protectedUntil, missing } = await validate(once, renewedAt);
  assert.deepEqual([report.indication, report.level, report.bestSignatureTime, report.problems], ['TOTAL-PASSED', 'B-LTA', later(at, timestampAccuracySeconds * 1000).toISOString(), []]);
  assert.deepEqual([protectedUntil, missing], [pki.tsaHolder.certificate.notAfter, []]);
});

test('a renewal covers the time stamp before it, and the chain of proofs passes', async () => {
  const { report } = await validate(twice, muchLater);
  assert.deepEqual([report.indication, report.level, report.archiveTimestamps?.map(({ indication }) => indication)], ['TOTAL-PASSED', 'B-LTA', ['TOTAL-PASSED', 'TOTAL-PASSED']], JSON.stringify(report.problems));
});

test('openssl accepts the archived and the renewed signature as CAdES', (t) => {
  if (!hasOracle(t, 'openssl')) return;
  for (const signature of [once, twice]) {
    const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', 's.p7s', '-content', 'c', '-CAfile', 'root.pem', '-purpose', 'any', '-out', 'x'];
    const { read } = runOracle('openssl', args, { 's.p7s': signature, c: content, 'root.pem': toPem(pki.root.certificate.raw) });
    assert.ok(read('x').equals(content));
  }
});

test('a changed file, and a changed byte in each part that the time stamps cover, is found', async () => {
  assert.equal((await validate(once, renewedAt, Buffer.from('khác'))).report.indication, 'TOTAL-FAILED');
  const [list = Buffer.alloc(0)] = pki.crls(soon);
  const parts = { issuing: pki.issuing.certificate.raw, value, list };
  for (const [name, part] of Object.entries(parts)) {
    const from = once.indexOf(part.subarray(20, 60));
    assert.ok(from > 0, name);
    const bent = Buffer.from(once);
    bent.writeUInt8(bent.readUInt8(from + 10) ^ 1, from + 10);
    const { report } = await validate(bent, renewedAt);
    assert.ok(report.problems.length > 0 && report.level !== 'B-LTA', name);
  }
});

test('a list taken out from under the time stamp is told, and the time stamp is not used', async () => {
  const input = archiveInputOf(addValidationData(stamped, { crls: pki.crls(soon) }), sha256(content));
  const token = pki.tsa.token({ hash: 'sha256', digest: sha256(input.bytes), now: soon });
  const { report } = await validate(embedArchiveTimestamp(stamped, token, input), soon);
  assert.deepEqual([report.indication, report.level, report.problems.map(({ code }) => code)], ['TOTAL-PASSED', 'B-T', ['timestamp.archiveInvalid']]);
});

test('a time stamp without its index, and one over another file, prove nothing', async () => {
  const input = archiveInputOf(stamped, sha256(Buffer.from('khác')));
  const token = pki.tsa.token({ hash: 'sha256', digest: sha256(input.bytes), now: soon });
  for (const index of [input.index, Buffer.from('3000', 'hex')]) {
    const { report } = await validate(embedArchiveTimestamp(stamped, token, { index }), soon);
    assert.deepEqual(report.problems.map(({ code }) => code), ['timestamp.archiveInvalid']);
  }
  assert.throws(() => archiveInputOf(Buffer.from('không phải'), sha256(content)), CmsError);
});

test('damaged archived signatures are judged or refused with a code, in bounded time and memory, and pass only for the same signer', async () => {
  const random = randomSource(7919);
  const expected = short.certificate.fingerprint;
  for (let round = 0; round < (isLong ? 10_000 : 400); round += 1) {
    const bent = damage(twice, random);
    const { report } = await bounded(() => validate(bent, muchLater), `round ${round}`);
    if (report.indication === 'TOTAL-PASSED') assert.equal(report.certificate?.fingerprint, expected);
    try {
      archiveInputOf(bent, sha256(content));
    } catch (error) {
      assert.ok(error instanceof CmsError, String(error));
    }
  }
});

test('content inside the signature is judged from there; without content anywhere it is missing', async (t) => {
  const missing = await validateCades({ signature: stamped, name: 'a.p7s' }, { trustAnchors: [pki.root.certificate], now: soon });
  assert.deepEqual([missing.report.indication, missing.report.subIndication], ['INDETERMINATE', 'SIGNED_DATA_NOT_FOUND']);
  if (!hasOracle(t, 'openssl')) return;
  const key = short.privateKey.export({ format: 'pem', type: 'pkcs8' });
  const args = ['cms', '-sign', '-cades', '-nodetach', '-binary', '-in', 'c', '-signer', 's.pem', '-certfile', 'ca.pem', '-inkey', 'k.pem', '-outform', 'DER', '-out', 'o.p7m'];
  const { read } = runOracle('openssl', args, { c: content, 's.pem': toPem(short.certificate.raw), 'ca.pem': toPem(pki.issuing.certificate.raw), 'k.pem': key });
  const now = new Date();
  const { report } = await validateCades({ signature: read('o.p7m') }, { trustAnchors: [pki.root.certificate], now, given: { crls: pki.crls(now) } });
  assert.deepEqual([report.indication, report.level], ['TOTAL-PASSED', 'B-B']);
});

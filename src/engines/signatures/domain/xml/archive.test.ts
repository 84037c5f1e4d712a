import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { hasOracle, runOracle, toPem } from '../pdf/testing-signer.ts';
import { timestampAccuracySeconds } from '../pki/timestamp-authority.ts';
import { createTestPki, days, hours, later } from '../validation/testing.ts';
import { addArchiveTimestamp, addValidationValues, archiveInputOf, prepareDetached, prepareEnveloped, validateXmlFully, XmlError } from './index.ts';
import type { PreparedXmlSignature, XmlValidationOptions } from './index.ts';
import { finishXml, invoice, testSigner } from './testing.ts';

const start = new Date(Date.now() - days(2));
start.setUTCMilliseconds(0);
const pki = await createTestPki(start);
const short = await pki.leaf('signer', pki.person.certificate.subject.attributes.map(({ oid, value }) => ({ oid, value })), { validDays: 3 });
const at = later(start, hours(1));
const soon = later(start, hours(20));
const renewedAt = later(start, days(300));
const muchLater = later(start, days(500));
const agency = testSigner(pki, short);
const trust = (now: Date): XmlValidationOptions => ({ trustAnchors: [pki.root.certificate], now, subject: { kind: 'any' } });
const beside = new Map([['t%E1%BB%9D%20tr%C3%ACnh.pdf', Buffer.from('tờ trình')]]);

const stamp = (xml: Buffer, id: string, when: Date, detached = new Map<string, Uint8Array>()): Buffer =>
  addArchiveTimestamp(xml, id, pki.tsa.token({ hash: 'sha256', digest: createHash('sha256').update(archiveInputOf(xml, id, detached)).digest(), now: when }));

/** What the validation of that day rested on goes in, then the time stamp over it. */
function archive(xml: Buffer, id: string, { when, detached = new Map<string, Uint8Array>() }: { readonly when: Date; readonly detached?: Map<string, Uint8Array> }): Buffer {
  const { report, used } = validateXmlFully(xml, { ...trust(when), given: { crls: pki.crls(when) }, detached });
  assert.equal(report.indication, 'TOTAL-PASSED', JSON.stringify(report.signatures[0]?.problems));
  return stamp(addValidationValues(xml, id, used[0] ?? {}), id, when, detached);
}

function archived(prepared: PreparedXmlSignature, detached?: Map<string, Uint8Array>): Buffer {
  return archive(finishXml(prepared, agency, { pki, at }), prepared.signatureId, { when: soon, ...(detached ? { detached } : {}) });
}
const prepared = prepareEnveloped(Buffer.from(invoice(2)), agency.signer, { signingTime: at });
const id = prepared.signatureId;
const once = archived(prepared);
const twice = archive(once, id, { when: renewedAt });

test('an archived signature passes from itself alone long after its certificate and its lists have ended', () => {
  const { report, protectedUntil, missing } = validateXmlFully(once, { ...trust(renewedAt), given: { crls: pki.crls(renewedAt) } });
  const [signature] = report.signatures;
  assert.deepEqual([report.indication, signature?.level, signature?.bestSignatureTime, signature?.archiveTimestamps?.length], ['TOTAL-PASSED', 'B-LTA', later(at, timestampAccuracySeconds * 1000).toISOString(), 1], JSON.stringify(signature?.problems));
  assert.deepEqual(protectedUntil, pki.tsaHolder.certificate.notAfter);
  assert.deepEqual(missing, []);
  assert.ok(once.subarray(0, 200).equals(Buffer.from(invoice(2)).subarray(0, 200)));
});

test('a renewal covers the time stamp before it, and the chain of proofs passes', () => {
  const { report } = validateXmlFully(twice, { ...trust(muchLater), given: { crls: pki.crls(muchLater) } });
  assert.deepEqual([report.indication, report.signatures[0]?.level, report.signatures[0]?.archiveTimestamps?.map(({ indication }) => indication)], ['TOTAL-PASSED', 'B-LTA', ['TOTAL-PASSED', 'TOTAL-PASSED']], JSON.stringify(report.signatures[0]?.problems));
  assert.match(twice.toString(), /xades141:TimeStampValidationData/);
});

test('what a validation lacked is named, what it rested on is kept: the same shape as for PDF', () => {
  const bare = finishXml(prepared, agency, { pki, at });
  const lacking = validateXmlFully(bare, trust(soon));
  assert.ok(lacking.missing.some(({ certificate }) => certificate.fingerprint === short.certificate.fingerprint));
  const known = validateXmlFully(bare, { ...trust(soon), given: { crls: pki.crls(soon) } });
  assert.deepEqual([known.used[0]?.crls.length, known.missing, known.protectedUntil], [2, [], undefined]);
});

test('a changed character in each part that the time stamps cover is found', () => {
  const text = twice.toString();
  const places = ['<xades:SignatureTimeStamp>', '<xades:EncapsulatedX509Certificate>', '<xades:EncapsulatedCRLValue>', '<xades141:ArchiveTimeStamp', '<xades141:TimeStampValidationData', '<ds:X509Certificate>', '<ds:SignatureValue', '<ds:DigestValue>', '<xades:SigningTime>', '<THHDVu>'];
  for (const place of places) {
    const from = text.indexOf(place);
    assert.ok(from > 0, place);
    const target = text.slice(from).search(/>[A-Za-z0-9+/]{20,}|SigningTime>|CDATA\[/) + from + 40;
    const bent = `${text.slice(0, target)}${text[target] === 'A' ? 'B' : 'A'}${text.slice(target + 1)}`;
    const problems = verdict(Buffer.from(bent));
    assert.ok(problems === 'refused' || problems.some((code) => code !== 'timestamp.missing'), place);
  }
});

function verdict(xml: Buffer): readonly string[] | 'refused' {
  try {
    return validateXmlFully(xml, { ...trust(muchLater), given: { crls: pki.crls(muchLater) } }).report.signatures.flatMap(({ problems, indication }) => (indication === 'TOTAL-PASSED' && problems.length === 0 ? [] : ['not passed', ...problems.map(({ code }) => code)]));
  } catch (error) {
    if (error instanceof XmlError) return 'refused';
    throw error;
  }
}

test('a property taken out or moved behind the time stamp that covers it is told, and the time stamp is not used', () => {
  const text = once.toString();
  const without = text.replace(/<xades:RevocationValues>.*?<\/xades:RevocationValues>/s, '');
  const { report } = validateXmlFully(Buffer.from(without), { ...trust(soon), given: { crls: pki.crls(soon) } });
  assert.ok(report.signatures[0]?.problems.some(({ code }) => code === 'timestamp.archiveInvalid'));
  assert.notEqual(report.signatures[0]?.level, 'B-LTA');
  assert.equal(report.indication, 'TOTAL-PASSED', 'the signature itself is fine while its own lists can be had');
});

test('xmlsec1 accepts the archived and the renewed file', (t) => {
  if (!hasOracle(t, 'xmlsec1')) return;
  for (const xml of [once, twice]) {
    const args = ['--verify', '--id-attr:Id', 'SignedProperties', '--trusted-pem', 'root.pem', '--untrusted-pem', 'ca.pem', 'x.xml'];
    // It ends with an error, which fails the test, unless the signature verifies.
    runOracle('xmlsec1', args, { 'x.xml': xml, 'root.pem': toPem(pki.root.certificate.raw), 'ca.pem': toPem(pki.issuing.certificate.raw) });
  }
});

test('a signature beside its file is archived with the file, and a changed file breaks it', () => {
  const files = [...beside].map(([uri, bytes]) => ({ uri, bytes, mediaType: 'application/pdf' }));
  const detached = archived(prepareDetached(files, agency.signer, { signingTime: at }), beside);
  const validate = (given: Map<string, Uint8Array>) => validateXmlFully(detached, { ...trust(renewedAt), given: { crls: pki.crls(renewedAt) }, detached: given }).report;
  assert.deepEqual([validate(beside).indication, validate(beside).signatures[0]?.level], ['TOTAL-PASSED', 'B-LTA']);
  const changed = validate(new Map([...beside.keys()].map((uri) => [uri, Buffer.from('khác')])));
  assert.deepEqual([changed.indication, changed.subIndication], ['TOTAL-FAILED', 'HASH_FAILURE']);
  const absent = validate(new Map());
  assert.deepEqual(absent.signatures[0]?.problems.find(({ code }) => code === 'content.missing')?.values, { files: '“tờ trình.pdf”' });
  assert.throws(() => archiveInputOf(detached, /Id="(sig-[^"]*?)"/.exec(detached.toString())?.[1] ?? ''), XmlError);
});

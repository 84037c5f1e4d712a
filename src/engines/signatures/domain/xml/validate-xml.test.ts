import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasOracle, runOracle, toPem } from '../pdf/testing-signer.ts';
import { personSubject } from '../pki/authority.ts';
import type { KeyHolder } from '../pki/authority.ts';
import { createTestPki, days, hours, later } from '../validation/testing.ts';
import { defaultAlgorithmRules, describe } from '../validation/index.ts';
import { canonicalUris, transformUris } from './algorithms.ts';
import { addUnsignedValues, prepareDetached, prepareEnveloped, prepareEnveloping, validateXml } from './index.ts';
import type { SignedSubject, XmlSignatureReport, XmlValidationOptions } from './index.ts';
import { finishXml, invoice, signXml, testSigner } from './testing.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const at = later(start, days(10));
const now = later(at, hours(3));
const given = { crls: pki.crls(now) };
const whole: SignedSubject = { kind: 'document' };
const invoicePart: SignedSubject = { kind: 'element', path: ['HDon', 'DLHDon'] };
const xml = invoice(3);
const person = testSigner(pki);
const agency = testSigner(pki, pki.agency);
const beside = { signingTime: at, elementId: 'HD01', into: ['HDon', 'DSCKS', 'NBan'] } as const;

function report(file: Buffer | string, subject: SignedSubject = whole, options: Partial<XmlValidationOptions> = {}) {
  return validateXml(Buffer.from(file), { trustAnchors: [pki.root.certificate], now, given, subject, ...options });
}

/** The one signature of the file. */
function one(file: Buffer | string, subject?: SignedSubject, options?: Partial<XmlValidationOptions>): XmlSignatureReport {
  const { signatures } = report(file, subject, options);
  return signatures.length === 1 && signatures[0] ? signatures[0] : assert.fail(`${signatures.length} signatures`);
}

const codes = ({ problems }: XmlSignatureReport): string[] => problems.map(({ code }) => code);

for (const key of ['rsa-2048', 'rsa-3072', 'p-256', 'p-384'] as const) {
  test(`enveloped, enveloping and detached signatures of ${key} pass`, async () => {
    const holder = await pki.leaf('signer', personSubject({ name: 'Lê Thị Hoa', organization: 'Sở Tư pháp' }), { key });
    const all: readonly Parameters<typeof testSigner>[2][] = [{}, { hash: 'sha512' }, { scheme: 'rsa-pss', hash: 'sha384' }];
    for (const options of all.slice(0, key.startsWith('rsa') ? 3 : 2)) {
      const signer = testSigner(pki, holder, options);
      const file = { uri: 'b%C3%A1o.pdf', bytes: Buffer.from('%PDF'), mediaType: 'application/pdf' };
      const detached = new Map([[file.uri, file.bytes]]);
      const signed = [
        one(signXml(xml, signer, { signingTime: at })),
        one(finishXml(prepareEnveloping({ xml: Buffer.from(xml) }, signer.signer, { signingTime: at }), signer), { kind: 'object' }),
        one(finishXml(prepareEnveloping({ bytes: file.bytes, mediaType: file.mediaType }, signer.signer, { signingTime: at }), signer), { kind: 'object' }),
        one(finishXml(prepareDetached([file], signer.signer, { signingTime: at }), signer), { kind: 'detached', uri: file.uri }, { detached }),
      ];
      for (const each of signed) assert.deepEqual([each.indication, each.level, each.integrity, codes(each)], ['TOTAL-PASSED', 'B-B', 'intact', ['timestamp.missing']]);
    }
  });
}

test('the report has what the page of PDF signatures shows, and what was signed by place', () => {
  const signed = signXml(xml, agency, beside);
  const each = one(signed, invoicePart);
  assert.equal(each.signer, 'Sở Nội vụ tỉnh Thanh Hóa');
  assert.equal(each.role, 'agency');
  assert.equal(each.format, 'XAdES');
  assert.equal(each.algorithm, 'EC P-256, SHA-256');
  assert.equal(each.signingTime, at.toISOString());
  assert.equal(each.coversWholeFile, false);
  const [part, properties] = each.signed;
  assert.ok(part && properties);
  assert.equal(signed.subarray(part.start, part.end).toString(), /<DLHDon.*<\/DLHDon>/s.exec(xml.replaceAll('\ufeff', ''))?.[0]);
  assert.deepEqual([part.path, part.kind, part.uri], ['/HDon/DLHDon', 'element', '#HD01']);
  assert.equal(properties.kind, 'properties');
  const text = describe(report(signed, invoicePart), 'vi');
  assert.equal(text.verdict, 'Hợp lệ');
  assert.equal(one(signXml(xml, agency, { signingTime: at })).coversWholeFile, true);
});

test('with a time stamp it is B-T, with certificates and revocation inside B-LT, also after the certificate has ended', () => {
  const prepared = prepareEnveloped(Buffer.from(xml), person.signer, { signingTime: at });
  const stamped = finishXml(prepared, person, { pki, at });
  assert.deepEqual([one(stamped).level, one(stamped).timeSource, one(stamped).timestamp?.indication], ['B-T', 'timestamp', 'TOTAL-PASSED']);
  const full = addUnsignedValues(stamped, prepared.signatureId, { crls: pki.crls(later(at, hours(1))), certificates: [pki.root.certificate.raw] });
  const alone = one(full, whole, { given: {} });
  assert.deepEqual([alone.level, alone.indication, alone.revocation.origin, alone.problems.length], ['B-LT', 'TOTAL-PASSED', 'embedded', 0]);
  const years = { now: later(start, days(1300)), given: { crls: pki.crls(later(start, days(1300))) } };
  assert.equal(one(full, whole, years).indication, 'TOTAL-PASSED');
  const short = one(signXml(xml, person, { signingTime: at }), whole, years);
  assert.deepEqual([short.indication, short.subIndication], ['INDETERMINATE', 'OUT_OF_BOUNDS_NO_POE']);
});

test('a time stamp over another signature proves nothing', () => {
  const prepared = prepareEnveloped(Buffer.from(xml), person.signer, { signingTime: at });
  const foreign = pki.tsa.token({ hash: 'sha256', digest: createHash('sha256').update('x').digest(), now: at });
  const each = one(addUnsignedValues(finishXml(prepared, person), prepared.signatureId, { timestampToken: foreign }));
  assert.deepEqual([each.level, each.timeSource, codes(each)], ['B-B', 'claimed', ['timestamp.invalid']]);
});

test('two signatures in one document are judged each for itself', () => {
  const first = signXml(xml, person, beside);
  const both = signXml(first, agency, { ...beside, into: ['HDon', 'DSCKS', 'NMua'], canonicalization: 'inclusive' });
  assert.deepEqual(report(both, invoicePart).signatures.map((each) => each.indication), ['TOTAL-PASSED', 'TOTAL-PASSED']);
  const value = /<ds:SignatureValue[^>]*>([^<]+)/.exec(both.toString())?.[1] ?? '';
  const bent = both.toString().replace(value, `${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}`);
  const broken = report(bent, invoicePart);
  assert.deepEqual(broken.signatures.map((each) => [each.indication, each.subIndication]), [['TOTAL-FAILED', 'SIG_CRYPTO_FAILURE'], ['TOTAL-PASSED', null]]);
  assert.equal(broken.indication, 'TOTAL-FAILED');
});

test('a countersignature covers the value of another signature, and the first stays whole', () => {
  const prepared = prepareEnveloped(Buffer.from(xml), person.signer, { signingTime: at });
  const stamped = finishXml(prepared, person, { pki, at }).toString();
  const room = stamped.replace('</xades:UnsignedSignatureProperties>', '<xades:CounterSignature/>$&');
  const into = ['HDon', 'Signature', 'Object', 'QualifyingProperties', 'UnsignedProperties', 'UnsignedSignatureProperties', 'CounterSignature'];
  const both = signXml(room, agency, { signingTime: at, elementId: `${prepared.signatureId}-value`, into });
  const { signatures } = report(both);
  assert.deepEqual(signatures.map((each) => [each.indication, each.level]), [['TOTAL-PASSED', 'B-T'], ['TOTAL-PASSED', 'B-B']]);
  assert.equal(signatures[1]?.signed[0]?.path, '/HDon/ds:Signature/ds:SignatureValue');
});

test('a changed letter, a removed comment of a signed part and a changed property are found; white space in tags is not a change', () => {
  const signed = signXml(xml, person, { signingTime: at }).toString();
  assert.deepEqual(codes(one(signed.replace('Bãi Bằng', 'Bãi Bắng')))[0], 'hash.mismatch');
  assert.deepEqual(codes(one(signed.replace('2026-03-12T', '2026-03-11T')))[0], 'format.contradiction');
  assert.equal(one(signed.replace('<DLHDon Id="HD01">', "<DLHDon   Id='HD01' >")).indication, 'TOTAL-PASSED');
  assert.equal(one(signed.replace('<!--hết-->', '')).indication, 'TOTAL-PASSED', 'the reference leaves comments out');
});

test('a certificate revoked before signing fails it, and one that no root vouches for leaves it open', () => {
  const signed = signXml(xml, person, { signingTime: at });
  const revoked = [{ serial: pki.person.certificate.serial, revokedAt: later(at, -hours(1)), reason: 'keyCompromise' }] as const;
  assert.equal(one(signed, whole, { given: { crls: pki.crls(now, revoked) } }).subIndication, 'REVOKED');
  assert.equal(one(signed, whole, { trustAnchors: [] }).subIndication, 'NO_CERTIFICATE_CHAIN_FOUND');
  assert.equal(one(signed, whole, { given: {} }).subIndication, 'TRY_LATER');
});

test('another certificate for the same key in KeyInfo does not take the place of the one that was signed', async () => {
  const { issueCertificate } = await import('../pki/authority.ts');
  const { createPublicKey } = await import('node:crypto');
  const other = issueCertificate(pki.issuing, { kind: 'signer', subject: personSubject({ name: 'Kẻ Khác', organization: 'X' }), publicKey: createPublicKey(pki.person.privateKey), now: start });
  const signed = signXml(xml, person, { signingTime: at }).toString();
  const swapped = signed.replace(pki.person.certificate.raw.toString('base64'), other.raw.toString('base64'));
  assert.deepEqual([one(swapped).indication, codes(one(swapped))[0]], ['INDETERMINATE', 'signer.missing']);
});

test('a signed property that names another serial number or another digest than the certificate has leaves the signer unknown', () => {
  const bend = (from: RegExp, to: string) => {
    const { signer, holder } = person;
    const { signingCertificate, signingCertificateCanonical } = signer.parts;
    const parts = { ...signer.parts, signingCertificate: signingCertificate.replace(from, to), signingCertificateCanonical: signingCertificateCanonical.replace(from, to) };
    return one(signXml(xml, { signer: { ...signer, parts }, holder }, { signingTime: at }));
  };
  const serial = /IssuerSerialV2>([^<]+)/;
  const other = serial.exec(agency.signer.parts.signingCertificate)?.[0] ?? '';
  assert.deepEqual([bend(serial, other).indication, codes(bend(serial, other))[0]], ['INDETERMINATE', 'signer.missing']);
  const digest = bend(/(<ds:DigestValue[^>]*>)[^<]+/, `$1${createHash('sha256').update('x').digest('base64')}`);
  assert.deepEqual([digest.subIndication, codes(digest)[0]], ['NO_SIGNING_CERTIFICATE_FOUND', 'signer.missing']);
  assert.equal(bend(/<xades:CertDigest>.*<\/xades:CertDigest>/, '').problems[0]?.code, 'ess.missing');
});

test('detached files come from the caller alone, and a changed one is found', () => {
  const files = ['a.txt', 'b.txt'].map((uri) => ({ uri, bytes: Buffer.from(uri), mediaType: 'text/plain' }));
  const signed = finishXml(prepareDetached(files, person.signer, { signingTime: at }), person);
  const subject: SignedSubject = { kind: 'detached', uri: 'a.txt' };
  const detached = (...names: string[]) => ({ detached: new Map(names.map((each) => [each, Buffer.from(each)])) });
  assert.equal(one(signed, subject, detached('a.txt', 'b.txt')).indication, 'TOTAL-PASSED');
  const alone = one(signed, subject, detached('a.txt'));
  assert.deepEqual([alone.indication, alone.subIndication, alone.integrity, codes(alone)[0]], ['INDETERMINATE', 'SIGNED_DATA_NOT_FOUND', 'unknown', 'content.missing']);
  assert.equal(one(signed, subject, { detached: new Map([['a.txt', Buffer.from('A')], ['b.txt', Buffer.from('b.txt')]]) }).subIndication, 'HASH_FAILURE');
  const other = one(signed, { kind: 'detached', uri: 'c.txt' }, detached('a.txt', 'b.txt', 'c.txt'));
  assert.deepEqual([other.indication, other.subIndication, codes(other)[0]], ['TOTAL-FAILED', 'FORMAT_FAILURE', 'subject.notSigned']);
});

test('a file without a signature is neither right nor wrong, and so is the sample message whose signature has no namespace of its own', (t) => {
  assert.deepEqual([report(xml).indication, report(xml).subIndication], ['INDETERMINATE', 'SIGNATURE_NOT_FOUND']);
  for (const name of ['new-document.edxml', 'status-05-processing.edxml']) {
    let bytes: Buffer;
    try {
      bytes = readFileSync(join(import.meta.dirname, '../../../../../../shared/samples/edxml', name));
    } catch {
      t.skip('the samples in ../shared/samples/edxml are missing: nothing was checked');
      return;
    }
    assert.equal(report(bytes).subIndication, 'SIGNATURE_NOT_FOUND', name);
    assert.equal(one(signXml(bytes, person, { signingTime: at })).indication, 'TOTAL-PASSED', name);
  }
});

const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const more = 'http://www.w3.org/2001/04/xmldsig-more#';

interface Template {
  readonly method?: string;
  readonly digest?: string;
  readonly canonicalization?: string;
  readonly uri?: string;
  readonly transforms?: readonly string[];
}

function template({ method = `${more}rsa-sha256`, digest = 'http://www.w3.org/2001/04/xmlenc#sha256', canonicalization = canonicalUris.inclusive, uri = '', transforms = [transformUris.enveloped] }: Template): string {
  const list = transforms.map((each) => `<Transform Algorithm="${each}"/>`).join('\n');
  const reference = `<Reference URI="${uri}">${list === '' ? '' : `<Transforms>\n${list}\n</Transforms>`}<DigestMethod Algorithm="${digest}"/><DigestValue/></Reference>`;
  return `<Signature xmlns="${dsig}">\n<SignedInfo><CanonicalizationMethod Algorithm="${canonicalization}"/>\n<SignatureMethod Algorithm="${method}"/>${reference}</SignedInfo><SignatureValue/><KeyInfo><X509Data/></KeyInfo></Signature>`;
}

/** Signed by xmlsec1 with the key of a holder. */
function signByXmlsec1(document: string, holder: KeyHolder): Buffer {
  const key = holder.privateKey.export({ type: 'pkcs8', format: 'pem' });
  const files = { 'in.xml': document, 'key.pem': key, 'cert.pem': toPem(holder.certificate.raw), 'ca.pem': toPem(pki.issuing.certificate.raw) };
  return runOracle('xmlsec1', ['--sign', '--id-attr:Id', 'DLHDon', '--privkey-pem', 'key.pem,cert.pem,ca.pem', '--output', 'out.xml', 'in.xml'], files).read('out.xml');
}

test('signatures that xmlsec1 made are accepted, of each key, hash, canonicalisation and transform', (t) => {
  if (!hasOracle(t, 'xmlsec1')) return;
  const variants: readonly (Template & { readonly holder?: KeyHolder })[] = [
    ...Object.values(canonicalUris).flatMap((each) => [{ canonicalization: each }, { canonicalization: each.includes('c14n#') ? `${each}WithComments` : `${each}#WithComments`, transforms: [transformUris.enveloped, each] }]),
    ...['384', '512'].map((bits) => ({ method: `${more}rsa-sha${bits}`, digest: bits === '384' ? `${more}sha384` : 'http://www.w3.org/2001/04/xmlenc#sha512' })),
    ...['256', '384', '512'].map((bits) => ({ method: `${more}ecdsa-sha${bits}`, holder: pki.agency })),
    { uri: '#HD01', transforms: [] },
    ...Object.values(canonicalUris).map((each) => ({ uri: '#HD01', transforms: [each] })),
    { uri: '#HD01', transforms: [canonicalUris.exclusive, canonicalUris.inclusive] },
    { uri: "#xpointer(id('HD01'))", transforms: [`${canonicalUris.inclusive}#WithComments`] },
  ];
  for (const { holder = pki.person, ...each } of variants) {
    const signed = signByXmlsec1(xml.replace('<NBan/>', `<NBan>${template(each)}</NBan>`), holder);
    const subject: SignedSubject = each.uri === undefined ? whole : invoicePart;
    const found = one(signed, subject);
    assert.deepEqual([found.indication, found.format, found.level], ['TOTAL-PASSED', 'XMLDSig', 'UNKNOWN'], JSON.stringify(each));
    assert.equal(one(signed.toString().replace('Bãi Bằng', 'Bãi'), subject).indication, 'TOTAL-FAILED');
  }
});

test('SHA-1 passes only where a proof says that the signature is older than the collisions', (t) => {
  if (!hasOracle(t, 'xmlsec1')) return;
  const signed = signByXmlsec1(xml.replace('<NBan/>', template({ method: `${dsig}rsa-sha1`, digest: `${dsig}sha1` })), pki.person);
  const found = one(signed);
  assert.deepEqual([found.integrity, found.indication, found.subIndication], ['intact', 'INDETERMINATE', 'CRYPTO_CONSTRAINTS_FAILURE']);
  const rules = { ...defaultAlgorithmRules, hashes: [] };
  assert.equal(one(signed, whole, { rules }).indication, 'TOTAL-PASSED');
});

test('transforms that are not on the list are not run', (t) => {
  if (!hasOracle(t, 'xmlsec1')) return;
  const xpath = `http://www.w3.org/TR/1999/REC-xpath-19991116`;
  const filtered = template({ transforms: [xpath] }).replace(`<Transform Algorithm="${xpath}"/>`, `<Transform Algorithm="${xpath}"><XPath xmlns:d="${dsig}">not(ancestor-or-self::d:Signature)</XPath></Transform>`);
  const found = one(signByXmlsec1(xml.replace('<NBan/>', filtered), pki.person), { kind: 'any' });
  assert.deepEqual([found.indication, found.subIndication, found.integrity], ['INDETERMINATE', 'SIG_CONSTRAINTS_FAILURE', 'unknown']);
});

test('a part of which only the decoded text is signed does not pass for the part itself', (t) => {
  if (!hasOracle(t, 'xmlsec1')) return;
  const base = `<HDon><DLHDon Id="HD01">QUJD</DLHDon>${template({ uri: '#HD01', transforms: [transformUris.base64] })}</HDon>`;
  const signed = signByXmlsec1(base, pki.person).toString();
  assert.equal(one(signed, { kind: 'any' }).indication, 'TOTAL-PASSED');
  assert.deepEqual(codes(one(signed, invoicePart))[0], 'subject.notSigned');
  assert.deepEqual(codes(one(signed.replace('QUJD', '<ThTien>QUJD</ThTien>'), invoicePart))[0], 'subject.notSigned');
});

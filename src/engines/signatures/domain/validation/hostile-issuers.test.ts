/** What an authority, its responder or its time stamping service may not vouch for, although each signature in it fits. */
import assert from 'node:assert/strict';
import { constants, createPublicKey, generateKeyPairSync, hash as hashOnce, sign } from 'node:crypto';
import { test } from 'node:test';
import { bool, ctx, ctxPrim, generalizedTime, ia5Content, int, namedBits, oct, oid, seq, time, tlv } from '../asn1/der.ts';
import { children, fieldsOf, oidOf, rawOf, readAsn1 } from '../asn1/reader.ts';
import { prepareJades, validateJades } from '../jades/index.ts';
import { buildPdf } from '../pdf/testing.ts';
import { signatureAlgorithmFor, signatureFits, signingHashFor } from '../pki/algorithms.ts';
import { agencySubject } from '../pki/authority.ts';
import type { Authority, KeyHolder } from '../pki/authority.ts';
import { parseCertificate } from '../pki/certificate.ts';
import { signed } from '../pki/draft.ts';
import { encodeName } from '../pki/name.ts';
import { certificateIdOf } from '../pki/ocsp-responder.ts';
import { OID } from '../pki/oids.ts';
import { createTimestampAuthority } from '../pki/timestamp-authority.ts';
import { addDocumentTimestamp, createTestPki, days, hours, later, signTestPdf } from './testing.ts';
import type { TestPki } from './testing.ts';
import { validatePdf } from './validate-pdf.ts';
import type { ValidationOptions } from './validate-pdf.ts';

const start = new Date('2026-03-02T01:00:00Z');
const pki = await createTestPki(start);
const signedAt = later(start, days(10));
const now = later(start, days(100));
const letter = buildPdf();
const plain = signTestPdf(letter, { pki, at: signedAt });
const [rootList = Buffer.alloc(0), issuingList = Buffer.alloc(0)] = pki.crls(now);

const report = (pdf: Buffer, options: Partial<ValidationOptions> = {}) => validatePdf(pdf, { trustAnchors: [pki.root.certificate], now, ...options });
const about = (pdf: Buffer, options: Partial<ValidationOptions> = {}): string => {
  const [first] = report(pdf, options).signatures;
  return first === undefined ? assert.fail('no signature') : [first.indication, first.subIndication].filter((each) => each !== null).join(' ');
};

interface Changes {
  readonly by: KeyHolder;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly spki?: Buffer;
  /** Takes the place of an extension of the same name, or is added. */
  readonly extension?: { readonly name: string; readonly value: Buffer; readonly critical?: boolean };
}

/** The certificate with something else in it, signed anew by its issuer. */
function reissue<T extends KeyHolder>(holder: T, { by, notBefore, notAfter, spki, extension }: Changes): T {
  const fields = children(readAsn1(holder.certificate.tbs));
  const list = children(fieldsOf(fields.at(-1), 0xa3).take(0x30));
  const kept = list.filter((each) => oidOf(fieldsOf(each).take()) !== extension?.name).map(rawOf);
  const added = extension ? [seq(oid(extension.name), ...(extension.critical === true ? [bool(true)] : []), oct(extension.value))] : [];
  const validity = seq(time(notBefore ?? holder.certificate.notBefore), time(notAfter ?? holder.certificate.notAfter));
  const tbs = seq(...fields.slice(0, 4).map(rawOf), validity, ...fields.slice(5, 6).map(rawOf), spki ?? holder.certificate.spki, ctx(3, seq(...kept, ...added)));
  return { ...holder, certificate: parseCertificate(signed(tbs, by.privateKey)) };
}

/** A signature under an issuing authority whose own certificate was changed. */
function under(changes: Omit<Changes, 'by'>): Buffer {
  return signTestPdf(letter, { pki: { ...pki, issuing: reissue(pki.issuing, { by: pki.root, ...changes }) }, at: signedAt });
}

/** A list with an issuing distribution point, and with the entries that are wanted. */
function narrowList({ certificate, privateKey }: Authority, point: Buffer, entries: readonly Buffer[] = []): Buffer {
  const extension = seq(oid(OID.issuingDistributionPoint), bool(true), oct(point));
  const rows = entries.length === 0 ? [] : [seq(...entries)];
  return signed(seq(int(1), signatureAlgorithmFor(privateKey, signingHashFor(privateKey)), certificate.subject.raw, time(now), time(later(now, days(7))), ...rows, ctx(0, seq(extension))), privateKey);
}

test('a list for one distribution point says nothing about a certificate that does not name this point', () => {
  const directory = encodeName(agencySubject({ name: 'Phân vùng 7', agencyCode: 'H56' }));
  const byUrl = seq(ctx(0, ctx(0, ctxPrim(6, ia5Content('http://ca.example/7.crl')))));
  const byName = seq(ctx(0, ctx(0, ctx(4, directory))));
  const relative = seq(ctx(0, ctx(1, seq(oid(OID.commonName), tlv(0x0c, Buffer.from('7'))))));
  for (const point of [byUrl, byName, relative]) {
    assert.equal(about(plain, { given: { crls: [rootList, narrowList(pki.issuing, point)] } }), 'INDETERMINATE TRY_LATER');
    // What is on it is revoked nevertheless: serial numbers of an issuer are not given twice.
    const row = seq(tlv(0x02, pki.person.certificate.serial), time(start));
    assert.equal(about(plain, { given: { crls: [rootList, narrowList(pki.issuing, point, [row])] } }), 'TOTAL-FAILED REVOKED');
  }
  const ownPoint = { name: OID.crlDistributionPoints, value: seq(seq(ctx(0, ctx(0, ctx(4, directory), ctxPrim(6, ia5Content('http://ca.example/7.crl')))))) };
  const naming = signTestPdf(letter, { pki, holder: reissue(pki.person, { by: pki.issuing, extension: ownPoint }), at: signedAt });
  for (const point of [byUrl, byName]) assert.equal(about(naming, { given: { crls: [rootList, narrowList(pki.issuing, point)] } }), 'TOTAL-PASSED');
  const elsewhere = seq(ctx(0, ctx(0, ctxPrim(6, ia5Content('http://ca.example/8.crl')))));
  assert.equal(about(naming, { given: { crls: [rootList, narrowList(pki.issuing, elsewhere)] } }), 'INDETERMINATE TRY_LATER');
  const forTheName = seq(ctx(0, ctx(0, ctx(4, pki.issuing.certificate.subject.raw))));
  assert.equal(about(plain, { given: { crls: [rootList, narrowList(pki.issuing, forTheName)] } }), 'TOTAL-PASSED', 'without a point of its own a certificate is on the list that has the name of its issuer');
});

test('a key that was stolen before it was reported counts as revoked since then', () => {
  const stamped = signTestPdf(letter, { pki, at: signedAt, withTimestamp: true });
  const { certificate, privateKey } = pki.issuing;
  const listWith = (reason: number, ...more: readonly Buffer[]) => {
    const row = seq(tlv(0x02, pki.person.certificate.serial), time(later(signedAt, days(5))), seq(seq(oid(OID.reasonCode), oct(tlv(0x0a, Buffer.from([reason])))), ...more));
    return signed(seq(int(1), signatureAlgorithmFor(privateKey, signingHashFor(privateKey)), certificate.subject.raw, time(now), time(later(now, days(7))), seq(row)), privateKey);
  };
  const since = (at: Date) => seq(oid(OID.invalidityDate), oct(generalizedTime(at)));
  const verdict = (list: Buffer) => about(stamped, { given: { crls: [rootList, list] } });
  assert.equal(verdict(listWith(1)), 'TOTAL-PASSED');
  assert.equal(verdict(listWith(1, since(later(signedAt, -days(1))))), 'TOTAL-FAILED REVOKED');
  assert.equal(verdict(listWith(1, since(later(signedAt, days(1))))), 'TOTAL-PASSED');
  assert.equal(verdict(listWith(5, since(later(signedAt, -days(1))))), 'TOTAL-PASSED', 'an end of use is not a stolen key');
});

interface Answer {
  readonly by: KeyHolder;
  readonly producedAt: Date;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

function answerWith({ by, producedAt, thisUpdate, nextUpdate }: Answer): Buffer {
  const id = certificateIdOf(pki.person.certificate, pki.issuing.certificate);
  const single = seq(id.raw, ctxPrim(0), generalizedTime(thisUpdate), ctx(0, generalizedTime(nextUpdate)));
  const data = seq(ctx(2, oct(hashOnce('sha1', by.certificate.publicKeyBits, 'buffer'))), generalizedTime(producedAt), seq(single));
  return seq(tlv(0x0a, Buffer.from([0])), ctx(0, seq(oid(OID.ocspBasic), oct(signed(data, by.privateKey, ctx(0, seq(by.certificate.raw)))))));
}

test('a responder speaks for its own life only: a key that was kept after its end says nothing about today', () => {
  const ended = reissue(pki.responder, { by: pki.issuing, notAfter: later(start, days(50)) });
  const while_ = later(start, days(40));
  const verdict = (answer: Buffer) => about(plain, { given: { crls: [rootList], ocsps: [answer] } });
  assert.equal(verdict(answerWith({ by: pki.responder, producedAt: now, thisUpdate: now, nextUpdate: later(now, days(1)) })), 'TOTAL-PASSED');
  // Dated back so that the certificate seems to hold, with a statement of today.
  assert.equal(verdict(answerWith({ by: ended, producedAt: while_, thisUpdate: now, nextUpdate: later(now, days(1)) })), 'INDETERMINATE TRY_LATER');
  assert.equal(verdict(answerWith({ by: ended, producedAt: while_, thisUpdate: while_, nextUpdate: later(now, days(1)) })), 'INDETERMINATE TRY_LATER');
});

test('a responder with a weak key, without the right to sign, or with an unknown critical extension is none', () => {
  const at = { producedAt: now, thisUpdate: now, nextUpdate: later(now, days(1)) };
  const verdict = (by: KeyHolder) => about(plain, { given: { crls: [rootList], ocsps: [answerWith({ by, ...at })] } });
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const small = { privateKey: weak.privateKey, spki: weak.publicKey.export({ format: 'der', type: 'spki' }) };
  const noSigning = { name: OID.keyUsage, value: namedBits([2]), critical: true };
  const strange = { name: '1.3.6.1.4.1.99999.1', value: seq(), critical: true };
  for (const extension of [noSigning, strange]) assert.equal(verdict(reissue(pki.responder, { by: pki.issuing, extension })), 'INDETERMINATE TRY_LATER');
  assert.equal(verdict(pki.responder), 'TOTAL-PASSED');
  assert.equal(verdict({ ...small, certificate: reissue(pki.responder, { by: pki.issuing, spki: small.spki }).certificate }), 'INDETERMINATE TRY_LATER');
});

test('a time stamp that is older than the certificate of its authority proves nothing, also under a later one', () => {
  const young = reissue(pki.tsaHolder, { by: pki.issuing, notBefore: later(start, days(20)) });
  const tsa = createTimestampAuthority({ ...young, chain: [pki.issuing.certificate] });
  const backdating: TestPki = { ...pki, tsa };
  const signedThen = signTestPdf(letter, { pki: backdating, at: signedAt, withTimestamp: true });
  const archived = addDocumentTimestamp(signedThen, pki, later(start, days(30)));
  const revoked = [{ serial: pki.person.certificate.serial, revokedAt: later(start, days(25)), reason: 'keyCompromise' }] as const;
  const [first] = report(archived, { given: { crls: pki.crls(now, revoked) } }).signatures;
  assert.notEqual(first?.indication, 'TOTAL-PASSED');
  assert.equal(first?.timestamp?.indication === 'TOTAL-PASSED', false);
});

test('an authority that may issue for certain names, certain purposes only is not believed beyond them', () => {
  const given = { crls: [rootList, issuingList] };
  const allowed = (subtrees: Buffer) => under({ extension: { name: OID.nameConstraints, value: seq(ctx(0, seq(subtrees))) } });
  const excluded = (subtrees: Buffer) => under({ extension: { name: OID.nameConstraints, value: seq(ctx(1, seq(subtrees))), critical: true } });
  const other = ctx(4, encodeName([{ oid: OID.country, value: 'VN' }, { oid: OID.organization, value: 'Công ty khác' }]));
  const own = ctx(4, encodeName([{ oid: OID.country, value: 'VN' }]));
  assert.equal(about(allowed(other), { given }), 'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE');
  assert.equal(about(allowed(own), { given }), 'TOTAL-PASSED');
  assert.equal(about(excluded(own), { given }), 'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE');
  assert.equal(about(excluded(other), { given }), 'TOTAL-PASSED');
  const purposes = (...names: string[]) => under({ extension: { name: OID.extendedKeyUsage, value: seq(...names.map((each) => oid(each))) } });
  assert.equal(about(purposes('1.3.6.1.5.5.7.3.1'), { given }), 'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE');
  assert.equal(about(purposes('1.3.6.1.5.5.7.3.1', OID.emailProtection), { given }), 'TOTAL-PASSED');
});

test('an RSA key with exponent 1 signs nothing, because anybody can write its signatures', () => {
  const jwk = pki.person.certificate.publicKey().export({ format: 'jwk' });
  const spki = createPublicKey({ key: { ...jwk, e: 'AQ' }, format: 'jwk' }).export({ format: 'der', type: 'spki' });
  const holder = reissue(pki.person, { by: pki.issuing, spki });
  const prepared = prepareJades({ certificate: pki.person.certificate.raw, chain: [pki.issuing.certificate.raw], payload: Buffer.from('{}'), signingTime: signedAt });
  const head = JSON.parse(Buffer.from(prepared.signingInput.toString().split('.')[0] ?? '', 'base64url').toString()) as Record<string, unknown>; // safe because our own header is an object
  const changed = { ...head, x5c: [holder, pki.issuing].map(({ certificate }) => certificate.raw.toString('base64')), 'x5t#S256': Buffer.from(holder.certificate.fingerprint, 'hex').toString('base64url') };
  const input = `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${Buffer.from('{}').toString('base64url')}`;
  const info = Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), hashOnce('sha256', input, 'buffer')]);
  const padded = Buffer.concat([Buffer.from([0, 1]), Buffer.alloc(256 - 3 - info.length, 0xff), Buffer.from([0]), info]);
  const found = validateJades({ jws: `${input}.${padded.toString('base64url')}` }, { trustAnchors: [pki.root.certificate], now, given: { crls: [rootList, issuingList] } });
  assert.notEqual(found.report.indication, 'TOTAL-PASSED');
  assert.equal(found.payload, null);
});

test('a list or an answer that is dated in the future is not believed yet', () => {
  const tomorrow = later(now, days(1));
  assert.equal(about(plain, { given: { crls: pki.crls(tomorrow) } }), 'INDETERMINATE TRY_LATER');
  assert.equal(about(plain, { given: { crls: [rootList], ocsps: [pki.ocsp(pki.person, { status: 'good' }, later(now, hours(2)))] } }), 'INDETERMINATE TRY_LATER');
});

test('lists of a namesake, of an authority without the right to sign lists, and delta lists do not say that all is well', async () => {
  const namesake = await createTestPki(start);
  assert.equal(about(plain, { given: { crls: [rootList, ...namesake.crls(now)] } }), 'INDETERMINATE TRY_LATER');
  const noLists = under({ extension: { name: OID.keyUsage, value: namedBits([5]), critical: true } });
  assert.equal(about(noLists, { given: { crls: [rootList, issuingList] } }), 'INDETERMINATE TRY_LATER');
  const delta = seq(seq(oid(OID.deltaCrlIndicator), bool(true), oct(int(1))));
  const { certificate, privateKey } = pki.issuing;
  const head = [int(1), signatureAlgorithmFor(privateKey, signingHashFor(privateKey)), certificate.subject.raw, time(now), time(later(now, days(7)))];
  const removed = seq(seq(tlv(0x02, pki.person.certificate.serial), time(start), seq(seq(oid(OID.reasonCode), oct(tlv(0x0a, Buffer.from([8])))))));
  for (const rows of [[], [removed]]) assert.equal(about(plain, { given: { crls: [rootList, signed(seq(...head, ...rows, ctx(0, delta)), privateKey)] } }), 'INDETERMINATE TRY_LATER');
});

test('an answer by a responder that nobody appointed, or about the same serial of another issuer, says nothing', async () => {
  const verdict = (answer: Buffer) => about(plain, { given: { crls: [rootList], ocsps: [answer] } });
  const other = await createTestPki(start);
  const good = { status: 'good' } as const;
  assert.equal(verdict(pki.ocsp(pki.person, good, now)), 'TOTAL-PASSED');
  assert.equal(verdict(pki.ocsp(pki.person, good, now, other.responder)), 'INDETERMINATE TRY_LATER');
  assert.equal(verdict(pki.ocsp(pki.person, good, now, pki.agency)), 'INDETERMINATE TRY_LATER');
  // The namesake has an issuer of the same name with another key; its answer is about that issuer's certificates.
  assert.equal(verdict(other.ocsp(pki.person, good, now)), 'INDETERMINATE TRY_LATER');
});

test('an answer that carries something critical which nobody knows says that a certificate is revoked, never that it is good', () => {
  const { certificate, privateKey } = pki.responder;
  const id = certificateIdOf(pki.person.certificate, pki.issuing.certificate);
  const revoked = ctx(1, generalizedTime(start));
  const unknown = (critical: boolean) => ctx(1, seq(seq(oid('1.3.6.1.4.1.99999.5'), ...(critical ? [bool(true)] : []), oct(Buffer.alloc(2)))));
  const verdict = (status: Buffer, { single = [], whole = [] }: { single?: Buffer[]; whole?: Buffer[] }) => {
    const one = seq(id.raw, status, generalizedTime(now), ctx(0, generalizedTime(later(now, days(1)))), ...single);
    const data = seq(ctx(2, oct(hashOnce('sha1', certificate.publicKeyBits, 'buffer'))), generalizedTime(now), seq(one), ...whole);
    const answer = seq(tlv(0x0a, Buffer.from([0])), ctx(0, seq(oid(OID.ocspBasic), oct(signed(data, privateKey, ctx(0, seq(certificate.raw)))))));
    return about(plain, { given: { crls: [rootList], ocsps: [answer] } });
  };
  const good = ctxPrim(0);
  assert.equal(verdict(good, {}), 'TOTAL-PASSED');
  assert.equal(verdict(good, { single: [unknown(false)], whole: [unknown(false)] }), 'TOTAL-PASSED');
  assert.equal(verdict(good, { single: [unknown(true)] }), 'INDETERMINATE TRY_LATER');
  assert.equal(verdict(good, { whole: [unknown(true)] }), 'INDETERMINATE TRY_LATER');
  assert.equal(verdict(revoked, { single: [unknown(true)], whole: [unknown(true)] }), 'TOTAL-FAILED REVOKED');
});

test('an authority below one that allows none below itself, or with an unknown critical extension, makes no path', () => {
  const given = { crls: [rootList, issuingList] };
  assert.equal(about(under({ extension: { name: '1.3.6.1.4.1.99999.1', value: seq(), critical: true } }), { given }), 'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE');
  const shallow = reissue(pki.root, { by: pki.root, extension: { name: OID.basicConstraints, value: seq(bool(true), int(0)), critical: true } });
  assert.equal(about(plain, { given, trustAnchors: [shallow.certificate] }), 'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE');
});

test('a copy of a trusted certificate that nobody issued is not that certificate: neither with a longer life, nor as an authority with more rights', () => {
  const given = { crls: [rootList, issuingList] };
  const ended = later(start, days(50));
  const listed = reissue(pki.person, { by: pki.issuing, notAfter: ended });
  const prolonged = reissue(pki.person, { by: pki.agency });
  const verdict = (holder: KeyHolder) => about(signTestPdf(letter, { pki, holder, at: later(start, days(60)) }), { given, trustAnchors: [listed.certificate] });
  assert.equal(about(signTestPdf(letter, { pki, holder: listed, at: signedAt }), { now: later(start, days(11)), trustAnchors: [listed.certificate] }), 'TOTAL-PASSED', 'the very one');
  assert.equal(verdict(listed), 'TOTAL-FAILED EXPIRED');
  assert.equal(verdict(prolonged), 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND');
  const shallow = reissue(pki.root, { by: pki.root, extension: { name: OID.basicConstraints, value: seq(bool(true), int(0)), critical: true } });
  const bare = reissue(shallow, { by: pki.root, extension: { name: OID.subjectKeyIdentifier, value: oct(Buffer.from('no')) } });
  assert.equal(about(plain, { given: { ...given, certificates: [pki.root.certificate] }, trustAnchors: [bare.certificate] }), 'INDETERMINATE CHAIN_CONSTRAINTS_FAILURE', 'the copy allows what the trusted one does not');
});

test('a time stamp by a certificate that has another purpose too, or whose purpose is not critical, proves nothing', () => {
  const given = { crls: [rootList, issuingList] };
  const stampedBy = (value: Buffer, critical: boolean): string => {
    const holder = reissue(pki.tsaHolder, { by: pki.issuing, extension: { name: OID.extendedKeyUsage, value, critical } });
    const pdf = signTestPdf(letter, { pki: { ...pki, tsa: createTimestampAuthority({ ...holder, chain: [pki.issuing.certificate] }) }, at: signedAt, withTimestamp: true });
    return report(pdf, { given }).signatures[0]?.timestamp?.indication ?? assert.fail('no time stamp');
  };
  assert.equal(stampedBy(seq(oid(OID.timeStamping)), true), 'TOTAL-PASSED');
  assert.equal(stampedBy(seq(oid(OID.timeStamping)), false), 'INDETERMINATE');
  assert.equal(stampedBy(seq(oid(OID.timeStamping), oid(OID.emailProtection)), true), 'INDETERMINATE');
});

test('ECDSA values of zero, of the order of the curve and beyond it fit nothing', () => {
  const key = pki.agency.certificate.publicKey();
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const data = Buffer.from('dữ liệu');
  for (const r of [0n, 1n, order, order + 1n]) {
    for (const s of [0n, order, order + 1n]) assert.equal(signatureFits({ key, algorithm: { family: 'ecdsa', hash: 'sha256' }, data, signature: seq(int(r), int(s)) }), false, `${r} ${s}`);
  }
});

test('PSS holds only with the hash, mask and salt that the certificate or container states', () => {
  const { privateKey, certificate } = pki.person;
  const data = Buffer.from('dữ liệu');
  const signature = sign('sha256', data, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 });
  const fits = (saltLength: number, hash: 'sha256' | 'sha384') => signatureFits({ key: certificate.publicKey(), algorithm: { family: 'rsa-pss', hash, saltLength }, data, signature });
  assert.deepEqual([fits(20, 'sha256'), fits(32, 'sha256'), fits(0, 'sha256'), fits(20, 'sha384')], [true, false, false, false]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildPdf } from '../pdf/testing.ts';
import { attributeOf, childElements, textOf } from '../xml/events.ts';
import type { XmlDocument, XmlElement } from '../xml/events.ts';
import { readXml } from '../xml/reader.ts';
import type { SignatureReport, ValidationReport } from '../validation/report.ts';
import { addDocumentTimestamp, addValidationData, createTestPki, days, hours, later, signTestPdf } from '../validation/testing.ts';
import { validatePdf } from '../validation/validate-pdf.ts';
import { validationReportXml } from './index.ts';

const start = new Date('2026-01-05T00:00:00Z');
const pki = await createTestPki(start);
const signedAt = later(start, hours(1));
const now = later(start, hours(30));
const given = { crls: pki.crls(later(start, hours(20))) };
const validate = (pdf: Buffer, options: Partial<Parameters<typeof validatePdf>[1]> = {}) => validatePdf(pdf, { trustAnchors: [pki.root.certificate], now, given, ...options });

const plain = buildPdf();
const stamped = signTestPdf(plain, { pki, at: signedAt, withTimestamp: true, reason: 'Phê duyệt <“A & B”>', location: 'Thanh Hóa' });
const archived = addDocumentTimestamp(addValidationData(stamped, { certificates: [pki.issuing.certificate.raw], crls: given.crls }), pki, later(start, hours(21)));
const revoked = { crls: pki.crls(later(start, hours(20)), [{ serial: pki.person.certificate.serial, revokedAt: signedAt, reason: 'keyCompromise' }]) };
const signature: SignatureReport = validate(stamped).signatures[0] ?? assert.fail();

const reports: Readonly<Record<string, ValidationReport>> = {
  'a signature with a time stamp': validate(stamped),
  'an archived signature': validate(archived),
  'two signers': validate(signTestPdf(stamped, { pki, at: later(start, hours(2)), holder: pki.agency })),
  'a revoked certificate': validate(stamped, { given: revoked }),
  'no trusted root': validate(stamped, { trustAnchors: [] }),
  'a changed file': validate(Buffer.concat([stamped.subarray(0, 100), Buffer.from([stamped.readUInt8(100) ^ 1]), stamped.subarray(101)])),
  'no signature': validate(plain),
  'a signature that cannot be read': { ...validate(stamped), signatures: [{ ...signature, certificate: null, chain: [], timestamp: null, signer: '', algorithm: '', claimedTime: null, field: '' }] },
  'text that XML cannot hold': { ...validate(stamped), signatures: [{ ...signature, signer: 'A\u0000\ud800<&">]]>', field: 'x\u0001' }] },
};

const vr = 'http://uri.etsi.org/19102/v1.2.1#';
const ds = 'http://www.w3.org/2000/09/xmldsig#';

/** The children that the schema allows in each type, in its order; `!` marks one that must be there. */
const shapes: Readonly<Record<string, readonly string[]>> = {
  '/ValidationReport': ['SignatureValidationReport!', 'SignatureValidationObjects', 'SignatureValidator', 'Signature'],
  SignatureValidationReport: ['SignatureIdentifier', 'ValidationConstraintsEvaluationReport', 'ValidationTimeInfo', 'SignersDocument', 'SignatureAttributes', 'SignerInformation', 'SignatureQuality', 'SignatureValidationProcess', 'SignatureValidationStatus!'],
  SignatureIdentifier: ['DigestAlgAndValue', 'SignatureValue', 'HashOnly!', 'DocHashOnly!', 'DAIdentifier'],
  ValidationTimeInfo: ['ValidationTime!', 'BestSignatureTime!'],
  BestSignatureTime: ['POETime!', 'TypeOfProof!', 'POEObject'],
  SignersDocument: ['DigestAlgAndValue!', 'SignersDocumentRef'],
  DigestAlgAndValue: ['DigestMethod!', 'DigestValue!'],
  SigningTime: ['AttributeObject', 'Time!'],
  SigningCertificate: ['AttributeObject', 'CertID'],
  SignatureProductionPlace: ['AttributeObject', 'AddressString!'],
  SignatureTimeStamp: ['AttributeObject', 'TimeStampValue!'],
  DocTimeStamp: ['AttributeObject', 'TimeStampValue!'],
  Reason: ['AttributeObject', 'ReasonElement!'],
  Name: ['AttributeObject', 'NameElement!'],
  SubFilter: ['AttributeObject', 'SubFilterElement!'],
  SignerInformation: ['SignerCertificate!', 'Signer'],
  SignatureValidationProcess: ['SignatureValidationProcessID', 'SignatureValidationServicePolicy', 'SignatureValidationPracticeStatement'],
  SignatureValidationStatus: ['MainIndication!', 'SubIndication', 'AssociatedValidationReportData'],
  AssociatedValidationReportData: ['TrustAnchor', 'CertificateChain', 'SignedDataObjects', 'RevocationStatusInformation', 'CryptoInformation', 'AdditionalValidationReportData'],
  CertificateChain: ['SigningCertificate!', 'IntermediateCertificate', 'TrustAnchor'],
  SignedDataObjects: ['SignedDataObject!'],
  RevocationStatusInformation: ['ValidationObjectId!', 'RevocationTime!', 'RevocationReason', 'RevocationObject'],
  CryptoInformation: ['ValidationObjectId!', 'Algorithm!', 'AlgorithmParameters', 'SecureAlgorithm!', 'NotAfter'],
  AdditionalValidationReportData: ['ReportData!'],
  ReportData: ['Type!', 'Value!'],
  SignatureValidationObjects: ['ValidationObject!'],
  'SignatureValidationObjects/ValidationObject': ['ObjectType!', 'ValidationObject!', 'POE', 'POEProvisioning', 'ValidationReport'],
  'ValidationObject/ValidationObject': ['direct', 'base64', 'DigestAlgAndValue', 'URI'],
  'ValidationObject/ValidationReport': ['SignatureIdentifier', 'SignatureValidationStatus!'],
  POEProvisioning: ['POETime!', 'ValidationObject', 'SignatureReference'],
};
const attributeNames = ['SigningTime', 'SigningCertificate', 'SignatureProductionPlace', 'SignatureTimeStamp', 'DocTimeStamp', 'Reason', 'Name', 'SubFilter'];
const references = ['SignersDocumentRef', 'SignerCertificate', 'AttributeObject', 'POEObject', 'IntermediateCertificate', 'TrustAnchor', 'SignedDataObject', 'ValidationObjectId', 'RevocationObject'];

function assertShape(document: XmlDocument, element: XmlElement, parent = ''): void {
  const children = childElements(document, element);
  const names = children.map(({ local }) => local);
  const shape = shapes[`${parent}/${element.local}`] ?? shapes[element.local];
  const isDirect = element.local === 'direct' || element.local === 'Value';
  if (element.local === 'SignatureAttributes') assert.deepEqual(names.filter((name) => !attributeNames.includes(name)), []);
  else if (attributeOf(element, 'VOReference') !== undefined) assert.deepEqual(names, [], element.local);
  else if (shape) {
    const order = shape.map((name) => name.replace('!', ''));
    const places = names.map((name) => order.indexOf(name));
    assert.ok(!places.includes(-1), `${element.local} may not hold ${names.join()}`);
    assert.deepEqual(places, places.toSorted((a, b) => a - b), `order in ${element.local}`);
    for (const name of shape.filter((each) => each.endsWith('!'))) assert.ok(names.includes(name.slice(0, -1)), `${element.local} lacks ${name}`);
  } else if (!isDirect) assert.deepEqual(names, [], `${element.local} is not in the schema with children`);
  for (const child of children) {
    assert.equal(child.namespace, ['DigestMethod', 'DigestValue', 'X509SubjectName'].includes(child.local) ? ds : vr, child.local);
    if (!isDirect) assertShape(document, child, element.local);
  }
}

for (const [name, report] of Object.entries(reports)) {
  test(`the report has the elements of TS 119 102-2 in their order, and its references lead somewhere: ${name}`, () => {
    const document = readXml(validationReportXml(report));
    assert.deepEqual([document.root.local, document.root.namespace], ['ValidationReport', vr]);
    assertShape(document, document.root);
    const elements = document.events.filter((event) => event.kind === 'element');
    const ids = elements.flatMap((element) => attributeOf(element, 'id') ?? []);
    assert.equal(new Set(ids).size, ids.length, 'each id once');
    for (const id of ids) assert.match(id, /^[A-Za-z_][\w.-]*$/, 'an NCName');
    for (const element of elements) {
      const target = attributeOf(element, 'VOReference');
      if (target !== undefined) assert.ok(ids.includes(target), `${element.local} leads to ${target}`);
      const isReference = references.includes(element.local) || (element.local === 'SigningCertificate' && element.parent?.local === 'CertificateChain');
      assert.equal(target !== undefined, isReference, element.local);
      if (/Time$|^TimeStampValue$/.test(element.local) && childElements(document, element).length === 0) assert.match(textOf(document, element), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, element.local);
    }
    assert.equal(validationReportXml(report), validationReportXml(report));
  });
}

const textsOf = (report: ValidationReport | undefined, name: string): string[] => {
  const document = readXml(validationReportXml(report ?? assert.fail()));
  return document.events.flatMap((event) => (event.kind === 'element' && event.local === name ? [textOf(document, event)] : []));
};

test('indications and sub-indications carry the identifiers of ETSI', () => {
  assert.deepEqual(textsOf(reports['a signature with a time stamp'], 'MainIndication'), ['urn:etsi:019102:mainindication:total-passed', 'urn:etsi:019102:mainindication:passed']);
  assert.deepEqual(textsOf(reports['a changed file'], 'SubIndication').slice(0, 1), ['urn:etsi:019102:subindication:HASH_FAILURE']);
  assert.deepEqual(textsOf(reports['no trusted root'], 'SubIndication').slice(0, 1), ['urn:etsi:019102:subindication:NO_CERTIFICATE_CHAIN_FOUND']);
});

test('a file without signatures has one entry, undetermined, without a sub-indication that ETSI does not know', () => {
  const report = reports['no signature'];
  assert.deepEqual([textsOf(report, 'MainIndication'), textsOf(report, 'SubIndication')], [['urn:etsi:019102:mainindication:indeterminate'], []]);
});

test('the best signature time is that of the trusted time stamp, and the algorithm has its identifier', () => {
  const report = reports['a signature with a time stamp'];
  const [, best] = textsOf(report, 'POETime');
  assert.ok(textsOf(report, 'POETime').includes(signedAt.toISOString()), best);
  assert.deepEqual(textsOf(report, 'Algorithm'), ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256']);
});

test('a revocation is told with its time and reason', () => {
  const report = reports['a revoked certificate'];
  assert.deepEqual([textsOf(report, 'RevocationTime'), textsOf(report, 'RevocationReason')], [[signedAt.toISOString()], ['urn:etsi:019102:revocationReason:keyCompromise']]);
});

test('findings stand in both languages; hostile names stay text', () => {
  assert.ok(textsOf(reports['no trusted root'], 'Value').some((text) => text.startsWith('Chưa kiểm tra được chứng thư')));
  assert.ok(textsOf(reports['no trusted root'], 'Value').some((text) => text.startsWith('The certificate could not be checked')));
  assert.deepEqual(textsOf(reports['text that XML cannot hold'], 'Signer'), ['A\ufffd\ufffd<&">]]>']);
  assert.deepEqual(textsOf(reports['a signature with a time stamp'], 'ReasonElement'), ['Phê duyệt <“A & B”>']);
});

test('the certificate is named by its fingerprint, the file by its hash', () => {
  const report = reports['a signature with a time stamp'];
  const digests = textsOf(report, 'DigestValue').map((each) => Buffer.from(each, 'base64').toString('hex'));
  assert.ok(digests.includes(pki.person.certificate.fingerprint));
  assert.ok(digests.includes(report?.sha256 ?? ''));
});

test('a time in the report does not depend on when the report was written', () => {
  assert.deepEqual(textsOf({ ...(reports['no signature'] ?? assert.fail()), validatedAt: later(start, days(3)).toISOString() }, 'ValidationTime'), [later(start, days(3)).toISOString()]);
});

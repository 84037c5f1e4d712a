/**
 * The validation report in the form that other countries' tools read: ETSI TS 119 102-2 (schema version 1.2.1). It says what our own report
 * says and no more: certificates appear by fingerprint and name, since the report does not hold their bytes.
 */
import { problemText } from '../validation/problems.ts';
import type { Problem } from '../validation/problems.ts';
import type { SignatureReport, ValidationReport } from '../validation/report.ts';
import {
  algorithmUri,
  dsNamespace,
  mainIndications,
  objectIndications,
  objectTypes,
  ownData,
  provenByValidation,
  reportNamespace,
  revocationReasonUri,
  sha256Uri,
  subIndicationUri,
  validationProcess,
  xadesNamespace,
} from './uris.ts';
import { all, element, withAttributes } from './xml-writer.ts';
import type { Xml } from './xml-writer.ts';

/** The report as an XML document, UTF-8. The same report gives the same text. Problems are told in Vietnamese and English. */
export function validationReportXml(report: ValidationReport): string {
  const reports = report.signatures.map((signature, i) => signatureReport(signature, { report, ids: idsOf(i) }));
  const objects = [fileObject(report), ...report.signatures.flatMap((signature, i) => objectsOf(signature, idsOf(i)))];
  const attributes = { xmlns: reportNamespace, 'xmlns:ds': dsNamespace, 'xmlns:xades': xadesNamespace };
  // The schema demands at least one entry: a file without signatures has one that says so.
  const root = withAttributes('ValidationReport', attributes, ...(reports.length > 0 ? reports : [emptyReport(report)]), element('SignatureValidationObjects', ...objects));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.xml}\n`;
}

const fileId = 'file';

/** Names of the objects of one signature inside the document. */
interface Ids {
  readonly signature: string;
  readonly certificate: string;
  readonly timestamp: string;
  readonly revocation: string;
  authority(step: number): string;
}

function idsOf(index: number): Ids {
  const number = index + 1;
  return { signature: `signature-${number}`, certificate: `certificate-${number}`, timestamp: `timestamp-${number}`, revocation: `revocation-${number}`, authority: (step) => `authority-${number}-${step}` };
}

interface Context {
  readonly report: ValidationReport;
  readonly ids: Ids;
}

/** Clause 4.3, in the order of the schema. */
function signatureReport(signature: SignatureReport, { report, ids }: Context): Xml {
  const { field, certificate, signer } = signature;
  return element(
    'SignatureValidationReport',
    withAttributes('SignatureIdentifier', { id: ids.signature }, element('HashOnly', 'false'), element('DocHashOnly', 'false'), field === '' ? undefined : element('DAIdentifier', field)),
    timeInfo(signature, { report, ids }),
    element('SignersDocument', digest('DigestAlgAndValue', report.sha256), reference('SignersDocumentRef', fileId)),
    attributesOf(signature, ids),
    certificate ? element('SignerInformation', reference('SignerCertificate', ids.certificate), element('Signer', signer)) : undefined,
    element('SignatureValidationProcess', element('SignatureValidationProcessID', validationProcess)),
    status('SignatureValidationStatus', signature, reportData(signature, ids)),
  );
}

function emptyReport(report: ValidationReport): Xml {
  return element(
    'SignatureValidationReport',
    element('ValidationTimeInfo', element('ValidationTime', report.validatedAt), proof('BestSignatureTime', report.validatedAt)),
    element('SignersDocument', digest('DigestAlgAndValue', report.sha256), reference('SignersDocumentRef', fileId)),
    status('SignatureValidationStatus', report),
  );
}

function status(name: string, { indication, subIndication }: Pick<SignatureReport, 'indication' | 'subIndication'>, data?: Xml): Xml {
  const sub = subIndication === null ? undefined : subIndicationUri(subIndication);
  return element(name, element('MainIndication', mainIndications[indication]), sub === undefined ? undefined : element('SubIndication', sub), data);
}

/** Clause 4.3.6. Without any proof the best time is that of the validation. */
function timeInfo({ timestamp, bestSignatureTime, role }: SignatureReport, { report, ids }: Context): Xml {
  const stamped = timestamp?.indication === 'TOTAL-PASSED' && role !== 'timestamp' ? timestamp.time : undefined;
  const best = bestSignatureTime ?? stamped ?? report.validatedAt;
  return element('ValidationTimeInfo', element('ValidationTime', report.validatedAt), proof('BestSignatureTime', best, stamped === best ? ids.timestamp : undefined));
}

function proof(name: string, time: string, objectId?: string): Xml {
  return element(name, element('POETime', time), element('TypeOfProof', provenByValidation), objectId === undefined ? undefined : reference('POEObject', objectId));
}

/** Annex A: what the signature says of itself. */
function attributesOf({ claimedTime, certificate, timestamp, role, format, reason, location, signer }: SignatureReport, ids: Ids): Xml {
  const signed = { Signed: 'true' };
  const stamp = timestamp ? withAttributes(role === 'timestamp' ? 'DocTimeStamp' : 'SignatureTimeStamp', { Signed: 'false' }, reference('AttributeObject', ids.timestamp), element('TimeStampValue', timestamp.time)) : undefined;
  return element(
    'SignatureAttributes',
    claimedTime === null ? undefined : withAttributes('SigningTime', signed, element('Time', claimedTime)),
    certificate ? withAttributes('SigningCertificate', signed, reference('AttributeObject', ids.certificate)) : undefined,
    location === null ? undefined : withAttributes('SignatureProductionPlace', signed, element('AddressString', location)),
    stamp,
    reason === null ? undefined : withAttributes('Reason', signed, element('ReasonElement', reason)),
    signer === '' ? undefined : element('Name', element('NameElement', signer)),
    withAttributes('SubFilter', signed, element('SubFilterElement', format)),
  );
}

/** Clause 4.3.12: what the verdict rests on. */
function reportData(signature: SignatureReport, ids: Ids): Xml {
  const { chain, isChainTrusted, certificate, revocation } = signature;
  const last = chain.length - 1;
  const anchor = certificate && isChainTrusted && last >= 0 ? (last === 0 ? ids.certificate : ids.authority(last)) : undefined;
  const between = chain.slice(1, isChainTrusted ? -1 : undefined).map((_, i) => reference('IntermediateCertificate', ids.authority(i + 1)));
  const path = certificate && chain.length > 0 ? element('CertificateChain', reference('SigningCertificate', ids.certificate), ...between, anchor === undefined ? undefined : reference('TrustAnchor', anchor)) : undefined;
  const revoked =
    certificate && revocation.revokedAt !== null
      ? element(
          'RevocationStatusInformation',
          reference('ValidationObjectId', ids.certificate),
          element('RevocationTime', revocation.revokedAt),
          revocation.reason === null ? undefined : element('RevocationReason', revocationReasonUri(revocation.reason)),
          revocation.source === null ? undefined : reference('RevocationObject', ids.revocation),
        )
      : undefined;
  return element(
    'AssociatedValidationReportData',
    anchor === undefined ? undefined : reference('TrustAnchor', anchor),
    path,
    element('SignedDataObjects', reference('SignedDataObject', fileId)),
    revoked,
    cryptoOf(signature, ids),
    element('AdditionalValidationReportData', ...ownDataOf(signature)),
  );
}

function cryptoOf({ algorithm, problems }: SignatureReport, ids: Ids): Xml | undefined {
  const uri = algorithmUri(algorithm);
  if (uri === undefined) return undefined;
  const isWeak = problems.some(({ code }) => code === 'algorithm.weak' || code === 'algorithm.weakNoPoe');
  return element('CryptoInformation', reference('ValidationObjectId', ids.signature), element('Algorithm', uri), element('SecureAlgorithm', String(!isWeak)));
}

/** What the standard has no place for: level, changes after signing, each finding in words. */
function ownDataOf({ level, algorithm, changesAfter, changes, validityAtSigning, revocation, problems }: SignatureReport): Xml[] {
  return [
    data(ownData.level, level),
    ...(algorithm === '' ? [] : [data(ownData.algorithm, algorithm)]),
    data(ownData.validity, validityAtSigning),
    data(ownData.revocation, [revocation.status, revocation.source, revocation.asOf].filter((each) => each !== null).join(' ')),
    data(ownData.changesAfter, changesAfter),
    ...changes.map(({ code, severity, objectNumber }) => data(`${ownData.change}:${severity}`, `${code} ${objectNumber}`)),
    ...problems.flatMap((problem) => [wordsOf(problem, 'vi'), wordsOf(problem, 'en')]),
  ];
}

function wordsOf(problem: Problem, language: 'vi' | 'en'): Xml {
  const { text, todo } = problemText(problem, language);
  return element('ReportData', element('Type', `${ownData.problem}:${problem.code}`), withAttributes('Value', { 'xml:lang': language }, `${text} ${todo}`));
}

function data(type: string, value: string): Xml {
  return element('ReportData', element('Type', type), element('Value', value));
}

/** Clause 4.4: the file, and for each signature its certificate, the authorities above it, its time stamp and the source of revocation. */
function fileObject({ sha256 }: ValidationReport): Xml {
  return object(fileId, objectTypes.signedData, digest('DigestAlgAndValue', sha256));
}

function objectsOf({ certificate, chain, timestamp, revocation }: SignatureReport, ids: Ids): Xml[] {
  const authorities = certificate ? chain.slice(1).map((name, i) => object(ids.authority(i + 1), objectTypes.certificate, subject(name))) : [];
  const source = revocation.source === null ? [] : [object(ids.revocation, objectTypes[revocation.source], element('direct', `${revocation.origin ?? ''} ${revocation.asOf ?? ''}`.trim()))];
  return [
    ...(certificate ? [object(ids.certificate, objectTypes.certificate, digest('DigestAlgAndValue', certificate.fingerprint))] : []),
    ...authorities,
    ...(timestamp ? [object(ids.timestamp, objectTypes.timestamp, element('direct', timestamp.authority), stampData(timestamp))] : []),
    ...source,
  ];
}

function stampData({ time, indication, subIndication }: NonNullable<SignatureReport['timestamp']>): Xml {
  const sub = subIndication === null ? undefined : subIndicationUri(subIndication);
  const verdict = element('SignatureValidationStatus', element('MainIndication', objectIndications[indication]), sub === undefined ? undefined : element('SubIndication', sub));
  return all([element('POEProvisioning', element('POETime', time)), element('ValidationReport', verdict)]);
}

function subject(name: string): Xml {
  return element('direct', element('ds:X509SubjectName', name));
}

function object(id: string, type: string, ...[representation, more]: readonly [Xml, Xml?]): Xml {
  return withAttributes('ValidationObject', { id }, element('ObjectType', type), element('ValidationObject', representation), more);
}

function reference(name: string, id: string): Xml {
  return withAttributes(name, { VOReference: id });
}

/** A SHA-256 given in hexadecimal, as XAdES writes digests. */
function digest(name: string, sha256: string): Xml {
  return element(name, withAttributes('ds:DigestMethod', { Algorithm: sha256Uri }), element('ds:DigestValue', Buffer.from(sha256, 'hex').toString('base64')));
}

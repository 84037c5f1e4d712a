/**
 * Validation of the signatures of an XML file, after ETSI EN 319 102-1 and TT 15/2025/TT-BKHCN. Pure: bytes, trust anchors, revocation
 * material and the present instant come in, a report goes out. Nothing is fetched, no entity is expanded, no other transform is run
 * than enveloped signature, canonicalisation and base64.
 */
import { hash as hashOnce } from 'node:crypto';
import { contextOf, earliestEnd } from '../cades/index.ts';
import type { SignatureValidation } from '../cades/index.ts';
import type { Certificate } from '../pki/certificate.ts';
import { PkiError } from '../pki/errors.ts';
import { createValidationCache } from '../validation/cache.ts';
import type { ValidationCache } from '../validation/cache.ts';
import { verdictOf } from '../validation/problems.ts';
import type { Problem } from '../validation/problems.ts';
import { overallVerdict } from '../validation/report-parts.ts';
import type { SignatureReport, ValidationReport } from '../validation/report.ts';
import type { RevocationMaterial } from '../validation/revocation.ts';
import type { MissingLink, TrustContext } from '../validation/trust.ts';
import type { ValidationOptions } from '../validation/validate-pdf.ts';
import type { GivenMaterial } from '../validation/validation-material.ts';
import { checkSignature } from './check-signature.ts';
import type { CheckedXmlSignature } from './check-signature.ts';
import { findByPath, indexIds, isWithin, namespaces } from './events.ts';
import type { XmlDocument, XmlElement } from './events.ts';
import { byteOffsetsOf } from './insertion.ts';
import { readCertificates } from './read-certificates.ts';
import { findSignatures } from './read-signature.ts';
import { readXml } from './reader.ts';
import { newEffort } from './references.ts';
import type { SignedPart } from './references.ts';
import { reportSignature } from './report.ts';

/** What the caller is going to rely on. A valid signature over something else is a wrapping attack, whatever its Id says. */
export type SignedSubject =
  | { readonly kind: 'document' }
  /** Local names from the root on; each must occur once among its siblings. */
  | { readonly kind: 'element'; readonly path: readonly string[] }
  /** Content that the signature itself holds (enveloping); the part of kind `object` in the report says where. */
  | { readonly kind: 'object' }
  | { readonly kind: 'detached'; readonly uri: string }
  /** For showing a file to a person, who sees what each signature covers. */
  | { readonly kind: 'any' };

export interface XmlValidationOptions extends Omit<ValidationOptions, 'scanActive'> {
  /** Each signature must cover this, except one that countersigns another. */
  readonly subject: SignedSubject;
  /** Bytes of detached files under the URIs that references name. */
  readonly detached?: ReadonlyMap<string, Uint8Array>;
}

export interface XmlSignatureReport extends SignatureReport {
  /** What was really signed, by place. */
  readonly signed: readonly SignedPart[];
}

export interface XmlValidationReport extends ValidationReport {
  readonly signatures: readonly XmlSignatureReport[];
}

/** A report, what it rests on, and what would help to know more; as for PDF. */
export interface XmlValidation {
  readonly report: XmlValidationReport;
  /** In the order of the report's signatures. */
  readonly used: readonly SignatureValidation['used'][];
  readonly missing: readonly MissingLink[];
  /** Until when the archive time stamp that ends first protects its signature; undefined while a signature has none. */
  readonly protectedUntil: Date | undefined;
}

/** Validates all signatures. Throws XmlError when the file cannot be read at all, or asks for more work than any honest file. */
export function validateXml(file: Uint8Array, options: XmlValidationOptions): XmlValidationReport {
  return validateXmlFully(file, options).report;
}

/** As `validateXml`, with the material that the findings rest on and the links that were missing. */
export function validateXmlFully(file: Uint8Array, options: XmlValidationOptions): XmlValidation {
  const document = readXml(file);
  const cache = options.cache ?? createValidationCache();
  const given = options.given ?? {};
  const ids = indexIds(document);
  const effort = newEffort(document);
  const input = { document, ids, detached: options.detached ?? new Map<string, Uint8Array>(), given: given.certificates ?? [], cache, effort, offsetOf: byteOffsetsOf(document.text) };
  const checked = findSignatures(document).map((element) => checkSignature(element, input));
  const context: TrustContext = { ...contextOf(options, cache), ...collectMaterial(checked, { given, cache }) };
  const judged = checked.map((each, i) => {
    const subject = subjectProblems(each, document, options.subject);
    return reportSignature(each, { number: i + 1, subject, root: document.root }, context);
  });
  const signatures = judged.map((each) => each.report);
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const report = { ...overallVerdict(signatures), signatures, flags: [], sha256: hashOnce('sha256', bytes, 'hex'), sizeBytes: bytes.length, validatedAt: options.now.toISOString() };
  return { report, used: judged.map(({ used }) => used), missing: judged.flatMap(({ missing }) => missing), protectedUntil: earliestEnd(judged) };
}

interface Material {
  readonly candidates: readonly Certificate[];
  readonly material: RevocationMaterial;
}

const maxItems = 200;

/** Everything at hand. What cannot be read is left out: it would prove nothing. */
function collectMaterial(checked: readonly CheckedXmlSignature[], { given, cache }: { readonly given: GivenMaterial; readonly cache: ValidationCache }): Material {
  const readOrSkip = <T>(read: () => T): T[] => {
    try {
      return [read()];
    } catch (error) {
      if (error instanceof PkiError) return [];
      throw error;
    }
  };
  const stored = checked.flatMap(({ read }) => read?.xades ?? []);
  const stamps = checked.flatMap(({ timestamp, archive }) => [timestamp, ...archive.map((each) => each.checked)]);
  const tokens = stamps.flatMap((stamp) => (stamp ? [stamp.token.cms] : []));
  const certificates = [
    ...(given.certificates ?? []),
    ...readCertificates([...checked.flatMap(({ read }) => read?.certificates ?? []), ...stored.flatMap((each) => each.certificates)], cache),
    ...tokens.flatMap((cms) => cms.certificates),
  ];
  const crls = (list: readonly Buffer[], origin: 'embedded' | 'given') => list.slice(0, maxItems).flatMap((raw) => readOrSkip(() => ({ list: cache.readRevocationList(raw), origin })));
  const ocsps = (list: readonly Buffer[], origin: 'embedded' | 'given') => list.slice(0, maxItems).flatMap((raw) => readOrSkip(() => ({ response: cache.readOcspResponse(raw), origin })));
  return {
    candidates: [...new Map(certificates.map((each) => [each.fingerprint, each])).values()],
    material: {
      crls: [...crls(given.crls ?? [], 'given'), ...crls([...stored.flatMap((each) => each.crls), ...tokens.flatMap((cms) => cms.crls)], 'embedded')],
      ocsps: [...ocsps(given.ocsps ?? [], 'given'), ...ocsps([...stored.flatMap((each) => each.ocsps), ...tokens.flatMap((cms) => cms.ocsps)], 'embedded')],
    },
  };
}

/** The element that the caller reads must be inside a part that is signed, and not inside what that part leaves out. */
function subjectProblems(checked: CheckedXmlSignature, document: XmlDocument, subject: SignedSubject): Problem[] {
  // Something that fails by itself needs no second reason.
  // A countersignature is about another signature, not about the document.
  if (subject.kind === 'any' || isCountersignature(checked) || verdictOf(checked.problems).indication === 'TOTAL-FAILED') return [];
  const wanted = subject.kind === 'element' ? findByPath(document, subject.path) : undefined;
  const isCovered = checked.references.some(({ part, apex, coversTags, leavesOutSignature }) => {
    if (subject.kind === 'object') return part.kind === 'object';
    if (!coversTags) return false;
    if (subject.kind === 'detached') return part.kind === 'detached' && part.uri === subject.uri;
    if (subject.kind === 'document') return apex === document.root;
    if (wanted === undefined || apex === undefined || !isWithin(wanted, apex)) return false;
    return !leavesOutSignature || !isWithin(wanted, checked.element);
  });
  return isCovered ? [] : [{ code: 'subject.notSigned' }];
}

/** By what it covers: the value of the signature in whose unsigned properties it stands, which for its part has to cover what the caller relies on. */
function isCountersignature({ element, references }: CheckedXmlSignature): boolean {
  const { parent } = element;
  if (parent?.local !== 'CounterSignature' || parent.namespace !== namespaces.xades || parent.parent?.local !== 'UnsignedSignatureProperties') return false;
  const around = nearestSignature(parent.parent);
  return around !== undefined && references.some(({ apex, coversTags }) => apex?.local === 'SignatureValue' && apex.namespace === namespaces.ds && apex.parent === around && coversTags);
}

function nearestSignature({ parent }: XmlElement): XmlElement | undefined {
  if (parent === undefined || (parent.local === 'Signature' && parent.namespace === namespaces.ds)) return parent;
  return nearestSignature(parent);
}

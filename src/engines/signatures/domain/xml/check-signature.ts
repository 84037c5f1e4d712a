/** The first half of a validation: is this signature whole, and over what? Says nothing about trust. */
import { hash as hashOnce } from 'node:crypto';
import { asDer } from '../asn1/ecdsa-value.ts';
import type { ArchiveStamp } from '../cades/index.ts';
import { CmsError } from '../cms/verify-errors.ts';
import { parseTimestampToken, verifyTimestampToken } from '../cms/verify-timestamp.ts';
import type { HashName, SignatureAlgorithm } from '../pki/algorithms.ts';
import { describeKey, isSignedByKeyOf } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';
import type { ValidationCache } from '../validation/cache.ts';
import type { CheckedTimestamp } from '../validation/integrity.ts';
import type { Problem } from '../validation/problems.ts';
import { canonicalOfUri, hashOfUri, referenceTypes, signatureOfUri } from './algorithms.ts';
import { checkArchive } from './archive.ts';
import { XmlError } from './errors.ts';
import { namespaces } from './events.ts';
import type { XmlDocument, XmlElement } from './events.ts';
import type { ByteOffsets } from './insertion.ts';
import { readCertificates } from './read-certificates.ts';
import { readSignature } from './read-signature.ts';
import type { ReadSignature } from './read-signature.ts';
import { decimalOf } from './read-xades.ts';
import type { ReadXades } from './read-xades.ts';
import { canonical, checkReference } from './references.ts';
import type { CheckedReference, Effort, SignedPart } from './references.ts';

/** A signature with everything that can be said about it without trusting anybody. */
export interface CheckedXmlSignature {
  readonly element: XmlElement;
  /** Absent when the signature cannot be read. */
  readonly read: ReadSignature | undefined;
  readonly references: readonly CheckedReference[];
  readonly signer: Certificate | undefined;
  readonly algorithm: SignatureAlgorithm | undefined;
  /** Of the signature value and of everything that it covers. */
  readonly hashes: readonly HashName[];
  /** The qualifying properties, when this signature really covers them. */
  readonly xades: ReadXades | undefined;
  readonly timestamp: CheckedTimestamp | undefined;
  readonly timestampToken: Buffer | undefined;
  /** The oldest first. */
  readonly archive: readonly ArchiveStamp[];
  readonly problems: readonly Problem[];
  readonly isIntact: boolean;
}

export interface CheckInput {
  readonly document: XmlDocument;
  readonly ids: ReadonlyMap<string, readonly XmlElement[]>;
  readonly detached: ReadonlyMap<string, Uint8Array>;
  readonly given: readonly Certificate[];
  readonly cache: ValidationCache;
  readonly effort: Effort;
  readonly offsetOf: ByteOffsets;
}

export function checkSignature(element: XmlElement, input: CheckInput): CheckedXmlSignature {
  const nothing = { element, read: undefined, references: [], signer: undefined, algorithm: undefined, hashes: [], xades: undefined, timestamp: undefined, timestampToken: undefined, archive: [], isIntact: false };
  let read: ReadSignature;
  try {
    read = readSignature(input.document, element);
  } catch (error) {
    if (error instanceof XmlError && error.code === 'xml.malformed') return { ...nothing, problems: [{ code: 'format.unreadable' }] };
    throw error;
  }
  const references = read.references.map((each) => checkReference(each, { ...input, signature: read }));
  const xades = coveredXades(read, references);
  const algorithm = signatureOfUri(read.signatureUri);
  const { signer, isNamed, isValueFit } = findSigner(read, { xades, algorithm, input });
  const absent = references.filter(({ problem }) => problem === 'content.missing').map(({ part }) => shownUri(part.uri));
  const problems: Problem[] = references.flatMap(({ problem }): Problem[] => {
    if (problem === undefined) return [];
    return [problem === 'content.missing' ? { code: problem, values: { files: absent.slice(0, 10).join(', ') } } : { code: problem }];
  });
  if (isAmbiguous(read, input.ids)) problems.push({ code: 'format.contradiction' });
  if (xades === undefined && claimsXades(read, references)) problems.push({ code: 'format.contradiction' });
  if (xades !== undefined && xades.signingCertificate === undefined) problems.push({ code: 'ess.missing' });
  if (references.every(({ part }) => part.kind === 'properties')) problems.push({ code: 'subject.notSigned' });
  if (algorithm === undefined || canonicalOfUri(read.canonicalization.uri) === undefined) problems.push({ code: 'signature.unsupported' });
  else if (signer === undefined || !isNamed) problems.push({ code: 'signer.missing' });
  else if (!isValueFit) problems.push({ code: 'signature.mismatch' });
  const isIntact = isValueFit && problems.every(({ code }) => code === 'ess.missing');
  return {
    element,
    read,
    references,
    signer,
    algorithm,
    hashes: [...(algorithm?.hash ? [algorithm.hash] : []), ...references.flatMap(({ hash }) => hash ?? [])],
    xades,
    ...(isIntact ? findTimestamp(read, { xades, input }) : { timestamp: undefined, timestampToken: undefined }),
    archive: isIntact ? checkArchive(read, input) : [],
    problems,
    isIntact,
  };
}

/** The name of a file beside the signature, for people: percent-encoding undone, no longer than a line. */
function shownUri(uri: string): string {
  try {
    return `“${decodeURIComponent(uri).slice(0, 120)}”`;
  } catch (error) {
    if (error instanceof URIError) return `“${uri.slice(0, 120)}”`;
    throw error;
  }
}

/** The parts that a signature covers, as the report shows them. */
export function signedParts({ references }: CheckedXmlSignature): SignedPart[] {
  return references.map(({ part }) => part);
}

/** The properties count only when a reference of their type selects exactly them, and they say that they are about this signature. */
function coveredXades({ xades, references, id }: ReadSignature, checked: readonly CheckedReference[]): ReadXades | undefined {
  if (xades === undefined || id === undefined || xades.target !== id) return undefined;
  const isCovered = checked.some(({ apex, coversTags, problem }, i) => apex === xades.signedProperties && coversTags && problem === undefined && references[i]?.type === referenceTypes.signedProperties);
  return isCovered ? xades : undefined;
}

/** Properties moved away from where they belong must not turn the signature into a plain one, whose certificate nobody checks. */
function claimsXades(read: ReadSignature, checked: readonly CheckedReference[]): boolean {
  const isAboutProperties = ({ apex }: CheckedReference): boolean => apex?.local === 'SignedProperties' && apex.namespace === namespaces.xades;
  return read.xades !== undefined || read.references.some(({ type }) => type === referenceTypes.signedProperties) || checked.some(isAboutProperties);
}

/** An identifier of the signature's own that stands elsewhere too would let another element take its place. */
function isAmbiguous({ id }: ReadSignature, ids: CheckInput['ids']): boolean {
  return id !== undefined && (ids.get(id)?.length ?? 0) > 1;
}

interface SignerInput {
  readonly xades: ReadXades | undefined;
  readonly algorithm: SignatureAlgorithm | undefined;
  readonly input: CheckInput;
}

interface FoundSigner {
  readonly signer: Certificate | undefined;
  /** False when the signed properties name a certificate that is not there. */
  readonly isNamed: boolean;
  readonly isValueFit: boolean;
}

function findSigner(read: ReadSignature, { xades, algorithm, input }: SignerInput): FoundSigner {
  const enclosed = readCertificates(read.certificates, input.cache);
  const named = xades?.signingCertificate;
  const data = signedInfoBytes(read, input);
  const fits = (certificate: Certificate): boolean => algorithm !== undefined && data !== undefined && isValueOf(certificate, { read, algorithm, data });
  if (named === undefined) {
    // Nothing signed says which certificate it is: the one whose key fits, else the first for people to see.
    const signer = [...enclosed, ...input.given].slice(0, 6).find(fits);
    return { signer: signer ?? enclosed[0], isNamed: true, isValueFit: signer !== undefined };
  }
  const hash = hashOfUri(named.digestUri);
  const all = [...enclosed, ...readCertificates(xades?.certificates ?? [], input.cache), ...input.given];
  const signer = hash && all.find((each) => hashOnce(hash, each.raw, 'buffer').equals(named.digest));
  const isSerialRight = signer === undefined || named.serialNumber === undefined || decimalOf(signer.serial) === named.serialNumber;
  if (signer === undefined || !isSerialRight) return { signer: enclosed[0], isNamed: false, isValueFit: false };
  return { signer, isNamed: true, isValueFit: fits(signer) };
}

function signedInfoBytes({ signedInfo, canonicalization }: ReadSignature, { document, effort }: CheckInput): Buffer | undefined {
  const method = canonicalOfUri(canonicalization.uri);
  if (method === undefined || canonicalization.hasOtherParameters) return undefined;
  return canonical({ document, apex: signedInfo, hasComments: true }, { ...method, inclusivePrefixes: canonicalization.prefixes }, effort).content;
}

interface ValueInput {
  readonly read: ReadSignature;
  readonly algorithm: SignatureAlgorithm;
  readonly data: Buffer;
}

function isValueOf(certificate: Certificate, { read, algorithm, data }: ValueInput): boolean {
  if (algorithm.family !== 'ecdsa') return isSignedByKeyOf(certificate, { algorithm, data, signature: read.value });
  const key = describeKey(certificate);
  const signature = key.kind === 'ec' ? asDer(read.value, Math.ceil(key.bits / 8)) : undefined;
  return signature !== undefined && isSignedByKeyOf(certificate, { algorithm, data, signature });
}

type FoundTimestamp = Pick<CheckedXmlSignature, 'timestamp' | 'timestampToken'>;

/** The first token over the signature value that holds; else the last that was tried, so that its fault can be told. */
function findTimestamp(read: ReadSignature, { xades, input }: Pick<SignerInput, 'xades' | 'input'>): FoundTimestamp {
  const more = readCertificates([...read.certificates, ...(xades?.certificates ?? [])], input.cache);
  let tried: FoundTimestamp = { timestamp: undefined, timestampToken: undefined };
  for (const { canonicalization, token: bytes } of xades?.signatureTimestamps ?? []) {
    // Without a method it is the inclusive one (EN 319 132-1 clause 5.1.4.4.2.1).
    const method = canonicalization === undefined ? ({ kind: 'inclusive', withComments: false } as const) : canonicalOfUri(canonicalization.uri);
    if (method === undefined) continue;
    const nodes = { document: input.document, apex: read.signatureValue, hasComments: true };
    const { content } = canonical(nodes, { ...method, inclusivePrefixes: canonicalization?.prefixes ?? [] }, input.effort);
    try {
      const token = parseTimestampToken(bytes, (raw) => input.cache.readCertificate(raw));
      const check = verifyTimestampToken(token, (hash) => hashOnce(hash, content, 'buffer'), more);
      tried = { timestamp: { token, check }, timestampToken: bytes };
      if (check.verdict === 'ok') return tried;
    } catch (error) {
      // A token that cannot be read proves nothing; the signature stands without it.
      if (!(error instanceof CmsError)) throw error;
    }
  }
  return tried;
}

/** Raises a signature that stands in a document: a time stamp (B-T), certificates and revocation (B-LT), archive time stamps (B-LTA). */
import { archiveInput } from './archive.ts';
import { canonicalBytes } from './canonical.ts';
import { refuseBreaking } from './coverage.ts';
import { XmlError } from './errors.ts';
import { attributeOf, childElements, indexIds, lookUp, namespaces } from './events.ts';
import type { NamespaceScope, XmlDocument, XmlElement } from './events.ts';
import { byteOffsetsOf, endInside } from './insertion.ts';
import { findSignatures, readSignature } from './read-signature.ts';
import { readXml } from './reader.ts';
import { newEffort } from './references.ts';
import { archiveTimestamp, timestampValidationData, unsignedProperties, unsignedSignatureProperties, unsignedValues } from './unsigned.ts';
import type { Prefixes, UnsignedValues } from './unsigned.ts';

/** The bytes that a time stamp over a signature of the document has to be about. Throws as `addUnsignedValues`. */
export function timestampInputOf(xml: Buffer, signatureId: string): Buffer {
  const document = readXml(xml);
  const { signatureValue } = readSignature(document, findSignature(document, signatureId));
  return canonicalBytes({ document, apex: signatureValue, hasComments: true }, { kind: 'exclusive', withComments: false });
}

/**
 * Adds unsigned properties to the signature with this Id; no other byte changes.
 * Throws XmlError as reading does, `xml.elementNotFound`, and `xml.breaksEarlier` when another signature covers this one.
 */
export function addUnsignedValues(xml: Buffer, signatureId: string, values: UnsignedValues): Buffer {
  return addTo(xml, signatureId, {
    alone: (prefixes) => unsignedValues(values, prefixes),
    inProperties: (prefixes) => unsignedSignatureProperties(values, prefixes),
    whole: (prefixes) => unsignedProperties(values, prefixes),
  });
}

/**
 * Adds what a validation rested on, each item once. The first time it stands as the signature's own (B-LT); from then on as what belongs to
 * the time stamp before it, which the next one has to cover. Answers the same bytes when all of it is there. Throws as `addUnsignedValues`.
 */
export function addValidationValues(xml: Buffer, signatureId: string, { certificates = [], crls = [], ocsps = [] }: Omit<UnsignedValues, 'timestampToken'>): Buffer {
  const document = readXml(xml);
  const { xades, certificates: enclosed } = readSignature(document, findSignature(document, signatureId));
  if (xades === undefined) throw new XmlError('xml.elementNotFound', 'QualifyingProperties');
  const lacking = (wanted: readonly Buffer[], there: readonly Buffer[]): Buffer[] => wanted.filter((each) => !there.some((other) => other.equals(each)));
  const values = { certificates: lacking(certificates, [...xades.certificates, ...enclosed]), crls: lacking(crls, xades.crls), ocsps: lacking(ocsps, xades.ocsps) };
  if (Object.values(values).every((list) => list.length === 0)) return xml;
  const properties = xades.unsignedSignatureProperties ? childElements(document, xades.unsignedSignatureProperties) : [];
  const hasOwn = properties.some(({ local, namespace }) => namespace === namespaces.xades && (local === 'CertificateValues' || local === 'RevocationValues'));
  if (!hasOwn) return addUnsignedValues(xml, signatureId, values);
  return addTo(xml, signatureId, { alone: (prefixes) => timestampValidationData(values, prefixes) });
}

/**
 * The bytes that the next archive time stamp of a signature has to be about (EN 319 132-1 clause 5.5.2.2), canonicalised exclusively.
 * `detached`: the files beside the signature by the URIs that it names. Throws as `addUnsignedValues`, and `xml.elementNotFound` when a
 * part that is signed is not at hand.
 */
export function archiveInputOf(xml: Buffer, signatureId: string, detached: ReadonlyMap<string, Uint8Array> = new Map()): Buffer {
  const document = readXml(xml);
  const read = readSignature(document, findSignature(document, signatureId));
  const { unsignedSignatureProperties: unsigned } = read.xades ?? {};
  const context = { document, signature: read, ids: indexIds(document), detached, effort: newEffort(document), offsetOf: byteOffsetsOf(document.text) };
  const input = unsigned && archiveInput(read, { ...context, before: childElements(document, unsigned) }, { kind: 'exclusive', withComments: false });
  if (input === undefined) throw new XmlError('xml.elementNotFound', 'UnsignedSignatureProperties, or a signed part');
  return input;
}

/** Adds an archive time stamp over `archiveInputOf` (B-LTA); the first, or the next on top. Throws as `addUnsignedValues`. */
export function addArchiveTimestamp(xml: Buffer, signatureId: string, token: Buffer): Buffer {
  return addTo(xml, signatureId, { alone: (prefixes) => archiveTimestamp(token, prefixes) });
}

/** How an addition is written by what is there already. */
interface Addition {
  readonly alone: (prefixes: Prefixes) => string;
  readonly inProperties?: (prefixes: Prefixes) => string;
  readonly whole?: (prefixes: Prefixes) => string;
}

function addTo(xml: Buffer, signatureId: string, { alone, inProperties, whole }: Addition): Buffer {
  const document = readXml(xml);
  const { xades } = readSignature(document, findSignature(document, signatureId));
  if (xades === undefined) throw new XmlError('xml.elementNotFound', 'QualifyingProperties');
  const { element, unsignedProperties: outer, unsignedSignatureProperties: inner } = xades;
  const parent = inner ?? outer ?? element;
  refuseBreaking(document, parent);
  const prefixes: Prefixes = { ds: prefixOf(parent, namespaces.ds), xades: prefixOf(parent, namespaces.xades) };
  const write = inner ? alone : outer ? inProperties : whole;
  if (write === undefined) throw new XmlError('xml.elementNotFound', 'UnsignedSignatureProperties');
  const { from, to, before, after } = endInside(document, parent, xml.length);
  return Buffer.concat([xml.subarray(0, from), Buffer.from(`${before}${write(prefixes)}${after}`), xml.subarray(to)]);
}

function findSignature(document: XmlDocument, id: string): XmlElement {
  const [found, second] = findSignatures(document).filter((each) => attributeOf(each, 'Id') === id);
  if (found === undefined || second !== undefined) throw new XmlError('xml.elementNotFound', `signature ${id.slice(0, 80)}`);
  return found;
}

/** A prefix, with its colon, that stands for the namespace at this element. */
function prefixOf({ scope }: XmlElement, uri: string): string {
  for (let each: NamespaceScope | undefined = scope; each !== undefined; each = each.next) {
    if (each.uri === uri && lookUp(scope, each.prefix) === uri) return each.prefix === '' ? '' : `${each.prefix}:`;
  }
  throw new XmlError('xml.namespace', `no prefix for ${uri}`);
}

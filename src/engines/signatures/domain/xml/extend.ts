/** Raises a signature that stands in a document: a time stamp (B-T), certificates and revocation (B-LT). */
import { canonicalBytes } from './canonical.ts';
import { refuseBreaking } from './coverage.ts';
import { XmlError } from './errors.ts';
import { attributeOf, lookUp, namespaces } from './events.ts';
import type { NamespaceScope, XmlDocument, XmlElement } from './events.ts';
import { endInside } from './insertion.ts';
import { findSignatures, readSignature } from './read-signature.ts';
import { readXml } from './reader.ts';
import { unsignedProperties, unsignedSignatureProperties, unsignedValues } from './unsigned.ts';
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
  const document = readXml(xml);
  const { xades } = readSignature(document, findSignature(document, signatureId));
  if (xades === undefined) throw new XmlError('xml.elementNotFound', 'QualifyingProperties');
  const { element, unsignedProperties: outer, unsignedSignatureProperties: inner } = xades;
  const parent = inner ?? outer ?? element;
  refuseBreaking(document, parent);
  const prefixes: Prefixes = { ds: prefixOf(parent, namespaces.ds), xades: prefixOf(parent, namespaces.xades) };
  const write = inner ? unsignedValues : outer ? unsignedSignatureProperties : unsignedProperties;
  const { from, to, before, after } = endInside(document, parent, xml.length);
  return Buffer.concat([xml.subarray(0, from), Buffer.from(`${before}${write(values, prefixes)}${after}`), xml.subarray(to)]);
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

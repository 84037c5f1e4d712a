/** The parts of one ds:Signature (XML Signature 1.1, ETSI EN 319 132-1), read strictly: nothing twice, nothing in a wrong place. */
import { XmlError } from './errors.ts';
import { attributeOf, childElements, namespaces } from './events.ts';
import type { XmlDocument, XmlElement } from './events.ts';
import { algorithmOf, bytesOf, readTransform, unreadable } from './read-parts.ts';
import type { ReadTransform } from './read-parts.ts';
import { readQualifyingProperties } from './read-xades.ts';
import type { ReadXades } from './read-xades.ts';

export interface ReadReference {
  readonly id: string | undefined;
  readonly uri: string | undefined;
  readonly type: string | undefined;
  readonly transforms: readonly ReadTransform[];
  readonly digestUri: string;
  readonly digest: Buffer;
}

export interface ReadSignature {
  readonly element: XmlElement;
  readonly id: string | undefined;
  readonly signedInfo: XmlElement;
  readonly canonicalization: ReadTransform;
  readonly signatureUri: string;
  readonly references: readonly ReadReference[];
  readonly signatureValue: XmlElement;
  readonly value: Buffer;
  /** DER of ds:X509Certificate, in order. */
  readonly certificates: readonly Buffer[];
  readonly keyInfo: XmlElement | undefined;
  readonly objects: readonly XmlElement[];
  readonly xades: ReadXades | undefined;
}

const limits = { references: 100, transforms: 8, certificates: 30, signatures: 100 } as const;

/** All ds:Signature elements, in document order. Throws XmlError `xml.tooLarge` above 100. */
export function findSignatures({ events }: XmlDocument): XmlElement[] {
  const found: XmlElement[] = [];
  for (const event of events) if (event.kind === 'element' && isNamed(event, 'Signature')) found.push(event);
  if (found.length > limits.signatures) throw new XmlError('xml.tooLarge', 'too many signatures');
  return found;
}

function isNamed(element: XmlElement | undefined, local: string): element is XmlElement {
  return element !== undefined && element.local === local && element.namespace === namespaces.ds;
}

/** Reads a signature. Throws XmlError `xml.malformed`. */
export function readSignature(document: XmlDocument, element: XmlElement): ReadSignature {
  const [signedInfo, signatureValue, ...others] = childElements(document, element);
  if (!isNamed(signedInfo, 'SignedInfo') || !isNamed(signatureValue, 'SignatureValue')) throw unreadable('Signature');
  const [keyInfo] = others;
  const hasKeyInfo = isNamed(keyInfo, 'KeyInfo');
  const objects = hasKeyInfo ? others.slice(1) : others;
  if (!objects.every((each) => isNamed(each, 'Object'))) throw unreadable('Signature');
  const [canonicalization, signatureMethod, ...references] = childElements(document, signedInfo);
  if (!isNamed(canonicalization, 'CanonicalizationMethod') || !isNamed(signatureMethod, 'SignatureMethod')) throw unreadable('SignedInfo');
  if (references.length === 0 || references.length > limits.references) throw unreadable('References');
  const hasMethodParameters = childElements(document, signatureMethod).length > 0;
  return {
    element,
    id: attributeOf(element, 'Id'),
    signedInfo,
    canonicalization: readTransform(document, canonicalization),
    signatureUri: hasMethodParameters ? '' : algorithmOf(signatureMethod),
    references: references.map((each) => readReference(document, each)),
    signatureValue,
    value: bytesOf(document, signatureValue),
    certificates: hasKeyInfo ? readCertificates(document, keyInfo) : [],
    keyInfo: hasKeyInfo ? keyInfo : undefined,
    objects,
    xades: readQualifyingProperties(document, objects),
  };
}

function readReference(document: XmlDocument, element: XmlElement): ReadReference {
  const parts = childElements(document, element);
  const transforms = isNamed(parts[0], 'Transforms') ? childElements(document, parts[0]) : [];
  const [method, value, ...rest] = isNamed(parts[0], 'Transforms') ? parts.slice(1) : parts;
  if (!isNamed(element, 'Reference') || !isNamed(method, 'DigestMethod') || !isNamed(value, 'DigestValue') || rest.length > 0) throw unreadable('Reference');
  if (transforms.length > limits.transforms || !transforms.every((each) => isNamed(each, 'Transform'))) throw unreadable('Transforms');
  return {
    id: attributeOf(element, 'Id'),
    uri: attributeOf(element, 'URI'),
    type: attributeOf(element, 'Type'),
    transforms: transforms.map((each) => readTransform(document, each)),
    digestUri: algorithmOf(method),
    digest: bytesOf(document, value),
  };
}

function readCertificates(document: XmlDocument, keyInfo: XmlElement): Buffer[] {
  const data = childElements(document, keyInfo).filter((each) => isNamed(each, 'X509Data'));
  const found = data.flatMap((each) => childElements(document, each)).filter((each) => isNamed(each, 'X509Certificate'));
  return found.slice(0, limits.certificates).map((each) => bytesOf(document, each));
}

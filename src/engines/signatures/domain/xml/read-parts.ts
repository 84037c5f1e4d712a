/** Small parts that occur in several places of a signature. */
import { XmlError } from './errors.ts';
import { attributeOf, childElements, namespaces, textOf } from './events.ts';
import type { XmlDocument, XmlElement } from './events.ts';

export function unreadable(what: string): XmlError {
  return new XmlError('xml.malformed', what);
}

export function algorithmOf(element: XmlElement): string {
  return attributeOf(element, 'Algorithm') ?? '';
}

/** The bytes of an element that holds base64. Throws XmlError `xml.malformed`. */
export function bytesOf(document: XmlDocument, element: XmlElement): Buffer {
  const bytes = fromBase64(textOf(document, element));
  if (bytes === undefined) throw unreadable(`base64 in ${element.local}`);
  return bytes;
}

/** Base64 with white space anywhere; undefined for anything else. */
export function fromBase64(text: string): Buffer | undefined {
  const packed = text.replace(/[ \t\r\n]+/g, '');
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return undefined;
  return Buffer.from(packed, 'base64');
}

export interface ReadTransform {
  readonly uri: string;
  /** Of exclusive canonicalisation: the list of prefixes treated inclusively. */
  readonly prefixes: readonly string[];
  /** True for parameters that this product does not know. */
  readonly hasOtherParameters: boolean;
}

/** A transform or canonicalisation method with its parameters. */
export function readTransform(document: XmlDocument, element: XmlElement): ReadTransform {
  const parameters = childElements(document, element);
  const [list] = parameters;
  const isList = parameters.length === 1 && list?.local === 'InclusiveNamespaces' && list.namespace === namespaces.exclusive;
  const names = isList ? (attributeOf(list, 'PrefixList') ?? '').split(/[ \t\r\n]+/).filter((each) => each !== '') : [];
  if (names.length > 100) throw unreadable('PrefixList');
  return { uri: algorithmOf(element), prefixes: names.map((each) => (each === '#default' ? '' : each)), hasOtherParameters: parameters.length > 0 && !isList };
}

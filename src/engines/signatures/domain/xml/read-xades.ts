/** The qualifying properties of a signature (ETSI EN 319 132-1): what was signed about it, and what was added later. */
import { Asn1Error } from '../asn1/errors.ts';
import { contentOf, fieldsOf, readAsn1 } from '../asn1/reader.ts';
import { attributeOf, childElements, namespaces, textOf } from './events.ts';
import type { XmlDocument, XmlElement } from './events.ts';
import { bytesOf, readTransform, unreadable } from './read-parts.ts';
import type { ReadTransform } from './read-parts.ts';

export interface SigningCertificateId {
  readonly digestUri: string;
  readonly digest: Buffer;
  /** Of the certificate, decimal, where it is said. */
  readonly serialNumber: string | undefined;
}

export interface ReadXades {
  readonly element: XmlElement;
  /** The signature that they say they are about, without `#`. */
  readonly target: string;
  readonly signedProperties: XmlElement;
  readonly signingTime: Date | undefined;
  /** The first one named, which must be the signer's own (EN 319 132-1 clause 5.2.2). */
  readonly signingCertificate: SigningCertificateId | undefined;
  readonly signatureTimestamps: readonly { readonly canonicalization: ReadTransform | undefined; readonly token: Buffer }[];
  /** xades141:ArchiveTimeStamp, in the order in which they were added. */
  readonly archiveTimestamps: readonly ReadArchiveTimestamp[];
  readonly certificates: readonly Buffer[];
  readonly crls: readonly Buffer[];
  readonly ocsps: readonly Buffer[];
  /** Where unsigned signature properties stand, or could be put. */
  readonly unsignedProperties: XmlElement | undefined;
  readonly unsignedSignatureProperties: XmlElement | undefined;
}

export interface ReadArchiveTimestamp {
  readonly canonicalization: ReadTransform | undefined;
  /** Undefined where it names parts of its own choice (ds:Include), which is not read here. */
  readonly token: Buffer | undefined;
  /** The unsigned properties in front of it: what it covers besides the signature. */
  readonly before: readonly XmlElement[];
}

const maxValues = 200;
const maxArchiveTimestamps = 20;

/** The properties inside the ds:Object elements of one signature; undefined when there are none. Throws XmlError `xml.malformed`. */
export function readQualifyingProperties(document: XmlDocument, objects: readonly XmlElement[]): ReadXades | undefined {
  const found = objects.flatMap((each) => childElements(document, each)).filter((each) => isNamed(each, 'QualifyingProperties'));
  const [element] = found;
  if (element === undefined) return undefined;
  if (found.length > 1) throw unreadable('QualifyingProperties');
  const signedProperties = only(document, element, 'SignedProperties');
  const signed = signedProperties && only(document, signedProperties, 'SignedSignatureProperties');
  if (signedProperties === undefined || signed === undefined) throw unreadable('SignedProperties');
  const signingTime = only(document, signed, 'SigningTime');
  const unsignedProperties = only(document, element, 'UnsignedProperties');
  const unsigned = unsignedProperties && only(document, unsignedProperties, 'UnsignedSignatureProperties');
  return {
    element,
    target: (attributeOf(element, 'Target') ?? '').replace(/^#/, ''),
    signedProperties,
    signingTime: signingTime && instantOf(textOf(document, signingTime)),
    signingCertificate: readSigningCertificate(document, signed),
    signatureTimestamps: unsigned ? readTimestamps(document, unsigned) : [],
    archiveTimestamps: unsigned ? readArchiveTimestamps(document, unsigned) : [],
    certificates: unsigned ? valuesOf(document, unsigned, 'EncapsulatedX509Certificate') : [],
    crls: unsigned ? valuesOf(document, unsigned, 'EncapsulatedCRLValue') : [],
    ocsps: unsigned ? valuesOf(document, unsigned, 'EncapsulatedOCSPValue') : [],
    unsignedProperties,
    unsignedSignatureProperties: unsigned,
  };
}

function isNamed(element: XmlElement, local: string): boolean {
  return element.local === local && element.namespace === namespaces.xades;
}

function only(document: XmlDocument, parent: XmlElement, local: string): XmlElement | undefined {
  const found = childElements(document, parent).filter((each) => isNamed(each, local));
  if (found.length > 1) throw unreadable(local);
  return found[0];
}

function instantOf(text: string): Date | undefined {
  const trimmed = text.trim();
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/.test(trimmed)) return undefined;
  // Without a zone the instant is not said; UTC is what the other formats assume too.
  const instant = new Date(/(Z|[+-]\d\d:\d\d)$/.test(trimmed) ? trimmed : `${trimmed}Z`);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}

function readSigningCertificate(document: XmlDocument, signed: XmlElement): SigningCertificateId | undefined {
  const list = only(document, signed, 'SigningCertificateV2') ?? only(document, signed, 'SigningCertificate');
  const [cert] = list ? childElements(document, list) : [];
  const digest = cert && only(document, cert, 'CertDigest');
  if (cert === undefined || digest === undefined) return undefined;
  const [method, value] = childElements(document, digest);
  if (method?.local !== 'DigestMethod' || value?.local !== 'DigestValue' || method.namespace !== namespaces.ds || value.namespace !== namespaces.ds) throw unreadable('CertDigest');
  const issuerSerial = only(document, cert, 'IssuerSerial');
  const serial = issuerSerial && childElements(document, issuerSerial).find((each) => each.local === 'X509SerialNumber');
  const encoded = only(document, cert, 'IssuerSerialV2');
  const serialNumber = encoded ? serialOf(bytesOf(document, encoded)) : serial && textOf(document, serial).trim();
  return { digestUri: attributeOf(method, 'Algorithm') ?? '', digest: bytesOf(document, value), serialNumber };
}

/** Of an IssuerSerial (RFC 5035) as DER. */
function serialOf(issuerSerial: Buffer): string {
  try {
    const fields = fieldsOf(readAsn1(issuerSerial, { ber: true }));
    fields.take(0x30);
    return decimalOf(contentOf(fields.take(0x02)));
  } catch (error) {
    if (error instanceof Asn1Error) throw unreadable('IssuerSerialV2');
    throw error;
  }
}

/** A serial number as people and XML write it. RFC 5280 allows 20 bytes; of an absurd one nothing is said, since the digest decides. */
export function decimalOf(serial: Buffer): string {
  if (serial.length > 64) return '';
  return BigInt(`0x0${serial.toString('hex')}`).toString();
}

function readTimestamps(document: XmlDocument, unsigned: XmlElement): ReadXades['signatureTimestamps'] {
  return childElements(document, unsigned)
    .filter((each) => isNamed(each, 'SignatureTimeStamp'))
    .slice(0, 5)
    .flatMap((stamp) => {
      const parts = childElements(document, stamp);
      // With ds:Include elements it is about something else than the signature value.
      if (parts.some((each) => each.local === 'Include')) return [];
      const method = parts.find((each) => each.local === 'CanonicalizationMethod' && each.namespace === namespaces.ds);
      const token = parts.find((each) => isNamed(each, 'EncapsulatedTimeStamp'));
      return token ? [{ canonicalization: method && readTransform(document, method), token: bytesOf(document, token) }] : [];
    });
}

/** EN 319 132-1 clause 5.5.2. Throws XmlError `xml.malformed` above 20. */
function readArchiveTimestamps(document: XmlDocument, unsigned: XmlElement): ReadArchiveTimestamp[] {
  const properties = childElements(document, unsigned);
  const found = properties.flatMap((element, i): ReadArchiveTimestamp[] => {
    if (element.local !== 'ArchiveTimeStamp' || element.namespace !== namespaces.xades141) return [];
    const parts = childElements(document, element);
    const method = parts.find((each) => each.local === 'CanonicalizationMethod' && each.namespace === namespaces.ds);
    const [token, second] = parts.filter((each) => isNamed(each, 'EncapsulatedTimeStamp'));
    const isPlain = token !== undefined && second === undefined && parts.every((each) => each.local !== 'Include');
    return [{ canonicalization: method && readTransform(document, method), token: isPlain ? bytesOf(document, token) : undefined, before: properties.slice(0, i) }];
  });
  if (found.length > maxArchiveTimestamps) throw unreadable('ArchiveTimeStamp');
  return found;
}

/** Values of this name anywhere inside an element, such as the unsigned properties: directly, or kept with a time stamp. */
export function valuesOf(document: XmlDocument, unsigned: XmlElement, local: string): Buffer[] {
  const found = document.events.slice(unsigned.index, unsigned.endIndex).filter((event): event is XmlElement => event.kind === 'element' && isNamed(event, local));
  return found.slice(0, maxValues).map((each) => bytesOf(document, each));
}

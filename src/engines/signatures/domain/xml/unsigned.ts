/** Properties that are added after signing (EN 319 132-1 clause 5.3 to 5.5): time stamp, certificates, revocation. */
import { canonicalUris } from './algorithms.ts';
import { namespaces } from './events.ts';

export interface UnsignedValues {
  /** An RFC 3161 token over the canonical ds:SignatureValue (B-T). */
  readonly timestampToken?: Buffer;
  /** DER; with the lists and answers they make it B-LT. */
  readonly certificates?: readonly Buffer[];
  readonly crls?: readonly Buffer[];
  readonly ocsps?: readonly Buffer[];
}

/** Prefixes under which the two namespaces are declared where the text will stand; with the colon, or empty. */
export interface Prefixes {
  readonly ds: string;
  readonly xades: string;
}

const ownPrefixes: Prefixes = { ds: 'ds:', xades: 'xades:' };

/** The whole xades:UnsignedProperties. */
export function unsignedProperties(values: UnsignedValues, prefixes = ownPrefixes): string {
  return wrap(prefixes.xades, 'UnsignedProperties', unsignedSignatureProperties(values, prefixes));
}

export function unsignedSignatureProperties(values: UnsignedValues, prefixes: Prefixes): string {
  return wrap(prefixes.xades, 'UnsignedSignatureProperties', unsignedValues(values, prefixes));
}

/** The properties alone. The time stamp says how the signature value is canonicalised. */
export function unsignedValues({ timestampToken, certificates = [], crls = [], ocsps = [] }: UnsignedValues, { ds, xades }: Prefixes): string {
  const value = (name: string) => (bytes: Buffer) => wrap(xades, name, bytes.toString('base64'));
  const list = (name: string, item: string, values: readonly Buffer[]) => (values.length === 0 ? '' : wrap(xades, name, values.map(value(item)).join('')));
  const method = `<${ds}CanonicalizationMethod Algorithm="${canonicalUris.exclusive}"></${ds}CanonicalizationMethod>`;
  const stamp = timestampToken === undefined ? '' : wrap(xades, 'SignatureTimeStamp', method + value('EncapsulatedTimeStamp')(timestampToken));
  const revocation = list('CRLValues', 'EncapsulatedCRLValue', crls) + list('OCSPValues', 'EncapsulatedOCSPValue', ocsps);
  return stamp + list('CertificateValues', 'EncapsulatedX509Certificate', certificates) + (revocation === '' ? '' : wrap(xades, 'RevocationValues', revocation));
}

/** The time stamp over a signature and all that was added to it so far (clause 5.5.2), with the method by which its input was canonicalised. */
export function archiveTimestamp(token: Buffer, { ds, xades }: Prefixes): string {
  const method = `<${ds}CanonicalizationMethod Algorithm="${canonicalUris.exclusive}"></${ds}CanonicalizationMethod>`;
  return wrap141('ArchiveTimeStamp', method + wrap(xades, 'EncapsulatedTimeStamp', token.toString('base64')));
}

/** What the check of an archive time stamp rests on (clause 5.5.1): it has to stand under the next one. */
export function timestampValidationData(values: Pick<UnsignedValues, 'certificates' | 'crls' | 'ocsps'>, prefixes: Prefixes): string {
  return wrap141('TimeStampValidationData', unsignedValues(values, prefixes));
}

function wrap141(name: string, content: string): string {
  return `<xades141:${name} xmlns:xades141="${namespaces.xades141}">${content}</xades141:${name}>`;
}

function wrap(prefix: string, name: string, content: string): string {
  return `<${prefix}${name}>${content}</${prefix}${name}>`;
}

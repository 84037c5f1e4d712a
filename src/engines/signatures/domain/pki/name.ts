/** Distinguished names: read for people, compared for chains, written for the built-in authority. */
import { oid, printable, seq, set, utf8 } from '../asn1/der.ts';
import { children, expectTag, fieldsOf, oidOf, rawOf, textOf } from '../asn1/reader.ts';
import type { Asn1Node } from '../asn1/reader.ts';
import { OID } from './oids.ts';

export interface NameAttribute {
  readonly oid: string;
  readonly value: string;
}

/** A distinguished name. `raw` are its bytes as issued: chaining copies them, never encodes them again. */
export interface DistinguishedName {
  readonly raw: Buffer;
  readonly attributes: readonly NameAttribute[];
  readonly commonName: string | undefined;
  readonly organization: string | undefined;
  /** From the outermost unit to the innermost, as the certificate lists them. */
  readonly organizationalUnits: readonly string[];
  readonly title: string | undefined;
  readonly serialNumber: string | undefined;
  readonly email: string | undefined;
  readonly locality: string | undefined;
  readonly country: string | undefined;
  /** UID values; Vietnamese authorities put typed numbers here: `MST:` tax, `MNS:` budget, `CCCD:` citizen. */
  readonly userIds: readonly string[];
  /** The most specific attribute first, for example `CN=…, O=…, C=VN`. */
  readonly text: string;
  /** Case and spacing folded (RFC 5280 section 7.1), for comparing names whose string types differ. */
  readonly comparable: string;
}

const labels: Readonly<Record<string, string>> = {
  [OID.commonName]: 'CN',
  [OID.surname]: 'SN',
  [OID.serialNumber]: 'serialNumber',
  [OID.country]: 'C',
  [OID.locality]: 'L',
  [OID.province]: 'ST',
  [OID.street]: 'street',
  [OID.organization]: 'O',
  [OID.organizationalUnit]: 'OU',
  [OID.title]: 'title',
  [OID.givenName]: 'GN',
  [OID.organizationIdentifier]: 'organizationIdentifier',
  [OID.userId]: 'UID',
  [OID.domainComponent]: 'DC',
  [OID.email]: 'E',
};

const maxAttributes = 100;

/** Reads a Name (RFC 5280 section 4.1.2.4). Control and direction characters are taken out of what people see. */
export function readName(node: Asn1Node): DistinguishedName {
  const attributes: NameAttribute[] = [];
  for (const rdn of children(expectTag(node, 0x30))) {
    for (const part of children(expectTag(rdn, 0x31))) {
      const fields = fieldsOf(part);
      const attribute = oidOf(fields.take());
      if (attributes.length < maxAttributes) attributes.push({ oid: attribute, value: visible(textOf(fields.take())) });
    }
  }
  const first = (wanted: string) => attributes.find((attribute) => attribute.oid === wanted)?.value;
  const all = (wanted: string) => attributes.filter((attribute) => attribute.oid === wanted).map((attribute) => attribute.value);
  return {
    raw: rawOf(node),
    attributes,
    // A name may list several common names; the last is the most specific.
    commonName: all(OID.commonName).at(-1),
    organization: first(OID.organization),
    organizationalUnits: all(OID.organizationalUnit),
    title: first(OID.title),
    serialNumber: first(OID.serialNumber),
    email: first(OID.email),
    locality: first(OID.locality),
    country: first(OID.country),
    userIds: all(OID.userId),
    text: attributes.toReversed().map((attribute) => `${labels[attribute.oid] ?? attribute.oid}=${quoted(attribute.value)}`).join(', '),
    comparable: attributes.map((attribute) => `${attribute.oid}=${folded(attribute.value)}`).join('\n'),
  };
}

function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '').normalize('NFC').trim();
}

function quoted(value: string): string {
  return /[,+"\\<>;=]/.test(value) ? `"${value.replace(/(["\\])/g, '\\$1')}"` : value;
}

function folded(value: string): string {
  return value.toLowerCase().replace(/\s+/g, ' ').trim();
}

/** Same name in the sense of certificate chaining: the same bytes, or equal after case and space folding. */
export function sameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return a.raw.equals(b.raw) || (a.comparable !== '' && a.comparable === b.comparable);
}

/** True when a name begins with all of another one, as a name constraint means it; every name is within the empty one. */
export function isNameWithin({ comparable }: DistinguishedName, base: DistinguishedName): boolean {
  return base.comparable === '' || comparable === base.comparable || comparable.startsWith(`${base.comparable}\n`);
}

/** Writes a Name, one attribute an RDN, in the given order; country as PrintableString, everything else as UTF-8. */
export function encodeName(attributes: readonly NameAttribute[]): Buffer {
  return seq(
    ...attributes.map(({ oid: attribute, value }) => {
      const isPrintable = attribute === OID.country || attribute === OID.serialNumber;
      return set(seq(oid(attribute), isPrintable ? printable(value) : utf8(value.normalize('NFC'))));
    }),
  );
}

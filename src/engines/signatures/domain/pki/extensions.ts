/** The certificate extensions that the product reads (RFC 5280 section 4.2), from their raw values. */
import { bitsOf, booleanOf, children, contentOf, fieldsOf, numberOf, oidOf, readAsn1 } from '../asn1/reader.ts';
import type { Asn1Node } from '../asn1/reader.ts';
import { OID } from './oids.ts';

export const keyUsageBits = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsage = (typeof keyUsageBits)[number];

export interface Extension {
  readonly critical: boolean;
  /** The contents of extnValue. */
  readonly value: Buffer;
}

export interface KnownExtensions {
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | undefined } | undefined;
  readonly keyUsage: ReadonlySet<KeyUsage> | undefined;
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectKeyIdentifier: Buffer | undefined;
  readonly authorityKeyIdentifier: Buffer | undefined;
  readonly crlUrls: readonly string[];
  readonly ocspUrls: readonly string[];
  readonly caIssuerUrls: readonly string[];
  readonly policies: readonly string[];
  readonly emails: readonly string[];
  readonly hasOcspNoCheck: boolean;
  /** Critical extensions that a path validator must refuse because it does not know them (RFC 5280 section 4.2). */
  readonly unknownCritical: readonly string[];
}

const understood = new Set<string>([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extendedKeyUsage,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
  OID.subjectAltName,
  OID.crlDistributionPoints,
  OID.certificatePolicies,
  OID.authorityInfoAccess,
  OID.ocspNoCheck,
  // Judged along the path, whatever they are marked.
  OID.nameConstraints,
]);

export const maxUrls = 20;

/** Reads the list under [3] of a certificate or [1] of a response. A repeated extension keeps its first value and is reported critical-unknown. */
export function readExtensions(list: Asn1Node | undefined): Map<string, Extension> {
  const found = new Map<string, Extension>();
  if (list === undefined) return found;
  for (const entry of children(fieldsOf(list, list.tag).take(0x30))) {
    const fields = fieldsOf(entry);
    const name = oidOf(fields.take());
    const flag = fields.optional(0x01);
    const extension = { critical: flag ? booleanOf(flag) : false, value: contentOf(fields.take(0x04)) };
    if (found.has(name)) found.set(`${name} (repeated)`, { ...extension, critical: true });
    else found.set(name, extension);
  }
  return found;
}

export function readKnownExtensions(extensions: ReadonlyMap<string, Extension>): KnownExtensions {
  const open = (name: string): Asn1Node | undefined => {
    const extension = extensions.get(name);
    return extension && readAsn1(extension.value, { ber: true });
  };
  const access = accessUrls(open(OID.authorityInfoAccess));
  const eku = open(OID.extendedKeyUsage);
  const ski = open(OID.subjectKeyIdentifier);
  const policies = open(OID.certificatePolicies);
  return {
    basicConstraints: basicConstraints(open(OID.basicConstraints)),
    keyUsage: keyUsage(open(OID.keyUsage)),
    extendedKeyUsage: eku && children(eku).map(oidOf),
    subjectKeyIdentifier: ski && contentOf(ski),
    authorityKeyIdentifier: authorityKeyIdentifier(open(OID.authorityKeyIdentifier)),
    crlUrls: crlUrls(open(OID.crlDistributionPoints)),
    ocspUrls: access(OID.accessOcsp),
    caIssuerUrls: access(OID.accessCaIssuers),
    policies: policies ? children(policies).map((policy) => oidOf(fieldsOf(policy).take())) : [],
    emails: generalNames(open(OID.subjectAltName), 0x81),
    hasOcspNoCheck: extensions.has(OID.ocspNoCheck),
    unknownCritical: [...extensions].filter(([name, { critical }]) => critical && !understood.has(name)).map(([name]) => name),
  };
}

function basicConstraints(node: Asn1Node | undefined): KnownExtensions['basicConstraints'] {
  if (node === undefined) return undefined;
  const fields = fieldsOf(node);
  const ca = fields.optional(0x01);
  const length = fields.optional(0x02);
  return { ca: ca ? booleanOf(ca) : false, pathLength: length && numberOf(length) };
}

function keyUsage(node: Asn1Node | undefined): Set<KeyUsage> | undefined {
  if (node === undefined) return undefined;
  const { bytes } = bitsOf(node);
  return new Set(keyUsageBits.filter((_, bit) => ((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0));
}

function authorityKeyIdentifier(node: Asn1Node | undefined): Buffer | undefined {
  const id = node && children(node).find((part) => part.tag === 0x80);
  return id && contentOf(id);
}

function accessUrls(node: Asn1Node | undefined): (method: string) => string[] {
  const entries = node ? children(node).slice(0, maxUrls) : [];
  return (method) =>
    entries.flatMap((entry) => {
      const fields = fieldsOf(entry);
      const isWanted = oidOf(fields.take()) === method;
      const location = fields.take();
      return isWanted && location.tag === 0x86 ? [contentOf(location).toString('latin1')] : [];
    });
}

function crlUrls(node: Asn1Node | undefined): string[] {
  if (node === undefined) return [];
  return children(node)
    .slice(0, maxUrls)
    .flatMap((point) => {
      const name = children(point).find((part) => part.tag === 0xa0);
      const full = name && children(name).find((part) => part.tag === 0xa0);
      return generalNames(full, 0x86);
    });
}

function generalNames(node: Asn1Node | undefined, tag: number): string[] {
  if (node === undefined) return [];
  return children(node)
    .filter((name) => name.tag === tag)
    .slice(0, maxUrls)
    .map((name) => contentOf(name).toString('latin1'));
}

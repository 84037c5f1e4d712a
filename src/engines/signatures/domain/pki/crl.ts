/** Certificate revocation lists (RFC 5280 section 5): read and checked here, written by `revocation-list.ts`. */
import { Asn1Error } from '../asn1/errors.ts';
import { bigintOf, bitsOf, children, contentOf, fieldsOf, numberOf, rawOf, readAsn1, timeOf } from '../asn1/reader.ts';
import type { Asn1Node } from '../asn1/reader.ts';
import { readSignatureAlgorithm } from './algorithms.ts';
import type { SignatureAlgorithm } from './algorithms.ts';
import { isSignedByKeyOf } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { PkiError } from './errors.ts';
import { maxUrls, readExtensions } from './extensions.ts';
import type { Extension } from './extensions.ts';
import { readName, sameName } from './name.ts';
import type { DistinguishedName } from './name.ts';
import { OID } from './oids.ts';

/** Reasons of RFC 5280 section 5.3.1 under their numbers. */
export const revocationReasons = {
  unspecified: 0,
  keyCompromise: 1,
  caCompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCrl: 8,
  privilegeWithdrawn: 9,
  aaCompromise: 10,
} as const;

export type RevocationReason = keyof typeof revocationReasons;

export interface Revocation {
  readonly revokedAt: Date;
  readonly reason: RevocationReason;
}

export interface RevocationList {
  readonly raw: Buffer;
  readonly issuer: DistinguishedName;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly number: bigint | undefined;
  /** Certificates that ended at or after this instant are kept on the list (X.509 expiredCertsOnCRL). */
  readonly keepsExpiredFrom: Date | undefined;
  /** False when the list leaves certificates out (delta, indirect, only some reasons) or has an unknown critical extension. */
  readonly isComplete: boolean;
  /** Some entries are about certificates of other issuers: a serial on it says nothing without its certificateIssuer (RFC 5280 section 5.3.3). */
  readonly isIndirect: boolean;
  /** True when the list says that it speaks about such a certificate: its kind and its distribution point (RFC 5280 section 5.2.5). */
  covers(certificate: Certificate): boolean;
  readonly signatureAlgorithm: SignatureAlgorithm | undefined;
  /** The entry of this serial (contents of the INTEGER), if it is on the list. Throws PkiError `revocation.malformed` for rows that cannot be read. */
  find(serial: Buffer): Revocation | undefined;
  /** True when this issuer's key signed the list. */
  isSignedBy(issuer: Certificate): boolean;
}

const maxCrlBytes = 64 * 1024 * 1024;
const knownCritical = new Set<string>([OID.authorityKeyIdentifier, OID.crlNumber, OID.issuingDistributionPoint]);

export function reasonOf(code: number): RevocationReason {
  const found = Object.entries(revocationReasons).find(([, number]) => number === code);
  return found ? (found[0] as RevocationReason) : 'unspecified'; // safe because the keys are those of the table
}

/** Reads a CRL. Throws PkiError `revocation.malformed`. */
export function parseRevocationList(input: Buffer): RevocationList {
  try {
    if (input.length > maxCrlBytes) throw new PkiError('revocation.malformed', 'size');
    return readList(readAsn1(input, { ber: true }));
  } catch (error) {
    if (error instanceof Asn1Error) throw new PkiError('revocation.malformed', error.code, { cause: error });
    throw error;
  }
}

/**
 * Whose list this is, where it was cut short behind the name of its issuer, as half an upload leaves it. What is there of such a file is as it was
 * written. Undefined for bytes that are whole, or damaged in another way: nothing in them can be believed.
 */
export function issuerOfCutList(bytes: Buffer): DistinguishedName | undefined {
  const outer = headerAt(bytes, 0);
  const tbs = outer && headerAt(bytes, outer.contentStart);
  if (outer === undefined || tbs === undefined || outer.end <= bytes.length || outer.end > maxCrlBytes || tbs.end > outer.end) return undefined;
  try {
    const elementAt = (at: number): Asn1Node => readAsn1(bytes.subarray(at), { ber: true, allowTrailing: true });
    let at = tbs.contentStart;
    if (bytes[at] === 0x02) at += elementAt(at).end;
    at += elementAt(at).end;
    return readName(elementAt(at));
  } catch (error) {
    if (error instanceof Asn1Error || error instanceof PkiError) return undefined;
    throw error;
  }
}

/** Where a SEQUENCE of definite length begins and ends, wherever the bytes end. */
function headerAt(bytes: Buffer, at: number): { readonly contentStart: number; readonly end: number } | undefined {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag !== 0x30 || first === undefined || first === 0x80 || first > 0x84) return undefined;
  if (first < 0x80) return { contentStart: at + 2, end: at + 2 + first };
  const size = first - 0x80;
  if (at + 2 + size > bytes.length) return undefined;
  return { contentStart: at + 2 + size, end: at + 2 + size + bytes.readUIntBE(at + 2, size) };
}

function readList(node: Asn1Node): RevocationList {
  const outer = fieldsOf(node);
  const tbs = outer.take(0x30);
  const algorithmNode = outer.take(0x30);
  const { bytes: signature } = bitsOf(outer.take());
  const fields = fieldsOf(tbs);
  fields.optional(0x02);
  if (!rawOf(fields.take(0x30)).equals(rawOf(algorithmNode))) throw new PkiError('revocation.malformed', 'two signature algorithms');
  const issuer = readName(fields.take(0x30));
  const thisUpdate = timeOf(fields.take());
  const nextNode = fields.optional(0x17) ?? fields.optional(0x18);
  const entries = fields.optional(0x30);
  const extensions = readExtensions(fields.optional(0xa0));
  const expiredValue = extensions.get(OID.expiredCertsOnCrl)?.value;
  const numberValue = extensions.get(OID.crlNumber)?.value;
  const signatureAlgorithm = knownAlgorithm(algorithmNode);
  const scope = readScope(extensions.get(OID.issuingDistributionPoint)?.value);
  const isComplete =
    !extensions.has(OID.deltaCrlIndicator) &&
    !scope.isPartial &&
    [...extensions].every(([name, { critical }]) => !critical || knownCritical.has(name));
  const tbsBytes = rawOf(tbs);
  return {
    raw: rawOf(node),
    issuer,
    thisUpdate,
    nextUpdate: nextNode && timeOf(nextNode),
    number: numberValue && bigintOf(readAsn1(numberValue, { ber: true })),
    keepsExpiredFrom: expiredValue && timeOf(readAsn1(expiredValue, { ber: true })),
    isComplete,
    isIndirect: scope.isIndirect,
    covers: scope.covers,
    signatureAlgorithm,
    // Attribute certificates have serials of their own.
    find: (serial) => (scope.isForAttributes ? undefined : findReadable(entries, serial)),
    isSignedBy: (by) =>
      signatureAlgorithm !== undefined && sameName(issuer, by.subject) && isSignedByKeyOf(by, { algorithm: signatureAlgorithm, data: tbsBytes, signature }),
  };
}

function knownAlgorithm(node: Asn1Node): SignatureAlgorithm | undefined {
  try {
    return readSignatureAlgorithm(node);
  } catch (error) {
    if (error instanceof PkiError) return undefined;
    throw error;
  }
}

interface ListScope {
  readonly isPartial: boolean;
  readonly isIndirect: boolean;
  readonly isForAttributes: boolean;
  readonly covers: (certificate: Certificate) => boolean;
}

/** What an issuing distribution point narrows the list to (RFC 5280 section 5.2.5). */
function readScope(value: Buffer | undefined): ListScope {
  const parts = value === undefined ? [] : children(readAsn1(value, { ber: true }));
  const isSet = (tag: number): boolean => parts.some((part) => part.tag === tag && contentOf(part)[0] !== 0);
  const point = parts.find((part) => part.tag === 0xa0);
  const names = point && namesOfPoint(point);
  const isIndirect = isSet(0x84);
  const [onlyUsers, onlyAuthorities, onlyAttributes] = [isSet(0x81), isSet(0x82), isSet(0x85)];
  return {
    isPartial: isIndirect || parts.some((part) => part.tag === 0x83),
    isIndirect,
    isForAttributes: onlyAttributes,
    covers: (certificate) => {
      const isAuthority = certificate.basicConstraints?.ca === true;
      if (onlyAttributes || (onlyUsers && isAuthority) || (onlyAuthorities && !isAuthority)) return false;
      return names === undefined || ownPoints(certificate).some((name) => names.includes(name));
    },
  };
}

/** The names of a DistributionPointName with fullName, each by its kind and contents; a relative name is one that no certificate is taken to mean. */
function namesOfPoint(point: Asn1Node): string[] {
  const full = children(point).find((part) => part.tag === 0xa0);
  return full ? children(full).map((name) => pointName(name.tag, contentOf(name))) : [];
}

const directoryTag = 0xa4;
const pointName = (tag: number, content: Buffer): string => `${tag} ${content.toString('hex')}`;

/** The points from which a certificate's own issuer publishes about it; without any, the one that has the issuer's name (RFC 5280 section 6.3.3). */
function ownPoints({ extensions, issuer }: Certificate): string[] {
  const value = extensions.get(OID.crlDistributionPoints)?.value;
  if (value === undefined) return [pointName(directoryTag, issuer.raw)];
  // As many as were read with the certificate.
  return children(readAsn1(value, { ber: true })).slice(0, maxUrls).flatMap((each) => {
    const parts = children(each);
    const point = parts.find((part) => part.tag === 0xa0);
    return point === undefined || parts.some((part) => part.tag === 0xa2) ? [] : namesOfPoint(point);
  });
}

function findReadable(entries: Asn1Node | undefined, serial: Buffer): Revocation | undefined {
  try {
    return findEntry(entries, serial);
  } catch (error) {
    if (error instanceof Asn1Error) throw new PkiError('revocation.malformed', error.code, { cause: error });
    throw error;
  }
}

/** Lists of large authorities have hundreds of thousands of rows: search for the serial's bytes first, read only the row that holds them. */
function findEntry(entries: Asn1Node | undefined, serial: Buffer): Revocation | undefined {
  if (entries === undefined) return undefined;
  const wanted = Buffer.concat([Buffer.from([0x02, serial.length]), serial]);
  if (!contentOf(entries).includes(wanted)) return undefined;
  // One row after the other: more of them than a reader would hold at once is no reason not to look.
  for (let at = entries.contentStart; at < entries.contentEnd; ) {
    const entry = readAsn1(entries.buffer.subarray(at, entries.contentEnd), { ber: true, allowTrailing: true });
    at += entry.end;
    const fields = fieldsOf(entry);
    if (!contentOf(fields.take(0x02)).equals(serial)) continue;
    const revokedAt = timeOf(fields.take());
    const list = fields.optional(0x30);
    const about = entryExtensions(list);
    const reasonValue = about.get(OID.reasonCode)?.value;
    return distrusted({ revokedAt, reason: reasonValue ? reasonOf(numberOf(readAsn1(reasonValue, { ber: true }))) : 'unspecified' }, about);
  }
  return undefined;
}

/** A key that is known to have been in wrong hands earlier (invalidityDate, RFC 5280 section 5.3.2) is not believed from then on. */
export function distrusted({ revokedAt, reason }: Revocation, about: ReadonlyMap<string, Extension>): Revocation {
  const value = reason === 'keyCompromise' || reason === 'caCompromise' ? about.get(OID.invalidityDate)?.value : undefined;
  const since = value && timeOf(readAsn1(value, { ber: true }));
  return { reason, revokedAt: since && since < revokedAt ? since : revokedAt };
}

function entryExtensions(list: Asn1Node | undefined): ReadonlyMap<string, Extension> {
  if (list === undefined) return new Map();
  // Entry extensions stand without the explicit tag that certificates have, so they are read through a made-up parent.
  const parent: Asn1Node = { ...list, tag: 0xa0, contentStart: list.start, contentEnd: list.end };
  return readExtensions(parent);
}

/**
 * Archive time stamps of CAdES (archive-time-stamp-v3 with ats-hash-index-v3, EN 319 122-1 clauses 5.5.2 and 5.5.3): what one is about, how it
 * is added, and whether those of a signature still fit.
 */
import { hash as hashOnce } from 'node:crypto';
import { ctx, oct, oid, retag, seq, set, setOf } from '../asn1/der.ts';
import { Asn1Error } from '../asn1/errors.ts';
import { children, fieldsOf, octetsOf, oidOf, rawOf, readAsn1 } from '../asn1/reader.ts';
import type { Asn1Node } from '../asn1/reader.ts';
import { CmsError } from '../cms/verify-errors.ts';
import { parseTimestampToken, verifyTimestampToken } from '../cms/verify-timestamp.ts';
import type { TimestampToken } from '../cms/verify-timestamp.ts';
import { readHashAlgorithm } from '../pki/algorithms.ts';
import type { HashName } from '../pki/algorithms.ts';
import { PkiError } from '../pki/errors.ts';
import { OID } from '../pki/oids.ts';
import type { ValidationCache } from '../validation/cache.ts';
import { shaOf } from './archive-proofs.ts';
import type { ArchiveStamp } from './archive-proofs.ts';

const archiveTimestampV3 = '0.4.0.1733.2.4';
const atsHashIndexV3 = '0.4.0.19122.1.5';
const indexHash = 'sha256';
const maxStamps = 20;
const maxUnsigned = 300;

/** The parts of a SignedData with one signer, as they stand. */
interface Container {
  readonly version: Buffer;
  readonly digestAlgorithms: Buffer;
  readonly contentInfo: Buffer;
  readonly contentType: Buffer;
  readonly certificates: readonly Buffer[];
  readonly crls: readonly Buffer[];
  /** The fields of the signer's part up to the signature value. */
  readonly signer: readonly Buffer[];
  readonly unsigned: readonly UnsignedAttribute[];
}

interface UnsignedAttribute {
  readonly type: string;
  /** Type and one value, one behind the other: what the index hashes. */
  readonly instance: Buffer;
  readonly value: Buffer;
}

function openContainer(bytes: Buffer): Container {
  const outer = fieldsOf(readAsn1(bytes, { ber: true, allowTrailing: true }));
  outer.take(0x06);
  const fields = fieldsOf(fieldsOf(outer.take(0xa0), 0xa0).take(0x30));
  const [version, digestAlgorithms, contentInfo] = [fields.take(0x02), fields.take(0x31), fields.take(0x30)];
  const [certificates, crls] = [fields.optional(0xa0), fields.optional(0xa1)];
  const [signer] = children(fields.take(0x31));
  const parts = fieldsOf(signer).rest();
  const unsigned = parts.at(-1)?.tag === 0xa1 ? parts.at(-1) : undefined;
  const attributes = unsigned ? children(unsigned) : [];
  if (attributes.length > maxUnsigned) throw new CmsError('cms.malformed', 'too many unsigned attributes');
  return {
    version: rawOf(version),
    digestAlgorithms: rawOf(digestAlgorithms),
    contentInfo: rawOf(contentInfo),
    contentType: rawOf(fieldsOf(contentInfo).take(0x06)),
    certificates: certificates ? children(certificates).map(rawOf) : [],
    crls: crls ? children(crls).map(rawOf) : [],
    signer: parts.filter((each) => each !== unsigned).map(rawOf),
    unsigned: attributes.flatMap(instancesOf),
  };
}

function instancesOf(attribute: Asn1Node): UnsignedAttribute[] {
  const fields = fieldsOf(attribute);
  const type = fields.take(0x06);
  return children(fields.take(0x31)).map((value) => ({ type: oidOf(type), instance: Buffer.concat([rawOf(type), rawOf(value)]), value: rawOf(value) }));
}

/** What an archive time stamp has to be about, and the index that goes into its token. */
export interface ArchiveInput {
  /** The time stamping authority hashes these bytes with SHA-256. */
  readonly bytes: Buffer;
  readonly index: Buffer;
}

/**
 * For the next archive time stamp of a signature: the first, or one on top. `contentDigest` is the SHA-256 of the signed file.
 * Throws CmsError `cms.malformed`.
 */
export function archiveInputOf(signature: Buffer, contentDigest: Buffer): ArchiveInput {
  return coded(() => {
    const container = openContainer(signature);
    const list = (items: readonly Buffer[]): Buffer => seq(...items.map((each) => oct(hashOnce(indexHash, each, 'buffer'))));
    const instances = container.unsigned.map(({ instance }) => instance);
    const index = seq(seq(oid(OID[indexHash])), list(container.certificates), list(container.crls), list(instances));
    return { bytes: inputOf(container, contentDigest, index), index };
  });
}

function inputOf({ contentType, signer }: Container, contentDigest: Buffer, index: Buffer): Buffer {
  return Buffer.concat([contentType, contentDigest, ...signer, index]);
}

/** The signature with the time stamp over `archiveInputOf` added (B-LTA). Nothing that was there changes. Throws CmsError `cms.malformed`. */
export function embedArchiveTimestamp(signature: Buffer, token: Buffer, { index }: Pick<ArchiveInput, 'index'>): Buffer {
  return coded(() => withUnsigned(signature, archiveTimestampV3, withUnsigned(token, atsHashIndexV3, index)));
}

/** Adds one unsigned attribute to the only signer of a SignedData. */
function withUnsigned(bytes: Buffer, type: string, value: Buffer): Buffer {
  const container = openContainer(bytes);
  const kept = container.unsigned.map(({ type: known, value: own }) => seq(oid(known), set(own)));
  const attributes = retag(0xa1, setOf([...kept, seq(oid(type), set(value))]));
  const choice = (tag: number, items: readonly Buffer[]): Buffer[] => (items.length === 0 ? [] : [retag(tag, setOf(items))]);
  const { version, digestAlgorithms, contentInfo, certificates, crls, signer } = container;
  const signedData = seq(version, digestAlgorithms, contentInfo, ...choice(0xa0, certificates), ...choice(0xa1, crls), set(seq(...signer, attributes)));
  return seq(oid(OID.signedData), ctx(0, signedData));
}

export interface ArchiveCheckInput {
  readonly signature: Buffer;
  readonly digestOf: (hash: HashName) => Promise<Buffer>;
  readonly cache: ValidationCache;
}

/** The archive time stamps of a signature that is whole, the oldest first. Throws CmsError `cms.malformed` above 20 or when it cannot be read. */
export async function checkArchive({ signature, digestOf, cache }: ArchiveCheckInput): Promise<ArchiveStamp[]> {
  const container = coded(() => openContainer(signature));
  const stamps = container.unsigned.filter(({ type }) => type === archiveTimestampV3);
  if (stamps.length > maxStamps) throw new CmsError('cms.malformed', 'too many archive time stamps');
  const found: { readonly stamp: ArchiveStamp; readonly time: number }[] = [];
  for (const { value } of stamps) found.push(await checkStamp(value, { container, digestOf, cache }));
  return found.sort((a, b) => a.time - b.time).map(({ stamp }) => stamp);
}

interface StampInput extends Pick<ArchiveCheckInput, 'digestOf' | 'cache'> {
  readonly container: Container;
}

async function checkStamp(bytes: Buffer, { container, digestOf, cache }: StampInput): Promise<{ readonly stamp: ArchiveStamp; readonly time: number }> {
  const id = shaOf(bytes);
  const token = readOr(() => parseTimestampToken(bytes, (raw) => cache.readCertificate(raw)));
  const index = token && readOr(() => readIndex(openContainer(bytes)));
  const time = token?.time.getTime() ?? 0;
  const listed = index && coveredItems(index, container);
  if (token === undefined || index === undefined || listed === undefined) return { stamp: { checked: undefined, id, covers: new Set() }, time };
  const input = inputOf(container, await digestOf(token.imprintHash), index.raw);
  const check = verifyTimestampToken(token, (hash) => hashOnce(hash, hash === token.imprintHash ? input : Buffer.alloc(0), 'buffer'));
  return { stamp: { checked: { token, check }, id, covers: coversOf(listed, cache) }, time };
}

interface HashIndex {
  readonly raw: Buffer;
  readonly hash: HashName;
  readonly certificates: readonly Buffer[];
  readonly crls: readonly Buffer[];
  readonly unsigned: readonly Buffer[];
}

function readIndex({ unsigned }: Container): HashIndex {
  const [found, second] = unsigned.filter(({ type }) => type === atsHashIndexV3);
  if (found === undefined || second !== undefined) throw new CmsError('cms.malformed', 'ats-hash-index-v3');
  const fields = fieldsOf(readAsn1(found.value));
  const hash = readHashAlgorithm(fields.take(0x30));
  const [certificates, crls, values] = [fields.take(0x30), fields.take(0x30), fields.take(0x30)];
  if (fields.rest().length > 0) throw new CmsError('cms.malformed', 'ats-hash-index-v3');
  const list = (node: Asn1Node): Buffer[] => children(node).map(octetsOf);
  return { raw: found.value, hash, certificates: list(certificates), crls: list(crls), unsigned: list(values) };
}

interface Listed {
  readonly crls: readonly Buffer[];
  readonly unsigned: readonly UnsignedAttribute[];
}

/** What the index names; undefined when it names something that is gone or was changed (clause 5.5.2). */
function coveredItems(index: HashIndex, container: Container): Listed | undefined {
  const matching = <T>(hashes: readonly Buffer[], items: readonly T[], bytesOf: (item: T) => Buffer): T[] | undefined => {
    const byHash = new Map(items.map((item) => [hashOnce(index.hash, bytesOf(item), 'hex'), item]));
    const found = hashes.flatMap((each) => byHash.get(each.toString('hex')) ?? []);
    return found.length === hashes.length ? found : undefined;
  };
  const certificates = matching(index.certificates, container.certificates, (each) => each);
  const crls = matching(index.crls, container.crls, (each) => each);
  const unsigned = matching(index.unsigned, container.unsigned, ({ instance }) => instance);
  return certificates && crls && unsigned ? { crls, unsigned } : undefined;
}

/** Older tokens, lists and OCSP answers under the stamp, and what the tokens themselves carry. */
function coversOf({ crls, unsigned }: Listed, cache: ValidationCache): ReadonlySet<string> {
  const tokens = unsigned.filter(({ type }) => type === archiveTimestampV3 || type === OID.signatureTimeStamp).map(({ value }) => value);
  const carried = tokens.flatMap((bytes) => {
    const cms = readOr((): TimestampToken => parseTimestampToken(bytes, (raw) => cache.readCertificate(raw)))?.cms;
    return cms ? [...cms.crls, ...cms.ocsps] : [];
  });
  return new Set([...tokens, ...crls.flatMap(revocationOf), ...carried].map(shaOf));
}

/** A list as it stands, or the OCSP answer inside "other" revocation information (RFC 5940). */
function revocationOf(choice: Buffer): Buffer[] {
  if (choice[0] !== 0xa1) return [choice];
  return readOr(() => [rawOf(fieldsOf(readAsn1(choice, { ber: true }), 0xa1).rest()[1] ?? readAsn1(choice, { ber: true }))]) ?? [];
}

function readOr<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CmsError || error instanceof Asn1Error || error instanceof PkiError) return undefined;
    throw error;
  }
}

function coded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Asn1Error) throw new CmsError('cms.malformed', error.code, { cause: error });
    throw error;
  }
}

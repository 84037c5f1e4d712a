/**
 * Reads and checks CMS SignedData with one signer (RFC 5652), as PDF signatures and time stamps hold it. BER is accepted, since iText
 * and others write it. Nothing here trusts a certificate: it answers which one signed and whether the mathematics fits.
 */
import { hash as hashOnce } from 'node:crypto';
import { Asn1Error } from '../asn1/errors.ts';
import { tlv } from '../asn1/der.ts';
import { children, contentOf, fieldsOf, octetsOf, oidOf, rawOf, readAsn1, timeOf } from '../asn1/reader.ts';
import type { Asn1Node } from '../asn1/reader.ts';
import { readHashAlgorithm, readSignatureAlgorithm } from '../pki/algorithms.ts';
import type { HashName, SignatureAlgorithm } from '../pki/algorithms.ts';
import { isSignedByKeyOf, parseCertificate } from '../pki/certificate.ts';
import type { Certificate } from '../pki/certificate.ts';
import { PkiError } from '../pki/errors.ts';
import { OID } from '../pki/oids.ts';
import { CmsError } from './verify-errors.ts';

/** The hash of the signing certificate inside the signed attributes (ESS, RFC 2634 and RFC 5035). */
export interface EssCertificateId {
  readonly hash: HashName;
  readonly digest: Buffer;
}

export interface SignedAttributes {
  /** The SET OF as it was signed (identifier 0x31). */
  readonly encoded: Buffer;
  readonly contentType: string;
  readonly messageDigest: Buffer;
  readonly signingTime: Date | undefined;
  readonly essCertificateId: EssCertificateId | undefined;
  readonly signaturePolicy: string | undefined;
  /** Revocation material that Adobe's signers put under their signature. */
  readonly embeddedCrls: readonly Buffer[];
  readonly embeddedOcsps: readonly Buffer[];
}

export interface CmsSignature {
  readonly contentType: string;
  /** The encapsulated content, absent for a detached signature. */
  readonly content: Buffer | undefined;
  /** Of SignedData, and of the CAdES attribute certificate-values. */
  readonly certificates: readonly Certificate[];
  /** Of SignedData, and of the CAdES attribute revocation-values; raw, nothing about them is checked. */
  readonly crls: readonly Buffer[];
  /** OCSP answers from the same two places (RFC 5940; ETSI EN 319 122-1 annex A.1). */
  readonly ocsps: readonly Buffer[];
  readonly digestAlgorithm: HashName;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Buffer;
  readonly signedAttributes: SignedAttributes | undefined;
  /** RFC 3161 tokens over the signature value (unsigned attribute). */
  readonly signatureTimestamps: readonly Buffer[];
  /** True when this certificate is the one that the signer identifier names. */
  isSignerNamed(certificate: Certificate): boolean;
}

export type ReadCertificate = (bytes: Buffer) => Certificate;

const maxCertificates = 60;
const maxAttributes = 60;
const maxRevocations = 100;

/**
 * Reads the container. Bytes after it must be zero (the padding of a PDF's /Contents), else `cms.malformed`.
 * Certificates that cannot be read are left out. Throws CmsError.
 */
export function parseCms(bytes: Buffer, readCertificate: ReadCertificate = parseCertificate): CmsSignature {
  try {
    const node = readAsn1(bytes, { ber: true, allowTrailing: true });
    for (let at = node.end; at < bytes.length; at += 1) if (bytes[at] !== 0) throw new CmsError('cms.malformed', 'bytes after the container');
    const outer = fieldsOf(node);
    if (oidOf(outer.take()) !== OID.signedData) throw new CmsError('cms.notSignedData');
    return readSignedData(fieldsOf(outer.take(0xa0), 0xa0).take(0x30), readCertificate);
  } catch (error) {
    if (error instanceof Asn1Error) throw new CmsError('cms.malformed', error.code, { cause: error });
    if (error instanceof PkiError) throw new CmsError('cms.unsupported', error.detail, { cause: error });
    throw error;
  }
}

function readSignedData(node: Asn1Node, readCertificate: ReadCertificate): CmsSignature {
  const fields = fieldsOf(node);
  fields.take(0x02);
  fields.take(0x31);
  const encapsulated = fieldsOf(fields.take(0x30));
  const contentType = oidOf(encapsulated.take());
  const wrapped = encapsulated.optional(0xa0);
  const certificates = fields.optional(0xa0);
  const crls = fields.optional(0xa1);
  const signers = children(fields.take(0x31));
  const [signer] = signers;
  if (signer === undefined || signers.length !== 1) throw new CmsError('cms.signers', String(signers.length));
  const { unsigned, ...signerPart } = readSigner(signer);
  const kept = readValues(unsigned);
  const listed = crls ? children(crls).slice(0, maxRevocations) : [];
  return {
    contentType,
    content: wrapped && octetsOf(fieldsOf(wrapped, 0xa0).take()),
    certificates: readCertificates([...(certificates ? children(certificates) : []), ...kept.certificates], readCertificate),
    crls: [...listed.filter((each) => each.tag === 0x30).map(rawOf), ...kept.crls],
    ocsps: [...listed.flatMap(ocspOfOther), ...kept.ocsps],
    ...signerPart,
  };
}

/** An OCSP answer among the "other" revocation information of SignedData (RFC 5940 section 2). */
function ocspOfOther(node: Asn1Node): Buffer[] {
  if (node.tag !== 0xa1) return [];
  const fields = fieldsOf(node, 0xa1);
  return oidOf(fields.take()) === OID.ocspResponseInfo ? [rawOf(fields.take())] : [];
}

/** The unsigned attributes with which CAdES carries material of its own (certificate-values, revocation-values). */
function readValues(unsigned: Attributes | undefined): { readonly certificates: readonly Asn1Node[]; readonly crls: readonly Buffer[]; readonly ocsps: readonly Buffer[] } {
  const first = (type: string): Asn1Node | undefined => unsigned?.get(type)?.[0]?.[0];
  const certificates = first(OID.certificateValues);
  const { embeddedCrls: crls, embeddedOcsps: ocsps } = readRevocationLists(first(OID.revocationValues));
  return { certificates: certificates ? children(certificates) : [], crls, ocsps };
}

function readCertificates(nodes: readonly Asn1Node[], readCertificate: ReadCertificate): Certificate[] {
  const found: Certificate[] = [];
  for (const node of nodes.slice(0, maxCertificates)) {
    if (node.tag !== 0x30) continue;
    try {
      found.push(readCertificate(rawOf(node)));
    } catch (error) {
      // A certificate that nobody can read cannot help the signature; without it the chain is simply shorter.
      if (!(error instanceof PkiError)) throw error;
    }
  }
  return found;
}

type Attributes = ReadonlyMap<string, readonly (readonly Asn1Node[])[]>;
type SignerPart = Omit<CmsSignature, 'contentType' | 'content' | 'certificates' | 'crls' | 'ocsps'> & { readonly unsigned: Attributes | undefined };

function readSigner(node: Asn1Node): SignerPart {
  const fields = fieldsOf(node);
  fields.take(0x02);
  const sid = fields.take();
  const digestAlgorithm = readHashAlgorithm(fields.take(0x30));
  const signed = fields.optional(0xa0);
  const signatureAlgorithm = readSignatureAlgorithm(fields.take(0x30));
  const signature = octetsOf(fields.take(0x04));
  const unsignedNode = fields.optional(0xa1);
  const unsigned = unsignedNode && attributesOf(unsignedNode);
  return {
    unsigned,
    digestAlgorithm,
    signatureAlgorithm,
    signature,
    signedAttributes: signed && readSignedAttributes(signed),
    signatureTimestamps: (unsigned?.get(OID.signatureTimeStamp) ?? []).flat().slice(0, 5).map(rawOf),
    isSignerNamed: signerMatcher(sid),
  };
}

function signerMatcher(sid: Asn1Node): (certificate: Certificate) => boolean {
  if (sid.tag === 0x80) {
    const keyId = contentOf(sid);
    return (certificate) => certificate.subjectKeyIdentifier?.equals(keyId) === true;
  }
  const fields = fieldsOf(sid);
  const issuer = rawOf(fields.take(0x30));
  const serial = contentOf(fields.take(0x02));
  return (certificate) => certificate.serial.equals(serial) && certificate.issuer.raw.equals(issuer);
}

/** Attribute type → the values of each attribute of that type. */
function attributesOf(list: Asn1Node): Map<string, Asn1Node[][]> {
  const found = new Map<string, Asn1Node[][]>();
  for (const attribute of children(list).slice(0, maxAttributes)) {
    const fields = fieldsOf(attribute);
    const type = oidOf(fields.take());
    const values = children(fields.take(0x31));
    found.set(type, [...(found.get(type) ?? []), values]);
  }
  return found;
}

function readSignedAttributes(node: Asn1Node): SignedAttributes {
  const attributes = attributesOf(node);
  // What is signed is read whole or not at all: a second value of one of these could stand behind the last that is looked at.
  if (children(node).length > maxAttributes) throw new CmsError('cms.attributes', 'too many');
  const single = (type: string): Asn1Node | undefined => {
    const all = attributes.get(type);
    if (all === undefined) return undefined;
    // RFC 5652 section 11: each of these may stand once with one value; anything else is an attempt to show two faces.
    if (all.length !== 1 || all[0]?.length !== 1) throw new CmsError('cms.attributes', type);
    return all[0][0];
  };
  const contentType = single(OID.contentType);
  const messageDigest = single(OID.messageDigest);
  if (contentType === undefined || messageDigest === undefined) throw new CmsError('cms.attributes', 'content type or message digest');
  const signingTime = single(OID.signingTime);
  const policy = single(OID.signaturePolicy);
  return {
    encoded: tlv(0x31, contentOf(node)),
    contentType: oidOf(contentType),
    messageDigest: octetsOf(messageDigest),
    signingTime: signingTime && timeOf(signingTime),
    essCertificateId: readEss(single(OID.signingCertificateV2), single(OID.signingCertificate)),
    signaturePolicy: policy?.tag === 0x30 ? oidOf(fieldsOf(policy).take()) : undefined,
    ...readRevocationLists(single(OID.adobeRevocationInfo)),
  };
}

function readEss(v2: Asn1Node | undefined, v1: Asn1Node | undefined): EssCertificateId | undefined {
  if (v2) {
    const id = fieldsOf(children(fieldsOf(v2).take(0x30))[0]);
    const algorithm = id.optional(0x30);
    return { hash: algorithm ? readHashAlgorithm(algorithm) : 'sha256', digest: octetsOf(id.take(0x04)) };
  }
  return v1 && { hash: 'sha1', digest: octetsOf(fieldsOf(children(fieldsOf(v1).take(0x30))[0]).take(0x04)) };
}

/** Adobe's attribute and the one of CAdES have the same shape: [0] lists, [1] OCSP answers. */
function readRevocationLists(node: Asn1Node | undefined): Pick<SignedAttributes, 'embeddedCrls' | 'embeddedOcsps'> {
  const lists = node ? children(node) : [];
  const inside = (tag: number): Buffer[] => {
    const list = lists.find((each) => each.tag === tag);
    return list ? children(fieldsOf(list, tag).take(0x30)).slice(0, 50).map(rawOf) : [];
  };
  return { embeddedCrls: inside(0xa0), embeddedOcsps: inside(0xa1) };
}

/** What the check of one signature found; the first fault in this order is named. */
export type CmsVerdict =
  | 'ok'
  /** The document is not the one that was signed. */
  | 'hash-mismatch'
  /** The signature value does not fit the certificate's key. */
  | 'signature-mismatch'
  /** The container holds no certificate that the signer identifier names, or none with the hash that was signed. */
  | 'no-signing-certificate'
  /** Content type or structure contradict each other. */
  | 'format';

export interface CmsCheck {
  readonly verdict: CmsVerdict;
  readonly signer: Certificate | undefined;
  /** Present and matching; absent; or naming another certificate. */
  readonly ess: 'match' | 'absent' | 'mismatch';
}

export interface CmsCheckInput {
  readonly cms: CmsSignature;
  /** The digest of the signed content under a hash, as often as asked. */
  readonly digestOf: (hash: HashName) => Buffer;
  /** The signed content itself: needed only by old signatures without signed attributes, whose signature is over the content. */
  readonly readContent?: () => Buffer | undefined;
  /** Further certificates in which to look for the signer's. */
  readonly moreCertificates?: readonly Certificate[];
  /** The content type that must be signed: id-data for documents, id-ct-TSTInfo for time stamps. */
  readonly expectedContentType: string;
}

/** Checks digest, signed attributes, signing certificate and signature value. Does not judge algorithms or trust. */
export function verifyCms({ cms, digestOf, readContent, moreCertificates = [], expectedContentType }: CmsCheckInput): CmsCheck {
  const { signedAttributes: attributes } = cms;
  const { signer, ess } = findSigner(cms, moreCertificates);
  const answer = (verdict: CmsVerdict): CmsCheck => ({ verdict, signer, ess });
  if (cms.contentType !== expectedContentType) return answer('format');
  if (attributes && attributes.contentType !== cms.contentType) return answer('format');
  if (attributes && !attributes.messageDigest.equals(digestOf(cms.digestAlgorithm))) return answer('hash-mismatch');
  if (signer === undefined || ess === 'mismatch') return answer('no-signing-certificate');
  if (attributes) return answer(fitsAttributes(cms, attributes, signer) ? 'ok' : 'signature-mismatch');
  const content = readContent?.();
  if (content === undefined) return answer('format');
  // Without attributes nothing tells a changed document from a signature that never fitted.
  return answer(fits(cms, content, signer) ? 'ok' : 'signature-mismatch');
}

function findSigner(cms: CmsSignature, more: readonly Certificate[]): Pick<CmsCheck, 'signer' | 'ess'> {
  const named = [...cms.certificates, ...more].filter((certificate) => cms.isSignerNamed(certificate));
  const id = cms.signedAttributes?.essCertificateId;
  if (id === undefined) return { signer: named[0], ess: 'absent' };
  const matching = named.find((certificate) => hasDigest(certificate, id));
  return matching ? { signer: matching, ess: 'match' } : { signer: named[0], ess: named.length > 0 ? 'mismatch' : 'absent' };
}

/** A certificate's SHA-256 is known already. */
function hasDigest({ raw, fingerprint }: Certificate, { hash, digest }: EssCertificateId): boolean {
  return hash === 'sha256' ? digest.toString('hex') === fingerprint : hashOnce(hash, raw, 'buffer').equals(digest);
}

function fitsAttributes(cms: CmsSignature, attributes: SignedAttributes, signer: Certificate): boolean {
  return fits(cms, attributes.encoded, signer) || fits(cms, sortedSet(attributes.encoded), signer);
}

function fits(cms: CmsSignature, data: Buffer, signer: Certificate): boolean {
  const { signatureAlgorithm: algorithm, signature, digestAlgorithm: hash } = cms;
  // The digest of the content and that of the signature are one in CMS; an identifier that says otherwise contradicts itself.
  if (algorithm.hash !== undefined && algorithm.hash !== hash) return false;
  return isSignedByKeyOf(signer, { algorithm, hash, data, signature });
}

/** What a signer signed that wrote its attributes unsorted but signed the DER order (RFC 5652 section 5.4 demands DER for signing). */
function sortedSet(encoded: Buffer): Buffer {
  const parts = children(readAsn1(encoded, { ber: true })).map(rawOf);
  return tlv(0x31, ...parts.toSorted((a, b) => Buffer.compare(a, b)));
}

/**
 * The built-in certificate authority: root (P-384) → issuing authority (P-256) → persons, agencies, time stamping, OCSP.
 *
 * The issuing authority is P-256 because each validation of a signature checks one of its signatures. Signers get RSA-2048 unless asked
 * otherwise: verifiers built on iText 5, common in Vietnam, fail on ECDSA signatures. Names of issuers are copied byte for byte.
 * It is not a public authority and its names say so. Pure: time comes in, certificates go out, nothing is stored.
 */
import { generateKeyPair, hash as hashOnce, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { bool, ctx, ctxPrim, ia5Content, int, namedBits, oct, oid, seq, time } from '../asn1/der.ts';
import { bitsOf, fieldsOf, readAsn1 } from '../asn1/reader.ts';
import { signatureAlgorithmFor, signingHashFor } from './algorithms.ts';
import { parseCertificate } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import { draftFor, signDraft } from './draft.ts';
import type { Draft } from './draft.ts';
import { PkiError } from './errors.ts';
import { keyUsageBits } from './extensions.ts';
import type { KeyUsage } from './extensions.ts';
import { encodeName } from './name.ts';
import type { NameAttribute } from './name.ts';
import { OID } from './oids.ts';

const generateAsync = promisify(generateKeyPair);

/** A certificate together with its private key. */
export interface KeyHolder {
  readonly certificate: Certificate;
  readonly privateKey: KeyObject;
}

/** An authority that issues; `chain` leads from its issuer to the root and is empty for the root itself. */
export interface Authority extends KeyHolder {
  readonly chain: readonly Certificate[];
}

export type KeyKind = 'rsa-2048' | 'rsa-3072' | 'rsa-4096' | 'p-256' | 'p-384';

/** Makes a key pair away from the event loop. RSA takes 50 to 500 ms. */
export async function generateKey(kind: KeyKind): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  if (kind === 'p-256' || kind === 'p-384') return generateAsync('ec', { namedCurve: kind.toUpperCase() });
  return generateAsync('rsa', { modulusLength: Number(kind.slice(4)) });
}

/** Where verifiers find revocation material; absent addresses leave the extension out. */
export interface ServiceUrls {
  readonly crl?: string;
  readonly ocsp?: string;
  readonly caIssuers?: string;
}

interface Profile {
  readonly keyUsage: readonly KeyUsage[];
  readonly extendedKeyUsage?: { readonly critical: boolean; readonly purposes: readonly string[] };
  readonly ca?: { readonly pathLength: number };
  readonly extra?: readonly Buffer[];
  readonly longestDays: number;
}

/** Longest lives: NĐ 68/2024 article 9 gives authorities 20 years and subscribers 5. */
const profiles = {
  root: { keyUsage: ['keyCertSign', 'cRLSign'], ca: { pathLength: 1 }, longestDays: 7305 },
  issuing: { keyUsage: ['keyCertSign', 'cRLSign'], ca: { pathLength: 0 }, longestDays: 3653 },
  signer: {
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    extendedKeyUsage: { critical: false, purposes: [OID.documentSigning, OID.emailProtection] },
    longestDays: 1826,
  },
  // The installation's own seal: by this purpose a verifier tells it from persons and agencies, whatever they are called.
  seal: {
    keyUsage: ['digitalSignature', 'nonRepudiation'],
    extendedKeyUsage: { critical: false, purposes: [OID.documentSigning, OID.emailProtection, OID.installationSeal] },
    longestDays: 1826,
  },
  // RFC 3161 section 2.3: critical and alone.
  timestamp: { keyUsage: ['digitalSignature'], extendedKeyUsage: { critical: true, purposes: [OID.timeStamping] }, longestDays: 1826 },
  ocsp: {
    keyUsage: ['digitalSignature'],
    extendedKeyUsage: { critical: false, purposes: [OID.ocspSigning] },
    extra: [extension(OID.ocspNoCheck, false, Buffer.from([5, 0]))],
    longestDays: 1096,
  },
} as const satisfies Record<string, Profile>;

export type LeafKind = 'signer' | 'seal' | 'timestamp' | 'ocsp';

export interface NewAuthority {
  /** The province or the installation that the authority belongs to. */
  readonly organization: string;
  readonly now: Date;
  readonly validDays?: number;
  readonly keyKind?: KeyKind;
  /** Which authority of this organization it is: from the second on the name says so, since two keys must not share one name. */
  readonly generation?: number;
}

/** Makes the root, P-384 unless asked otherwise. */
export async function createRootAuthority(input: NewAuthority): Promise<Authority> {
  const { publicKey, privateKey } = await generateKey(input.keyKind ?? 'p-384');
  return { certificate: parseCertificate(signDraft(draftRoot(publicKey, input), privateKey)), privateKey, chain: [] };
}

/** The certificate of a root with this key, for that key to sign. */
export function draftRoot(publicKey: KeyObject, input: NewAuthority): Draft {
  const subject = encodeName(authoritySubject(input.organization, nameOfAuthority('CA gốc', input.generation)));
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return build({ profile: profiles.root, subject, spki, issuerName: subject, issuerKey: publicKey, issuerKeyId: keyIdOf(spki), ...period(input, profiles.root) });
}

/** Makes an issuing authority under the root, P-256 unless asked otherwise. */
export async function createIssuingAuthority(root: Authority, input: NewAuthority & { readonly urls?: ServiceUrls }): Promise<Authority> {
  const { publicKey, privateKey } = await generateKey(input.keyKind ?? 'p-256');
  const certificate = parseCertificate(signDraft(draftIssuing(root.certificate, publicKey, input), root.privateKey));
  return { certificate, privateKey, chain: [root.certificate, ...root.chain] };
}

/** The certificate of an issuing authority with this key, for the root's key to sign. Throws PkiError `authority.expired`. */
export function draftIssuing(root: Certificate, publicKey: KeyObject, input: NewAuthority & { readonly urls?: ServiceUrls }): Draft {
  const subject = encodeName(authoritySubject(input.organization, nameOfAuthority('CA cấp chứng thư', input.generation)));
  return draftUnder(root, { profile: profiles.issuing, subject, publicKey, ...input });
}

/** At most 64 characters (X.520). */
function nameOfAuthority(role: string, generation = 1): string {
  return `${role} nội bộ Liên Thông${generation === 1 ? '' : ` G${String(generation)}`} (không phải CA công cộng)`;
}

function authoritySubject(organization: string, name: string): NameAttribute[] {
  return [
    { oid: OID.country, value: 'VN' },
    { oid: OID.organization, value: organization },
    { oid: OID.organizationalUnit, value: 'Không phải tổ chức chứng thực công cộng' },
    { oid: OID.commonName, value: name },
  ];
}

export interface LeafRequest {
  readonly kind: LeafKind;
  readonly subject: readonly NameAttribute[];
  readonly publicKey: KeyObject;
  readonly now: Date;
  /** 1 096 days unless given; never longer than the kind allows or than the issuer lives. */
  readonly validDays?: number;
  readonly email?: string;
  readonly urls?: ServiceUrls;
}

/** Issues a leaf certificate. Throws PkiError `authority.expired` when the issuer's own certificate does not hold at `now`. */
export function issueCertificate(issuer: Authority, request: LeafRequest): Certificate {
  return parseCertificate(signDraft(draftCertificate(issuer.certificate, request), issuer.privateKey));
}

/** A leaf certificate for the issuer's key to sign. Throws PkiError `authority.expired`. */
export function draftCertificate(issuer: Certificate, request: LeafRequest): Draft {
  return draftUnder(issuer, { ...request, validDays: request.validDays ?? 1096, profile: profiles[request.kind], subject: encodeName(request.subject) });
}

/** The subject of a natural person (ETSI EN 319 412-2): family name and given name beside the full name mark it as a person. */
export function personSubject(person: {
  readonly name: string;
  readonly organization: string;
  readonly units?: readonly string[];
  readonly title?: string;
  readonly locality?: string;
  readonly userId?: string;
}): NameAttribute[] {
  const [surname = person.name, ...given] = person.name.trim().split(/\s+/);
  return [
    { oid: OID.country, value: 'VN' },
    ...(person.locality === undefined ? [] : [{ oid: OID.locality, value: person.locality }]),
    { oid: OID.organization, value: person.organization },
    ...(person.units ?? []).map((value) => ({ oid: OID.organizationalUnit, value })),
    ...(person.title === undefined ? [] : [{ oid: OID.title, value: person.title }]),
    { oid: OID.surname, value: surname },
    { oid: OID.givenName, value: given.join(' ') || surname },
    { oid: OID.commonName, value: person.name },
    ...(person.userId === undefined ? [] : [{ oid: OID.userId, value: person.userId }]),
  ];
}

/** The subject of an agency (ETSI EN 319 412-3); the agency code of QĐ 20/2020 stands as organizationIdentifier. */
export function agencySubject(agency: {
  readonly name: string;
  readonly parent?: string;
  readonly locality?: string;
  readonly agencyCode: string;
}): NameAttribute[] {
  return [
    { oid: OID.country, value: 'VN' },
    ...(agency.locality === undefined ? [] : [{ oid: OID.locality, value: agency.locality }]),
    { oid: OID.organization, value: agency.parent ?? agency.name },
    { oid: OID.organizationIdentifier, value: `MD:VN-${agency.agencyCode}` },
    { oid: OID.commonName, value: agency.name },
  ];
}

/** The subject of a machine of the installation: its time stamping service, its OCSP responder. */
export function serviceSubject(organization: string, name: string): NameAttribute[] {
  return authoritySubject(organization, name);
}

function draftUnder(
  ca: Certificate,
  input: {
    readonly profile: Profile;
    readonly subject: Buffer;
    readonly publicKey: KeyObject;
    readonly now: Date;
    readonly validDays?: number;
    readonly email?: string;
    readonly urls?: ServiceUrls;
  },
): Draft {
  if (input.now < ca.notBefore || input.now > ca.notAfter) throw new PkiError('authority.expired');
  const { notBefore, notAfter } = period(input, input.profile);
  const spki = input.publicKey.export({ format: 'der', type: 'spki' });
  return build({
    profile: input.profile,
    subject: input.subject,
    spki,
    issuerName: ca.subject.raw,
    issuerKey: ca.publicKey(),
    issuerKeyId: ca.subjectKeyIdentifier ?? keyIdOf(ca.spki),
    notBefore,
    notAfter: notAfter < ca.notAfter ? notAfter : ca.notAfter,
    ...(input.email === undefined ? {} : { email: input.email }),
    ...(input.urls === undefined ? {} : { urls: input.urls }),
  });
}

function period(input: { readonly now: Date; readonly validDays?: number }, profile: Profile): { notBefore: Date; notAfter: Date } {
  const notBefore = new Date(Math.floor(input.now.getTime() / 1000) * 1000);
  const days = Math.min(input.validDays ?? profile.longestDays, profile.longestDays);
  return { notBefore, notAfter: new Date(notBefore.getTime() + days * 86_400_000 - 1000) };
}

interface BuildInput {
  readonly profile: Profile;
  readonly subject: Buffer;
  readonly spki: Buffer;
  readonly issuerName: Buffer;
  /** The public half is enough. */
  readonly issuerKey: KeyObject;
  readonly issuerKeyId: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly email?: string;
  readonly urls?: ServiceUrls;
}

function build(input: BuildInput): Draft {
  const algorithm = signatureAlgorithmFor(input.issuerKey, signingHashFor(input.issuerKey));
  const tbs = seq(
    ctx(0, int(2)),
    randomSerial(),
    algorithm,
    input.issuerName,
    seq(time(input.notBefore), time(input.notAfter)),
    input.subject,
    input.spki,
    ctx(3, seq(...extensions(input))),
  );
  return draftFor(input.issuerKey, tbs);
}

/** 127 random bits, never zero, positive in 16 bytes (RFC 5280 section 4.1.2.2 allows 20). */
function randomSerial(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return int(bytes);
}

function keyIdOf(spki: Buffer): Buffer {
  const fields = fieldsOf(readAsn1(spki));
  fields.take();
  // RFC 7093 method 1: the leftmost 160 bits of SHA-256.
  return hashOnce('sha256', bitsOf(fields.take()).bytes, 'buffer').subarray(0, 20);
}

function extension(name: string, critical: boolean, value: Buffer): Buffer {
  return critical ? seq(oid(name), bool(true), oct(value)) : seq(oid(name), oct(value));
}

function extensions({ profile, spki, issuerKeyId, email, urls }: BuildInput): Buffer[] {
  const uri = (url: string) => ctxPrim(6, ia5Content(url));
  const access = [
    ...(urls?.ocsp === undefined ? [] : [seq(oid(OID.accessOcsp), uri(urls.ocsp))]),
    ...(urls?.caIssuers === undefined ? [] : [seq(oid(OID.accessCaIssuers), uri(urls.caIssuers))]),
  ];
  const { ca, extendedKeyUsage: eku } = profile;
  return [
    extension(OID.basicConstraints, true, ca ? seq(bool(true), int(ca.pathLength)) : seq()),
    extension(OID.keyUsage, true, namedBits(profile.keyUsage.map((usage) => keyUsageBits.indexOf(usage)))),
    ...(eku ? [extension(OID.extendedKeyUsage, eku.critical, seq(...eku.purposes.map((purpose) => oid(purpose))))] : []),
    extension(OID.subjectKeyIdentifier, false, oct(keyIdOf(spki))),
    extension(OID.authorityKeyIdentifier, false, seq(ctxPrim(0, issuerKeyId))),
    ...(email === undefined ? [] : [extension(OID.subjectAltName, false, seq(ctxPrim(1, ia5Content(email))))]),
    ...(urls?.crl === undefined ? [] : [extension(OID.crlDistributionPoints, false, seq(seq(ctx(0, ctx(0, uri(urls.crl))))))]),
    ...(access.length === 0 ? [] : [extension(OID.authorityInfoAccess, false, seq(...access))]),
    ...(profile.extra ?? []),
  ];
}

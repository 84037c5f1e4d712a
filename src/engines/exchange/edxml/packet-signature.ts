/**
 * Checks the signature of a packet while the packet goes past: the whole message without the signature itself, and nothing else, must be
 * what was signed. Says nothing about trust in the certificate. The legal signature is the one inside the file.
 */
import { X509Certificate, createHash, verify } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createCanonicalizer } from './canonical.ts';
import type { CanonicalKind } from './canonical.ts';
import { dsigNamespace } from './namespaces.ts';
import { canonicalOfUri, envelopedUri, hashOfDigestUri, methodOfSignatureUri } from './signature-algorithms.ts';
import type { PacketHash, PacketKey } from './signature-algorithms.ts';
import type { Token } from './tokenizer.ts';
import { attributeOf, childNodes, childrenNamed, textOf, tokensOf } from './tree.ts';
import type { XmlNode } from './tree.ts';

export interface PacketSignature {
  /** `intact`: the message is what the key of the enclosed certificate signed. `unusable`: that cannot be told. */
  readonly state: 'absent' | 'intact' | 'broken' | 'unusable';
  readonly reason: 'digest' | 'value' | 'certificate' | 'algorithm' | 'reference' | 'incomplete' | 'several' | 'place' | null;
  /** `legacy`: not in the namespace of XML Signature. */
  readonly form: 'standard' | 'legacy' | null;
  readonly hash: PacketHash | null;
  readonly subjectName: string;
  /** DER, of whoever claims to have signed. */
  readonly certificate: Buffer | null;
}

const absent: PacketSignature = { state: 'absent', reason: null, form: null, hash: null, subjectName: '', certificate: null };

export interface SignatureWatch {
  /** Each token of the message but those of the signature. */
  take(token: Token): void;
  /** The signature, once it is whole. It stands before the attachments, or it is not looked at. */
  use(signature: XmlNode): void;
  /** No signature will come any more: from here on nothing is hashed. */
  giveUp(): void;
  /** @param root the whole message */
  finish(root: XmlNode): PacketSignature;
}

interface Signed {
  readonly signedInfo: XmlNode;
  readonly canonical: CanonicalKind;
  readonly prefixes: readonly string[];
  readonly method: { readonly key: PacketKey; readonly hash: PacketHash };
  readonly digest: Buffer;
  readonly hash: PacketHash;
  readonly content: CanonicalKind;
  readonly contentPrefixes: readonly string[];
}

interface Running {
  readonly signed: Signed;
  readonly hash: Hash;
  readonly canonicalize: (token: Token) => string;
}

export function watchSignature(): SignatureWatch {
  let waiting: Token[] | undefined = [];
  let running: Running | undefined;
  let found: PacketSignature | undefined;
  let element: XmlNode | undefined;
  const take = (token: Token): void => {
    if (running === undefined) waiting?.push(token);
    else running.hash.update(running.canonicalize(token));
  };
  return {
    take,
    use: (signature) => {
      if (element !== undefined) {
        found = { ...absent, state: 'unusable', reason: 'several' };
        return;
      }
      element = signature;
      const signed = readSigned(signature);
      if (typeof signed === 'string') {
        found = { ...describe(signature), state: 'unusable', reason: signed };
        waiting = undefined;
        return;
      }
      running = { signed, hash: createHash(signed.hash), canonicalize: createCanonicalizer(signed.content, signed.contentPrefixes) };
      for (const token of waiting ?? []) take(token);
      waiting = undefined;
    },
    giveUp: () => {
      if (running === undefined) waiting = undefined;
    },
    finish: (root) => {
      if (hasSignatureElsewhere(root, element)) return { ...absent, ...(element === undefined ? {} : describe(element)), state: 'unusable', reason: element === undefined ? 'place' : 'several' };
      if (found !== undefined) return found;
      if (running === undefined || element === undefined) return absent;
      return judge(element, running);
    },
  };
}

function judge(element: XmlNode, { signed, hash }: Running): PacketSignature {
  const described = { ...describe(element), hash: signed.hash };
  if (!hash.digest().equals(signed.digest)) return { ...described, state: 'broken', reason: 'digest' };
  if (described.certificate === null) return { ...described, state: 'unusable', reason: 'certificate' };
  const value = base64Of(childrenNamed(element, 'SignatureValue')[0]);
  if (value === undefined) return { ...described, state: 'unusable', reason: 'incomplete' };
  const canonicalize = createCanonicalizer(signed.canonical, signed.prefixes);
  const data = Buffer.from([...tokensOf(signed.signedInfo)].map(canonicalize).join(''));
  const { publicKey } = new X509Certificate(described.certificate);
  if (publicKey.asymmetricKeyType !== signed.method.key) return { ...described, state: 'unusable', reason: 'algorithm' };
  const isFit = verify(signed.method.hash, data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, value);
  return { ...described, state: isFit ? 'intact' : 'broken', reason: isFit ? null : 'value' };
}

/** What is in it whatever it is worth. */
function describe(element: XmlNode): PacketSignature {
  const data = childrenNamed(childrenNamed(element, 'KeyInfo')[0], 'X509Data')[0];
  const subject = childrenNamed(data, 'X509SubjectName')[0];
  const bytes = base64Of(childrenNamed(data, 'X509Certificate')[0]);
  return {
    ...absent,
    form: element.start.namespace === dsigNamespace ? 'standard' : 'legacy',
    subjectName: subject === undefined ? '' : textOf(subject).slice(0, 1000),
    certificate: bytes !== undefined && isCertificate(bytes) ? bytes : null,
  };
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes).publicKey.type === 'public';
  } catch {
    // node:crypto has no one class of error for what is no certificate; samples carry the first bytes of one.
    return false;
  }
}

function base64Of(node: XmlNode | undefined): Buffer | undefined {
  const packed = node === undefined ? '' : textOf(node).replace(/[ \t\r\n]+/g, '');
  return packed !== '' && packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed) ? Buffer.from(packed, 'base64') : undefined;
}

/** Exactly one reference, to the whole message, without the signature: all else would leave room for content that is not signed. */
function readSigned(signature: XmlNode): Signed | 'incomplete' | 'algorithm' | 'reference' {
  const [signedInfo, ...moreInfos] = childrenNamed(signature, 'SignedInfo');
  const [reference, ...moreReferences] = childrenNamed(signedInfo, 'Reference');
  const [canonicalization] = childrenNamed(signedInfo, 'CanonicalizationMethod');
  const [signatureMethod] = childrenNamed(signedInfo, 'SignatureMethod');
  const [digestMethod] = childrenNamed(reference, 'DigestMethod');
  const digest = base64Of(childrenNamed(reference, 'DigestValue')[0]);
  if (signedInfo === undefined || reference === undefined || canonicalization === undefined || signatureMethod === undefined || digestMethod === undefined || digest === undefined) return 'incomplete';
  if (moreInfos.length > 0 || moreReferences.length > 0 || attributeOf(reference, 'URI') !== '') return 'reference';
  const canonical = canonicalOfUri(attributeOf(canonicalization, 'Algorithm') ?? '');
  const method = methodOfSignatureUri(attributeOf(signatureMethod, 'Algorithm') ?? '');
  const hash = hashOfDigestUri(attributeOf(digestMethod, 'Algorithm') ?? '');
  const content = contentMethod(reference);
  if (content === 'reference') return 'reference';
  if (canonical === undefined || method === undefined || hash === undefined || content === undefined) return 'algorithm';
  return { signedInfo, canonical, prefixes: inclusivePrefixes(canonicalization), method, digest, hash, content: content.kind, contentPrefixes: content.prefixes };
}

/** The transforms must take the signature out and may then canonicalise; without that it is the old inclusive kind (XML Signature 4.4.3.2). */
function contentMethod(reference: XmlNode): { readonly kind: CanonicalKind; readonly prefixes: readonly string[] } | 'reference' | undefined {
  const [enveloped, canonical, ...others] = childrenNamed(childrenNamed(reference, 'Transforms')[0], 'Transform');
  if (enveloped === undefined || attributeOf(enveloped, 'Algorithm') !== envelopedUri || others.length > 0) return 'reference';
  if (canonical === undefined) return { kind: 'inclusive', prefixes: [] };
  const kind = canonicalOfUri(attributeOf(canonical, 'Algorithm') ?? '');
  return kind === undefined ? undefined : { kind, prefixes: inclusivePrefixes(canonical) };
}

function inclusivePrefixes(method: XmlNode): string[] {
  const list = childrenNamed(method, 'InclusiveNamespaces')[0];
  const names = list === undefined ? [] : (attributeOf(list, 'PrefixList') ?? '').split(/[ \t\r\n]+/).filter((each) => each !== '');
  return names.slice(0, 64).map((each) => (each === '#default' ? '' : each));
}

/** A signature anywhere else, or a second one, is what somebody puts there who wants it to be taken for the first. */
function hasSignatureElsewhere(node: XmlNode, known: XmlNode | undefined): boolean {
  const isOther = (each: XmlNode): boolean => each !== known && each.start.local === 'Signature' && childrenNamed(each, 'SignedInfo').length > 0;
  return childNodes(node).some((each) => isOther(each) || hasSignatureElsewhere(each, known));
}

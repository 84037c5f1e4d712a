/** Writes the signature of a packet: the W3C's form with SHA-256, or the form that an older parser looks for. */
import { X509Certificate, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { escapeText } from './canonical.ts';
import { dsigNamespace } from './namespaces.ts';
import type { EdxmlProfile } from './profiles.ts';
import { canonicalUris, digestUris, envelopedUri, malformedExclusiveUri, signatureUriOf } from './signature-algorithms.ts';
import type { PacketHash, PacketKey } from './signature-algorithms.ts';

/** Whoever holds the key of the system that sends. It vouches for the packet; officials and agencies sign inside the file. */
export interface PacketSigner {
  /** DER. */
  readonly certificate: Buffer;
  readonly key: PacketKey;
  /** The value over these bytes: RSASSA-PKCS1-v1_5, or r and s of ECDSA side by side as XML Signature has them. */
  sign(data: Buffer, hash: PacketHash): Promise<Buffer>;
}

/** A signer with a key that this process holds. @throws TypeError when it is neither RSA nor on a curve */
export function packetSigner(certificate: Buffer, privateKey: KeyObject): PacketSigner {
  const kind = privateKey.asymmetricKeyType;
  if (kind !== 'rsa' && kind !== 'ec') throw new TypeError(`a key of kind ${kind ?? 'none'} cannot sign a packet`);
  return { certificate, key: kind, sign: (data, hash) => Promise.resolve(sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' })) };
}

export type SignatureForm = Exclude<EdxmlProfile['signature'], { form: 'none' }>;

interface Identifiers {
  readonly hash: PacketHash;
  readonly namespace: string;
  readonly canonicalization: 'exclusive' | 'inclusive';
  readonly transform: string;
}

function identifiersOf(form: SignatureForm, messageNamespace: string): Identifiers {
  if (form.form === 'standard') return { hash: 'sha256', namespace: dsigNamespace, canonicalization: 'exclusive', transform: canonicalUris.exclusive };
  return { hash: form.hash, namespace: messageNamespace, canonicalization: form.canonicalization, transform: form.isTransformMalformed ? malformedExclusiveUri : canonicalUris.exclusive };
}

/** The hash with which the content of the message is to be digested for this form. */
export function contentHashOf(form: SignatureForm): PacketHash {
  return form.form === 'standard' ? 'sha256' : form.hash;
}

export interface SignaturePlace {
  readonly form: SignatureForm;
  /** Namespace of the message: the default one there, and that of the prefix `edXML`. */
  readonly namespace: string;
  /** Of the canonical message without the signature. */
  readonly digest: Buffer;
}

/** The signature element, to stand last in edXMLHeader, where both the default namespace and `edXML` are declared. */
export async function writeSignature(signer: PacketSigner, { form, namespace, digest }: SignaturePlace): Promise<string> {
  const ids = identifiersOf(form, namespace);
  const algorithm = (name: string, uri: string): string => `<${name} Algorithm="${uri}"></${name}>`;
  const transforms = `<Transforms>${algorithm('Transform', envelopedUri)}${algorithm('Transform', ids.transform)}</Transforms>`;
  const reference = `<Reference URI="">${transforms}${algorithm('DigestMethod', digestUris[ids.hash])}<DigestValue>${digest.toString('base64')}</DigestValue></Reference>`;
  const inner = `${algorithm('CanonicalizationMethod', canonicalUris[ids.canonicalization])}${algorithm('SignatureMethod', signatureUriOf(signer.key, ids.hash))}${reference}</SignedInfo>`;
  // The inclusive kind also writes the prefix that is declared around it, used or not.
  const around = ids.canonicalization === 'inclusive' ? ` xmlns:edXML="${namespace}"` : '';
  const value = await signer.sign(Buffer.from(`<SignedInfo xmlns="${ids.namespace}"${around}>${inner}`), ids.hash);
  const declared = ids.namespace === namespace ? '' : ` xmlns="${ids.namespace}"`;
  const data = `<X509Data><X509SubjectName>${escapeText(subjectOf(signer.certificate))}</X509SubjectName><X509Certificate>${signer.certificate.toString('base64')}</X509Certificate></X509Data>`;
  return `<Signature${declared}><SignedInfo>${inner}<SignatureValue>${value.toString('base64')}</SignatureValue><KeyInfo>${data}</KeyInfo></Signature>`;
}

/** The subject as RFC 4514 writes it: the last part first. node:crypto gives the parts escaped, one a line. */
function subjectOf(certificate: Buffer): string {
  return new X509Certificate(certificate).subject.split('\n').reverse().join(',');
}

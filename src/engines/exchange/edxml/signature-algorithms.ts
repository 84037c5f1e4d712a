/** The identifiers of XML Signature that packets carry, and what they stand for. What is not here is not accepted. */
import type { CanonicalKind } from './canonical.ts';

export type PacketHash = 'sha1' | 'sha256' | 'sha384' | 'sha512';

const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const more = 'http://www.w3.org/2001/04/xmldsig-more#';
const xmlenc = 'http://www.w3.org/2001/04/xmlenc#';

export const digestUris: Readonly<Record<PacketHash, string>> = { sha1: `${dsig}sha1`, sha256: `${xmlenc}sha256`, sha384: `${more}sha384`, sha512: `${xmlenc}sha512` };

export type PacketKey = 'rsa' | 'ec';

export function signatureUriOf(key: PacketKey, hash: PacketHash): string {
  if (key === 'ec') return `${more}ecdsa-${hash}`;
  return `${hash === 'sha1' ? dsig : more}rsa-${hash}`;
}

const hashes = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
const keys = ['rsa', 'ec'] as const;

export function hashOfDigestUri(uri: string): PacketHash | undefined {
  return hashes.find((hash) => digestUris[hash] === uri);
}

export function methodOfSignatureUri(uri: string): { readonly key: PacketKey; readonly hash: PacketHash } | undefined {
  return keys.flatMap((key) => hashes.map((hash) => ({ key, hash }))).find(({ key, hash }) => signatureUriOf(key, hash) === uri);
}

export const canonicalUris: Readonly<Record<CanonicalKind, string>> = { exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#', inclusive: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315' };
/** No identifier of the W3C, but what the toolkit's samples carry where they mean the exclusive kind. */
export const malformedExclusiveUri = 'http://www.w3.org/TR/xml-exc-c14n#';
export const envelopedUri = `${dsig}enveloped-signature`;

export function canonicalOfUri(uri: string): CanonicalKind | undefined {
  if (uri === canonicalUris.exclusive || uri === malformedExclusiveUri) return 'exclusive';
  return uri === canonicalUris.inclusive ? 'inclusive' : undefined;
}

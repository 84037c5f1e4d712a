/** Algorithm identifiers of XML Signature (W3C, RFC 9231): from URI to node:crypto and back. What is not in these tables is not accepted. */
import type { CmsHash, CmsScheme } from '../cms/sign.ts';
import type { HashName, SignatureAlgorithm } from '../pki/algorithms.ts';
import type { CanonicalKind, CanonicalMethod } from './canonical.ts';

const dsig = 'http://www.w3.org/2000/09/xmldsig#';
const more = 'http://www.w3.org/2001/04/xmldsig-more#';
const more2007 = 'http://www.w3.org/2007/05/xmldsig-more#';
const xmlenc = 'http://www.w3.org/2001/04/xmlenc#';

const digestUris: Partial<Record<HashName, string>> = {
  md5: `${more}md5`,
  sha1: `${dsig}sha1`,
  sha224: `${more}sha224`,
  sha256: `${xmlenc}sha256`,
  sha384: `${more}sha384`,
  sha512: `${xmlenc}sha512`,
  'sha3-224': `${more2007}sha3-224`,
  'sha3-256': `${more2007}sha3-256`,
  'sha3-384': `${more2007}sha3-384`,
  'sha3-512': `${more2007}sha3-512`,
};

// safe because the table above has only names of hashes as keys
const hashByUri = new Map(Object.entries(digestUris).map(([name, uri]) => [uri, name as HashName]));

export function hashOfUri(uri: string): HashName | undefined {
  return hashByUri.get(uri);
}

export function digestUri(hash: CmsHash): string {
  return digestUris[hash] ?? '';
}

/** PSS as these identifiers fix it: MGF1 with the same hash, the salt as long as the hash (RFC 9231 section 2.3.10). */
const pss = (hash: HashName, saltLength: number): SignatureAlgorithm => ({ family: 'rsa-pss', hash, saltLength });

const signatureByUri = new Map<string, SignatureAlgorithm>([
  [`${dsig}rsa-sha1`, { family: 'rsa', hash: 'sha1' }],
  [`${more}rsa-md5`, { family: 'rsa', hash: 'md5' }],
  [`${more}rsa-sha224`, { family: 'rsa', hash: 'sha224' }],
  [`${more}rsa-sha256`, { family: 'rsa', hash: 'sha256' }],
  [`${more}rsa-sha384`, { family: 'rsa', hash: 'sha384' }],
  [`${more}rsa-sha512`, { family: 'rsa', hash: 'sha512' }],
  [`${more2007}sha1-rsa-MGF1`, pss('sha1', 20)],
  [`${more2007}sha224-rsa-MGF1`, pss('sha224', 28)],
  [`${more2007}sha256-rsa-MGF1`, pss('sha256', 32)],
  [`${more2007}sha384-rsa-MGF1`, pss('sha384', 48)],
  [`${more2007}sha512-rsa-MGF1`, pss('sha512', 64)],
  [`${more}ecdsa-sha1`, { family: 'ecdsa', hash: 'sha1' }],
  [`${more}ecdsa-sha224`, { family: 'ecdsa', hash: 'sha224' }],
  [`${more}ecdsa-sha256`, { family: 'ecdsa', hash: 'sha256' }],
  [`${more}ecdsa-sha384`, { family: 'ecdsa', hash: 'sha384' }],
  [`${more}ecdsa-sha512`, { family: 'ecdsa', hash: 'sha512' }],
]);

export function signatureOfUri(uri: string): SignatureAlgorithm | undefined {
  return signatureByUri.get(uri);
}

/** The identifier under which this product signs. */
export function signatureUri(scheme: CmsScheme, hash: CmsHash): string {
  if (scheme === 'rsa-pss') return `${more2007}${hash}-rsa-MGF1`;
  return `${more}${scheme === 'ecdsa' ? 'ecdsa' : 'rsa'}-${hash}`;
}

export const canonicalUris: Readonly<Record<CanonicalKind, string>> = {
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  inclusive: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  'inclusive-1.1': 'http://www.w3.org/2006/12/xml-c14n11',
};

const canonicalByUri = new Map<string, CanonicalMethod>([
  [canonicalUris.exclusive, { kind: 'exclusive', withComments: false }],
  [`${canonicalUris.exclusive}WithComments`, { kind: 'exclusive', withComments: true }],
  [canonicalUris.inclusive, { kind: 'inclusive', withComments: false }],
  [`${canonicalUris.inclusive}#WithComments`, { kind: 'inclusive', withComments: true }],
  [canonicalUris['inclusive-1.1'], { kind: 'inclusive-1.1', withComments: false }],
  [`${canonicalUris['inclusive-1.1']}#WithComments`, { kind: 'inclusive-1.1', withComments: true }],
]);

export function canonicalOfUri(uri: string): CanonicalMethod | undefined {
  return canonicalByUri.get(uri);
}

export const transformUris = { enveloped: `${dsig}enveloped-signature`, base64: `${dsig}base64` } as const;
export const referenceTypes = { signedProperties: 'http://uri.etsi.org/01903#SignedProperties', object: `${dsig}Object` } as const;

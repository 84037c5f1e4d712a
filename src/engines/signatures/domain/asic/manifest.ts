/** The manifest of an ASiC-E container with CAdES (ETSI EN 319 162-1 clause A.4): which files a signature covers, with their digests. */
import type { HashName } from '../pki/algorithms.ts';
import { XmlError } from '../xml/errors.ts';
import { attributeOf, childElements, textOf } from '../xml/events.ts';
import type { XmlDocument, XmlElement } from '../xml/events.ts';
import { readXml } from '../xml/reader.ts';
import { AsicError } from './errors.ts';
import { nameToUri, uriToName } from './names.ts';

export interface ManifestFile {
  readonly name: string;
  readonly mimeType?: string | undefined;
  readonly hash: HashName;
  readonly digest: Buffer;
}

export interface Manifest {
  /** The signature file, by its name in the container. */
  readonly signatureName: string;
  readonly files: readonly ManifestFile[];
}

const asicNamespace = 'http://uri.etsi.org/02918/v1.2.1#';
const dsNamespace = 'http://www.w3.org/2000/09/xmldsig#';
const cadesMimeType = 'application/pkcs7-signature';
const maxFiles = 5000;

const digestUris: Partial<Record<HashName, string>> = {
  sha1: 'http://www.w3.org/2000/09/xmldsig#sha1',
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha384: 'http://www.w3.org/2001/04/xmldsig-more#sha384',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
};

/** The bytes that are signed. */
export function writeManifest({ signatureName, files }: Manifest): Buffer {
  const references = files.map(({ name, mimeType, hash, digest }) => {
    const type = mimeType === undefined ? '' : ` MimeType="${escape(mimeType)}"`;
    const method = digestUris[hash];
    if (method === undefined) throw new TypeError(`no identifier for ${hash}`);
    return `<asic:DataObjectReference URI="${escape(nameToUri(name))}"${type}><ds:DigestMethod Algorithm="${method}"/><ds:DigestValue>${digest.toString('base64')}</ds:DigestValue></asic:DataObjectReference>`;
  });
  const signature = `<asic:SigReference URI="${escape(nameToUri(signatureName))}" MimeType="${cadesMimeType}"/>`;
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<asic:ASiCManifest xmlns:asic="${asicNamespace}" xmlns:ds="${dsNamespace}">${signature}${references.join('')}</asic:ASiCManifest>\n`);
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Throws AsicError `asic.manifest` for anything else than the shape of the standard, also when a file is listed twice. */
export function readManifest(bytes: Buffer): Manifest {
  const document = readSafely(bytes);
  const { root } = document;
  if (root.namespace !== asicNamespace || root.local !== 'ASiCManifest') throw broken('root');
  const references = childrenOf(document, root, { namespace: asicNamespace, local: 'DataObjectReference' });
  if (references.length === 0 || references.length > maxFiles) throw broken('number of files');
  const files = references.map((reference) => readReference(document, reference));
  if (new Set(files.map(({ name }) => name)).size !== files.length) throw broken('a file is listed twice');
  if (document.events.some((event) => event.kind === 'element' && isCritical(event))) throw broken('critical extension');
  return { signatureName: nameOf(only(document, root, { namespace: asicNamespace, local: 'SigReference' })), files };
}

/** None is known here, and one that is critical must not be passed over (EN 319 162-1 clause A.4). */
function isCritical(element: XmlElement): boolean {
  return /^\s*(?:true|1)\s*$/.test(attributeOf(element, 'Critical') ?? '');
}

function readSafely(bytes: Buffer): XmlDocument {
  try {
    return readXml(bytes);
  } catch (error) {
    if (error instanceof XmlError) throw new AsicError('asic.manifest', error.message, { cause: error });
    throw error;
  }
}

function readReference(document: XmlDocument, reference: XmlElement): ManifestFile {
  const method = attributeOf(only(document, reference, { namespace: dsNamespace, local: 'DigestMethod' }), 'Algorithm');
  const found = Object.entries(digestUris).find(([, uri]) => uri === method)?.[0];
  if (found === undefined) throw broken('digest method');
  const value = textOf(document, only(document, reference, { namespace: dsNamespace, local: 'DigestValue' })).replace(/\s/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) throw broken('digest value');
  // safe because the keys of the table are names of hashes
  return { name: nameOf(reference), mimeType: attributeOf(reference, 'MimeType'), hash: found as HashName, digest: Buffer.from(value, 'base64') };
}

type Wanted = Pick<XmlElement, 'namespace' | 'local'>;

function childrenOf(document: XmlDocument, parent: XmlElement, { namespace, local }: Wanted): XmlElement[] {
  return childElements(document, parent).filter((each) => each.namespace === namespace && each.local === local);
}

function only(document: XmlDocument, parent: XmlElement, wanted: Wanted): XmlElement {
  const [found, ...more] = childrenOf(document, parent, wanted);
  if (found === undefined || more.length > 0) throw broken(wanted.local);
  return found;
}

function nameOf(reference: XmlElement): string {
  const name = uriToName(attributeOf(reference, 'URI') ?? '');
  if (name === undefined) throw broken('URI');
  return name;
}

function broken(detail: string): AsicError {
  return new AsicError('asic.manifest', detail);
}

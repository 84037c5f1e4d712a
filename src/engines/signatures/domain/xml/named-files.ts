/** Which files outside the document the signatures of an XML file name. */
import { hash as hashOnce } from 'node:crypto';
import { hashOfUri } from './algorithms.ts';
import { XmlError } from './errors.ts';
import type { XmlDocument, XmlElement } from './events.ts';
import { findSignatures, readSignature } from './read-signature.ts';
import type { ReadReference } from './read-signature.ts';
import { readXml } from './reader.ts';

export interface NamedFile {
  /** As the reference has it. */
  readonly uri: string;
  /** True when these are the very bytes that were signed; always false for a reference that transforms them first. */
  isDigestOf(bytes: Uint8Array): boolean;
}

/** Each URI once. Throws XmlError as reading does; a signature that cannot be read names nothing. */
export function namedFiles(xml: Uint8Array): NamedFile[] {
  const document = readXml(xml);
  const found = new Map<string, NamedFile>();
  for (const { uri, transforms, digestUri, digest } of findSignatures(document).flatMap((element) => referencesOf(document, element))) {
    if (uri === undefined || uri === '' || uri.startsWith('#') || found.has(uri)) continue;
    const hash = hashOfUri(digestUri);
    found.set(uri, { uri, isDigestOf: (bytes) => hash !== undefined && transforms.length === 0 && hashOnce(hash, bytes, 'buffer').equals(digest) });
  }
  return [...found.values()];
}

function referencesOf(document: XmlDocument, element: XmlElement): readonly ReadReference[] {
  try {
    return readSignature(document, element).references;
  } catch (error) {
    if (error instanceof XmlError) return [];
    throw error;
  }
}

/** Which elements the references of a signature select, and whether something may be added without breaking one. */
import { transformUris } from './algorithms.ts';
import { XmlError } from './errors.ts';
import { indexIds, isWithin } from './events.ts';
import type { XmlDocument, XmlElement } from './events.ts';
import { findSignatures, readSignature } from './read-signature.ts';

export type Selection =
  | { readonly kind: 'document'; readonly hasComments: boolean }
  | { readonly kind: 'element'; readonly element: XmlElement; readonly hasComments: boolean }
  | { readonly kind: 'outside'; readonly uri: string }
  /** Nothing of that name, or more than one element of that name. */
  | { readonly kind: 'missing' | 'ambiguous' };

/** What a reference's URI selects: the document, the one element with an identifier, or something outside the document. */
export function selectionOf(document: XmlDocument, uri: string, ids = indexIds(document)): Selection {
  if (uri === '') return { kind: 'document', hasComments: false };
  if (uri === '#xpointer(/)') return { kind: 'document', hasComments: true };
  if (!uri.startsWith('#')) return { kind: 'outside', uri };
  const pointer = /^#xpointer\(id\((['"])([^'"]+)\1\)\)$/.exec(uri);
  const elements = ids.get(pointer?.[2] ?? uri.slice(1)) ?? [];
  const [element] = elements;
  if (element === undefined) return { kind: 'missing' };
  return elements.length > 1 ? { kind: 'ambiguous' } : { kind: 'element', element, hasComments: pointer !== null };
}

/** Throws XmlError `xml.breaksEarlier` when an addition inside `parent` would change what an earlier signature covers. */
export function refuseBreaking(document: XmlDocument, parent: XmlElement): void {
  const signatures = findSignatures(document);
  if (signatures.length === 0) return;
  const ids = indexIds(document);
  for (const element of signatures) {
    for (const { uri = '', transforms } of readableReferences(document, element)) {
      const selection = selectionOf(document, uri, ids);
      const covered = selection.kind === 'document' ? document.root : selection.kind === 'element' ? selection.element : undefined;
      if (covered === undefined || !isWithin(parent, covered)) continue;
      const isLeftOut = transforms.some((each) => each.uri === transformUris.enveloped) && isWithin(parent, element);
      if (!isLeftOut) throw new XmlError('xml.breaksEarlier', `reference ${uri.slice(0, 80)}`);
    }
  }
}

/** A signature that cannot be read cannot be broken either. */
function readableReferences(document: XmlDocument, element: XmlElement): ReturnType<typeof readSignature>['references'] {
  try {
    return readSignature(document, element).references;
  } catch (error) {
    if (error instanceof XmlError) return [];
    throw error;
  }
}

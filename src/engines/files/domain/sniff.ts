import { contentKindOf, type ContentKind } from './content-kind.ts';
import { extensionOf } from './file-name.ts';
import { extensionOfKind, kindNames, knownTypes, macroExtensions, runnableExtensions } from './media-types.ts';

export type SniffProblem =
  | { kind: 'empty' }
  | { kind: 'executable' }
  | { kind: 'macros' }
  | { kind: 'contentMismatch'; extension: string; actual: { vi: string; en: string } };

export type Sniffed = {
  mediaType: string;
  /** Lower case, without the dot; the one that the content asks for when the name has none that is known. */
  extension: string;
  kind: ContentKind;
  /** Why the file is not taken. */
  problem?: SniffProblem;
};

/**
 * What a file is by its first 4096 bytes, and whether its name says the same. Containers (ZIP, OLE) are only known by
 * family here; `inspectContainer` looks into them.
 */
export function sniff(head: Buffer, name: string): Sniffed {
  const kind = contentKindOf(head);
  const extension = extensionOf(name);
  const known = knownTypes.get(extension);
  const problem = problemOf(head, kind, extension);
  const found = { mediaType: known?.mediaType ?? 'application/octet-stream', extension, kind };
  if (problem !== undefined) return { ...found, problem };
  if (known !== undefined) return found;
  const added = extensionOfKind[kind];
  return added === undefined ? found : { mediaType: knownTypes.get(added)?.mediaType ?? found.mediaType, extension: added, kind };
}

function problemOf(head: Buffer, kind: ContentKind, extension: string): SniffProblem | undefined {
  if (head.length === 0) return { kind: 'empty' };
  if (kind === 'executable' || runnableExtensions.has(extension)) return { kind: 'executable' };
  if (macroExtensions.has(extension)) return { kind: 'macros' };
  const known = knownTypes.get(extension);
  if (known === undefined) return kind === 'html' ? { kind: 'executable' } : undefined;
  return known.kinds.includes(kind) ? undefined : { kind: 'contentMismatch', extension, actual: kindNames[kind] };
}

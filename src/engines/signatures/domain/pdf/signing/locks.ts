import { decodeTextString, dictEntry, entryOf, isArray, isDict, isName, isString, resolve } from '../reader/index.ts';
import type { PdfDict, PdfDocument, PdfObject } from '../reader/index.ts';
import { writeText } from './serialise.ts';

/** Which fields nobody may fill in after a signature (ISO 32000-2, 12.7.5.5 and 12.8.2.4). */
export type FieldLock = {
  readonly action: 'All' | 'Include' | 'Exclude';
  /** Full names; a name stands for everything below it too. None for 'All'. */
  readonly fields: readonly string[];
};

/** The lock that a /Lock dictionary or the parameters of a FieldMDP transform describe; undefined if they say nothing that is known. */
export function readLock(doc: PdfDocument, dict: PdfDict | undefined): FieldLock | undefined {
  const action = entryOf(doc, dict, 'Action');
  if (isName(action, 'All')) return { action: 'All', fields: [] };
  if (!isName(action, 'Include') && !isName(action, 'Exclude')) return undefined;
  const fields = entryOf(doc, dict, 'Fields');
  const names = (isArray(fields) ? fields.items : []).flatMap((item) => {
    const name = resolve(doc, item);
    return isString(name) ? [decodeTextString(name.bytes)] : [];
  });
  return { action: action.name === 'Include' ? 'Include' : 'Exclude', fields: names };
}

/** The lock that a signature put on fields when it was made. */
export function lockOfSignature(doc: PdfDocument, signature: PdfDict): FieldLock | undefined {
  const references = entryOf(doc, signature, 'Reference');
  for (const item of isArray(references) ? references.items : []) {
    const reference = resolve(doc, item);
    if (isDict(reference) && isName(entryOf(doc, reference, 'TransformMethod'), 'FieldMDP')) return readLock(doc, dictEntry(doc, reference, 'TransformParams'));
  }
  return undefined;
}

export function isLocked(locks: readonly FieldLock[], name: string): boolean {
  return locks.some(({ action, fields }) => {
    const isNamed = fields.some((field) => name === field || name.startsWith(`${field}.`));
    return action === 'All' || (action === 'Include' ? isNamed : !isNamed);
  });
}

/** The entries that a /Lock dictionary and the parameters of a FieldMDP transform share. */
export function writeLock({ action, fields }: FieldLock): string {
  return `/Action/${action}${action === 'All' ? '' : `/Fields[${fields.map((name) => writeText(name.normalize('NFC'))).join(' ')}]`}`;
}

/** /P of a lock (PDF 2.0): what the signature of the field permits afterwards. */
export function permissionOfLock(doc: PdfDocument, lock: PdfObject): 1 | 2 | 3 | undefined {
  const permission = entryOf(doc, lock, 'P');
  return permission === 1 || permission === 2 || permission === 3 ? permission : undefined;
}

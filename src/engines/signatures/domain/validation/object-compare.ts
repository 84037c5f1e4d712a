/** Equality of PDF values as written: references are compared by number, not followed. */
import { isDict, isStream, streamBytes } from '../pdf/reader/index.ts';
import type { PdfDict, PdfDocument, PdfObject } from '../pdf/reader/index.ts';

/** True when two values say the same, whatever their white space and order of keys. Streams are never the same here: see `sameObject`. */
export function sameValue(a: PdfObject | undefined, b: PdfObject | undefined): boolean {
  const left = a ?? null;
  const right = b ?? null;
  if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null) return left === right;
  switch (left.kind) {
    case 'name':
      return right.kind === 'name' && left.name === right.name;
    case 'ref':
      return right.kind === 'ref' && left.num === right.num && left.gen === right.gen;
    case 'string':
      return right.kind === 'string' && left.bytes.equals(right.bytes);
    case 'array':
      return right.kind === 'array' && left.items.length === right.items.length && left.items.every((item, i) => sameValue(item, right.items[i]));
    case 'dict':
      return right.kind === 'dict' && differingKeys(left, right).length === 0;
    case 'stream':
      return false;
  }
}

/** The keys whose values differ; a missing value equals null. */
export function differingKeys(a: PdfDict | undefined, b: PdfDict | undefined): string[] {
  const keys = new Set([...(a?.entries.keys() ?? []), ...(b?.entries.keys() ?? [])]);
  return [...keys].filter((key) => !sameValue(a?.entries.get(key), b?.entries.get(key)));
}

/** True when an object was written again without any change; streams by their dictionary and their bytes. */
export function sameObject(before: { doc: PdfDocument; value: PdfObject }, after: { doc: PdfDocument; value: PdfObject }): boolean {
  if (!isStream(before.value) || !isStream(after.value)) return sameValue(before.value, after.value);
  const keys = differingKeys(before.value.dict, after.value.dict).filter((key) => key !== 'Length');
  return keys.length === 0 && streamBytes(before.doc, before.value).equals(streamBytes(after.doc, after.value));
}

/** True when `after` keeps everything that `before` says and only adds: entries of dictionaries at any depth. */
export function isExtension(before: PdfObject | undefined, after: PdfObject | undefined): boolean {
  if (before === undefined || sameValue(before, after)) return true;
  if (!isDict(before) || !isDict(after)) return false;
  return [...before.entries].every(([key, value]) => isExtension(value, after.entries.get(key)));
}

/** Calls `see` with the number of each reference inside the value. */
export function visitReferences(value: PdfObject, see: (num: number) => void): void {
  if (typeof value !== 'object' || value === null) return;
  switch (value.kind) {
    case 'ref':
      see(value.num);
      return;
    case 'array':
      for (const item of value.items) visitReferences(item, see);
      return;
    case 'dict':
      for (const item of value.entries.values()) visitReferences(item, see);
      return;
    case 'stream':
      visitReferences(value.dict, see);
      return;
    default:
  }
}

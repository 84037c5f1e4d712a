/**
 * Who refers to whom in one state of a file, kept up to date from state to state. Without it each signed revision would mean reading
 * every object again; with it each version of an object is read once.
 */
import { getObject, listObjectNumbers, PdfError } from '../pdf/reader/index.ts';
import type { PdfDocument } from '../pdf/reader/index.ts';
import { visitReferences } from './object-compare.ts';
import { hasType } from './revision-comparison.ts';

export interface ReferenceIndex {
  /** Numbers of the objects that refer to this one, cross-reference streams left out: they draw nothing. */
  holdersOf(num: number): Iterable<number>;
  /** Takes the index to a later state in which only these objects differ. */
  advance(after: PdfDocument, differing: Iterable<number>): void;
}

export function createReferenceIndex(doc: PdfDocument): ReferenceIndex {
  const holders = new Map<number, Set<number>>();
  const targets = new Map<number, readonly number[]>();
  const enter = (state: PdfDocument, holder: number): void => {
    for (const target of targets.get(holder) ?? []) holders.get(target)?.delete(holder);
    const found = referencesOf(state, holder);
    targets.set(holder, found);
    for (const target of found) {
      const known = holders.get(target);
      if (known) known.add(holder);
      else holders.set(target, new Set([holder]));
    }
  };
  for (const num of listObjectNumbers(doc)) enter(doc, num);
  return {
    holdersOf: (num) => holders.get(num) ?? [],
    advance(after, differing) {
      for (const num of differing) enter(after, num);
    },
  };
}

function referencesOf(doc: PdfDocument, num: number): number[] {
  try {
    const value = getObject(doc, num);
    const found: number[] = [];
    if (!hasType(value, 'XRef')) visitReferences(value, (target) => found.push(target));
    return found;
  } catch (error) {
    // What cannot be read is not shown either; if it changes, it is judged as changed.
    if (error instanceof PdfError) return [];
    throw error;
  }
}

/**
 * What was changed between two states of a file, object by object. The rule is a white list: further signatures, document time stamps,
 * validation data, permitted form filling and the bookkeeping around them. Whatever no rule explains is forbidden.
 *
 * The attacks behind the rules are those published on PDF signatures: replaced content streams, overlays, swapped page trees, objects that
 * fill references left open before signing ("shadow attacks"), one object in two roles, whole new cross-reference chains.
 */
import { dictEntry, dictPart, getCatalog, getObject, isArray, isDict, isRef, isStream, listFields, PdfError, resolve, rootRef } from '../pdf/reader/index.ts';
import type { PdfDocument, PdfObject } from '../pdf/reader/index.ts';
import type { ChangeCode } from './change-texts.ts';
import { compareForms } from './form-changes.ts';
import { differingKeys, isExtension, sameObject } from './object-compare.ts';
import { comparePages } from './page-changes.ts';
import type { ReferenceIndex } from './reference-index.ts';
import type { ChangeReport } from './report.ts';
import { addFinding, bothStates, changeOf, hasRepeatedKeys, hasType, startComparison } from './revision-comparison.ts';
import type { Comparison, Permissions } from './revision-comparison.ts';

export interface RevisionStep {
  readonly before: PdfDocument;
  readonly after: PdfDocument;
  readonly permissions: Permissions;
  /** The references of `before`; taken to `after` on the way. */
  readonly references: ReferenceIndex;
}

/** All differences between an earlier state and a later one, worst first. Never throws for what the file holds. */
export function compareRevisions({ before, after, permissions, references }: RevisionStep): readonly ChangeReport[] {
  try {
    const comparison = startComparison(before, after, permissions);
    if (comparison.changed.size + comparison.added.size > 0) judge(comparison, references);
    return sortChanges(comparison.findings);
  } catch (error) {
    if (error instanceof PdfError) return [changeOf('revision.unreadable')];
    throw error;
  }
}

const weights = { forbidden: 0, suspicious: 1, permitted: 2 } as const;
const maxFindings = 50;

function sortChanges(findings: readonly ChangeReport[]): ChangeReport[] {
  return findings.toSorted((a, b) => weights[a.severity] - weights[b.severity]).slice(0, maxFindings);
}

function judge(comparison: Comparison, references: ReferenceIndex): void {
  compareTrailers(comparison);
  compareCatalogs(comparison);
  explainValidationData(comparison);
  comparePages(comparison, compareForms(comparison));
  judgeRest(comparison);
  judgeAdded(comparison);
  judgeReferences(comparison, references);
  references.advance(comparison.after, [...comparison.changed, ...comparison.added]);
}

function compareTrailers(comparison: Comparison): void {
  const { before, after } = comparison;
  if (rootRef(before).num !== rootRef(after).num) addFinding(comparison, 'catalog.changed', rootRef(after).num);
  for (const { trailer } of [before, after]) {
    const info = trailer.entries.get('Info');
    if (isRef(info) && !comparison.explained.has(info.num)) explainInvisible(comparison, info.num, 'metadata.changed');
  }
}

/** Accepts a changed object that nothing visible may depend on; `judgeReferences` makes sure of it. */
function explainInvisible(comparison: Comparison, num: number, code: ChangeCode): void {
  if (!comparison.changed.has(num)) return;
  comparison.explained.add(num);
  comparison.invisible.add(num);
  addFinding(comparison, code, num);
}

const harmlessCatalogKeys = new Map<string, ChangeCode>([
  ['DSS', 'validationData.added'],
  ['Version', 'catalog.version'],
  ['Extensions', 'catalog.version'],
  ['Metadata', 'metadata.changed'],
]);
const navigationKeys = new Set(['Outlines', 'PageLabels', 'PageMode', 'PageLayout', 'ViewerPreferences', 'Lang', 'MarkInfo', 'StructTreeRoot', 'PieceInfo', 'Threads']);

function compareCatalogs(comparison: Comparison): void {
  const { before, after } = comparison;
  const old = getCatalog(before);
  const now = getCatalog(after);
  const root = rootRef(after).num;
  comparison.explained.add(root);
  comparison.invisibleHolders.add(root);
  for (const key of differingKeys(old, now)) {
    if (key === 'AcroForm' || key === 'Pages') continue;
    const harmless = harmlessCatalogKeys.get(key);
    if (harmless) addFinding(comparison, harmless, root);
    else if (key === 'Perms') addFinding(comparison, keepsPermissions(comparison) ? 'permissions.added' : 'catalog.changed', root);
    else addFinding(comparison, navigationKeys.has(key) ? 'navigation.changed' : 'catalog.changed', root);
  }
  if (differingKeys(old, now).includes('Pages')) addFinding(comparison, 'pages.changed', root);
  const permissions = now.entries.get('Perms');
  if (isRef(permissions) && comparison.changed.has(permissions.num) && keepsPermissions(comparison)) explainInvisible(comparison, permissions.num, 'permissions.added');
  const metadata = now.entries.get('Metadata');
  if (isRef(metadata) && hasType(resolve(after, metadata), 'Metadata')) explainInvisible(comparison, metadata.num, 'metadata.changed');
}

function keepsPermissions({ before, after }: Comparison): boolean {
  return isExtension(dictEntry(before, getCatalog(before), 'Perms'), dictEntry(after, getCatalog(after), 'Perms'));
}

/** The dictionaries and arrays of /DSS may be written anew; the streams in it never change. */
function explainValidationData(comparison: Comparison): void {
  const { before, after } = comparison;
  const store = getCatalog(after).entries.get('DSS');
  if (store === undefined) return;
  const level = (value: PdfObject | undefined): void => {
    const resolved = resolve(after, value);
    if (!isRef(value) || !(isDict(resolved) || isArray(resolved))) return;
    comparison.invisibleHolders.add(value.num);
    if (!isStream(getObject(before, value.num))) explainInvisible(comparison, value.num, 'validationData.added');
  };
  level(store);
  const dict = dictPart(resolve(after, store));
  for (const [key, value] of dict?.entries ?? []) {
    level(value);
    if (key !== 'VRI') continue;
    for (const entry of dictPart(resolve(after, value))?.entries.values() ?? []) {
      level(entry);
      for (const list of dictPart(resolve(after, entry))?.entries.values() ?? []) level(list);
    }
  }
}

/** Changed objects that no rule has explained: harmless only if they say the same as before. */
function judgeRest(comparison: Comparison): void {
  const { before, after, changed, explained } = comparison;
  for (const num of changed) {
    if (explained.has(num)) continue;
    const { old, now } = bothStates(comparison, num);
    // Cross-reference streams may reuse a number; whether anything else refers to it is checked with the references.
    if (hasType(old, 'XRef') && hasType(now, 'XRef')) comparison.invisible.add(num);
    else if (!sameObject({ doc: before, value: old }, { doc: after, value: now })) addFinding(comparison, codeFor(old), num);
  }
}

/** Objects that readers may read differently, and a signature dictionary that no field holds: a signature that was hidden, or one that is to appear later. */
function judgeAdded(comparison: Comparison): void {
  const { after, added, changed } = comparison;
  for (const num of [...changed, ...added]) if (hasRepeatedKeys(getObject(after, num))) addFinding(comparison, 'keys.repeated', num);
  const held = new Set(listFields(after).flatMap((field) => (isRef(field.value) ? [field.value.num] : [])));
  for (const num of added) {
    const dict = dictPart(getObject(after, num));
    if (dict?.entries.has('ByteRange') === true && !held.has(num)) addFinding(comparison, 'signature.detached', num);
  }
}

function codeFor(old: PdfObject): ChangeCode {
  const dict = dictPart(old);
  if (hasType(old, 'Pages')) return 'pages.changed';
  if (hasType(old, 'Annot') || dict?.entries.has('Rect') === true) return 'annotation.changed';
  if (dict?.entries.has('ByteRange') === true) return 'signature.changed';
  if (isStream(old) && !hasType(old, 'ObjStm') && !hasType(old, 'XObject')) return 'content.changed';
  return 'object.changed';
}

/**
 * Looks through everything that existed before for references that now mean something else: to numbers that named nothing then, and
 * to objects that were accepted as invisible although something visible uses them.
 */
function judgeReferences({ added, invisible, invisibleHolders, findings }: Comparison, references: ReferenceIndex): void {
  for (const num of added) if (!isEmpty(references.holdersOf(num))) findings.push(changeOf('object.shadowed', num));
  for (const num of invisible) {
    for (const holder of references.holdersOf(num)) if (holder !== num && !invisibleHolders.has(holder)) findings.push(changeOf('object.changed', num));
  }
}

function isEmpty(items: Iterable<unknown>): boolean {
  return items[Symbol.iterator]().next().done === true;
}

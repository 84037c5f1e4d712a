/** Two states of one file, the objects that differ between them, and the findings about them. */
import { dictPart, findEntry, getObject, isName, listObjectNumbers } from '../pdf/reader/index.ts';
import type { PdfDocument, PdfObject, XrefEntry } from '../pdf/reader/index.ts';
import type { ChangeCode } from './change-texts.ts';
import type { ChangeReport } from './report.ts';

/** What the signatures of the earlier state permit (ISO 32000-2, 12.8.2.2 and 12.8.2.4). */
export interface Permissions {
  /** 1 nothing, 2 forms and signatures, 3 annotations too; undefined when no signer said anything. */
  readonly level: 1 | 2 | 3 | undefined;
  isFieldLocked(name: string): boolean;
}

export interface Comparison {
  readonly before: PdfDocument;
  readonly after: PdfDocument;
  readonly permissions: Permissions;
  /** Numbers of objects that existed before and stand elsewhere now. */
  readonly changed: ReadonlySet<number>;
  /** Numbers that named nothing before. */
  readonly added: ReadonlySet<number>;
  /** Changed objects that a rule has judged. */
  readonly explained: Set<number>;
  /** Changed objects that were accepted because nothing visible depends on them: that is checked at the end. */
  readonly invisible: Set<number>;
  /** Objects that may refer to the invisible ones. */
  readonly invisibleHolders: Set<number>;
  readonly findings: ChangeReport[];
}

export function startComparison(before: PdfDocument, after: PdfDocument, permissions: Permissions): Comparison {
  const changed = new Set<number>();
  const added = new Set<number>();
  for (const num of candidateNumbers(before, after)) {
    const old = findEntry(before, num);
    if (isSamePlace(old, findEntry(after, num))) continue;
    if (doesExist(old)) changed.add(num);
    else added.add(num);
  }
  return { before, after, permissions, changed, added, explained: new Set(), invisible: new Set(), invisibleHolders: new Set(), findings: ambiguitiesOf(before, after) };
}

/** Sections of the later state of which readers may think differently: a number that stands there twice, rows that not every reader can use. */
function ambiguitiesOf(before: PdfDocument, after: PdfDocument): ChangeReport[] {
  const known = new Set(before.sections.map((section) => section.offset));
  return after.sections.flatMap((section) => {
    if (known.has(section.offset)) return [];
    const numbers = section.numbers();
    const twice = numbers.length === new Set(numbers).size ? undefined : numbers.find((num, i) => numbers.indexOf(num) !== i);
    return [...(twice === undefined ? [] : [changeOf('object.twice', twice)]), ...(section.isIrregular || section.trailer.repeatedKeys.length > 0 ? [changeOf('bytes.appended')] : [])];
  });
}

/** True when a dictionary anywhere inside says one key twice: readers differ on which one counts. */
export function hasRepeatedKeys(value: PdfObject | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (value.kind === 'array') return value.items.some(hasRepeatedKeys);
  const dict = dictPart(value);
  return dict !== undefined && (dict.repeatedKeys.length > 0 || [...dict.entries.values()].some(hasRepeatedKeys));
}

/** The numbers that sections of the later state speak of; all numbers when the later state does not build on the earlier one's sections. */
function candidateNumbers(before: PdfDocument, after: PdfDocument): Iterable<number> {
  const shift = after.sections.length - before.sections.length;
  const buildsOn = shift >= 0 && before.sections.every((section, i) => after.sections[i + shift]?.offset === section.offset);
  if (!buildsOn) return new Set([...listObjectNumbers(before), ...listObjectNumbers(after)]);
  return new Set(after.sections.slice(0, shift).flatMap((section) => [...section.numbers()]));
}

function doesExist(entry: XrefEntry | undefined): boolean {
  return entry !== undefined && entry.type !== 'free' && !(entry.type === 'offset' && entry.offset === 0);
}

function isSamePlace(a: XrefEntry | undefined, b: XrefEntry | undefined): boolean {
  if (!doesExist(a) || !doesExist(b)) return doesExist(a) === doesExist(b);
  if (a?.type === 'offset' && b?.type === 'offset') return a.offset === b.offset && a.gen === b.gen;
  return a?.type === 'packed' && b?.type === 'packed' && a.streamNum === b.streamNum && a.index === b.index;
}

const severities: Partial<Record<ChangeCode, ChangeReport['severity']>> = {
  'signature.added': 'permitted',
  'timestamp.added': 'permitted',
  'field.added': 'permitted',
  'validationData.added': 'permitted',
  'form.filled': 'permitted',
  'comment.added': 'permitted',
  'metadata.changed': 'permitted',
  'catalog.version': 'permitted',
  'permissions.added': 'permitted',
  'resources.added': 'permitted',
  'navigation.changed': 'suspicious',
  'field.ownAction': 'suspicious',
  'signature.detached': 'suspicious',
  'signature.hidesPage': 'suspicious',
  'bytes.appended': 'suspicious',
  'keys.repeated': 'suspicious',
  'field.redrawn': 'suspicious',
};

/** A finding with the severity of its kind: what is not listed is forbidden. */
export function changeOf(code: ChangeCode, objectNumber = 0): ChangeReport {
  return { code, severity: severities[code] ?? 'forbidden', objectNumber };
}

export function addFinding(comparison: Comparison, code: ChangeCode, objectNumber = 0): void {
  comparison.findings.push(changeOf(code, objectNumber));
}

/** The reference number of a value, if it is a reference to a changed object; marks that object as judged. */
export function explain(comparison: Comparison, value: PdfObject | undefined): void {
  if (typeof value === 'object' && value !== null && value.kind === 'ref') comparison.explained.add(value.num);
}

/** The object in both states. */
export function bothStates({ before, after }: Comparison, num: number): { readonly old: PdfObject; readonly now: PdfObject } {
  return { old: getObject(before, num), now: getObject(after, num) };
}

export function hasType(value: PdfObject, type: string): boolean {
  return isName(dictPart(value)?.entries.get('Type'), type);
}

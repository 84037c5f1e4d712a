/** Changes of pages after a signed revision: nothing may change but the list of annotations, and that only by permitted additions. */
import { dictEntry, entryOf, isArray, isDict, isRef, listPages, readBox, resolve } from '../pdf/reader/index.ts';
import type { Box, PdfDocument, PdfObject, PdfPage } from '../pdf/reader/index.ts';
import { differingKeys, sameValue } from './object-compare.ts';
import { addFinding, explain } from './revision-comparison.ts';
import type { Comparison } from './revision-comparison.ts';

/** Judges the page tree and each page. `signatureWidgets` may appear as new annotations. */
export function comparePages(comparison: Comparison, signatureWidgets: ReadonlySet<number>): void {
  const { before, after, changed } = comparison;
  const oldPages = listPages(before);
  const newPages = listPages(after);
  const isSameOrder = oldPages.length === newPages.length && oldPages.every((page, i) => page.ref !== undefined && page.ref.num === newPages[i]?.ref?.num);
  if (!isSameOrder) {
    addFinding(comparison, 'pages.changed');
    return;
  }
  for (const [i, old] of oldPages.entries()) {
    const now = newPages[i];
    if (now === undefined) continue;
    const annotations = old.dict.entries.get('Annots');
    const isTouched = changed.has(old.ref?.num ?? -1) || (isRef(annotations) && changed.has(annotations.num));
    if (isTouched) comparePage(comparison, { old, now, signatureWidgets });
  }
}

function comparePage(
  comparison: Comparison,
  { old, now, signatureWidgets }: { readonly old: PdfPage; readonly now: PdfPage; readonly signatureWidgets: ReadonlySet<number> },
): void {
  const num = now.ref?.num ?? 0;
  explain(comparison, now.ref ?? null);
  for (const key of differingKeys(old.dict, now.dict)) {
    if (key === 'Annots') continue;
    addFinding(comparison, key === 'Contents' ? 'content.changed' : 'page.changed', num);
  }
  compareAnnotations(comparison, { old, now, signatureWidgets });
}

function compareAnnotations(
  comparison: Comparison,
  { old, now, signatureWidgets }: { readonly old: PdfPage; readonly now: PdfPage; readonly signatureWidgets: ReadonlySet<number> },
): void {
  const { before, after } = comparison;
  explain(comparison, now.dict.entries.get('Annots'));
  const oldItems = itemsOf(entryOf(before, old.dict, 'Annots'));
  const newItems = itemsOf(entryOf(after, now.dict, 'Annots'));
  const rest = [...newItems];
  for (const item of oldItems) {
    const at = rest.findIndex((each) => sameValue(each, item));
    if (at < 0) addFinding(comparison, 'annotation.changed', now.ref?.num);
    else rest.splice(at, 1);
  }
  const pictures = rest.filter((item) => isRef(item) && signatureWidgets.has(item.num)).map((item) => shownArea(after, item));
  if (pictures.reduce((sum, area) => sum + area, 0) > mostOfPage * areaOf(now.cropBox)) addFinding(comparison, 'signature.hidesPage', now.ref?.num);
  for (const item of rest) {
    if (isRef(item) && signatureWidgets.has(item.num)) continue;
    // An entry that names nothing draws nothing.
    if (resolve(after, item) === null) continue;
    addFinding(comparison, comparison.permissions.level === 3 ? 'comment.added' : 'annotation.added', isRef(item) ? item.num : now.ref?.num);
  }
}

/**
 * Whoever signs last may show pictures, but not in place of the page (the attack "sneaky signature", Mainka and others 2021): over more than
 * this part of it they leave no room for what was signed under them.
 */
const mostOfPage = 0.5;

/** The area that the picture of a widget covers; none without a picture. */
function shownArea(doc: PdfDocument, item: PdfObject): number {
  const widget = resolve(doc, item);
  const rect = isDict(widget) && dictEntry(doc, widget, 'AP')?.entries.has('N') === true ? readBox(doc, widget.entries.get('Rect')) : undefined;
  return rect === undefined ? 0 : areaOf(rect);
}

const areaOf = ([left, bottom, right, top]: Box): number => (right - left) * (top - bottom);

function itemsOf(value: PdfObject): readonly PdfObject[] {
  return isArray(value) ? value.items : [];
}

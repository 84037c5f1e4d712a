/** Changes of the form after a signed revision: new signatures and filled fields are what forms are for, anything else is not. */
import { acroFormOf, decodeTextString, dictEntry, entryOf, getCatalog, isArray, isDict, isName, isRef, isString, listFields, resolve } from '../pdf/reader/index.ts';
import type { PdfDict, PdfDocument, PdfField, PdfObject, PdfWidget } from '../pdf/reader/index.ts';
import type { ChangeCode } from './change-texts.ts';
import { differingKeys, isExtension } from './object-compare.ts';
import { addFinding, explain } from './revision-comparison.ts';
import type { Comparison } from './revision-comparison.ts';

/**
 * Judges /AcroForm and all fields. Answers the object numbers of the widgets of new or newly signed signature fields: those pages may show
 * as new annotations. A widget from before that only now appears on a page may not.
 */
export function compareForms(comparison: Comparison): ReadonlySet<number> {
  const { before, after, added, changed } = comparison;
  const oldForm = acroFormOf(before);
  const newForm = acroFormOf(after);
  explain(comparison, getCatalog(after).entries.get('AcroForm'));
  compareFormKeys(comparison, oldForm, newForm);
  const oldFields = new Map(listFields(before).map((field) => [keyOf(field), field]));
  const signatureWidgets = new Set<number>();
  for (const field of listFields(after)) {
    if (field.type === 'Sig') for (const { ref, dict } of field.widgets) if (ref && isSignatureWidget(after, dict) && (added.has(ref.num) || changed.has(ref.num))) signatureWidgets.add(ref.num);
    const old = oldFields.get(keyOf(field));
    oldFields.delete(keyOf(field));
    if (old) compareField(comparison, old, field);
    else judgeNewField(comparison, field);
  }
  for (const gone of oldFields.values()) addFinding(comparison, 'form.changed', gone.ref?.num);
  return signatureWidgets;
}

/** Whatever the form calls it: readers draw a free text, a rectangle, or a field of another type by its own entries, without any appearance. */
function isSignatureWidget(doc: PdfDocument, dict: PdfDict): boolean {
  const type = entryOf(doc, dict, 'FT');
  return isName(entryOf(doc, dict, 'Subtype'), 'Widget') && (type === null || isName(type, 'Sig'));
}

function keyOf(field: PdfField): string {
  return field.ref ? `${field.ref.num}` : `direct ${field.name}`;
}

function compareFormKeys(comparison: Comparison, oldForm: PdfDict | undefined, newForm: PdfDict | undefined): void {
  for (const key of new Set([...(oldForm?.entries.keys() ?? []), ...(newForm?.entries.keys() ?? [])])) {
    const oldValue = oldForm?.entries.get(key);
    const newValue = newForm?.entries.get(key);
    if (key === 'Fields') explain(comparison, newValue);
    else if (key === 'DR') compareResources(comparison, oldValue, newValue);
    else if (differingKeys(oldForm, newForm).includes(key)) {
      const isDefault = key === 'DA' || key === 'Q';
      const isHarmless = key === 'SigFlags' || (isDefault && oldValue === undefined) || (key === 'NeedAppearances' && newValue === false);
      if (!isHarmless) addFinding(comparison, 'form.changed', 0);
    }
  }
}

/** Default resources may grow (iText and Acrobat add fonts), at both levels: /Font itself and the fonts in it. */
function compareResources(comparison: Comparison, oldValue: PdfObject | undefined, newValue: PdfObject | undefined): void {
  const { before, after } = comparison;
  const old = resolve(before, oldValue);
  const now = resolve(after, newValue);
  explain(comparison, newValue);
  if (oldValue === undefined || !isDict(old)) return;
  if (!isDict(now)) {
    addFinding(comparison, 'form.changed', 0);
    return;
  }
  for (const [key, value] of old.entries) {
    const inner = now.entries.get(key);
    if (isRef(value) && isRef(inner) && value.num === inner.num) explain(comparison, inner);
    if (!isExtension(resolve(before, value), resolve(after, inner))) addFinding(comparison, 'form.changed', 0);
  }
  if (now.entries.size > old.entries.size) addFinding(comparison, 'resources.added');
}

function judgeNewField(comparison: Comparison, field: PdfField): void {
  const { after, permissions } = comparison;
  const num = field.ref?.num ?? 0;
  if (field.type !== 'Sig') {
    addFinding(comparison, 'form.changed', num);
    return;
  }
  const signature = resolve(after, field.value);
  const code = newFieldCode(after, field, signature);
  const isExceeding = permissions.level === 1 && code !== 'timestamp.added';
  addFinding(comparison, isExceeding ? 'permission.exceeded' : code, num);
  const hasAction = [field.dict, ...field.widgets.map((widget) => widget.dict)].some((dict) => dict.entries.has('A') || dict.entries.has('AA'));
  if (hasAction) addFinding(comparison, 'field.ownAction', num);
}

function newFieldCode(after: PdfDocument, field: PdfField, signature: PdfObject): ChangeCode {
  const isTimestamp = isDocumentTimestamp(after, field);
  if (isDict(signature) && !isTimestamp) return 'signature.added';
  if (!isTimestamp && field.value !== null) return 'signature.detached';
  // Anybody gets a time stamp over anything: it speaks for no picture.
  if (field.widgets.some((widget) => isVisible(after, widget))) return 'field.unsignedAppearance';
  return isTimestamp ? 'timestamp.added' : 'field.added';
}

/** Told by the format by which it will be judged, not by what it calls itself. */
function isDocumentTimestamp(doc: PdfDocument, field: PdfField): boolean {
  const value = resolve(doc, field.value);
  return isDict(value) && isName(entryOf(doc, value, 'SubFilter'), 'ETSI.RFC3161');
}

/** Looks from which readers make an appearance where there is none (ISO 32000-2, table 192). */
const drawnLooks = ['BG', 'CA', 'I'];

/** Draws something on the page. */
function isVisible(doc: PdfDocument, { dict, rect }: PdfWidget): boolean {
  const looks = dictEntry(doc, dict, 'MK');
  return rect !== undefined && (dictEntry(doc, dict, 'AP')?.entries.has('N') === true || drawnLooks.some((key) => looks?.entries.has(key) === true));
}

const signingKeys = new Set(['V', 'AP', 'F', 'M', 'Lock', 'SV', 'AS']);
const fillingKeys = new Set(['V', 'RV', 'AP', 'AS', 'I', 'M']);

function compareField(comparison: Comparison, old: PdfField, now: PdfField): void {
  const { before, after } = comparison;
  const isSignature = old.type === 'Sig';
  const wasSigned = isSignature && isDict(resolve(before, old.value));
  const isNowSigned = isSignature && isDict(resolve(after, now.value));
  const keys = changedKeys(old, now);
  explain(comparison, now.ref ?? null);
  for (const { ref } of now.widgets) explain(comparison, ref ?? null);
  if (!isSignature && explainAppearances(comparison, old)) keys.add('AP');
  if (keys.size === 0) return;
  const num = now.ref?.num ?? 0;
  const allowed = isSignature ? signingKeys : fillingKeys;
  if (wasSigned) addFinding(comparison, 'signature.changed', num);
  else if (old.type !== now.type || old.name !== now.name || [...keys].some((key) => !allowed.has(key))) addFinding(comparison, 'field.changed', num);
  else if (isSignature && !isNowSigned) addFinding(comparison, keys.has('AP') ? 'field.unsignedAppearance' : 'field.changed', num);
  else if (isSignature && !isDocumentTimestamp(after, now)) judgePermitted(comparison, now, 'signature.added');
  else if (isSignature) addFinding(comparison, keys.has('AP') ? 'field.unsignedAppearance' : 'timestamp.added', num);
  else judgeFilling(comparison, { old, now, keys });
}

const readOnly = 1;

/**
 * Filling an empty field is what forms are for. To replace what stood there when somebody signed is not, unless a certifying signer said that
 * fields may be filled (ISO 32000-2, table 257); a value that stays while its picture changes is what a viewer does, or what hides a change.
 */
function judgeFilling(comparison: Comparison, { old, now, keys }: { readonly old: PdfField; readonly now: PdfField; readonly keys: ReadonlySet<string> }): void {
  const num = now.ref?.num;
  const wasEmpty = isEmptyValue(resolve(comparison.before, old.value));
  const isSameText = !keys.has('V') && !keys.has('RV');
  const mayReplace = comparison.permissions.level === 2 || comparison.permissions.level === 3;
  if ((old.flags & readOnly) !== 0) addFinding(comparison, 'field.changed', num);
  else if (wasEmpty || (mayReplace && !isSameText)) judgePermitted(comparison, now, 'form.filled');
  else addFinding(comparison, isSameText ? 'field.redrawn' : 'field.replaced', num);
}

/** Nothing, an empty text, or a box that is not ticked. */
function isEmptyValue(value: PdfObject): boolean {
  if (value === null || isName(value, 'Off')) return true;
  if (isArray(value)) return value.items.length === 0;
  return isString(value) && value.bytes.length === 0;
}

function judgePermitted(comparison: Comparison, field: PdfField, code: ChangeCode): void {
  const { permissions } = comparison;
  const isExceeding = permissions.level === 1 || (code === 'form.filled' && permissions.isFieldLocked(field.name));
  addFinding(comparison, isExceeding ? 'permission.exceeded' : code, field.ref?.num);
}

/** The keys that differ in the field's own dictionary and in its widgets, which must be the same ones. */
function changedKeys(old: PdfField, now: PdfField): Set<string> {
  const keys = new Set(differingKeys(old.dict, now.dict));
  if (old.widgets.length !== now.widgets.length) return keys.add('Kids');
  for (const [i, widget] of old.widgets.entries()) {
    const other = now.widgets[i];
    if (widget.ref?.num !== other?.ref?.num) keys.add('Kids');
    for (const key of differingKeys(widget.dict, other?.dict)) keys.add(key);
  }
  return keys;
}

/** Appearances of a fillable field that were written anew under their old numbers: accepted if nothing else shows them. */
function explainAppearances(comparison: Comparison, field: PdfField): boolean {
  const { before, changed } = comparison;
  let isAnyChanged = false;
  for (const { dict, ref } of field.widgets) {
    const normal = dictEntry(before, dict, 'AP')?.entries.get('N');
    const states = resolve(before, normal);
    const streams = isDict(states) ? [...states.entries.values()] : [];
    for (const value of [normal, ...streams]) {
      if (!isRef(value) || !changed.has(value.num)) continue;
      isAnyChanged = true;
      comparison.explained.add(value.num);
      comparison.invisible.add(value.num);
      if (ref) comparison.invisibleHolders.add(ref.num);
      if (isRef(normal)) comparison.invisibleHolders.add(normal.num);
    }
  }
  return isAnyChanged;
}

/** What the signed fields of a state lock and permit for later. */
export function listFieldLocks(doc: PdfDocument, signatureDict: PdfDict): readonly ((name: string) => boolean)[] {
  const references = entryOf(doc, signatureDict, 'Reference');
  return (isArray(references) ? references.items : []).flatMap((item) => {
    const reference = resolve(doc, item);
    if (!isDict(reference) || !isName(entryOf(doc, reference, 'TransformMethod'), 'FieldMDP')) return [];
    const parameters = dictEntry(doc, reference, 'TransformParams');
    const action = entryOf(doc, parameters, 'Action');
    const list = entryOf(doc, parameters, 'Fields');
    const names = (isArray(list) ? list.items : []).flatMap((value) => {
      const text = resolve(doc, value);
      return isString(text) ? [decodeTextString(text.bytes).normalize('NFC')] : [];
    });
    // Composed or not, it is the same name to whoever reads it.
    const isListed = (name: string) => names.some((each) => name.normalize('NFC') === each || name.normalize('NFC').startsWith(`${each}.`));
    if (isName(action, 'Include')) return [isListed];
    return [isName(action, 'Exclude') ? (name: string) => !isListed(name) : () => true];
  });
}

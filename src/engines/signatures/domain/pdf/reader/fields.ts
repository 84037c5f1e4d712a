import { PdfError } from '../errors.ts';
import { entryOf, resolve } from './document.ts';
import type { PdfDocument } from './document.ts';
import { isArray, isDict, isInteger, isName, isRef, isString } from './objects.ts';
import type { PdfDict, PdfObject, PdfRef } from './objects.ts';
import { acroFormOf, readBox, walkPages } from './pages.ts';
import type { Box } from './pages.ts';
import { decodeTextString } from './text-string.ts';

/** A terminal field of the form. */
export type PdfField = {
  /** Fully qualified: the partial names from the root, joined by dots. */
  readonly name: string;
  /** 'Sig', 'Tx', 'Btn', 'Ch', or '' when the file does not say. */
  readonly type: string;
  readonly ref: PdfRef | undefined;
  readonly dict: PdfDict;
  /** /V, own or inherited; null without one. References are not followed. */
  readonly value: PdfObject;
  readonly flags: number;
  readonly widgets: readonly PdfWidget[];
  /** False for a field that only stands among the annotations of a page: its form was lost, often by a program that shrank the file. */
  readonly isInForm: boolean;
};

export type PdfWidget = {
  readonly ref: PdfRef | undefined;
  readonly dict: PdfDict;
  readonly rect: Box | undefined;
  /** /P if the widget names its page. */
  readonly pageRef: PdfRef | undefined;
};

type Node = {
  readonly value: PdfObject;
  readonly name: string;
  readonly type: PdfObject | undefined;
  readonly v: PdfObject | undefined;
  readonly flags: PdfObject | undefined;
};

/** All terminal fields in the order of the form. Cycle-safe. Throws `pdf.too-large`, `pdf.damaged`. */
export function listFields(doc: PdfDocument): readonly PdfField[] {
  const roots = entryOf(doc, acroFormOf(doc), 'Fields');
  if (!isArray(roots)) return [];
  const fields: PdfField[] = [];
  const seen = new Set<number>();
  const open: Node[] = roots.items.toReversed().map((value) => ({ value, name: '', type: undefined, v: undefined, flags: undefined }));
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.size + fields.length + open.length > doc.limits.maxFields) throw new PdfError('pdf.too-large', 'too many form fields');
    if (isRef(node.value)) {
      if (seen.has(node.value.num)) continue;
      seen.add(node.value.num);
    }
    const dict = resolve(doc, node.value);
    if (!isDict(dict)) continue;
    const here = descend(doc, node, dict);
    const kids = entryOf(doc, dict, 'Kids');
    const items = isArray(kids) ? kids.items : [];
    const subfields = items.filter((item) => isSubfield(doc, item));
    for (const value of subfields.toReversed()) open.push({ ...here, value });
    if (subfields.length === 0) fields.push(makeField(doc, here, { dict, kids: items }));
  }
  return fields;
}

/** Signature fields that stand among the annotations of a page but not in the form. */
export function listStraySignatureFields(doc: PdfDocument, inForm: readonly PdfField[]): readonly PdfField[] {
  const known = new Set(inForm.flatMap((field) => [field.ref?.num, ...field.widgets.map((widget) => widget.ref?.num)]));
  const strays: PdfField[] = [];
  for (const page of walkPages(doc)) {
    const annots = entryOf(doc, page.dict, 'Annots');
    for (const value of isArray(annots) ? annots.items : []) {
      const dict = resolve(doc, value);
      if (!isRef(value) || known.has(value.num) || !isDict(dict) || !isName(entryOf(doc, dict, 'FT'), 'Sig')) continue;
      known.add(value.num);
      const here = descend(doc, { value, name: '', type: undefined, v: undefined, flags: undefined }, dict);
      strays.push({ ...makeField(doc, here, { dict, kids: [] }), isInForm: false });
    }
  }
  return strays;
}

/** A kid with a name of its own is a field; one without is a widget of its parent (ISO 32000-2, 12.7.4.1). */
function isSubfield(doc: PdfDocument, item: PdfObject): boolean {
  const dict = resolve(doc, item);
  return isDict(dict) && dict.entries.has('T');
}

function descend(doc: PdfDocument, above: Node, dict: PdfDict): Node {
  const partial = resolve(doc, dict.entries.get('T'));
  const text = isString(partial) ? decodeTextString(partial.bytes) : '';
  return {
    value: above.value,
    name: above.name === '' ? text : text === '' ? above.name : `${above.name}.${text}`,
    type: dict.entries.get('FT') ?? above.type,
    v: dict.entries.get('V') ?? above.v,
    flags: dict.entries.get('Ff') ?? above.flags,
  };
}

function makeField(doc: PdfDocument, node: Node, { dict, kids }: { dict: PdfDict; kids: readonly PdfObject[] }): PdfField {
  const type = resolve(doc, node.type);
  const flags = resolve(doc, node.flags);
  const isOwnWidget = dict.entries.has('Rect') || isName(resolve(doc, dict.entries.get('Subtype')), 'Widget');
  return {
    name: node.name,
    type: isName(type) ? type.name : '',
    ref: isRef(node.value) ? node.value : undefined,
    dict,
    value: node.v ?? null,
    flags: isInteger(flags) ? flags : 0,
    isInForm: true,
    widgets: isOwnWidget ? [makeWidget(doc, node.value)] : kids.map((kid) => makeWidget(doc, kid)),
  };
}

function makeWidget(doc: PdfDocument, value: PdfObject): PdfWidget {
  const dict = resolve(doc, value);
  const entries: PdfDict = isDict(dict) ? dict : { kind: 'dict', entries: new Map(), repeatedKeys: [], start: -1, end: -1 };
  const page = entries.entries.get('P');
  return {
    ref: isRef(value) ? value : undefined,
    dict: entries,
    rect: readBox(doc, entries.entries.get('Rect')),
    pageRef: isRef(page) ? page : undefined,
  };
}

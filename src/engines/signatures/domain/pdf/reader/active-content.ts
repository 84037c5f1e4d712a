import { PdfError } from '../errors.ts';
import { getObject, listObjectNumbers } from './document.ts';
import type { PdfDocument } from './document.ts';
import { isArray, isDict, isName, isStream, isString } from './objects.ts';
import type { PdfDict, PdfObject } from './objects.ts';
import { decodeTextString } from './text-string.ts';

/** Things in a PDF that act, or carry something that acts. They are reported, never executed. */
export type ActiveContentKind =
  | 'javascript'
  | 'launch'
  | 'uri-on-open'
  | 'submit-form'
  | 'import-data'
  | 'remote-goto'
  | 'embedded-file'
  | 'rich-media'
  | 'xfa';

export type ActiveContent = {
  readonly kind: ActiveContentKind;
  readonly objectNumber: number;
  /** The program, address or file name, cut to 200 characters; '' if there is none. */
  readonly target: string;
};

export type ActiveContentScan = {
  readonly found: readonly ActiveContent[];
  /** Objects that could not be read: the scan saw everything only if this is 0. */
  readonly unreadableObjects: number;
};

const maxFindings = 200;

const actionKinds: ReadonlyMap<string, ActiveContentKind> = new Map([
  ['JavaScript', 'javascript'],
  ['Rendition', 'rich-media'],
  ['Movie', 'rich-media'],
  ['Launch', 'launch'],
  ['SubmitForm', 'submit-form'],
  ['ImportData', 'import-data'],
  ['GoToE', 'remote-goto'],
  ['GoToR', 'remote-goto'],
]);

/** Looks at every object of the file, also at those that nothing refers to. At most 200 findings. Throws `pdf.too-large`. */
export function scanActiveContent(doc: PdfDocument): ActiveContentScan {
  const found: ActiveContent[] = [];
  let unreadableObjects = 0;
  for (const num of listObjectNumbers(doc)) {
    if (found.length >= maxFindings) break;
    try {
      visit(getObject(doc, num), (dict) => {
        inspect(dict, (finding) => found.push({ ...finding, objectNumber: num }));
      });
    } catch (error) {
      if (!(error instanceof PdfError)) throw error;
      unreadableObjects += 1; // an object that nobody can read cannot act; the count says that it was there
    }
  }
  return { found: found.slice(0, maxFindings), unreadableObjects };
}

function visit(value: PdfObject, see: (dict: PdfDict) => void): void {
  if (isStream(value)) visit(value.dict, see);
  else if (isArray(value)) for (const item of value.items) visit(item, see);
  else if (isDict(value)) {
    see(value);
    for (const item of value.entries.values()) visit(item, see);
  }
}

type Finding = Omit<ActiveContent, 'objectNumber'>;

function inspect({ entries }: PdfDict, report: (finding: Finding) => void): void {
  const action = entries.get('S');
  const kind = isName(action) ? actionKinds.get(action.name) : undefined;
  if (kind !== undefined) report({ kind, target: targetOf(entries.get('F') ?? entries.get('JS')) });
  else if (entries.has('JS')) report({ kind: 'javascript', target: targetOf(entries.get('JS')) });
  const open = entries.get('OpenAction');
  if (isDict(open) && isName(open.entries.get('S'), 'URI')) report({ kind: 'uri-on-open', target: targetOf(open.entries.get('URI')) });
  if (isDict(entries.get('EF'))) report({ kind: 'embedded-file', target: targetOf(entries.get('UF') ?? entries.get('F')) });
  const subtype = entries.get('Subtype');
  if (isName(subtype, 'RichMedia') || isName(subtype, 'Screen')) report({ kind: 'rich-media', target: '' });
  if (entries.has('XFA')) report({ kind: 'xfa', target: '' });
}

function targetOf(value: PdfObject | undefined): string {
  if (isString(value)) return decodeTextString(value.bytes).slice(0, 200);
  return isDict(value) ? targetOf(value.entries.get('UF') ?? value.entries.get('F')) : '';
}

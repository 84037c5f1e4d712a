import { damaged, PdfError } from '../errors.ts';
import {
  acroFormOf,
  documentPermission,
  entryOf,
  findPage,
  getCatalog,
  isArray,
  isDict,
  isInteger,
  isRef,
  listFields,
  resolve,
  rootRef,
} from '../reader/index.ts';
import type { Box, PdfDict, PdfDocument, PdfField, PdfObject, PdfPage } from '../reader/index.ts';
import { writeEntries, writeObject } from './serialise.ts';

type Ref = { readonly num: number; readonly gen: number };

/**
 * Everything that signing has to know about one state of a file, as plain data. It can be kept beside the file (as JSON) so that
 * preparing the next signature reads nothing; it is good for exactly the bytes that it was made from.
 */
export type SigningProfile = {
  readonly sizeBytes: number;
  readonly endsWithEol: boolean;
  readonly startXref: number;
  readonly xrefKind: 'table' | 'stream';
  /** The first free object number. */
  readonly size: number;
  /** /Root, /Info and /ID, as they have to be repeated. */
  readonly trailerEntries: string;
  readonly root: Ref;
  /** The catalog without /AcroForm and /Perms. */
  readonly catalogEntries: string;
  readonly permsEntries: string;
  readonly form: FormProfile;
  readonly pages: Readonly<Record<number, PageProfile>>;
  readonly permission: 1 | 2 | 3 | null;
};

export type FormProfile = {
  /** The form's object; null if there is no form, or if it stands inside the catalog. */
  readonly ref: Ref | null;
  /** Without /Fields and /SigFlags. */
  readonly entries: string;
  readonly fieldRefs: string;
  readonly fields: Readonly<Record<string, FieldProfile>>;
};

export type FieldProfile = {
  readonly isSignature: boolean;
  readonly isSigned: boolean;
  readonly ref: Ref | null;
  /** The field's dictionary without /V and /AP. */
  readonly entries: string;
  /** Its widget when that is an object of its own. */
  readonly widget: { readonly ref: Ref; readonly entries: string } | null;
  readonly rect: Box | null;
  /** The entries of a /Lock dictionary, which the signature has to repeat as FieldMDP. */
  readonly lock: string | null;
};

export type PageProfile = {
  readonly ref: Ref;
  /** The page without /Annots. */
  readonly entries: string;
  readonly annots: string;
  /** Set when /Annots is an object of its own, which is then all that has to be rewritten. */
  readonly annotsRef: Ref | null;
  readonly cropBox: Box;
  readonly rotate: PdfPage['rotate'];
  readonly userUnit: number;
};

/** Reads the profile with the wanted pages. Throws PdfError as reading does, and `signing.page-not-found`. */
export function readSigningProfile(doc: PdfDocument, pageIndexes: readonly number[] = [0]): SigningProfile {
  const { bytes, trailer, sections } = doc;
  const declared = trailer.entries.get('Size');
  const catalog = getCatalog(doc);
  const last = bytes[bytes.length - 1];
  const perms = entryOf(doc, catalog, 'Perms');
  return {
    sizeBytes: bytes.length,
    endsWithEol: last === 10 || last === 13,
    startXref: doc.startXref,
    xrefKind: sections[0]?.kind ?? 'table',
    size: sections.reduce((size, { nextNumber }) => Math.max(size, nextNumber), isInteger(declared) ? declared : 0),
    trailerEntries: keptTrailerEntries(trailer),
    root: toRef(rootRef(doc)),
    catalogEntries: writeEntries(catalog, ['AcroForm', 'Perms']),
    permsEntries: isDict(perms) ? writeEntries(perms, []) : '',
    form: readForm(doc, catalog),
    pages: Object.fromEntries(pageIndexes.map((index) => [index, readPage(doc, index)])),
    permission: documentPermission(doc) ?? null,
  };
}

function keptTrailerEntries(trailer: PdfDict): string {
  return ['Root', 'Info', 'ID'].reduce((text, key) => {
    const value = trailer.entries.get(key);
    return value === undefined ? text : `${text}/${key} ${writeObject(value)}`;
  }, '');
}

function toRef({ num, gen }: Ref): Ref {
  return { num, gen };
}

function readForm(doc: PdfDocument, catalog: PdfDict): FormProfile {
  const holder = catalog.entries.get('AcroForm');
  const form = acroFormOf(doc);
  if (form === undefined) return { ref: null, entries: '', fieldRefs: '', fields: {} };
  const fields = entryOf(doc, form, 'Fields');
  return {
    ref: isRef(holder) ? toRef(holder) : null,
    entries: writeEntries(form, ['Fields', 'SigFlags']),
    fieldRefs: isArray(fields) ? fields.items.map(writeObject).join(' ') : '',
    fields: Object.fromEntries(listFields(doc).map((field) => [field.name, readField(doc, field)])),
  };
}

function readField(doc: PdfDocument, field: PdfField): FieldProfile {
  const isSignature = field.type === 'Sig';
  const isSigned = isSignature && isDict(resolve(doc, field.value));
  const [widget] = field.widgets;
  const isOwnWidget = widget === undefined || widget.dict === field.dict;
  const isUsable = isSignature && !isSigned;
  const lock = isUsable ? entryOf(doc, field.dict, 'Lock') : null;
  return {
    isSignature,
    isSigned,
    ref: field.ref === undefined ? null : toRef(field.ref),
    entries: isUsable ? writeEntries(field.dict, isOwnWidget ? ['V', 'AP'] : ['V']) : '',
    widget: isUsable && !isOwnWidget && widget.ref !== undefined ? { ref: toRef(widget.ref), entries: writeEntries(widget.dict, ['AP']) } : null,
    rect: widget?.rect ?? null,
    lock: isDict(lock) ? writeEntries(lock, ['Type']) : null,
  };
}

function readPage(doc: PdfDocument, index: number): PageProfile {
  const page = findPage(doc, index);
  if (page === undefined) throw new PdfError('signing.page-not-found', `page ${index}`);
  if (page.ref === undefined) throw damaged(`page ${index} is not an object of its own`);
  const holder: PdfObject | undefined = page.dict.entries.get('Annots');
  const annots = resolve(doc, holder);
  return {
    ref: toRef(page.ref),
    entries: writeEntries(page.dict, ['Annots']),
    annots: isArray(annots) ? annots.items.map(writeObject).join(' ') : '',
    annotsRef: isRef(holder) && isArray(annots) ? toRef(holder) : null,
    cropBox: page.cropBox,
    rotate: page.rotate,
    userUnit: page.userUnit,
  };
}

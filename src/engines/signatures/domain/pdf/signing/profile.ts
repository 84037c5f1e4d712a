import { damaged, PdfError } from '../errors.ts';
import {
  acroFormOf,
  dictEntry,
  documentPermission,
  entryOf,
  findEntry,
  findPage,
  getCatalog,
  isArray,
  isDict,
  isInteger,
  isRef,
  listFields,
  listObjectNumbers,
  resolve,
  rootRef,
} from '../reader/index.ts';
import type { Box, PdfDict, PdfDocument, PdfField, PdfObject, PdfPage } from '../reader/index.ts';
import { encryptionProfile } from './encrypt.ts';
import type { EncryptionProfile } from './encrypt.ts';
import { lockOfSignature, permissionOfLock, readLock } from './locks.ts';
import type { FieldLock } from './locks.ts';
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
  /** All objects of a file whose cross-references are useless: the increment has to describe them all. Null for a sound file. */
  readonly found: readonly FoundPlace[] | null;
  readonly encryption: EncryptionProfile | null;
  /** The first free object number. */
  readonly size: number;
  /** /Root, /Info, /ID and /Encrypt, as they have to be repeated. */
  readonly trailerEntries: string;
  readonly root: Ref;
  /** The catalog without /AcroForm and /Perms. */
  readonly catalogEntries: string;
  readonly permsEntries: string;
  readonly form: FormProfile;
  readonly pages: Readonly<Record<number, PageProfile>>;
  /** The strictest of what the certifying signature and the locks of signed fields permit. */
  readonly permission: 1 | 2 | 3 | null;
  /** What the signatures of the file lock. */
  readonly locks: readonly FieldLock[];
};

/** An object's number, then as in a cross-reference stream: 1, offset, generation, or 2, object stream, index. */
export type FoundPlace = readonly [num: number, type: 1 | 2, second: number, third: number];

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
  /** A text field with one widget that may be filled in as far as the form goes. */
  readonly isFillable: boolean;
  /** What signing this field locks. */
  readonly lock: FieldLock | null;
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
  const { source, trailer, sections } = doc;
  const declared = trailer.entries.get('Size');
  const catalog = getCatalog(doc);
  const end = source.whole ?? source.read(source.sizeBytes - 1, source.sizeBytes);
  const last = end[end.length - 1];
  const perms = entryOf(doc, catalog, 'Perms');
  const fields = catalog.entries.has('AcroForm') ? listFields(doc) : [];
  return {
    sizeBytes: source.sizeBytes,
    endsWithEol: last === 10 || last === 13,
    startXref: doc.startXref,
    xrefKind: sections[0]?.kind ?? 'table',
    found: doc.isRebuilt ? listPlaces(doc) : null,
    encryption: doc.security === undefined ? null : encryptionProfile(doc.security),
    size: sections.reduce((size, { nextNumber }) => Math.max(size, nextNumber), isInteger(declared) ? declared : 0),
    trailerEntries: keptTrailerEntries(trailer),
    root: toRef(rootRef(doc)),
    catalogEntries: writeEntries(catalog, ['AcroForm', 'Perms']),
    permsEntries: isDict(perms) ? writeEntries(perms, []) : '',
    form: readForm(doc, catalog, fields),
    pages: Object.fromEntries(pageIndexes.map((index) => [index, readPage(doc, index)])),
    ...readRestrictions(doc, fields),
  };
}

function listPlaces(doc: PdfDocument): readonly FoundPlace[] {
  return listObjectNumbers(doc).flatMap((num): FoundPlace[] => {
    const entry = findEntry(doc, num);
    if (entry?.type === 'offset') return [[num, 1, entry.offset, entry.gen]];
    return entry?.type === 'packed' ? [[num, 2, entry.streamNum, entry.index]] : [];
  });
}

function keptTrailerEntries(trailer: PdfDict): string {
  return ['Root', 'Info', 'ID', 'Encrypt'].reduce((text, key) => {
    const value = trailer.entries.get(key);
    return value === undefined ? text : `${text}/${key} ${writeObject(value)}`;
  }, '');
}

function toRef({ num, gen }: Ref): Ref {
  return { num, gen };
}

function readForm(doc: PdfDocument, catalog: PdfDict, known: readonly PdfField[]): FormProfile {
  const holder = catalog.entries.get('AcroForm');
  const form = acroFormOf(doc);
  if (form === undefined) return { ref: null, entries: '', fieldRefs: '', fields: {} };
  const fields = entryOf(doc, form, 'Fields');
  return {
    ref: isRef(holder) ? toRef(holder) : null,
    entries: writeEntries(form, ['Fields', 'SigFlags']),
    fieldRefs: isArray(fields) ? fields.items.map(writeObject).join(' ') : '',
    fields: Object.fromEntries(known.map((field) => [field.name, readField(doc, field)])),
  };
}

function readField(doc: PdfDocument, field: PdfField): FieldProfile {
  const isSignature = field.type === 'Sig';
  const isSigned = isSignature && isDict(resolve(doc, field.value));
  const [widget] = field.widgets;
  const isOwnWidget = widget === undefined || widget.dict === field.dict;
  const isFillable = field.type === 'Tx' && field.widgets.length === 1 && (field.flags & readOnlyFlag) === 0;
  const isUsable = (isSignature && !isSigned) || isFillable;
  const lock = isSignature && isUsable ? readLock(doc, dictEntry(doc, field.dict, 'Lock')) : undefined;
  return {
    isSignature,
    isSigned,
    ref: field.ref === undefined ? null : toRef(field.ref),
    entries: isUsable ? writeEntries(field.dict, isOwnWidget ? ['V', 'AP'] : ['V']) : '',
    widget: isUsable && !isOwnWidget && widget.ref !== undefined ? { ref: toRef(widget.ref), entries: writeEntries(widget.dict, ['AP']) } : null,
    rect: widget?.rect ?? null,
    isFillable,
    lock: lock ?? null,
  };
}

const readOnlyFlag = 1;

/** Only the form's fields are asked: a signature whose field was lost from the form restricts nobody in any reader. */
function readRestrictions(doc: PdfDocument, fields: readonly PdfField[]): Pick<SigningProfile, 'permission' | 'locks'> {
  const certified = documentPermission(doc);
  const permissions = certified === undefined ? [] : [certified];
  const locks: FieldLock[] = [];
  for (const { type, dict, value } of fields) {
    const signature = type === 'Sig' ? resolve(doc, value) : null;
    if (!isDict(signature)) continue;
    const permission = permissionOfLock(doc, entryOf(doc, dict, 'Lock'));
    if (permission !== undefined) permissions.push(permission);
    const lock = lockOfSignature(doc, signature);
    if (lock !== undefined) locks.push(lock);
  }
  const strictest = Math.min(...permissions);
  return { permission: strictest === 1 || strictest === 2 || strictest === 3 ? strictest : null, locks };
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

import { PdfError } from '../errors.ts';
import { memorySource, openPdf, openRebuilt } from '../reader/index.ts';
import type { Box, PdfSource } from '../reader/index.ts';
import type { PdfFragment } from './fragment.ts';
import { addFragment, addObject, allocate, append, appendGap, appendText, finishIncrement, placeObject, startIncrement } from './increment.ts';
import type { Increment } from './increment.ts';
import { isLocked, writeLock } from './locks.ts';
import type { FieldLock } from './locks.ts';
import { byteRangeWidth, makePrepared, makePreparedIncrement } from './prepared.ts';
import type { PreparedIncrement, PreparedSignature, WrittenIncrement } from './prepared.ts';
import { readSigningProfile } from './profile.ts';
import type { FieldProfile, PageProfile, SigningProfile } from './profile.ts';
import { writeDate, writeNumber, writeRef, writeText } from './serialise.ts';

export type SignatureRequest = {
  /** An empty signature field of the file, or the name of the field to be made. */
  readonly fieldName: string;
  /** Written as /M in Vietnam's time zone. The only signing time of a PAdES baseline signature that is not a timestamp. */
  readonly signingTime: Date;
  /** Room for the CMS, from `estimateCmsBytes`. */
  readonly reserveBytes: number;
  readonly signerName?: string;
  readonly reason?: string;
  readonly location?: string;
  /** Where a new field stands; without it the signature is invisible and belongs to the first page. */
  readonly place?: WidgetPlace;
  /** What it shows: required with a place, optional for an existing field. */
  readonly appearance?: WidgetAppearance;
  /** Makes this the certifying signature: 1 no change afterwards, 2 forms and signatures, 3 also annotations. */
  readonly certify?: 1 | 2 | 3;
  /** What this signature locks. A field that was made with a lock of its own keeps that one. */
  readonly lock?: FieldLock;
  /** Text fields that are filled in together with this signature, such as number and date of an official document. */
  readonly values?: readonly FieldValue[];
};

/** A value for a text field, and what the field shows: without its own appearance each reader would draw another. */
export type FieldValue = { readonly fieldName: string; readonly text: string; readonly appearance: WidgetAppearance };

/** A rectangle in the default user space of a page, whose index starts at 0. */
export type WidgetPlace = { readonly page: number; readonly rect: Box };

/** The objects of an appearance; the form XObject to show is the one at position `form`. */
export type WidgetAppearance = { readonly objects: PdfFragment; readonly form: number };

/**
 * First phase of signing: appends one revision with the signature field and an empty /Contents to the file, whose own bytes stay
 * untouched. With a `profile` of exactly these bytes (and this page) nothing is parsed. The increment to an encrypted file is encrypted
 * like the file; that to an unsigned file with useless cross-references carries new ones for everything.
 * Throws PdfError: as opening does, and `signing.field-already-signed`, `signing.field-unsuitable`, `signing.field-locked`,
 * `signing.not-permitted`, `signing.page-not-found`.
 */
export function prepareSignature(pdf: Buffer, request: SignatureRequest, profile?: SigningProfile): PreparedSignature {
  return makePrepared(pdf, writeSignature(memorySource(pdf), request, profile));
}

/** The same for a file that is not in memory: only what signing has to know of it is read. */
export function prepareSignatureOf(source: PdfSource, request: SignatureRequest, profile?: SigningProfile): PreparedIncrement {
  return makePreparedIncrement(source.sizeBytes, writeSignature(source, request, profile));
}

function writeSignature(source: PdfSource, request: SignatureRequest, profile?: SigningProfile): WrittenIncrement {
  const pageIndex = request.place?.page ?? 0;
  const known = profile?.pages[pageIndex] === undefined ? profileForSigning(source, pageIndex) : profile;
  if (known.sizeBytes !== source.sizeBytes) throw new PdfError('signing.base-changed', 'the profile belongs to another state of the file');
  const page = known.pages[pageIndex];
  if (page === undefined) throw new PdfError('signing.page-not-found', `page ${pageIndex}`);
  const field = checkRequest(known, request);
  const increment = startIncrement(known);
  const signatureNum = allocate(increment);
  const lock = field?.lock ?? request.lock;
  const widget = { signatureNum, request, page };
  const newField = field === undefined ? addNewField(increment, widget) : undefined;
  if (field !== undefined) fillField(increment, field, { value: `${signatureNum} 0 R`, appearance: request.appearance });
  for (const { fieldName, text, appearance } of request.values ?? []) {
    fillField(increment, checkFillable(known, fieldName), { value: writeText(text.normalize('NFC')), appearance });
  }
  if (newField !== undefined) addToPage(increment, page, newField);
  const formNum = addForm(increment, known, newField);
  if (formNum !== undefined || request.certify !== undefined) addCatalog(increment, known, { formNum, certify: request.certify, signatureNum });
  const byteRangeAt = addSignatureDictionary(increment, { signatureNum, request, transforms: transforms(known, request.certify, lock) });
  return { ...finishIncrement(increment, known), byteRangeAt, reserveBytes: request.reserveBytes };
}

/** A file whose damage shows only here is searched like one that cannot be opened; so is one whose table not every reader understands. */
function profileForSigning(source: PdfSource, pageIndex: number): SigningProfile {
  const doc = openPdf(source);
  try {
    const profile = readSigningProfile(doc, [pageIndex]);
    const isFirm = !doc.sections.some((section) => section.isIrregular) || Object.values(profile.form.fields).some((field) => field.isSigned);
    if (isFirm) return profile;
  } catch (error) {
    if (doc.isRebuilt || !(error instanceof PdfError) || error.code !== 'pdf.damaged') throw error;
  }
  return readSigningProfile(openRebuilt(source), [pageIndex]);
}

/** The text field to be filled in. Throws `signing.field-unsuitable`, `signing.field-locked`. */
function checkFillable(profile: SigningProfile, fieldName: string): FieldProfile {
  const field = Object.hasOwn(profile.form.fields, fieldName) ? profile.form.fields[fieldName] : undefined;
  if (field?.isFillable !== true || field.ref === null) throw new PdfError('signing.field-unsuitable', fieldName);
  if (isLocked(profile.locks, fieldName)) throw new PdfError('signing.field-locked', fieldName);
  return field;
}

function checkRequest(profile: SigningProfile, { fieldName, certify, place, appearance }: SignatureRequest): FieldProfile | undefined {
  const field = Object.hasOwn(profile.form.fields, fieldName) ? profile.form.fields[fieldName] : undefined;
  if (field !== undefined && !field.isSignature) throw new PdfError('signing.field-unsuitable', fieldName);
  if (field?.isSigned === true) throw new PdfError('signing.field-already-signed', fieldName);
  if (field !== undefined && field.ref === null) throw new PdfError('signing.field-unsuitable', `${fieldName} is not an object of its own`);
  // a dot separates the levels of a field's full name and cannot be part of one level (ISO 32000-2, 12.7.4.2)
  if (field === undefined && (fieldName === '' || fieldName.includes('.'))) throw new PdfError('signing.field-unsuitable', fieldName);
  if (profile.permission === 1) throw new PdfError('signing.not-permitted', 'certified with DocMDP P=1, or locked with P=1');
  const hasSignature = Object.values(profile.form.fields).some(({ isSigned }) => isSigned);
  if (certify !== undefined && hasSignature) throw new PdfError('signing.not-permitted', 'only the first signature can certify');
  if (field === undefined && (place === undefined) !== (appearance === undefined)) throw new TypeError('a place needs an appearance and the reverse');
  return field;
}

type Widget = { readonly signatureNum: number; readonly request: SignatureRequest; readonly page: PageProfile };

/** Flags of our widgets: print (4) and locked against being moved (128). */
const widgetFlags = 132;

function addNewField(increment: Increment, { signatureNum, request, page }: Widget): number {
  const num = allocate(increment);
  const rect = request.place?.rect ?? [0, 0, 0, 0];
  addObject(increment, { num, gen: 0 }, [
    `<</Type/Annot/Subtype/Widget/FT/Sig/T${writeText(request.fieldName)}/F ${widgetFlags}/V ${signatureNum} 0 R${addLock(increment, request.lock)}`,
    `/P ${writeRef(page.ref)}/Rect[${rect.map(writeNumber).join(' ')}]${addAppearance(increment, request.appearance)}>>`,
  ]);
  return num;
}

/** The lock of a field is an object of its own (ISO 32000-2, table 235). */
function addLock(increment: Increment, lock: FieldLock | undefined): string {
  if (lock === undefined) return '';
  const num = allocate(increment);
  addObject(increment, { num, gen: 0 }, [`<</Type/SigFieldLock${writeLock(lock)}>>`]);
  return `/Lock ${num} 0 R`;
}

/** Fills an empty field where it stands; nothing has to be added to the page or to the form's list. */
function fillField(increment: Increment, field: FieldProfile, { value, appearance }: { readonly value: string; readonly appearance: WidgetAppearance | undefined }): void {
  if (field.ref === null) throw new TypeError('a field that is no object cannot be rewritten');
  const shown = addAppearance(increment, appearance);
  if (field.widget === null) addObject(increment, field.ref, [`<<${field.entries}/V ${value}${shown}>>`]);
  else {
    addObject(increment, field.ref, [`<<${field.entries}/V ${value}>>`]);
    if (shown !== '') addObject(increment, field.widget.ref, [`<<${field.widget.entries}${shown}>>`]);
  }
}

function addAppearance(increment: Increment, appearance: WidgetAppearance | undefined): string {
  if (appearance === undefined) return '';
  return `/AP<</N ${addFragment(increment, appearance.objects) + appearance.form} 0 R>>`;
}

function addToPage(increment: Increment, page: PageProfile, widgetNum: number): void {
  const annots = `[${page.annots}${page.annots === '' ? '' : ' '}${widgetNum} 0 R]`;
  if (page.annotsRef !== null) addObject(increment, page.annotsRef, [annots]);
  else addObject(increment, page.ref, [`<<${page.entries}/Annots${annots}>>`]);
}

/** Answers the form's new number if the catalog has to be told of it. */
function addForm(increment: Increment, { form }: SigningProfile, newField: number | undefined): number | undefined {
  const added = newField === undefined ? '' : `${form.fieldRefs === '' ? '' : ' '}${newField} 0 R`;
  const body = `<<${form.entries}/Fields[${form.fieldRefs}${added}]/SigFlags 3>>`;
  if (form.ref !== null) {
    addObject(increment, form.ref, [body]);
    return undefined;
  }
  const num = allocate(increment);
  addObject(increment, { num, gen: 0 }, [body]);
  return num;
}

type CatalogChange = { readonly formNum: number | undefined; readonly certify: 1 | 2 | 3 | undefined; readonly signatureNum: number };

function addCatalog(increment: Increment, profile: SigningProfile, { formNum, certify, signatureNum }: CatalogChange): void {
  const form = formNum === undefined ? profile.form.ref : { num: formNum, gen: 0 };
  const docMdp = certify === undefined ? '' : `/DocMDP ${signatureNum} 0 R`;
  const perms = `${profile.permsEntries}${docMdp}`;
  addObject(increment, profile.root, [
    `<<${profile.catalogEntries}${form === null ? '' : `/AcroForm ${writeRef(form)}`}${perms === '' ? '' : `/Perms<<${perms}>>`}>>`,
  ]);
}

type SignatureDictionary = { readonly signatureNum: number; readonly request: SignatureRequest; readonly transforms: string };

/** Answers where the blanks stand that the numbers of /ByteRange replace, counted from the start of the increment. */
function addSignatureDictionary(increment: Increment, { signatureNum, request, transforms: references }: SignatureDictionary): number {
  const { reserveBytes, signingTime, signerName, reason, location } = request;
  const place = { num: signatureNum, gen: 0 };
  placeObject(increment, place);
  append(increment, '<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[');
  const byteRangeAt = increment.length;
  append(increment, ' '.repeat(byteRangeWidth));
  const details = `${textEntry('Name', signerName)}${textEntry('Reason', reason)}${textEntry('Location', location)}`;
  appendText(increment, place, `]/M${writeDate(signingTime)}${details}${references}/Contents`);
  appendGap(increment, reserveBytes * 2 + 2);
  append(increment, '>>\nendobj\n');
  return byteRangeAt;
}

function textEntry(key: string, text: string | undefined): string {
  return text === undefined || text === '' ? '' : `/${key}${writeText(text.normalize('NFC'))}`;
}

/** The transforms that say what may change later: DocMDP of a certifying signature, FieldMDP of one that locks fields. */
function transforms({ root }: SigningProfile, certify: 1 | 2 | 3 | undefined, lock: FieldLock | undefined): string {
  const docMdp = certify === undefined ? '' : `<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P ${certify}/V/1.2>>>>`;
  const params = lock === undefined ? '' : `<</Type/TransformParams/V/1.2${writeLock(lock)}>>`;
  const fieldMdp = lock === undefined ? '' : `<</Type/SigRef/TransformMethod/FieldMDP/Data ${writeRef(root)}/TransformParams${params}>>`;
  return docMdp + fieldMdp === '' ? '' : `/Reference[${docMdp}${fieldMdp}]`;
}

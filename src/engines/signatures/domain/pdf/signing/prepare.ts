import { PdfError } from '../errors.ts';
import { openPdf } from '../reader/index.ts';
import type { Box } from '../reader/index.ts';
import type { PdfFragment } from './fragment.ts';
import { addFragment, addObject, allocate, append, appendGap, finishIncrement, placeObject, startIncrement } from './increment.ts';
import type { Increment } from './increment.ts';
import { byteRangeWidth, makePrepared } from './prepared.ts';
import type { PreparedSignature } from './prepared.ts';
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
};

/** A rectangle in the default user space of a page, whose index starts at 0. */
export type WidgetPlace = { readonly page: number; readonly rect: Box };

/** The objects of an appearance; the form XObject to show is the one at position `form`. */
export type WidgetAppearance = { readonly objects: PdfFragment; readonly form: number };

/**
 * First phase of signing: appends one revision with the signature field and an empty /Contents to the file, whose own bytes stay
 * untouched. With a `profile` of exactly these bytes (and this page) nothing is parsed.
 * Throws PdfError: as opening does, and `signing.field-already-signed`, `signing.field-unsuitable`, `signing.not-permitted`,
 * `signing.page-not-found`.
 */
export function prepareSignature(pdf: Buffer, request: SignatureRequest, profile?: SigningProfile): PreparedSignature {
  const pageIndex = request.place?.page ?? 0;
  const known = profile?.pages[pageIndex] === undefined ? readSigningProfile(openPdf(pdf), [pageIndex]) : profile;
  if (known.sizeBytes !== pdf.length) throw new PdfError('signing.base-changed', 'the profile belongs to another state of the file');
  const page = known.pages[pageIndex];
  if (page === undefined) throw new PdfError('signing.page-not-found', `page ${pageIndex}`);
  const field = checkRequest(known, request);
  const increment = startIncrement(known);
  const signatureNum = allocate(increment);
  const widget = { signatureNum, request, page };
  const newField = field === undefined ? addNewField(increment, widget) : undefined;
  if (field !== undefined) fillField(increment, field, widget);
  if (newField !== undefined) addToPage(increment, page, newField);
  const formNum = addForm(increment, known, newField);
  if (formNum !== undefined || request.certify !== undefined) addCatalog(increment, known, { formNum, certify: request.certify, signatureNum });
  const byteRangeAt = addSignatureDictionary(increment, { signatureNum, request, lock: field?.lock ?? null });
  return makePrepared(pdf, { ...finishIncrement(increment, known), byteRangeAt, reserveBytes: request.reserveBytes });
}

function checkRequest(profile: SigningProfile, { fieldName, certify, place, appearance }: SignatureRequest): FieldProfile | undefined {
  const field = Object.hasOwn(profile.form.fields, fieldName) ? profile.form.fields[fieldName] : undefined;
  if (field !== undefined && !field.isSignature) throw new PdfError('signing.field-unsuitable', fieldName);
  if (field?.isSigned === true) throw new PdfError('signing.field-already-signed', fieldName);
  if (field !== undefined && field.ref === null) throw new PdfError('signing.field-unsuitable', `${fieldName} is not an object of its own`);
  // a dot separates the levels of a field's full name and cannot be part of one level (ISO 32000-2, 12.7.4.2)
  if (field === undefined && (fieldName === '' || fieldName.includes('.'))) throw new PdfError('signing.field-unsuitable', fieldName);
  if (profile.permission === 1) throw new PdfError('signing.not-permitted', 'certified with DocMDP P=1');
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
    `<</Type/Annot/Subtype/Widget/FT/Sig/T${writeText(request.fieldName)}/F ${widgetFlags}/V ${signatureNum} 0 R`,
    `/P ${writeRef(page.ref)}/Rect[${rect.map(writeNumber).join(' ')}]${addAppearance(increment, request.appearance)}>>`,
  ]);
  return num;
}

/** Signs an empty field where it stands; nothing has to be added to the page or to the form's list. */
function fillField(increment: Increment, field: FieldProfile, { signatureNum, request }: Widget): void {
  const appearance = addAppearance(increment, request.appearance);
  const value = `/V ${signatureNum} 0 R`;
  if (field.ref === null) throw new PdfError('signing.field-unsuitable', request.fieldName);
  if (field.widget === null) addObject(increment, field.ref, [`<<${field.entries}${value}${appearance}>>`]);
  else {
    addObject(increment, field.ref, [`<<${field.entries}${value}>>`]);
    if (appearance !== '') addObject(increment, field.widget.ref, [`<<${field.widget.entries}${appearance}>>`]);
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

type SignatureDictionary = { readonly signatureNum: number; readonly request: SignatureRequest; readonly lock: string | null };

/** Answers where the blanks stand that the numbers of /ByteRange replace, counted from the start of the increment. */
function addSignatureDictionary(increment: Increment, { signatureNum, request, lock }: SignatureDictionary): number {
  const { reserveBytes, signingTime, signerName, reason, location, certify } = request;
  placeObject(increment, { num: signatureNum, gen: 0 });
  append(increment, '<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[');
  const byteRangeAt = increment.length;
  append(increment, ' '.repeat(byteRangeWidth));
  const details = `${textEntry('Name', signerName)}${textEntry('Reason', reason)}${textEntry('Location', location)}`;
  append(increment, `]/M${writeDate(signingTime)}${details}${references(certify, lock)}/Contents`);
  appendGap(increment, reserveBytes * 2 + 2);
  append(increment, '>>\nendobj\n');
  return byteRangeAt;
}

function textEntry(key: string, text: string | undefined): string {
  return text === undefined || text === '' ? '' : `/${key}${writeText(text.normalize('NFC'))}`;
}

/** The transforms that say what may change later: DocMDP of a certifying signature, FieldMDP of a field with a lock. */
function references(certify: 1 | 2 | 3 | undefined, lock: string | null): string {
  const transforms: string[] = [];
  if (certify !== undefined) transforms.push(`<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P ${certify}/V/1.2>>>>`);
  if (lock !== null) transforms.push(`<</Type/SigRef/TransformMethod/FieldMDP/TransformParams<</Type/TransformParams/V/1.2${lock}>>>>`);
  return transforms.length === 0 ? '' : `/Reference[${transforms.join('')}]`;
}

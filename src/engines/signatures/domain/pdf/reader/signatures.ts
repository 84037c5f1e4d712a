import { dictEntry, entryOf, findEntry, getCatalog, resolve } from './document.ts';
import type { PdfDocument } from './document.ts';
import { listFields, listStraySignatureFields } from './fields.ts';
import type { PdfField } from './fields.ts';
import { isArray, isDict, isInteger, isName, isRef, isString } from './objects.ts';
import type { PdfDict, PdfObject, PdfRef } from './objects.ts';
import { decodeTextString } from './text-string.ts';

/** A place in the file: [start, end). */
export type Span = { readonly start: number; readonly end: number };

/** The signature dictionary of a signed field, as it stands; nothing about it is checked here. */
export type PdfSignature = {
  readonly field: PdfField;
  /** Undefined when the dictionary stands directly in the field. */
  readonly ref: PdfRef | undefined;
  readonly dict: PdfDict;
  /** 'Sig' or 'DocTimeStamp'; 'Sig' when the file does not say. */
  readonly type: string;
  readonly filter: string;
  readonly subFilter: string;
  /** The numbers of /ByteRange; undefined if it is not an array of whole numbers. */
  readonly byteRange: readonly number[] | undefined;
  /** The bytes of /Contents, padding included. */
  readonly contents: Buffer | undefined;
  /** From `<` to behind `>` in the file; undefined if the string is not written in the file itself (object stream, reference). */
  readonly contentsSpan: Span | undefined;
  readonly byteRangeSpan: Span | undefined;
  readonly isContentsHex: boolean;
  readonly name: string | undefined;
  readonly reason: string | undefined;
  readonly location: string | undefined;
  /** /M as written, for example D:20261121120000+07'00'. */
  readonly signingTime: string | undefined;
  /** P of a DocMDP reference of this signature: 1 no change, 2 forms and signatures, 3 also annotations. */
  readonly docMdp: 1 | 2 | 3 | undefined;
};

/** All signed signature fields: those of the form in its order, then those whose form was lost. */
export function listSignatures(doc: PdfDocument): readonly PdfSignature[] {
  const inForm = listFields(doc);
  return [...inForm, ...listStraySignatureFields(doc, inForm)].flatMap((field) => {
    const signature = field.type === 'Sig' ? readSignature(doc, field) : undefined;
    return signature === undefined ? [] : [signature];
  });
}

/** The signature of one field; undefined if the field is empty. */
export function readSignature(doc: PdfDocument, field: PdfField): PdfSignature | undefined {
  const dict = resolve(doc, field.value);
  if (!isDict(dict)) return undefined;
  const ref = isRef(field.value) ? field.value : undefined;
  const isInFile = ref === undefined ? isWrittenInFile(doc, field.ref) : isWrittenInFile(doc, ref);
  const contents = dict.entries.get('Contents');
  const direct = isString(contents) ? contents : undefined;
  const range = dict.entries.get('ByteRange');
  const resolved = resolve(doc, contents);
  return {
    field,
    ref,
    dict,
    type: nameEntry(doc, dict, 'Type') ?? 'Sig',
    filter: nameEntry(doc, dict, 'Filter') ?? '',
    subFilter: nameEntry(doc, dict, 'SubFilter') ?? '',
    byteRange: readIntegers(resolve(doc, range)),
    contents: isString(resolved) ? resolved.bytes : undefined,
    contentsSpan: isInFile && direct ? { start: direct.start, end: direct.end } : undefined,
    byteRangeSpan: isInFile && isArray(range) ? { start: range.start, end: range.end } : undefined,
    isContentsHex: direct?.isHex ?? false,
    name: textEntry(doc, dict, 'Name'),
    reason: textEntry(doc, dict, 'Reason'),
    location: textEntry(doc, dict, 'Location'),
    signingTime: textEntry(doc, dict, 'M'),
    docMdp: readDocMdp(doc, dict),
  };
}

function isWrittenInFile(doc: PdfDocument, ref: PdfRef | undefined): boolean {
  return ref !== undefined && findEntry(doc, ref.num)?.type === 'offset';
}

function nameEntry(doc: PdfDocument, dict: PdfDict, key: string): string | undefined {
  const value = entryOf(doc, dict, key);
  return isName(value) ? value.name : undefined;
}

function textEntry(doc: PdfDocument, dict: PdfDict, key: string): string | undefined {
  const value = entryOf(doc, dict, key);
  return isString(value) ? decodeTextString(value.bytes) : undefined;
}

function readIntegers(value: PdfObject): readonly number[] | undefined {
  if (!isArray(value)) return undefined;
  const numbers = value.items.filter((item) => isInteger(item));
  return numbers.length === value.items.length ? numbers : undefined;
}

function readDocMdp(doc: PdfDocument, signature: PdfDict): 1 | 2 | 3 | undefined {
  const references = entryOf(doc, signature, 'Reference');
  if (!isArray(references)) return undefined;
  for (const item of references.items) {
    const reference = resolve(doc, item);
    if (!isDict(reference) || !isName(entryOf(doc, reference, 'TransformMethod'), 'DocMDP')) continue;
    const permission = entryOf(doc, dictEntry(doc, reference, 'TransformParams'), 'P');
    return permission === 1 || permission === 3 ? permission : 2;
  }
  return undefined;
}

/** What the certifying signature permits afterwards, if the catalog's /Perms names one. */
export function documentPermission(doc: PdfDocument): 1 | 2 | 3 | undefined {
  const certifying = dictEntry(doc, dictEntry(doc, getCatalog(doc), 'Perms'), 'DocMDP');
  return certifying === undefined ? undefined : readDocMdp(doc, certifying);
}

/**
 * The document time stamp of EN 319 142-1 clause 5.4.3: an RFC 3161 token over the whole file, in a field of its own. Over a store with
 * validation material it makes B-LT to B-LTA; a later one on top renews an older one before its algorithms or certificates end.
 */
import { PdfError } from '../errors.ts';
import { openPdf } from '../reader/index.ts';
import { addObject, allocate, append, appendGap, finishIncrement, placeObject, startIncrement } from '../signing/increment.ts';
import type { Increment } from '../signing/increment.ts';
import { byteRangeWidth, makePrepared } from '../signing/prepared.ts';
import type { PreparedSignature } from '../signing/prepared.ts';
import { readSigningProfile } from '../signing/profile.ts';
import type { PageProfile, SigningProfile } from '../signing/profile.ts';
import { writeRef } from '../signing/serialise.ts';

export type DocumentTimestampRequest = {
  /** Room for the token. */
  readonly reserveBytes: number;
};

/**
 * First phase: appends one revision with an invisible field and an empty /Contents. The second phase is `finish` with the token whose
 * imprint is `digest(hash)`. Like validation data, it is permitted on every document, certified ones included (ISO 32000-2, table 257).
 * Throws PdfError as reading does.
 */
export function prepareDocumentTimestamp(pdf: Buffer, { reserveBytes }: DocumentTimestampRequest): PreparedSignature {
  const profile = readSigningProfile(openPdf(pdf), [0]);
  const page = profile.pages[0];
  if (page === undefined) throw new PdfError('signing.page-not-found', 'page 0');
  const increment = startIncrement(profile);
  const timestampNum = allocate(increment);
  const fieldNum = allocate(increment);
  addObject(increment, { num: fieldNum, gen: 0 }, [
    // print (4) and locked against being moved (128), as our signature fields
    `<</Type/Annot/Subtype/Widget/FT/Sig/T(${freeFieldName(profile)})/F 132/V ${timestampNum} 0 R/P ${writeRef(page.ref)}/Rect[0 0 0 0]>>`,
  ]);
  addToPage(increment, page, fieldNum);
  addToForm(increment, profile, fieldNum);
  const byteRangeAt = addDictionary(increment, { timestampNum, reserveBytes });
  return makePrepared(pdf, { ...finishIncrement(increment, profile), byteRangeAt, reserveBytes });
}

function freeFieldName({ form }: SigningProfile): string {
  let number = 1;
  while (Object.hasOwn(form.fields, `DocTimeStamp${number}`)) number += 1;
  return `DocTimeStamp${number}`;
}

function addToPage(increment: Increment, page: PageProfile, fieldNum: number): void {
  const annots = `[${page.annots}${page.annots === '' ? '' : ' '}${fieldNum} 0 R]`;
  if (page.annotsRef !== null) addObject(increment, page.annotsRef, [annots]);
  else addObject(increment, page.ref, [`<<${page.entries}/Annots${annots}>>`]);
}

function addToForm(increment: Increment, profile: SigningProfile, fieldNum: number): void {
  const { form } = profile;
  const body = `<<${form.entries}/Fields[${form.fieldRefs}${form.fieldRefs === '' ? '' : ' '}${fieldNum} 0 R]/SigFlags 3>>`;
  const formNum = form.ref?.num ?? allocate(increment);
  addObject(increment, { num: formNum, gen: form.ref?.gen ?? 0 }, [body]);
  if (form.ref !== null) return;
  const perms = profile.permsEntries === '' ? '' : `/Perms<<${profile.permsEntries}>>`;
  addObject(increment, profile.root, [`<<${profile.catalogEntries}/AcroForm ${formNum} 0 R${perms}>>`]);
}

/** Answers where the blanks stand that the numbers of /ByteRange replace, counted from the start of the increment. */
function addDictionary(increment: Increment, { timestampNum, reserveBytes }: { readonly timestampNum: number; readonly reserveBytes: number }): number {
  placeObject(increment, { num: timestampNum, gen: 0 });
  append(increment, '<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161/ByteRange[');
  const byteRangeAt = increment.length;
  append(increment, ' '.repeat(byteRangeWidth));
  append(increment, ']/Contents');
  appendGap(increment, reserveBytes * 2 + 2);
  append(increment, '>>\nendobj\n');
  return byteRangeAt;
}

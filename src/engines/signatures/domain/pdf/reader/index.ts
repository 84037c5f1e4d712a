/** The PDF reader's front door. Everything is lazy and bounded; every failure is a PdfError. */
export { PdfError, pdfErrorTexts } from '../errors.ts';
export type { PdfErrorCode } from '../errors.ts';
export { scanActiveContent } from './active-content.ts';
export type { ActiveContent, ActiveContentKind, ActiveContentScan } from './active-content.ts';
export {
  decodeStream,
  dictEntry,
  entryOf,
  findEntry,
  getCatalog,
  getObject,
  listObjectNumbers,
  resolve,
  rootRef,
  streamBytes,
} from './document.ts';
export type { PdfDocument } from './document.ts';
export { openPdf, openRebuilt } from './open.ts';
export { listFields } from './fields.ts';
export type { PdfField, PdfWidget } from './fields.ts';
export type { PdfLimits } from './limits.ts';
export { dictPart, isArray, isDict, isInteger, isName, isRef, isStream, isString } from './objects.ts';
export type { PdfArray, PdfDict, PdfName, PdfObject, PdfRef, PdfStream, PdfString } from './objects.ts';
export { acroFormOf, countPages, findPage, listPages, readBox, walkPages } from './pages.ts';
export type { Box, PdfPage } from './pages.ts';
export { fileSource, memorySource } from './source.ts';
export type { FileAccess, PdfSource } from './source.ts';
export { listRevisions, openRevision } from './revisions.ts';
export type { PdfRevision } from './revisions.ts';
export { documentPermission, listSignatures, readSignature } from './signatures.ts';
export type { PdfSignature, Span } from './signatures.ts';
export { decodeTextString } from './text-string.ts';
export type { XrefEntry, XrefSection } from './xref.ts';

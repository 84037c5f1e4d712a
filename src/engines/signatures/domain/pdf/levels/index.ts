/** The higher levels of PAdES on top of a signature: the store of validation material (B-LT) and document time stamps (B-LTA). */
export { prepareDocumentTimestamp } from './document-timestamp.ts';
export type { DocumentTimestampRequest } from './document-timestamp.ts';
export { addValidationStore, storeKeyOf } from './validation-store.ts';
export type { SignatureItems, StoreItems, StoreMaterial } from './validation-store.ts';

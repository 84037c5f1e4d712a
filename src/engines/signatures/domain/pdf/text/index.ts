/** Where things stand on the pages, as far as the text can be read. */
export { findIssuePlaces, findSignaturePlace, findText } from './find.ts';
export type { FoundText, IssuePlaces, SignaturePlace } from './find.ts';

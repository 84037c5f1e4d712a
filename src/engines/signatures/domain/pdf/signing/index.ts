/** Signing of PDF files in two phases: prepare, then finish with a CMS that any key holder made. */
export { joinFragments, local, streamObject } from './fragment.ts';
export type { FragmentObject, LocalRef, PdfFragment } from './fragment.ts';
export type { FieldLock } from './locks.ts';
export { prepareSignature, prepareSignatureOf } from './prepare.ts';
export type { FieldValue, SignatureRequest, WidgetAppearance, WidgetPlace } from './prepare.ts';
export { restoreIncrement, restorePrepared, saveIncrement, savePrepared } from './prepared.ts';
export type { HashName, PreparedIncrement, PreparedSignature, PreparedState } from './prepared.ts';
export { readSigningProfile } from './profile.ts';
export type { PageProfile, SigningProfile } from './profile.ts';

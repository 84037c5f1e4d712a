/** CAdES baseline signatures of any file, detached: signing in two phases, long-term material, validation. */
export { cadesAttributes, digestOfStream, embedCades } from './sign.ts';
export type { CadesContent } from './sign.ts';
export { shaOf } from './archive-proofs.ts';
export type { ArchiveStamp } from './archive-proofs.ts';
export { archiveInputOf, embedArchiveTimestamp } from './archive.ts';
export type { ArchiveInput } from './archive.ts';
export { earliestEnd, judgeSignature } from './signature-report.ts';
export type { SignatureFacts, SignatureValidation } from './signature-report.ts';
export { contextOf, readAll, validateCades } from './validate.ts';
export type { CadesInput, SignatureTrust } from './validate.ts';
export { addValidationData } from './validation-data.ts';
export type { ValidationData } from './validation-data.ts';

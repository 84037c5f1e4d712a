/** ASiC containers (ETSI EN 319 162-1): several files and the signatures over them in one ZIP. */
export { prepareAsic, writeAsic } from './create.ts';
export type { AsicFile, AsicParts, PreparedAsic } from './create.ts';
export { AsicError, asicErrorTexts } from './errors.ts';
export type { AsicErrorCode } from './errors.ts';
export { findingText } from './findings.ts';
export type { AsicFinding, AsicFindingCode } from './findings.ts';
export { validateAsic } from './validate.ts';
export type { AsicKind, AsicReport, AsicSignatureReport, AsicValidation } from './validate.ts';
export type { ByteSource, ZipLimits } from './zip-reader.ts';
export { defaultZipLimits, openZip } from './zip-reader.ts';
export type { Zip } from './zip-reader.ts';
export { writeZip } from './zip-writer.ts';
export type { StoredEntry } from './zip-writer.ts';

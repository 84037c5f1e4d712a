/** XAdES: XML signatures made in two phases, raised to B-T and B-LT, and validated. Rules: ETSI EN 319 132-1, W3C XML Signature 1.1. */
export { XmlError, xmlErrorTexts } from './errors.ts';
export type { XmlErrorCode } from './errors.ts';
export { addArchiveTimestamp, addUnsignedValues, addValidationValues, archiveInputOf, timestampInputOf } from './extend.ts';
export { namedFiles } from './named-files.ts';
export type { NamedFile } from './named-files.ts';
export { prepareDetached, prepareEnveloped, prepareEnveloping } from './prepare.ts';
export type { DetachedFile, EnvelopedContent, EnvelopedOptions, XmlSignatureOptions } from './prepare.ts';
export { restorePreparedXml } from './prepared.ts';
export type { PreparedXmlSignature, PreparedXmlState } from './prepared.ts';
export { coversAllBytes } from './references.ts';
export type { SignedPart } from './references.ts';
export { signXmlBytes, xmlSigner } from './signer.ts';
export type { XmlSigner } from './signer.ts';
export type { UnsignedValues } from './unsigned.ts';
export { validateXml, validateXmlFully } from './validate-xml.ts';
export type { SignedSubject, XmlSignatureReport, XmlValidation, XmlValidationOptions, XmlValidationReport } from './validate-xml.ts';

/** Validation of signed PDF files: the report, its words, and what the command line prints. */
export { defaultAlgorithmRules } from './algorithm-rules.ts';
export type { AlgorithmRules, HashRule, KeyRule } from './algorithm-rules.ts';
export { createValidationCache } from './cache.ts';
export type { ValidationCache } from './cache.ts';
export type { ChangeCode } from './change-texts.ts';
export type { CliResult, ExitStatus } from './cli-text.ts';
export { describe } from './describe.ts';
export type { Language, ReportDescription, SignatureDescription } from './describe.ts';
export { problemText } from './problems.ts';
export type { Indication, Problem, ProblemCode, SubIndication } from './problems.ts';
export type {
  ActiveContentReport,
  CertificateReport,
  ChangeReport,
  ChangesAfter,
  RevocationReport,
  SignatureLevel,
  SignatureReport,
  SignerRole,
  TimestampReport,
  ValidationReport,
} from './report.ts';
export type { TrustPeriod } from './trust-store.ts';
export type { MissingLink } from './trust.ts';
export type { UsedMaterial } from './used-material.ts';
export { validatePdf } from './validate-pdf.ts';
export type { Validation, ValidationOptions } from './validate-pdf.ts';
export type { GivenMaterial } from './validation-material.ts';

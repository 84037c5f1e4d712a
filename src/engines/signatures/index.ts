import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { authorityClockHealth, revocationListHealth } from './health.ts';
import { browserAgentDriver } from './adapters/agents/browser-agent-driver.ts';
import { signatureEvents } from './events.ts';
import { handOverEvents } from './hand-over/events.ts';
import { finishHandOverJob } from './hand-over/jobs/finish-hand-over.ts';
import { handOverRoutes } from './hand-over/routes.ts';
import { pdfInspector } from './inspect-pdf.ts';
import { archiveFileJob } from './jobs/archive-file.ts';
import { pollSigning } from './jobs/poll-signing.ts';
import { validateFileJob } from './jobs/validate-file.ts';
import { builtInNotice } from './notice.ts';
import { pkiRoutes } from './pki-routes.ts';
import { signatureRoutes } from './routes.ts';
import { signatureSchedules } from './schedules.ts';

/** Signs, seals, timestamps and validates; keeps the built-in authority, credentials and trust anchors. */
export const signaturesModule: Module = {
  name: 'signatures',
  migrations: join(import.meta.dirname, 'migrations'),
  routes: [...pkiRoutes, ...signatureRoutes, ...handOverRoutes],
  jobs: [pollSigning, validateFileJob, archiveFileJob, finishHandOverJob],
  events: { ...signatureEvents, ...handOverEvents },
  schedules: signatureSchedules,
  health: [revocationListHealth, authorityClockHealth],
  contributions: { 'identity.notices': [builtInNotice], 'files.inspectors': [pdfInspector], 'signatures.key-holders': [browserAgentDriver] },
};

export { builtInNotice } from './notice.ts';
export { signatureErrors } from './errors.ts';
export { issueCredential, issueCredentials, type CredentialImage, type NewCredential } from './commands/issue-credentials.ts';
export { isMalformedCertificate, readCertificates, type CertificateFacts } from './certificate-facts.ts';
export { importCredential, type ImportCredential } from './commands/import-credential.ts';
export { connectCredential, listConnectable, type ConnectCredential, type KeyPlace } from './commands/connect-credential.ts';
export { validateSoon } from './jobs/validate-file.ts';
export { archiveFile, type FileToArchive } from './commands/archive-file.ts';
export { signHashes, type SignHashes } from './commands/sign-hashes.ts';
export { revokeCredential } from './commands/revoke-credential.ts';
export { changePin, setImage, unlockCredential } from './commands/manage-credential.ts';
export { credentialsByKey, listCredentials, summaryOf, type CredentialFilter, type CredentialKey } from './queries/credentials.ts';
export { openSigning, type OpenSigning } from './commands/open-signing.ts';
export { performSigning, type PerformSigning, type SigningOutcome } from './perform-signing.ts';
export { expireSignings } from './commands/signing-states.ts';
export { defineSigningPurpose, type SigningEvidence, type SigningPurpose, type SigningResult } from './purposes.ts';
export { SigningDriverError, type HeldCredential, type SigningDriver, type SignOutcome, type SignRequest } from './adapters/signing-driver.ts';
export { establishAuthority, planAuthority } from './adapters/built-in-authority/create-authority.ts';
export { authorityErrors } from './adapters/built-in-authority/errors.ts';
export { builtInAuthority } from './adapters/built-in-authority/keys.ts';
export { openRootKey, publishRootList, writeRootKey } from './adapters/built-in-authority/root-key.ts';
export { joinShares, splitSecret } from './adapters/built-in-authority/secret-shares.ts';
export { authorityState, type AuthorityState } from './adapters/built-in-authority/state.ts';
export { demoSealPng, demoSignaturePng } from './domain/pdf/demo-images/demo-images.ts';
export { suggestPlacement } from './queries/suggest-placement.ts';
export { validateBytes, validateStored, validationOf } from './queries/validate-stored.ts';
export { validateAlone, type AloneTrust, type AloneValidator } from './queries/validate-alone.ts';
export type { Finding, StoredReport, StoredSignature, Wording } from './report-words.ts';
export { addTrustAnchor, listTrustAnchors, publicFolder } from './trust.ts';
export { timestampTreeHeads } from './schedules.ts';
export { reportXml, sealedReportPdf, type ReportPaper } from './report-seal.ts';
export { readBody } from './read-body.ts';
export type { Appearance, CredentialSummary, Placement, WrittenText } from './contract.ts';

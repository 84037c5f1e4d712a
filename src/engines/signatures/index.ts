import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { authorityClockHealth, authorityTokenHealth, documentReaderHealth, revocationListHealth, timePeersHealth, trustedListHealth } from './health.ts';
import { archiveRoutes } from './archive-routes.ts';
import { browserAgentDriver } from './adapters/agents/browser-agent-driver.ts';
import { signatureEvents } from './events.ts';
import { handOverEvents } from './hand-over/events.ts';
import { finishHandOverJob } from './hand-over/jobs/finish-hand-over.ts';
import { handOverRoutes } from './hand-over/routes.ts';
import { pdfInspector } from './inspect-pdf.ts';
import { archiveFileJob } from './jobs/archive-file.ts';
import { pollBatch } from './jobs/poll-batch.ts';
import { pollSigning } from './jobs/poll-signing.ts';
import { validateFileJob } from './jobs/validate-file.ts';
import { builtInNotice } from './notice.ts';
import { pkiRoutes } from './pki-routes.ts';
import { signatureRoutes } from './routes.ts';
import { lastingCopies } from './copy-guard.ts';
import { consentRoutes } from './routes-consents.ts';
import { ownSigningRoutes } from './routes-own-signings.ts';
import { trustStoreRoutes } from './trust-store/routes.ts';
import { signatureSchedules } from './schedules.ts';

/** Signs, seals, timestamps and validates; keeps the built-in authority, credentials and trust anchors. */
export const signaturesModule: Module = {
  name: 'signatures',
  migrations: join(import.meta.dirname, 'migrations'),
  routes: [...pkiRoutes, ...signatureRoutes, ...consentRoutes, ...ownSigningRoutes, ...handOverRoutes, ...archiveRoutes, ...trustStoreRoutes],
  jobs: [pollSigning, pollBatch, validateFileJob, archiveFileJob, finishHandOverJob],
  events: { ...signatureEvents, ...handOverEvents },
  schedules: signatureSchedules,
  health: [revocationListHealth, authorityClockHealth, authorityTokenHealth, timePeersHealth, trustedListHealth, documentReaderHealth],
  contributions: { 'identity.notices': [builtInNotice], 'files.inspectors': [pdfInspector], 'files.guards': [lastingCopies], 'signatures.key-holders': [browserAgentDriver] },
};

export { builtInNotice } from './notice.ts';
export { signatureErrors } from './errors.ts';
export { issueCredential, issueCredentials, type NewCredential } from './commands/issue-credentials.ts';
export { isMalformedCertificate, readCertificates, type CertificateFacts } from './certificate-facts.ts';
export { importCredential } from './commands/import-credential.ts';
export { validateAnew, validateSoon } from './jobs/validate-file.ts';
export { archiveFile } from './commands/archive-file.ts';
export { meansOwnPss, offersPss, pinForHashes, signHashes, type SignedHash } from './commands/sign-hashes.ts';
export { revokeCredential } from './commands/revoke-credential.ts';
export { changePin } from './commands/manage-credential.ts';
export { credentialsByKey, listCredentials } from './queries/credentials.ts';
export { openSigning, type PlaceBeforeOwner } from './commands/open-signing.ts';
export { performSigning } from './perform-signing.ts';
export { performSigningBatch, type BatchedSigning } from './perform-batch.ts';
export { confirmsTogether } from './signing-steps.ts';
export { answerOfOwner, askOwner, refusalOfOwner, type AskedOwner } from './ask-owner.ts';
export { expireSignings } from './commands/signing-states.ts';
export { closeSigningServices, defineSigningPurpose, type AskedOfOwner, type OwnerApproval, type SigningResult } from './purposes.ts';
export type { SigningDriver } from './adapters/signing-driver.ts';
export { establishAuthority, planAuthority, recordCeremony } from './adapters/built-in-authority/create-authority.ts';
export { authorityErrors } from './adapters/built-in-authority/errors.ts';
export { openRootKey, publishRootList, writeRootKey } from './adapters/built-in-authority/root-key.ts';
export { joinShares, splitSecret } from './adapters/built-in-authority/secret-shares.ts';
export { authorityState, type AuthorityState } from './adapters/built-in-authority/state.ts';
export { demoSealPng, demoSignaturePng } from './domain/pdf/demo-images/demo-images.ts';
export { askCertificateStatus, type CertificateStatusAnswer } from './queries/certificate-status.ts';
export { keepStatusAnswer, noteForeignStatus, readStatusAnswer } from './commands/note-foreign-status.ts';
export { signingProgress } from './queries/signing-progress.ts';
export { isWaiting, keptReport, validateBytes, validateOpening, validateStored, validateTogether, validationOf, type Validating } from './queries/validate-stored.ts';
export { earlierReports, reportOfThen, type EarlierReport } from './queries/earlier-reports.ts';
export { trustVersion, verdictsNow } from './queries/verdicts-now.ts';
export { validateAlone } from './queries/validate-alone.ts';
export { validationMaterialOf, type ValidationMaterial } from './queries/validation-material.ts';
export { sealedContainer, type AsicFile } from './seal-container.ts';
export type { StoredReport, StoredSignature, Wording } from './report-words.ts';
export { addTrustAnchor } from './commands/trust-anchors.ts';
export { readFolderSince } from './trust.ts';
export { publicFolder } from './trust-folder.ts';
export { timestampTreeHeads } from './schedules.ts';
export { sealedPayload, sealedReportPdf, sealedReportXml, type ReportPaper } from './report-seal.ts';
export { writeReportPdf } from './domain/report-pdf/index.ts';
export { readBody } from './read-body.ts';
export { askTimePeers } from './adapters/timestamps/time-peers.ts';
export type { CredentialSummary } from './contract.ts';

import { join } from 'node:path';
import type { Module } from '#kernel/module.ts';
import { revocationListHealth } from './health.ts';
import { signatureEvents } from './events.ts';
import { pdfInspector } from './inspect-pdf.ts';
import { pollSigning } from './jobs/poll-signing.ts';
import { builtInNotice } from './notice.ts';
import { pkiRoutes } from './pki-routes.ts';
import { signatureRoutes } from './routes.ts';
import { signatureSchedules } from './schedules.ts';

/** Signs, seals, timestamps and validates; keeps the built-in authority, credentials and trust anchors. */
export const signaturesModule: Module = {
  name: 'signatures',
  migrations: join(import.meta.dirname, 'migrations'),
  routes: [...pkiRoutes, ...signatureRoutes],
  jobs: [pollSigning],
  events: signatureEvents,
  schedules: signatureSchedules,
  health: [revocationListHealth],
  contributions: { 'identity.notices': [builtInNotice], 'files.inspectors': [pdfInspector] },
};

export { builtInNotice } from './notice.ts';
export { signatureErrors } from './errors.ts';
export { issueCredential, issueCredentials, type CredentialImage, type NewCredential } from './commands/issue-credentials.ts';
export { importCredential, type ImportCredential } from './commands/import-credential.ts';
export { revokeCredential } from './commands/revoke-credential.ts';
export { changePin, setImage, unlockCredential } from './commands/manage-credential.ts';
export { listCredentials, summaryOf, type CredentialFilter } from './queries/credentials.ts';
export { openSigning, type OpenSigning } from './commands/open-signing.ts';
export { performSigning, type PerformSigning, type SigningOutcome } from './perform-signing.ts';
export { expireSignings } from './commands/signing-states.ts';
export { defineSigningPurpose, type SigningEvidence, type SigningPurpose, type SigningResult } from './purposes.ts';
export { KeyHolderError, type HeldCredential, type KeyHolder, type SignOutcome, type SignRequest } from './adapters/key-holder.ts';
export { builtInAuthority, createAuthority } from './adapters/built-in-authority/keys.ts';
export { demoSealPng, demoSignaturePng } from './domain/pdf/demo-images/demo-images.ts';
export { suggestPlacement } from './queries/suggest-placement.ts';
export { validateBytes, validateStored, validationOf } from './queries/validate-stored.ts';
export { validateAlone, type AloneTrust, type AloneValidator } from './queries/validate-alone.ts';
export type { Finding, StoredReport, StoredSignature, Wording } from './report-words.ts';
export { addTrustAnchor, listTrustAnchors, publicFolder } from './trust.ts';
export { timestampTreeHeads } from './schedules.ts';
export { readBody } from './read-body.ts';
export type { Appearance, CredentialSummary, Placement, WrittenText } from './contract.ts';

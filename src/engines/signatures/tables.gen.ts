// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant, Json } from '#kernel/table-columns.ts';

export type ArchivedFileRow = {
  agency_id: string;
  sha256: string;
  name: string;
  state: 'waiting' | 'archived' | 'not_valid';
  archived_sha256: string | null;
  file_id: string | null;
  protected_until: Instant | null;
  asked_at: Instant;
  archived_at: Instant | null;
  failed_at: Instant | null;
  failure_vi: string | null;
  failure_en: string | null;
};

export type AuthorityKeyRow = {
  role: 'root' | 'issuing' | 'timestamp' | 'ocsp';
  generation: number;
  certificate: Buffer;
  container: Buffer | null;
  valid_from: Instant;
  valid_to: Instant;
  created_at: Instant;
  holder: string | null;
  key_id: string | null;
};

export type ClockMarkRow = {
  service: string;
  latest_at: Instant;
};

export type CredentialRow = {
  agency_id: string;
  id: string;
  kind: 'person' | 'agency';
  person_id: string | null;
  label: string;
  driver: string;
  container: Buffer | null;
  certificate: Buffer;
  chain: Buffer[];
  subject: string;
  issuer: string;
  serial: string;
  is_built_in: boolean;
  valid_from: Instant;
  valid_to: Instant;
  state: 'active' | 'revoked';
  revoked_at: Instant | null;
  revoked_reason: string | null;
  failed_attempts: number;
  locked_at: Instant | null;
  image_sha256: string | null;
  image_width_mm: string | null;
  image_valid_from: string | null;
  image_valid_to: string | null;
  created_at: Instant;
  asks_pin: boolean | null;
  asks_code: 'no' | 'online' | 'offline' | null;
  code_again_at: Instant | null;
  codes_in_a_row: number;
  access: Buffer | null;
  asks_release: boolean;
};

export type EarlierValidationRow = {
  sha256: string;
  validated_at: Instant;
  trust_version: string;
  report: Json;
};

export type HandOverRow = {
  agency_id: string;
  id: string;
  signing_id: string;
  person_id: string;
  kind: 'approved' | 'issued' | 'appendix' | 'copy' | 'income' | 'comment';
  state: 'open' | 'received' | 'completed' | 'refused' | 'closed';
  download_key_hash: string;
  upload_key_hash: string;
  downloads: number;
  opened_at: Instant;
  expires_at: Instant;
  upload_sha256: string | null;
  upload_size_bytes: number | null;
  received_at: Instant | null;
  refusal_code: string | null;
  refusal_values: Json | null;
  ended_at: Instant | null;
};

export type IssuedCertificateRow = {
  serial: string;
  purpose: 'issuing' | 'timestamp' | 'ocsp' | 'person' | 'agency';
  subject: string;
  certificate: Buffer;
  agency_id: string | null;
  credential_id: string | null;
  issued_at: Instant;
  valid_to: Instant;
  state: 'valid' | 'revoked';
  revoked_at: Instant | null;
  reason: string | null;
};

export type OcspAnswerRow = {
  certificate_id: Buffer;
  serial: string;
  state: 'valid' | 'revoked';
  content: Buffer;
  this_update: Instant;
  next_update: Instant;
  is_asked: boolean;
};

export type RevocationListRow = {
  issuer: 'root' | 'issuing';
  number: number;
  issued_at: Instant;
  next_update: Instant;
  content: Buffer;
  generation: number;
};

export type RevocationLookupRow = {
  question: string;
  kind: 'issuer' | 'crl' | 'ocsp';
  url: string;
  material_sha256: string;
  asked_at: Instant;
  good_until: Instant;
};

export type ServiceConsentRow = {
  agency_id: string;
  id: string;
  person_id: string;
  session_id: string;
  driver: string;
  kind: 'person' | 'agency';
  credential_id: string | null;
  state_hash: string;
  verifier: Buffer | null;
  access: Buffer | null;
  state: 'asked' | 'answered' | 'given' | 'used' | 'refused';
  asked_at: Instant;
  expires_at: Instant;
  batch_id: string | null;
  return_path: string | null;
};

export type SigningRow = {
  agency_id: string;
  id: string;
  subject_type: string;
  subject_id: string;
  purpose: string;
  purpose_data: Json;
  credential_id: string;
  base_sha256: string;
  appearance: Json;
  state: 'prepared' | 'signing' | 'pending' | 'completed' | 'failed' | 'expired';
  opened_by: Json;
  opened_at: Instant;
  expires_at: Instant;
  attempt_id: string | null;
  attempt_until: Instant | null;
  prepared: Buffer | null;
  holder_reference: string | null;
  result_sha256: string | null;
  result_size_bytes: number | null;
  evidence: Json | null;
  failure_code: string | null;
  ended_at: Instant | null;
  credential_agency_id: string;
  part: string;
};

export type SigningBatchRow = {
  agency_id: string;
  id: string;
  credential_agency_id: string;
  credential_id: string;
  description: string;
  state: 'asked' | 'answered' | 'given_up';
  holder_reference: string | null;
  turn: number;
  asked_at: Instant;
  ended_at: Instant | null;
  followed_by: number;
};

export type SigningBatchItemRow = {
  agency_id: string;
  batch_id: string;
  position: number;
  signing_id: string;
  attributes: Buffer;
};

export type TimePeerRow = {
  peer: string;
  asked_at: Instant;
  problem: 'silent' | 'malformed' | 'refused' | 'unsynchronised' | null;
  answered_at: Instant | null;
  offset_ms: number | null;
  error_ms: number | null;
};

export type TrustAnchorRow = {
  fingerprint: string;
  name: string;
  certificate: Buffer;
  legal_basis: string;
  valid_from: Instant;
  valid_to: Instant | null;
  added_at: Instant;
  end_reason: string | null;
  ended_at: Instant | null;
};

export type TrustSetRow = {
  version: string;
  rules: string;
  parts: string[];
  seen_at: Instant;
};

export type TrustedListRow = {
  territory: string;
  operator: string;
  sequence_number: number;
  issued_at: Instant;
  read_at: Instant;
};

export type ValidationRow = {
  sha256: string;
  trust_version: string;
  indication: 'TOTAL-PASSED' | 'TOTAL-FAILED' | 'INDETERMINATE' | 'UNREADABLE' | 'UNSIGNED';
  report: Json;
  validated_at: Instant;
  folder_lists: Json;
};

export type ValidationEvidenceRow = {
  sha256: string;
  validated_at: Instant;
  material_sha256: string;
};

export type ValidationMaterialRow = {
  sha256: string;
  kind: 'certificate' | 'crl' | 'ocsp';
  content: Buffer;
  kept_at: Instant;
};

export type Tables = {
  'signatures.archived_file': ArchivedFileRow;
  'signatures.authority_key': AuthorityKeyRow;
  'signatures.clock_mark': ClockMarkRow;
  'signatures.credential': CredentialRow;
  'signatures.earlier_validation': EarlierValidationRow;
  'signatures.hand_over': HandOverRow;
  'signatures.issued_certificate': IssuedCertificateRow;
  'signatures.ocsp_answer': OcspAnswerRow;
  'signatures.revocation_list': RevocationListRow;
  'signatures.revocation_lookup': RevocationLookupRow;
  'signatures.service_consent': ServiceConsentRow;
  'signatures.signing': SigningRow;
  'signatures.signing_batch': SigningBatchRow;
  'signatures.signing_batch_item': SigningBatchItemRow;
  'signatures.time_peer': TimePeerRow;
  'signatures.trust_anchor': TrustAnchorRow;
  'signatures.trust_set': TrustSetRow;
  'signatures.trusted_list': TrustedListRow;
  'signatures.validation': ValidationRow;
  'signatures.validation_evidence': ValidationEvidenceRow;
  'signatures.validation_material': ValidationMaterialRow;
};

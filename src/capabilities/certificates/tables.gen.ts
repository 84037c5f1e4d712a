// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant, Json } from '#kernel/table-columns.ts';

export type CertificateRow = {
  agency_id: string;
  id: string;
  holder_kind: 'person' | 'agency' | 'device';
  holder_name: string;
  person_id: string | null;
  credential_id: string | null;
  issuer_name: string;
  issuer: string;
  subject: string;
  serial: string;
  fingerprint: string;
  content: Buffer;
  is_built_in: boolean;
  token_serial: string | null;
  note: string | null;
  valid_from: Instant;
  valid_to: Instant;
  status: 'active' | 'suspended' | 'revoked';
  status_source: 'own' | 'ocsp' | 'list' | 'person' | 'none';
  status_checked_at: Instant | null;
  revoked_at: Instant | null;
  revoked_reason: string | null;
  warned_days: number | null;
  search: string;
  added_at: Instant;
  added_by: string;
  asked_at: Instant | null;
  asked_by: string | null;
  answered_at: Instant | null;
  ask_problem: 'notTrusted' | 'noAddress' | 'notAllowed' | 'silent' | null;
  unanswered_since: Instant | null;
  status_as_of: Instant | null;
  status_answer: string | null;
  renewal_declined_at: Instant | null;
  renewal_declined_by: string | null;
  renewal_declined_reason: 'postEnded' | 'replaced' | 'notNeeded' | 'other' | null;
  renewal_declined_note: string | null;
};

export type FormRow = {
  code: string;
  kind: 'issue' | 'renew' | 'change' | 'revoke';
  holder_kind: 'person' | 'agency' | 'device';
  name: string;
  valid_from: string;
  valid_to: string | null;
  legal_basis: string;
  number: string | null;
  subject: string | null;
  addressee: string | null;
  contact: 'receives' | 'hands-over' | null;
  fields: string[] | null;
  required: string[] | null;
};

export type RequestRow = {
  agency_id: string;
  id: string;
  kind: 'issue' | 'renew' | 'change' | 'revoke';
  holder_kind: 'person' | 'agency' | 'device';
  holder_name: string;
  person_id: string | null;
  certificate_id: string | null;
  state: 'submitted' | 'approved' | 'refused' | 'withdrawn' | 'completed';
  form_code: string;
  form_name: string;
  legal_basis: string;
  details: Json;
  reason: string;
  search: string;
  asked_by: string;
  asked_by_person: string;
  asked_at: Instant;
  decided_by: string | null;
  decided_at: Instant | null;
  decision: string | null;
  completed_at: Instant | null;
  form_from: string;
  deciding_agencies: string[];
};

export type Tables = {
  'certificates.certificate': CertificateRow;
  'certificates.form': FormRow;
  'certificates.request': RequestRow;
};

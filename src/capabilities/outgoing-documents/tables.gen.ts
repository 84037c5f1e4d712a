// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant, Json } from '#kernel/table-columns.ts';

export type DocumentRow = {
  agency_id: string;
  id: string;
  state: 'draft' | 'initialling' | 'submitted' | 'returned' | 'signed' | 'numbered' | 'sealed' | 'issued' | 'recalled' | 'replaced' | 'withdrawn';
  revision: number;
  type_code: string;
  type_name: string;
  summary: string;
  search_text: string;
  urgency: 'normal' | 'urgent' | 'very_urgent' | 'flash';
  answer_due: string | null;
  drafting_unit_id: string | null;
  drafting_unit_name: string | null;
  drafter_person_id: string;
  drafter_post_id: string;
  drafter_name: string;
  created_at: Instant;
  changed_at: Instant;
  approver_post_id: string | null;
  approver_name: string | null;
  approver_title: string | null;
  submitted_at: Instant | null;
  return_reason: string | null;
  returned_at: Instant | null;
  signed_at: Instant | null;
  signer_name: string | null;
  signer_title: string | null;
  signature_place: Json | null;
  register_id: string | null;
  year: number | null;
  number: number | null;
  notation: string | null;
  issued_on: string | null;
  numbered_at: Instant | null;
  numbered_by: string | null;
  sealed_at: Instant | null;
  sealed_by: string | null;
  issued_at: Instant | null;
  issued_by: string | null;
  envelope_id: string | null;
  withdrawn_at: Instant | null;
  withdrawal_reason: string | null;
  authenticity_code: string | null;
  initials_post_id: string | null;
  initials_name: string | null;
  initials_title: string | null;
  initials_asked_at: Instant | null;
  initialled_at: Instant | null;
  signing_formula: 'TM' | 'KT' | 'TL' | 'TUQ' | 'Q' | null;
  on_behalf_of_name: string | null;
  on_behalf_of_title: string | null;
  recalled_at: Instant | null;
  recalled_by: string | null;
  recall_reason: string | null;
  replaces_id: string | null;
  replace_reason: string | null;
  replaced_by_id: string | null;
  replaced_at: Instant | null;
  answers_read_at: Instant | null;
  answers_id: string | null;
};

export type FileRow = {
  agency_id: string;
  id: string;
  document_id: string;
  role: 'main' | 'source' | 'attachment';
  position: number;
  name: string;
  media_type: string;
  uploaded_sha256: string;
  current_sha256: string;
  current_file_id: string;
  size_bytes: number;
  flags: Json;
  sealed_at: Instant | null;
};

export type FileVersionRow = {
  agency_id: string;
  file_id: string;
  ordinal: number;
  step: 'upload' | 'initials' | 'approval' | 'seal';
  sha256: string;
  size_bytes: number;
  stored_file_id: string;
  made_at: Instant;
};

export type OpinionRow = {
  agency_id: string;
  document_id: string;
  id: string;
  kind: 'return' | 'initials';
  text: string;
  person_name: string;
  person_title: string;
  on_behalf_of_name: string | null;
  on_behalf_of_title: string | null;
  said_at: Instant;
};

export type PracticeRow = {
  agency_id: string;
  initials_look: 'image' | 'text' | 'none';
  changed_at: Instant;
  changed_by: string;
};

export type RecipientRow = {
  agency_id: string;
  document_id: string;
  recipient_agency_id: string;
  name: string;
  code: string | null;
  position: number;
};

export type Tables = {
  'outgoing_documents.document': DocumentRow;
  'outgoing_documents.file': FileRow;
  'outgoing_documents.file_version': FileVersionRow;
  'outgoing_documents.opinion': OpinionRow;
  'outgoing_documents.practice': PracticeRow;
  'outgoing_documents.recipient': RecipientRow;
};

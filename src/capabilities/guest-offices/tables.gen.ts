// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant } from '#kernel/table-columns.ts';

export type ApplicationRow = {
  id: string;
  state: 'waiting' | 'approved' | 'refused';
  invitation_id: string | null;
  token_hash: Buffer;
  applied_from: Buffer;
  name: string;
  abbreviation: string;
  kind: 'press_office' | 'enterprise' | 'socio_political' | 'other';
  licence_number: string;
  address: string;
  contact_name: string;
  contact_title: string;
  email: string;
  phone: string;
  login: string;
  password_hash: string | null;
  password_is_long: boolean;
  applied_at: Instant;
  decided_at: Instant | null;
  decided_by: string | null;
  refusal_reason: string | null;
  agency_id: string | null;
};

export type ApplicationPaperRow = {
  application_id: string;
  position: number;
  name: string;
  media_type: 'application/pdf' | 'image/jpeg' | 'image/png' | 'application/pkix-cert';
  bytes: Buffer;
};

export type InvitationRow = {
  id: string;
  agency_id: string;
  purpose: 'office' | 'colleague';
  token_hash: Buffer;
  invitee: string;
  contact: string;
  invited_by: string;
  created_at: Instant;
  expires_at: Instant;
  used_at: Instant | null;
  revoked_at: Instant | null;
};

export type LetterRow = {
  agency_id: string;
  id: string;
  state: 'draft' | 'sent';
  recipient_agency_id: string;
  recipient_name: string;
  number: string | null;
  notation: string;
  issued_on: string;
  summary: string;
  reply_to_document_id: string | null;
  reply_to_label: string | null;
  author_person_id: string;
  author_name: string;
  author_title: string;
  created_at: Instant;
  sent_at: Instant | null;
  ordinal: number | null;
};

export type LetterFileRow = {
  agency_id: string;
  letter_id: string;
  position: number;
  role: 'main' | 'attachment';
  file_id: string;
  sha256: string;
  name: string;
  media_type: string;
  size_bytes: number;
  flags: string[];
};

export type OfficeRow = {
  agency_id: string;
  application_id: string;
  state: 'active' | 'suspended';
  daily_limit: number;
  approved_at: Instant;
  suspended_at: Instant | null;
  suspended_by: string | null;
  suspension_reason: string | null;
  suspended_people: string[];
};

export type SuspensionNoticeRow = {
  agency_id: string;
  envelope_id: string;
  recipient_agency_id: string;
};

export type Tables = {
  'guest_offices.application': ApplicationRow;
  'guest_offices.application_paper': ApplicationPaperRow;
  'guest_offices.invitation': InvitationRow;
  'guest_offices.letter': LetterRow;
  'guest_offices.letter_file': LetterFileRow;
  'guest_offices.office': OfficeRow;
  'guest_offices.suspension_notice': SuspensionNoticeRow;
};

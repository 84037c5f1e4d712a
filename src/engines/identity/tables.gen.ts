// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant, Json } from '#kernel/table-columns.ts';

export type AccountRow = {
  person_id: string;
  login: string;
  password_hash: string;
  password_is_long: boolean;
  password_changed_at: Instant;
  must_change_password: boolean;
  is_demo: boolean;
  totp_secret: Buffer | null;
  totp_pending: Buffer | null;
  totp_confirmed_at: Instant | null;
  totp_last_step: number;
  last_sign_in_at: Instant | null;
  disabled_at: Instant | null;
  disabled_reason: string | null;
  created_at: Instant;
};

export type AddressGuardRow = {
  address_hash: Buffer;
  window_start: Instant;
  failures: number;
};

export type AgencyRow = {
  id: string;
  kind: 'province' | 'department' | 'commune' | 'district' | 'party_body' | 'central' | 'socio_political' | 'public_unit' | 'enterprise' | 'press_office' | 'other';
  level: 'central' | 'province' | 'district' | 'commune' | 'none';
  parent_id: string | null;
  hosting: 'local' | 'external';
  established_on: string;
  closed_on: string | null;
  closing_basis: string | null;
  note: string | null;
  created_at: Instant;
  source: 'own' | 'national' | 'trial';
};

export type AgencyCodeRow = {
  agency_id: string;
  scheme: 'qd20' | 'qcvn102' | 'enterprise';
  valid_from: string;
  valid_to: string | null;
  code: string;
  note: string | null;
};

export type AgencyNameRow = {
  agency_id: string;
  valid_from: string;
  valid_to: string | null;
  name: string;
  abbreviation: string;
  search_text: string;
  legal_basis: string | null;
};

export type AgencySuccessorRow = {
  predecessor_id: string;
  successor_id: string;
  kind: 'renamed' | 'merged' | 'split' | 'dissolved' | 'moved';
  effective_on: string;
  legal_basis: string | null;
};

export type CitizenNumberRow = {
  person_id: string;
  mark: Buffer;
  ending: string;
  recorded_at: Instant;
};

export type DelegationRow = {
  id: string;
  delegator_post_id: string;
  delegate_post_id: string;
  roles: string[];
  content: string;
  document_reference: string | null;
  starts_on: string;
  ends_on: string;
  revoked_at: Instant | null;
  created_at: Instant;
};

export type DirectoryConflictRow = {
  ref: string;
  problem: 'name_differs' | 'code_differs' | 'closed_here' | 'closed_there' | 'code_reused' | 'parent_missing' | 'code_malformed';
  code: string | null;
  name: string;
  agency_id: string | null;
  found_at: Instant;
  resolution: 'keep_ours' | 'take_theirs' | 'gone' | null;
  resolved_at: Instant | null;
  resolved_by: Json | null;
};

export type DirectoryImportRow = {
  id: string;
  source: 'file' | 'axis';
  origin: string;
  file_hash: Buffer | null;
  state: 'running' | 'finished' | 'failed';
  position: number;
  added: number;
  changed: number;
  unchanged: number;
  conflicts: number;
  unreadable: number;
  problem: string | null;
  started_by: Json;
  started_at: Instant;
  finished_at: Instant | null;
  unreadable_rows: Json;
};

export type NationalAgencyRow = {
  ref: string;
  parent_ref: string | null;
  code: string | null;
  old_code: string | null;
  name: string;
  is_closed: boolean;
  agency_id: string | null;
  taken_name: string | null;
  taken_code: string | null;
  read_at: Instant;
};

export type PasskeyRow = {
  id: string;
  person_id: string;
  public_key: Buffer;
  counter: number;
  transports: string[];
  name: string;
  created_at: Instant;
  last_used_at: Instant | null;
};

export type PasswordHistoryRow = {
  person_id: string;
  changed_at: Instant;
  hash: string;
};

export type PersonRow = {
  id: string;
  full_name: string;
  search_text: string;
  is_invented: boolean;
  created_at: Instant;
};

export type PostRow = {
  id: string;
  agency_id: string;
  unit_id: string | null;
  person_id: string;
  title: string;
  roles: string[];
  signing_powers: string[];
  starts_on: string;
  ends_on: string | null;
  end_reason: string | null;
  sort_order: number;
  created_at: Instant;
};

export type RecipientGroupRow = {
  agency_id: string;
  id: string;
  name: string;
  created_at: Instant;
  changed_at: Instant;
};

export type RecipientGroupMemberRow = {
  agency_id: string;
  group_id: string;
  member_id: string;
};

export type SessionRow = {
  id: string;
  person_id: string;
  post_id: string;
  delegation_id: string | null;
  token_hash: Buffer;
  earlier_token_hash: Buffer | null;
  rotated_at: Instant;
  factors: 'password' | 'password_totp' | 'passkey';
  ip: string;
  user_agent: string;
  created_at: Instant;
  last_seen_at: Instant;
  expires_at: Instant;
  ended_at: Instant | null;
  end_reason: string | null;
};

export type SettingRow = {
  name: string;
  value: number;
  legal_basis: string;
  least: number;
  most: number;
};

export type SignInGuardRow = {
  login_hash: Buffer;
  failures: number;
  last_failure_at: Instant;
  locked_until: Instant | null;
  device_hash: Buffer;
};

export type SignInStepRow = {
  token_hash: Buffer;
  person_id: string | null;
  purpose: 'second_factor' | 'change_password' | 'enrol_second_factor' | 'passkey_sign_in' | 'passkey_enrolment';
  challenge: string | null;
  factors: 'password' | 'password_totp' | 'passkey' | null;
  expires_at: Instant;
};

export type UnitRow = {
  id: string;
  agency_id: string;
  parent_id: string | null;
  name: string;
  abbreviation: string;
  valid_from: string;
  valid_to: string | null;
  created_at: Instant;
};

export type Tables = {
  'identity.account': AccountRow;
  'identity.address_guard': AddressGuardRow;
  'identity.agency': AgencyRow;
  'identity.agency_code': AgencyCodeRow;
  'identity.agency_name': AgencyNameRow;
  'identity.agency_successor': AgencySuccessorRow;
  'identity.citizen_number': CitizenNumberRow;
  'identity.delegation': DelegationRow;
  'identity.directory_conflict': DirectoryConflictRow;
  'identity.directory_import': DirectoryImportRow;
  'identity.national_agency': NationalAgencyRow;
  'identity.passkey': PasskeyRow;
  'identity.password_history': PasswordHistoryRow;
  'identity.person': PersonRow;
  'identity.post': PostRow;
  'identity.recipient_group': RecipientGroupRow;
  'identity.recipient_group_member': RecipientGroupMemberRow;
  'identity.session': SessionRow;
  'identity.setting': SettingRow;
  'identity.sign_in_guard': SignInGuardRow;
  'identity.sign_in_step': SignInStepRow;
  'identity.unit': UnitRow;
};

// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant, Json } from '#kernel/table-columns.ts';

export type AskedAuthorizationRow = {
  agency_id: string;
  id: string;
  credential_id: string;
  person_id: string;
  client_id: string;
  client_name: string;
  hash_algorithm: 'sha256' | 'sha384' | 'sha512';
  description: string | null;
  request_hash: Buffer;
  state: 'waiting' | 'approved' | 'refused' | 'expired';
  wrong_passkeys: number;
  asked_at: Instant;
  expires_at: Instant;
  decided_at: Instant | null;
  usable_until: Instant | null;
};

export type AskedHashRow = {
  agency_id: string;
  authorization_id: string;
  position: number;
  hash: Buffer;
  document_name: string | null;
  signature: Buffer | null;
  released_at: Instant | null;
  response_id: string | null;
  response_position: number | null;
  document_link: string | null;
  pss_signature: Buffer | null;
};

export type CeremonyRow = {
  agency_id: string;
  id: string;
  person_id: string;
  credential_id: string;
  kind: 'enrolment' | 'approval';
  nonce: Buffer;
  authorization_ids: string[];
  expires_at: Instant;
  used_at: Instant | null;
  typed_with: string | null;
  typed_at: Instant | null;
  hash_count: number | null;
};

export type ClientRow = {
  id: string;
  name: string;
  secret_hash: Buffer;
  redirect_uris: string[];
  per_minute: number;
  created_by: string;
  created_at: Instant;
  disabled_at: Instant | null;
  scopes: string[];
};

export type ConnectionRow = {
  client_id: string;
  person_id: string;
  connected_at: Instant;
  last_used_at: Instant | null;
  ended_at: Instant | null;
};

export type ConsentRow = {
  id: string;
  client_id: string;
  scope: 'service' | 'credential';
  redirect_uri: string;
  client_state: string | null;
  code_challenge: string;
  request: Json | null;
  person_id: string | null;
  agency_id: string | null;
  authorization_id: string | null;
  code_hash: Buffer | null;
  asked_at: Instant;
  expires_at: Instant;
  answered_at: Instant | null;
  exchanged_at: Instant | null;
};

export type EnrolmentRow = {
  agency_id: string;
  credential_id: string;
  person_id: string;
  user_name: string;
  enrolled_at: Instant;
  ended_at: Instant | null;
};

export type PasskeyRow = {
  agency_id: string;
  credential_id: string;
  id: string;
  public_key: Buffer;
  counter: number;
  transports: string[];
  name: string;
  created_at: Instant;
  last_used_at: Instant | null;
  prf_salt: Buffer;
  may_remember_pin: boolean;
  locked_pin: Buffer | null;
  pin_locked_at: Instant | null;
};

export type TokenRow = {
  token_hash: Buffer;
  client_id: string;
  kind: 'access' | 'refresh';
  person_id: string | null;
  expires_at: Instant;
  grant_id: string | null;
};

export type TurnRow = {
  key: string;
  window_start: Instant;
  count: number;
};

export type Tables = {
  'remote_signing.asked_authorization': AskedAuthorizationRow;
  'remote_signing.asked_hash': AskedHashRow;
  'remote_signing.ceremony': CeremonyRow;
  'remote_signing.client': ClientRow;
  'remote_signing.connection': ConnectionRow;
  'remote_signing.consent': ConsentRow;
  'remote_signing.enrolment': EnrolmentRow;
  'remote_signing.passkey': PasskeyRow;
  'remote_signing.token': TokenRow;
  'remote_signing.turn': TurnRow;
};

import type { SuccessionKind, AgencyKind, AgencyLevel } from './contract.ts';
import type { CodeScheme } from './domain/codes.ts';

/** Days are `YYYY-MM-DD`. */
export type Tables = {
  'identity.agency': {
    id: string;
    kind: AgencyKind;
    level: AgencyLevel;
    parent_id: string | null;
    hosting: 'local' | 'external';
    established_on: string;
    closed_on: string | null;
    closing_basis: string | null;
    note: string | null;
    created_at: Date;
  };
  'identity.agency_name': {
    agency_id: string;
    valid_from: string;
    valid_to: string | null;
    name: string;
    abbreviation: string;
    search_text: string;
    legal_basis: string | null;
  };
  'identity.agency_code': { agency_id: string; scheme: CodeScheme; valid_from: string; valid_to: string | null; code: string; note: string | null };
  'identity.agency_successor': { predecessor_id: string; successor_id: string; kind: SuccessionKind; effective_on: string; legal_basis: string | null };
  'identity.unit': {
    id: string;
    agency_id: string;
    parent_id: string | null;
    name: string;
    abbreviation: string;
    valid_from: string;
    valid_to: string | null;
    created_at: Date;
  };
  'identity.person': { id: string; full_name: string; search_text: string; is_invented: boolean; created_at: Date };
  'identity.post': {
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
    created_at: Date;
  };
  'identity.delegation': {
    id: string;
    delegator_post_id: string;
    delegate_post_id: string;
    roles: string[];
    content: string;
    document_reference: string | null;
    starts_on: string;
    ends_on: string;
    revoked_at: Date | null;
    created_at: Date;
  };
  'identity.account': {
    person_id: string;
    login: string;
    password_hash: string;
    password_is_long: boolean;
    password_changed_at: Date;
    must_change_password: boolean;
    is_demo: boolean;
    totp_secret: Buffer | null;
    totp_pending: Buffer | null;
    totp_confirmed_at: Date | null;
    totp_last_step: number;
    last_sign_in_at: Date | null;
    disabled_at: Date | null;
    disabled_reason: string | null;
    created_at: Date;
  };
  'identity.password_history': { person_id: string; changed_at: Date; hash: string };
  'identity.passkey': {
    id: string;
    person_id: string;
    public_key: Buffer;
    counter: number;
    transports: string[];
    name: string;
    created_at: Date;
    last_used_at: Date | null;
  };
  'identity.sign_in_guard': { login_hash: Buffer; failures: number; last_failure_at: Date; locked_until: Date | null };
  'identity.address_guard': { address_hash: Buffer; window_start: Date; failures: number };
  'identity.sign_in_step': {
    token_hash: Buffer;
    person_id: string | null;
    purpose: 'second_factor' | 'change_password' | 'enrol_second_factor' | 'passkey_sign_in' | 'passkey_enrolment';
    challenge: string | null;
    factors: Factors | null;
    expires_at: Date;
  };
  'identity.session': {
    id: string;
    person_id: string;
    post_id: string;
    delegation_id: string | null;
    token_hash: Buffer;
    earlier_token_hash: Buffer | null;
    rotated_at: Date;
    factors: Factors;
    ip: string;
    user_agent: string;
    created_at: Date;
    last_seen_at: Date;
    expires_at: Date;
    ended_at: Date | null;
    end_reason: string | null;
  };
  'identity.setting': { name: string; value: number; legal_basis: string };
};

/** With what a person proved who they are. */
export type Factors = 'password' | 'password_totp' | 'passkey';

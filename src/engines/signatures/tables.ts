import type { ColumnType } from 'kysely';
import type { PersonActor } from '#kernel/actor.ts';

/** JSON columns: read as values, written as text. */
type Json<Value> = ColumnType<Value, string, string>;

export type AuthorityRole = 'root' | 'issuing' | 'timestamp' | 'ocsp';
export type SigningState = 'prepared' | 'signing' | 'pending' | 'completed' | 'failed' | 'expired';

/** The rows of this module's tables. */
export type Tables = {
  'signatures.authority_key': {
    role: AuthorityRole;
    generation: number;
    certificate: Buffer;
    container: Buffer;
    valid_from: Date;
    valid_to: Date;
    created_at: Date;
  };
  'signatures.issued_certificate': {
    serial: string;
    purpose: 'issuing' | 'timestamp' | 'ocsp' | 'person' | 'agency';
    subject: string;
    certificate: Buffer;
    agency_id: string | null;
    credential_id: string | null;
    issued_at: Date;
    valid_to: Date;
    state: 'valid' | 'revoked';
    revoked_at: Date | null;
    reason: string | null;
  };
  'signatures.revocation_list': { issuer: 'root' | 'issuing'; number: number; issued_at: Date; next_update: Date; content: Buffer };
  'signatures.trust_anchor': {
    fingerprint: string;
    name: string;
    certificate: Buffer;
    legal_basis: string;
    valid_from: Date;
    valid_to: Date | null;
    added_at: Date;
  };
  'signatures.credential': {
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
    valid_from: Date;
    valid_to: Date;
    state: 'active' | 'revoked';
    revoked_at: Date | null;
    revoked_reason: string | null;
    failed_attempts: number;
    locked_at: Date | null;
    image_sha256: string | null;
    image_width_mm: string | number | null;
    image_valid_from: string | null;
    image_valid_to: string | null;
    created_at: Date;
  };
  'signatures.signing': {
    agency_id: string;
    id: string;
    subject_type: string;
    subject_id: string;
    purpose: string;
    purpose_data: Json<unknown>;
    credential_id: string;
    base_sha256: string;
    appearance: Json<unknown>;
    state: SigningState;
    opened_by: Json<PersonActor>;
    opened_at: Date;
    expires_at: Date;
    attempt_id: string | null;
    attempt_until: Date | null;
    prepared: Buffer | null;
    holder_reference: string | null;
    result_sha256: string | null;
    result_size_bytes: number | null;
    evidence: Json<unknown> | null;
    failure_code: string | null;
    ended_at: Date | null;
  };
  'signatures.validation': { sha256: string; trust_version: string; indication: string; report: Json<unknown>; validated_at: Date };
};

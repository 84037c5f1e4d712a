// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant, Json } from '#kernel/table-columns.ts';

export type EntryRow = {
  agency_id: string;
  id: string;
  at: Instant;
  type: string;
  actor: Json;
  subject_type: string;
  subject_id: string;
  data: Json;
  request_id: string;
  leaf_hash: Buffer;
};

export type ExpiredEntryRow = {
  agency_id: string;
  entry_id: string;
  leaf_hash: Buffer;
  type: string;
  at: Instant;
  expired_at: Instant;
  legal_basis: string;
};

export type LegalHoldRow = {
  id: string;
  agency_id: string | null;
  subject_type: string | null;
  subject_id: string | null;
  person_id: string | null;
  from_at: Instant | null;
  to_at: Instant | null;
  reason: string;
  placed_at: Instant;
  placed_by: string;
  lifted_at: Instant | null;
  lifted_by: string | null;
  lift_reason: string | null;
};

export type NodeRow = {
  level: number;
  position: number;
  hash: Buffer;
};

export type PendingRow = {
  agency_id: string;
  id: string;
  entries: Buffer;
};

export type RetentionRuleRow = {
  type_prefix: string;
  valid_from: string;
  valid_to: string | null;
  keep_years: number;
  legal_basis: string;
};

export type SealedRow = {
  agency_id: string;
  entry_id: string;
  leaf_index: number;
  tree_size: number;
};

export type SigningKeyRow = {
  key_id: string;
  origin: string;
  public_key: Buffer;
  created_at: Instant;
};

export type TreeHeadRow = {
  size: number;
  root: Buffer;
  at: Instant;
  key_id: string;
  signature: Buffer;
};

export type TreeHeadTimestampRow = {
  tree_size: number;
  token: Buffer;
  at: Instant;
};

export type Tables = {
  'audit.entry': EntryRow;
  'audit.expired_entry': ExpiredEntryRow;
  'audit.legal_hold': LegalHoldRow;
  'audit.node': NodeRow;
  'audit.pending': PendingRow;
  'audit.retention_rule': RetentionRuleRow;
  'audit.sealed': SealedRow;
  'audit.signing_key': SigningKeyRow;
  'audit.tree_head': TreeHeadRow;
  'audit.tree_head_timestamp': TreeHeadTimestampRow;
};

// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant, Json } from '#kernel/table-columns.ts';

export type IdempotencyRow = {
  agency_id: string;
  key: string;
  request_hash: Buffer;
  reply: Json | null;
  created_at: Instant;
};

export type JobRow = {
  agency_id: string;
  id: string;
  kind: string;
  payload: Json;
  dedupe_key: string | null;
  run_at: Instant;
  lease_until: Instant | null;
  leased_by: string | null;
  attempts: number;
  last_error: string | null;
  failed_at: Instant | null;
  created_at: Instant;
};

export type MigrationRow = {
  module: string;
  name: string;
  sha256: string;
  applied_at: Instant;
};

export type ScheduleRow = {
  name: string;
  last_run_at: Instant;
};

export type Tables = {
  'kernel.idempotency': IdempotencyRow;
  'kernel.job': JobRow;
  'kernel.migration': MigrationRow;
  'kernel.schedule': ScheduleRow;
};

// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant } from '#kernel/table-columns.ts';

export type BlobRow = {
  sha256: Buffer;
  size_bytes: number;
  kept: boolean;
  last_stored_at: Instant;
  last_checked_at: Instant;
  damage: 'missing' | 'changed' | null;
};

export type ConversionRow = {
  source_sha256: Buffer;
  pdf_sha256: Buffer;
  converted_at: Instant;
};

export type FileRow = {
  agency_id: string;
  id: string;
  sha256: Buffer;
  size_bytes: number;
  name: string;
  original_name: string;
  media_type: string;
  flags: string[];
  created_at: Instant;
};

export type UploadRow = {
  agency_id: string;
  id: string;
  person_id: string;
  state: 'receiving' | 'finished' | 'taken';
  name: string;
  original_name: string;
  size_bytes: number;
  received_bytes: number;
  writer: string | null;
  sha256: Buffer | null;
  media_type: string | null;
  flags: string[];
  created_at: Instant;
  expires_at: Instant;
  file_id: string | null;
};

export type Tables = {
  'files.blob': BlobRow;
  'files.conversion': ConversionRow;
  'files.file': FileRow;
  'files.upload': UploadRow;
};

// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant, Json } from '#kernel/table-columns.ts';

export type IssuedDocumentRow = {
  code: string;
  agency_id: string;
  document_id: string;
  number_and_notation: string;
  type_name: string;
  issued_on: string | null;
  issued_at: Instant;
  state: 'in_force' | 'recalled' | 'replaced';
  files: Json;
  ended_at: Instant | null;
  replaced_by_number: string | null;
  replaced_by_code: string | null;
};

export type Tables = {
  'verification.issued_document': IssuedDocumentRow;
};

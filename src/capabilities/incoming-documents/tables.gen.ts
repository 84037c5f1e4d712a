// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant, Json } from '#kernel/table-columns.ts';

export type DocumentRow = {
  agency_id: string;
  id: string;
  state: 'arrived' | 'registered' | 'refused';
  message_id: string;
  sender_agency_id: string;
  sender_name: string;
  sender_code: string;
  document_code: string;
  number: string;
  notation: string;
  issued_on: string;
  type_code: string;
  type_name: string;
  summary: string;
  urgency: 'normal' | 'urgent' | 'very_urgent' | 'flash';
  answer_due: string | null;
  signer_name: string;
  signer_title: string;
  verdict: 'TOTAL-PASSED' | 'TOTAL-FAILED' | 'INDETERMINATE' | 'UNREADABLE' | 'UNSIGNED';
  files: Json;
  search: string;
  arrived_at: Instant;
  twin_id: string | null;
  register_id: string | null;
  arrival_year: number | null;
  arrival_number: number | null;
  registered_at: Instant | null;
  registered_by: string | null;
  refused_at: Instant | null;
  refused_by: string | null;
  refusal_reason: string | null;
};

export type Tables = {
  'incoming_documents.document': DocumentRow;
};

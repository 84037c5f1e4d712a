// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant, Json } from '#kernel/table-columns.ts';

export type ContradictionRow = {
  agency_id: string;
  sender_agency_id: string;
  envelope_id: string;
  content_hash: Buffer;
  original: string;
  arrived_at: Instant;
};

export type DeliveryRow = {
  agency_id: string;
  envelope_id: string;
  recipient_agency_id: string;
  position: number;
  recipient_name: string;
  recipient_code: string | null;
  state: 'waiting' | 'no_route' | 'returned' | 'arrived' | 'refused' | 'registered' | 'assigned' | 'in_process' | 'completed';
  status: '01' | '02' | '03' | '04' | '05' | '06' | null;
  answer_ordinal: number;
  delivered_to_agency_id: string | null;
  delivered_to_name: string | null;
  problem: string | null;
  successors: Json | null;
  created_at: Instant;
  changed_at: Instant;
};

export type DeliveryAnswerRow = {
  agency_id: string;
  envelope_id: string;
  recipient_agency_id: string;
  ordinal: number;
  status: '01' | '02' | '03' | '04' | '05' | '06';
  at: Instant;
  by_name: string;
  by_title: string | null;
  reason: string | null;
  receipt: string;
};

export type EnvelopeRow = {
  agency_id: string;
  id: string;
  subject_type: string;
  subject_id: string;
  original: string;
  content_hash: Buffer;
  urgency: 'normal' | 'urgent' | 'very_urgent' | 'flash';
  recipient_count: number;
  sent_at: Instant;
  sent_by: Json;
  inspection: Json | null;
  inspected_at: Instant | null;
};

export type MessageRow = {
  agency_id: string;
  id: string;
  sender_agency_id: string;
  envelope_id: string;
  addressed_agency_id: string;
  content_hash: Buffer;
  original: string;
  verdict: Json;
  steps: Json;
  state: 'arrived' | 'refused' | 'registered' | 'assigned' | 'in_process' | 'completed';
  answer_ordinal: number;
  arrived_at: Instant;
  changed_at: Instant;
};

export type MessageAnswerRow = {
  agency_id: string;
  message_id: string;
  ordinal: number;
  status: '01' | '02' | '03' | '04' | '05' | '06';
  at: Instant;
  by_name: string;
  by_title: string | null;
  reason: string | null;
  receipt: string;
};

export type MessageFileRow = {
  agency_id: string;
  message_id: string;
  position: number;
  file_id: string;
  role: 'main' | 'attachment';
};

export type ReceiptKeyRow = {
  key_id: string;
  public_key: Json;
  sealed_key: Buffer;
  created_at: Instant;
  retired_at: Instant | null;
};

export type TransitionPeriodRow = {
  valid_from: string;
  valid_to: string | null;
  days: number;
  legal_basis: string;
};

export type Tables = {
  'exchange.contradiction': ContradictionRow;
  'exchange.delivery': DeliveryRow;
  'exchange.delivery_answer': DeliveryAnswerRow;
  'exchange.envelope': EnvelopeRow;
  'exchange.message': MessageRow;
  'exchange.message_answer': MessageAnswerRow;
  'exchange.message_file': MessageFileRow;
  'exchange.receipt_key': ReceiptKeyRow;
  'exchange.transition_period': TransitionPeriodRow;
};

// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant, Json } from '#kernel/table-columns.ts';

export type AxisAgencyRow = {
  agency_id: string;
  version: number;
  facts: Json;
  changed_at: Instant;
};

export type AxisKeyRow = {
  partner_id: string;
  id: string;
  key_hash: Buffer;
  hint: string;
  note: string | null;
  created_at: Instant;
  created_by: Json;
  expires_at: Instant;
  revoked_at: Instant | null;
  last_used_at: Instant | null;
};

export type AxisMeterRow = {
  partner_id: string;
  day: string;
  messages: number;
  bytes: number;
  minute: Instant;
  requests: number;
  seen_at: Instant;
};

export type AxisPacketRow = {
  partner_id: string;
  partner_ref: string;
  original_hash: Buffer;
  message_type: 'edoc' | 'status' | 'unreadable';
  document_id: string | null;
  business: 'new' | 'revoke' | 'update' | 'replace' | 'take_back' | 'status' | 'unreadable';
  sequence: number;
  from_code: string | null;
  to_codes: string[];
  sent_at: Instant;
  received_at: Instant;
};

export type AxisParcelRow = {
  agency_id: string;
  id: string;
  partner_id: string;
  message_type: 'edoc' | 'status';
  document_id: string;
  from_code: string;
  to_codes: string[];
  state: 'initial' | 'processing' | 'done' | 'fail';
  note: string | null;
  created_at: Instant;
  changed_at: Instant;
};

export type AxisSandboxRow = {
  agency_id: string;
  partner_id: string | null;
};

export type AxisSendingRow = {
  agency_id: string;
  transfer_id: string;
  part: number;
  partner_id: string;
  packet_hash: Buffer;
  size_bytes: number;
  begun_at: Instant;
  doc_id: string | null;
  state: 'begun' | 'initial' | 'processing' | 'done' | 'fail';
  changed_at: Instant;
};

export type AxisStepRow = {
  partner_id: string;
  step: 'registered' | 'listed' | 'sent' | 'duplicate' | 'received' | 'fetched' | 'acknowledged' | 'status03' | 'status04' | 'status05' | 'status06' | 'recall';
  done_at: Instant | null;
  problem_code: string | null;
  problem_vi: string | null;
  problem_en: string | null;
  problem_at: Instant | null;
};

export type AxisWithheldRow = {
  partner_id: string;
  doc_id: string;
  message_type: 'edoc' | 'status';
  from_code: string | null;
  problem_code: string;
  problem: string;
  refusals: number;
  since: Instant;
  next_ask_at: Instant;
};

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
  state: 'waiting' | 'no_route' | 'returned' | 'arrived' | 'refused' | 'registered' | 'assigned' | 'in_process' | 'completed' | 'cancelled' | 'recalled' | 'replaced' | 'agreed' | 'declined';
  status: '01' | '02' | '03' | '04' | '05' | '06' | '15' | '16' | null;
  answer_ordinal: number;
  delivered_to_agency_id: string | null;
  delivered_to_name: string | null;
  problem: string | null;
  successors: Json | null;
  created_at: Instant;
  changed_at: Instant;
  arrived_at: Instant | null;
  opened_at: Instant | null;
  answered_at: Instant | null;
  reminded_at: Instant | null;
  reminder_count: number;
  transfer_id: string | null;
  is_passed_on: boolean;
};

export type DeliveryAnswerRow = {
  agency_id: string;
  envelope_id: string;
  recipient_agency_id: string;
  ordinal: number;
  status: '01' | '02' | '03' | '04' | '05' | '06' | '15' | '16';
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
  kind: 'new' | 'recall' | 'take_back' | 'update' | 'replace';
  of_envelope_id: string | null;
  cancels: boolean;
  sequence: number;
  reason: string | null;
  signed_at: Instant | null;
  send_due_at: Instant | null;
};

export type InboundRow = {
  id: string;
  partner_id: string;
  partner_ref: string;
  original_hash: Buffer;
  size_bytes: number;
  media_type: string;
  state: 'incomplete' | 'waiting' | 'applied' | 'refused' | 'quarantined' | 'with_person' | 'resolved' | 'discarded';
  kind: 'envelope' | 'answer' | 'outcome' | 'opening' | 'reminder' | 'claim' | null;
  sender_name: string | null;
  summary: string | null;
  attempts: number;
  problem_code: string | null;
  problem: string | null;
  agency_id: string | null;
  resolution: string | null;
  resolved_by: Json | null;
  received_at: Instant;
  changed_at: Instant;
  claimed_agency_id: string | null;
  awaits: string | null;
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
  state: 'arrived' | 'refused' | 'registered' | 'assigned' | 'in_process' | 'completed' | 'recalled' | 'replaced' | 'asked' | 'agreed' | 'declined';
  answer_ordinal: number;
  arrived_at: Instant;
  changed_at: Instant;
  kind: 'new' | 'recall' | 'take_back' | 'update' | 'replace';
  of_envelope_id: string | null;
  target_agency_id: string | null;
  target_message_id: string | null;
  sequence: number;
  opened_at: Instant | null;
};

export type MessageAnswerRow = {
  agency_id: string;
  message_id: string;
  ordinal: number;
  status: '01' | '02' | '03' | '04' | '05' | '06' | '15' | '16';
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

export type MessageOriginRow = {
  agency_id: string;
  message_id: string;
  position: number;
  partner_id: string;
  inbound_id: string;
  addressed_ref: string | null;
  addressed_code: string | null;
  sender_ref: string;
  sender_code: string | null;
  addressed_agency_id: string | null;
};

export type PartnerRow = {
  id: string;
  protocol: 'installation' | 'provincial_axis' | 'national_axis';
  name: string;
  address: string | null;
  state: 'invited' | 'pairing' | 'active' | 'suspended';
  config: Json;
  sealed_secrets: Buffer;
  pinned: Json;
  valid_from: string;
  valid_to: string | null;
  created_at: Instant;
  changed_at: Instant;
  features: string[];
  foreign_version: string | null;
  foreign_version_since: Instant | null;
};

export type PartnerAgencyRow = {
  partner_id: string;
  agency_id: string;
  valid_from: string;
  valid_to: string | null;
  remote_id: string;
  code: string | null;
  name: string;
  is_withdrawn: boolean;
};

export type PartnerConflictRow = {
  partner_id: string;
  remote_id: string;
  problem: 'hosted_here' | 'other_partner' | 'name_differs' | 'code_malformed' | 'code_moved';
  code: string | null;
  name: string;
  agency_id: string | null;
  found_at: Instant;
  resolved_at: Instant | null;
  resolved_by: Json | null;
};

export type PartnerFileRow = {
  partner_id: string;
  sha256: Buffer;
  size_bytes: number;
  received_bytes: number;
  is_here: boolean;
  announced_at: Instant;
};

export type PartnerFilePartRow = {
  partner_id: string;
  sha256: Buffer;
  starts_at: number;
  size_bytes: number;
  part_hash: Buffer;
};

export type PartnerLineRow = {
  partner_id: string;
  circuit: 'closed' | 'open' | 'half_open';
  failures: number;
  opened_at: Instant | null;
  probe_at: Instant | null;
  last_success_at: Instant | null;
  last_failure_at: Instant | null;
  problem_code: string | null;
  problem: string | null;
  collect_cursor: string | null;
  collected_at: Instant | null;
  directory_cursor: string | null;
  directory_read_at: Instant | null;
  fetched_at: Instant | null;
  polled_at: Instant | null;
  poll_gaps: number[];
};

export type PartnerNonceRow = {
  partner_id: string;
  nonce: string;
  expires_at: Instant;
};

export type ReceiptKeyRow = {
  key_id: string;
  public_key: Json;
  sealed_key: Buffer;
  created_at: Instant;
  retired_at: Instant | null;
};

export type RelayRow = {
  agency_id: string;
  envelope_id: string;
  recipient_agency_id: string;
  partner_id: string;
  inbound_id: string | null;
  addressed_code: string | null;
  sender_ref: string;
  sender_code: string | null;
  relayed_at: Instant;
  addressed_ref: string | null;
  keeps_document_id: boolean;
};

export type RelayQuestionRow = {
  partner_id: string;
  partner_ref: string;
  asked_at: Instant;
};

export type ReminderRow = {
  agency_id: string;
  transfer_id: string;
  envelope_id: string;
  recipient_agency_id: string;
  by_name: string;
  reminded_at: Instant;
};

export type ToldTimeRow = {
  agency_id: string;
  envelope_id: string;
  recipient_agency_id: string;
  ordinal: number;
  told_at: Instant;
};

export type TransferRow = {
  agency_id: string;
  id: string;
  partner_id: string;
  kind: 'envelope' | 'answer' | 'opening' | 'reminder';
  envelope_id: string | null;
  message_id: string | null;
  ordinal: number | null;
  position: number | null;
  order_key: string;
  state: 'waiting' | 'sent' | 'processed' | 'refused' | 'failed';
  attempts: number;
  checks: number;
  next_try_at: Instant | null;
  problem_code: string | null;
  problem: string | null;
  partner_ref: string | null;
  created_at: Instant;
  sent_at: Instant | null;
  changed_at: Instant;
  relay_sender_id: string | null;
  relay_envelope_id: string | null;
  receipt: string | null;
  carries_mark: boolean;
};

export type TransitionPeriodRow = {
  valid_from: string;
  valid_to: string | null;
  days: number;
  legal_basis: string;
};

export type WithheldFileRow = {
  agency_id: string;
  file_id: string;
  message_id: string;
  since: Instant;
};

export type WitnessedHeadRow = {
  partner_id: string;
  origin: string;
  size: number;
  root: Buffer;
  key_id: string;
  checkpoint: string;
  problem: 'signature' | 'rewritten' | 'shorter' | 'key' | null;
  witnessed_at: Instant;
};

export type Tables = {
  'exchange.axis_agency': AxisAgencyRow;
  'exchange.axis_key': AxisKeyRow;
  'exchange.axis_meter': AxisMeterRow;
  'exchange.axis_packet': AxisPacketRow;
  'exchange.axis_parcel': AxisParcelRow;
  'exchange.axis_sandbox': AxisSandboxRow;
  'exchange.axis_sending': AxisSendingRow;
  'exchange.axis_step': AxisStepRow;
  'exchange.axis_withheld': AxisWithheldRow;
  'exchange.contradiction': ContradictionRow;
  'exchange.delivery': DeliveryRow;
  'exchange.delivery_answer': DeliveryAnswerRow;
  'exchange.envelope': EnvelopeRow;
  'exchange.inbound': InboundRow;
  'exchange.message': MessageRow;
  'exchange.message_answer': MessageAnswerRow;
  'exchange.message_file': MessageFileRow;
  'exchange.message_origin': MessageOriginRow;
  'exchange.partner': PartnerRow;
  'exchange.partner_agency': PartnerAgencyRow;
  'exchange.partner_conflict': PartnerConflictRow;
  'exchange.partner_file': PartnerFileRow;
  'exchange.partner_file_part': PartnerFilePartRow;
  'exchange.partner_line': PartnerLineRow;
  'exchange.partner_nonce': PartnerNonceRow;
  'exchange.receipt_key': ReceiptKeyRow;
  'exchange.relay': RelayRow;
  'exchange.relay_question': RelayQuestionRow;
  'exchange.reminder': ReminderRow;
  'exchange.told_time': ToldTimeRow;
  'exchange.transfer': TransferRow;
  'exchange.transition_period': TransitionPeriodRow;
  'exchange.withheld_file': WithheldFileRow;
  'exchange.witnessed_head': WitnessedHeadRow;
};

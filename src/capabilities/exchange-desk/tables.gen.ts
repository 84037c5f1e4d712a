// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant, Json } from '#kernel/table-columns.ts';

export type AlertRow = {
  id: string;
  rule_id: string;
  kind: 'partner_down' | 'queue_old' | 'receipt_late' | 'connection_ends';
  subject_id: string;
  agency_id: string | null;
  subject_name: string;
  state: 'open' | 'acknowledged' | 'over';
  since: Instant;
  count: number;
  opened_at: Instant;
  told_at: Instant | null;
  task_agencies: string[];
  acknowledged_at: Instant | null;
  acknowledged_by: Json | null;
  note: string | null;
  over_at: Instant | null;
  cause: string | null;
};

export type AlertRuleRow = {
  id: string;
  kind: 'partner_down' | 'queue_old' | 'receipt_late' | 'connection_ends';
  name: string;
  threshold_minutes: number;
  quiet_minutes: number;
  is_on: boolean;
  agency_roles: string[];
  keeper_roles: string[];
  posts: Json;
  emails: string[];
  changed_at: Instant;
  changed_by: string;
};

export type DayStatisticRow = {
  agency_id: string;
  day: string;
  sent: number;
  recipients: number;
  arrived: number;
  refused: number;
  need_paper: number;
  returned: number;
  waiting: number;
  sent_signed: number;
  sent_valid: number;
  sent_on_time: number;
  sent_late: number;
  received: number;
  received_signed: number;
  received_outside: number;
  notice_on_time: number;
  notice_late: number;
  notice_open: number;
  counted_at: Instant;
};

export type DueHourRow = {
  agency_id: string;
  hour: Instant;
};

export type FlowRow = {
  agency_id: string;
  grain: 'minute' | 'hour' | 'day';
  starts_at: Instant;
  other_agency_id: string;
  sent: number;
  arrived: number;
  returned: number;
  received: number;
  received_outside: number;
};

export type HistoryRow = {
  agency_id: string;
  before: Instant;
};

export type HourStatisticRow = {
  agency_id: string;
  hour: Instant;
  sent: number;
  recipients: number;
  arrived: number;
  refused: number;
  need_paper: number;
  returned: number;
  waiting: number;
  sent_signed: number;
  sent_valid: number;
  sent_on_time: number;
  sent_late: number;
  received: number;
  received_signed: number;
  received_outside: number;
  notice_on_time: number;
  notice_late: number;
  notice_open: number;
};

export type ReadingRow = {
  only_one: boolean;
  next_line: number | null;
  complete_at: Instant | null;
  hours_checked_to: Instant | null;
  is_counting: boolean;
  round_until: Instant | null;
};

export type Tables = {
  'exchange_desk.alert': AlertRow;
  'exchange_desk.alert_rule': AlertRuleRow;
  'exchange_desk.day_statistic': DayStatisticRow;
  'exchange_desk.due_hour': DueHourRow;
  'exchange_desk.flow': FlowRow;
  'exchange_desk.history': HistoryRow;
  'exchange_desk.hour_statistic': HourStatisticRow;
  'exchange_desk.reading': ReadingRow;
};

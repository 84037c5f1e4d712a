// Generated from the migrations by `npm run generate`. Do not edit.
import type { Instant } from '#kernel/table-columns.ts';

export type CalendarExceptionRow = {
  day: string;
  kind: 'rest' | 'make_up';
  name_vi: string;
  name_en: string;
  certainty: 'announced' | 'statute' | 'expected';
  legal_basis: string;
  valid_from: string;
  valid_to: string | null;
};

export type TaskRow = {
  agency_id: string;
  id: string;
  subject_type: string;
  subject_id: string;
  kind: string;
  assignee: string;
  title: string;
  urgency: 'normal' | 'urgent' | 'very_urgent' | 'flash';
  urgency_order: number;
  due_at: Instant | null;
  sort_at: Instant;
  href: string;
  state: 'open' | 'done' | 'cancelled';
  opened_at: Instant;
  taken_by_post_id: string | null;
  taken_by_name: string | null;
  taken_at: Instant | null;
  closed_at: Instant | null;
  closed_by_post_id: string | null;
  closed_by_name: string | null;
};

export type WorkingWeekRow = {
  valid_from: string;
  valid_to: string | null;
  weekdays: number[];
  morning_starts: string;
  morning_ends: string;
  afternoon_starts: string;
  afternoon_ends: string;
  legal_basis: string;
};

export type Tables = {
  'cases.calendar_exception': CalendarExceptionRow;
  'cases.task': TaskRow;
  'cases.working_week': WorkingWeekRow;
};

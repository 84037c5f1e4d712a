create table cases.task (
  agency_id         uuid not null,
  id                uuid not null,
  subject_type      text not null check (length(subject_type) between 1 and 100),
  subject_id        text not null check (length(subject_id) between 1 and 100),
  kind              text not null check (length(kind) between 1 and 100),
  -- 'role:clerk' or 'post:<uuid>': one column, so that one index answers "what waits for me in my post now".
  assignee          text not null check (assignee ~ '^(role:[a-z_]+|post:[0-9a-f-]{36})$'),
  title             text not null check (length(title) between 1 and 2000),
  urgency           text not null check (urgency in ('normal', 'urgent', 'very_urgent', 'flash')),
  urgency_order     smallint not null generated always as
                      (case urgency when 'flash' then 0 when 'very_urgent' then 1 when 'urgent' then 2 else 3 end) stored,
  due_at            timestamptz,
  -- What has no deadline stands last.
  sort_at           timestamptz not null generated always as (coalesce(due_at, 'infinity'::timestamptz)) stored,
  href              text not null check (href like '/%'),
  state             text not null check (state in ('open', 'done', 'cancelled')),
  opened_at         timestamptz not null,
  taken_by_post_id  uuid,
  taken_by_name     text,
  taken_at          timestamptz,
  closed_at         timestamptz,
  closed_by_post_id uuid,
  closed_by_name    text,
  primary key (agency_id, id),
  check ((state = 'open') = (closed_at is null)),
  check ((taken_by_post_id is null) = (taken_at is null) and (taken_by_post_id is null) = (taken_by_name is null))
);
comment on table cases.task is 'Scope: agency. What waits for a post, or for whoever holds a role, in one agency; closed tasks stay as the record of who did them when.';
-- The same work is asked of the same assignee once, however often a subscriber runs.
create unique index task_once on cases.task (agency_id, subject_type, subject_id, kind, assignee) where state = 'open';
create index task_waiting on cases.task (agency_id, assignee, urgency_order, sort_at, id) where state = 'open';

create table cases.working_week (
  valid_from        date not null primary key,
  valid_to          date,
  weekdays          smallint[] not null check (weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[] and cardinality(weekdays) > 0),
  morning_starts    time not null,
  morning_ends      time not null,
  afternoon_starts  time not null,
  afternoon_ends    time not null,
  legal_basis       text not null,
  check (valid_to is null or valid_to >= valid_from),
  check (morning_starts < morning_ends and morning_ends <= afternoon_starts and afternoon_starts < afternoon_ends)
);
comment on table cases.working_week is 'Scope: reference. The days of the week that are worked and the office hours, by period of validity; valid_to is the last day.';

create table cases.calendar_exception (
  day               date not null,
  kind              text not null check (kind in ('rest', 'make_up')),
  name_vi           text not null,
  name_en           text not null,
  -- announced: by a published notice; statute: follows from the law alone; expected: the law leaves a choice that is not yet announced.
  certainty         text not null check (certainty in ('announced', 'statute', 'expected')),
  legal_basis       text not null,
  -- The period in which this row is what is known; an announcement ends an expectation and adds a row.
  valid_from        date not null,
  valid_to          date,
  primary key (day, valid_from),
  check (valid_to is null or valid_to >= valid_from)
);
comment on table cases.calendar_exception is 'Scope: reference. Public holidays, days in lieu and swapped working days, each with its legal basis and the period in which it holds; valid_to is the last day.';

create table exchange_desk.stale_hour (
  agency_id uuid not null references identity.agency (id),
  hour      timestamptz not null,
  -- Of the transaction that changed something.
  mark      uuid not null,
  primary key (agency_id, hour, mark)
);
comment on table exchange_desk.stale_hour is 'Scope: agency. The hours whose figures have to be counted again, because something of them changed: emptied every few seconds.';

create table exchange_desk.watermark (
  agency_id  uuid not null primary key references identity.agency (id),
  sent_at    timestamptz,
  arrived_at timestamptz
);
comment on table exchange_desk.watermark is 'Scope: agency. Up to which sending and which arrival the hours of an agency were marked.';

create table exchange_desk.flow (
  agency_id        uuid not null references identity.agency (id),
  grain            text not null check (grain in ('minute', 'hour', 'day')),
  starts_at        timestamptz not null,
  other_agency_id  uuid not null references identity.agency (id),
  sent             integer not null check (sent >= 0),
  arrived          integer not null check (arrived >= 0),
  returned         integer not null check (returned >= 0),
  received         integer not null check (received >= 0),
  received_outside integer not null check (received_outside between 0 and received),
  primary key (agency_id, grain, starts_at, other_agency_id)
);
comment on table exchange_desk.flow is 'Scope: agency. How much an agency sent to and received from each other one, by minute, hour and day: counted anew from the exchange whenever something of an hour changes.';
create index flow_by_time on exchange_desk.flow (grain, starts_at);

create table exchange_desk.day_statistic (
  agency_id         uuid not null references identity.agency (id),
  day               date not null,
  sent              integer not null,
  recipients        integer not null,
  arrived           integer not null,
  refused           integer not null,
  need_paper        integer not null,
  returned          integer not null,
  waiting           integer not null,
  sent_signed       integer not null,
  sent_valid        integer not null,
  sent_on_time      integer not null,
  sent_late         integer not null,
  received          integer not null,
  received_signed   integer not null,
  received_outside  integer not null,
  notice_on_time    integer not null,
  notice_late       integer not null,
  notice_open       integer not null,
  counted_at        timestamptz not null,
  primary key (agency_id, day)
);
comment on table exchange_desk.day_statistic is 'Scope: agency. The figures of an agency''s exchange day by day (28/2018/QĐ-TTg Art. 11), counted anew whenever something of a day changes.';
create index day_statistic_by_day on exchange_desk.day_statistic (day);
create index day_statistic_open on exchange_desk.day_statistic (day) where notice_open > 0;

create table exchange_desk.alert_rule (
  id                uuid not null primary key,
  kind              text not null check (kind in ('partner_down', 'queue_old', 'receipt_late')),
  name              text not null check (length(name) between 1 and 200),
  threshold_minutes integer not null check (threshold_minutes between 1 and 43200),
  quiet_minutes     integer not null check (quiet_minutes between 1 and 43200),
  is_on             boolean not null,
  -- Roles in the agency that an alert is about, and roles wherever they are held.
  agency_roles      text[] not null,
  keeper_roles      text[] not null,
  -- Single posts, with their agencies; and addresses that get a letter.
  posts             jsonb not null,
  emails            text[] not null,
  changed_at        timestamptz not null,
  changed_by        text not null
);
comment on table exchange_desk.alert_rule is 'Scope: installation. When somebody is to be told that the exchange is in trouble, who, and how often again.';

create table exchange_desk.alert (
  id              uuid not null primary key,
  rule_id         uuid not null references exchange_desk.alert_rule (id),
  kind            text not null check (kind in ('partner_down', 'queue_old', 'receipt_late')),
  -- The partner or the agency that it is about.
  subject_id      uuid not null,
  agency_id       uuid references identity.agency (id),
  subject_name    text not null,
  state           text not null check (state in ('open', 'acknowledged', 'over')),
  since           timestamptz not null,
  count           integer not null check (count >= 0),
  opened_at       timestamptz not null,
  told_at         timestamptz,
  -- The agencies in whose lists of work it stands.
  task_agencies   uuid[] not null,
  acknowledged_at timestamptz,
  acknowledged_by jsonb,
  note            text check (length(note) between 1 and 1000),
  over_at         timestamptz,
  check ((acknowledged_at is null) = (acknowledged_by is null)),
  check (state <> 'acknowledged' or acknowledged_at is not null),
  check ((state = 'over') = (over_at is not null))
);
comment on table exchange_desk.alert is 'Scope: installation. What the rules found: since when, who was told, who took note of it, and when it was over.';
create unique index alert_standing on exchange_desk.alert (rule_id, subject_id) where state <> 'over';
create index alert_told on exchange_desk.alert (rule_id, subject_id, told_at) where told_at is not null;
create index alert_newest on exchange_desk.alert (opened_at desc, id desc);

-- What the plan of the province asks for; everything in it may be changed on the screen.
insert into exchange_desk.alert_rule (id, kind, name, threshold_minutes, quiet_minutes, is_on, agency_roles, keeper_roles, posts, emails, changed_at, changed_by) values
  ('0199a000-0000-7000-8000-000000000001', 'partner_down', 'Mất kết nối với đối tác', 5, 60, true, '{}', '{province_admin}', '[]', '{}', now(), 'Hệ thống Liên Thông'),
  ('0199a000-0000-7000-8000-000000000002', 'queue_old', 'Văn bản chờ gửi quá lâu', 10, 60, true, '{clerk}', '{province_admin}', '[]', '{}', now(), 'Hệ thống Liên Thông'),
  ('0199a000-0000-7000-8000-000000000003', 'receipt_late', 'Chưa báo nhận văn bản trong ngày', 1, 1440, true, '{clerk}', '{}', '[]', '{}', now(), 'Hệ thống Liên Thông');

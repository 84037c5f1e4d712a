-- What changed is read from the record in the order of its seals: no marks, and no job an event.
drop table exchange_desk.stale_hour;
drop table exchange_desk.watermark;

create table exchange_desk.reading (
  only_one         boolean not null primary key default true check (only_one),
  -- The first line of the record that was not read; none while everything is to be counted anew.
  next_line        bigint check (next_line >= 0),
  -- Whatever was committed until then is in the figures.
  complete_at      timestamptz,
  -- The hours before this one were counted once more when they were over.
  hours_checked_to timestamptz
);
comment on table exchange_desk.reading is 'Scope: installation. How far the record was read for the figures. Who counts holds this row, so that nobody else does meanwhile.';
insert into exchange_desk.reading default values;

create table exchange_desk.history (
  agency_id uuid not null primary key references identity.agency (id),
  before    timestamptz not null
);
comment on table exchange_desk.history is 'Scope: agency. Agencies whose figures are being counted anew from the beginning, newest days first: what lies before this instant is still to be counted.';

create table exchange_desk.hour_statistic (
  agency_id         uuid not null references identity.agency (id),
  hour              timestamptz not null check (hour = date_trunc('hour', hour, 'UTC')),
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
  primary key (agency_id, hour)
) with (fillfactor = 70);
comment on table exchange_desk.hour_statistic is 'Scope: agency. The figures of an agency''s exchange hour by hour, for some weeks: a change counts its hour anew, and the day is the sum of its hours.';
create index hour_statistic_by_hour on exchange_desk.hour_statistic (hour);
create index hour_statistic_waiting on exchange_desk.hour_statistic (hour) where waiting > 0;

drop index exchange_desk.day_statistic_open;
-- Rows that change stay in their pages.
alter table exchange_desk.day_statistic set (fillfactor = 70);
alter table exchange_desk.flow
  set (fillfactor = 80),
  -- Its rows are counted from rows whose agencies were checked. To check them again would cost more than the rest of the writing, and lock an agency's own row for each line.
  drop constraint flow_agency_id_fkey,
  drop constraint flow_other_agency_id_fkey;

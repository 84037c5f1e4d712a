-- What changed is noted first and then counted some hours at a time: no transaction lasts as long as the counting of a busy hour of everybody.
create table exchange_desk.due_hour (
  agency_id uuid not null references identity.agency (id),
  hour      timestamptz not null,
  primary key (agency_id, hour)
);
comment on table exchange_desk.due_hour is 'Scope: agency. Hours of which something changed: they are counted anew in the present round, or in the next one.';

alter table exchange_desk.reading
  -- The record was read to its end; what that noted is being counted, and nothing more is read until it is.
  add column is_counting boolean not null default false,
  -- Whatever was committed until then is in the figures once the round is over.
  add column round_until timestamptz;

-- Systems of other makers write the time of an answer by their own clocks: what cannot be is kept as it was said, and counts from when it was heard.
create table exchange.told_time (
  agency_id           uuid not null,
  envelope_id         uuid not null,
  recipient_agency_id uuid not null,
  ordinal             integer not null,
  told_at             timestamptz not null,
  primary key (agency_id, envelope_id, recipient_agency_id, ordinal),
  foreign key (agency_id, envelope_id, recipient_agency_id, ordinal) references exchange.delivery_answer (agency_id, envelope_id, recipient_agency_id, ordinal)
);
comment on table exchange.told_time is 'Scope: agency. Append-only. The time that a system outside wrote on an answer and that cannot be: before the document was sent, or in the future. The answer counts from when it was heard.';

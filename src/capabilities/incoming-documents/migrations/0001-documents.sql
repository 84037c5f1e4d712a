create table incoming_documents.document (
  agency_id        uuid not null,
  id               uuid not null,
  state            text not null check (state in ('arrived', 'registered', 'refused')),
  message_id       uuid not null,
  sender_agency_id uuid not null,
  sender_name      text not null,
  sender_code      text not null,
  document_code    text not null,
  number           text not null,
  notation         text not null,
  issued_on        date not null,
  type_code        text not null,
  type_name        text not null,
  summary          text not null,
  urgency          text not null check (urgency in ('normal', 'urgent', 'very_urgent', 'flash')),
  answer_due       date,
  signer_name      text not null,
  signer_title     text not null,
  verdict          text not null check (verdict in ('TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE', 'UNREADABLE', 'UNSIGNED')),
  files            jsonb not null,
  search           tsvector not null,
  arrived_at       timestamptz not null,
  twin_id          uuid,
  register_id      uuid,
  arrival_year     smallint,
  arrival_number   integer check (arrival_number >= 1),
  registered_at    timestamptz,
  registered_by    text,
  refused_at       timestamptz,
  refused_by       text,
  refusal_reason   text,
  primary key (agency_id, id),
  foreign key (agency_id, register_id) references registers.register (agency_id, id),
  check ((state = 'registered') = (arrival_number is not null)),
  check ((arrival_number is null) = (register_id is null) and (arrival_number is null) = (arrival_year is null) and (arrival_number is null) = (registered_at is null)),
  check ((state = 'refused') = (refused_at is not null))
);
comment on table incoming_documents.document is 'Scope: agency. The documents that reached an agency, with what their senders said of them and what became of them here.';
create unique index document_message on incoming_documents.document (agency_id, message_id);
create unique index document_arrival_number on incoming_documents.document (agency_id, register_id, arrival_year, arrival_number) where arrival_number is not null;
create index document_newest on incoming_documents.document (agency_id, arrived_at desc, id desc);
create index document_waiting on incoming_documents.document (agency_id, arrived_at desc, id desc) where state = 'arrived';
create index document_twin on incoming_documents.document (agency_id, sender_agency_id, number, notation, issued_on);
create index document_search on incoming_documents.document using gin (agency_id, search);

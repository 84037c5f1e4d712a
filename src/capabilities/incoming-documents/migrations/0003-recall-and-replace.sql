alter table incoming_documents.document
  drop constraint document_state_check,
  add constraint document_state_check check (state in ('arrived', 'registered', 'refused', 'recalled', 'replaced')),
  drop constraint document_check,
  add constraint document_registered_check check (state <> 'registered' or arrival_number is not null),
  add constraint document_arrival_state_check check (arrival_number is null or state in ('registered', 'recalled', 'replaced')),
  add column opened_at              timestamptz,
  add column opened_by              text,
  add column reminded_at            timestamptz,
  -- Whether a notice about it waits for the clerk's answer.
  add column is_asked               boolean not null default false,
  add column recalled_at            timestamptz,
  add column recall_kind            text check (recall_kind in ('recall', 'take_back', 'update')),
  add column recall_reason          text,
  -- The clerk who agreed; null when it was not registered and nobody had to be asked.
  add column recall_agreed_by       text,
  add column replaced_at            timestamptz,
  add column replaced_by_message_id uuid,
  add column replaced_by_number     text,
  add column replacement_reason     text,
  -- Of a document that replaces an earlier one: that one's code, and why.
  add column replaces_code          text,
  add column replaces_reason        text,
  add constraint document_opened_check check ((opened_at is null) = (opened_by is null)),
  add constraint document_recalled_check check ((state = 'recalled') = (recalled_at is not null) and (recalled_at is null) = (recall_kind is null) and (recalled_at is null) = (recall_reason is null)),
  add constraint document_replaced_check check ((state <> 'replaced' or replaced_at is not null) and (replaced_at is null) = (replaced_by_message_id is null)),
  add constraint document_replaces_check check ((replaces_code is null) = (replaces_reason is null));
create index document_withdrawn on incoming_documents.document (agency_id, arrived_at desc, id desc) where state in ('recalled', 'replaced');
create index document_code on incoming_documents.document (agency_id, sender_agency_id, document_code);

create table incoming_documents.notice (
  agency_id     uuid not null,
  document_id   uuid not null,
  id            uuid not null,
  kind          text not null check (kind in ('recall', 'take_back', 'update')),
  cancels       boolean not null,
  reason        text not null,
  changed       jsonb,
  asked_at      timestamptz not null,
  due_at        timestamptz not null,
  is_agreed     boolean,
  answered_at   timestamptz,
  answered_by   text,
  answer_reason text,
  primary key (agency_id, document_id, id),
  foreign key (agency_id, document_id) references incoming_documents.document (agency_id, id),
  check ((is_agreed is null) = (answered_at is null) and (is_agreed is null) = (answered_by is null))
);
comment on table incoming_documents.notice is 'Scope: agency. What senders asked of registered documents, a recall or an update, and what the agency''s clerk answered by when.';

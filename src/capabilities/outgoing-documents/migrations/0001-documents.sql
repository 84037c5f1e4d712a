create table outgoing_documents.document (
  agency_id          uuid not null,
  id                 uuid not null,
  state              text not null check (state in ('draft', 'submitted', 'returned', 'signed', 'numbered', 'sealed', 'issued', 'withdrawn')),
  revision           integer not null check (revision >= 1),
  type_code          text not null,
  type_name          text not null,
  summary            text not null check (length(summary) between 1 and 500),
  search_text        text not null,
  urgency            text not null check (urgency in ('normal', 'urgent', 'very_urgent', 'flash')),
  answer_due         date,
  drafting_unit_id   uuid,
  drafting_unit_name text,
  drafter_person_id  uuid not null,
  drafter_post_id    uuid not null,
  drafter_name       text not null,
  created_at         timestamptz not null,
  changed_at         timestamptz not null,
  approver_post_id   uuid,
  approver_name      text,
  approver_title     text,
  submitted_at       timestamptz,
  return_reason      text,
  returned_at        timestamptz,
  signed_at          timestamptz,
  signer_name        text,
  signer_title       text,
  signature_place    jsonb,
  register_id        uuid,
  year               smallint,
  number             integer check (number >= 1),
  notation           text,
  issued_on          date,
  numbered_at        timestamptz,
  numbered_by        text,
  sealed_at          timestamptz,
  sealed_by          text,
  issued_at          timestamptz,
  issued_by          text,
  envelope_id        uuid,
  withdrawn_at       timestamptz,
  withdrawal_reason  text,
  primary key (agency_id, id),
  foreign key (agency_id, register_id) references registers.register (agency_id, id),
  check ((number is null) = (notation is null) and (number is null) = (issued_on is null) and (number is null) = (register_id is null) and (number is null) = (year is null)),
  check (state not in ('numbered', 'sealed', 'issued') or number is not null),
  check (state not in ('signed', 'numbered', 'sealed', 'issued') or signed_at is not null),
  check ((state = 'issued') = (issued_at is not null)),
  check ((state = 'withdrawn') = (withdrawn_at is not null))
);
comment on table outgoing_documents.document is 'Scope: agency. The documents that an agency drafts, signs, numbers, seals and issues, with the names of their day.';
create unique index document_number on outgoing_documents.document (agency_id, register_id, year, number) where number is not null;
create index document_newest on outgoing_documents.document (agency_id, created_at desc, id desc);
create index document_by_state on outgoing_documents.document (agency_id, state, created_at desc, id desc);

create table outgoing_documents.file (
  agency_id       uuid not null,
  id              uuid not null,
  document_id     uuid not null,
  role            text not null check (role in ('main', 'source', 'attachment')),
  position        smallint not null,
  name            text not null,
  media_type      text not null,
  uploaded_sha256 text not null check (length(uploaded_sha256) = 64),
  current_sha256  text not null check (length(current_sha256) = 64),
  current_file_id uuid not null,
  size_bytes      bigint not null check (size_bytes > 0),
  flags           jsonb not null,
  sealed_at       timestamptz,
  primary key (agency_id, id),
  foreign key (agency_id, document_id) references outgoing_documents.document (agency_id, id)
);
comment on table outgoing_documents.file is 'Scope: agency. The main file and the attachments of a document, each with its newest version.';
create index file_of_document on outgoing_documents.file (agency_id, document_id, position);
create unique index file_main on outgoing_documents.file (agency_id, document_id) where role = 'main';

create table outgoing_documents.file_version (
  agency_id   uuid not null,
  file_id     uuid not null,
  ordinal     smallint not null check (ordinal >= 1),
  step        text not null check (step in ('upload', 'approval', 'seal')),
  sha256      text not null check (length(sha256) = 64),
  size_bytes  bigint not null check (size_bytes > 0),
  stored_file_id uuid not null,
  made_at     timestamptz not null,
  primary key (agency_id, file_id, ordinal)
);
comment on table outgoing_documents.file_version is 'Scope: agency. Append-only. Every version of a file: as uploaded, as signed, as sealed.';

create table outgoing_documents.recipient (
  agency_id           uuid not null,
  document_id         uuid not null,
  recipient_agency_id uuid not null,
  name                text not null,
  code                text,
  position            smallint not null,
  primary key (agency_id, document_id, recipient_agency_id),
  foreign key (agency_id, document_id) references outgoing_documents.document (agency_id, id)
);
comment on table outgoing_documents.recipient is 'Scope: agency. To whom a document goes, with the name and code of the day on which it was chosen.';
create index recipient_lately on outgoing_documents.recipient (agency_id, recipient_agency_id);

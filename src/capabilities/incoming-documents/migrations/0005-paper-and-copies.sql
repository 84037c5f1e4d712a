alter table incoming_documents.document
  -- How it reached the agency: over the exchange, or on paper, which the clerk scanned (30/2020/NĐ-CP Art. 22.3.b).
  add column medium text not null default 'electronic' check (medium in ('electronic', 'paper')),
  -- Paper comes without a message, and from senders who are in no directory.
  alter column message_id drop not null,
  alter column sender_agency_id drop not null,
  add constraint document_message_check check ((medium = 'electronic') = (message_id is not null) and (medium = 'paper' or sender_agency_id is not null));

create table incoming_documents.copy (
  agency_id         uuid not null,
  document_id       uuid not null,
  id                uuid not null,
  state             text not null check (state in ('created', 'sealed', 'withdrawn')),
  kind              text not null check (kind in ('full', 'of-copy', 'extract')),
  source            text not null check (source in ('electronic', 'master', 'certified-copy')),
  -- What the agency signs: the scan, or the extract that the clerk wrote.
  base_file_id      uuid not null,
  base_sha256       text not null,
  extract_upload_id uuid,
  created_at          timestamptz not null,
  created_by          text not null,
  register_id       uuid,
  year              smallint,
  number            integer check (number >= 1),
  notation          text,
  file_id           uuid,
  name              text,
  sha256            text,
  size_bytes        bigint,
  sealed_at           timestamptz,
  sealed_by           text,
  certificate_serial text,
  withdrawn_at       timestamptz,
  withdrawn_by       text,
  primary key (agency_id, document_id, id),
  foreign key (agency_id, document_id) references incoming_documents.document (agency_id, id),
  foreign key (agency_id, register_id) references registers.register (agency_id, id),
  check ((kind = 'extract') = (extract_upload_id is not null)),
  check ((kind = 'of-copy') = (source = 'certified-copy')),
  -- There is no electronic copy in full of what is electronic (30/2020/NĐ-CP Art. 25).
  check (kind <> 'full' or source = 'master'),
  check (((state = 'sealed') = (sealed_at is not null)) and ((sealed_at is null) = (number is null)) and ((sealed_at is null) = (file_id is null)) and ((sealed_at is null) = (sha256 is null)) and ((sealed_at is null) = (register_id is null))),
  check ((state = 'withdrawn') = (withdrawn_at is not null))
);
comment on table incoming_documents.copy is 'Scope: agency. Electronic copies of incoming documents with the agency''s signature (30/2020/NĐ-CP Art. 25 to 27): what they were made of, their numbers in the register of copies, and those that were withdrawn.';
create unique index copy_created on incoming_documents.copy (agency_id, document_id) where state = 'created';
create unique index copy_whole on incoming_documents.copy (agency_id, document_id, kind) where state = 'sealed' and kind <> 'extract';
create unique index copy_number on incoming_documents.copy (agency_id, register_id, year, number) where state = 'sealed';

create table files.blob (
  sha256          bytea not null primary key check (length(sha256) = 32),
  size_bytes      bigint not null check (size_bytes > 0),
  kept            boolean not null,
  last_stored_at  timestamptz not null,
  last_checked_at timestamptz not null,
  damage          text check (damage in ('missing', 'changed'))
);
comment on table files.blob is 'Scope: installation. The bytes that the store holds, by their hash; the sweeper and the nightly check work from it.';
create index blob_check on files.blob (last_checked_at);
create index blob_sweep on files.blob (last_stored_at) where not kept;
create index blob_damaged on files.blob (sha256) where damage is not null;

create table files.file (
  agency_id     uuid not null,
  id            uuid not null,
  sha256        bytea not null check (length(sha256) = 32),
  size_bytes    bigint not null check (size_bytes > 0),
  name          text not null check (length(name) between 1 and 200),
  original_name text not null,
  media_type    text not null,
  flags         text[] not null,
  created_at    timestamptz not null,
  primary key (agency_id, id)
);
comment on table files.file is 'Scope: agency. Append-only. An agency’s file: a name, a type and what was noticed about it, on bytes that are shared by their hash.';
create index file_by_hash on files.file (sha256);

create table files.upload (
  agency_id      uuid not null,
  id             uuid not null,
  person_id      uuid not null,
  state          text not null check (state in ('receiving', 'finished', 'taken')),
  name           text not null check (length(name) between 1 and 200),
  original_name  text not null,
  size_bytes     bigint not null check (size_bytes > 0),
  received_bytes bigint not null check (received_bytes between 0 and size_bytes),
  writer         uuid,
  sha256         bytea check (length(sha256) = 32),
  media_type     text,
  flags          text[] not null,
  created_at     timestamptz not null,
  expires_at     timestamptz not null,
  file_id        uuid,
  primary key (agency_id, id),
  check ((state = 'receiving') = (sha256 is null)),
  check ((sha256 is null) = (media_type is null)),
  check ((state = 'taken') = (file_id is not null))
);
comment on table files.upload is 'Scope: agency. Files on their way in: how far each has come, whose it is, and what it became.';
create index upload_by_person on files.upload (agency_id, person_id) where state = 'receiving';
create index upload_expiry on files.upload (expires_at);
create index upload_by_hash on files.upload (sha256) where state = 'finished';

create table files.conversion (
  source_sha256 bytea not null primary key check (length(source_sha256) = 32),
  pdf_sha256    bytea not null check (length(pdf_sha256) = 32),
  converted_at  timestamptz not null
);
comment on table files.conversion is 'Scope: installation. Which PDF a text document was turned into, so that a repeated request gets the same bytes.';

create table signatures.archived_file (
  agency_id        uuid not null,
  sha256           text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  name             text not null,
  state            text not null check (state in ('waiting', 'archived', 'not_valid')),
  archived_sha256  text check (archived_sha256 ~ '^[0-9a-f]{64}$'),
  file_id          uuid,
  protected_until  timestamptz,
  asked_at         timestamptz not null,
  archived_at      timestamptz,
  primary key (agency_id, sha256),
  check ((state = 'archived') <= (archived_sha256 is not null and file_id is not null and archived_at is not null))
);
comment on table signatures.archived_file is 'Scope: agency. Signed files that are to last: the file as it was issued or arrived, and its newest copy with validation material and archive time stamp (PAdES B-LTA).';
create index archived_file_due on signatures.archived_file (protected_until) where state = 'archived';

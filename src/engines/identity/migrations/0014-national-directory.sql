-- Whether an agency was entered here, or taken over from the national list.
alter table identity.agency add column source text not null default 'own' check (source in ('own', 'national'));
create index agency_own on identity.agency (kind, id) where source = 'own';

-- Searching 120,000 agencies: by words, by the beginning of a name, by abbreviation, by the beginning of a code.
create index agency_name_words on identity.agency_name using gin (to_tsvector('simple'::regconfig, search_text));
create index agency_name_start on identity.agency_name (search_text text_pattern_ops);
create index agency_name_abbreviation on identity.agency_name (lower(abbreviation));
create index agency_code_start on identity.agency_code (lower(code) text_pattern_ops);

create table identity.directory_import (
  id             uuid not null primary key,
  source         text not null check (source in ('file', 'axis')),
  -- The name of the file, or of the partner.
  origin         text not null check (length(origin) between 1 and 300),
  -- The stored bytes of a file; a list that an axis tells is not kept.
  file_hash      bytea check (length(file_hash) = 32),
  state          text not null check (state in ('running', 'finished', 'failed')),
  -- How many entries were taken: where it goes on after a break.
  position       integer not null check (position >= 0),
  added          integer not null check (added >= 0),
  changed        integer not null check (changed >= 0),
  unchanged      integer not null check (unchanged >= 0),
  conflicts      integer not null check (conflicts >= 0),
  unreadable     integer not null check (unreadable >= 0),
  problem        text,
  started_by     jsonb not null,
  started_at     timestamptz not null,
  finished_at    timestamptz,
  check ((source = 'file') = (file_hash is not null)),
  check ((state = 'running') = (finished_at is null)),
  check ((state = 'failed') = (problem is not null))
);
comment on table identity.directory_import is 'Scope: installation. The readings of the national list of agencies: from what, how far, with what result.';
create unique index directory_import_running on identity.directory_import ((true)) where state = 'running';
create index directory_import_newest on identity.directory_import (started_at desc);

create table identity.national_agency (
  -- The list's own id of the entry.
  ref         text not null primary key check (length(ref) between 1 and 100),
  parent_ref  text check (length(parent_ref) between 1 and 100),
  code        text check (length(code) between 1 and 100),
  old_code    text check (length(old_code) between 1 and 100),
  name        text not null check (length(name) between 2 and 300),
  is_closed   boolean not null,
  agency_id   uuid references identity.agency (id),
  -- What was taken over from the list: as long as the agency still says it, the list may change it.
  taken_name  text,
  taken_code  text,
  read_at     timestamptz not null
);
comment on table identity.national_agency is 'Scope: reference. The national list of agencies as it was last read, each entry with the agency here that it means.';
create unique index national_agency_agency on identity.national_agency (agency_id) where agency_id is not null;
create index national_agency_parent on identity.national_agency (parent_ref) where parent_ref is not null;

create table identity.directory_conflict (
  ref         text not null references identity.national_agency (ref),
  problem     text not null check (problem in ('name_differs', 'code_differs', 'closed_here', 'closed_there', 'code_reused', 'parent_missing', 'code_malformed')),
  -- What the list said when it was found.
  code        text,
  name        text not null,
  agency_id   uuid references identity.agency (id),
  found_at    timestamptz not null,
  resolution  text check (resolution in ('keep_ours', 'take_theirs', 'gone')),
  resolved_at timestamptz,
  resolved_by jsonb,
  primary key (ref, problem),
  check ((resolution is null) = (resolved_at is null)),
  check ((resolution is null) = (resolved_by is null))
);
comment on table identity.directory_conflict is 'Scope: installation. Where the national list says otherwise than the directory here: a person decides; nothing that was entered here is overwritten.';
create index directory_conflict_open on identity.directory_conflict (found_at, ref, problem) where resolution is null;
create index directory_conflict_agency on identity.directory_conflict (agency_id) where agency_id is not null;

create table identity.recipient_group (
  agency_id  uuid not null references identity.agency (id),
  id         uuid not null,
  name       text not null check (length(name) between 2 and 100),
  created_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (agency_id, id)
);
comment on table identity.recipient_group is 'Scope: agency. Groups of recipients that an agency named for itself, to be chosen at once when a document is sent.';
create unique index recipient_group_name on identity.recipient_group (agency_id, lower(name));

create table identity.recipient_group_member (
  agency_id uuid not null,
  group_id  uuid not null,
  member_id uuid not null references identity.agency (id),
  primary key (agency_id, group_id, member_id),
  foreign key (agency_id, group_id) references identity.recipient_group (agency_id, id)
);
comment on table identity.recipient_group_member is 'Scope: agency. The agencies of a group of recipients.';
create index recipient_group_member_reverse on identity.recipient_group_member (member_id);

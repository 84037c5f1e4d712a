create table identity.agency (
  id             uuid not null primary key,
  kind           text not null check (kind in ('province', 'department', 'commune', 'district', 'party_body', 'central', 'socio_political', 'public_unit', 'enterprise', 'press_office', 'other')),
  level          text not null check (level in ('central', 'province', 'district', 'commune', 'none')),
  parent_id      uuid references identity.agency (id),
  hosting        text not null check (hosting in ('local', 'external')),
  established_on date not null,
  closed_on      date,
  closing_basis  text,
  note           text,
  created_at     timestamptz not null,
  check (closed_on is null or closed_on >= established_on),
  check (parent_id is distinct from id)
);
comment on table identity.agency is 'Scope: reference. Agencies and organisations through time. closed_on is the last day on which one existed; a closed one is never deleted.';
create index agency_parent on identity.agency (parent_id);

create table identity.agency_name (
  agency_id    uuid not null references identity.agency (id),
  valid_from   date not null,
  valid_to     date,
  name         text not null check (length(name) between 2 and 300),
  abbreviation text not null check (length(abbreviation) between 1 and 30),
  search_text  text not null,
  legal_basis  text,
  primary key (agency_id, valid_from),
  check (valid_to is null or valid_to >= valid_from)
);
comment on table identity.agency_name is 'Scope: reference. The names of an agency, each for its time; valid_to is the last day. search_text is folded by the application.';
create unique index agency_name_current on identity.agency_name (agency_id) where valid_to is null;

create table identity.agency_code (
  agency_id   uuid not null references identity.agency (id),
  scheme      text not null check (scheme in ('qd20', 'qcvn102', 'enterprise')),
  valid_from  date not null,
  valid_to    date,
  code        text not null check (length(code) between 2 and 35),
  note        text,
  primary key (agency_id, scheme, valid_from),
  check (valid_to is null or valid_to >= valid_from)
);
comment on table identity.agency_code is 'Scope: reference. The codes of an agency side by side: qd20 from left to right, qcvn102 from right to left, enterprise number; each for its time.';
create unique index agency_code_current on identity.agency_code (scheme, code) where valid_to is null;
create index agency_code_lookup on identity.agency_code (code);

create table identity.agency_successor (
  predecessor_id uuid not null references identity.agency (id),
  successor_id   uuid not null references identity.agency (id),
  kind           text not null check (kind in ('renamed', 'merged', 'split', 'dissolved', 'moved')),
  effective_on   date not null,
  legal_basis    text,
  primary key (predecessor_id, successor_id),
  check (predecessor_id <> successor_id)
);
comment on table identity.agency_successor is 'Scope: reference. Who took over from whom, in which way and from which day.';
create index agency_successor_reverse on identity.agency_successor (successor_id);

create table identity.unit (
  id          uuid not null primary key,
  agency_id   uuid not null references identity.agency (id),
  parent_id   uuid references identity.unit (id),
  name        text not null check (length(name) between 2 and 200),
  abbreviation text not null check (length(abbreviation) between 1 and 30),
  valid_from  date not null,
  valid_to    date,
  created_at  timestamptz not null,
  check (valid_to is null or valid_to >= valid_from)
);
comment on table identity.unit is 'Scope: reference. The units of an agency, such as its office and divisions.';
create index unit_agency on identity.unit (agency_id);

create table identity.person (
  id          uuid not null primary key,
  full_name   text not null check (length(full_name) between 2 and 120),
  search_text text not null,
  is_invented boolean not null,
  created_at  timestamptz not null
);
comment on table identity.person is 'Scope: reference. People who hold posts. No more about them is kept here than their name; is_invented marks the people of a demonstration.';

create table identity.post (
  id             uuid not null primary key,
  agency_id      uuid not null references identity.agency (id),
  unit_id        uuid references identity.unit (id),
  person_id      uuid not null references identity.person (id),
  title          text not null check (length(title) between 2 and 150),
  roles          text[] not null check (roles <@ array['clerk', 'officer', 'unit_head', 'chief_of_office', 'leader', 'one_stop_officer', 'agency_admin', 'province_admin', 'auditor']),
  signing_powers text[] not null check (signing_powers <@ array['TM', 'KT', 'TL', 'TUQ', 'Q']),
  starts_on      date not null,
  ends_on        date,
  end_reason     text,
  sort_order     integer not null,
  created_at     timestamptz not null,
  check (ends_on is null or ends_on >= starts_on)
);
comment on table identity.post is 'Scope: reference. A person in a post of an agency for a period, with what the post may do and the formulas in which it may sign (NĐ 30/2020 Art. 13).';
create index post_agency on identity.post (agency_id);
create index post_person on identity.post (person_id);

create table identity.delegation (
  id                uuid not null primary key,
  delegator_post_id uuid not null references identity.post (id),
  delegate_post_id  uuid not null references identity.post (id),
  roles             text[] not null check (cardinality(roles) > 0),
  content           text not null check (length(content) between 5 and 500),
  document_reference text,
  starts_on         date not null,
  ends_on           date not null,
  revoked_at        timestamptz,
  created_at        timestamptz not null,
  check (ends_on >= starts_on),
  check (delegator_post_id <> delegate_post_id)
);
comment on table identity.delegation is 'Scope: reference. Authority given by one post to another, in writing, for a time and a content (TUQ., NĐ 30/2020 Art. 13); it cannot be given on.';
create index delegation_delegator on identity.delegation (delegator_post_id);
create index delegation_delegate on identity.delegation (delegate_post_id);

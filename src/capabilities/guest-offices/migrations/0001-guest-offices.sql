create table guest_offices.invitation (
  id           uuid not null primary key,
  agency_id    uuid not null references identity.agency (id),
  purpose      text not null check (purpose in ('office', 'colleague')),
  token_hash   bytea not null,
  invitee      text not null check (length(invitee) between 2 and 300),
  contact      text not null check (length(contact) <= 200),
  invited_by   text not null,
  created_at   timestamptz not null,
  expires_at   timestamptz not null,
  used_at      timestamptz,
  revoked_at   timestamptz,
  unique (token_hash),
  check (used_at is null or revoked_at is null),
  check (expires_at > created_at)
);
comment on table guest_offices.invitation is 'Scope: installation. Links that an agency gave to an organisation outside, or a guest office to a colleague: used once, for seven days. Only the SHA-256 of a link is kept.';
create index invitation_by_agency on guest_offices.invitation (agency_id, created_at desc);

create table guest_offices.application (
  id             uuid not null primary key,
  state          text not null check (state in ('waiting', 'approved', 'refused')),
  invitation_id  uuid references guest_offices.invitation (id),
  token_hash     bytea not null,
  applied_from   bytea not null,
  name           text not null check (length(name) between 2 and 300),
  abbreviation   text not null check (length(abbreviation) between 1 and 30),
  kind           text not null check (kind in ('press_office', 'enterprise', 'socio_political', 'other')),
  licence_number text not null check (length(licence_number) between 3 and 50),
  address        text not null check (length(address) between 5 and 500),
  contact_name   text not null check (length(contact_name) between 2 and 120),
  contact_title  text not null check (length(contact_title) between 2 and 150),
  email          text not null check (length(email) between 3 and 200),
  phone          text not null check (length(phone) between 6 and 30),
  login          text not null check (login = lower(login) and length(login) between 3 and 60),
  password_hash  text,
  password_is_long boolean not null,
  applied_at     timestamptz not null,
  decided_at     timestamptz,
  decided_by     text,
  refusal_reason text check (length(refusal_reason) between 3 and 1000),
  agency_id      uuid references identity.agency (id),
  unique (token_hash),
  unique (login),
  check ((state = 'waiting') = (decided_at is null) and (decided_at is null) = (decided_by is null)),
  check ((state = 'refused') = (refusal_reason is not null)),
  check ((state = 'approved') = (agency_id is not null)),
  check ((state = 'waiting') = (password_hash is not null))
);
comment on table guest_offices.application is 'Scope: installation. Organisations that ask for an account, with the login and password that their first person will have. The password''s hash goes with the decision; applied_from is a hash of the network address, against floods.';
create index application_by_age on guest_offices.application (state, applied_at, id);
create index application_by_source on guest_offices.application (applied_from, applied_at);

create table guest_offices.application_paper (
  application_id uuid not null references guest_offices.application (id),
  position       smallint not null check (position between 0 and 4),
  name           text not null check (length(name) between 1 and 200),
  media_type     text not null check (media_type in ('application/pdf', 'image/jpeg', 'image/png', 'application/pkix-cert')),
  bytes          bytea not null check (length(bytes) between 1 and 5242880),
  primary key (application_id, position)
);
comment on table guest_offices.application_paper is 'Scope: installation. What an organisation handed in with its application: a scan of its licence, its public certificate.';

create table guest_offices.office (
  agency_id         uuid not null primary key references identity.agency (id),
  application_id    uuid not null references guest_offices.application (id),
  state             text not null check (state in ('active', 'suspended')),
  daily_limit       integer not null check (daily_limit between 1 and 1000),
  approved_at       timestamptz not null,
  suspended_at      timestamptz,
  suspended_by      text,
  suspension_reason text check (length(suspension_reason) between 3 and 1000),
  suspended_people  uuid[] not null,
  unique (application_id),
  check ((state = 'suspended') = (suspended_at is not null)),
  check ((suspended_at is null) = (suspended_by is null) and (suspended_at is null) = (suspension_reason is null)),
  check (state = 'suspended' or cardinality(suspended_people) = 0)
);
comment on table guest_offices.office is 'Scope: installation. Agencies without a system of their own whose people have accounts here; suspended_people are those whose accounts the suspension closed.';

create table guest_offices.letter (
  agency_id           uuid not null,
  id                  uuid not null,
  state               text not null check (state in ('draft', 'sent')),
  recipient_agency_id uuid not null,
  recipient_name      text not null,
  number              text check (length(number) between 1 and 50),
  notation            text not null check (length(notation) between 1 and 100),
  issued_on           date not null,
  summary             text not null check (length(summary) between 1 and 500),
  reply_to_document_id uuid,
  reply_to_label      text check (length(reply_to_label) <= 300),
  author_person_id    uuid not null,
  author_name         text not null,
  author_title        text not null,
  created_at          timestamptz not null,
  sent_at             timestamptz,
  ordinal             integer check (ordinal >= 1),
  primary key (agency_id, id),
  check ((state = 'sent') = (sent_at is not null) and (sent_at is null) = (ordinal is null)),
  check ((reply_to_document_id is null) = (reply_to_label is null))
);
comment on table guest_offices.letter is 'Scope: agency. What a guest office sends, and what waits for its signature. A number that is missing means that the letter has none.';
create index letter_newest on guest_offices.letter (agency_id, created_at desc, id desc);
create index letter_sent on guest_offices.letter (agency_id, sent_at) where sent_at is not null;
create index letter_reply on guest_offices.letter (agency_id, reply_to_document_id) where reply_to_document_id is not null;

create table guest_offices.letter_file (
  agency_id  uuid not null,
  letter_id  uuid not null,
  position   smallint not null check (position between 0 and 20),
  role       text not null check (role in ('main', 'attachment')),
  file_id    uuid not null,
  sha256     text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  name       text not null,
  media_type text not null,
  size_bytes bigint not null check (size_bytes >= 1),
  flags      text[] not null,
  primary key (agency_id, letter_id, position),
  foreign key (agency_id, letter_id) references guest_offices.letter (agency_id, id) on delete cascade,
  check ((role = 'main') = (position = 0))
);
comment on table guest_offices.letter_file is 'Scope: agency. The files of a letter; the main one comes first and is exchanged for its signed version when it is signed here.';

create table guest_offices.suspension_notice (
  agency_id           uuid not null,
  envelope_id         uuid not null,
  recipient_agency_id uuid not null,
  primary key (agency_id, envelope_id, recipient_agency_id)
);
comment on table guest_offices.suspension_notice is 'Scope: agency. Of which envelopes the sender was told that they wait at a suspended office, so that it is told once.';

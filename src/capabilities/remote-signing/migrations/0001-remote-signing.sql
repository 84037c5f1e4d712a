create table remote_signing.client (
  id            uuid not null primary key,
  name          text not null check (length(name) between 1 and 200),
  secret_hash   bytea not null check (length(secret_hash) = 32),
  redirect_uris text[] not null check (cardinality(redirect_uris) <= 10),
  per_minute    integer not null check (per_minute between 1 and 6000),
  created_by    text not null,
  created_at    timestamptz not null,
  disabled_at   timestamptz
);
comment on table remote_signing.client is 'Scope: installation. Applications that may ask for signatures; of the secret only its SHA-256 is kept.';

create table remote_signing.token (
  token_hash bytea not null primary key,
  client_id  uuid not null references remote_signing.client (id),
  kind       text not null check (kind in ('access', 'refresh')),
  person_id  uuid,
  expires_at timestamptz not null
);
comment on table remote_signing.token is 'Scope: installation. Tokens of the applications by their SHA-256; with a person when that person let the application in.';
create index token_by_end on remote_signing.token (expires_at);

create table remote_signing.turn (
  key          text not null primary key,
  window_start timestamptz not null,
  count        integer not null check (count > 0)
);
comment on table remote_signing.turn is 'Scope: installation. How often an application, an address or a credential was there in the present stretch of time.';

create table remote_signing.consent (
  id             uuid not null primary key,
  client_id      uuid not null references remote_signing.client (id),
  scope          text not null check (scope in ('service', 'credential')),
  redirect_uri   text not null,
  client_state   text,
  code_challenge text not null,
  request        jsonb,
  person_id      uuid,
  agency_id      uuid,
  authorization_id uuid,
  code_hash      bytea,
  asked_at       timestamptz not null,
  expires_at     timestamptz not null,
  answered_at    timestamptz,
  exchanged_at   timestamptz,
  unique (code_hash),
  check ((scope = 'credential') = (request is not null)),
  check ((authorization_id is null) or (agency_id is not null and person_id is not null)),
  check (code_hash is null or answered_at is not null),
  check (exchanged_at is null or code_hash is not null)
);
comment on table remote_signing.consent is 'Scope: installation. A browser that an application sent here for a consent (OAuth 2.0 authorization code with PKCE), until its code is exchanged.';
create index consent_by_end on remote_signing.consent (expires_at);

create table remote_signing.enrolment (
  agency_id     uuid not null,
  credential_id uuid not null,
  person_id     uuid not null,
  user_name     text not null,
  enrolled_at   timestamptz not null,
  ended_at      timestamptz,
  primary key (agency_id, credential_id)
);
comment on table remote_signing.enrolment is 'Scope: agency. Credentials that their owner opened to remote signing.';
create index enrolment_of_person on remote_signing.enrolment (person_id) where ended_at is null;
create index enrolment_of_user on remote_signing.enrolment (user_name) where ended_at is null;

create table remote_signing.passkey (
  agency_id     uuid not null,
  credential_id uuid not null,
  id            text not null,
  public_key    bytea not null,
  counter       bigint not null check (counter >= 0),
  transports    text[] not null,
  name          text not null check (length(name) between 1 and 80),
  created_at    timestamptz not null,
  last_used_at  timestamptz,
  primary key (agency_id, credential_id, id),
  foreign key (agency_id, credential_id) references remote_signing.enrolment (agency_id, credential_id)
);
comment on table remote_signing.passkey is 'Scope: agency. Passkeys that release one credential: only public keys. They were enrolled with the PIN of the key and do not sign in.';

create table remote_signing.asked_authorization (
  agency_id       uuid not null,
  id              uuid not null,
  credential_id   uuid not null,
  person_id       uuid not null,
  client_id       uuid not null,
  client_name     text not null,
  hash_algorithm  text not null check (hash_algorithm in ('sha256', 'sha384', 'sha512')),
  description     text check (length(description) <= 500),
  request_hash    bytea not null check (length(request_hash) = 32),
  state           text not null check (state in ('waiting', 'approved', 'refused', 'expired')),
  wrong_passkeys  smallint not null check (wrong_passkeys between 0 and 5),
  asked_at        timestamptz not null,
  expires_at      timestamptz not null check (expires_at > asked_at),
  decided_at      timestamptz,
  usable_until    timestamptz,
  primary key (agency_id, id),
  foreign key (agency_id, credential_id) references remote_signing.enrolment (agency_id, credential_id),
  check ((state = 'waiting') = (decided_at is null)),
  check ((state = 'approved') = (usable_until is not null))
);
comment on table remote_signing.asked_authorization is 'Scope: agency. What an application asked an owner to sign: one request for up to fifty hashes, and what the owner said.';
create unique index authorization_asked_once on remote_signing.asked_authorization (agency_id, credential_id, client_id, request_hash) where state = 'waiting';
create index authorization_of_person on remote_signing.asked_authorization (agency_id, person_id, asked_at desc);
create index authorization_overdue on remote_signing.asked_authorization (expires_at) where state = 'waiting';

create table remote_signing.asked_hash (
  agency_id        uuid not null,
  authorization_id uuid not null,
  position         smallint not null check (position between 0 and 49),
  hash             bytea not null,
  document_name    text check (length(document_name) <= 300),
  signature        bytea,
  released_at      timestamptz,
  response_id      uuid,
  response_position smallint check (response_position between 0 and 49),
  primary key (agency_id, authorization_id, position),
  unique (agency_id, authorization_id, hash),
  foreign key (agency_id, authorization_id) references remote_signing.asked_authorization (agency_id, id),
  check ((response_id is null) = (released_at is null) and (response_id is null) = (response_position is null))
);
comment on table remote_signing.asked_hash is 'Scope: agency. One hash of a request; its signature is made when the owner approves, handed out once, and taken away afterwards.';
create index asked_hash_response on remote_signing.asked_hash (agency_id, response_id) where response_id is not null;
create index asked_hash_signed on remote_signing.asked_hash (agency_id, authorization_id) where signature is not null;

create table remote_signing.ceremony (
  agency_id         uuid not null,
  id                uuid not null,
  person_id         uuid not null,
  credential_id     uuid not null,
  kind              text not null check (kind in ('enrolment', 'approval')),
  nonce             bytea not null check (length(nonce) = 32),
  authorization_ids uuid[] not null check (cardinality(authorization_ids) <= 50),
  expires_at        timestamptz not null,
  used_at           timestamptz,
  primary key (agency_id, id),
  check ((kind = 'enrolment') = (cardinality(authorization_ids) = 0))
);
comment on table remote_signing.ceremony is 'Scope: agency. A passkey that was asked for: for which requests, with which random number; answered once.';
create index ceremony_by_end on remote_signing.ceremony (expires_at);

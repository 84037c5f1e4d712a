-- A remote service may want each person's own consent before it lets this installation in for them (OAuth 2.0 authorization code, RFC 6749, 7636).
alter table signatures.credential add column access bytea;

create table signatures.service_consent (
  agency_id     uuid not null,
  id            uuid not null,
  person_id     uuid not null,
  session_id    uuid not null,
  driver        text not null check (driver ~ '^[a-z][a-z0-9-]*$'),
  kind          text not null check (kind in ('person', 'agency')),
  credential_id uuid,
  state_hash    text not null check (state_hash ~ '^[0-9a-f]{64}$'),
  verifier      bytea,
  access        bytea,
  state         text not null check (state in ('asked', 'answered', 'given', 'used', 'refused')),
  asked_at      timestamptz not null,
  expires_at    timestamptz not null check (expires_at > asked_at),
  primary key (agency_id, id),
  unique (agency_id, state_hash),
  foreign key (agency_id, credential_id) references signatures.credential (agency_id, id),
  check ((verifier is not null) = (state = 'asked')),
  check ((access is not null) = (state = 'given'))
);
comment on table signatures.service_consent is 'Scope: agency. A person''s way to a remote signing service and back: bound to the session, good once, its tokens encrypted until a key is connected with them.';
create index service_consent_of_person on signatures.service_consent (agency_id, person_id);

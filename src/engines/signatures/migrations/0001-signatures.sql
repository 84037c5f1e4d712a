create table signatures.authority_key (
  role         text not null check (role in ('root', 'issuing', 'timestamp', 'ocsp')),
  generation   integer not null check (generation > 0),
  certificate  bytea not null,
  container    bytea not null,
  valid_from   timestamptz not null,
  valid_to     timestamptz not null check (valid_to > valid_from),
  created_at   timestamptz not null,
  primary key (role, generation)
);
comment on table signatures.authority_key is 'Scope: installation. Append-only. Keys of the built-in certificate authority as encrypted PKCS#12; the highest generation of a role is the one in use.';

create table signatures.issued_certificate (
  serial        text not null primary key check (serial ~ '^[0-9a-f]{2,40}$'),
  purpose       text not null check (purpose in ('issuing', 'timestamp', 'ocsp', 'person', 'agency')),
  subject       text not null,
  certificate   bytea not null,
  agency_id     uuid,
  credential_id uuid,
  issued_at     timestamptz not null,
  valid_to      timestamptz not null,
  state         text not null check (state in ('valid', 'revoked')),
  revoked_at    timestamptz,
  reason        text,
  check ((state = 'revoked') = (revoked_at is not null and reason is not null)),
  check ((purpose in ('person', 'agency')) = (agency_id is not null and credential_id is not null))
);
comment on table signatures.issued_certificate is 'Scope: installation. Every certificate that the built-in authority issued, under its serial number, with its revocation.';
create index issued_certificate_revoked on signatures.issued_certificate (revoked_at) where state = 'revoked';

create table signatures.revocation_list (
  issuer       text not null check (issuer in ('root', 'issuing')),
  number       bigint not null check (number > 0),
  issued_at    timestamptz not null,
  next_update  timestamptz not null check (next_update > issued_at),
  content      bytea not null,
  primary key (issuer, number)
);
comment on table signatures.revocation_list is 'Scope: installation. Append-only. The revocation lists of the built-in authority, each with the next number of its issuer; the highest is the one in force.';

create table signatures.trust_anchor (
  fingerprint  text not null primary key check (fingerprint ~ '^[0-9a-f]{64}$'),
  name         text not null,
  certificate  bytea not null,
  legal_basis  text not null,
  valid_from   timestamptz not null,
  valid_to     timestamptz check (valid_to > valid_from),
  added_at     timestamptz not null
);
comment on table signatures.trust_anchor is 'Scope: installation. Root certificates that this installation trusts, each for a period and on a legal basis.';

create table signatures.credential (
  agency_id        uuid not null,
  id               uuid not null,
  kind             text not null check (kind in ('person', 'agency')),
  person_id        uuid,
  label            text not null,
  driver           text not null check (driver ~ '^[a-z][a-z0-9-]*$'),
  container        bytea,
  certificate      bytea not null,
  chain            bytea[] not null,
  subject          text not null,
  issuer           text not null,
  serial           text not null,
  is_built_in      boolean not null,
  valid_from       timestamptz not null,
  valid_to         timestamptz not null check (valid_to > valid_from),
  state            text not null check (state in ('active', 'revoked')),
  revoked_at       timestamptz,
  revoked_reason   text,
  failed_attempts  smallint not null check (failed_attempts between 0 and 5),
  locked_at        timestamptz,
  image_sha256     text check (image_sha256 ~ '^[0-9a-f]{64}$'),
  image_width_mm   numeric(5, 1) check (image_width_mm between 5 and 80),
  image_valid_from date,
  image_valid_to   date check (image_valid_to >= image_valid_from),
  created_at       timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, issuer, serial),
  check ((kind = 'person') = (person_id is not null)),
  check (driver <> 'pkcs12' or container is not null),
  check ((state = 'revoked') = (revoked_at is not null and revoked_reason is not null)),
  check ((image_sha256 is null) = (image_width_mm is null) and (image_sha256 is null) = (image_valid_from is null))
);
comment on table signatures.credential is 'Scope: agency. A certificate with which a person or the agency itself signs, where its key is held, and the image that stands for it on paper.';
create index credential_of_person on signatures.credential (agency_id, person_id) where person_id is not null;

create table signatures.signing (
  agency_id       uuid not null,
  id              uuid not null,
  subject_type    text not null,
  subject_id      uuid not null,
  purpose         text not null,
  purpose_data    jsonb not null,
  credential_id   uuid not null,
  base_sha256     text not null check (base_sha256 ~ '^[0-9a-f]{64}$'),
  appearance      jsonb not null,
  state           text not null check (state in ('prepared', 'signing', 'pending', 'completed', 'failed', 'expired')),
  opened_by       jsonb not null,
  opened_at       timestamptz not null,
  expires_at      timestamptz not null,
  attempt_id      uuid,
  attempt_until   timestamptz,
  prepared        bytea,
  holder_reference text,
  result_sha256   text check (result_sha256 ~ '^[0-9a-f]{64}$'),
  result_size_bytes bigint check (result_size_bytes > 0),
  evidence        jsonb,
  failure_code    text,
  ended_at        timestamptz,
  primary key (agency_id, id),
  foreign key (agency_id, credential_id) references signatures.credential (agency_id, id),
  check ((state in ('completed', 'failed', 'expired')) = (ended_at is not null)),
  check ((state = 'completed') = (result_sha256 is not null and result_size_bytes is not null and evidence is not null)),
  check ((state in ('failed', 'expired')) = (failure_code is not null)),
  check ((state = 'signing') = (attempt_until is not null)),
  check ((state = 'pending') <= (holder_reference is not null and prepared is not null))
);
comment on table signatures.signing is 'Scope: agency. One act of signing one file, from the lock on the file to the signed result and the evidence kept with it.';
create unique index signing_open on signatures.signing (agency_id, subject_type, subject_id) where state in ('prepared', 'signing', 'pending');
create index signing_overdue on signatures.signing (expires_at) where state in ('prepared', 'signing', 'pending');

create table signatures.validation (
  sha256         text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  trust_version  text not null,
  indication     text not null check (indication in ('TOTAL-PASSED', 'TOTAL-FAILED', 'INDETERMINATE', 'UNREADABLE', 'UNSIGNED')),
  report         jsonb not null,
  validated_at   timestamptz not null,
  primary key (sha256, trust_version)
);
comment on table signatures.validation is 'Scope: installation. The validation report of a file, by its hash and the set of trust anchors and revocations it was judged by.';

create table signatures.hand_over (
  agency_id         uuid not null,
  id                uuid not null,
  signing_id        uuid not null,
  person_id         uuid not null,
  kind              text not null check (kind in ('approved', 'issued', 'appendix', 'copy', 'income', 'comment')),
  state             text not null check (state in ('open', 'received', 'completed', 'refused', 'closed')),
  download_key_hash text not null check (download_key_hash ~ '^[0-9a-f]{64}$'),
  upload_key_hash   text not null check (upload_key_hash ~ '^[0-9a-f]{64}$'),
  downloads         smallint not null check (downloads between 0 and 5),
  opened_at         timestamptz not null,
  expires_at        timestamptz not null check (expires_at > opened_at),
  upload_sha256     text check (upload_sha256 ~ '^[0-9a-f]{64}$'),
  upload_size_bytes bigint check (upload_size_bytes > 0),
  received_at       timestamptz,
  refusal_code      text,
  refusal_values    jsonb,
  ended_at          timestamptz,
  primary key (agency_id, id),
  foreign key (agency_id, signing_id) references signatures.signing (agency_id, id),
  check ((upload_sha256 is null) = (received_at is null) and (upload_sha256 is null) = (upload_size_bytes is null)),
  check ((state in ('received', 'completed', 'refused')) = (upload_sha256 is not null)),
  check ((state = 'refused') = (refusal_code is not null and refusal_values is not null)),
  check ((state in ('completed', 'refused', 'closed')) = (ended_at is not null))
);
comment on table signatures.hand_over is 'Scope: agency. A file lent to a signing program on a person''s own computer: the hashes of its two one-time addresses, and what came back.';
create unique index hand_over_open on signatures.hand_over (agency_id, signing_id) where state in ('open', 'received');
create index hand_over_of_signing on signatures.hand_over (agency_id, signing_id, opened_at);

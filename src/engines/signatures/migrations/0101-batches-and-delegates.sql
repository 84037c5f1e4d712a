-- A delegate of an agency below signs with a certificate of the own agency (30/2020/NĐ-CP Art. 13). The certificate may lie with another
-- agency than the document, so no foreign key can hold both together where each agency has its own machine; credentials are never deleted.
alter table signatures.signing add column credential_agency_id uuid;
update signatures.signing set credential_agency_id = agency_id;
alter table signatures.signing
  alter column credential_agency_id set not null,
  drop constraint signing_agency_id_credential_id_fkey;

-- How far the signings of a document are.
create index signing_of_subject on signatures.signing (agency_id, subject_type, subject_id, opened_at desc);

create table signatures.signing_batch (
  agency_id            uuid not null,
  id                   uuid not null,
  credential_agency_id uuid not null,
  credential_id        uuid not null,
  description          text not null,
  state                text not null check (state in ('asked', 'answered', 'given_up')),
  holder_reference     text,
  turn                 integer not null check (turn >= 0),
  asked_at             timestamptz not null,
  ended_at             timestamptz,
  primary key (agency_id, id),
  check ((state = 'asked') = (ended_at is null))
);
comment on table signatures.signing_batch is 'Scope: agency. One request to the holder of a key for the signatures of several files; its id is the transaction that the holder knows.';

create table signatures.signing_batch_item (
  agency_id   uuid not null,
  batch_id    uuid not null,
  position    smallint not null check (position >= 0),
  signing_id  uuid not null,
  attributes  bytea not null,
  primary key (agency_id, batch_id, position),
  unique (agency_id, batch_id, signing_id),
  foreign key (agency_id, batch_id) references signatures.signing_batch (agency_id, id),
  foreign key (agency_id, signing_id) references signatures.signing (agency_id, id)
);
comment on table signatures.signing_batch_item is 'Scope: agency. Append-only. What each file of a batch has to be signed over, in the order in which the holder was asked.';

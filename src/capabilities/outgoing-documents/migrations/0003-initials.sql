alter table outgoing_documents.document
  drop constraint document_state_check,
  add constraint document_state_check
    check (state in ('draft', 'initialling', 'submitted', 'returned', 'signed', 'numbered', 'sealed', 'issued', 'withdrawn')),
  add column initials_post_id    uuid,
  add column initials_name       text,
  add column initials_title      text,
  add column initials_asked_at   timestamptz,
  add column initialled_at       timestamptz,
  add column signing_formula     text check (signing_formula in ('TM', 'KT', 'TL', 'TUQ', 'Q')),
  add column on_behalf_of_name   text,
  add column on_behalf_of_title  text,
  add constraint document_initials_check
    check ((initials_post_id is null) = (initials_name is null) and (initials_post_id is null) = (initials_title is null) and (initials_post_id is null) = (initials_asked_at is null)),
  add constraint document_initialling_check check (state <> 'initialling' or (initials_post_id is not null and initialled_at is null)),
  add constraint document_on_behalf_of_check check ((on_behalf_of_name is null) = (on_behalf_of_title is null));
create index document_to_sign on outgoing_documents.document (agency_id, approver_post_id) where state = 'submitted';
create index document_to_initial on outgoing_documents.document (agency_id, initials_post_id) where state = 'initialling';

alter table outgoing_documents.file_version
  drop constraint file_version_step_check,
  add constraint file_version_step_check check (step in ('upload', 'initials', 'approval', 'seal'));

create table outgoing_documents.opinion (
  agency_id          uuid not null,
  document_id        uuid not null,
  id                 uuid not null,
  kind               text not null check (kind in ('return', 'initials')),
  text               text not null check (length(text) between 1 and 1000),
  person_name        text not null,
  person_title       text not null,
  on_behalf_of_name  text,
  on_behalf_of_title text,
  said_at            timestamptz not null,
  primary key (agency_id, document_id, id),
  foreign key (agency_id, document_id) references outgoing_documents.document (agency_id, id),
  check ((on_behalf_of_name is null) = (on_behalf_of_title is null))
);
comment on table outgoing_documents.opinion is 'Scope: agency. Append-only. What people said about a document when they returned or initialled it, with the names of the day.';

create table outgoing_documents.practice (
  agency_id     uuid not null primary key,
  initials_look text not null check (initials_look in ('image', 'text', 'none')),
  changed_at    timestamptz not null,
  changed_by    text not null
);
comment on table outgoing_documents.practice is 'Scope: agency. How an agency wants its documents made where the law leaves the choice: what initials look like.';

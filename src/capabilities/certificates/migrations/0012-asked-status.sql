alter table certificates.certificate
  drop constraint certificate_status_check,
  add constraint certificate_status_check check (status in ('active', 'suspended', 'revoked')),
  add column asked_at         timestamptz,
  add column asked_by         uuid,
  add column answered_at      timestamptz,
  add column ask_problem      text check (ask_problem in ('notTrusted', 'noAddress', 'notAllowed', 'silent')),
  add column unanswered_since timestamptz,
  add column status_as_of     timestamptz,
  add column status_answer    text check (status_answer ~ '^[0-9a-f]{64}$'),
  add check (answered_at is null or asked_at is not null),
  add check ((unanswered_since is null) = (ask_problem is null)),
  add check ((status_answer is null) = (status_as_of is null));
comment on column certificates.certificate.asked_at is 'When its authority was last to be asked; no answer has come while answered_at is older.';
comment on column certificates.certificate.asked_by is 'The person who asked; null when the schedule did.';
comment on column certificates.certificate.status_answer is 'The authority''s answer on which the status rests, by its hash in signatures.validation_material.';
create index certificate_to_ask on certificates.certificate (asked_at nulls first, agency_id, id) where not is_built_in and status <> 'revoked';

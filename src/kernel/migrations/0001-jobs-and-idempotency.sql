create extension if not exists btree_gin;

create table kernel.job (
  agency_id    uuid not null,
  id           uuid not null,
  kind         text not null,
  payload      jsonb not null,
  dedupe_key   text,
  run_at       timestamptz not null,
  lease_until  timestamptz,
  leased_by    text,
  attempts     integer not null default 0 check (attempts >= 0),
  last_error   text,
  failed_at    timestamptz,
  created_at   timestamptz not null,
  primary key (agency_id, id)
);
comment on table kernel.job is 'Scope: agency. Work to be done after a transaction: one row a job, deleted when it is done, kept with its error when it is stuck.';
create unique index job_dedupe on kernel.job (agency_id, kind, dedupe_key) where dedupe_key is not null;
create index job_due on kernel.job (run_at) where failed_at is null;
create index job_failed on kernel.job (agency_id, failed_at) where failed_at is not null;

create table kernel.idempotency (
  agency_id    uuid not null,
  key          text not null check (length(key) between 8 and 200),
  request_hash bytea not null,
  reply        jsonb,
  created_at   timestamptz not null,
  primary key (agency_id, key)
);
comment on table kernel.idempotency is 'Scope: agency. The replies of commands that carried an idempotency key, so that a repeated request has its effect once.';
create index idempotency_age on kernel.idempotency (created_at);

create table kernel.schedule (
  name         text not null primary key,
  last_run_at  timestamptz not null
);
comment on table kernel.schedule is 'Scope: installation. When each periodic task last began.';

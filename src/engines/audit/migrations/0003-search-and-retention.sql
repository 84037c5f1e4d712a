-- Entries stand in the order of their time, so a few pages of summaries find a range; a B-tree would cost each command an index more.
create index entry_time on audit.entry using brin (at) with (pages_per_range = 32);

create table audit.retention_rule (
  type_prefix  text not null check (type_prefix ~ '^[a-z][a-z0-9-]*(\.[a-z0-9-]*)?$'),
  valid_from   date not null,
  valid_to     date,
  keep_years   integer not null check (keep_years between 1 and 100),
  legal_basis  text not null,
  primary key (type_prefix, valid_from),
  check (valid_to is null or valid_to >= valid_from)
);
comment on table audit.retention_rule is 'Scope: installation. For how many years the content of entries whose type begins so is kept. What no rule speaks of is kept for ever.';

create table audit.legal_hold (
  id            uuid not null primary key,
  -- Whose entries: of one agency, about one subject, by one person, of a span of time; null means any.
  agency_id     uuid,
  subject_type  text,
  subject_id    text,
  person_id     uuid,
  from_at       timestamptz,
  to_at         timestamptz,
  reason        text not null check (length(reason) between 5 and 1000),
  placed_at     timestamptz not null,
  placed_by     text not null,
  lifted_at     timestamptz,
  lifted_by     text,
  lift_reason   text,
  check ((subject_type is null) = (subject_id is null)),
  check (agency_id is not null or subject_id is not null or person_id is not null or from_at is not null),
  check (to_at is null or from_at is null or to_at >= from_at),
  check ((lifted_at is null) = (lifted_by is null) and (lifted_at is null) = (lift_reason is null))
);
comment on table audit.legal_hold is 'Scope: installation. What must not leave the record while an inspection, a complaint or a court needs it, whatever the rules of retention say.';

create table audit.expired_entry (
  agency_id   uuid not null,
  entry_id    uuid not null,
  leaf_hash   bytea not null check (length(leaf_hash) = 32),
  type        text not null,
  at          timestamptz not null,
  expired_at  timestamptz not null,
  legal_basis text not null,
  primary key (agency_id, entry_id)
);
comment on table audit.expired_entry is 'Scope: agency. Append-only. Entries whose content left the record when its time was over: the leaf stays, so that the tree still verifies.';

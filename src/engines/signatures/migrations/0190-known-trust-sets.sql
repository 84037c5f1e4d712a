create table signatures.trust_set (
  version text not null primary key check (version ~ '^[0-9a-f]{32}$'),
  rules   text not null,
  -- Authorities, their periods and withheld lists, each a text.
  parts   text[] not null,
  seen_at timestamptz not null
);
comment on table signatures.trust_set is 'Scope: installation. Append-only. What was trusted when reports were made, by its version: it tells which of them a later one can change.';

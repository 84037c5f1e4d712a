create table verification.issued_document (
  code           text not null primary key check (code ~ '^[2-9a-hjkmnp-z]{20}$'),
  agency_id      uuid not null,
  document_id    uuid not null,
  number_and_notation text not null,
  type_name      text not null,
  issued_on      date,
  issued_at      timestamptz not null,
  state          text not null check (state in ('in_force', 'recalled', 'replaced')),
  files          jsonb not null
);
comment on table verification.issued_document is 'Scope: installation. What the public page of an issued document may say, by the code that stands on its paper: hashes, number and issuing agency, never its content.';

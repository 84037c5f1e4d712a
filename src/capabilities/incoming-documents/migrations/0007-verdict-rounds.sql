create table incoming_documents.verdict_round (
  id                smallint not null primary key check (id = 1),
  trust_version     text not null,
  -- Signatures that could not be called valid are judged first.
  stage             text not null check (stage in ('doubtful', 'others')),
  after_agency_id   uuid,
  after_document_id uuid,
  judged            integer not null default 0 check (judged >= 0),
  changed           integer not null default 0 check (changed >= 0),
  began_at          timestamptz not null,
  ended_at          timestamptz,
  check ((after_agency_id is null) = (after_document_id is null))
);
comment on table incoming_documents.verdict_round is 'Scope: installation. How far documents were judged again by what is trusted now; one row.';
create index document_doubtful on incoming_documents.document (agency_id, id) where verdict in ('INDETERMINATE', 'TOTAL-FAILED');

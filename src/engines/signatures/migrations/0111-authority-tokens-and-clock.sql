alter table signatures.authority_key add column holder text check (holder ~ '^[a-z][a-z0-9-]*$');
alter table signatures.authority_key add column key_id text check (key_id ~ '^([0-9a-f]{2})+$');
alter table signatures.authority_key drop constraint authority_key_here;
alter table signatures.authority_key add constraint authority_key_here check (role = 'root' or container is not null or holder is not null);
alter table signatures.authority_key add constraint authority_key_in_one_place check ((holder is null) = (key_id is null) and (holder is null or container is null));
comment on table signatures.authority_key is 'Scope: installation. Append-only. Keys of the built-in certificate authority: as encrypted PKCS#12, or in the token (holder, as SIGNING_SERVICES names it) that knows them as key_id; the highest generation of a role is the one in use. A root with neither has its key outside the machine.';

create table signatures.time_peer (
  peer        text not null primary key check (length(peer) between 1 and 300),
  asked_at    timestamptz not null,
  problem     text check (problem in ('silent', 'malformed', 'refused', 'unsynchronised')),
  answered_at timestamptz,
  offset_ms   double precision,
  error_ms    double precision check (error_ms >= 0),
  check ((answered_at is null) = (offset_ms is null) and (answered_at is null) = (error_ms is null)),
  check (problem is not null or answered_at is not null)
);
comment on table signatures.time_peer is 'Scope: installation. What each peer of NTP_PEERS said when it was asked last: by how much the database''s clock lies behind its own (offset_ms), give or take error_ms; problem when the last answer was none.';

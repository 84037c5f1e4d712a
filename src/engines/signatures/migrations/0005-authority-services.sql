alter table signatures.authority_key alter column container drop not null;
alter table signatures.authority_key add constraint authority_key_here check (role = 'root' or container is not null);
comment on table signatures.authority_key is 'Scope: installation. Append-only. Keys of the built-in certificate authority as encrypted PKCS#12; the highest generation of a role is the one in use. A root without container has its key outside the machine.';

alter table signatures.revocation_list add column generation integer not null default 1 check (generation > 0);
alter table signatures.revocation_list alter column generation drop default;
comment on table signatures.revocation_list is 'Scope: installation. Append-only. The revocation lists of the built-in authority, each with the next number of its issuer, also across generations; the highest of a generation is the one in force.';

create table signatures.ocsp_answer (
  certificate_id  bytea not null primary key,
  serial          text not null references signatures.issued_certificate (serial),
  state           text not null check (state in ('valid', 'revoked')),
  content         bytea not null,
  this_update     timestamptz not null,
  next_update     timestamptz not null check (next_update > this_update),
  is_asked        boolean not null
);
comment on table signatures.ocsp_answer is 'Scope: installation. OCSP answers signed in advance, under the whole CertID they were asked with; one counts only while its state is the state of the certificate. Those that were asked for are renewed before they end.';
create index ocsp_answer_of_serial on signatures.ocsp_answer (serial);

create table signatures.clock_mark (
  service    text not null primary key check (service in ('timestamp')),
  latest_at  timestamptz not null
);
comment on table signatures.clock_mark is 'Scope: installation. The latest instant at which a service of the built-in authority is known to have worked; a clock that stands before it went backwards.';

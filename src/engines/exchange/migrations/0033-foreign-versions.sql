-- A partner that calls in a version of the protocol that is not spoken here is turned away before anything of it is kept: that must be seen here too.
alter table exchange.partner
  add column foreign_version text check (length(foreign_version) between 1 and 10),
  add column foreign_version_since timestamptz,
  add constraint partner_foreign_version_whole check ((foreign_version is null) = (foreign_version_since is null));

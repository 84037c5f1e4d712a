-- An application names its algorithm when it fetches; what was not fetched is taken away with that.
alter table remote_signing.asked_hash add column pss_signature bytea;
drop index remote_signing.asked_hash_signed;
create index asked_hash_signed on remote_signing.asked_hash (agency_id, authorization_id) where signature is not null or pss_signature is not null;

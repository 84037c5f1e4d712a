-- Trust that was ended may be given again: each period is a row of its own.
alter table signatures.trust_anchor drop constraint trust_anchor_pkey;
alter table signatures.trust_anchor add primary key (fingerprint, valid_from);
-- Why a person ended it, and when that was done; an end that was set from the beginning has neither.
alter table signatures.trust_anchor add column end_reason text check (length(end_reason) between 5 and 500);
alter table signatures.trust_anchor add column ended_at timestamptz;
alter table signatures.trust_anchor add constraint trust_anchor_ended check ((ended_at is null) = (end_reason is null) and (ended_at is null or valid_to is not null));
comment on table signatures.trust_anchor is 'Scope: installation. Root certificates that this installation trusts, each row for a period and on a legal basis. What has ended stays: it counts for signatures that are proven to be older.';

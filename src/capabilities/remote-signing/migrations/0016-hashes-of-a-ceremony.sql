-- A document that is given up leaves its request. A passkey that was asked for before signs more hashes than wait: no wrong passkey, but none that opens.
alter table remote_signing.ceremony add column hash_count smallint check (hash_count between 1 and 50);

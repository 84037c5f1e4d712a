alter table audit.pending add column entries bytea;
update audit.pending set entries = (
  select string_agg(uuid_send(a) || uuid_send(e) || h, ''::bytea order by n)
    from unnest(agency_ids, entry_ids, leaf_hashes) with ordinality as packed (a, e, h, n));
alter table audit.pending
  alter column entries set not null,
  -- Hashes do not compress.
  alter column entries set storage external,
  add check (length(entries) > 0 and length(entries) % 64 = 0),
  drop column agency_ids,
  drop column entry_ids,
  drop column leaf_hashes;
comment on table audit.pending is 'Scope: agency. Entries that wait for the sealer, one row a command under its first entry: agency, id and leaf of each, 64 bytes together. A row leaves with the transaction that puts its entries into the tree.';

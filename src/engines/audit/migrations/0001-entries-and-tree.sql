create table audit.entry (
  agency_id    uuid not null,
  id           uuid not null,
  at           timestamptz not null,
  type         text not null check (type ~ '^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$'),
  actor        jsonb not null,
  subject_type text not null,
  subject_id   text not null,
  data         jsonb not null,
  request_id   text not null,
  leaf_hash    bytea not null check (length(leaf_hash) = 32),
  primary key (agency_id, id)
);
comment on table audit.entry is 'Scope: agency. Append-only. What happened: one row an event, with the hash that enters the tree.';
create index entry_timeline on audit.entry (agency_id, subject_type, subject_id, at, id);

create table audit.pending (
  agency_id    uuid not null,
  id           uuid not null,
  agency_ids   uuid[] not null check (cardinality(agency_ids) > 0),
  entry_ids    uuid[] not null check (cardinality(entry_ids) = cardinality(agency_ids)),
  leaf_hashes  bytea[] not null check (cardinality(leaf_hashes) = cardinality(agency_ids)),
  primary key (agency_id, id)
);
comment on table audit.pending is 'Scope: agency. Entries that wait for the sealer, one row a command under its first entry; it leaves with the transaction that puts them into the tree.';

create table audit.sealed (
  agency_id    uuid not null,
  entry_id     uuid not null,
  leaf_index   bigint not null check (leaf_index >= 0),
  tree_size    bigint not null check (tree_size > 0),
  primary key (agency_id, entry_id)
);
comment on table audit.sealed is 'Scope: agency. Append-only. Where an entry stands in the tree, and the size of the first signed tree that holds it.';
create index sealed_order on audit.sealed (leaf_index);

create table audit.node (
  level        smallint not null check (level between 0 and 53),
  position     bigint not null check (position >= 0),
  hash         bytea not null check (length(hash) = 32),
  primary key (level, position)
);
comment on table audit.node is 'Scope: installation. Append-only. Hashes of the complete subtrees of the tree (RFC 9162): node (level, position) covers the leaves from position·2^level on.';

create table audit.signing_key (
  key_id       text not null primary key,
  origin       text not null,
  public_key   bytea not null check (length(public_key) = 32),
  created_at   timestamptz not null
);
comment on table audit.signing_key is 'Scope: installation. Append-only. Public Ed25519 keys with which tree heads were signed.';

create table audit.tree_head (
  size         bigint not null primary key check (size > 0),
  root         bytea not null check (length(root) = 32),
  at           timestamptz not null,
  key_id       text not null references audit.signing_key (key_id),
  signature    bytea not null check (length(signature) = 64)
);
comment on table audit.tree_head is 'Scope: installation. Append-only. Signed roots of the tree, one a sealed batch.';

create table audit.tree_head_timestamp (
  tree_size    bigint not null primary key references audit.tree_head (size),
  token        bytea not null,
  at           timestamptz not null
);
comment on table audit.tree_head_timestamp is 'Scope: installation. Append-only. RFC 3161 tokens over the checkpoint text of tree heads.';

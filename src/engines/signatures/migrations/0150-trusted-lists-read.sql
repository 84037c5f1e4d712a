-- An older issue of a trusted list is signed as well as the newest; without memory it could bring back an authority that was taken out since.
create table signatures.trusted_list (
  territory       text not null,
  operator        text not null,
  sequence_number bigint not null check (sequence_number >= 0),
  issued_at       timestamptz not null,
  read_at         timestamptz not null,
  primary key (territory, operator)
);
comment on table signatures.trusted_list is 'Scope: installation. The newest issue of each signed trusted list (ETSI TS 119 612) that was ever read; an older one does not count any more.';

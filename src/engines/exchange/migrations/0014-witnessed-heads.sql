create table exchange.witnessed_head (
  partner_id    uuid not null references exchange.partner (id),
  origin        text not null,
  size          bigint not null check (size > 0),
  root          bytea not null check (length(root) = 32),
  key_id        text not null,
  -- The signed note as the partner gave it: what a verifier of evidence compares with.
  checkpoint    text not null,
  -- Why it contradicts what was witnessed before; null when it only adds to that.
  problem       text check (problem in ('signature', 'rewritten', 'shorter', 'key')),
  witnessed_at  timestamptz not null,
  primary key (partner_id, origin, size, root)
);
comment on table exchange.witnessed_head is 'Scope: installation. Append-only. Signed roots of the records of other installations, kept here as their witness: whoever rewrites a record contradicts one of them.';
create index witnessed_head_newest on exchange.witnessed_head (partner_id, witnessed_at desc) where problem is null;

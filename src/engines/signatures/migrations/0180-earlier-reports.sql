create table signatures.earlier_validation (
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  validated_at timestamptz not null,
  trust_version text not null,
  report jsonb not null,
  primary key (sha256, validated_at, trust_version)
);
comment on table signatures.earlier_validation is 'Scope: installation. Append-only. Reports in whose place a later one of the same trust set came, with another verdict or knowing further revocation lists.';

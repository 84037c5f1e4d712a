create table signatures.validation_material (
  sha256   text not null primary key check (sha256 ~ '^[0-9a-f]{64}$'),
  kind     text not null check (kind in ('certificate', 'crl', 'ocsp')),
  content  bytea not null,
  kept_at  timestamptz not null
);
comment on table signatures.validation_material is 'Scope: installation. Append-only. Certificates, revocation lists and OCSP answers that validations rested on, by their hash.';

create table signatures.validation_evidence (
  sha256           text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  validated_at     timestamptz not null,
  material_sha256  text not null references signatures.validation_material (sha256),
  primary key (sha256, validated_at, material_sha256)
);
comment on table signatures.validation_evidence is 'Scope: installation. Append-only. Which material from outside the file each validation of it rested on.';

create table signatures.revocation_lookup (
  question         text not null primary key check (question ~ '^[0-9a-f]{64}$'),
  kind             text not null check (kind in ('issuer', 'crl', 'ocsp')),
  url              text not null,
  material_sha256  text not null references signatures.validation_material (sha256),
  asked_at         timestamptz not null,
  good_until       timestamptz not null check (good_until > asked_at)
);
comment on table signatures.revocation_lookup is 'Scope: installation. The last answer of an authority to a question about a certificate, for as long as it may be used again.';

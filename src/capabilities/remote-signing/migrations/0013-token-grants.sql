-- Tokens from before this stay without a grant; they end within thirty days.
alter table remote_signing.token add column grant_id uuid;
create index token_of_grant on remote_signing.token (grant_id) where grant_id is not null;
comment on table remote_signing.token is 'Scope: installation. Tokens of the applications by their SHA-256; with a person when that person let the application in. Those that came of one login or consent share a grant, and end together when its refresh token is revoked.';

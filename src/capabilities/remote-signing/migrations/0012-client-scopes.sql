alter table remote_signing.client add column scopes text[] not null default '{service,credential}' check (scopes <@ '{service,credential}' and cardinality(scopes) between 1 and 2);
alter table remote_signing.client alter column scopes drop default;
comment on table remote_signing.client is 'Scope: installation. Applications that may ask for signatures; of the secret only its SHA-256 is kept. Scopes: service (see which certificates there are), credential (ask for signatures). disabled_at while it is suspended.';

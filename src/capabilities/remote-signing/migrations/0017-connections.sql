create table remote_signing.connection (
  client_id    uuid not null references remote_signing.client (id),
  person_id    uuid not null,
  connected_at timestamptz not null,
  last_used_at timestamptz,
  ended_at     timestamptz,
  primary key (client_id, person_id)
);
comment on table remote_signing.connection is 'Scope: installation. Which person lets which application come in the own name: tokens are given out while it stands, and end with it.';
create index connection_of_person on remote_signing.connection (person_id) where ended_at is null;
-- When tokens from before this were first given out is not known; the oldest that is left says the latest day that it can have been.
insert into remote_signing.connection (client_id, person_id, connected_at)
select client_id, person_id, least(now(), min(expires_at - case kind when 'refresh' then interval '30 days' else interval '1 hour' end))
  from remote_signing.token where person_id is not null group by client_id, person_id;
create index token_of_person on remote_signing.token (person_id, client_id) where person_id is not null;

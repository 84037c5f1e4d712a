create table identity.account (
  person_id            uuid not null primary key references identity.person (id),
  login                text not null check (login = lower(login) and length(login) between 3 and 60),
  password_hash        text not null,
  password_is_long     boolean not null,
  password_changed_at  timestamptz not null,
  must_change_password boolean not null,
  is_demo              boolean not null,
  totp_secret          bytea,
  totp_pending         bytea,
  totp_confirmed_at    timestamptz,
  totp_last_step       bigint not null default 0,
  last_sign_in_at      timestamptz,
  disabled_at          timestamptz,
  disabled_reason      text,
  created_at           timestamptz not null,
  unique (login)
);
comment on table identity.account is 'Scope: installation. How a person signs in. TOTP secrets, the confirmed and the one being enrolled, are encrypted with a key that follows from the installation''s secret; password_is_long says whether the password is good enough without a second factor.';

create table identity.password_history (
  person_id  uuid not null references identity.account (person_id),
  changed_at timestamptz not null,
  hash       text not null,
  primary key (person_id, changed_at)
);
comment on table identity.password_history is 'Scope: installation. Hashes of earlier passwords, so that an administrator does not use one again.';

create table identity.passkey (
  id            text not null primary key,
  person_id     uuid not null references identity.account (person_id),
  public_key    bytea not null,
  counter       bigint not null check (counter >= 0),
  transports    text[] not null,
  name          text not null check (length(name) between 1 and 80),
  created_at    timestamptz not null,
  last_used_at  timestamptz
);
comment on table identity.passkey is 'Scope: installation. WebAuthn credentials: only public keys.';
create index passkey_person on identity.passkey (person_id);

create table identity.sign_in_guard (
  login_hash   bytea not null primary key,
  failures     integer not null check (failures >= 0),
  last_failure_at timestamptz not null,
  locked_until timestamptz
);
comment on table identity.sign_in_guard is 'Scope: installation. Failed attempts by login, also of logins that nobody has, so that an answer does not tell which exist.';

create table identity.address_guard (
  address_hash bytea not null,
  window_start timestamptz not null,
  failures     integer not null check (failures >= 0),
  primary key (address_hash, window_start)
);
comment on table identity.address_guard is 'Scope: installation. Failed attempts by network address and time window.';

create table identity.sign_in_step (
  token_hash bytea not null primary key,
  person_id  uuid references identity.person (id),
  purpose    text not null check (purpose in ('second_factor', 'change_password', 'enrol_second_factor', 'passkey_sign_in', 'passkey_enrolment')),
  challenge  text,
  factors    text check (factors in ('password', 'password_totp', 'passkey')),
  expires_at timestamptz not null
);
comment on table identity.sign_in_step is 'Scope: installation. A sign-in or an enrolment that waits for its next step, for a few minutes.';

create table identity.session (
  id                  uuid not null primary key,
  person_id           uuid not null references identity.person (id),
  post_id             uuid not null references identity.post (id),
  delegation_id       uuid references identity.delegation (id),
  token_hash          bytea not null,
  earlier_token_hash  bytea,
  rotated_at          timestamptz not null,
  factors             text not null check (factors in ('password', 'password_totp', 'passkey')),
  ip                  text not null,
  user_agent          text not null,
  created_at          timestamptz not null,
  last_seen_at        timestamptz not null,
  expires_at          timestamptz not null,
  ended_at            timestamptz,
  end_reason          text,
  unique (token_hash)
);
comment on table identity.session is 'Scope: installation. Signed-in browsers. Only the SHA-256 of a token is kept; the earlier token is accepted for a minute after a rotation.';
create index session_earlier_token on identity.session (earlier_token_hash) where earlier_token_hash is not null;
create index session_person on identity.session (person_id) where ended_at is null;
create index session_post on identity.session (post_id) where ended_at is null;
create index session_expiry on identity.session (expires_at);

create table identity.setting (
  name        text not null primary key,
  value       integer not null check (value >= 0),
  legal_basis text not null
);
comment on table identity.setting is 'Scope: installation. Limits of passwords and sessions, each with where it comes from.';
insert into identity.setting (name, value, legal_basis) values
  ('idle_minutes', 15, 'TCVN 14423:2026, 5.5.2.2: business software at level 3, at most 15 minutes'),
  ('idle_minutes_admin', 5, 'TCVN 14423:2026, 5.5.2.2: administrators at level 3, at most 5 minutes'),
  ('absolute_hours', 12, 'OWASP ASVS 5.0, 7.3.2: a documented absolute lifetime; one working day'),
  ('rotation_minutes', 60, 'OWASP ASVS 5.0, 7.2.4: new tokens during the life of a session'),
  ('lock_failures', 5, 'TCVN 14423:2026, 5.5.2.2: at most 5 failures'),
  ('lock_minutes', 720, 'TCVN 14423:2026, 5.5.2.2: from 12 hours to 30 days, with an emergency path to unlock'),
  ('address_failures', 100, 'OWASP Authentication Cheat Sheet: login throttling; a whole agency may share one address'),
  ('address_window_minutes', 10, 'OWASP Authentication Cheat Sheet: login throttling'),
  ('password_length_with_second_factor', 8, 'TCVN 14423:2026, 5.6.2.2'),
  ('password_length_alone', 14, 'TCVN 14423:2026, 5.6.2.2'),
  ('admin_password_days', 60, 'TCVN 14423:2026, 5.6.2.2 b: administrators change every 2 months'),
  ('admin_password_history', 10, 'TCVN 14423:2026, 5.6.2.2 b: the last 10 are not used again'),
  ('dormant_days', 45, 'TCVN 14423:2026, 5.6.1 to 5.6.2.3: an account that was idle for 45 days is disabled');

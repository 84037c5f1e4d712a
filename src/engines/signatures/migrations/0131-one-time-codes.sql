-- A remote service may want a one-time code beside the PIN, or instead of it (Cloud Signature Consortium API, credentials/info). What it said last
-- is kept, so that screens ask for it; a service that sends codes is asked for one only so often.
alter table signatures.credential
  add column asks_pin boolean,
  add column asks_code text check (asks_code in ('no', 'online', 'offline')),
  add column code_again_at timestamptz,
  add column codes_in_a_row smallint not null default 0 check (codes_in_a_row >= 0),
  add constraint credential_asks_check check (asks_pin is null or asks_code is not null);

-- What a passkey's device gives out for the salt (WebAuthn PRF) locks the PIN in the browser. Salts need not be secret, only different.
alter table remote_signing.passkey
  add column prf_salt bytea check (length(prf_salt) = 32),
  add column may_remember_pin boolean not null default true,
  -- Format 1: its number, 12 bytes of nonce, AES-256-GCM over the PIN filled up to blocks of 128 bytes, 16 bytes of tag.
  add column locked_pin bytea check (length(locked_pin) between 157 and 669 and get_byte(locked_pin, 0) = 1),
  add column pin_locked_at timestamptz,
  add check ((locked_pin is null) = (pin_locked_at is null)),
  add check (locked_pin is null or may_remember_pin);
-- Passkeys from before this: their device may remember the PIN after the next one that is typed, if it can.
update remote_signing.passkey set prf_salt = sha256(convert_to('remote-signing ' || credential_id::text || ' ' || id, 'UTF8'));
alter table remote_signing.passkey alter column prf_salt set not null, alter column may_remember_pin drop default;
comment on table remote_signing.passkey is 'Scope: agency. Passkeys that release one credential: only public keys. They were enrolled with the PIN of the key and do not sign in. locked_pin: the PIN, locked with what only the passkey''s own device gives out; it opens nothing here.';

alter table remote_signing.ceremony
  add column typed_with text,
  add column typed_at timestamptz,
  add check ((typed_with is null) = (typed_at is null)),
  add check (typed_with is null or (kind = 'approval' and used_at is not null));
comment on table remote_signing.ceremony is 'Scope: agency. A passkey that was asked for: for which requests, with which random number; answered once. typed_with: the passkey of an approval that succeeded with a typed PIN, until its device remembers that PIN.';

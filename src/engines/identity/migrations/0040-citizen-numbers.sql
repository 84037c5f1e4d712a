create table identity.citizen_number (
  person_id   uuid not null primary key references identity.person (id),
  mark        bytea not null check (length(mark) = 32),
  ending      text not null check (ending ~ '^[0-9]{3}$'),
  recorded_at timestamptz not null
);
comment on table identity.citizen_number is 'Scope: installation. By which a person''s own certificate is told from a namesake''s (docs/decisions/0023): mark is an HMAC of the number with a key that follows from the installation''s secret, ending its last three digits; the number itself is kept nowhere.';
comment on table identity.person is 'Scope: reference. People who hold posts. No more about them is kept here than their name; is_invented marks the people of a demonstration. Whether a number is theirs is asked of citizen_number.';

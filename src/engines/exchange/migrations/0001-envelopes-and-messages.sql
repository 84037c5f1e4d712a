create table exchange.envelope (
  agency_id       uuid not null references identity.agency (id),
  id              uuid not null,
  subject_type    text not null,
  subject_id      text not null,
  -- The envelope to the byte: what is hashed, and what the receipts name.
  original        text not null,
  content_hash    bytea not null check (length(content_hash) = 32),
  urgency         text not null check (urgency in ('normal', 'urgent', 'very_urgent', 'flash')),
  recipient_count integer not null check (recipient_count > 0),
  sent_at         timestamptz not null,
  sent_by         jsonb not null,
  -- What the look at the files found, once for all recipients: bytes and hash, and the verdict on the signatures.
  inspection      jsonb,
  inspected_at    timestamptz,
  primary key (agency_id, id),
  check ((inspection is null) = (inspected_at is null))
);
comment on table exchange.envelope is 'Scope: agency. What an agency sent: one row for all its recipients.';
create index envelope_subject on exchange.envelope (agency_id, subject_type, subject_id);

create table exchange.delivery (
  agency_id              uuid not null,
  envelope_id            uuid not null,
  recipient_agency_id    uuid not null references identity.agency (id),
  position               integer not null,
  -- Name and code on the day of sending.
  recipient_name         text not null,
  recipient_code         text,
  state                  text not null check (state in ('waiting', 'no_route', 'returned', 'arrived', 'refused', 'registered', 'assigned', 'in_process', 'completed')),
  status                 text check (status in ('01', '02', '03', '04', '05', '06')),
  -- The number of the newest answer, so that an answer that overtook another is not undone by it.
  answer_ordinal         integer not null check (answer_ordinal >= 0),
  delivered_to_agency_id uuid,
  delivered_to_name      text,
  problem                text,
  successors             jsonb,
  created_at             timestamptz not null,
  changed_at             timestamptz not null,
  primary key (agency_id, envelope_id, recipient_agency_id),
  foreign key (agency_id, envelope_id) references exchange.envelope (agency_id, id),
  check ((status is null) = (answer_ordinal = 0))
) with (fillfactor = 70);
comment on table exchange.delivery is 'Scope: agency. One recipient of an envelope, as the sender knows it: on the way, arrived, refused, registered, and who holds it.';
create index delivery_open on exchange.delivery (agency_id, created_at) where state in ('waiting', 'no_route', 'returned');
create index delivery_rerouted on exchange.delivery (agency_id, envelope_id, delivered_to_agency_id) where delivered_to_agency_id <> recipient_agency_id;

create table exchange.delivery_answer (
  agency_id           uuid not null,
  envelope_id         uuid not null,
  recipient_agency_id uuid not null,
  ordinal             integer not null check (ordinal > 0),
  status              text not null check (status in ('01', '02', '03', '04', '05', '06')),
  at                  timestamptz not null,
  by_name             text not null,
  by_title            text,
  reason              text,
  receipt             text not null,
  primary key (agency_id, envelope_id, recipient_agency_id, ordinal),
  foreign key (agency_id, envelope_id, recipient_agency_id) references exchange.delivery (agency_id, envelope_id, recipient_agency_id)
);
comment on table exchange.delivery_answer is 'Scope: agency. Append-only. What a recipient answered, with its signed receipt: the sender''s copy.';

create table exchange.message (
  agency_id           uuid not null references identity.agency (id),
  id                  uuid not null,
  sender_agency_id    uuid not null references identity.agency (id),
  envelope_id         uuid not null,
  -- The agency that the sender wrote on it; another one when this agency succeeds it.
  addressed_agency_id uuid not null references identity.agency (id),
  content_hash        bytea not null check (length(content_hash) = 32),
  original            text not null,
  verdict             jsonb not null,
  steps               jsonb not null,
  state               text not null check (state in ('arrived', 'refused', 'registered', 'assigned', 'in_process', 'completed')),
  answer_ordinal      integer not null check (answer_ordinal > 0),
  arrived_at          timestamptz not null,
  changed_at          timestamptz not null,
  primary key (agency_id, id),
  unique (agency_id, sender_agency_id, envelope_id)
) with (fillfactor = 85);
comment on table exchange.message is 'Scope: agency. What arrived at an agency: the untouched original, the steps by which it was verified, and how far the agency is with it.';

create table exchange.message_file (
  agency_id  uuid not null,
  message_id uuid not null,
  position   smallint not null check (position >= 0),
  file_id    uuid not null,
  role       text not null check (role in ('main', 'attachment')),
  primary key (agency_id, message_id, position),
  foreign key (agency_id, message_id) references exchange.message (agency_id, id),
  foreign key (agency_id, file_id) references files.file (agency_id, id)
);
comment on table exchange.message_file is 'Scope: agency. Append-only. The files of a message: the receiver''s own rows on the same bytes.';

create table exchange.message_answer (
  agency_id  uuid not null,
  message_id uuid not null,
  ordinal    integer not null check (ordinal > 0),
  status     text not null check (status in ('01', '02', '03', '04', '05', '06')),
  at         timestamptz not null,
  by_name    text not null,
  by_title   text,
  reason     text,
  receipt    text not null,
  primary key (agency_id, message_id, ordinal),
  foreign key (agency_id, message_id) references exchange.message (agency_id, id)
);
comment on table exchange.message_answer is 'Scope: agency. Append-only. What the agency answered to a message, with the signed receipt: the receiver''s copy.';

create table exchange.contradiction (
  agency_id        uuid not null,
  sender_agency_id uuid not null,
  envelope_id      uuid not null,
  content_hash     bytea not null check (length(content_hash) = 32),
  original         text not null,
  arrived_at       timestamptz not null,
  primary key (agency_id, sender_agency_id, envelope_id, content_hash)
);
comment on table exchange.contradiction is 'Scope: agency. Append-only. Envelopes that came a second time with another content: refused, and kept as evidence.';

create table exchange.receipt_key (
  key_id          text not null primary key,
  public_key      jsonb not null,
  sealed_key      bytea not null,
  created_at      timestamptz not null,
  retired_at      timestamptz
);
comment on table exchange.receipt_key is 'Scope: installation. The keys that sign receipts: the public half as JWK, the private half encrypted under the installation''s secret. Retired ones stay, to verify old receipts.';
create unique index receipt_key_in_use on exchange.receipt_key ((retired_at is null)) where retired_at is null;

create table exchange.transition_period (
  valid_from  date not null primary key,
  valid_to    date,
  days        integer not null check (days >= 0),
  legal_basis text not null,
  check (valid_to is null or valid_to >= valid_from)
);
comment on table exchange.transition_period is 'Scope: reference. For how many days after an agency was closed its mail goes to its successor; valid_to is the last day of the rule.';
insert into exchange.transition_period (valid_from, days, legal_basis) values
  ('2025-07-01', 180, 'Quy ước của tỉnh về tiếp nhận văn bản gửi cơ quan đã sắp xếp lại (QĐ 28/2018/QĐ-TTg, Điều 16.1, 19.1.c: mã cơ quan cập nhật ngay khi thay đổi)');

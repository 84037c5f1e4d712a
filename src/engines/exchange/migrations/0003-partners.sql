create table exchange.partner (
  id             uuid not null primary key,
  protocol       text not null check (protocol in ('installation', 'provincial_axis', 'national_axis')),
  name           text not null check (length(name) between 2 and 300),
  -- Where it is called; none for one that only calls us, such as an installation behind an address translation.
  address        text check (length(address) <= 500),
  state          text not null check (state in ('invited', 'pairing', 'active', 'suspended')),
  -- In the shape of the protocol's adapter, which checks it.
  config         jsonb not null,
  sealed_secrets bytea not null,
  -- What the other side was recognised by: its keys or certificate, with their fingerprints.
  pinned         jsonb not null,
  valid_from     date not null,
  valid_to       date,
  created_at     timestamptz not null,
  changed_at     timestamptz not null,
  check (valid_to is null or valid_to >= valid_from)
);
comment on table exchange.partner is 'Scope: installation. The systems outside with which this installation exchanges documents: how each is called, how it is recognised, and the secrets, encrypted under the installation''s secret.';
create unique index partner_name on exchange.partner (lower(name));

create table exchange.partner_line (
  partner_id        uuid not null primary key references exchange.partner (id),
  circuit           text not null check (circuit in ('closed', 'open', 'half_open')),
  failures          integer not null check (failures >= 0),
  opened_at         timestamptz,
  -- When the next try is let through while the circuit is open.
  probe_at          timestamptz,
  last_success_at   timestamptz,
  last_failure_at   timestamptz,
  problem_code      text,
  problem           text,
  -- How far what the partner holds for us was collected, and how far its directory was read; the adapter's own words.
  collect_cursor    text,
  collected_at      timestamptz,
  directory_cursor  text,
  directory_read_at timestamptz,
  check ((circuit = 'closed') = (opened_at is null))
) with (fillfactor = 50);
comment on table exchange.partner_line is 'Scope: installation. How the line to a partner is: whether its circuit is closed, when it is tried next, how far collecting and the directory have come.';

create table exchange.partner_agency (
  partner_id uuid not null references exchange.partner (id),
  agency_id  uuid not null references identity.agency (id),
  valid_from date not null,
  valid_to   date,
  -- By which the partner knows the agency: its own id, or its code.
  remote_id  text not null check (length(remote_id) between 1 and 100),
  code       text check (length(code) <= 100),
  name       text not null,
  primary key (partner_id, agency_id, valid_from),
  check (valid_to is null or valid_to >= valid_from)
);
comment on table exchange.partner_agency is 'Scope: installation. Which agency outside is reached through which partner, and by which id the partner knows it, each for a time; valid_to is the last day.';
create unique index partner_agency_route on exchange.partner_agency (agency_id) where valid_to is null;
create unique index partner_agency_remote on exchange.partner_agency (partner_id, remote_id) where valid_to is null;
create index partner_agency_code on exchange.partner_agency (partner_id, code);

create table exchange.partner_conflict (
  partner_id  uuid not null references exchange.partner (id),
  remote_id   text not null check (length(remote_id) between 1 and 100),
  problem     text not null check (problem in ('hosted_here', 'other_partner', 'name_differs', 'code_malformed', 'code_moved')),
  code        text,
  name        text not null,
  agency_id   uuid references identity.agency (id),
  found_at    timestamptz not null,
  resolved_at timestamptz,
  resolved_by jsonb,
  primary key (partner_id, remote_id),
  check ((resolved_at is null) = (resolved_by is null))
);
comment on table exchange.partner_conflict is 'Scope: installation. What a partner''s directory says otherwise than ours: reported to a person, never overwritten.';

create table exchange.partner_nonce (
  partner_id uuid not null references exchange.partner (id),
  nonce      text not null check (length(nonce) between 16 and 100),
  expires_at timestamptz not null,
  primary key (partner_id, nonce)
);
comment on table exchange.partner_nonce is 'Scope: installation. The nonces of signed requests that were taken: none is taken twice while its request could still be valid.';
create index partner_nonce_age on exchange.partner_nonce (expires_at);

create table exchange.partner_file (
  partner_id     uuid not null references exchange.partner (id),
  sha256         bytea not null check (length(sha256) = 32),
  size_bytes     bigint not null check (size_bytes > 0),
  received_bytes bigint not null check (received_bytes between 0 and size_bytes),
  is_here        boolean not null,
  announced_at   timestamptz not null,
  primary key (partner_id, sha256)
);
comment on table exchange.partner_file is 'Scope: installation. The files that a partner announced, and how far each has come: what it sent before it need not send again.';

create table exchange.partner_file_part (
  partner_id uuid not null,
  sha256     bytea not null,
  starts_at  bigint not null check (starts_at >= 0),
  size_bytes bigint not null check (size_bytes > 0),
  -- The stored bytes of the part.
  part_hash  bytea not null check (length(part_hash) = 32),
  primary key (partner_id, sha256, starts_at),
  foreign key (partner_id, sha256) references exchange.partner_file (partner_id, sha256)
);
comment on table exchange.partner_file_part is 'Scope: installation. The parts of a file that is still coming, in the order of their places.';

create table exchange.transfer (
  agency_id    uuid not null references identity.agency (id),
  id           uuid not null,
  partner_id   uuid not null,
  kind         text not null check (kind in ('envelope', 'answer')),
  envelope_id  uuid,
  message_id   uuid,
  ordinal      integer,
  -- Which of the message's origins it answers.
  position     smallint,
  -- What must keep its order: the parcels of one document, or of one message.
  order_key    text not null,
  state        text not null check (state in ('waiting', 'sent', 'processed', 'refused', 'failed')),
  attempts     integer not null check (attempts >= 0),
  -- How often a parcel that was taken was asked after.
  checks       integer not null check (checks >= 0),
  next_try_at  timestamptz,
  problem_code text,
  problem      text,
  partner_ref  text,
  created_at   timestamptz not null,
  sent_at      timestamptz,
  changed_at   timestamptz not null,
  primary key (agency_id, id),
  foreign key (agency_id, envelope_id) references exchange.envelope (agency_id, id),
  foreign key (agency_id, message_id, ordinal) references exchange.message_answer (agency_id, message_id, ordinal),
  check ((kind = 'envelope') = (envelope_id is not null)),
  check ((kind = 'answer') = (message_id is not null and ordinal is not null and position is not null)),
  check ((state in ('waiting', 'sent')) = (next_try_at is not null))
) with (fillfactor = 70);
comment on table exchange.transfer is 'Scope: agency. The outbox: one parcel for a partner, with an envelope for some of its agencies or an answer to one; it waits here until the partner has taken it and said what became of it.';
create index transfer_open on exchange.transfer (partner_id, next_try_at) where state in ('waiting', 'sent');
create index transfer_order on exchange.transfer (agency_id, order_key, id) where state = 'waiting';
create index transfer_trouble on exchange.transfer (changed_at) where state in ('refused', 'failed');
create unique index transfer_answer on exchange.transfer (agency_id, message_id, ordinal, position) where kind = 'answer';
create index transfer_ref on exchange.transfer (partner_id, partner_ref) where partner_ref is not null;

-- The parcel with which a delivery travels to a partner.
alter table exchange.delivery add column transfer_id uuid;
alter table exchange.delivery add foreign key (agency_id, transfer_id) references exchange.transfer (agency_id, id);
create index delivery_transfer on exchange.delivery (agency_id, transfer_id) where transfer_id is not null;

create table exchange.message_origin (
  agency_id      uuid not null,
  message_id     uuid not null,
  -- A successor of several addressed agencies owes an answer for each.
  position       smallint not null check (position >= 0),
  partner_id     uuid not null,
  inbound_id     uuid not null,
  -- The id and the code that the sender wrote, by which it knows the agency that it addressed.
  addressed_ref  text,
  addressed_code text,
  -- By which the partner knows the sender.
  sender_ref     text not null,
  sender_code    text,
  primary key (agency_id, message_id, position),
  foreign key (agency_id, message_id) references exchange.message (agency_id, id)
);
comment on table exchange.message_origin is 'Scope: agency. Append-only. Through which partner a message came, and by which ids and codes its sender will recognise the answers.';

create table exchange.inbound (
  id             uuid not null primary key,
  partner_id     uuid not null references exchange.partner (id),
  -- The partner's own id of the parcel: the same one again is the same arrival.
  partner_ref    text not null check (length(partner_ref) between 1 and 200),
  -- The untouched original, in the store of files.
  original_hash  bytea not null check (length(original_hash) = 32),
  size_bytes     bigint not null check (size_bytes > 0),
  media_type     text not null,
  state          text not null check (state in ('incomplete', 'waiting', 'applied', 'refused', 'quarantined', 'with_person', 'resolved', 'discarded')),
  kind           text check (kind in ('envelope', 'answer', 'outcome')),
  sender_name    text,
  summary        text,
  attempts       integer not null check (attempts >= 0),
  problem_code   text,
  problem        text,
  agency_id      uuid references identity.agency (id),
  resolution     text,
  resolved_by    jsonb,
  received_at    timestamptz not null,
  changed_at     timestamptz not null,
  unique (partner_id, partner_ref),
  check ((state = 'with_person') <= (agency_id is not null)),
  check ((state in ('quarantined', 'refused')) <= (problem_code is not null)),
  check ((state in ('resolved', 'discarded')) = (resolved_by is not null))
);
comment on table exchange.inbound is 'Scope: installation. Everything that came from a partner, with its untouched original: what could not be read or applied waits here in quarantine, in sight, until it is tried again or a person has dealt with it.';
create index inbound_trouble on exchange.inbound (received_at) where state in ('quarantined', 'with_person');
create index inbound_agency on exchange.inbound (agency_id, received_at) where state = 'with_person';
create index inbound_incomplete on exchange.inbound (partner_id, received_at) where state = 'incomplete';

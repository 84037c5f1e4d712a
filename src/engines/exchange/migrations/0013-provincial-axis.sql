create unique index partner_system on exchange.partner ((config ->> 'systemId')) where protocol = 'provincial_axis';

create table exchange.axis_key (
  partner_id   uuid not null references exchange.partner (id),
  id           uuid not null,
  -- SHA-256 of a key of 256 random bits; the key itself is shown once and kept nowhere.
  key_hash     bytea not null unique check (length(key_hash) = 32),
  -- The last characters, by which people tell keys apart.
  hint         text not null check (length(hint) = 4),
  note         text check (length(note) <= 200),
  created_at   timestamptz not null,
  created_by   jsonb not null,
  expires_at   timestamptz not null,
  revoked_at   timestamptz,
  last_used_at timestamptz,
  primary key (partner_id, id),
  check (expires_at > created_at)
);
comment on table exchange.axis_key is 'Scope: installation. The keys with which a vendor''s system shows who it is; several are good side by side, so that one is replaced without a pause.';

create table exchange.axis_meter (
  partner_id uuid not null primary key references exchange.partner (id),
  day        date not null,
  messages   integer not null check (messages >= 0),
  bytes      bigint not null check (bytes >= 0),
  minute     timestamptz not null,
  requests   integer not null check (requests >= 0),
  seen_at    timestamptz not null
) with (fillfactor = 50);
comment on table exchange.axis_meter is 'Scope: installation. What a vendor''s system has used of its quotas: messages and bytes of the day, requests of the minute.';

create table exchange.axis_packet (
  partner_id    uuid not null references exchange.partner (id),
  -- The same as in inbound: by it a packet that comes twice is one.
  partner_ref   text not null check (length(partner_ref) between 1 and 200),
  original_hash bytea not null check (length(original_hash) = 32),
  message_type  text not null check (message_type in ('edoc', 'status', 'unreadable')),
  document_id   text check (length(document_id) <= 300),
  business      text not null check (business in ('new', 'revoke', 'update', 'replace', 'take_back', 'status', 'unreadable')),
  -- Place among the notices of the document, in the order in which they came.
  sequence      integer not null check (sequence >= 0),
  from_code     text check (length(from_code) <= 100),
  to_codes      text[] not null,
  sent_at       timestamptz not null,
  received_at   timestamptz not null,
  primary key (partner_id, partner_ref)
);
comment on table exchange.axis_packet is 'Scope: installation. Append-only. What vendors'' systems sent, as far as their lists and later notices about the same document need it; the original is with inbound.';
create index axis_packet_document on exchange.axis_packet (partner_id, document_id, received_at);
create index axis_packet_hash on exchange.axis_packet (partner_id, original_hash);
create index axis_packet_list on exchange.axis_packet (partner_id, received_at, partner_ref);
create index message_origin_inbound on exchange.message_origin (inbound_id);

create table exchange.axis_parcel (
  agency_id    uuid not null references identity.agency (id),
  -- That of the transfer; vendors call it docId.
  id           uuid not null,
  partner_id   uuid not null,
  message_type text not null check (message_type in ('edoc', 'status')),
  document_id  text not null check (length(document_id) between 1 and 300),
  from_code    text not null,
  to_codes     text[] not null,
  -- How far the vendor's system is with the packet itself; what became of the document is told by status messages.
  state        text not null check (state in ('initial', 'processing', 'done', 'fail')),
  note         text check (length(note) <= 1000),
  created_at   timestamptz not null,
  changed_at   timestamptz not null,
  primary key (agency_id, id),
  foreign key (agency_id, id) references exchange.transfer (agency_id, id)
) with (fillfactor = 70);
comment on table exchange.axis_parcel is 'Scope: agency. A parcel that waits to be listed and fetched by a vendor''s system, until the system says that it has it.';
create index axis_parcel_open on exchange.axis_parcel (partner_id, id) where state in ('initial', 'processing');
create index axis_parcel_document on exchange.axis_parcel (partner_id, document_id);

create table exchange.axis_agency (
  agency_id  uuid not null primary key references identity.agency (id),
  -- Between two readings of a vendor's system the agencies of a higher version have changed.
  version    bigint not null check (version > 0),
  facts      jsonb not null,
  changed_at timestamptz not null
);
comment on table exchange.axis_agency is 'Scope: installation. The agencies that live here as vendors'' systems last could read them, each with the version of its last change.';
create index axis_agency_version on exchange.axis_agency (version);

create table exchange.axis_sandbox (
  agency_id  uuid not null primary key references identity.agency (id),
  -- A vendor's own agency for trying; none for the two that answer by themselves.
  partner_id uuid unique references exchange.partner (id)
);
comment on table exchange.axis_sandbox is 'Scope: installation. Agencies that exist for trying only; nothing goes between them and real ones.';

create table exchange.axis_step (
  partner_id   uuid not null references exchange.partner (id),
  step         text not null check (step in ('registered', 'listed', 'sent', 'duplicate', 'received', 'fetched', 'acknowledged', 'status03', 'status04', 'status05', 'status06', 'recall')),
  done_at      timestamptz,
  problem_code text,
  problem_vi   text,
  problem_en   text,
  problem_at   timestamptz,
  primary key (partner_id, step),
  check ((problem_code is null) = (problem_at is null)),
  check (done_at is not null or problem_at is not null)
);
comment on table exchange.axis_step is 'Scope: installation. How far a vendor has come with the checklist in sandbox mode, and what last went wrong at each step.';

create table exchange.axis_sending (
  agency_id   uuid not null references identity.agency (id),
  -- That of the transfer, and which of its packets: a taking back goes to each receiver by itself.
  transfer_id uuid not null,
  part        smallint not null check (part >= 0),
  -- That of the transfer: an agency's table refers to none of the installation.
  partner_id  uuid not null,
  -- Of the packet as it was sent: by it the axis is asked whether it has it.
  packet_hash bytea not null check (length(packet_hash) = 32),
  size_bytes  bigint not null check (size_bytes > 0),
  begun_at    timestamptz not null,
  -- The axis' own id, once it said that it has the packet.
  doc_id      text check (length(doc_id) between 1 and 200),
  state       text not null check (state in ('begun', 'initial', 'processing', 'done', 'fail')),
  changed_at  timestamptz not null,
  primary key (agency_id, transfer_id, part),
  foreign key (agency_id, transfer_id) references exchange.transfer (agency_id, id),
  check ((state = 'begun') = (doc_id is null))
) with (fillfactor = 70);
comment on table exchange.axis_sending is 'Scope: agency. Packets that were sent to the national axis: noted before the first try, so that after a crash the axis is asked before anything is sent again.';
create index axis_sending_doc on exchange.axis_sending (partner_id, doc_id) where doc_id is not null;

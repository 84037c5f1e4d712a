create table exchange.relay (
  agency_id           uuid not null,
  envelope_id         uuid not null,
  recipient_agency_id uuid not null,
  -- Whence it came; an agency's table refers to none of the installation.
  partner_id          uuid not null,
  inbound_id          uuid not null,
  -- The code that the sender wrote, and those by which its system knows the sender: the answers carry them.
  addressed_code      text,
  sender_ref          text not null,
  sender_code         text,
  relayed_at          timestamptz not null,
  primary key (agency_id, envelope_id, recipient_agency_id),
  foreign key (agency_id, envelope_id, recipient_agency_id) references exchange.delivery (agency_id, envelope_id, recipient_agency_id)
);
comment on table exchange.relay is 'Scope: agency. Append-only. What an agency outside sent to another agency outside through this installation: whence it came, and by which codes its sender will recognise the answers.';
create index relay_inbound on exchange.relay (inbound_id);

-- An answer of an agency outside goes back to the sender outside: it stands with the delivery, not with a message of ours.
alter table exchange.transfer
  add column relay_sender_id   uuid,
  add column relay_envelope_id uuid,
  drop constraint transfer_check1,
  add constraint transfer_answer_check check (
    (kind = 'answer') = (ordinal is not null and (message_id is not null and position is not null) <> (relay_sender_id is not null and relay_envelope_id is not null))
    and (kind = 'answer' or (message_id is null and relay_sender_id is null)));
create unique index transfer_relay on exchange.transfer (agency_id, relay_sender_id, relay_envelope_id, ordinal) where relay_envelope_id is not null;

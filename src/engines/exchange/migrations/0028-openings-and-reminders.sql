-- What another installation of Liên Thông says that it understands beyond the first version of the protocol. The law's standard has no
-- message for an opening or a reminder, so only who says that it knows them is sent them.
alter table exchange.partner add column features text[] not null default '{}' check (cardinality(features) <= 50);

alter table exchange.transfer
  drop constraint transfer_kind_check,
  add constraint transfer_kind_check check (kind in ('envelope', 'answer', 'opening', 'reminder')),
  drop constraint transfer_check,
  add constraint transfer_envelope_check check ((kind in ('envelope', 'reminder')) = (envelope_id is not null)),
  drop constraint transfer_answer_check,
  add constraint transfer_answer_check check (
    (kind = 'answer') = (ordinal is not null and (message_id is not null and position is not null) <> (relay_sender_id is not null and relay_envelope_id is not null))
    and (kind in ('answer', 'opening') or message_id is null)
    and (kind = 'answer' or relay_sender_id is null)),
  add constraint transfer_opening_check check (kind <> 'opening' or (message_id is not null and position is not null));
-- A message is opened for the first time once.
create unique index transfer_opening on exchange.transfer (agency_id, message_id, position) where kind = 'opening';
comment on table exchange.transfer is 'Scope: agency. The outbox: one parcel for a partner, with an envelope for some of its agencies, an answer to one, that one was opened, or a reminder of one; it waits here until the partner has taken it and said what became of it.';

create table exchange.reminder (
  agency_id           uuid not null,
  -- The parcel that carries it.
  transfer_id         uuid not null,
  envelope_id         uuid not null,
  recipient_agency_id uuid not null,
  -- Who reminds, as the recipient reads it.
  by_name             text not null check (length(by_name) between 1 and 1000),
  reminded_at         timestamptz not null,
  primary key (agency_id, transfer_id),
  foreign key (agency_id, transfer_id) references exchange.transfer (agency_id, id),
  foreign key (agency_id, envelope_id, recipient_agency_id) references exchange.delivery (agency_id, envelope_id, recipient_agency_id)
);
comment on table exchange.reminder is 'Scope: agency. Append-only. Reminders of recipients at another installation: whom, who and when, as its parcel tells it at every try.';

-- The partner only passed it on, to a system that tells nothing but the statuses of the law; known by its first answer.
alter table exchange.delivery add column is_passed_on boolean not null default false;

alter table exchange.inbound
  drop constraint inbound_kind_check,
  add constraint inbound_kind_check check (kind in ('envelope', 'answer', 'outcome', 'opening', 'reminder'));

-- What is passed for ours, or for an answer of one of several, is proved by what was signed or marked, and a way that lasted less than a day is told too.

-- A successor answers for several agencies at once: each has a receipt of its own, which names it.
alter table exchange.message_origin add column addressed_agency_id uuid;
update exchange.message_origin o set addressed_agency_id = m.addressed_agency_id from exchange.message m where m.agency_id = o.agency_id and m.id = o.message_id and o.position = 0;

alter table exchange.transfer
  -- Of an answer for an agency that the message's own receipt does not name; otherwise that receipt goes.
  add column receipt text check (length(receipt) between 10 and 20000),
  -- The parcel carries our own mark, by which we recognise it after a restore. One that was begun before there were marks stays the same bytes.
  add column carries_mark boolean not null default false;

-- A way that was ended on the day on which it began was in force on no day. It stays as a row that ends the day before, since neighbours may have been told of it.
alter table exchange.partner_agency
  drop constraint partner_agency_check,
  add constraint partner_agency_period_check check (valid_to is null or valid_to >= valid_from - 1);

-- What a partner says that it has from us, and that nothing proves: a person decides.
alter table exchange.inbound
  drop constraint inbound_kind_check,
  add constraint inbound_kind_check check (kind in ('envelope', 'answer', 'outcome', 'opening', 'reminder', 'claim'));

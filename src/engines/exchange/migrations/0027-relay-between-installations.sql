-- Documents of systems that are connected here go on to other installations, and theirs to those systems.
alter table exchange.relay
  -- Whatever the sender wants to read again in the answers; another installation its own id of the recipient.
  add column addressed_ref text check (length(addressed_ref) <= 100),
  -- Whether the document has an id that its own system gave it, under which it goes on; that of an installation's own agency has none.
  add column keeps_document_id boolean not null default true,
  -- Of a document that was written back after a restore the arrival is lost.
  alter column inbound_id drop not null;
alter table exchange.relay alter column keeps_document_id drop default;
create index relay_partner on exchange.relay (partner_id, relayed_at);
-- The partner told that it reaches the agency no more: the way comes back when it reaches it again. What an operator ended stays ended.
alter table exchange.partner_agency add column is_withdrawn boolean not null default false;

create table exchange.relay_question (
  partner_id  uuid not null references exchange.partner (id),
  -- The partner's own id of the parcel.
  partner_ref text not null check (length(partner_ref) between 1 and 200),
  asked_at    timestamptz not null,
  primary key (partner_id, partner_ref)
);
comment on table exchange.relay_question is 'Scope: installation. Parcels that a partner offers for an agency which it has not announced: when each came first, so that it is refused only once the directory was read after that.';
create index relay_question_age on exchange.relay_question (asked_at);

-- The id of the document that an arrival is about and that has not come: with the document it is read again.
alter table exchange.inbound add column awaits text check (length(awaits) between 1 and 300);
create index inbound_awaits on exchange.inbound (partner_id, awaits) where awaits is not null;

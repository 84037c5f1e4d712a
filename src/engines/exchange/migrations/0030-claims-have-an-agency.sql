-- Only the clerks of the agency in whose name a claim is can write it back, so it is handed to them or to nobody.
alter table exchange.inbound add column claimed_agency_id uuid references identity.agency (id);
comment on column exchange.inbound.claimed_agency_id is 'Of a claim: the agency here in whose name it is. Null where it is of none that works here.';

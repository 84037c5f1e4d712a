-- A vendor's system names a packet by its id alone, in each fetch and each receipt; those that are done with stay.
create index axis_parcel_id on exchange.axis_parcel (partner_id, id);

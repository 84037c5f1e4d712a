-- A page of the register goes by number; the day stands in the index too, so that other days are passed over without being read.
create index document_register on outgoing_documents.document (agency_id, register_id, year, number, issued_on) where number is not null;

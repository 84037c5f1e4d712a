-- A page of the register goes by number; the time stands in the index too, so that other days are passed over without being read.
create index document_register on incoming_documents.document (agency_id, register_id, arrival_year, arrival_number, registered_at) where arrival_number is not null;

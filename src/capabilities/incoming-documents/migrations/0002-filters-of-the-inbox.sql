-- The filters of the inbox stop after a page in the largest agency too. The words stand in the statement, so that a prepared plan may use partial indexes.
create index document_urgent on incoming_documents.document (agency_id, urgency, arrived_at desc, id desc) where urgency <> 'normal';
create index document_refused on incoming_documents.document (agency_id, arrived_at desc, id desc) where state = 'refused';
create index document_type on incoming_documents.document (agency_id, type_code, arrived_at desc, id desc);

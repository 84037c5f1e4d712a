-- Who opens a file asks whether it is a lasting copy.
create index archived_file_copy on signatures.archived_file (agency_id, file_id) where file_id is not null;

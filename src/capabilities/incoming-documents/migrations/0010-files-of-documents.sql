-- To which document an agency's file belongs: asked whenever one is opened. What came from other agencies is found by its message.
create index document_stamp_file on incoming_documents.document (agency_id, stamp_file_id) where stamp_file_id is not null;
create index document_paper_files on incoming_documents.document using gin (agency_id, files jsonb_path_ops) where medium = 'paper';
create index copy_file on incoming_documents.copy (agency_id, file_id) where file_id is not null;
create index copy_extract on incoming_documents.copy (agency_id, base_file_id) where kind = 'extract';

-- To which document an agency's file belongs: asked whenever one is opened.
create index file_version_stored on outgoing_documents.file_version (agency_id, stored_file_id);

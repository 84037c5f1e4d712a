-- To which message an agency's file belongs: asked whenever one is opened.
create index message_file_stored on exchange.message_file (agency_id, file_id);

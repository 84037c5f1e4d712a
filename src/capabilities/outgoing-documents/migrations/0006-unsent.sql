-- What is signed and still here: few rows of all agencies, looked through for what is overdue.
create index document_unsent on outgoing_documents.document (signed_at) where state in ('signed', 'numbered', 'sealed');

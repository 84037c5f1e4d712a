alter table outgoing_documents.document add column authenticity_code text check (authenticity_code ~ '^[2-9a-hjkmnp-z]{20}$');

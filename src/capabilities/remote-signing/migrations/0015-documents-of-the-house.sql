-- Documents of the workplace itself are opened from the request; for those of other applications there is no page here.
alter table remote_signing.asked_hash add column document_link text check (document_link ~ '^/[a-z0-9]' and length(document_link) <= 300);

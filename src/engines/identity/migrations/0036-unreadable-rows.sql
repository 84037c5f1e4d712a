-- The report of a reading names the first entries that could not be read, with their places in the list.
alter table identity.directory_import add column unreadable_rows jsonb not null default '[]' check (jsonb_typeof(unreadable_rows) = 'array');

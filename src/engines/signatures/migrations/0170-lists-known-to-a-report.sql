alter table signatures.validation
  -- The revocation lists of the report's authorities that lay in TRUST_ANCHORS when it was made, by SHA-256: a further one makes it anew.
  add column folder_lists jsonb not null default '[]' check (jsonb_typeof(folder_lists) = 'array');

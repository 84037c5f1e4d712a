alter table certificates.certificate
  add column renewal_declined_at     timestamptz,
  add column renewal_declined_by     text,
  add column renewal_declined_reason text check (renewal_declined_reason in ('postEnded', 'replaced', 'notNeeded', 'other')),
  add column renewal_declined_note   text check (length(renewal_declined_note) between 1 and 300),
  add check ((renewal_declined_at is null) = (renewal_declined_by is null)),
  add check ((renewal_declined_at is null) = (renewal_declined_reason is null)),
  add check (renewal_declined_note is null or renewal_declined_at is not null),
  add check (renewal_declined_reason <> 'other' or renewal_declined_note is not null);
comment on column certificates.certificate.renewal_declined_at is 'Since when nobody wants the certificate renewed; no reminder of its end comes while this stands.';

-- A remote service may want the person's consent on its own page for every single signature (Cloud Signature Consortium API, `oauth2code`, scope
-- `credential`). What waits for it is a batch whose holder reference says so; the browser's way there and back is a consent that names the batch.
alter table signatures.credential add column asks_release boolean not null default false;

alter table signatures.signing_batch add column followed_by smallint not null default 0 check (followed_by >= 0);
create index signing_batch_before_release on signatures.signing_batch (agency_id) where state = 'asked' and holder_reference = 'release';

alter table signatures.service_consent
  add column batch_id uuid,
  add column return_path text check (return_path ~ '^/[a-z][\w/-]{0,199}$'),
  add constraint service_consent_of_batch foreign key (agency_id, batch_id) references signatures.signing_batch (agency_id, id),
  add constraint service_consent_release_check check ((batch_id is null) = (return_path is null));
create index service_consent_of_batch on signatures.service_consent (agency_id, batch_id) where batch_id is not null;

create table certificates.certificate (
  agency_id         uuid not null,
  id                uuid not null,
  holder_kind       text not null check (holder_kind in ('person', 'agency', 'device')),
  holder_name       text not null check (length(holder_name) between 1 and 300),
  person_id         uuid,
  credential_id     uuid,
  issuer_name       text not null,
  issuer            text not null,
  subject           text not null,
  serial            text not null,
  fingerprint       text not null check (fingerprint ~ '^[0-9a-f]{64}$'),
  content           bytea not null,
  is_built_in       boolean not null,
  token_serial      text check (length(token_serial) between 1 and 100),
  note              text check (length(note) between 1 and 1000),
  valid_from        timestamptz not null,
  valid_to          timestamptz not null check (valid_to > valid_from),
  status            text not null check (status in ('active', 'revoked')),
  status_source     text not null check (status_source in ('own', 'ocsp', 'list', 'person', 'none')),
  status_checked_at timestamptz,
  revoked_at        timestamptz,
  revoked_reason    text,
  warned_days       smallint check (warned_days in (60, 30, 7)),
  search            tsvector not null,
  added_at          timestamptz not null,
  added_by          text not null,
  primary key (agency_id, id),
  unique (agency_id, fingerprint),
  check ((status = 'revoked') = (revoked_at is not null))
);
comment on table certificates.certificate is 'Scope: agency. Every certificate that an agency manages, whoever issued it and wherever its key is: of people, of the agency itself, of devices and software (68/2024/NĐ-CP Art. 10).';
create index certificate_of_agency on certificates.certificate (agency_id, valid_to, id);
create index certificate_by_end on certificates.certificate (valid_to, id);
create index certificate_of_person on certificates.certificate (agency_id, person_id) where person_id is not null;
create index certificate_search on certificates.certificate using gin (search);

create table certificates.form (
  code         text not null,
  kind         text not null check (kind in ('issue', 'renew', 'change', 'revoke')),
  holder_kind  text not null check (holder_kind in ('person', 'agency', 'device')),
  name         text not null,
  valid_from   date not null,
  valid_to     date check (valid_to >= valid_from),
  legal_basis  text not null,
  primary key (code, kind, holder_kind, valid_from)
);
comment on table certificates.form is 'Scope: reference. Kept by migrations. Which form of which text a request takes, on which days.';
insert into certificates.form (code, kind, holder_kind, name, valid_from, legal_basis) values
  ('de-nghi-cap', 'issue', 'person', 'Đề nghị cấp chứng thư số cho cá nhân', '2020-02-18', '185/2019/TT-BQP, Mẫu 01; 68/2024/NĐ-CP Điều 10'),
  ('de-nghi-cap', 'issue', 'agency', 'Đề nghị cấp chứng thư số cho cơ quan, tổ chức', '2020-02-18', '185/2019/TT-BQP, Mẫu 03; 68/2024/NĐ-CP Điều 10'),
  ('de-nghi-cap', 'issue', 'device', 'Đề nghị cấp chứng thư số cho thiết bị, dịch vụ, phần mềm', '2020-02-18', '185/2019/TT-BQP, Mẫu 05; 68/2024/NĐ-CP Điều 10'),
  ('de-nghi-gia-han', 'renew', 'person', 'Đề nghị gia hạn chứng thư số của cá nhân', '2020-02-18', '185/2019/TT-BQP; 68/2024/NĐ-CP Điều 9'),
  ('de-nghi-gia-han', 'renew', 'agency', 'Đề nghị gia hạn chứng thư số của cơ quan, tổ chức', '2020-02-18', '185/2019/TT-BQP; 68/2024/NĐ-CP Điều 9'),
  ('de-nghi-gia-han', 'renew', 'device', 'Đề nghị gia hạn chứng thư số của thiết bị, dịch vụ, phần mềm', '2020-02-18', '185/2019/TT-BQP; 68/2024/NĐ-CP Điều 9'),
  ('de-nghi-thay-doi', 'change', 'person', 'Đề nghị thay đổi nội dung thông tin chứng thư số của cá nhân', '2020-02-18', '185/2019/TT-BQP'),
  ('de-nghi-thay-doi', 'change', 'agency', 'Đề nghị thay đổi nội dung thông tin chứng thư số của cơ quan, tổ chức', '2020-02-18', '185/2019/TT-BQP'),
  ('de-nghi-thay-doi', 'change', 'device', 'Đề nghị thay đổi nội dung thông tin chứng thư số của thiết bị, dịch vụ, phần mềm', '2020-02-18', '185/2019/TT-BQP'),
  ('de-nghi-thu-hoi', 'revoke', 'person', 'Đề nghị thu hồi chứng thư số của cá nhân', '2020-02-18', '185/2019/TT-BQP'),
  ('de-nghi-thu-hoi', 'revoke', 'agency', 'Đề nghị thu hồi chứng thư số của cơ quan, tổ chức', '2020-02-18', '185/2019/TT-BQP'),
  ('de-nghi-thu-hoi', 'revoke', 'device', 'Đề nghị thu hồi chứng thư số của thiết bị, dịch vụ, phần mềm', '2020-02-18', '185/2019/TT-BQP');

create table certificates.request (
  agency_id       uuid not null,
  id              uuid not null,
  kind            text not null check (kind in ('issue', 'renew', 'change', 'revoke')),
  holder_kind     text not null check (holder_kind in ('person', 'agency', 'device')),
  holder_name     text not null check (length(holder_name) between 1 and 300),
  person_id       uuid,
  certificate_id  uuid,
  state           text not null check (state in ('submitted', 'approved', 'refused', 'withdrawn', 'completed')),
  form_code       text not null,
  form_name       text not null,
  legal_basis     text not null,
  details         jsonb not null,
  reason          text not null check (length(reason) between 1 and 1000),
  search          tsvector not null,
  asked_by        text not null,
  asked_by_person uuid not null,
  asked_at        timestamptz not null,
  decided_by      text,
  decided_at      timestamptz,
  decision        text,
  completed_at    timestamptz,
  primary key (agency_id, id),
  foreign key (agency_id, certificate_id) references certificates.certificate (agency_id, id),
  check ((kind = 'issue') = (certificate_id is null)),
  check ((state in ('approved', 'refused', 'completed')) <= (decided_at is not null and decided_by is not null)),
  check ((state = 'completed') = (completed_at is not null))
);
comment on table certificates.request is 'Scope: agency. Requests to issue, renew, change or revoke a certificate, with the form they took and how they were decided.';
create index request_of_agency on certificates.request (agency_id, asked_at desc, id desc);
create index request_newest on certificates.request (asked_at desc, id desc);
create unique index request_open_for_certificate on certificates.request (agency_id, certificate_id, kind) where state in ('submitted', 'approved') and certificate_id is not null;

alter table certificates.form
  add column number    text,
  add column subject   text,
  add column addressee text,
  add column contact   text check (contact in ('receives', 'hands-over')),
  add column fields    text[],
  add column required  text[],
  add check ((fields is null) = (subject is null)),
  add check ((fields is null) = (addressee is null)),
  add check ((fields is null) = (contact is null)),
  add check ((fields is null) = (required is null)),
  add check (required <@ fields);
comment on column certificates.form.fields is 'The columns of the form''s list in its order; null for a form whose text is not at hand, which then takes what is common to all.';
comment on column certificates.form.contact is 'What the person does whom the form names first: receives the certificate and its device, or helps to hand it over.';

-- The decree with forms of its own took the place of the circular on 15/8/2024.
update certificates.form set valid_to = '2024-08-14', legal_basis = replace(regexp_replace(legal_basis, '; 68/2024.*$', ''), 'TT-BQP, Mẫu', 'TT-BQP, Mẫu số');

insert into certificates.form (code, kind, holder_kind, number, name, subject, addressee, contact, fields, required, valid_from, legal_basis)
select f.code, f.kind, f.holder_kind, f.number, upper(left(f.subject, 1)) || substr(f.subject, 2), f.subject,
       'Cục Chứng thực số và Bảo mật thông tin, Ban Cơ yếu Chính phủ', f.contact, f.fields, f.required, '2024-08-15', '68/2024/NĐ-CP, Phụ lục, ' || f.number
  from (values
    ('mau-01', 'issue', 'person', 'Mẫu số 01', 'đề nghị cấp chứng thư chữ ký số chuyên dùng công vụ cho cá nhân', 'receives',
      array['holder', 'birthDate', 'identity', 'email', 'agency', 'province', 'post', 'phone', 'oldSerial', 'simOperator'],
      array['birthDate', 'identity', 'email', 'province', 'post', 'phone']),
    ('mau-02', 'issue', 'agency', 'Mẫu số 02', 'đề nghị cấp chứng thư chữ ký số chuyên dùng công vụ cho cơ quan, tổ chức', 'receives',
      array['holder', 'address', 'taxCode', 'budgetCode', 'province', 'email'],
      array['address', 'taxCode', 'budgetCode', 'province', 'email']),
    ('mau-04', 'renew', 'person', 'Mẫu số 04', 'đề nghị gia hạn, thay đổi nội dung thông tin chứng thư chữ ký số chuyên dùng công vụ', 'receives',
      array['holder', 'serial', 'email', 'change', 'newInformation', 'renews', 'changes'], array['email']),
    ('mau-04', 'renew', 'agency', 'Mẫu số 04', 'đề nghị gia hạn, thay đổi nội dung thông tin chứng thư chữ ký số chuyên dùng công vụ', 'receives',
      array['holder', 'serial', 'email', 'change', 'newInformation', 'renews', 'changes'], array['email']),
    ('mau-04', 'renew', 'device', 'Mẫu số 04', 'đề nghị gia hạn, thay đổi nội dung thông tin chứng thư chữ ký số chuyên dùng công vụ', 'receives',
      array['holder', 'serial', 'email', 'change', 'newInformation', 'renews', 'changes'], array['email']),
    ('mau-04', 'change', 'person', 'Mẫu số 04', 'đề nghị gia hạn, thay đổi nội dung thông tin chứng thư chữ ký số chuyên dùng công vụ', 'receives',
      array['holder', 'serial', 'email', 'change', 'newInformation', 'renews', 'changes'], array['email', 'change', 'newInformation']),
    ('mau-04', 'change', 'agency', 'Mẫu số 04', 'đề nghị gia hạn, thay đổi nội dung thông tin chứng thư chữ ký số chuyên dùng công vụ', 'receives',
      array['holder', 'serial', 'email', 'change', 'newInformation', 'renews', 'changes'], array['email', 'change', 'newInformation']),
    ('mau-04', 'change', 'device', 'Mẫu số 04', 'đề nghị gia hạn, thay đổi nội dung thông tin chứng thư chữ ký số chuyên dùng công vụ', 'receives',
      array['holder', 'serial', 'email', 'change', 'newInformation', 'renews', 'changes'], array['email', 'change', 'newInformation']),
    ('mau-05', 'revoke', 'person', 'Mẫu số 05', 'đề nghị thu hồi chứng thư chữ ký số chuyên dùng công vụ', 'hands-over',
      array['holder', 'identity', 'email', 'serial', 'tokenSerial', 'reason'], array['identity', 'email']),
    ('mau-05', 'revoke', 'agency', 'Mẫu số 05', 'đề nghị thu hồi chứng thư chữ ký số chuyên dùng công vụ', 'hands-over',
      array['holder', 'taxCode', 'budgetCode', 'email', 'serial', 'tokenSerial', 'reason'], array['taxCode', 'budgetCode', 'email']),
    ('mau-05', 'revoke', 'device', 'Mẫu số 05', 'đề nghị thu hồi chứng thư chữ ký số chuyên dùng công vụ', 'hands-over',
      array['holder', 'email', 'serial', 'tokenSerial', 'reason'], array['email'])
  ) as f (code, kind, holder_kind, number, subject, contact, fields, required);

insert into certificates.form (code, kind, holder_kind, number, name, valid_from, legal_basis) values
  ('mau-03', 'issue', 'device', 'Mẫu số 03', 'Đề nghị cấp chứng thư chữ ký số chuyên dùng công vụ cho thiết bị, dịch vụ, phần mềm', '2024-08-15', '68/2024/NĐ-CP, Phụ lục, Mẫu số 03');

-- A request keeps the form of its day.
alter table certificates.request add column form_from date;
update certificates.request set form_from = '2020-02-18';
alter table certificates.request
  alter column form_from set not null,
  add foreign key (form_code, kind, holder_kind, form_from) references certificates.form (code, kind, holder_kind, valid_from);

create table registers.document_type (
  code         text not null,
  name         text not null,
  abbreviation text,
  ordinal      smallint not null check (ordinal between 1 and 99),
  valid_from   date not null,
  valid_to     date,
  legal_basis  text not null,
  primary key (code, valid_from),
  check (valid_to is null or valid_to >= valid_from)
);
comment on table registers.document_type is 'Scope: reference. Kept by migrations. The types of administrative documents with their abbreviations, each with the text that sets it.';

insert into registers.document_type (code, name, abbreviation, ordinal, valid_from, legal_basis)
select code, name, abbreviation, ordinal, date '2020-03-05', '30/2020/NĐ-CP, Điều 7 và Phụ lục III'
from (values
  ('nghi-quyet', 'Nghị quyết', 'NQ', 1), ('quyet-dinh', 'Quyết định', 'QĐ', 2), ('chi-thi', 'Chỉ thị', 'CT', 3),
  ('quy-che', 'Quy chế', 'QC', 4), ('quy-dinh', 'Quy định', 'QyĐ', 5), ('thong-cao', 'Thông cáo', 'TC', 6),
  ('thong-bao', 'Thông báo', 'TB', 7), ('huong-dan', 'Hướng dẫn', 'HD', 8), ('chuong-trinh', 'Chương trình', 'CTr', 9),
  ('ke-hoach', 'Kế hoạch', 'KH', 10), ('phuong-an', 'Phương án', 'PA', 11), ('de-an', 'Đề án', 'ĐA', 12),
  ('du-an', 'Dự án', 'DA', 13), ('bao-cao', 'Báo cáo', 'BC', 14), ('bien-ban', 'Biên bản', 'BB', 15),
  ('to-trinh', 'Tờ trình', 'TTr', 16), ('hop-dong', 'Hợp đồng', 'HĐ', 17), ('cong-van', 'Công văn', null, 18),
  ('cong-dien', 'Công điện', 'CĐ', 19), ('ban-ghi-nho', 'Bản ghi nhớ', 'BGN', 20), ('ban-thoa-thuan', 'Bản thỏa thuận', 'BTT', 21),
  ('giay-uy-quyen', 'Giấy ủy quyền', 'GUQ', 22), ('giay-moi', 'Giấy mời', 'GM', 23), ('giay-gioi-thieu', 'Giấy giới thiệu', 'GGT', 24),
  ('giay-nghi-phep', 'Giấy nghỉ phép', 'GNP', 25), ('phieu-gui', 'Phiếu gửi', 'PG', 26), ('phieu-chuyen', 'Phiếu chuyển', 'PC', 27),
  ('phieu-bao', 'Phiếu báo', 'PB', 28), ('thu-cong', 'Thư công', null, 29)
) as types (code, name, abbreviation, ordinal);

create table registers.register (
  agency_id   uuid not null,
  id          uuid not null,
  kind        text not null check (kind in ('outgoing', 'incoming')),
  name        text not null check (length(name) between 1 and 200),
  is_default  boolean not null,
  opened_on   date not null,
  closed_on   date,
  primary key (agency_id, id),
  check (closed_on is null or closed_on >= opened_on)
);
comment on table registers.register is 'Scope: agency. The books in which an agency numbers its documents; the head of the agency decides how many (30/2020/NĐ-CP Art. 15.1.c).';
create unique index register_default on registers.register (agency_id, kind) where is_default and closed_on is null;

create table registers.counter (
  agency_id    uuid not null,
  register_id  uuid not null,
  year         smallint not null check (year between 2000 and 2200),
  last_number  integer not null check (last_number >= 1),
  primary key (agency_id, register_id, year),
  foreign key (agency_id, register_id) references registers.register (agency_id, id)
);
comment on table registers.counter is 'Scope: agency. The last number taken in a register and calendar year. Its row is locked while a number is taken, so numbers have neither gaps nor twins.';

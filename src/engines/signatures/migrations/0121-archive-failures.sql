alter table signatures.archived_file
  add column failed_at  timestamptz,
  add column failure_vi text check (length(failure_vi) between 1 and 1000),
  add column failure_en text check (length(failure_en) between 1 and 1000),
  add check ((failed_at is null) = (failure_vi is null) and (failed_at is null) = (failure_en is null));
update signatures.archived_file set failed_at = asked_at, failure_vi = 'Chữ ký trong tệp không hợp lệ hoặc chưa kiểm tra được.', failure_en = 'The signatures in the file do not hold or cannot be checked yet.' where state = 'not_valid';
comment on column signatures.archived_file.failed_at is 'When the copy could last not be made or renewed; null after a success.';
create index archived_file_failed on signatures.archived_file (agency_id, failed_at desc, sha256) where failed_at is not null;

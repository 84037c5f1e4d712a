alter table incoming_documents.document
  -- The main file with the agency's arrival mark, a further file beside the one that came.
  add column stamp_file_id    uuid,
  add column stamp_name       text,
  add column stamp_sha256     text,
  add column stamp_size_bytes bigint,
  add column stamped_at       timestamptz,
  add column stamped_by       text,
  add constraint document_stamp_check check (
    (stamp_file_id is null) = (stamped_at is null) and (stamp_file_id is null) = (stamp_sha256 is null) and (stamp_file_id is null) = (stamp_name is null)
    and (stamp_file_id is null) = (stamp_size_bytes is null) and (stamp_file_id is null) = (stamped_by is null)
    and (stamp_file_id is null or (arrival_number is not null and medium = 'electronic')));

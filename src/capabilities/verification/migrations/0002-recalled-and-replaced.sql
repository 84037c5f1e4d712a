alter table verification.issued_document
  add column ended_at                    timestamptz,
  add column replaced_by_number          text,
  -- The public page of the replacing document.
  add column replaced_by_code            text check (replaced_by_code ~ '^[2-9a-hjkmnp-z]{20}$'),
  add constraint issued_document_ended_check check ((state = 'in_force') = (ended_at is null)),
  add constraint issued_document_replaced_check check ((state = 'replaced') = (replaced_by_code is not null) and (replaced_by_code is null) = (replaced_by_number is null));

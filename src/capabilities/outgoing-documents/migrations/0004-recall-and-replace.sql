alter table outgoing_documents.document
  drop constraint document_state_check,
  add constraint document_state_check
    check (state in ('draft', 'initialling', 'submitted', 'returned', 'signed', 'numbered', 'sealed', 'issued', 'recalled', 'replaced', 'withdrawn')),
  drop constraint document_check1,
  add constraint document_numbered_check check (state not in ('numbered', 'sealed', 'issued', 'recalled', 'replaced') or number is not null),
  drop constraint document_check2,
  add constraint document_signed_check check (state not in ('signed', 'numbered', 'sealed', 'issued', 'recalled', 'replaced') or signed_at is not null),
  drop constraint document_check3,
  add constraint document_issued_check check ((state in ('issued', 'recalled', 'replaced')) = (issued_at is not null)),
  add column recalled_at    timestamptz,
  add column recalled_by    text,
  add column recall_reason  text check (length(recall_reason) between 1 and 1000),
  -- The issued document that this one replaces, and why.
  add column replaces_id    uuid,
  add column replace_reason text check (length(replace_reason) between 1 and 1000),
  add column replaced_by_id uuid,
  add column replaced_at    timestamptz,
  -- When the clerk last looked at recipients who did not agree.
  add column answers_read_at timestamptz,
  add constraint document_recalled_check check ((state <> 'recalled' or recalled_at is not null) and (recalled_at is null) = (recall_reason is null) and (recalled_at is null) = (recalled_by is null)),
  add constraint document_replaced_check check ((state = 'replaced') = (replaced_at is not null) and (replaced_at is null) = (replaced_by_id is null)),
  add constraint document_replaces_check check ((replaces_id is null) = (replace_reason is null)),
  add constraint document_replaces_fkey foreign key (agency_id, replaces_id) references outgoing_documents.document (agency_id, id),
  add constraint document_replaced_by_fkey foreign key (agency_id, replaced_by_id) references outgoing_documents.document (agency_id, id);
create index document_replacing on outgoing_documents.document (agency_id, replaces_id) where replaces_id is not null;

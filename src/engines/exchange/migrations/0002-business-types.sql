-- A notice says what becomes of a document that was sent before: recalled, taken back, updated. A replacing document is one too.
alter table exchange.envelope
  add column kind           text not null default 'new' check (kind in ('new', 'recall', 'take_back', 'update', 'replace')),
  add column of_envelope_id uuid,
  -- Whether the recipients shall cancel what they have: a recall, a taking back, a removed recipient.
  add column cancels        boolean not null default false,
  add column sequence       integer not null default 0 check (sequence >= 0),
  add column reason         text check (length(reason) between 1 and 1000),
  -- The law's measure of sending (QĐ 28/2018 Art. 6.2): when the document was signed, and by when it had to be sent.
  add column signed_at      timestamptz,
  add column send_due_at    timestamptz,
  add constraint envelope_of_check check ((kind = 'new') = (of_envelope_id is null) and (kind = 'new') = (reason is null)),
  add constraint envelope_cancels_check check (not cancels or kind in ('recall', 'take_back', 'update')),
  add constraint envelope_due_check check ((signed_at is null) = (send_due_at is null));
create index envelope_notice on exchange.envelope (agency_id, of_envelope_id) where of_envelope_id is not null;

alter table exchange.delivery
  drop constraint delivery_state_check,
  add constraint delivery_state_check check (state in ('waiting', 'no_route', 'returned', 'arrived', 'refused', 'registered', 'assigned', 'in_process', 'completed',
    'cancelled', 'recalled', 'replaced', 'agreed', 'declined')),
  drop constraint delivery_status_check,
  add constraint delivery_status_check check (status in ('01', '02', '03', '04', '05', '06', '15', '16')),
  add column arrived_at     timestamptz,
  add column opened_at      timestamptz,
  add column answered_at    timestamptz,
  add column reminded_at    timestamptz,
  add column reminder_count integer not null default 0 check (reminder_count >= 0);
alter table exchange.delivery_answer
  drop constraint delivery_answer_status_check,
  add constraint delivery_answer_status_check check (status in ('01', '02', '03', '04', '05', '06', '15', '16'));

alter table exchange.message
  drop constraint message_state_check,
  add constraint message_state_check check (state in ('arrived', 'refused', 'registered', 'assigned', 'in_process', 'completed', 'recalled', 'replaced', 'asked', 'agreed', 'declined')),
  add column kind              text not null default 'new' check (kind in ('new', 'recall', 'take_back', 'update', 'replace')),
  -- Of a notice and of a replacing document: what it is about, which may not have come yet.
  add column of_envelope_id    uuid,
  add column target_agency_id  uuid,
  add column target_message_id uuid,
  -- Of a notice, its place among the notices of its document; of a document, the newest update that took effect.
  add column sequence          integer not null default 0 check (sequence >= 0),
  add column opened_at         timestamptz,
  add constraint message_of_check check ((kind = 'new') = (of_envelope_id is null)),
  add constraint message_target_check check ((target_agency_id is null) = (target_message_id is null)),
  add constraint message_notice_state_check check ((kind in ('recall', 'take_back', 'update')) >= (state in ('asked', 'agreed', 'declined')));
create index message_notice on exchange.message (agency_id, sender_agency_id, of_envelope_id) where of_envelope_id is not null;
alter table exchange.message_answer
  drop constraint message_answer_status_check,
  add constraint message_answer_status_check check (status in ('01', '02', '03', '04', '05', '06', '15', '16'));

create table exchange.withheld_file (
  agency_id  uuid not null,
  file_id    uuid not null,
  message_id uuid not null,
  since      timestamptz not null,
  primary key (agency_id, file_id),
  foreign key (agency_id, message_id) references exchange.message (agency_id, id)
);
comment on table exchange.withheld_file is 'Scope: agency. Append-only. The files of cancelled documents: kept as evidence, opened by auditors only.';

alter table incoming_documents.document
  drop constraint document_state_check,
  add constraint document_state_check check (state in ('arrived', 'registered', 'submitted', 'assigned', 'in-process', 'reported', 'completed', 'refused', 'recalled', 'replaced')),
  drop constraint document_registered_check,
  add constraint document_registered_check check (state not in ('registered', 'submitted', 'assigned', 'in-process', 'reported', 'completed') or arrival_number is not null),
  drop constraint document_arrival_state_check,
  add constraint document_arrival_state_check check (arrival_number is null or state not in ('arrived', 'refused')),
  -- The leader whom it was submitted to.
  add column leader_post_id uuid,
  add column leader_name    text,
  add column leader_title   text,
  add column submitted_at   timestamptz,
  add column submitted_by   text,
  add column submission_note text check (length(submission_note) between 1 and 1000),
  -- Why the leader gave it back, to the clerk or to whoever handles it; gone with the next step.
  add column return_reason  text check (length(return_reason) between 1 and 1000),
  add column assigned_at    timestamptz,
  add column started_at     timestamptz,
  add column handling_due_at timestamptz,
  -- Whoever has the work at the moment.
  add column handler_name   text,
  -- Whether the result goes to the leader before it counts.
  add column is_reviewed    boolean not null default false,
  add column reported_at    timestamptz,
  add column result         text check (result in ('answered', 'done', 'information')),
  add column result_text    text check (length(result_text) <= 2000),
  add column result_by      text,
  add column result_reply_id uuid,
  add column completed_at   timestamptz,
  add column completed_by   text,
  add constraint document_submitted_check check (state <> 'submitted' or (submitted_at is not null and leader_post_id is not null)),
  add constraint document_leader_check check ((leader_post_id is null) = (leader_name is null) and (leader_post_id is null) = (leader_title is null)),
  add constraint document_assigned_check check (state not in ('assigned', 'in-process', 'reported') or (assigned_at is not null and handling_due_at is not null)),
  add constraint document_started_check check (state not in ('in-process') or started_at is not null),
  add constraint document_reported_check check (state <> 'reported' or (reported_at is not null and result is not null)),
  add constraint document_completed_check check (state <> 'completed' or (completed_at is not null and completed_by is not null and result is not null));
create index document_submitted on incoming_documents.document (agency_id, arrived_at desc, id desc) where state = 'submitted';
create index document_handled on incoming_documents.document (agency_id, arrived_at desc, id desc) where state in ('assigned', 'in-process', 'reported');
create index document_completed on incoming_documents.document (agency_id, arrived_at desc, id desc) where state = 'completed';

create table incoming_documents.assignment (
  agency_id           uuid not null,
  document_id         uuid not null,
  id                  uuid not null,
  parent_id           uuid,
  role                text not null check (role in ('main', 'cooperating')),
  state               text not null check (state in ('open', 'passed', 'done', 'released', 'ended')),
  post_id             uuid not null,
  name                text not null,
  title               text not null,
  unit_name           text,
  instruction         text not null check (length(instruction) <= 2000),
  urgency             text not null check (urgency in ('normal', 'urgent', 'very_urgent', 'flash')),
  due_at              timestamptz not null,
  assigned_at         timestamptz not null,
  assigned_by         text not null,
  assigned_by_title   text not null,
  assigned_by_post_id uuid not null,
  opened_at           timestamptz,
  progress            text check (length(progress) between 1 and 1000),
  progress_at         timestamptz,
  -- Why the deadline is another than at first.
  extension_reason    text check (length(extension_reason) between 1 and 1000),
  ended_at            timestamptz,
  -- What came of it: the result, the opinion, why it was given back.
  outcome             text check (length(outcome) <= 2000),
  primary key (agency_id, document_id, id),
  foreign key (agency_id, document_id) references incoming_documents.document (agency_id, id),
  foreign key (agency_id, document_id, parent_id) references incoming_documents.assignment (agency_id, document_id, id),
  check ((progress is null) = (progress_at is null)),
  check ((state in ('open', 'passed')) = (ended_at is null))
);
comment on table incoming_documents.assignment is 'Scope: agency. Who is to handle an incoming document, as the main one or with others, by whose instruction and by when, and what came of it.';
create index assignment_post on incoming_documents.assignment (agency_id, post_id, document_id);
create unique index assignment_standing on incoming_documents.assignment (agency_id, document_id, post_id) where state in ('open', 'passed');

create table incoming_documents.reply (
  agency_id      uuid not null,
  document_id    uuid not null,
  reply_id       uuid not null,
  summary        text not null,
  drafted_by     text not null,
  drafted_at     timestamptz not null,
  number         text,
  issued_at      timestamptz,
  primary key (agency_id, document_id, reply_id),
  foreign key (agency_id, document_id) references incoming_documents.document (agency_id, id),
  check ((number is null) = (issued_at is null))
);
comment on table incoming_documents.reply is 'Scope: agency. The outgoing documents that were drafted to answer an incoming one, with their numbers once they are issued.';

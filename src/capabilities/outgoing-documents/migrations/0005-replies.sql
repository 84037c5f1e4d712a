-- The incoming document that this one answers: a link to what another system of the agency keeps.
alter table outgoing_documents.document add column answers_id uuid;

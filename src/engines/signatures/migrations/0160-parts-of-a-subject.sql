-- A thing of several files, each with a signature of its own, is locked file by file: then one consent can cover them all.
alter table signatures.signing add column part text not null default '' check (length(part) <= 100);
comment on column signatures.signing.part is 'Which file of the subject is locked, where several are signed at once; empty for its only or main file.';
drop index signatures.signing_open;
create unique index signing_open on signatures.signing (agency_id, subject_type, subject_id, part) where state in ('prepared', 'signing', 'pending');

-- Where a request waits for the province's decision, so that its tasks go along when the deciding post moves to another agency. Requests from before
-- this are asked anew where the post is today.
alter table certificates.request add column deciding_agencies uuid[] not null default '{}';
comment on column certificates.request.deciding_agencies is 'Agencies whose post decides for the province and that have the request among their work.';
create index request_undecided on certificates.request (agency_id, id) where state = 'submitted';

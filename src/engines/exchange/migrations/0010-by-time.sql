-- The figures and lists of an agency are read by the time of sending and of arrival.
create index envelope_by_time on exchange.envelope (agency_id, sent_at, id);
create index message_by_time on exchange.message (agency_id, arrived_at, id);

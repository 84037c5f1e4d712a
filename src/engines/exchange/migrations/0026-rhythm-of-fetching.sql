-- How often a partner that comes for its parcels itself asks what waits: by its own rhythm one judges whether it stays away.
alter table exchange.partner_line add column polled_at timestamptz;
-- Seconds between its last askings, newest first.
alter table exchange.partner_line add column poll_gaps integer[] not null default '{}' check (cardinality(poll_gaps) <= 50);

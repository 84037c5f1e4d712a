-- When a partner that comes for its parcels itself last asked for them: by this one sees that it has stopped.
alter table exchange.partner_line add column fetched_at timestamptz;

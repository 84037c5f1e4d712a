-- What a release may do to the tables through which mail flows: a column that everybody selects around, one with a value for each
-- row, a check over all rows, an index, and a table rewritten.
alter table exchange.message add column later_note text;
alter table exchange.delivery add column later_rank integer not null default 7;
alter table exchange.transfer add column later_at timestamptz;
update exchange.delivery set later_rank = 8;
alter table exchange.delivery add constraint delivery_later_check check (later_rank in (7, 8));
create index message_later on exchange.message (later_note) where later_note is not null;
alter table exchange.inbound alter column attempts type bigint;

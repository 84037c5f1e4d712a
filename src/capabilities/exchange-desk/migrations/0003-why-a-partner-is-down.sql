-- Why a partner counts as down: we cannot reach it, or it does not come for what waits for it.
alter table exchange_desk.alert add column cause text check (cause in ('line_open', 'not_fetched'));
update exchange_desk.alert set cause = 'line_open' where kind = 'partner_down';
alter table exchange_desk.alert add constraint alert_cause_of_kind check ((kind = 'partner_down') = (cause is not null));

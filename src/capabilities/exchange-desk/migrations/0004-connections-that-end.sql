-- Keys and certificates of a connection that end soon are told before the connection stops.
alter table exchange_desk.alert_rule drop constraint alert_rule_kind_check;
alter table exchange_desk.alert_rule add constraint alert_rule_kind_check check (kind in ('partner_down', 'queue_old', 'receipt_late', 'connection_ends'));
alter table exchange_desk.alert drop constraint alert_kind_check;
alter table exchange_desk.alert add constraint alert_kind_check check (kind in ('partner_down', 'queue_old', 'receipt_late', 'connection_ends'));
alter table exchange_desk.alert drop constraint alert_cause_check;
alter table exchange_desk.alert drop constraint alert_cause_of_kind;
alter table exchange_desk.alert add constraint alert_cause_of_kind check (
  case kind
    when 'partner_down' then coalesce(cause in ('line_open', 'not_fetched'), false)
    when 'connection_ends' then coalesce(cause in ('vendor_key', 'their_certificate', 'own_certificate'), false)
    else cause is null
  end
);
insert into exchange_desk.alert_rule (id, kind, name, threshold_minutes, quiet_minutes, is_on, agency_roles, keeper_roles, posts, emails, changed_at, changed_by) values
  ('0199a000-0000-7000-8000-000000000004', 'connection_ends', 'Khóa, chứng thư kết nối sắp hết hạn', 1, 10080, true, '{}', '{province_admin}', '[]', '{}', now(), 'Hệ thống Liên Thông');

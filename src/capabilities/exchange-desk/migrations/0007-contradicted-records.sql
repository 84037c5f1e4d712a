-- A partner whose record contradicts what was witnessed of it is told of by the same rule, with that cause.
alter table exchange_desk.alert drop constraint alert_cause_of_kind;
alter table exchange_desk.alert add constraint alert_cause_of_kind check (
  case kind
    when 'partner_down' then coalesce(cause in ('line_open', 'not_fetched', 'version_foreign', 'record_contradicts'), false)
    when 'connection_ends' then coalesce(cause in ('vendor_key', 'their_certificate', 'own_certificate'), false)
    else cause is null
  end
);

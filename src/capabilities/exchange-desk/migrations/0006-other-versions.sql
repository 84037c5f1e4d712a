-- A partner that calls in a version of the protocol that is not spoken here counts as down too, with that cause.
alter table exchange_desk.alert drop constraint alert_cause_of_kind;
alter table exchange_desk.alert add constraint alert_cause_of_kind check (
  case kind
    when 'partner_down' then coalesce(cause in ('line_open', 'not_fetched', 'version_foreign'), false)
    when 'connection_ends' then coalesce(cause in ('vendor_key', 'their_certificate', 'own_certificate'), false)
    else cause is null
  end
);

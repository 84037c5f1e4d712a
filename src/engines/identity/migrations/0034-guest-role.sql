-- People of organisations without a system of their own, such as press offices: they reach only what is listed for them.
alter table identity.post drop constraint post_roles_check;
alter table identity.post add constraint post_roles_check
  check (roles <@ array['clerk', 'officer', 'unit_head', 'chief_of_office', 'leader', 'one_stop_officer', 'agency_admin', 'province_admin', 'auditor', 'guest']);

-- Agencies that exist for trying connections only (codes of Z99, which no list in force gives): nobody finds them as recipients.
alter table identity.agency
  drop constraint agency_source_check,
  add constraint agency_source_check check (source in ('own', 'national', 'trial'));
update identity.agency a set source = 'trial' where exists (select from identity.agency_code c where c.agency_id = a.id and c.code like 'Z99%');

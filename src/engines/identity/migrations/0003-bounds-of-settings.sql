alter table identity.setting add column least integer not null default 0 check (least >= 0), add column most integer not null default 100000;
update identity.setting s set least = b.least, most = b.most
  from (values
    ('idle_minutes', 2, 15), ('idle_minutes_admin', 2, 5), ('absolute_hours', 1, 24), ('rotation_minutes', 5, 240),
    ('lock_failures', 2, 5), ('lock_minutes', 720, 43200), ('address_failures', 3, 10000), ('address_window_minutes', 1, 1440),
    ('password_length_with_second_factor', 8, 64), ('password_length_alone', 14, 64),
    ('admin_password_days', 7, 60), ('admin_password_history', 10, 50), ('dormant_days', 7, 45)
  ) as b (name, least, most) where b.name = s.name;
alter table identity.setting alter column least drop default, alter column most drop default;
alter table identity.setting add constraint setting_within_bounds check (value between least and most) not valid;

-- Where a limit comes from, without words of one language; why it is so is said by the screen.
update identity.setting s set legal_basis = b.legal_basis
  from (values
    ('idle_minutes', 'TCVN 14423:2026, 5.5.2.2'), ('idle_minutes_admin', 'TCVN 14423:2026, 5.5.2.2'), ('absolute_hours', 'OWASP ASVS 5.0, 7.3.2'),
    ('rotation_minutes', 'OWASP ASVS 5.0, 7.2.4'), ('lock_failures', 'TCVN 14423:2026, 5.5.2.2'), ('lock_minutes', 'TCVN 14423:2026, 5.5.2.2'),
    ('address_failures', 'OWASP Authentication Cheat Sheet'), ('address_window_minutes', 'OWASP Authentication Cheat Sheet'),
    ('admin_password_days', 'TCVN 14423:2026, 5.6.2.2 b'), ('admin_password_history', 'TCVN 14423:2026, 5.6.2.2 b'), ('dormant_days', 'TCVN 14423:2026, 5.6.1, 5.6.2.3')
  ) as b (name, legal_basis) where b.name = s.name;

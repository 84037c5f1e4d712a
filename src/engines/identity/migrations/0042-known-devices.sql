-- A browser that has signed in before counts its failures apart: who locks a login from elsewhere does not keep it out. Empty: all other browsers.
alter table identity.sign_in_guard add column device_hash bytea not null default ''::bytea;
alter table identity.sign_in_guard alter column device_hash drop default;
alter table identity.sign_in_guard drop constraint sign_in_guard_pkey;
alter table identity.sign_in_guard add primary key (login_hash, device_hash);
comment on table identity.sign_in_guard is 'Scope: installation. Failed attempts by login and browser, also of logins that nobody has, so that an answer does not tell which exist. The empty device stands for all browsers that never signed in with this login.';

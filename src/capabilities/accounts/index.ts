import type { Module } from '#kernel/module.ts';
import { abilitiesInAccounts } from './policy.ts';
import { agencyRoutes } from './routes-agencies.ts';
import { directoryRoutes } from './routes-directory.ts';
import { meRoutes } from './routes-me.ts';
import { nationalRoutes } from './routes-national.ts';
import { importNationalListJob } from './jobs.ts';
import { passkeyRoutes } from './routes-passkeys.ts';
import { peopleRoutes } from './routes-people.ts';
import { securityRoutes } from './routes-security.ts';
import { signInRoutes } from './routes-sign-in.ts';

/** Signing in, one's own sessions and security, the directory and its administration. */
export const accountsModule: Module = {
  name: 'accounts',
  routes: [...signInRoutes, ...passkeyRoutes, ...meRoutes, ...securityRoutes, ...directoryRoutes, ...agencyRoutes, ...nationalRoutes, ...peopleRoutes],
  jobs: [importNationalListJob],
  contributions: { 'identity.abilities': [abilitiesInAccounts] },
};

export { establishAdministrator } from './commands/establish-administrator.ts';
export { temporaryPassword } from './temporary-password.ts';

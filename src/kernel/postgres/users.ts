import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Home, writePrivate } from './home.ts';
import { identify, isIdentityAlive } from './processes.ts';

/** Notes in `users/` that this process uses the server; several processes may, and the last one out stops it. Returns the note's path. */
export async function registerUser(home: Home): Promise<string> {
  const note = join('users', `${identify(process.pid)}-${process.hrtime.bigint()}`);
  await writePrivate(home.path, note, '');
  return join(home.path, note);
}

/** Whether any living process uses the server. Notes of dead ones are removed. */
export async function hasLivingUsers(home: Home): Promise<boolean> {
  let isUsed = false;
  for (const name of await readdir(join(home.path, 'users'))) {
    if (isIdentityAlive(name.split('-').slice(0, 2).join('-'))) isUsed = true;
    else await rm(join(home.path, 'users', name), { force: true });
  }
  return isUsed;
}

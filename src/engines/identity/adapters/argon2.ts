import { hash, verify } from '@node-rs/argon2';
import { normalisePassword } from '../domain/password-policy.ts';

// OWASP Password Storage Cheat Sheet: Argon2id (the library's default kind), 19 MiB, two passes, one lane.
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Node gives native work four threads, so that at most four passwords, 76 MiB, are hashed at once. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalisePassword(password), COST);
}

let nobodysHash: Promise<string> | undefined;

/** Whether the password is that of the hash. Without a hash it takes as long, and is never right. */
export async function passwordMatches(storedHash: string | undefined, password: string): Promise<boolean> {
  nobodysHash ??= hashPassword('nobody has this password');
  const compared = storedHash ?? (await nobodysHash);
  const matches = await verify(compared, normalisePassword(password));
  return matches && storedHash !== undefined;
}

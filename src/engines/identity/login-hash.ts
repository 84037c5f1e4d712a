import { createHash } from 'node:crypto';

/** How a login stands in the guards: also what somebody typed by mistake, such as a password, is not readable there. */
export function loginHash(login: string): Buffer {
  return createHash('sha256').update(`login:${login}`).digest();
}

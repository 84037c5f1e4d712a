import { randomBytes } from 'node:crypto';
import type { PersonActor } from '#kernel/actor.ts';
import { newId } from '#kernel/ids.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { vietnamDay } from '#kernel/time.ts';
import { findSession, sessionCookie, tokenHash } from './authenticate.ts';
import { findAccountByLogin } from './queries/accounts.ts';
import { postsOfPerson } from './queries/posts.ts';
import type { Factors, Tables } from './tables.ts';

export type TestSession = {
  actor: PersonActor;
  /** For `server.inject({ cookies })`. */
  cookies: Record<string, string>;
};

/**
 * A real session of a seeded person, without the steps of signing in: in the post with the given title, else in the first one.
 * @throws Error when nobody has the login
 */
export async function signInForTest(kernel: Kernel, login: string, options: { title?: string; factors?: Factors } = {}): Promise<TestSession> {
  const account = await findAccountByLogin(kernel.database.pool, login);
  if (account === undefined) throw new Error(`nobody has the login ${login}`);
  const now = kernel.clock.now();
  const posts = await postsOfPerson(kernel.database.pool, account.personId, vietnamDay(now));
  const post = posts.find((held) => options.title === undefined || held.title === options.title);
  if (post === undefined) throw new Error(`${login} holds no such post`);
  const token = randomBytes(32).toString('base64url');
  await kernel.database
    .tables<Tables>()
    .insertInto('identity.session')
    .values({
      id: newId(),
      person_id: account.personId,
      post_id: post.postId,
      delegation_id: null,
      token_hash: tokenHash(token),
      earlier_token_hash: null,
      rotated_at: now,
      factors: options.factors ?? 'password_totp',
      ip: '127.0.0.1',
      user_agent: 'test',
      created_at: now,
      last_seen_at: now,
      expires_at: new Date(now.getTime() + 12 * 3_600_000),
      ended_at: null,
      end_reason: null,
    })
    .execute();
  const known = await findSession(kernel, token, { isActivity: false });
  if (known === undefined) throw new Error(`the session of ${login} does not live`);
  return { actor: known.actor, cookies: { [sessionCookie(kernel)]: token } };
}

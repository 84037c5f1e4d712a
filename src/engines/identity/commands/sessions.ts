import { randomBytes } from 'node:crypto';
import type { ActorRecord, PersonActor } from '#kernel/actor.ts';
import type { CommandContext } from '#kernel/command.ts';
import { newId, type Id } from '#kernel/ids.ts';
import { vietnamDay } from '#kernel/time.ts';
import { tokenHash } from '../authenticate.ts';
import { isAdministrator } from '../domain/roles.ts';
import { identityErrors } from '../errors.ts';
import type { Account } from '../queries/accounts.ts';
import { actingRights, postsOfPerson, type Post, type PostId } from '../queries/posts.ts';
import { sessionCache } from '../session-cache.ts';
import { limitsOf } from '../settings.ts';
import type { Factors, Tables } from '../tables.ts';
import { forgetOwnFailures } from './guard-sign-in.ts';

/** 256 bits: for cookies and for steps. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export type Client = { ip: string; userAgent: string; cookies: Record<string, string | undefined> };

/** The person whom a sign-in has found, in one of the posts. */
export function inPost({ personId, personName }: Account, { postId, title, agencyId }: Post): ActorRecord {
  return { kind: 'person', name: personName, personId, postId, postTitle: title, agencyId };
}

/** Opens a session in the post that the person used last, else in the first one. @throws identity.noPost */
export async function startSession(ctx: CommandContext, input: { account: Account; factors: Factors; client: Client }): Promise<{ token: string; sessionId: string }> {
  const { account } = input;
  const db = ctx.tables<Tables>();
  const posts = await postsOfPerson(ctx, account.personId, vietnamDay(ctx.now));
  const last = await db.selectFrom('identity.session').select('post_id').where('person_id', '=', account.personId).orderBy('created_at', 'desc').limit(1).executeTakeFirst();
  const post = posts.find((held) => held.postId === last?.post_id) ?? posts[0];
  if (post === undefined) throw identityErrors.noPost();
  const limits = await limitsOf(ctx.kernel);
  const token = newToken();
  const sessionId = newId<'session'>();
  await db
    .insertInto('identity.session')
    .values({
      id: sessionId,
      person_id: account.personId,
      post_id: post.postId,
      delegation_id: null,
      token_hash: tokenHash(token),
      earlier_token_hash: null,
      rotated_at: ctx.now,
      factors: input.factors,
      ip: input.client.ip,
      user_agent: input.client.userAgent.slice(0, 300),
      created_at: ctx.now,
      last_seen_at: ctx.now,
      expires_at: new Date(ctx.now.getTime() + limits.session.absoluteMs),
      ended_at: null,
      end_reason: null,
    })
    .execute();
  await db.updateTable('identity.account').set({ last_sign_in_at: ctx.now }).where('person_id', '=', account.personId).execute();
  await forgetOwnFailures(ctx, account.login, input.client);
  ctx.identified(inPost(account, post));
  ctx.record({
    type: 'identity.signed-in',
    agencyId: post.agencyId,
    subject: { type: 'person', id: account.personId },
    data: { personName: account.personName, factors: input.factors },
  });
  return { token, sessionId };
}

/**
 * Goes on in another of the person's posts, or on behalf of a post that delegated to one of them, with a new token and without a new sign-in.
 * @throws identity.notYourPost, identity.secondFactorNeeded
 */
export async function switchPost(ctx: CommandContext, input: { postId: PostId }): Promise<{ token: string }> {
  const actor = personOf(ctx);
  const day = vietnamDay(ctx.now);
  const db = ctx.tables<Tables>();
  const session = await db.selectFrom('identity.session').select(['factors']).where('id', '=', actor.sessionId).where('ended_at', 'is', null).forUpdate().executeTakeFirst();
  if (session === undefined) throw identityErrors.sessionNotFound();
  const own = (await postsOfPerson(ctx, actor.personId, day)).find((post) => post.postId === input.postId);
  const right = own === undefined ? (await actingRights(ctx, actor.personId, day)).find((acting) => acting.postId === input.postId) : undefined;
  const target = own ?? right;
  if (target === undefined) throw identityErrors.notYourPost();
  if (isAdministrator(target.roles) && session.factors === 'password') throw identityErrors.secondFactorNeeded();
  const token = newToken();
  await db
    .updateTable('identity.session')
    .set((row) => ({
      post_id: right?.delegatePostId ?? target.postId,
      delegation_id: right?.delegationId ?? null,
      earlier_token_hash: row.ref('token_hash'),
      token_hash: tokenHash(token),
      rotated_at: ctx.now,
      last_seen_at: ctx.now,
    }))
    .where('id', '=', actor.sessionId)
    .execute();
  sessionCache(ctx.kernel).forgetPeople([actor.personId]);
  ctx.record({
    type: 'identity.post-switched',
    agencyId: target.agencyId,
    subject: { type: 'person', id: actor.personId },
    data: {
      postId: target.postId,
      personId: actor.personId,
      personName: actor.name,
      title: right === undefined ? (own?.title ?? '') : right.postTitle,
      roles: target.roles,
      day,
    },
  });
  return { token };
}

/** Ends the session of the caller. */
export async function signOut(ctx: CommandContext): Promise<void> {
  const actor = personOf(ctx);
  await endSessions(ctx, { personId: actor.personId, sessionId: actor.sessionId, reason: 'signed out' });
  ctx.record({ type: 'identity.signed-out', agencyId: actor.agencyId, subject: { type: 'person', id: actor.personId }, data: { personName: actor.name, factors: '' } });
}

/** Ends one of the caller's own sessions, at once. @throws identity.sessionNotFound */
export async function revokeSession(ctx: CommandContext, input: { sessionId: Id<'session'> }): Promise<void> {
  const actor = personOf(ctx);
  const ended = await endSessions(ctx, { personId: actor.personId, sessionId: input.sessionId, reason: 'revoked' });
  if (ended === 0) throw identityErrors.sessionNotFound();
  recordRevocation(ctx, actor);
}

/** Ends all of the caller's sessions, or all but the present one. */
export async function revokeSessions(ctx: CommandContext, input: { keepPresent: boolean }): Promise<{ ended: number }> {
  const actor = personOf(ctx);
  const ended = await endSessions(ctx, { personId: actor.personId, reason: 'revoked', ...(input.keepPresent ? { except: actor.sessionId } : {}) });
  recordRevocation(ctx, actor);
  return { ended };
}

function recordRevocation(ctx: CommandContext, actor: PersonActor): void {
  ctx.record({
    type: 'identity.sessions-revoked',
    agencyId: actor.agencyId,
    subject: { type: 'person', id: actor.personId },
    data: { personId: actor.personId, personName: actor.name },
  });
}

/** Ends sessions of a person: one, all but one, or all. Returns how many. */
export async function endSessions(ctx: CommandContext, which: { personId: string; sessionId?: string; except?: string; reason: string }): Promise<number> {
  const { rowCount } = await ctx.query(
    `update identity.session set ended_at = $2, end_reason = $3
      where person_id = $1 and ended_at is null and ($4::uuid is null or id = $4) and ($5::uuid is null or id <> $5)`,
    [which.personId, ctx.now, which.reason, which.sessionId ?? null, which.except ?? null],
  );
  sessionCache(ctx.kernel).forgetPeople([which.personId]);
  return rowCount ?? 0;
}

/** The signed-in person of a command that only routes with a session run. */
export function personOf(ctx: CommandContext): PersonActor {
  if (ctx.actor.kind !== 'person') throw new Error('this command needs a signed-in person');
  return ctx.actor;
}

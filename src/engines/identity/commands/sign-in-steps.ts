import type { CommandContext } from '#kernel/command.ts';
import { vietnamDay } from '#kernel/time.ts';
import { tokenHash } from '../authenticate.ts';
import { identityErrors } from '../errors.ts';
import { deviceCookie } from '../known-device.ts';
import { needsSecondFactor } from '../policy.ts';
import { hasSecondFactor, type Account } from '../queries/accounts.ts';
import { postsOfPerson } from '../queries/posts.ts';
import { limitsOf } from '../settings.ts';
import type { Factors, Row, Tables } from '../tables.ts';
import { NO_AGENCY } from './load.ts';
import { inPost, newToken, startSession, type Client } from './sessions.ts';

export type StepPurpose = Row<'identity.sign_in_step'>['purpose'];

/** How a sign-in goes on: it is done, or something more is asked for. `step` is the ticket for that, good for ten minutes. */
export type SignInState =
  /** `device` makes the browser known: strangers' failures with this login do not lock it out. */
  | { state: 'signed_in'; token: string; device: string }
  | { state: 'second_factor'; step: string; methods: ('totp' | 'passkey')[] }
  | { state: 'change_password'; step: string; hasSecondFactor: boolean }
  | { state: 'enrol_second_factor'; step: string };

const STEP_MS = 10 * 60_000;

/**
 * After one proof was right: asks for the second factor, for a new password, for the enrolment that administrators owe,
 * or opens the session.
 */
export async function advanceSignIn(ctx: CommandContext, input: { account: Account; factors: Factors; client: Client }): Promise<SignInState> {
  const { account, factors } = input;
  const posts = await postsOfPerson(ctx, account.personId, vietnamDay(ctx.now));
  if (posts.length === 0) throw identityErrors.noPost();
  const waiting = await whatIsMissing(ctx, { account, factors, administers: needsSecondFactor(posts) });
  if (waiting === undefined) return { state: 'signed_in', token: (await startSession(ctx, input)).token, device: deviceCookie(ctx.kernel, account.login, input.client.cookies) };
  const step = await openStep(ctx, { purpose: waiting, personId: account.personId, factors });
  if (posts[0] !== undefined) ctx.identified(inPost(account, posts[0]));
  ctx.record({
    type: 'identity.sign-in-advanced',
    agencyId: posts[0]?.agencyId ?? NO_AGENCY,
    subject: { type: 'person', id: account.personId },
    data: { personName: account.personName, factors },
  });
  switch (waiting) {
    case 'second_factor':
      return { state: waiting, step, methods: [...(account.totpSecret === null ? [] : (['totp'] as const)), ...(account.passkeyCount === 0 ? [] : (['passkey'] as const))] };
    case 'change_password':
      return { state: waiting, step, hasSecondFactor: hasSecondFactor(account) };
    case 'enrol_second_factor':
      return { state: waiting, step };
  }
}

async function whatIsMissing(
  ctx: CommandContext,
  { account, factors, administers }: { account: Account; factors: Factors; administers: boolean },
): Promise<'second_factor' | 'change_password' | 'enrol_second_factor' | undefined> {
  if (factors === 'passkey') return undefined;
  if (factors === 'password' && hasSecondFactor(account)) return 'second_factor';
  const limits = await limitsOf(ctx.kernel);
  const tooOld = administers && !account.isDemo && ctx.now.getTime() - account.passwordChangedAt.getTime() > limits.adminPasswordMs;
  const tooShort = factors === 'password' && !account.passwordIsLong;
  if (account.mustChangePassword || tooOld || tooShort) return 'change_password';
  return administers && factors === 'password' ? 'enrol_second_factor' : undefined;
}

async function openStep(
  ctx: CommandContext,
  step: { purpose: StepPurpose; personId: string | null; factors: Factors | null; challenge?: string },
): Promise<string> {
  const token = newToken();
  await ctx
    .tables<Tables>()
    .insertInto('identity.sign_in_step')
    .values({
      token_hash: tokenHash(token),
      person_id: step.personId,
      purpose: step.purpose,
      challenge: step.challenge ?? null,
      factors: step.factors,
      expires_at: new Date(ctx.now.getTime() + STEP_MS),
    })
    .execute();
  return token;
}

/**
 * Ends every step that waits for a person's next proof: each rests on proofs of before, and one that was opened with a former password, or
 * before there was a second factor, would lead past the new one. Called with each change of password or factors.
 */
export async function endSteps(ctx: CommandContext, personId: string): Promise<void> {
  await ctx.tables<Tables>().deleteFrom('identity.sign_in_step').where('person_id', '=', personId).execute();
}

/** Takes a step away: it is used once, also when two requests bring it together. @throws identity.stepExpired */
export async function takeStep(ctx: CommandContext, token: string, purposes: readonly StepPurpose[]): Promise<Row<'identity.sign_in_step'>> {
  const step = await ctx
    .tables<Tables>()
    .deleteFrom('identity.sign_in_step')
    .where('token_hash', '=', tokenHash(token))
    .where('purpose', 'in', [...purposes])
    .where('expires_at', '>', ctx.now)
    .returningAll()
    .executeTakeFirst();
  if (step === undefined) throw identityErrors.stepExpired();
  return step;
}

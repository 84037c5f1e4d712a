import { createHash } from 'node:crypto';
import { kernelErrors } from '#kernel/errors.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { identityErrors } from '../errors.ts';
import { deviceHash } from '../known-device.ts';
import { loginHash } from '../login-hash.ts';
import { limitsOf, type Limits } from '../settings.ts';

/** Who tries: the network address, and the cookies, which may name a browser that has signed in before. */
export type Attempting = { ip: string; cookies: Record<string, string | undefined> };

type Writable = { query(text: string, values: unknown[]): Promise<unknown> };

const addressHash = (ip: string): Buffer => createHash('sha256').update(`address:${ip}`).digest();

const DAY = 86_400_000;

/**
 * Counts an attempt before its password is looked at, so that many at the same moment do not slip through together. A
 * right password takes the count away again. A login that nobody has is counted like any other. A browser that has signed in before counts by
 * itself: the standard's lock (TCVN 14423:2026, 5.5.2.2) holds for it as for all others together, but strangers cannot bring it about.
 * @throws identity.locked, kernel.tooManyRequests
 */
export async function openAttempt(kernel: Kernel, login: string, { ip, cookies }: Attempting): Promise<{ failures: number; limits: Limits }> {
  const limits = await limitsOf(kernel);
  const now = kernel.clock.now();
  await assertAddressCalm(kernel, ip, limits, now);
  const { rows } = await kernel.database.pool.query<{ failures: number; locked_until: Date | null }>(
    `insert into identity.sign_in_guard as g (login_hash, device_hash, failures, last_failure_at, locked_until) values ($1, $6, 1, $2, null)
     on conflict (login_hash, device_hash) do update set
       failures = case when g.locked_until is not null and g.locked_until > $2 then g.failures
                       when g.locked_until is not null or g.last_failure_at < $3 then 1 else g.failures + 1 end,
       last_failure_at = case when g.locked_until is not null and g.locked_until > $2 then g.last_failure_at else $2 end,
       locked_until = case when g.locked_until is not null and g.locked_until > $2 then g.locked_until
                           when g.locked_until is null and g.last_failure_at >= $3 and g.failures + 1 > $4 then $5 end
     returning failures, locked_until`,
    [loginHash(login), now, new Date(now.getTime() - DAY), limits.lockFailures, new Date(now.getTime() + limits.lockMs), deviceHash(kernel, login, cookies)],
  );
  const [guard] = rows;
  if (guard === undefined) throw new Error('the guard of a login returned no row');
  if (guard.locked_until !== null) throw lockedError(guard.locked_until, now);
  return { failures: guard.failures, limits };
}

export function lockedError(until: Date, now: Date): Error {
  return identityErrors.locked({ values: { minutes: Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 60_000)) } });
}

async function assertAddressCalm(kernel: Kernel, ip: string, limits: Limits, now: Date): Promise<void> {
  const window = windowStart(now, limits);
  const { rows } = await kernel.database.pool.query<{ failures: number }>('select failures from identity.address_guard where address_hash = $1 and window_start = $2', [
    addressHash(ip),
    window,
  ]);
  if ((rows[0]?.failures ?? 0) < limits.addressFailures) return;
  throw kernelErrors.tooManyRequests({ values: { seconds: Math.ceil((window.getTime() + limits.addressWindowMs - now.getTime()) / 1000) } });
}

/** Counts a failure against the network address. */
export async function countAddressFailure(kernel: Kernel, ip: string): Promise<void> {
  const limits = await limitsOf(kernel);
  await kernel.database.pool.query(
    `insert into identity.address_guard as g (address_hash, window_start, failures) values ($1, $2, 1)
     on conflict (address_hash, window_start) do update set failures = g.failures + 1`,
    [addressHash(ip), windowStart(kernel.clock.now(), limits)],
  );
}

/** @throws kernel.tooManyRequests when the address had too many failures lately */
export async function assertAddressMayTry(kernel: Kernel, ip: string): Promise<void> {
  await assertAddressCalm(kernel, ip, await limitsOf(kernel), kernel.clock.now());
}

function windowStart(now: Date, limits: Limits): Date {
  return new Date(Math.floor(now.getTime() / limits.addressWindowMs) * limits.addressWindowMs);
}

/** Locks a login now, for the browser that tried, or for all that are not known. */
export async function lockLogin(kernel: Kernel, { login, limits }: { login: string; limits: Limits }, { cookies }: Pick<Attempting, 'cookies'>): Promise<Date> {
  const until = new Date(kernel.clock.now().getTime() + limits.lockMs);
  await kernel.database.pool.query('update identity.sign_in_guard set locked_until = $3 where login_hash = $1 and device_hash = $2', [loginHash(login), deviceHash(kernel, login, cookies), until]);
  return until;
}

/** Forgets every count of a login: all locks end. */
export async function forgetFailures(q: Writable, login: string): Promise<void> {
  await q.query('delete from identity.sign_in_guard where login_hash = $1', [loginHash(login)]);
}

/** Forgets the count that a browser's failures went to. */
export async function forgetOwnFailures(ctx: Writable & { kernel: Kernel }, login: string, { cookies }: Pick<Attempting, 'cookies'>): Promise<void> {
  await ctx.query('delete from identity.sign_in_guard where login_hash = $1 and device_hash = $2', [loginHash(login), deviceHash(ctx.kernel, login, cookies)]);
}

/** Takes back the count of an attempt whose password was right but which is not done yet: wrong codes before it still count. */
export async function takeBackAttempt(ctx: Writable & { kernel: Kernel }, login: string, { cookies }: Pick<Attempting, 'cookies'>): Promise<void> {
  await ctx.query('update identity.sign_in_guard set failures = greatest(failures - 1, 0) where login_hash = $1 and device_hash = $2', [loginHash(login), deviceHash(ctx.kernel, login, cookies)]);
}

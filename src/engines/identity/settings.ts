import type { Queryable } from '#kernel/database.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import type { PasswordLimits } from './domain/password-policy.ts';
import type { SessionLimits } from './domain/session-rules.ts';

export type Limits = {
  session: SessionLimits;
  password: PasswordLimits;
  lockFailures: number;
  lockMs: number;
  addressFailures: number;
  addressWindowMs: number;
  adminPasswordMs: number;
  adminPasswordHistory: number;
  dormantDays: number;
};

const KEPT_MS = 30_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

type Memory = { limits: Limits | undefined; readAt: number };
const memory = service<Memory>(Symbol('identity settings'), () => ({ limits: undefined, readAt: 0 }));

/** The limits of passwords and sessions, read from their rows at most every 30 seconds. */
export async function limitsOf(kernel: Kernel): Promise<Limits> {
  const kept = memory(kernel);
  const now = kernel.clock.now().getTime();
  if (kept.limits !== undefined && now - kept.readAt < KEPT_MS) return kept.limits;
  kept.limits = await readLimits(kernel.database.pool);
  kept.readAt = now;
  return kept.limits;
}

export function forgetLimits(kernel: Kernel): void {
  memory(kernel).limits = undefined;
}

async function readLimits(q: Queryable): Promise<Limits> {
  const { rows } = await q.query('select name, value from identity.setting');
  const values = new Map(rows.map((row) => [String(row['name']), Number(row['value'])]));
  const value = (name: string): number => {
    const found = values.get(name);
    if (found === undefined) throw new Error(`the setting ${name} has no row`);
    return found;
  };
  return {
    session: {
      idleMs: value('idle_minutes') * MINUTE,
      idleAdminMs: value('idle_minutes_admin') * MINUTE,
      absoluteMs: value('absolute_hours') * HOUR,
      rotationMs: value('rotation_minutes') * MINUTE,
    },
    password: { lengthWithSecondFactor: value('password_length_with_second_factor'), lengthAlone: value('password_length_alone') },
    lockFailures: value('lock_failures'),
    lockMs: value('lock_minutes') * MINUTE,
    addressFailures: value('address_failures'),
    addressWindowMs: value('address_window_minutes') * MINUTE,
    adminPasswordMs: value('admin_password_days') * 24 * HOUR,
    adminPasswordHistory: value('admin_password_history'),
    dormantDays: value('dormant_days'),
  };
}

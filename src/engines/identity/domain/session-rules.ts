export type SessionLimits = { idleMs: number; idleAdminMs: number; absoluteMs: number; rotationMs: number };

/** The old token of a rotated session still counts for so long: requests that were under way carry it. */
export const EARLIER_TOKEN_MS = 60_000;
/** Activity is written down at most so often. */
export const SEEN_WRITE_MS = 60_000;

export type SessionTimes = { lastSeenAt: Date; expiresAt: Date; isAdministrator: boolean };

/** Why a session is over at an instant, or undefined while it lives. */
export function sessionEnd(times: SessionTimes, limits: SessionLimits, now: Date): 'expired' | 'idle' | undefined {
  if (now >= times.expiresAt) return 'expired';
  const idleMs = times.isAdministrator ? limits.idleAdminMs : limits.idleMs;
  return now.getTime() - times.lastSeenAt.getTime() > idleMs ? 'idle' : undefined;
}

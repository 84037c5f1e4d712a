/** How the line to a partner is. Closed: calls go through. Open: none do until the next probe. Half-open: one is trying. */
export type LineState = { circuit: 'closed' | 'open' | 'half_open'; failures: number; openedAt: Date | null; probeAt: Date | null };

/** So many failures one after another open the circuit: enough to be no accident, few enough to spare a system that is down. */
export const OPENS_AFTER = 5;
const FIRST_REST_MS = 30_000;
const LONGEST_REST_MS = 15 * 60_000;
/** Whoever was let through to try and died is given up after so long. */
export const PROBE_MS = 150_000;

/** Whether a call may go out now; `probe` must first be taken by a conditional update, so that only one goes. */
export function mayCall(line: LineState, now: Date): 'yes' | 'probe' | 'no' {
  if (line.circuit === 'closed') return 'yes';
  return line.probeAt !== null && (line.probeAt <= now || line.probeAt > furthestProbe(now)) ? 'probe' : 'no';
}

/** A rest that would last longer was set by a machine whose clock was ahead. */
export function furthestProbe(now: Date): Date {
  return new Date(now.getTime() + 2 * LONGEST_REST_MS);
}

export const CLOSED: LineState = { circuit: 'closed', failures: 0, openedAt: null, probeAt: null };

/**
 * The line after a call failed. Each failed probe doubles the rest, from half a minute to a quarter of an hour.
 * @param chance from 0 to 1: rests differ, so that several workers and partners do not come back at the same moment.
 */
export function afterFailure(line: LineState, now: Date, chance: number): LineState {
  const failures = line.failures + 1;
  if (failures < OPENS_AFTER) return { ...line, failures };
  const rest = jittered(Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** Math.min(20, failures - OPENS_AFTER)), chance);
  return { circuit: 'open', failures, openedAt: line.openedAt ?? now, probeAt: new Date(now.getTime() + rest) };
}

const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 3_600_000;

/** The pause before the next try of a parcel: doubling from two seconds to an hour, each between half and all of it. */
export function pauseMs(attempts: number, chance: number): number {
  return jittered(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(20, Math.max(0, attempts - 1))), chance);
}

const CHECKS_MS = [60_000, 300_000, 1_800_000, 3_600_000];

/** When a parcel that was taken, and of which nothing was heard since, is asked after: a minute, five, half an hour, then hourly. */
export function checkPauseMs(checks: number): number {
  return CHECKS_MS[Math.min(checks, CHECKS_MS.length - 1)] ?? LONGEST_PAUSE_MS;
}

function jittered(ms: number, chance: number): number {
  return Math.round(ms / 2 + (ms / 2) * chance);
}

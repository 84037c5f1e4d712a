/** The only source of "now". */
export type Clock = { now(): Date };

/**
 * The system's clock, kept from running backwards inside a process: when the machine's time is set back, the clock
 * stands still until the old time is reached again, so that no event is dated before one that caused it.
 */
export function systemClock(read: () => number = Date.now): Clock & { driftMs(): number } {
  let latest = 0;
  return {
    now() {
      latest = Math.max(latest, read());
      return new Date(latest);
    },
    /** How far the machine's clock lies behind the latest instant that was given out. */
    driftMs: () => Math.max(0, latest - read()),
  };
}

/** A clock for tests, which moves only when told. */
export function fakeClock(start: string): Clock & { advance(ms: number): void; set(instant: string): void } {
  let current = new Date(start).getTime();
  return {
    now: () => new Date(current),
    advance(ms) {
      current += ms;
    },
    set(instant) {
      current = new Date(instant).getTime();
    },
  };
}

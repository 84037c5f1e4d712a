import type { Clock, systemClock } from '#kernel/clock.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { agreedOffset, knownPeers } from '../timestamps/time-peers.ts';
import { timestampAccuracySeconds } from '../../domain/pki/timestamp-authority.ts';

/** The clock cannot be vouched for at this moment. The message is for the log and the administrator. */
export class ClockError extends Error {
  override readonly name = 'ClockError';
  readonly vi: string;
  constructor({ vi, en, ...options }: ErrorOptions & { vi: string; en: string }) {
    super(en, options);
    this.vi = vi;
  }
}

export type ClockReadings = {
  /** The machine's clock as it stands, in milliseconds since 1970. */
  wallMs(): number;
  /** A clock that nobody can set. */
  monotonicMs(): number;
  /** What time it is elsewhere, and the latest instant at which the service is known to have worked. */
  reference(): Promise<{ atMs: number; latestMs: number | undefined; /** By how much the clock elsewhere lies behind the time peers', where some answer. */ peers?: { offsetMs: number; errorMs: number } | undefined }>;
  /** Keeps an instant for other processes and for after a restart. */
  remember(atMs: number): Promise<void>;
};

/** A clock is compared with the others again after this time, and at once when it jumps. */
const COMPARE_AFTER_MS = 60_000;
/** Both clocks of a machine are steered by NTP alike; further apart than this, somebody set one of them. */
const STEP_MS = 250;

export type ClockGuard = {
  /** Returns while the clock may be believed to the stated accuracy. @throws ClockError otherwise */
  assertTrusted(): Promise<void>;
};

/**
 * Watches the clock of a time-stamping authority (ETSI EN 319 421 section 7.7.2: no token when the clock is off beyond the stated accuracy):
 * - set back: nothing until the time that it would have shown is reached again;
 * - before an instant at which this service worked already, in whatever process: nothing;
 * - set forward, or a minute has gone by: nothing until the database's clock agrees. (A database on the same machine has no other
 *   clock to compare with.) Where time servers are configured and answer, they have to agree, too.
 */
export function createClockGuard(readings: ClockReadings, accuracyMs: number): ClockGuard {
  let trusted: { wall: number; monotonic: number } | undefined;
  let heldUntil = Number.NEGATIVE_INFINITY;
  let comparing: Promise<void> | undefined;

  const compare = async (): Promise<void> => {
    const [wall, monotonic] = [readings.wallMs(), readings.monotonicMs()];
    const { atMs, latestMs, peers } = await readings.reference().catch((error: unknown) => {
      throw new ClockError({ cause: error, vi: 'không so được với đồng hồ của cơ sở dữ liệu', en: 'the clock cannot be compared with the database’s' });
    });
    const tookMs = readings.monotonicMs() - monotonic;
    const offMs = wall + tookMs / 2 - atMs;
    if (Math.abs(offMs) > accuracyMs + tookMs / 2) {
      const by = String(Math.round(Math.abs(offMs)));
      throw new ClockError({ vi: `đồng hồ máy lệch ${by} mili giây so với cơ sở dữ liệu`, en: `the clock is ${by} ms off the database’s` });
    }
    const offPeersMs = peers === undefined ? 0 : offMs - peers.offsetMs;
    if (peers !== undefined && Math.abs(offPeersMs) > accuracyMs + tookMs / 2 + peers.errorMs) {
      const by = String(Math.round(Math.abs(offPeersMs)));
      throw new ClockError({ vi: `đồng hồ máy lệch ${by} mili giây so với các máy chủ giờ (NTP_PEERS)`, en: `the clock is ${by} ms off the time servers’ (NTP_PEERS)` });
    }
    if (latestMs !== undefined && wall < latestMs - accuracyMs) throw wentBack(latestMs - wall);
    await readings.remember(wall);
    trusted = { wall, monotonic };
  };

  return {
    async assertTrusted() {
      const [wall, monotonic] = [readings.wallMs(), readings.monotonicMs()];
      const expected = trusted === undefined ? wall : trusted.wall + monotonic - trusted.monotonic;
      if (wall < expected - STEP_MS) heldUntil = Math.max(heldUntil, expected);
      if (wall < heldUntil) {
        trusted = undefined;
        throw wentBack(heldUntil - wall);
      }
      if (trusted !== undefined && Math.abs(wall - expected) <= STEP_MS && monotonic - trusted.monotonic < COMPARE_AFTER_MS) return;
      // Until it is believed again, no other caller goes by what was known before.
      trusted = undefined;
      comparing ??= compare().finally(() => {
        comparing = undefined;
      });
      await comparing;
    },
  };
}

function wentBack(byMs: number): ClockError {
  const by = String(Math.round(byMs));
  return new ClockError({ vi: `đồng hồ máy bị lùi ${by} mili giây`, en: `the clock was set back by ${by} ms` });
}

const guardOf = service<{ guard: ClockGuard | undefined }>(Symbol('clock guard'), () => ({ guard: undefined }));

/** The instant to put into a token. @throws ClockError while the machine's clock cannot be believed to the stated accuracy. */
export async function trustedNow(kernel: Kernel): Promise<Date> {
  const { clock } = kernel;
  if (isSystemClock(clock)) {
    const holder = guardOf(kernel);
    holder.guard ??= createClockGuard(readingsOf(kernel, clock), timestampAccuracySeconds * 1000);
    await holder.guard.assertTrusted();
    // This process gave out a later time already, and its own clock stands still until then: that is not what time it is.
    const driftMs = clock.driftMs();
    if (driftMs > STEP_MS) throw wentBack(driftMs);
  }
  return clock.now();
}

type SystemClock = ReturnType<typeof systemClock>;

/** The system's clock knows how far the machine's lies behind it; a test's clock moves as the test wants. */
function isSystemClock(clock: Clock): clock is SystemClock {
  return 'driftMs' in clock;
}

function readingsOf(kernel: Kernel, clock: SystemClock): ClockReadings {
  const { pool } = kernel.database;
  return {
    wallMs: () => clock.now().getTime() - clock.driftMs(),
    monotonicMs: () => performance.now(),
    async reference() {
      const { rows } = await pool.query<{ at: Date; latest: Date | null }>(
        `select clock_timestamp() as at, (select latest_at from signatures.clock_mark where service = 'timestamp') as latest`,
      );
      const [row] = rows;
      if (row === undefined) throw new Error('the database told no time');
      return { atMs: row.at.getTime(), latestMs: row.latest?.getTime(), peers: agreedOffset(await knownPeers(kernel)) };
    },
    async remember(atMs) {
      await pool.query(
        `insert into signatures.clock_mark (service, latest_at) values ('timestamp', $1)
         on conflict (service) do update set latest_at = greatest(clock_mark.latest_at, excluded.latest_at)`,
        [new Date(atMs)],
      );
    },
  };
}

import type { Queryable } from '#kernel/database.ts';
import type { Kernel } from '#kernel/kernel.ts';
import { askTimePeer, type PeerAnswer, type PeerProblem, type TimePeer } from './sntp.ts';

/** An answer counts for so long; afterwards nobody knows any more what the time elsewhere was. */
const HOLDS_MS = 60 * 60_000;
/** A peer that wanted to be left alone is, for so long (RFC 4330 section 8). */
const REFUSED_REST_MS = 60 * 60_000;

/** This process' own even clock: it cancels out of every comparison. */
const evenMs = (): number => performance.timeOrigin + performance.now();

/** Asks each of the peers what time it is, all at once. Offsets are against the machine's clock as `localMs` tells it. */
export function askTimePeers(peers: readonly TimePeer[], localMs: () => number): Promise<{ peer: TimePeer; answer: PeerAnswer }[]> {
  return Promise.all(peers.map(async (peer) => ({ peer, answer: await askTimePeer(peer, { localMs }) })));
}

/**
 * Asks the peers of NTP_PEERS and keeps by how much the database's clock lies behind theirs: every process compares its own clock with the
 * database's, and so with the peers'.
 */
export async function measureTimePeers(kernel: Kernel): Promise<void> {
  const { pool } = kernel.database;
  const { rows: resting } = await pool.query<{ peer: string }>(
    `select peer from signatures.time_peer where problem = 'refused' and asked_at > clock_timestamp() - make_interval(secs => $1)`,
    [REFUSED_REST_MS / 1000],
  );
  const left = new Set(resting.map(({ peer }) => peer));
  const asked = kernel.config.ntpPeers.filter(({ name }) => !left.has(name));
  if (asked.length === 0) return;
  const behindMs = await databaseBehind(pool);
  for (const { peer, answer } of await askTimePeers(asked, evenMs)) {
    if (answer.state === 'answered') {
      await pool.query(
        `insert into signatures.time_peer (peer, asked_at, problem, answered_at, offset_ms, error_ms) values ($1, clock_timestamp(), null, clock_timestamp(), $2, $3)
         on conflict (peer) do update set asked_at = excluded.asked_at, problem = null, answered_at = excluded.answered_at, offset_ms = excluded.offset_ms, error_ms = excluded.error_ms`,
        [peer.name, answer.offsetMs + behindMs.offsetMs, answer.errorMs + behindMs.errorMs],
      );
    } else {
      await pool.query(
        `insert into signatures.time_peer (peer, asked_at, problem) values ($1, clock_timestamp(), $2)
         on conflict (peer) do update set asked_at = excluded.asked_at, problem = excluded.problem`,
        [peer.name, answer.state],
      );
    }
  }
}

/** By how much the database's clock lies behind our even one. */
async function databaseBehind(q: Queryable): Promise<{ offsetMs: number; errorMs: number }> {
  const before = evenMs();
  const { rows } = await q.query('select extract(epoch from clock_timestamp())::float8 * 1000 as at');
  const after = evenMs();
  return { offsetMs: (before + after) / 2 - Number(rows[0]?.['at']), errorMs: (after - before) / 2 };
}

export type KnownPeer = { name: string; problem: PeerProblem | undefined; /** The last answer, while it still counts: by how much the database's clock lies behind. */ offsetMs: number | undefined; errorMs: number };

/** What is known of each configured peer; one that was never asked is silent. */
export async function knownPeers(kernel: Kernel): Promise<KnownPeer[]> {
  const { ntpPeers } = kernel.config;
  if (ntpPeers.length === 0) return [];
  const { rows } = await kernel.database.pool.query<{ peer: string; problem: PeerProblem | null; offsetMs: number | null; errorMs: number | null }>(
    `select peer, problem, case when answered_at > clock_timestamp() - make_interval(secs => $2) then offset_ms end as "offsetMs", error_ms as "errorMs"
       from signatures.time_peer where peer = any($1)`,
    [ntpPeers.map(({ name }) => name), HOLDS_MS / 1000],
  );
  const known = new Map(rows.map((row) => [row.peer, row]));
  return ntpPeers.map(({ name }) => {
    const row = known.get(name);
    return { name, problem: row === undefined ? 'silent' : (row.problem ?? undefined), offsetMs: row?.offsetMs ?? undefined, errorMs: row?.errorMs ?? 0 };
  });
}

/**
 * By how much the database's clock lies behind the peers', by the one in the middle: a single peer that is wrong among three decides nothing. Of two
 * in the middle the one counts that doubts the clock less. Undefined while no answer counts.
 */
export function agreedOffset(peers: readonly Pick<KnownPeer, 'offsetMs' | 'errorMs'>[]): { offsetMs: number; errorMs: number } | undefined {
  const told = peers.flatMap(({ offsetMs, errorMs }) => (offsetMs === undefined ? [] : [{ offsetMs, errorMs }])).toSorted((a, b) => a.offsetMs - b.offsetMs);
  const middle = told.slice(Math.ceil(told.length / 2) - 1, Math.floor(told.length / 2) + 1);
  return middle.toSorted((a, b) => Math.abs(a.offsetMs) - Math.abs(b.offsetMs))[0];
}

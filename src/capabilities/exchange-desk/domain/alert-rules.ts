/** When an alert is told, and told again: pure rules over what the rows say. */

export type AlertKind = 'partner_down' | 'queue_old' | 'receipt_late' | 'connection_ends';

/** Why a partner counts as down: it cannot be reached, it does not come for what waits for it, it calls in a version of the protocol that is not spoken here, or its record contradicts what was witnessed of it. */
export type DownCause = 'line_open' | 'not_fetched' | 'version_foreign' | 'record_contradicts';

/** What of a connection ends soon: a vendor's key, a certificate that the partner is believed by, our own certificate. */
export type EndCause = 'vendor_key' | 'their_certificate' | 'own_certificate';

const WARNED_BEFORE_MS = 30 * 86_400_000;

/** A connection that ends is told thirty days before: since when it is, and back from that when it ends. */
export const warnedSince = (endsAt: Date): Date => new Date(endsAt.getTime() - WARNED_BEFORE_MS);
export const endOf = (since: Date): Date => new Date(since.getTime() + WARNED_BEFORE_MS);

/**
 * What was found just now: about whom, since when, how many things; of a partner that is down, why, and of a connection that ends, what of it. Before `notBefore` it is nothing yet,
 * whatever the threshold says.
 */
export type Found = { subjectId: string; agencyId: string | null; name: string; since: Date; count: number; cause: DownCause | EndCause | null; notBefore?: Date };

/** One that was expected twice and did not come stays away; once may be a hiccup of the line. */
const MISSED = 2;

/** When a partner that comes every so many seconds, and came last then, counts as staying away. */
export function awayFrom(lastCameAt: Date, everySeconds: number): Date {
  return new Date(lastCameAt.getTime() + MISSED * everySeconds * 1000);
}

export type Standing = { id: string; subjectId: string; state: 'open' | 'acknowledged'; toldAt: Date | null };

export type Step =
  | { kind: 'open'; found: Found; tells: boolean }
  | { kind: 'keep'; alert: Standing; found: Found; tells: boolean }
  | { kind: 'end'; alert: Standing };

export type Judged = {
  rule: { thresholdMinutes: number; quietMinutes: number };
  found: readonly Found[];
  standing: readonly Standing[];
  /** When the same was last told, also of an alert that is over. */
  lastToldAt: ReadonlyMap<string, Date>;
  now: Date;
};

const MINUTE_MS = 60_000;

/**
 * What has to happen with the alerts of one rule: what has stood longer than the threshold is opened, what stands stays, what is gone
 * ends. The same is told again only after the quiet period, and never once somebody has taken note of it.
 */
export function judgeAlerts({ rule, found, standing, lastToldAt, now }: Judged): Step[] {
  const isDue = ({ since, notBefore }: Found): boolean => now.getTime() - since.getTime() >= rule.thresholdMinutes * MINUTE_MS && (notBefore === undefined || notBefore <= now);
  const isQuiet = (subjectId: string): boolean => {
    const told = lastToldAt.get(subjectId);
    return told !== undefined && now.getTime() - told.getTime() < rule.quietMinutes * MINUTE_MS;
  };
  const due = new Map(found.filter((each) => isDue(each)).map((each) => [each.subjectId, each]));
  const known = new Set(standing.map((alert) => alert.subjectId));
  return [
    ...standing.map((alert): Step => {
      const still = due.get(alert.subjectId);
      if (still === undefined) return { kind: 'end', alert };
      return { kind: 'keep', alert, found: still, tells: alert.state === 'open' && !isQuiet(alert.subjectId) };
    }),
    ...[...due.values()].filter((each) => !known.has(each.subjectId)).map((each): Step => ({ kind: 'open', found: each, tells: !isQuiet(each.subjectId) })),
  ];
}

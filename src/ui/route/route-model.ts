/** The way of a document, dossier, task or delivery: what the route line draws. */

export type StationState =
  /** passed */
  | 'done'
  /** where the thing is now */
  | 'present'
  /** still ahead */
  | 'future'
  /** came back or was refused here */
  | 'stopped'
  /** left out by rule or decision */
  | 'skipped';

export type RoutePerson = { name: string; post?: string | undefined; onBehalfOf?: string | undefined };

export type RouteStation = {
  id: string;
  /** The step in the officials' words: Trình, Ký, Cấp số, Đóng dấu, Phát hành. */
  label: string;
  state: StationState;
  people?: readonly RoutePerson[] | undefined;
  /** The instant at which the thing arrived here (present) or was done here (done, stopped). */
  at?: string | undefined;
  /** An instant or a calendar day. */
  due?: string | undefined;
  /** A short opinion or reason. */
  note?: string | undefined;
  /** The ways that leave from here, one for each recipient. */
  branches?: readonly RouteBranch[] | undefined;
};

export type RouteBranch = { id: string; label: string; stations: readonly RouteStation[] };

/** Milliseconds from the nearest earlier station that has a time to each station; undefined where a time is missing. */
export function timesBetween(stations: readonly RouteStation[]): readonly (number | undefined)[] {
  let before: number | undefined;
  return stations.map(({ at }) => {
    const here = at === undefined ? undefined : Date.parse(at);
    const between = here === undefined || before === undefined ? undefined : Math.max(0, here - before);
    if (here !== undefined) before = here;
    return between;
  });
}

const hourMs = 3_600_000;

/**
 * The length of track for a time: a long wait is a long track, but logarithmically, so that a week fits beside a minute.
 * Returns a number between 0 (no time) and 1 (a month and more).
 */
export function trackLength(durationMs: number | undefined): number {
  if (durationMs === undefined) return 0;
  return Math.min(1, Math.log2(1 + durationMs / hourMs) / Math.log2(1 + 24 * 31));
}

/** The station that tells where the whole way stands: the present or stopped one, else the last one passed. */
export function standingAt(stations: readonly RouteStation[]): RouteStation | undefined {
  return (
    stations.findLast(({ state }) => state === 'present' || state === 'stopped') ?? stations.findLast(({ state }) => state === 'done') ?? stations[0]
  );
}

/** How many branches stand at each station, in the order in which the stations first occur. */
export function countBranches(branches: readonly RouteBranch[]): readonly { label: string; state: StationState; count: number }[] {
  const counts = new Map<string, { label: string; state: StationState; count: number }>();
  for (const { stations } of branches) {
    const station = standingAt(stations);
    if (station === undefined) continue;
    const { label, state } = station;
    const known = counts.get(label) ?? { label, state, count: 0 };
    counts.set(label, { ...known, count: known.count + 1 });
  }
  return [...counts.values()];
}

/** How many branches have reached their last station. */
export function arrivedBranches(branches: readonly RouteBranch[]): number {
  return branches.filter(({ stations }) => stations.at(-1)?.state === 'done').length;
}

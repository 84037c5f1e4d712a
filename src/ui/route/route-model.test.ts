import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrivedBranches, countBranches, standingAt, timesBetween, trackLength, type RouteStation, type StationState } from './route-model.ts';

const station = (id: string, state: StationState, at?: string): RouteStation => ({ id, label: id, state, at });

test('the time between stations skips a station whose time is not known', () => {
  const stations = [station('a', 'done', '2026-03-05T01:00:00Z'), station('b', 'skipped'), station('c', 'done', '2026-03-05T03:30:00Z'), station('d', 'future')];
  assert.deepEqual(timesBetween(stations), [undefined, undefined, 9_000_000, undefined]);
});

test('a clock that ran backwards draws no negative time', () => {
  assert.deepEqual(timesBetween([station('a', 'done', '2026-03-05T03:00:00Z'), station('b', 'done', '2026-03-05T02:00:00Z')]), [undefined, 0]);
});

test('a longer wait is a longer track, and a month is the longest', () => {
  const lengths = [0, 60_000, 3_600_000, 86_400_000, 7 * 86_400_000, 31 * 86_400_000].map(trackLength);
  assert.deepEqual(lengths, lengths.toSorted((a, b) => a - b));
  assert.equal(new Set(lengths).size, lengths.length);
  assert.equal(lengths.at(0), 0);
  assert.equal(lengths.at(-1), 1);
  assert.equal(trackLength(400 * 86_400_000), 1);
});

test('a way stands at its present or stopped station, else at the last one passed', () => {
  assert.equal(standingAt([station('a', 'done'), station('b', 'present'), station('c', 'future')])?.id, 'b');
  assert.equal(standingAt([station('a', 'done'), station('b', 'stopped')])?.id, 'b');
  assert.equal(standingAt([station('a', 'done'), station('b', 'done')])?.id, 'b');
  assert.equal(standingAt([]), undefined);
});

test('branches are counted by where they stand', () => {
  const branch = (id: string, ...states: StationState[]) => ({ id, label: id, stations: states.map((state, index) => station(['sent', 'arrived', 'registered'][index] ?? '', state)) });
  const branches = [branch('1', 'done', 'done', 'done'), branch('2', 'done', 'present', 'future'), branch('3', 'done', 'done', 'done')];
  assert.deepEqual(countBranches(branches), [
    { label: 'registered', state: 'done', count: 2 },
    { label: 'arrived', state: 'present', count: 1 },
  ]);
  assert.equal(arrivedBranches(branches), 2);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TracedEnvelope } from '../contract.ts';
import { stationsOf } from './trace-stations.ts';

type Delivery = TracedEnvelope['deliveries'][number];
type Parcel = NonNullable<Delivery['parcel']>;

// safe because the stations are made of these fields alone
const envelope = { inspectedAt: '2026-11-20T01:00:05Z' } as TracedEnvelope;
const parcel = (more: Partial<Parcel>): Parcel =>
  ({ partnerName: 'Trục quốc gia', state: 'waiting', attempts: 2, checks: 0, nextTryAt: '2026-11-20T01:05:00Z', problem: null, problemCode: null, sentAt: null, createdAt: '2026-11-20T01:00:00Z', ...more }) as Parcel;
const delivery = (more: Partial<Delivery>): Delivery =>
  ({ state: 'waiting', createdAt: '2026-11-20T01:00:00Z', arrivedAt: null, openedAt: null, answers: [], attempts: 0, problem: null, lastError: null, deliveredToName: null, parcel: null, ...more }) as unknown as Delivery;
const shown = (of: Delivery) => stationsOf(envelope, of, (key) => key).map(({ id, label, state }) => [id.split(' ')[0], label, state]);

test('a delivery is at one place: with the system that carries it, and its arrival is ahead', () => {
  assert.deepEqual(shown(delivery({ parcel: parcel({}) })).slice(2), [['parcel', 'parcel', 'present'], ['open', 'toArrive', 'future']]);
  assert.deepEqual(shown(delivery({ parcel: parcel({ state: 'sent', sentAt: '2026-11-20T01:00:10Z' }) })).slice(2), [['parcel', 'parcel', 'present'], ['open', 'toArrive', 'future']]);
  assert.deepEqual(shown(delivery({ state: 'arrived', arrivedAt: '2026-11-20T01:02:00Z', parcel: parcel({ state: 'sent', sentAt: '2026-11-20T01:00:10Z' }) })).slice(2), [['parcel', 'parcel', 'done'], ['arrived', 'arrived', 'done']]);
  assert.deepEqual(shown(delivery({})).slice(2), [['open', 'state.waiting', 'present']]);
});

test('what has no way yet waits; only what came back has stopped', () => {
  assert.deepEqual(shown(delivery({ state: 'no_route' })).at(-1), ['open', 'state.no_route', 'present']);
  assert.deepEqual(shown(delivery({ state: 'returned' })).at(-1), ['open', 'state.returned', 'stopped']);
});

test('a line that is down is said in words, not by its code', () => {
  const carried = stationsOf(envelope, delivery({ parcel: parcel({ problemCode: 'circuitOpen' }) }), (key) => key)[2];
  assert.equal(carried?.note, 'Tries; nextTry; lineDown');
});

test('a time that cannot be is told beside the one that counts', () => {
  const answer = (status: string) => ({ ordinal: Number(status), status, at: '2026-11-20T01:02:00Z', toldAt: '2016-01-01T00:00:00Z', by: '', title: null, reason: null, receipt: '' });
  const stations = stationsOf(envelope, delivery({ state: 'registered', arrivedAt: '2026-11-20T01:02:00Z', answers: [answer('01'), answer('03')] }), (key) => key);
  assert.deepEqual(stations.slice(2).map(({ id, note }) => [id, note]), [['arrived', 'ToldAt'], ['answer 3', 'ToldAt']]);
});

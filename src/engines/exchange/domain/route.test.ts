import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CalendarDay } from '#kernel/time.ts';
import { routeOf, type Destination, type Route } from './route.ts';

// safe because every day here exists
const day = (text: string): CalendarDay => text as CalendarDay;

function agency(id: string, more: Partial<Destination> = {}): Destination {
  return { id, name: `Cơ quan ${id}`, state: 'active', hosting: 'local', closedOn: null, successors: [], ...more };
}
const closed = (id: string, successors: string[], closedOn = '2026-11-01'): Destination =>
  agency(id, { state: 'closed', closedOn: day(closedOn), successors: successors.map((next) => ({ id: next, name: `Cơ quan ${next}`, kind: 'merged' })) });

function go(recipient: Destination, others: Destination[] = []): Route {
  const all = new Map([recipient, ...others].map((each) => [each.id, each]));
  return routeOf(recipient, { today: day('2026-11-20'), transitionDays: 30, find: (id) => all.get(id), partnerOf: (id) => (id.startsWith('đối tác') ? 'trục' : undefined) });
}

test('an active agency of this installation gets it directly', () => {
  assert.deepEqual(go(agency('a')), { kind: 'local', to: 'a', name: 'Cơ quan a' });
});

test('an agency without a system waits in sight', () => {
  assert.equal(go(agency('a', { hosting: 'external' })).kind, 'none');
  assert.equal(go(closed('a', ['b']), [agency('b', { hosting: 'external' })]).kind, 'none');
});

test('an agency outside that a partner reaches goes through the partner, also as a successor', () => {
  const outside = agency('đối tác 1', { hosting: 'external' });
  assert.deepEqual(go(outside), { kind: 'partner', to: 'đối tác 1', name: 'Cơ quan đối tác 1', partnerId: 'trục' });
  assert.equal(go(closed('a', ['đối tác 1']), [outside]).kind, 'partner');
});

test('mail for a closed agency goes to its one successor, along the line of successors', () => {
  assert.deepEqual(go(closed('a', ['b']), [agency('b')]), { kind: 'local', to: 'b', name: 'Cơ quan b' });
  assert.deepEqual(go(closed('a', ['b']), [closed('b', ['c']), agency('c')]), { kind: 'local', to: 'c', name: 'Cơ quan c' });
});

test('it comes back with the successors named when there are several, none, or the time is over', () => {
  const split = go(closed('a', ['b', 'c']), [agency('b'), agency('c')]);
  assert.deepEqual(split.kind === 'returned' && split.successors.map((successor) => successor.id), ['b', 'c']);
  assert.equal(go(closed('a', [])).kind, 'returned');
  assert.equal(go(closed('a', ['b'], '2026-10-20'), [agency('b')]).kind, 'returned');
  assert.equal(go(closed('a', ['b'], '2026-10-21'), [agency('b')]).kind, 'local');
});

test('a circle of successors ends with a return, not with a loop', () => {
  assert.equal(go(closed('a', ['b']), [closed('b', ['a'])]).kind, 'returned');
});

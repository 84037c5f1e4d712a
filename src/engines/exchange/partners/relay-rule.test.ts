import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '#kernel/ids.ts';
import { mayRelay, type RelayEnd } from './relay-rule.ts';

const end = (protocol: RelayEnd['protocol'], passesOn: string | null = null): RelayEnd => ({ partnerId: newId<'partner'>(), protocol, passesOn });
const system = end('provincial_axis');
const axis = end('national_axis');

test('between systems and the national axis everything goes on, and nothing goes back to a distant axis', () => {
  assert.deepEqual([mayRelay(system, axis), mayRelay(axis, system), mayRelay(system, end('provincial_axis')), mayRelay(system, system), mayRelay(axis, axis)], [true, true, true, true, false]);
});

test('to and from another installation goes what its setting allows: by default that of systems connected here', () => {
  const told = [null, 'nothing', 'systems', 'systems_and_axis'].map((passesOn) => {
    const peer = end('installation', passesOn);
    return [mayRelay(system, peer), mayRelay(peer, system), mayRelay(axis, peer), mayRelay(peer, axis)];
  });
  assert.deepEqual(told, [
    [true, true, false, false],
    [false, false, false, false],
    [true, true, false, false],
    [true, true, true, true],
  ]);
});

test('nothing goes from one installation to another, or back', () => {
  const [one, other] = [end('installation', 'systems_and_axis'), end('installation', 'systems_and_axis')];
  assert.deepEqual([mayRelay(one, other), mayRelay(one, one)], [false, false]);
});

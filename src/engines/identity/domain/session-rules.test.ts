import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sessionEnd } from './session-rules.ts';

const minute = 60_000;
const limits = { idleMs: 15 * minute, idleAdminMs: 5 * minute, absoluteMs: 720 * minute, rotationMs: 60 * minute };
const start = new Date('2026-11-20T02:00:00Z');
const after = (minutes: number): Date => new Date(start.getTime() + minutes * minute);

test('a session lives for its idle time and not longer', () => {
  const times = { lastSeenAt: start, expiresAt: after(720), isAdministrator: false };
  assert.equal(sessionEnd(times, limits, after(15)), undefined);
  assert.equal(sessionEnd(times, limits, after(15.1)), 'idle');
});

test('an administrator’s session has a shorter idle time', () => {
  const times = { lastSeenAt: start, expiresAt: after(720), isAdministrator: true };
  assert.equal(sessionEnd(times, limits, after(5)), undefined);
  assert.equal(sessionEnd(times, limits, after(5.1)), 'idle');
});

test('activity does not lengthen a session beyond its absolute end', () => {
  assert.equal(sessionEnd({ lastSeenAt: after(719), expiresAt: after(720), isAdministrator: false }, limits, after(720)), 'expired');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterFailure, checkPauseMs, CLOSED, mayCall, OPENS_AFTER, pauseMs, type LineState } from './line.ts';

const now = new Date('2026-11-20T02:00:00Z');
const later = (ms: number) => new Date(now.getTime() + ms);
const failed = (times: number, line: LineState = CLOSED): LineState => (times === 0 ? line : failed(times - 1, afterFailure(line, now, 1)));

test('a line stays closed until it failed five times in a row', () => {
  assert.equal(failed(OPENS_AFTER - 1).circuit, 'closed');
  assert.equal(mayCall(failed(OPENS_AFTER - 1), now), 'yes');
  assert.equal(failed(OPENS_AFTER).circuit, 'open');
  assert.equal(mayCall(failed(OPENS_AFTER), now), 'no');
});

test('an open line lets one through after its rest, and rests twice as long after each failed probe', () => {
  const open = failed(OPENS_AFTER);
  assert.equal(mayCall(open, later(29_999)), 'no');
  assert.equal(mayCall(open, later(30_000)), 'probe');
  const again = afterFailure({ ...open, circuit: 'half_open' }, later(30_000), 1);
  assert.equal(again.circuit, 'open');
  assert.deepEqual(again.openedAt, now);
  assert.equal(mayCall(again, later(89_999)), 'no');
  assert.equal(mayCall(again, later(90_000)), 'probe');
  assert.ok((failed(100).probeAt?.getTime() ?? 0) <= later(15 * 60_000).getTime());
});

test('a rest that a clock far ahead had set does not keep the line for that time', () => {
  const open = failed(OPENS_AFTER);
  const ahead: LineState = { ...open, probeAt: later(86_400_000) };
  assert.equal(mayCall(ahead, now), 'probe');
});

test('pauses double up to an hour, and chance spreads them over their upper half', () => {
  assert.deepEqual([1, 2, 3].map((attempts) => pauseMs(attempts, 1)), [2000, 4000, 8000]);
  assert.equal(pauseMs(1, 0), 1000);
  assert.equal(pauseMs(500, 1), 3_600_000);
});

test('a parcel that was taken is asked after less and less often, at least hourly', () => {
  assert.deepEqual([0, 1, 2, 3, 99].map(checkPauseMs), [60_000, 300_000, 1_800_000, 3_600_000, 3_600_000]);
});

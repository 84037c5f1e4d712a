import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awayFrom, judgeAlerts, type Found, type Judged, type Standing } from './alert-rules.ts';

const now = new Date('2026-11-20T03:00:00Z');
const before = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
const down: Found = { subjectId: 'p', agencyId: null, name: 'Trục tỉnh', since: before(6), count: 1, cause: 'line_open' };
const open: Standing = { id: 'a', subjectId: 'p', state: 'open', toldAt: before(3) };
const judge = (changes: Partial<Judged>) =>
  judgeAlerts({ rule: { thresholdMinutes: 5, quietMinutes: 60 }, found: [down], standing: [], lastToldAt: new Map(), now, ...changes }).map((step) => [step.kind, 'tells' in step ? step.tells : undefined]);

test('what has stood as long as the threshold is opened and told', () => {
  assert.deepEqual(judge({}), [['open', true]]);
  assert.deepEqual(judge({ found: [{ ...down, since: before(5) }] }), [['open', true]]);
});

test('what is younger than the threshold is nothing yet', () => assert.deepEqual(judge({ found: [{ ...down, since: before(4) }] }), []));

test('what stands is told again after the quiet period only', () => {
  assert.deepEqual(judge({ standing: [open], lastToldAt: new Map([['p', before(59)]]) }), [['keep', false]]);
  assert.deepEqual(judge({ standing: [open], lastToldAt: new Map([['p', before(60)]]) }), [['keep', true]]);
});

test('what somebody has taken note of is not told again', () =>
  assert.deepEqual(judge({ standing: [{ ...open, state: 'acknowledged' }], lastToldAt: new Map([['p', before(600)]]) }), [['keep', false]]));

test('what is gone ends', () => assert.deepEqual(judge({ found: [], standing: [open] }), [['end', undefined]]));

test('a line that flaps is opened again, and told again after the quiet period only', () => assert.deepEqual(judge({ lastToldAt: new Map([['p', before(10)]]) }), [['open', false]]));

test('a partner is judged by its own rhythm, with the threshold as the least', () => {
  const away = (lastCame: number, everyMinutes: number, since: number) => judge({ found: [{ ...down, cause: 'not_fetched', since: before(since), notBefore: awayFrom(before(lastCame), everyMinutes * 60) }] });
  assert.deepEqual(away(29, 15, 20), [], 'one missed time may be a hiccup');
  assert.deepEqual(away(30, 15, 20), [['open', true]]);
  assert.deepEqual(away(4, 1, 4), [], 'the threshold is the least');
  assert.deepEqual(away(5, 1, 5), [['open', true]]);
});

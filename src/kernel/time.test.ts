import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemClock } from './clock.ts';
import { addDays, formatInstant, isoInVietnam, officialDayAndMonth, parseCalendarDay, vietnamDay, vietnamYear, type CalendarDay } from './time.ts';

const day = (text: string): CalendarDay => {
  const parsed = parseCalendarDay(text);
  assert.ok(parsed);
  return parsed;
};

test('a day on paper carries a zero below ten, a month only in January and February', () => {
  assert.deepEqual(officialDayAndMonth(day('2020-03-05')), { day: '05', month: '3', year: '2020' });
  assert.deepEqual(officialDayAndMonth(day('2026-02-15')), { day: '15', month: '02', year: '2026' });
  assert.deepEqual(officialDayAndMonth(day('2026-11-21')), { day: '21', month: '11', year: '2026' });
});

test('the register’s year changes at midnight in Vietnam, not in London', () => {
  assert.equal(vietnamYear(new Date('2026-12-31T16:59:59Z')), 2026);
  assert.equal(vietnamYear(new Date('2026-12-31T17:00:00Z')), 2027);
  assert.equal(isoInVietnam(new Date('2026-12-31T17:00:00Z')), '2027-01-01T00:00:00+07:00');
  assert.equal(formatInstant(new Date('2026-03-05T07:30:00Z')), '05/3/2026, 14:30');
});

test('a day that does not exist is not a day', () => {
  for (const text of ['2026-02-29', '2026-13-01', '26-1-1', '2026-11-31', '']) assert.equal(parseCalendarDay(text), undefined);
});

test('adding days and taking them away again comes back to the same day', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }), fc.integer({ min: -4000, max: 4000 }), (instant, days) => {
      const start = vietnamDay(instant);
      assert.equal(addDays(addDays(start, days), -days), start);
    }),
  );
});

test('a machine clock that is set back makes the system clock stand still, and the drift is told', () => {
  let machine = 1_000_000;
  const clock = systemClock(() => machine);
  assert.equal(clock.now().getTime(), 1_000_000);
  machine = 400_000;
  assert.equal(clock.now().getTime(), 1_000_000);
  assert.equal(clock.driftMs(), 600_000);
  machine = 1_000_001;
  assert.equal(clock.now().getTime(), 1_000_001);
  assert.equal(clock.driftMs(), 0);
});

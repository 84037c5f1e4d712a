import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addDays, isoInVietnam, type CalendarDay } from '#kernel/time.ts';
import { addWorkingDays, endOfMorning, endOfWork, isWorkingDay, nextWorkingDay, nextWorkingDayDeadline, plainWeek, sameOrNextWorkingDay, type WorkingCalendar } from './working-calendar.ts';
import { deadlineState } from './deadline.ts';

// safe because every day here exists
const day = (text: string): CalendarDay => text as CalendarDay;
const calendar: WorkingCalendar = { ...plainWeek, restDays: new Set([day('2026-11-24'), day('2026-08-31')]), makeUpDays: new Set([day('2026-08-22')]) };

test('Saturdays, Sundays and days of rest are skipped', () => {
  assert.equal(nextWorkingDay(calendar, day('2026-11-20')), '2026-11-23');
  assert.equal(nextWorkingDay(calendar, day('2026-11-23')), '2026-11-25');
  assert.equal(addWorkingDays(calendar, day('2026-11-20'), 3), '2026-11-26');
});

test('a Saturday worked in exchange for another day counts', () => {
  assert.ok(isWorkingDay(calendar, day('2026-08-22')));
  assert.equal(nextWorkingDay(calendar, day('2026-08-21')), '2026-08-22');
  assert.equal(nextWorkingDay(calendar, day('2026-08-28')), '2026-09-01');
});

test('a term that ends on a rest day ends on the next working day, and the first day is not counted', () => {
  assert.equal(sameOrNextWorkingDay(calendar, day('2026-11-22')), '2026-11-23');
  assert.equal(addWorkingDays(calendar, day('2026-11-22'), 0), '2026-11-23');
  assert.equal(addWorkingDays(calendar, day('2026-11-19'), 1), '2026-11-20');
});

test('adding working days ends on a working day with as many between, from any day', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 1, max: 60 }), (offset, count) => {
      const from = addDays(day('2026-01-01'), offset);
      const to = addWorkingDays(calendar, from, count);
      assert.ok(isWorkingDay(calendar, to));
      let worked = 0;
      for (let each = addDays(from, 1); each <= to; each = addDays(each, 1)) if (isWorkingDay(calendar, each)) worked += 1;
      assert.equal(worked, count);
    }),
  );
});

test('the ends of a morning and of a day are instants of Vietnam', () => {
  assert.equal(isoInVietnam(endOfMorning(calendar, day('2026-11-23'))), '2026-11-23T11:30:00+07:00');
  assert.equal(isoInVietnam(endOfWork(calendar, day('2026-11-23'))), '2026-11-23T17:30:00+07:00');
  // 23:30 on Friday in Vietnam is still Friday, though it is Friday 16:30 in UTC
  assert.equal(isoInVietnam(nextWorkingDayDeadline(calendar, new Date('2026-11-20T16:30:00Z'))), '2026-11-23T17:30:00+07:00');
});

test('a calendar without any working day is reported instead of searched for ever', () => {
  assert.throws(() => nextWorkingDay({ ...plainWeek, weekdays: new Set() }, day('2026-11-20')), /no working day/);
});

test('a deadline is overdue, today, near, ok or none', () => {
  const now = new Date('2026-11-20T02:00:00Z');
  const state = (due: string): string => deadlineState(new Date(due), now, calendar);
  assert.equal(deadlineState(null, now), 'none');
  assert.equal(state('2026-11-20T01:59:59Z'), 'overdue');
  assert.equal(state('2026-11-20T02:00:00Z'), 'today');
  assert.equal(state('2026-11-20T16:59:59Z'), 'today');
  assert.equal(state('2026-11-20T17:00:00Z'), 'near');
  // two working days after Friday are Monday and, the 24th being a holiday, Wednesday
  assert.equal(state('2026-11-25T16:59:59Z'), 'near');
  assert.equal(state('2026-11-25T17:00:00Z'), 'ok');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDays, isoInVietnam, startOfVietnamDay, type CalendarDay } from '#kernel/time.ts';
import { sendDueAt, type OfficeDays } from './deadlines.ts';

const weekday = (day: CalendarDay): number => new Date(`${day}T00:00:00Z`).getUTCDay();
const at = (day: CalendarDay, minutes: number): Date => new Date(startOfVietnamDay(day).getTime() + minutes * 60_000);
const days: OfficeDays = {
  isWorkingDay: (day) => weekday(day) % 6 !== 0,
  nextWorkingDay: (day) => {
    let next = addDays(day, 1);
    while (weekday(next) % 6 === 0) next = addDays(next, 1);
    return next;
  },
  endOfMorning: (day) => at(day, 690),
  endOfWork: (day) => at(day, 1050),
};

test('a document is sent by the morning of the next working day, an urgent one on the day of its signing', () => {
  const friday = new Date('2026-11-20T15:00:00+07:00');
  assert.equal(isoInVietnam(sendDueAt({ signedAt: friday, urgency: 'normal' }, days)), '2026-11-23T11:30:00+07:00');
  assert.equal(isoInVietnam(sendDueAt({ signedAt: friday, urgency: 'flash' }, days)), '2026-11-20T17:30:00+07:00');
  const evening = new Date('2026-11-20T21:00:00+07:00');
  assert.deepEqual(sendDueAt({ signedAt: evening, urgency: 'urgent' }, days), evening);
});

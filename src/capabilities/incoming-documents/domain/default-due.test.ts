import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDays, type CalendarDay } from '#kernel/time.ts';
import { defaultDue } from './default-due.ts';

// safe because these are days of the calendar
const day = (text: string) => text as CalendarDay;
const days = { today: day('2026-11-20'), after: (count: number) => addDays(day('2026-11-20'), count) };

test('the sender’s own deadline is proposed, unless it is over', () => {
  assert.equal(defaultDue({ answerDue: day('2026-11-30'), urgency: 'normal' }, days), '2026-11-30');
  assert.equal(defaultDue({ answerDue: day('2026-11-20'), urgency: 'normal' }, days), '2026-11-20');
  assert.equal(defaultDue({ answerDue: day('2026-11-19'), urgency: 'normal' }, days), '2026-11-25');
});

test('without one, what is more urgent is due earlier', () => {
  const due = (['normal', 'urgent', 'very_urgent', 'flash'] as const).map((urgency) => defaultDue({ answerDue: null, urgency }, days));
  assert.deepEqual(due, ['2026-11-25', '2026-11-22', '2026-11-21', '2026-11-20']);
});

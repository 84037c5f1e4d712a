import { addDays, startOfVietnamDay, vietnamDay } from '#kernel/time.ts';
import { addWorkingDays, plainWeek, type WorkingCalendar } from './working-calendar.ts';

/** none: nothing is due · ok · near: within two working days · today · overdue. */
export type DeadlineState = 'none' | 'ok' | 'near' | 'today' | 'overdue';

/** How many working days ahead a deadline counts as near. */
const NEAR_WORKING_DAYS = 2;

/** The instants between the states, for one statement over many rows. */
export type DeadlineLimits = { now: Date; todayEnds: Date; nearEnds: Date };

/** Where "today" and "near" end at an instant. A day ends at midnight in Vietnam. */
export function deadlineLimits(now: Date, calendar: WorkingCalendar = plainWeek): DeadlineLimits {
  const today = vietnamDay(now);
  return {
    now,
    todayEnds: startOfVietnamDay(addDays(today, 1)),
    nearEnds: startOfVietnamDay(addDays(addWorkingDays(calendar, today, NEAR_WORKING_DAYS), 1)),
  };
}

/** How a deadline stands at an instant: the colour in a list. */
export function deadlineState(dueAt: Date | null, now: Date, calendar: WorkingCalendar = plainWeek): DeadlineState {
  if (dueAt === null) return 'none';
  const limits = deadlineLimits(now, calendar);
  if (dueAt < limits.now) return 'overdue';
  if (dueAt < limits.todayEnds) return 'today';
  return dueAt < limits.nearEnds ? 'near' : 'ok';
}

import { addDays, startOfVietnamDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';

/** Minutes after midnight in Vietnam. */
export type WorkingHours = { morningStarts: number; morningEnds: number; afternoonStarts: number; afternoonEnds: number };

/** Which days are worked and when. Rows of the database make it; nothing about a year is in the code. */
export type WorkingCalendar = {
  /** ISO weekdays, 1 = Monday. */
  weekdays: ReadonlySet<number>;
  hours: WorkingHours;
  /** Days off that fall on a weekday: public holidays, days in lieu, swapped days. */
  restDays: ReadonlySet<CalendarDay>;
  /** Days of the weekend that are worked in exchange for another day ("làm bù"). */
  makeUpDays: ReadonlySet<CalendarDay>;
};

/** Monday to Friday, 7:30–11:30 and 13:30–17:30, without any holiday: what is left when no row applies. */
export const plainWeek: WorkingCalendar = {
  weekdays: new Set([1, 2, 3, 4, 5]),
  hours: { morningStarts: 450, morningEnds: 690, afternoonStarts: 810, afternoonEnds: 1050 },
  restDays: new Set(),
  makeUpDays: new Set(),
};

/** Far more than the longest row of days off: a calendar that has no working day left is a defect of its rows. */
const SEARCH_LIMIT_DAYS = 400;

export function isWorkingDay(calendar: WorkingCalendar, day: CalendarDay): boolean {
  if (calendar.makeUpDays.has(day)) return true;
  return calendar.weekdays.has(isoWeekday(day)) && !calendar.restDays.has(day);
}

/** The first working day after a day. */
export function nextWorkingDay(calendar: WorkingCalendar, day: CalendarDay): CalendarDay {
  for (let offset = 1; offset <= SEARCH_LIMIT_DAYS; offset += 1) {
    const candidate = addDays(day, offset);
    if (isWorkingDay(calendar, candidate)) return candidate;
  }
  throw new Error(`the working calendar has no working day within ${String(SEARCH_LIMIT_DAYS)} days after ${day}`);
}

/** The day itself when it is worked, otherwise the next one: a term that ends on a rest day ends on the next working day. */
export function sameOrNextWorkingDay(calendar: WorkingCalendar, day: CalendarDay): CalendarDay {
  return isWorkingDay(calendar, day) ? day : nextWorkingDay(calendar, day);
}

/** The day `count` working days after a day; the first day is not counted. Zero gives the day itself or the next working day. */
export function addWorkingDays(calendar: WorkingCalendar, day: CalendarDay, count: number): CalendarDay {
  if (count <= 0) return sameOrNextWorkingDay(calendar, day);
  let current = day;
  for (let done = 0; done < count; done += 1) current = nextWorkingDay(calendar, current);
  return current;
}

/** The instant at which the work of a day ends: what "trong ngày" means for an office. */
export function endOfWork(calendar: WorkingCalendar, day: CalendarDay): Date {
  return atMinute(day, calendar.hours.afternoonEnds);
}

/** The instant at which a morning ends: "chậm nhất trong buổi sáng của ngày làm việc tiếp theo" (QĐ 28/2018 Art. 6.2). */
export function endOfMorning(calendar: WorkingCalendar, day: CalendarDay): Date {
  return atMinute(day, calendar.hours.morningEnds);
}

/**
 * The latest instant for what is due the same day, at the latest the next working day (NĐ 30/2020 Art. 4.2.c, 18.1,
 * 23.1): the end of work on the next working day.
 */
export function nextWorkingDayDeadline(calendar: WorkingCalendar, now: Date): Date {
  return endOfWork(calendar, nextWorkingDay(calendar, vietnamDay(now)));
}

function atMinute(day: CalendarDay, minute: number): Date {
  return new Date(startOfVietnamDay(day).getTime() + minute * 60_000);
}

function isoWeekday(day: CalendarDay): number {
  const sundayFirst = new Date(`${day}T00:00:00Z`).getUTCDay();
  return sundayFirst === 0 ? 7 : sundayFirst;
}

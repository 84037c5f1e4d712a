import { vietnamDay, type CalendarDay } from '#kernel/time.ts';

/** What these rules need of a working calendar: the one of the cases engine fits, bound to its rows. */
export type OfficeDays = {
  isWorkingDay: (day: CalendarDay) => boolean;
  nextWorkingDay: (day: CalendarDay) => CalendarDay;
  endOfMorning: (day: CalendarDay) => Date;
  endOfWork: (day: CalendarDay) => Date;
};

/**
 * By when an electronic document has to be sent (QĐ 28/2018 Art. 6.2): on the day of its signing, at the latest in the
 * morning of the next working day; an urgent one at once, which is measured by the end of that day's work, or the signing
 * itself when it was signed later or on a day off.
 */
export function sendDueAt(document: { signedAt: Date; urgency: 'normal' | 'urgent' | 'very_urgent' | 'flash' }, days: OfficeDays): Date {
  const day = vietnamDay(document.signedAt);
  if (document.urgency === 'normal') return days.endOfMorning(days.nextWorkingDay(day));
  const endOfWork = days.endOfWork(day);
  return days.isWorkingDay(day) && endOfWork > document.signedAt ? endOfWork : document.signedAt;
}

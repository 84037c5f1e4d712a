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

/** By when the receiver has to register what arrived (30/2020/NĐ-CP Art. 4.2.c, 22): the same day, at the latest the next working day. */
export function registerDueAt(arrivedAt: Date, days: OfficeDays): Date {
  return days.endOfWork(days.nextWorkingDay(vietnamDay(arrivedAt)));
}

/** Whether the sender heard of the receipt on the day of arrival (30/2020/NĐ-CP Art. 21.2.c). */
export function isReceiptInTime(arrivedAt: Date, receiptAt: Date): boolean {
  return vietnamDay(arrivedAt) === vietnamDay(receiptAt);
}

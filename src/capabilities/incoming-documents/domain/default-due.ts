import type { CalendarDay } from '#kernel/time.ts';

export type WorkingDays = { today: CalendarDay; after: (count: number) => CalendarDay };

/**
 * Working days that are proposed where the sender named none. The law sets no figure for this (30/2020/NĐ-CP Art. 23, 24 leave it to
 * the leader), only that what is urgent is handled at once (Art. 23.1); the leader changes the proposal as they see fit.
 */
const PROPOSED = { normal: 5, urgent: 2, very_urgent: 1, flash: 0 } as const;

/** The deadline that is proposed to the leader: the day by which the sender wants its answer, else by urgency. A day that is over is not proposed. */
export function defaultDue(document: { answerDue: CalendarDay | null; urgency: keyof typeof PROPOSED }, days: WorkingDays): CalendarDay {
  if (document.answerDue !== null && document.answerDue >= days.today) return document.answerDue;
  return days.after(PROPOSED[document.urgency]);
}

import type { CommandContext } from '#kernel/command.ts';
import type { Id } from '#kernel/ids.ts';
import type { CalendarDay } from '#kernel/time.ts';
import { endOfMorning, endOfWork, isWorkingDay, nextWorkingDay, workingCalendar, type WorkingCalendar } from '#engines/cases/index.ts';
import type { OfficeDays } from '#engines/exchange/index.ts';
import { agencyOf, subjectOf } from './document-store.ts';
import type { DocumentRow } from './tables.ts';

/** The document as the exchange knows it. */
export function sentSubject(document: DocumentRow): { agencyId: Id<'agency'>; subject: { type: string; id: string } } {
  return { agencyId: agencyOf(document), subject: subjectOf(document) };
}

/** Recipients as the request names them. Unknown ones match nothing. */
export function agencyIds(ids: readonly string[]): Id<'agency'>[] {
  // safe because an id that is no agency’s finds no delivery and is refused by the directory
  return ids as Id<'agency'>[];
}

/** The working calendar of the day in the form that the exchange’s rules want. */
export async function officeDays(ctx: CommandContext): Promise<OfficeDays> {
  return officeDaysOf(await workingCalendar(ctx.kernel));
}

/** A working calendar in the form that the exchange’s rules want. */
export function officeDaysOf(calendar: WorkingCalendar): OfficeDays {
  return {
    isWorkingDay: (day: CalendarDay) => isWorkingDay(calendar, day),
    nextWorkingDay: (day: CalendarDay) => nextWorkingDay(calendar, day),
    endOfMorning: (day: CalendarDay) => endOfMorning(calendar, day),
    endOfWork: (day: CalendarDay) => endOfWork(calendar, day),
  };
}

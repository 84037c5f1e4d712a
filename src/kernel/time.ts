declare const dayBrand: unique symbol;

/** A calendar day as `YYYY-MM-DD`, without hour or zone. */
export type CalendarDay = string & { readonly [dayBrand]: true };

/** The zone of every official date (QĐ 28/2018 Art. 14.4: Vietnam zone, ISO 8601). Vietnam has had no summer time since 1975. */
export const VIETNAM_OFFSET_MINUTES = 7 * 60;

const DAY_PATTERN = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Reads `YYYY-MM-DD`; undefined when the day does not exist. */
export function parseCalendarDay(text: string): CalendarDay | undefined {
  if (!DAY_PATTERN.test(text)) return undefined;
  const instant = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(instant.getTime()) || instant.toISOString().slice(0, 10) !== text) return undefined;
  // safe because the text was just checked to be an existing day
  return text as CalendarDay;
}

/** The calendar day in Vietnam at an instant. */
export function vietnamDay(instant: Date): CalendarDay {
  const shifted = new Date(instant.getTime() + VIETNAM_OFFSET_MINUTES * 60_000);
  // safe because toISOString yields YYYY-MM-DD first
  return shifted.toISOString().slice(0, 10) as CalendarDay;
}

/** The year in Vietnam at an instant: the year of a register (NĐ 30/2020 Art. 15.1). */
export function vietnamYear(instant: Date): number {
  return Number(vietnamDay(instant).slice(0, 4));
}

/** The instant at which a day begins in Vietnam. */
export function startOfVietnamDay(day: CalendarDay): Date {
  return new Date(`${day}T00:00:00+07:00`);
}

/** The day `days` after (or before, when negative) a day. */
export function addDays(day: CalendarDay, days: number): CalendarDay {
  const instant = new Date(`${day}T00:00:00Z`);
  instant.setUTCDate(instant.getUTCDate() + days);
  // safe because the date arithmetic yields an existing day
  return instant.toISOString().slice(0, 10) as CalendarDay;
}

/** `2026-03-05T14:30:00+07:00`: ISO 8601 in Vietnam's zone, to the second. */
export function isoInVietnam(instant: Date): string {
  return `${new Date(instant.getTime() + VIETNAM_OFFSET_MINUTES * 60_000).toISOString().slice(0, 19)}+07:00`;
}

/**
 * Day and month as NĐ 30/2020 App. I.II.4 writes them on a document: days below 10 and the months 1 and 2 carry a
 * leading zero, the other months do not.
 */
export function officialDayAndMonth(day: CalendarDay): { day: string; month: string; year: string } {
  const month = Number(day.slice(5, 7));
  return { day: day.slice(8, 10), month: month <= 2 ? day.slice(5, 7) : String(month), year: day.slice(0, 4) };
}

/** `05/3/2026, 14:30` in Vietnam's zone: the form in which people read an instant. */
export function formatInstant(instant: Date): string {
  const shifted = new Date(instant.getTime() + VIETNAM_OFFSET_MINUTES * 60_000).toISOString();
  return `${formatDay(vietnamDay(instant))}, ${shifted.slice(11, 16)}`;
}

/** `05/3/2026`. */
export function formatDay(day: CalendarDay): string {
  const parts = officialDayAndMonth(day);
  return `${parts.day}/${parts.month}/${parts.year}`;
}

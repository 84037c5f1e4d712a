import type { Queryable } from '#kernel/database.ts';
import { service, type Kernel } from '#kernel/kernel.ts';
import { parseCalendarDay, vietnamDay, type CalendarDay } from '#kernel/time.ts';
import { plainWeek, type WorkingCalendar } from './domain/working-calendar.ts';

/** The rows change a few times a year; a process sees a change within this time. */
const KEEP_MS = 300_000;

const kept = service(Symbol('cases.working-calendar'), () => ({ calendar: plainWeek, readAt: -Infinity }));

/** The working calendar that is in force now, read at most every five minutes. */
export async function workingCalendar(kernel: Kernel): Promise<WorkingCalendar> {
  const memory = kept(kernel);
  const now = kernel.clock.now();
  if (Math.abs(now.getTime() - memory.readAt) >= KEEP_MS) {
    memory.calendar = await readCalendar(kernel.database.pool, vietnamDay(now));
    memory.readAt = now.getTime();
  }
  return memory.calendar;
}

/** The working calendar as the rows that are valid on a day describe it. */
export async function readCalendar(q: Queryable, on: CalendarDay): Promise<WorkingCalendar> {
  const week = await q.query(
    `select weekdays, morning_starts::text as a, morning_ends::text as b, afternoon_starts::text as c, afternoon_ends::text as d
       from cases.working_week where valid_from <= $1 and (valid_to is null or valid_to >= $1) order by valid_from desc limit 1`,
    [on],
  );
  const exceptions = await q.query(
    'select day, kind from cases.calendar_exception where valid_from <= $1 and (valid_to is null or valid_to >= $1) order by valid_from',
    [on],
  );
  // safe because the statements select exactly these columns
  const row = week.rows[0] as { weekdays: number[]; a: string; b: string; c: string; d: string } | undefined;
  // A later row of the same day stands for the newer rule.
  const kindOf = new Map((exceptions.rows as { day: string; kind: string }[]).map(({ day, kind }) => [day, kind]));
  const daysOf = (wanted: string): Set<CalendarDay> =>
    new Set([...kindOf].flatMap(([day, kind]) => (kind === wanted ? (parseCalendarDay(day) ?? []) : [])));
  return {
    weekdays: row === undefined ? plainWeek.weekdays : new Set(row.weekdays),
    hours:
      row === undefined
        ? plainWeek.hours
        : { morningStarts: minutes(row.a), morningEnds: minutes(row.b), afternoonStarts: minutes(row.c), afternoonEnds: minutes(row.d) },
    restDays: daysOf('rest'),
    makeUpDays: daysOf('make_up'),
  };
}

function minutes(time: string): number {
  const [hour = '0', minute = '0'] = time.split(':');
  return Number(hour) * 60 + Number(minute);
}

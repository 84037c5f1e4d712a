import { modules } from './messages.ts';

/** What the address asks, as the API takes it: days are whole days in Vietnam. */
export function questionOf(search: Readonly<Record<string, string | undefined>>) {
  const module = modules.find((each) => each === search['linh_vuc']);
  return {
    module,
    text: search['tim'],
    from: dayStart(search['tu']),
    to: dayStart(search['den'], 1),
    subjectType: search['loai'],
    subjectId: search['ma'],
  };
}

function dayStart(day: string | undefined, later = 0): string | undefined {
  if (day === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const start = new Date(`${day}T00:00:00+07:00`);
  return Number.isNaN(start.getTime()) ? undefined : new Date(start.getTime() + later * 86_400_000).toISOString();
}

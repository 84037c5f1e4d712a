import { calendarDay } from '#ui/format.ts';

const SHOWN = 36;

/** The months that can be chosen, the present one first, written `2026-11` and shown as `11/2026`. */
export function monthOptions(now: Date): { value: string; label: string }[] {
  const today = calendarDay(now);
  const present = Number(today.slice(0, 4)) * 12 + Number(today.slice(5, 7)) - 1;
  return Array.from({ length: SHOWN }, (_, back) => {
    const [year, month] = [String(Math.floor((present - back) / 12)), String(((present - back) % 12) + 1).padStart(2, '0')];
    return { value: `${year}-${month}`, label: `${month}/${year}` };
  });
}

/** The months in the address, or the present one; an end before the beginning is the beginning. */
export function chosenMonths(search: Readonly<Record<string, string>>, now: Date): { from: string; to: string } {
  const options = monthOptions(now).map((option) => option.value);
  const present = options[0] ?? '';
  const pick = (asked: string | undefined): string => options.find((value) => value === asked) ?? present;
  const [from, to] = [pick(search['tu']), pick(search['den'])];
  return { from, to: to < from ? from : to };
}

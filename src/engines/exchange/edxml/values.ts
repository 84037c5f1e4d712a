/** Days, times and ids as they stand in a message. */
import { isoInVietnam, parseCalendarDay, type CalendarDay } from '#kernel/time.ts';

export interface ReadValue<T> {
  readonly value: T | null;
  /** True when it was written as the standard says. */
  readonly isStandard: boolean;
}

const pad = (part: string | undefined): string => (part ?? '').padStart(2, '0');

/** `yyyy/MM/dd`; also `dd/MM/yyyy`, ISO, dots and a time behind it, which are in use. */
export function readDay(text: string): ReadValue<CalendarDay> {
  const yearFirst = /^(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[T ].{0,40})?$/.exec(text);
  const dayFirst = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[T ].{0,40})?$/.exec(text);
  const iso = yearFirst !== null ? `${yearFirst[1] ?? ''}-${pad(yearFirst[2])}-${pad(yearFirst[3])}` : dayFirst === null ? '' : `${dayFirst[3] ?? ''}-${pad(dayFirst[2])}-${pad(dayFirst[1])}`;
  return { value: parseCalendarDay(iso) ?? null, isStandard: /^\d{4}\/\d{2}\/\d{2}$/.test(text) };
}

/** `yyyy/MM/dd HH:mm:ss` in Vietnam's time (QĐ 28/2018 Art. 14.4); also day first, ISO, with fractions or a zone. To the second, in UTC. */
export function readInstant(text: string): ReadValue<string> {
  const match = /^([\d/.-]{8,10})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?[ ]?(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text);
  const day = match === null ? null : readDay(match[1] ?? '').value;
  if (match === null || day === null) return { value: null, isStandard: false };
  const zone = match[5] === undefined ? '+07:00' : match[5].replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const instant = new Date(`${day}T${pad(match[2])}:${match[3] ?? '00'}:${match[4] ?? '00'}${zone}`);
  const isReal = !Number.isNaN(instant.getTime());
  return { value: isReal ? instant.toISOString() : null, isStandard: /^\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}:\d{2}$/.test(text) };
}

export type DayForm = 'yyyy/MM/dd' | 'dd/MM/yyyy';

export function writeDay(day: CalendarDay, form: DayForm): string {
  const [year = '', month = '', date = ''] = day.split('-');
  return form === 'yyyy/MM/dd' ? `${year}/${month}/${date}` : `${date}/${month}/${year}`;
}

/** Vietnam's time without a zone. Fractions of a second are dropped. */
export function writeInstant(instant: string, form: DayForm): string {
  const local = isoInVietnam(new Date(instant));
  // safe because isoInVietnam begins with YYYY-MM-DD
  return `${writeDay(local.slice(0, 10) as CalendarDay, form)} ${local.slice(11, 19)}`;
}

export interface DocumentIdParts {
  readonly organId: string;
  readonly day: CalendarDay;
  readonly codeNumber: string;
  readonly codeNotation: string;
}

/** The id that the axis carries: `OrganId,yyyy/MM/dd,number/notation`. Always with this form of the day, whatever else a partner wants. */
export function documentIdOf({ organId, day, codeNumber, codeNotation }: DocumentIdParts): string {
  return `${organId},${writeDay(day, 'yyyy/MM/dd')},${codeNumber}/${codeNotation}`;
}

/** The parts of an id in that form; undefined for any other (a UUID, a code of another scheme, a day that does not exist). */
export function readDocumentId(text: string): DocumentIdParts | undefined {
  const match = /^([^,]{1,60}),([^,]{8,10}),([^,/]{1,50})\/([^,]{1,200})$/.exec(text);
  const day = match === null ? null : readDay(match[2] ?? '').value;
  if (match === null || day === null) return undefined;
  return { organId: (match[1] ?? '').trim(), day, codeNumber: (match[3] ?? '').trim(), codeNotation: (match[4] ?? '').trim() };
}

/** The bare id of a content: some write `cid:` in both places, some in one. */
export function withoutCid(contentId: string): string {
  return contentId.trim().replace(/^<(.*)>$/, '$1').replace(/^cid:/i, '').trim();
}

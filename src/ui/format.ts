/**
 * How dates, numbers and durations are written on every screen.
 * Instants are ISO 8601 strings in UTC and are shown in Vietnamese time; calendar days are `YYYY-MM-DD`.
 */

const timeZone = 'Asia/Ho_Chi_Minh';

type FormatLanguage = 'vi' | 'en';

const clockParts = new Intl.DateTimeFormat('en-GB', {
  timeZone,
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

const numberFormats = {
  vi: new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 2 }),
  en: new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 }),
} as const;

/** A calendar day of an instant or a `YYYY-MM-DD`: `05/3/2026`. Only January and February get a zero (NĐ 30/2020, Phụ lục I, mục II.4). */
export function formatDate(value: string): string {
  const { year, month, day } = calendarParts(value);
  return `${String(day).padStart(2, '0')}/${month < 3 ? `0${String(month)}` : String(month)}/${String(year)}`;
}

/** The minute of an instant in Vietnamese time: `05/3/2026, 14:30`. */
export function formatDateTime(instant: string): string {
  return `${formatDate(instant)}, ${formatTime(instant)}`;
}

/** `14:30` in Vietnamese time. */
export function formatTime(instant: string): string {
  const { hour, minute } = instantParts(instant);
  return `${hour}:${minute}`;
}

/** `1.234,5` in Vietnamese, `1,234.5` in English; at most two decimals. */
export function formatNumber(value: number, language: FormatLanguage = 'vi'): string {
  return numberFormats[language].format(value);
}

/** A file's size: `0 B`, `12 kB`, `1,4 MB` (steps of 1,000 bytes, as file managers show). */
export function formatBytes(sizeBytes: number, language: FormatLanguage = 'vi'): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = sizeBytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(sizeBytes) / 3));
  const value = sizeBytes / 1000 ** power;
  const rounded = power < 2 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
  return `${formatNumber(rounded, language)} ${units[power] ?? 'B'}`;
}

const durationWords = {
  vi: { day: ['ngày', 'ngày'], hour: ['giờ', 'giờ'], minute: ['phút', 'phút'], second: ['giây', 'giây'], none: 'dưới 1 phút' },
  en: { day: ['day', 'days'], hour: ['hour', 'hours'], minute: ['minute', 'minutes'], second: ['second', 'seconds'], none: 'under a minute' },
} as const;

/** A length of time in its two largest units, or only the largest: `2 ngày 3 giờ`, `15 phút`, `dưới 1 phút`. */
export function formatDuration(durationMs: number, language: FormatLanguage = 'vi', units: 1 | 2 = 2): string {
  const words = durationWords[language];
  const minutes = Math.floor(Math.abs(durationMs) / 60_000);
  if (minutes === 0) return words.none;
  const amounts = [
    [Math.floor(minutes / 1440), words.day],
    [Math.floor((minutes % 1440) / 60), words.hour],
    [minutes % 60, words.minute],
  ] as const;
  const first = amounts.findIndex(([amount]) => amount > 0);
  return amounts
    .slice(first, first + units)
    .filter(([amount]) => amount > 0)
    .map(([amount, [one, many]]) => `${String(amount)} ${amount === 1 ? one : many}`)
    .join(' ');
}

/** How far an instant is from now: `2 giờ trước`, `sau 3 ngày`. Show the exact minute on hover. */
export function formatRelative(instant: string, options: { now: Date; language?: FormatLanguage }): string {
  const { now, language = 'vi' } = options;
  const differenceMs = Date.parse(instant) - now.getTime();
  if (Math.abs(differenceMs) < 60_000) return language === 'vi' ? 'vừa xong' : 'just now';
  const largest = formatDuration(differenceMs, language, 1);
  if (language === 'vi') return differenceMs < 0 ? `${largest} trước` : `sau ${largest}`;
  return differenceMs < 0 ? `${largest} ago` : `in ${largest}`;
}

/**
 * Reads what a person typed for a day: `5/3/2026`, `05-03-26`, `5.3`, `05032026`.
 * A missing year is the year of `today`. Returns `YYYY-MM-DD`, or undefined if there is no such day.
 */
export function parseTypedDate(typed: string, today: string): string | undefined {
  const text = typed.trim();
  const digits = /^(\d{2})(\d{2})(\d{4}|\d{2})?$/.exec(text);
  const parts = digits ?? /^(\d{1,2})[/.\-\s]+(\d{1,2})(?:[/.\-\s]+(\d{4}|\d{2}))?$/.exec(text);
  if (parts === null) return undefined;
  const day = Number(parts[1]);
  const month = Number(parts[2]);
  const yearText = parts[3] ?? today.slice(0, 4);
  const year = yearText.length === 2 ? 2000 + Number(yearText) : Number(yearText);
  const date = new Date(Date.UTC(year, month - 1, day));
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? date.toISOString().slice(0, 10) : undefined;
}

/** The calendar day of an instant in Vietnamese time, as `YYYY-MM-DD`. */
export function calendarDay(instant: Date): string {
  const { year, month, day } = calendarParts(instant.toISOString());
  return `${String(year)}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function calendarParts(value: string): { year: number; month: number; day: number } {
  const calendar = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (calendar !== null) return { year: Number(calendar[1]), month: Number(calendar[2]), day: Number(calendar[3]) };
  const { year, month, day } = instantParts(value);
  return { year: Number(year), month: Number(month), day: Number(day) };
}

function instantParts(instant: string): Record<'year' | 'month' | 'day' | 'hour' | 'minute', string> {
  const found = { year: '', month: '', day: '', hour: '', minute: '' };
  for (const { type, value } of clockParts.formatToParts(new Date(instant))) {
    if (type in found) Object.assign(found, { [type]: value });
  }
  return found;
}

import type { ActorRecord } from '#kernel/actor.ts';
import type { Module } from '#kernel/module.ts';
import { formatDay, formatInstant, parseCalendarDay } from '#kernel/time.ts';

/**
 * The sentence of a timeline row, made from the catalogue of the module that recorded it. `{name}` takes a value of the
 * event's data (`{sender.name}` an inner one), `{actor}` the person. A type that no module catalogues any more is shown
 * by its own name: history is never hidden.
 */
export function describeEvent(
  modules: readonly Module[],
  row: { type: string; actor: ActorRecord; data: Record<string, unknown> },
  language: 'vi' | 'en',
): string {
  const entry = sentencesOf(modules, row.type);
  if (entry === undefined) return row.type;
  return entry[language].replace(/\{([\w.]+)\}/g, (_whole, path: string) =>
    path === 'actor' ? describeActor(row.actor, language) : describeValue(valueAt(row.data, path), language),
  );
}

/** Who did it, with the post of the day and the person on whose behalf. */
export function describeActor(actor: ActorRecord, language: 'vi' | 'en'): string {
  switch (actor.kind) {
    case 'anonymous':
      return language === 'vi' ? 'Người dùng không đăng nhập' : 'Somebody not signed in';
    case 'system':
      return language === 'vi' ? 'Hệ thống' : 'The system';
    case 'person': {
      const own = withTitle(actor.name, actor.postTitle);
      if (actor.onBehalfOf === undefined) return own;
      const other = withTitle(actor.onBehalfOf.name, actor.onBehalfOf.postTitle);
      return language === 'vi' ? `${own} thay ${other}` : `${own} on behalf of ${other}`;
    }
  }
}

function withTitle(name: string | undefined, title: string | undefined): string {
  return title === undefined || title === '' ? (name ?? '…') : `${name ?? '…'} (${title})`;
}

function sentencesOf(modules: readonly Module[], type: string): { vi: string; en: string } | undefined {
  const dot = type.indexOf('.');
  return modules.find((module) => module.name === type.slice(0, dot))?.events?.[type.slice(dot + 1)];
}

function valueAt(data: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), data);
}

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function describeValue(value: unknown, language: 'vi' | 'en'): string {
  if (typeof value === 'string') {
    const day = parseCalendarDay(value);
    if (day !== undefined) return formatDay(day);
    return ISO_INSTANT.test(value) ? formatInstant(new Date(value)) : value;
  }
  // Without separators: most numbers in a sentence are numbers of documents.
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return language === 'vi' ? (value ? 'có' : 'không') : value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map((item) => describeValue(item, language)).join(', ');
  // A text kept in both languages.
  if (isRecord(value) && typeof value[language] === 'string') return value[language];
  return '…';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Reads single fields off the tree, and notes what is unusual about each. */
import type { CalendarDay } from '#kernel/time.ts';
import type { EdxmlKept } from './model.ts';
import { EdxmlError, edxmlProblem } from './problems.ts';
import type { EdxmlPlace, EdxmlProblem, EdxmlProblemCode } from './problems.ts';
import { childNodes, childrenNamed, placeOfNode, textOf } from './tree.ts';
import type { XmlNode } from './tree.ts';
import { readDay, readInstant } from './values.ts';
import type { ReadValue } from './values.ts';

/** A message with ten thousand oddities is told as one with a hundred. */
const MAX_PROBLEMS = 100;
const MAX_KEPT = 200;

export interface Notes {
  readonly problems: EdxmlProblem[];
  readonly kept: EdxmlKept[];
  note(code: EdxmlProblemCode, place: EdxmlPlace, detail?: string): void;
  /** Keeps what the model has no place for. */
  keep(node: XmlNode): void;
}

export function createNotes(): Notes {
  const problems: EdxmlProblem[] = [];
  const kept: EdxmlKept[] = [];
  return {
    problems,
    kept,
    note: (code, place, detail = '') => {
      if (problems.length < MAX_PROBLEMS) problems.push(edxmlProblem(code, place, detail));
    },
    keep: (node) => {
      if (kept.length < MAX_KEPT) kept.push({ path: placeOfNode(node).path, text: textOf(node).slice(0, 4000) });
    },
  };
}

export function fatal(code: EdxmlProblemCode, place: EdxmlPlace, detail = ''): EdxmlError {
  return new EdxmlError(edxmlProblem(code, place, detail));
}

/** A group of elements, read field by field; what no field asked for is kept and noted by `finish`. */
export interface Group {
  readonly node: XmlNode | undefined;
  /** The one element of these names. A second one is noted, or fatal where taking the wrong one would matter. */
  one(locals: string | readonly string[], isVital?: boolean): XmlNode | undefined;
  many(local: string): XmlNode[];
  /** The text of an element that stands once; '' when absent. `limit` is the length that the standard names. */
  text(local: string | readonly string[], limit?: number): string;
  integer(local: string | readonly string[]): number | null;
  flag(local: string): boolean | null;
  day(local: string): CalendarDay | null;
  instant(local: string): string | null;
  group(local: string | readonly string[]): Group;
  finish(): void;
}

export function groupOf(node: XmlNode | undefined, notes: Notes): Group {
  const asked = new Set<string>();
  const one: Group['one'] = (locals, isVital = false) => {
    const names = typeof locals === 'string' ? [locals] : locals;
    for (const each of names) asked.add(each);
    const [first, second] = childrenNamed(node, ...names);
    if (second !== undefined && isVital) throw fatal('edxml.ambiguous', placeOfNode(second));
    if (second !== undefined) {
      notes.note('edxml.repeated', placeOfNode(second));
      notes.keep(second);
    }
    return first;
  };
  const value = <T>(local: string, read: (text: string) => ReadValue<T>, codes: { readonly odd: EdxmlProblemCode; readonly unreadable: EdxmlProblemCode }): T | null => {
    const found = one(local);
    const text = found === undefined ? '' : textOf(found);
    if (found === undefined || text === '') return null;
    const result = read(text);
    if (result.value === null) notes.keep(found);
    if (result.value === null || !result.isStandard) notes.note(result.value === null ? codes.unreadable : codes.odd, placeOfNode(found), text);
    return result.value;
  };
  const text: Group['text'] = (local, limit) => {
    const found = one(local);
    const content = found === undefined ? '' : textOf(found);
    if (found !== undefined && limit !== undefined && content.length > limit) notes.note('edxml.long', placeOfNode(found), `${content.length} > ${limit}`);
    return content;
  };
  return {
    node,
    one,
    many: (local) => {
      asked.add(local);
      return childrenNamed(node, local);
    },
    text,
    integer: (local) => {
      const found = one(local);
      const content = found === undefined ? '' : textOf(found);
      if (found === undefined || content === '') return null;
      if (/^[+-]?\d{1,9}$/.test(content)) return Number(content);
      notes.note('edxml.number', placeOfNode(found), content);
      notes.keep(found);
      return null;
    },
    flag: (local) => {
      const found = one(local);
      const content = found === undefined ? '' : textOf(found).toLowerCase();
      if (found === undefined || content === '') return null;
      if (content === '1' || content === 'true') return true;
      if (content === '0' || content === 'false') return false;
      notes.note('edxml.number', placeOfNode(found), content);
      notes.keep(found);
      return null;
    },
    day: (local) => value(local, readDay, { odd: 'edxml.day', unreadable: 'edxml.dayUnreadable' }),
    instant: (local) => value(local, readInstant, { odd: 'edxml.instant', unreadable: 'edxml.instantUnreadable' }),
    group: (local) => groupOf(one(local), notes),
    finish: () => {
      if (node === undefined) return;
      for (const child of childNodes(node)) {
        if (asked.has(child.start.local)) continue;
        notes.note('edxml.unknown', placeOfNode(child));
        notes.keep(child);
      }
    },
  };
}

import { z } from 'zod';
import type { ListItem } from './import-list.ts';

/** One object of a list with more text than this is none. */
const LARGEST_ENTRY = 64 * 1024;

/** A file that holds no list. */
export class ListUnreadable extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = 'ListUnreadable';
  }
}

const text = z.preprocess((value) => (typeof value === 'number' ? String(value) : typeof value === 'string' && value.trim() !== '' ? value.trim() : null), z.string().max(300).nullable());
const flag = z.preprocess((value) => (typeof value === 'string' ? ['true', '1', 'x', 'có'].includes(value.trim().toLowerCase()) : value === true || value === 1), z.boolean());

/** The fields of the list as the axis tells them (`getSynchronizeUnit`, `getAgenciesList`), and as files carry them. */
const listed = z.object({ id: text.default(null), pid: text.default(null), code: text.default(null), code102: text.default(null), oldCode: text.default(null), name: text.default(null), deleted: flag.default(false) });

/** An entry from the fields of the list; what lacks a name, or both id and code, is none. */
export function listItemOf(value: unknown): ListItem {
  const read = listed.safeParse(value);
  const ref = read.data?.id ?? read.data?.code ?? null;
  if (!read.success || ref === null || ref.length > 100 || read.data.name === null || read.data.name.length < 2) return { unreadable: JSON.stringify(value).slice(0, 200) };
  const { pid, code, code102, oldCode, name, deleted } = read.data;
  const fits = (given: string | null): string | null => (given === null || given.length > 100 ? null : given);
  return { ref, parentRef: pid === ref ? null : fits(pid), code: fits(code), oldCode: fits(code102 ?? oldCode), name: name.normalize('NFC'), isClosed: deleted };
}

/** The entries of a list as JSON or CSV, by what the file begins with; in constant memory. @throws ListUnreadable */
export async function* readList(source: AsyncIterable<Uint8Array>): AsyncGenerator<ListItem> {
  const pieces = textsOf(source);
  const first = await pieces.next();
  if (first.done === true) throw new ListUnreadable('Tệp rỗng.');
  const whole = concat(first.value, pieces);
  let isEmpty = true;
  for await (const entry of /^[[{]/.test(first.value.trimStart()) ? readJsonObjects(whole) : readCsvRows(whole)) {
    isEmpty = false;
    yield listItemOf(entry);
  }
  if (isEmpty) throw new ListUnreadable('Tệp không có mục nào để nạp.');
}

/** Whoever stops early closes the source too. */
async function* concat(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* textsOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // It takes away a byte order mark, and refuses what would come into the directory as broken names.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isFirst = true;
  for await (const bytes of source) {
    if (isFirst && isUtf16(bytes)) throw new ListUnreadable('Tệp ghi bằng mã UTF-16. Lưu lại thành CSV UTF-8 rồi nạp lại.');
    isFirst = false;
    const piece = decoded(() => decoder.decode(bytes, { stream: true }));
    if (piece !== '') yield piece;
  }
  decoded(() => decoder.decode());
}

const isUtf16 = (bytes: Uint8Array): boolean => (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch {
    throw new ListUnreadable('Tệp không ghi bằng mã UTF-8, nên chữ có dấu sẽ hỏng. Lưu lại thành CSV UTF-8 rồi nạp lại.');
  }
}

/**
 * The objects of the first array in a JSON text, one after another: `[{…}]` or `{"data":[{…}]}`, of whatever length.
 * @throws ListUnreadable when the text ends in the middle or an object is none
 */
export async function* readJsonObjects(pieces: AsyncIterable<string>): AsyncGenerator {
  let depth = 0;
  let isInArray = false;
  let isOver = false;
  let isInText = false;
  let isEscaped = false;
  let entry = '';
  for await (const piece of pieces) {
    let from = 0;
    for (let at = 0; at < piece.length && !isOver; at += 1) {
      const sign = piece[at];
      if (isInText) {
        if (isEscaped) isEscaped = false;
        else if (sign === '\\') isEscaped = true;
        else if (sign === '"') isInText = false;
      } else if (sign === '"') isInText = true;
      else if (!isInArray) isInArray = sign === '[';
      else if (sign === '{') {
        if (depth === 0) from = at;
        depth += 1;
      } else if (sign === '}') {
        depth -= 1;
        if (depth === 0) {
          yield parsed(entry + piece.slice(from, at + 1));
          entry = '';
        }
      } else if (sign === ']' && depth === 0) isOver = true;
    }
    if (depth > 0) entry += piece.slice(from);
    if (entry.length > LARGEST_ENTRY) throw new ListUnreadable('Một mục dài quá mức.');
  }
  if (!isOver) throw new ListUnreadable('Tệp JSON không trọn vẹn: thiếu phần cuối.');
}

function parsed(object: string): unknown {
  try {
    return JSON.parse(object);
  } catch (error) {
    throw new ListUnreadable(`Mục không đọc được: ${error instanceof Error ? error.message : ''}`);
  }
}

const COLUMNS = ['id', 'pid', 'code', 'code102', 'oldcode', 'name', 'deleted'];

/** The rows of a CSV (RFC 4180, comma or semicolon) whose head names the fields of the list. @throws ListUnreadable without such a head */
async function* readCsvRows(pieces: AsyncIterable<string>): AsyncGenerator<Record<string, string>> {
  let head: string[] | undefined;
  for await (const cells of readCsv(pieces)) {
    if (head === undefined) {
      head = cells.map((cell) => cell.trim().toLowerCase());
      if (!head.includes('name') || !head.some((name) => name === 'id' || name === 'code')) throw new ListUnreadable(`Dòng đầu phải có các cột ${COLUMNS.join(', ')}.`);
      continue;
    }
    const names = head;
    yield Object.fromEntries(cells.flatMap((cell, index) => (names[index] === undefined ? [] : [[names[index] === 'oldcode' ? 'oldCode' : names[index], cell] as const])));
  }
}

async function* readCsv(pieces: AsyncIterable<string>): AsyncGenerator<string[]> {
  let cells: string[] = [];
  let cell = '';
  let separator: string | undefined;
  let isQuoted = false;
  /** A quote inside quotes ends them, unless another follows. */
  let wasQuote = false;
  for await (const piece of pieces) {
    separator ??= /^[^\r\n]*;/.test(piece) && !/^[^;\r\n]*,/.test(piece) ? ';' : ',';
    for (const sign of piece) {
      if (isQuoted && sign !== '"' && !wasQuote) cell += sign;
      else if (sign === '"') {
        if (wasQuote) cell += sign;
        wasQuote = isQuoted && !wasQuote;
        isQuoted = true;
      } else {
        isQuoted = false;
        wasQuote = false;
        if (sign === separator || sign === '\n') {
          cells.push(cell);
          cell = '';
        } else if (sign !== '\r') cell += sign;
        if (sign === '\n') {
          if (cells.some((each) => each !== '')) yield cells;
          cells = [];
        }
      }
      if (cell.length > LARGEST_ENTRY) throw new ListUnreadable('Một ô dài quá mức.');
    }
  }
  if (isQuoted && !wasQuote) throw new ListUnreadable('Tệp CSV không trọn vẹn: còn một dấu nháy chưa đóng.');
  cells.push(cell);
  if (cells.some((each) => each !== '')) yield cells;
}

import { damaged, PdfError } from '../errors.ts';
import { filtersOf, undoFilter } from './filters.ts';
import { cursorAt, isWhitespace, parseObject, parseUnsigned, skipSpace, takeKeyword } from './lexer.ts';
import type { Cursor } from './lexer.ts';
import type { PdfLimits } from './limits.ts';
import { isArray, isDict, isInteger, isStream } from './objects.ts';
import type { PdfDict, PdfObject } from './objects.ts';
import { parseAt, readIndirectObject } from './source.ts';
import type { PdfSource, ReadWork } from './source.ts';

/** Where an object is, in one cross-reference section. */
export type XrefEntry =
  | { readonly type: 'free' }
  | { readonly type: 'offset'; readonly offset: number; readonly gen: number }
  | { readonly type: 'packed'; readonly streamNum: number; readonly index: number };

/** One cross-reference section: what one save of the file wrote. Rows are read only when they are asked for. */
export type XrefSection = {
  readonly offset: number;
  readonly kind: 'table' | 'stream';
  readonly trailer: PdfDict;
  /** A table with an additional /XRefStm for readers that know object streams. */
  readonly isHybrid: boolean;
  /** A table whose rows are not 20 bytes long: some readers cannot use it. */
  readonly isIrregular: boolean;
  readonly find: (num: number) => XrefEntry | undefined;
  /** The object numbers that this section speaks of, free ones included. */
  readonly numbers: () => readonly number[];
  /** One more than the highest of them: /Size is sometimes too small. */
  readonly nextNumber: number;
};

/** The limits, and how many bytes of them were decoded so far. */
export type ReadBudget = { readonly limits: PdfLimits; readonly work: ReadWork };

type Rows = Pick<XrefSection, 'find' | 'numbers' | 'nextNumber' | 'isIrregular'>;

/** The chain of sections from the newest to the oldest. Throws `pdf.damaged` if a section cannot be read. */
export function readXrefChain(source: PdfSource, startXref: number, budget: ReadBudget): readonly XrefSection[] {
  const { limits } = budget;
  const sections: XrefSection[] = [];
  const seen = new Set<number>();
  let offset: number | undefined = startXref;
  while (offset !== undefined && !seen.has(offset)) {
    if (sections.length >= limits.maxSections) throw new PdfError('pdf.too-large', 'too many revisions');
    seen.add(offset);
    const section: XrefSection = readSection(source, offset, budget);
    sections.push(section);
    const previous: PdfObject | undefined = section.trailer.entries.get('Prev');
    if (previous !== undefined && !isInteger(previous)) throw damaged('/Prev is not an integer');
    offset = previous;
  }
  return sections;
}

/** Junk behind the end of the file is borne up to this length. */
const maxJunkBytes = 4096;

/** The offset that the last `startxref` of the file names. Throws `pdf.damaged`. */
export function findStartXref(source: PdfSource): number {
  const end = source.whole ?? source.read(source.sizeBytes - maxJunkBytes, source.sizeBytes);
  const keywordAt = end.lastIndexOf('startxref', end.length, 'latin1');
  if (keywordAt < 0 || end.length - keywordAt > maxJunkBytes) throw damaged('no startxref near the end of the file');
  const offset = parseUnsigned(cursorAt(end, keywordAt + 9));
  if (offset < 0) throw damaged('startxref without a number');
  return offset;
}

function readSection(source: PdfSource, offset: number, budget: ReadBudget): XrefSection {
  if (offset < 0 || offset >= source.sizeBytes) throw damaged(`cross-reference section at ${offset} is outside the file`);
  const table = parseAt({ source, work: budget.work }, offset, (cursor) => readTableSection(cursor, budget.limits)).value;
  if (table === undefined) return readStreamSection(source, offset, budget);
  const { rows, trailer } = table;
  const hidden = trailer.entries.get('XRefStm');
  if (hidden === undefined) return { offset, kind: 'table', trailer, isHybrid: false, ...rows };
  if (!isInteger(hidden)) throw damaged('/XRefStm is not an integer');
  const extra = readStreamSection(source, hidden, budget);
  return { offset, kind: 'table', trailer, isHybrid: true, ...joinHybrid(rows, extra) };
}

/** Undefined if no table begins here. */
function readTableSection(cursor: Cursor, limits: PdfLimits): { readonly rows: Rows; readonly trailer: PdfDict } | undefined {
  if (!takeKeyword(cursor, 'xref')) return undefined;
  const rows = readTable(cursor, limits);
  const trailer = parseObject(cursor);
  if (!isDict(trailer)) throw damaged('no trailer dictionary behind a cross-reference table');
  return { rows, trailer };
}

/** ISO 32000-2, 7.5.8.4: objects that the table calls free or does not name are looked up in the stream beside it. */
function joinHybrid(table: Rows, stream: Rows): Rows {
  return {
    find(num) {
      const entry = table.find(num);
      return entry !== undefined && entry.type !== 'free' ? entry : (stream.find(num) ?? entry);
    },
    numbers: () => [...new Set([...table.numbers(), ...stream.numbers()])],
    nextNumber: Math.max(table.nextNumber, stream.nextNumber),
    isIrregular: table.isIrregular,
  };
}

type TableRun = Run & { readonly rowsAt: number };

/** Reads the headers of the subsections and jumps over their rows; leaves the cursor behind the word `trailer`. */
function readTable(cursor: Cursor, limits: PdfLimits): Rows {
  const start = cursor.pos;
  const runs: TableRun[] = [];
  while (!takeKeyword(cursor, 'trailer')) {
    const first = parseUnsigned(cursor);
    const count = parseUnsigned(cursor);
    if (first < 0 || count < 0) throw damaged(`cross-reference table at ${start}`);
    if (first + count > limits.maxObjects) throw new PdfError('pdf.too-large', 'too many objects');
    skipSpace(cursor);
    runs.push({ first, count, rowsAt: cursor.pos });
    if (count > 0 && !areRowsRegular(cursor.bytes, cursor.pos, count)) {
      cursor.pos = start;
      return readIrregularTable(cursor, limits);
    }
    cursor.pos += count * 20;
    if (cursor.pos > cursor.limit) throw damaged(`cross-reference table at ${start} is cut short`);
  }
  const runOf = indexRuns(runs);
  const find: Rows['find'] = (num) => findInTable(cursor.bytes, runOf(num), num);
  return { find, numbers: () => runs.flatMap(numbersOfRun), nextNumber: nextNumberOf(runs), isIrregular: false };
}

function nextNumberOf(runs: readonly Run[]): number {
  return runs.reduce((next, { first, count }) => Math.max(next, first + count), 0);
}

function numbersOfRun({ first, count }: Run): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Rows of exactly 20 bytes can be jumped to. The first, the last and what follows the last are looked at. */
function areRowsRegular(bytes: Buffer, rowsAt: number, count: number): boolean {
  const last = rowsAt + (count - 1) * 20;
  if (last + 18 > bytes.length || !isRow(bytes, rowsAt) || !isRow(bytes, last)) return false;
  return isWhitespace(bytes[last + 18] ?? 32) && !isDigit(bytes[last + 19] ?? 32);
}

function isRow(bytes: Buffer, at: number): boolean {
  const letter = bytes[at + 17];
  return isDigit(bytes[at] ?? 0) && isDigit(bytes[at + 9] ?? 0) && isDigit(bytes[at + 15] ?? 0) && (letter === 0x6e || letter === 0x66);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

type Run = { readonly first: number; readonly count: number };

/** Finds the run that an object number belongs to: few runs one after another, many by halving, since a stranger chooses their number. */
function indexRuns<R extends Run>(runs: readonly R[]): (num: number) => R | undefined {
  if (runs.length <= 16) return (num) => runs.find(({ first, count }) => num >= first && num < first + count);
  const sorted = runs.toSorted((a, b) => a.first - b.first);
  return (num) => {
    let low = 0;
    let high = sorted.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((sorted[middle]?.first ?? 0) <= num) low = middle;
      else high = middle - 1;
    }
    const run = sorted[low];
    return run !== undefined && num >= run.first && num < run.first + run.count ? run : undefined;
  };
}

function findInTable(bytes: Buffer, run: TableRun | undefined, num: number): XrefEntry | undefined {
  if (run === undefined) return undefined;
  const at = run.rowsAt + (num - run.first) * 20;
  if (!isRow(bytes, at)) throw damaged(`cross-reference row of object ${num}`);
  const cursor = cursorAt(bytes, at, at + 18);
  return rowEntry({ offset: parseUnsigned(cursor), gen: parseUnsigned(cursor), letter: bytes[at + 17] ?? 0 });
}

function rowEntry({ offset, gen, letter }: { offset: number; gen: number; letter: number }): XrefEntry {
  if (letter === 0x66) return { type: 'free' };
  if (offset < 0 || gen < 0) throw damaged('cross-reference row');
  return { type: 'offset', offset, gen };
}

/** Rows of 19 or 21 bytes, or glued together: read word by word. */
function readIrregularTable(cursor: Cursor, limits: PdfLimits): Rows {
  const entries = new Map<number, XrefEntry>();
  let nextNumber = 0;
  while (!takeKeyword(cursor, 'trailer')) {
    const first = parseUnsigned(cursor);
    const count = parseUnsigned(cursor);
    if (first < 0 || count < 0) throw damaged(`cross-reference table at ${cursor.pos}`);
    if (first + count > limits.maxObjects) throw new PdfError('pdf.too-large', 'too many objects');
    nextNumber = Math.max(nextNumber, first + count);
    for (let i = 0; i < count; i += 1) {
      const offset = parseUnsigned(cursor);
      const gen = parseUnsigned(cursor);
      const isUsed = takeKeyword(cursor, 'n');
      if (offset < 0 || gen < 0 || (!isUsed && !takeKeyword(cursor, 'f'))) throw damaged(`cross-reference row at ${cursor.pos}`);
      entries.set(first + i, isUsed ? { type: 'offset', offset, gen } : { type: 'free' });
    }
  }
  return { find: (num) => entries.get(num), numbers: () => [...entries.keys()], nextNumber, isIrregular: true };
}

function readStreamSection(source: PdfSource, offset: number, budget: ReadBudget): XrefSection {
  if (offset >= source.sizeBytes) throw damaged(`cross-reference stream at ${offset} is outside the file`);
  const { value } = readIndirectObject({ source, work: budget.work }, offset);
  if (!isStream(value)) throw damaged(`no cross-reference section at ${offset}`);
  const { dict, dataStart } = value;
  const length = dict.entries.get('Length');
  if (!isInteger(length) || length < 0 || dataStart + length > source.sizeBytes) throw damaged(`length of the cross-reference stream at ${offset}`);
  if (length > budget.limits.maxStreamBytes) throw new PdfError('pdf.too-large', 'a cross-reference stream beyond the limit');
  let data = source.read(dataStart, dataStart + length);
  for (const filter of filtersOf(dict, (item) => item ?? null)) {
    const { limits, work } = budget;
    const left = Math.min(limits.maxStreamBytes, limits.maxDecodedBytes - work.decodedBytes);
    if (left <= 0) throw new PdfError('pdf.too-large', 'the streams expand beyond the limit');
    data = undoFilter(data, filter, left);
    work.decodedBytes += data.length;
  }
  return { offset, kind: 'stream', trailer: dict, isHybrid: false, ...streamRows(dict, data, budget.limits) };
}

type StreamRun = Run & { readonly row: number };

function streamRows(dict: PdfDict, data: Buffer, limits: PdfLimits): Rows {
  const widths = integersOf(dict.entries.get('W'));
  const [typeWidth = -1, secondWidth = -1, thirdWidth = -1] = widths;
  if (widths.length < 3 || widths.some((width) => width < 0 || width > 6)) throw damaged('/W of a cross-reference stream');
  const rowBytes = widths.reduce((sum, width) => sum + width, 0);
  if (rowBytes === 0) throw damaged('/W of a cross-reference stream');
  const index = integersOf(dict.entries.get('Index') ?? null);
  const size = dict.entries.get('Size');
  const pairs = index.length > 0 ? index : [0, isInteger(size) ? size : 0];
  const runs: StreamRun[] = [];
  let row = 0;
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const first = pairs[i] ?? 0;
    const count = pairs[i + 1] ?? 0;
    if (first < 0 || count < 0) throw damaged('/Index of a cross-reference stream');
    if (first + count > limits.maxObjects) throw new PdfError('pdf.too-large', 'too many objects');
    const rowsLeft = Math.max(0, Math.floor(data.length / rowBytes) - row);
    runs.push({ first, count: Math.min(count, rowsLeft), row });
    row += count;
  }
  const runOf = indexRuns(runs);
  return {
    find(num) {
      const run = runOf(num);
      if (run === undefined) return undefined;
      const at = (run.row + num - run.first) * rowBytes;
      const type = typeWidth === 0 ? 1 : data.readUIntBE(at, typeWidth);
      const second = secondWidth === 0 ? 0 : data.readUIntBE(at + typeWidth, secondWidth);
      const third = thirdWidth === 0 ? 0 : data.readUIntBE(at + typeWidth + secondWidth, thirdWidth);
      if (type === 1) return { type: 'offset', offset: second, gen: third };
      return type === 2 ? { type: 'packed', streamNum: second, index: third } : { type: 'free' };
    },
    numbers: () => runs.flatMap(numbersOfRun),
    nextNumber: nextNumberOf(runs),
    isIrregular: false,
  };
}

function integersOf(value: PdfObject | undefined): readonly number[] {
  if (!isArray(value)) return [];
  return value.items.map((item) => {
    if (!isInteger(item)) throw damaged('integer expected in a cross-reference stream');
    return item;
  });
}

import { encryptBody, encryptText } from './encrypt.ts';
import type { EncryptionProfile } from './encrypt.ts';
import type { FragmentObject, PdfFragment } from './fragment.ts';
import type { FoundPlace, SigningProfile } from './profile.ts';

type Chunk = string | Buffer;

/** An increment being written: bytes to be appended to a file, with the places of the objects in it. */
export type Increment = {
  readonly baseBytes: number;
  /** Null for a file in clear. */
  readonly encryption: EncryptionProfile | null;
  readonly chunks: Chunk[];
  /** Bytes written so far. */
  length: number;
  nextNum: number;
  readonly placed: { readonly num: number; readonly gen: number; readonly offset: number }[];
  /** Where the signature value will stand: counted, but not written. */
  gap: { readonly at: number; readonly bytes: number } | undefined;
};

export function startIncrement(profile: SigningProfile): Increment {
  const { sizeBytes: baseBytes, encryption, size: nextNum } = profile;
  const increment: Increment = { baseBytes, encryption, chunks: [], length: 0, nextNum, placed: [], gap: undefined };
  if (!profile.endsWithEol) append(increment, '\n');
  return increment;
}

/** Adds bytes as they are; text with strings in it goes through `appendText`. */
export function append(increment: Increment, chunk: Chunk): void {
  increment.chunks.push(chunk);
  increment.length += chunk.length;
}

/** Adds text of this object, its strings encrypted if the file is. */
export function appendText(increment: Increment, place: { readonly num: number; readonly gen: number }, text: string): void {
  append(increment, increment.encryption === null ? text : encryptText(text, increment.encryption, place));
}

/** Leaves room for the one thing that is not known yet. */
export function appendGap(increment: Increment, bytes: number): void {
  increment.gap = { at: increment.length, bytes };
  increment.length += bytes;
}

export function allocate(increment: Increment): number {
  const num = increment.nextNum;
  increment.nextNum += 1;
  return num;
}

/** Adds a whole object, encrypted if the file is: text, or text and the data of a stream as a Buffer (see `encryptBody`). */
export function addObject(increment: Increment, { num, gen }: { num: number; gen: number }, body: readonly Chunk[]): void {
  const { encryption } = increment;
  addClearObject(increment, { num, gen }, encryption === null ? body : encryptBody(body, encryption, { num, gen }));
}

function addClearObject(increment: Increment, place: { num: number; gen: number }, body: readonly Chunk[]): void {
  placeObject(increment, place);
  for (const chunk of body) append(increment, chunk);
  append(increment, '\nendobj\n');
}

/** The head of an object whose body the caller writes, up to and with `endobj`. */
export function placeObject(increment: Increment, { num, gen }: { num: number; gen: number }): void {
  increment.placed.push({ num, gen, offset: increment.baseBytes + increment.length });
  append(increment, `${num} ${gen} obj\n`);
}

/** Writes the objects of a fragment under new numbers; answers the number of the first, the others follow it. */
export function addFragment(increment: Increment, fragment: PdfFragment): number {
  const first = increment.nextNum;
  increment.nextNum += fragment.length;
  fragment.forEach((object, i) => addObject(increment, { num: first + i, gen: 0 }, numbered(object, first)));
  return first;
}

function numbered(object: FragmentObject, first: number): Chunk[] {
  return object.map((part) => (typeof part === 'string' || Buffer.isBuffer(part) ? part : `${first + part.local} 0 R`));
}

/** Writes the cross-reference section, of the kind that the file's newest one has, and the end of the file; answers all that is written, and where in it the gap is. */
export function finishIncrement(increment: Increment, profile: SigningProfile): { readonly written: Buffer; readonly gapAt: number } {
  if (profile.xrefKind === 'stream') addXrefStream(increment, profile);
  else addXrefTable(increment, profile);
  const { chunks, gap, length } = increment;
  const { at, bytes } = gap ?? { at: length, bytes: 0 };
  return { written: join(chunks, length - bytes), gapAt: at };
}

/** Texts that follow each other are written in one go. */
function join(chunks: readonly Chunk[], length: number): Buffer {
  const out = Buffer.allocUnsafe(length);
  let at = 0;
  let text = '';
  for (const chunk of chunks) {
    if (typeof chunk === 'string') {
      text += chunk;
      continue;
    }
    at += out.write(text, at, 'latin1');
    text = '';
    out.set(chunk, at);
    at += chunk.length;
  }
  out.write(text, at, 'latin1');
  return out;
}

/** A line of a cross-reference section: type 0 free, 1 at this offset and generation, 2 in this object stream at this index. */
type Row = { readonly num: number; readonly type: 0 | 1 | 2; readonly second: number; readonly third: number };

/** What the section has to say: what the increment wrote, and in a mended file everything else too, with a place for each free number. */
function rowsOf({ placed, nextNum }: Increment, found: readonly FoundPlace[] | null): readonly Row[] {
  const written = placed.map(({ num, gen, offset }): Row => ({ num, type: 1, second: offset, third: gen })).sort((a, b) => a.num - b.num);
  if (found === null) return written;
  const rows = Array.from({ length: nextNum }, (_, num): Row => ({ num, type: 0, second: 0, third: num === 0 ? 65_535 : 0 }));
  for (const [num, type, second, third] of found) rows[num] = { num, type, second, third };
  for (const row of written) rows[row.num] = row;
  return rows;
}

/** Cut into runs of consecutive numbers. */
function runsOf(rows: readonly Row[]): Row[][] {
  const runs: Row[][] = [];
  let previous: number | undefined;
  for (const row of rows) {
    if (previous !== undefined && row.num === previous + 1) runs.at(-1)?.push(row);
    else runs.push([row]);
    previous = row.num;
  }
  return runs;
}

/** A mended file has no /Prev: what was there before cannot be followed. */
function trailerEntries(increment: Increment, { size, startXref, trailerEntries: kept, found }: SigningProfile): string {
  return `/Size ${Math.max(size, increment.nextNum)}${found === null ? `/Prev ${startXref}` : ''}${kept}`;
}

function addXrefTable(increment: Increment, profile: SigningProfile): void {
  const at = increment.baseBytes + increment.length;
  let text = 'xref\n';
  for (const run of runsOf(rowsOf(increment, profile.found))) {
    text += `${run[0]?.num ?? 0} ${run.length}\n`;
    for (const { type, second, third } of run) text += `${String(second).padStart(10, '0')} ${String(third).padStart(5, '0')} ${type === 0 ? 'f' : 'n'} \n`;
  }
  append(increment, `${text}trailer\n<<${trailerEntries(increment, profile)}>>\nstartxref\n${at}\n%%EOF\n`);
}

function addXrefStream(increment: Increment, profile: SigningProfile): void {
  const at = increment.baseBytes + increment.length;
  const num = allocate(increment);
  const placed = [...increment.placed, { num, gen: 0, offset: at }];
  const runs = runsOf(rowsOf({ ...increment, placed }, profile.found));
  const rows = Buffer.alloc(7 * runs.reduce((sum, run) => sum + run.length, 0));
  runs.flat().forEach(({ type, second, third }, i) => {
    rows[i * 7] = type;
    rows.writeUInt32BE(second, i * 7 + 1);
    rows.writeUInt16BE(third, i * 7 + 5);
  });
  const index = runs.map((run) => `${run[0]?.num ?? 0} ${run.length}`).join(' ');
  const dict = `<</Type/XRef/W[1 4 2]/Index[${index}]${trailerEntries(increment, profile)}/Length ${rows.length}>>`;
  addClearObject(increment, { num, gen: 0 }, [dict, 'stream\n', rows, '\nendstream']);
  append(increment, `startxref\n${at}\n%%EOF\n`);
}

import type { FragmentObject, PdfFragment } from './fragment.ts';
import type { SigningProfile } from './profile.ts';

type Chunk = string | Buffer;

/** An increment being written: bytes to be appended to a file, with the places of the objects in it. */
export type Increment = {
  readonly baseBytes: number;
  readonly chunks: Chunk[];
  /** Bytes written so far. */
  length: number;
  nextNum: number;
  readonly placed: { readonly num: number; readonly gen: number; readonly offset: number }[];
  /** Where the signature value will stand: counted, but not written. */
  gap: { readonly at: number; readonly bytes: number; readonly chunksBefore: number } | undefined;
};

export function startIncrement(profile: SigningProfile): Increment {
  const increment: Increment = { baseBytes: profile.sizeBytes, chunks: [], length: 0, nextNum: profile.size, placed: [], gap: undefined };
  if (!profile.endsWithEol) append(increment, '\n');
  return increment;
}

export function append(increment: Increment, chunk: Chunk): void {
  increment.chunks.push(chunk);
  increment.length += chunk.length;
}

/** Leaves room for the one thing that is not known yet. */
export function appendGap(increment: Increment, bytes: number): void {
  increment.gap = { at: increment.length, bytes, chunksBefore: increment.chunks.length };
  increment.length += bytes;
}

export function allocate(increment: Increment): number {
  const num = increment.nextNum;
  increment.nextNum += 1;
  return num;
}

export function addObject(increment: Increment, { num, gen }: { num: number; gen: number }, body: readonly Chunk[]): void {
  placeObject(increment, { num, gen });
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

/** Writes the cross-reference section, of the kind that the file's newest one has, and the end of the file; answers what is around the gap. */
export function finishIncrement(increment: Increment, profile: SigningProfile): { readonly before: Buffer; readonly after: Buffer } {
  if (profile.xrefKind === 'stream') addXrefStream(increment, profile);
  else addXrefTable(increment, profile);
  const { chunks, gap, length } = increment;
  const { at, bytes, chunksBefore } = gap ?? { at: length, bytes: 0, chunksBefore: chunks.length };
  return { before: join(chunks.slice(0, chunksBefore), at), after: join(chunks.slice(chunksBefore), length - at - bytes) };
}

function join(chunks: readonly Chunk[], length: number): Buffer {
  const out = Buffer.allocUnsafe(length);
  let at = 0;
  for (const chunk of chunks) {
    if (typeof chunk === 'string') out.write(chunk, at, 'latin1');
    else out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

type Row = Increment['placed'][number];

/** Rows in ascending order, cut into runs of consecutive numbers. */
function runsOf(rows: readonly Row[]): Row[][] {
  const runs: Row[][] = [];
  let previous: number | undefined;
  for (const row of rows.toSorted((a, b) => a.num - b.num)) {
    if (previous !== undefined && row.num === previous + 1) runs.at(-1)?.push(row);
    else runs.push([row]);
    previous = row.num;
  }
  return runs;
}

function trailerEntries(increment: Increment, profile: SigningProfile): string {
  return `/Size ${Math.max(profile.size, increment.nextNum)}/Prev ${profile.startXref}${profile.trailerEntries}`;
}

function addXrefTable(increment: Increment, profile: SigningProfile): void {
  const at = increment.baseBytes + increment.length;
  let text = 'xref\n';
  for (const run of runsOf(increment.placed)) {
    text += `${run[0]?.num ?? 0} ${run.length}\n`;
    for (const { offset, gen } of run) text += `${String(offset).padStart(10, '0')} ${String(gen).padStart(5, '0')} n \n`;
  }
  append(increment, `${text}trailer\n<<${trailerEntries(increment, profile)}>>\nstartxref\n${at}\n%%EOF\n`);
}

function addXrefStream(increment: Increment, profile: SigningProfile): void {
  const at = increment.baseBytes + increment.length;
  const num = allocate(increment);
  const runs = runsOf([...increment.placed, { num, gen: 0, offset: at }]);
  const rows = Buffer.alloc(7 * (increment.placed.length + 1));
  runs.flat().forEach(({ offset, gen }, i) => {
    rows[i * 7] = 1;
    rows.writeUInt32BE(offset, i * 7 + 1);
    rows.writeUInt16BE(gen, i * 7 + 5);
  });
  const index = runs.map((run) => `${run[0]?.num ?? 0} ${run.length}`).join(' ');
  const dict = `<</Type/XRef/W[1 4 2]/Index[${index}]${trailerEntries(increment, profile)}/Length ${rows.length}>>`;
  addObject(increment, { num, gen: 0 }, [dict, 'stream\n', rows, '\nendstream']);
  append(increment, `startxref\n${at}\n%%EOF\n`);
}

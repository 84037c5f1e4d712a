import { cursorAt, isWhitespace, parseUnsigned } from './lexer.ts';
import type { PdfDocument } from './document.ts';
import { openStrictly } from './open.ts';
import type { XrefEntry, XrefSection } from './xref.ts';

/** What one save of the file added: bytes [start, end) and the objects whose newest place they changed. */
export type PdfRevision = {
  /** 0 is the oldest. */
  readonly index: number;
  readonly start: number;
  /** Behind the %%EOF and its end of line. */
  readonly end: number;
  readonly startXref: number;
  /** Usually one; two for the first revision of a linearised file. */
  readonly sections: readonly XrefSection[];
  /** Object numbers written by this revision, with their place; 'free' for deleted ones. */
  readonly objects: ReadonlyMap<number, XrefEntry>;
};

/**
 * The revisions from the oldest to the newest: each %%EOF whose `startxref` names a section of the chain ends one.
 * Sections that no `startxref` names (the main part of a linearised file) belong to the revision that leads to them.
 */
export function listRevisions(doc: PdfDocument): readonly PdfRevision[] {
  if (doc.isRebuilt) return [{ index: 0, start: 0, end: doc.source.sizeBytes, startXref: -1, sections: doc.sections, objects: objectsOf(doc.sections) }];
  const ends = findSectionEnds(doc);
  const groups: { startXref: number; end: number; sections: XrefSection[] }[] = [];
  for (const section of doc.sections) {
    const end = ends.get(section.offset);
    const group = groups.at(-1);
    if (group === undefined || end !== undefined) {
      groups.push({ startXref: section.offset, end: end ?? doc.source.sizeBytes, sections: [section] });
    } else group.sections.push(section);
  }
  let start = 0;
  return groups.toReversed().map(({ startXref, end, sections }, index) => {
    const revision = { index, start, end, startXref, sections, objects: objectsOf(sections) };
    start = end;
    return revision;
  });
}

/**
 * The file as it was when it ended at this byte, for example at the end of a signature's /ByteRange. Nothing is mended here: a state that
 * can only be guessed at is not what anybody signed. Throws as `openPdf`.
 */
export function openRevision(bytes: Uint8Array, endOffset: number): PdfDocument {
  return openStrictly(bytes.subarray(0, endOffset));
}

/** The end of the revision that each section closes. The last %%EOF wins when several name the same section. */
function findSectionEnds({ source, sections }: PdfDocument): ReadonlyMap<number, number> {
  const wanted = new Set(sections.map((section) => section.offset));
  const ends = new Map<number, number>();
  for (let at = source.indexOf('startxref', 0); at >= 0; at = source.indexOf('startxref', at + 9)) {
    const after = source.read(at + 9, at + 9 + maxTailBytes);
    const cursor = cursorAt(after, 0);
    const offset = parseUnsigned(cursor);
    if (!wanted.has(offset)) continue;
    let pos = cursor.pos;
    while (isWhitespace(after[pos] ?? 1) && pos < after.length) pos += 1;
    if (after.toString('latin1', pos, pos + 5) === '%%EOF') ends.set(offset, at + 9 + endOfLine(after, pos + 5));
  }
  return ends;
}

/** From `startxref` to behind its %%EOF, white space and comments included. */
const maxTailBytes = 4096;

function endOfLine(bytes: Buffer, at: number): number {
  if (bytes[at] === 13) return bytes[at + 1] === 10 ? at + 2 : at + 1;
  return bytes[at] === 10 ? at + 1 : at;
}

function objectsOf(sections: readonly XrefSection[]): ReadonlyMap<number, XrefEntry> {
  const objects = new Map<number, XrefEntry>();
  for (const section of sections.toReversed()) {
    for (const num of section.numbers()) {
      const entry = section.find(num);
      if (entry !== undefined) objects.set(num, entry);
    }
  }
  return objects;
}

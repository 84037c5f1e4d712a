import { cursorAt, isWhitespace, parseUnsigned } from './lexer.ts';
import { openPdf } from './document.ts';
import type { PdfDocument } from './document.ts';
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
  const ends = findSectionEnds(doc);
  const groups: { startXref: number; end: number; sections: XrefSection[] }[] = [];
  for (const section of doc.sections) {
    const end = ends.get(section.offset);
    const group = groups.at(-1);
    if (group === undefined || end !== undefined) {
      groups.push({ startXref: section.offset, end: end ?? doc.bytes.length, sections: [section] });
    } else group.sections.push(section);
  }
  let start = 0;
  return groups.toReversed().map(({ startXref, end, sections }, index) => {
    const revision = { index, start, end, startXref, sections, objects: objectsOf(sections) };
    start = end;
    return revision;
  });
}

/** The file as it was when it ended at this byte, for example at the end of a signature's /ByteRange. Throws as `openPdf`. */
export function openRevision(bytes: Uint8Array, endOffset: number): PdfDocument {
  return openPdf(bytes.subarray(0, endOffset));
}

/** The end of the revision that each section closes. The last %%EOF wins when several name the same section. */
function findSectionEnds(doc: PdfDocument): ReadonlyMap<number, number> {
  const { bytes } = doc;
  const wanted = new Set(doc.sections.map((section) => section.offset));
  const ends = new Map<number, number>();
  for (let at = bytes.indexOf('startxref', 0, 'latin1'); at >= 0; at = bytes.indexOf('startxref', at + 9, 'latin1')) {
    const cursor = cursorAt(bytes, at + 9);
    const offset = parseUnsigned(cursor);
    if (!wanted.has(offset)) continue;
    let pos = cursor.pos;
    while (isWhitespace(bytes[pos] ?? 1) && pos < bytes.length) pos += 1;
    if (bytes.toString('latin1', pos, pos + 5) === '%%EOF') ends.set(offset, endOfLine(bytes, pos + 5));
  }
  return ends;
}

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

/** Text is put into a document without writing the rest anew: every byte that was there stays. */
import type { XmlDocument, XmlElement } from './events.ts';

export interface Insertion {
  /** The bytes [from, to) give way: none, or the `/>` of an empty-element tag. */
  readonly from: number;
  readonly to: number;
  readonly before: string;
  readonly after: string;
}

/** The place behind the last child of an element of a file of this size. */
export function endInside({ text }: XmlDocument, parent: XmlElement, sizeBytes: number): Insertion {
  const isEmptyTag = parent.closeAt === parent.end;
  const at = isEmptyTag ? text.lastIndexOf('/', parent.end) : parent.closeAt;
  // Most signatures stand near the end: what is behind them is the shorter part to count.
  const from = sizeBytes - Buffer.byteLength(text.slice(at));
  if (!isEmptyTag) return { from, to: from, before: '', after: '' };
  return { from, to: from + (parent.end - at), before: '>', after: `</${parent.name}>` };
}

/** Byte offsets of places in one text, for many questions: it is counted once. */
export type ByteOffsets = (at: number) => number;

const step = 65_536;

export function byteOffsetsOf(text: string): ByteOffsets {
  let counted: number[] | undefined;
  return (at) => {
    if (counted === undefined) {
      counted = [0];
      for (let from = 0; from + step <= text.length; from += step) counted.push((counted.at(-1) ?? 0) + bytesBetween(text, from, from + step));
    }
    const whole = Math.floor(at / step);
    return (counted[whole] ?? 0) + bytesBetween(text, whole * step, at);
  };
}

/** UTF-16 to UTF-8, also where a cut goes through a pair of surrogates: each half counts as two. */
function bytesBetween(text: string, from: number, to: number): number {
  const piece = text.slice(from, to);
  const isCutAtStart = /^[\udc00-\udfff]/.test(piece);
  const isCutAtEnd = /[\ud800-\udbff]$/.test(piece);
  // A lone half is counted by Buffer as U+FFFD, three bytes.
  return Buffer.byteLength(piece) - (isCutAtStart ? 1 : 0) - (isCutAtEnd ? 1 : 0);
}

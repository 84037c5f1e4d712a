/** The signed range of a PDF signature: what it must look like, and its digest. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { HashName } from '../pki/algorithms.ts';
import type { PdfSignature, PdfSource } from '../pdf/reader/index.ts';
import type { Problem } from './problems.ts';

/** [0, gapStart) and [gapEnd, end) are signed; the gap is exactly the hexadecimal string of /Contents. */
export interface SignedRange {
  readonly gapStart: number;
  readonly gapEnd: number;
  readonly end: number;
}

/** Checks the form of /ByteRange and that its gap is the signature's own /Contents and nothing more. */
export function checkSignedRange(fileBytes: number, signature: PdfSignature): SignedRange | Problem {
  const { byteRange, contents, contentsSpan, dict } = signature;
  // Two /Contents or two /ByteRange: each reader checks another one.
  if (dict.repeatedKeys.length > 0) return { code: 'format.contradiction' };
  if (byteRange === undefined) return { code: 'format.byteRangeMissing' };
  const [start = -1, gapStart = -1, gapEnd = -1, length = -1] = byteRange;
  const end = gapEnd + length;
  if (byteRange.length !== 4 || start !== 0 || gapStart <= 0 || gapEnd < gapStart + 2 || length <= 0) return { code: 'format.byteRangeShape' };
  if (end > fileBytes) return { code: 'format.byteRangeBeyondFile', values: { signedBytes: formatSize(end), fileBytes: formatSize(fileBytes) } };
  const isOwnContents = contentsSpan?.start === gapStart && contentsSpan.end === gapEnd && signature.isContentsHex;
  // Two digits a byte and the two brackets: no white space in which something could hide.
  if (!isOwnContents || contents === undefined || contents.length * 2 + 2 !== gapEnd - gapStart) return { code: 'format.gap' };
  return { gapStart, gapEnd, end };
}

function formatSize(bytes: number): string {
  return bytes < 100_000 ? `${bytes} byte` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export interface RangeDigests {
  /** Digest of a signed range under a hash. */
  of(range: SignedRange, hash: HashName): Buffer;
  /** SHA-256 of the whole file, hexadecimal; continues from what was hashed for the ranges. */
  wholeFile(): string;
}

/** How much of a file that is not in memory is read at a time. */
const pieceBytes = 1024 * 1024;

/** Feeds [start, end) of a file to a hash: at once from memory, in pieces otherwise. */
function hashRange(state: Hash, { source, start, end }: { readonly source: PdfSource; readonly start: number; readonly end: number }): Hash {
  const step = source.whole === undefined ? pieceBytes : end - start;
  for (let at = start; at < end; at += step) state.update(source.read(at, Math.min(at + step, end)));
  return state;
}

/**
 * Digests of ranges of one file. Ranges of several signatures share their beginning, so the running state is kept and copied: when asked
 * in ascending order the file is read once however many signatures it has.
 */
export function createRangeDigests(source: PdfSource): RangeDigests {
  const running = new Map<HashName, { state: Hash; at: number }>();
  const done: { readonly range: SignedRange; readonly hash: HashName; readonly digest: Buffer }[] = [];
  const digestOf = (range: SignedRange, hash: HashName): Buffer => {
    const known = done.find((each) => each.hash === hash && isSameRange(each.range, range));
    if (known) return known.digest;
    let prefix = running.get(hash);
    if (prefix === undefined || prefix.at > range.gapStart) prefix = { state: createHash(hash), at: 0 };
    hashRange(prefix.state, { source, start: prefix.at, end: range.gapStart });
    prefix.at = range.gapStart;
    running.set(hash, prefix);
    const digest = hashRange(prefix.state.copy(), { source, start: range.gapEnd, end: range.end }).digest();
    done.push({ range, hash, digest });
    return digest;
  };
  return {
    of: digestOf,
    wholeFile() {
      const prefix = running.get('sha256') ?? { state: createHash('sha256'), at: 0 };
      // The state is used up: to copy it costs as much as hashing some kilobytes.
      running.delete('sha256');
      return hashRange(prefix.state, { source, start: prefix.at, end: source.sizeBytes }).digest('hex');
    },
  };
}

function isSameRange(a: SignedRange, b: SignedRange): boolean {
  return a.end === b.end && a.gapStart === b.gapStart && a.gapEnd === b.gapEnd;
}

/** Signatures without signed attributes are over the content itself, which then has to be in memory. */
const maxJoinedBytes = 128 * 1024 * 1024;

/** The signed bytes joined: needed only for very old signatures without signed attributes. Undefined when they are too many. */
export function readSignedBytes(source: PdfSource, range: SignedRange): Buffer | undefined {
  if (range.end > maxJoinedBytes) return undefined;
  return Buffer.concat([source.read(0, range.gapStart), source.read(range.gapEnd, range.end)]);
}
